"""A candidate at work: registering, collecting evidence, writing, mending, handing in."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from collegium.accreditation import actions as accreditation
from collegium.accreditation.forms import SubmitForm
from collegium.accreditation.models import Registration, Submission
from collegium.accreditation.terms import Terms, terms_of
from collegium.evidence import actions as evidence
from collegium.evidence.models import Evidence
from collegium.foundation import clock
from collegium.foundation.refusal import Refusal
from collegium.home.rehearsal.cast import CANDIDATES, HOME, HOME_DOMAIN, REFEREES, TOWN, address, mixed
from collegium.home.rehearsal.days import Track, later
from collegium.home.rehearsal.exhibits import NOTE, PICTURE, SAID, Exhibit, exhibits
from collegium.home.rehearsal.needs import Task, kind_of, tasks
from collegium.home.rehearsal.stage import Stage
from collegium.home.rehearsal.stories import REVISED, STORIES, Story
from collegium.home.rehearsal.telling import Step, counted, day
from collegium.home.rehearsal.writing import Topic, as_html, compose
from collegium.people import actions as people
from collegium.people.models import Audience, Person
from collegium.portfolios import actions as portfolios
from collegium.portfolios import queries as portfolio_queries
from collegium.portfolios.models import Part, Portfolio, Section
from collegium.schemes import queries as schemes
from collegium.schemes.documents import UNSET, Relation
from collegium.schemes.models import Pathway

DAYS_AHEAD = 800  # for how long a window of submission is looked for
IN_ONE_GO = 5  # sections that are written before the clock moves on


@dataclass
class Kept:
    """A piece of evidence with what it was made from."""

    exhibit: Exhibit
    piece: Evidence
    story: Story


@dataclass
class Candidacy:
    """One candidate on one pathway, and what they have so far."""

    stage: Stage
    key: str
    number: int
    chapter: str
    name: str = ""
    person: Person = field(init=False)
    registration: Registration = field(init=False)
    portfolio_id: int = field(init=False)
    tasks: list[Task] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)
    left_out: list[tuple[Task, str]] = field(default_factory=list)  # components that were forgotten
    cut_short: list[Task] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.name = mixed([name for name, _role in CANDIDATES], self.number)

    @property
    def role(self) -> str:
        return CANDIDATES[self.number % len(CANDIDATES)][1]

    @property
    def pathway(self) -> Pathway:
        return self.stage.pathway(self.key)

    @property
    def terms(self) -> Terms:
        return terms_of(self.pathway)

    @property
    def portfolio(self) -> Portfolio:
        """As it is now: what others changed meanwhile is seen."""
        found: Portfolio = Portfolio.objects.for_display().get(pk=self.portfolio_id)
        return found

    @property
    def submission(self) -> Submission:
        found = (
            Submission.objects.filter(registration=self.registration)
            .for_display()
            .order_by("submitted_at", "pk")
            .last()
        )
        if found is None:
            raise LookupError(self.name)
        return found

    def section(self, task: Task) -> Section:
        return Section.objects.select_related("portfolio__pathway", "node").get(
            portfolio=self.portfolio_id, node=task.planned.node, instance=task.instance
        )

    # Beginning --------------------------------------------------------------------------------------------------------

    def begins(self) -> None:
        stage, pathway = self.stage, self.pathway
        with stage.told.step(
            self.chapter, f"{self.name} registers for {pathway.title} and begins a portfolio"
        ) as step:
            self.person = stage.cast.introduce(self.name, domain=HOME_DOMAIN)
            people.edit_profile(
                person=self.person, by=self.person, role=self.role, town=TOWN, country=stage.cast.country
            )
            people.set_field_audience(person=self.person, by=self.person, name=Audience.SIGNED_IN)
            step.check(
                f"With an address at {HOME_DOMAIN}, {self.name} belongs to {HOME} at once",
                holds=self.person.memberships.filter(organisation=stage.cast.home).exists(),
            )
            self.registration = accreditation.register(person=self.person, pathway=pathway, by=self.person)
            again = accreditation.register(person=self.person, pathway=pathway, by=self.person)
            step.check("Registering twice is one registration", holds=again.pk == self.registration.pk)
            if self.terms.rules.registration_validity.value is UNSET:
                step.say(
                    "The scheme has not said how long a registration is valid, so its coordinator was asked."
                )
                path = self.terms.rules.registration_validity.path
                stage.answer(step, path, "the last day of a registration")
            self.registration.refresh_from_db()
            until = self.registration.valid_until
            step.say(
                f"The registration is valid until {day(until)}."
                if until is not None
                else "The registration has no last day."
            )
            begun = portfolios.begin(by=self.person, pathway=pathway)
            self.portfolio_id = begun.pk
            self.tasks = tasks(schemes.plan(pathway))
            step.list(
                f"There is a page for each section. To be written: {len(self.tasks)}.",
                (self._as_listed(task) for task in self.tasks),
                most=20,
            )

    def _as_listed(self, task: Task) -> str:
        planned = task.planned
        name = f"{planned.code} {planned.title}" if planned.is_coded else planned.title
        low, high = planned.words or (None, None)
        bounds = (
            f", {low if low is not None else 0} to {high} words"
            if high is not None
            else f", at least {low} words"
            if low
            else ""
        )
        speaks = (
            f"; to speak for {', '.join(node.code for node in task.dimensions)}" if task.dimensions else ""
        )
        number = f" ({task.instance})" if planned.repeats else ""
        return f"{name}{number}: {', '.join(part.title for part in planned.components)}{bounds}{speaks}"

    def asks_mentor(self) -> None:
        """Where the scheme says what a mentor may do."""
        rule = self.terms.rules.mentors
        with self.stage.told.step(self.chapter, f"{self.name} looks for a mentor") as step:
            if rule.value is UNSET:
                step.say("The scheme has published nothing about mentors, so this candidate has none.")
                self.stage.left_open(rule, "so no candidate has a mentor")
            elif rule.value is None:
                step.say("The scheme knows no mentors.")
            else:
                step.say(f"The scheme says: “{rule.value}”")
                mentor = self.stage.cast.mentor
                portfolios.set_mentor(portfolio=self.portfolio, mentor=mentor, by=self.person)
                step.check(
                    f"{mentor.name} may read the draft from now on",
                    holds=Portfolio.objects.visible_to(mentor).filter(pk=self.portfolio_id).exists(),
                )
            step.check(
                f"{self.stage.cast.stranger.name}, who has nothing to do with it, may not",
                holds=not Portfolio.objects.visible_to(self.stage.cast.stranger)
                .filter(pk=self.portfolio_id)
                .exists(),
            )

    # Evidence ---------------------------------------------------------------------------------------------------------

    def story_of(self, task: Task) -> tuple[Story, int]:
        """The story that is told in a section, and how often it was told before."""
        practice = [each for each in self.tasks if each.is_practice] or self.tasks
        at = practice.index(task) if task in practice else 0
        return STORIES[(self.number + at) % len(STORIES)], at // len(STORIES)

    def captures(self, *, faulty: bool, plenty: bool) -> None:
        """All six pieces of the first story; of the others fewer, or none where there is not to be plenty."""
        stories = list(dict.fromkeys(self.story_of(task)[0].title for task in self.tasks if task.is_practice))
        by_title = {story.title: story for story in STORIES}
        with self.stage.told.step(self.chapter, f"{self.name} collects evidence as it happens") as step:
            happened = clock.today() - dt.timedelta(days=120)
            for number, title in enumerate(stories or [STORIES[0].title]):
                for exhibit in exhibits(
                    by_title[title],
                    of=f"{self.name}, {HOME}",
                    base=self.stage.web,
                    day=happened,
                    faulty=faulty and number == 0,
                    only=() if number == 0 else (PICTURE, SAID) if plenty else (NOTE,),
                ):
                    piece = evidence.capture(by=self.person, **exhibit.capture)
                    self.kept.append(Kept(exhibit, piece, by_title[title]))
            step.list(
                f"{len(self.kept)} pieces were captured, private until placed in a section:",
                (f"{kept.exhibit.name}: “{kept.piece.title}”" for kept in self.kept),
            )
            kinds = {kept.piece.kind for kept in self.kept}
            step.check(
                "Each was recognised by what it is",
                holds=kinds >= {"image", "document", "link", "note", "testimonial", "data"},
            )
            links = [kept.piece for kept in self.kept if kept.piece.url]
            for piece in links:
                piece.refresh_from_db()
                words = "answers" if piece.link_answers else f"does not answer. {piece.link_finding}"
                step.say(f"The link of “{piece.title}” was followed: it {words}")

    def aligns(self) -> None:
        """Each piece to the sections of its story, to a principle, and to what else the sections speak for."""
        plan = schemes.plan(self.pathway)
        count = 0
        with self.stage.told.step(self.chapter, f"{self.name} says what each piece speaks for") as step:
            for number, kept in enumerate(self.kept):
                for task in self.tasks:
                    if not task.is_practice or self.story_of(task)[0] is not kept.story:
                        continue
                    evidence.align(evidence=kept.piece, by=self.person, node=task.planned.node, strength=3)
                    count += 1
                    for node in task.dimensions[:2]:
                        evidence.align(evidence=kept.piece, by=self.person, node=node, strength=2)
                        count += 1
                if plan.principles:
                    principle = plan.principles[number % len(plan.principles)].row
                    evidence.align(evidence=kept.piece, by=self.person, principle=principle, strength=2)
                    count += 1
            step.say(f"{count} alignments to criteria and principles, each with a strength.")

    # Writing ----------------------------------------------------------------------------------------------------------

    def plans_to_forget(self) -> None:
        """What candidates leave out: the last required part of a section, and a text that is too short."""
        for task in self.tasks:
            required = [part.key for part in task.planned.components if part.required]
            if task.is_practice and required:
                self.left_out.append((task, required[-1]))
                break
        self.cut_short = [task for task in self.tasks if task.length.least][:1]

    def writes(self) -> Track[None]:
        """Section after section, a few at a time."""
        for start in range(0, len(self.tasks), IN_ONE_GO):
            some = self.tasks[start : start + IN_ONE_GO]
            with self.stage.told.step(
                self.chapter, f"{self.name} writes {len(some)} of {len(self.tasks)} sections"
            ) as step:
                for each in some:
                    self._write_whole(each, step)
            yield later(9, 19)

    def _write_whole(self, task: Task, step: Step) -> None:
        if (
            task.instance > 1
            and not Section.objects.filter(
                portfolio=self.portfolio_id, node=task.planned.node, instance=task.instance
            ).exists()
        ):
            portfolios.add_instance(portfolio=self.portfolio, node=task.planned.node, by=self.person)
        section = self.section(task)
        story, _turn = self.story_of(task)
        if task.planned.repeats:
            portfolios.name_section(section=section, title=story.title, by=self.person)
        if task.dimensions:
            portfolios.tag(section=section, nodes=task.dimensions, by=self.person)
        own = [kept for kept in self.kept if kept.story is story] if task.is_practice else []
        for kept in own:
            portfolios.place(section=section, evidence=kept.piece, by=self.person)
        forgotten = {key for left, key in self.left_out if left is task}
        written = 0
        for component, words in zip(task.planned.components, task.length.shares(), strict=True):
            if component.key in forgotten:
                continue
            short = words // 3 if task in self.cut_short else words
            written += self._write(section, task, component.key, short).words
        beside = f", {counted(len(own), 'piece')} of evidence" if own else ""
        spoken = f", speaks for {', '.join(node.code for node in task.dimensions)}" if task.dimensions else ""
        step.say(f"{_label(task, section)}: {written} words{beside}{spoken}")

    def _write(self, section: Section, task: Task, key: str, words: int) -> Part:
        plan = schemes.plan(self.pathway)
        story, turn = self.story_of(task)
        component = next(each for each in task.planned.components if each.key == key)
        topic = Topic(
            title=task.planned.title,
            guidance=task.planned.guidance,
            asks=component.guidance,
            story=story,
            turn=turn,
            facts={"name": self.name, "role": f"a {self.role}", "organisation": HOME, "town": TOWN},
        )
        principle = ""
        if task.is_practice and plan.principles and key != "evidence":
            principle = plan.principles[(self.tasks.index(task) + len(key)) % len(plan.principles)].code
        pictures = [kept.piece.pk for kept in self.kept if kept.story is story and kept.piece.kind == "image"]
        paragraphs = compose(kind_of(task.planned, key), topic, words, exactly=self._is_tight(task))
        html = as_html(
            paragraphs,
            principle=principle,
            embedded=pictures[:1] if key == "evidence" and task.is_practice else (),
        )
        standing = Part.objects.get(section=section, component=key)
        return portfolios.write(
            section=section, component=key, html=html, on_revision=standing.revision, by=self.person
        )

    def _is_tight(self, task: Task) -> bool:
        whole = self.terms.pathway.words
        has_least = whole is not None and whole.value is not UNSET and whole.value.least is not None
        return task.length.is_tight or has_least

    # Readiness --------------------------------------------------------------------------------------------------------

    def checks_readiness(self, title: str, *, ready: bool) -> None:
        """Ready but for the declaration, which is signed when it is handed in."""
        with self.stage.told.step(self.chapter, title) as step:
            found = portfolio_queries.readiness(self.portfolio)
            step.readiness(found)
            open_ones = [each for each in found.open if each.code not in self._settled_by_declaring()]
            if ready:
                step.check("Only the declaration is left, which is signed on handing in", holds=not open_ones)
                return
            step.check("It is not ready, and the check says why", holds=open_ones)
            form = SubmitForm(
                {"statements": list(schemes.plan(self.pathway).declaration), "signed_name": self.name},
                terms=self.terms,
                candidate=self.person,
                scheme=self.stage.version.scheme,
                has_open_findings=bool(open_ones),
            )
            held_back = not form.is_valid() and "all_the_same" in form.errors
            step.check("The page for handing in does not take it as it is", holds=held_back)
            if "all_the_same" in form.fields:
                asked = form.fields["all_the_same"]
                step.saw(self.person, f"{asked.label}. {asked.help_text}")

    def _settled_by_declaring(self) -> set[str]:
        """The findings that go away with the declaration: its own, and a requirement that lacks nothing else."""
        laid = portfolio_queries.desk(self.portfolio)
        declared = laid.complete | Counter(laid.declaration_codes)
        return {"declaration-missing"} | (set() if laid.plan.unmet(declared) else {"requirement"})

    def mends(self) -> None:
        """Everything that the check has found."""
        with self.stage.told.step(self.chapter, f"{self.name} mends what the check has found") as step:
            for task, key in self.left_out:
                keys = [component.key for component in task.planned.components]
                words = task.length.shares()[keys.index(key)]
                part = self._write(self.section(task), task, key, words)
                step.say(
                    f"Writes the part {_title_of(task, key)} of {_label(task, self.section(task))}: {part.words} words."
                )
            for task in self.cut_short:
                section = self.section(task)
                for component, words in zip(task.planned.components, task.length.shares(), strict=True):
                    self._write(section, task, component.key, words)
                step.say(f"Writes the rest of {_label(task, section)}.")
            self.left_out, self.cut_short = [], []
            for kept in self.kept:
                if kept.exhibit.mends:
                    evidence.edit(evidence=kept.piece, by=self.person, **kept.exhibit.mends)
                    step.say(f"“{kept.piece.title}” {kept.exhibit.mended}.")
                for shown in kept.piece.people_shown.filter(permission="unasked"):
                    evidence.note_permission(
                        shown=shown, by=self.person, permission="agreed", note="Asked by e-mail; all agreed."
                    )
                    step.say(f"Asks those shown in “{kept.piece.title}”; they agree.")

    # Time and referees ------------------------------------------------------------------------------------------------

    def asks_for_time(self) -> None:
        with self.stage.told.step(self.chapter, f"{self.name} asks for more time") as step:
            until = self.registration.valid_until
            reason = "I was ill for six weeks, and write more slowly than I had planned."
            if until is None:
                step.say("The registration has no last day, so there is nothing to extend.")
                return
            wanted = until + dt.timedelta(days=90)
            if self.terms.rules.registration_extension.value is None:
                step.refused(
                    "An extension, which the scheme does not know",
                    lambda: accreditation.ask_extension(
                        registration=self.registration, by=self.person, reason=reason, until=wanted
                    ),
                )
                return
            asked = accreditation.ask_extension(
                registration=self.registration, by=self.person, reason=reason, until=wanted
            )
            step.say(f"{self.name} gives a reason, which only the coordinator reads.")
            if not self.terms.rules.registration_extension.is_set:
                rule = self.terms.rules.registration_extension
                self.stage.left_open(rule, "the coordinator decided by the reason that was given")
            accreditation.grant_extension(
                extension=asked, by=self.stage.cast.coordinator, answer="Of course. Take your time."
            )
            self.registration.refresh_from_db()
            step.check(
                f"The registration is valid until {day(wanted)} now",
                holds=self.registration.valid_until == wanted,
            )

    def has_referees(self) -> Track[None]:
        """Named, written to, and answering, where the scheme asks for them."""
        stage = self.stage
        with stage.told.step(self.chapter, f"{self.name} looks what the scheme says of referees") as step:
            asked = stage.rule(step, self.pathway, "referees", "handing in")
            if asked is None:
                step.say("The scheme asks for none.")
                return
            step.say(f"The scheme asks for {asked.number} ({asked.called.lower()}). {asked.see}")
            step.refused(
                "Naming oneself", lambda: self._name_referee(self.name, address(self.name, HOME_DOMAIN), "")
            )
            mentor = stage.cast.mentor
            if Relation.MENTOR in asked.may_not_be and self.portfolio.mentor_id == mentor.pk:
                step.refused(
                    "Naming the mentor",
                    lambda: self._name_referee(mentor.name, address(mentor.name, "elsewhere.example"), ""),
                )
            named = []
            for number in range(asked.number):
                name, position = REFEREES[(self.number * asked.number + number) % len(REFEREES)]
                email = address(
                    name.removeprefix("Professor ").removeprefix("Dr "), f"r{number}.referees.example"
                )
                stage.told.names[email] = name
                named.append(self._name_referee(name, email, position))
                step.say(f"Names {name}, {position.lower()}.")
            step.refused(
                "Handing in before they have written",
                lambda: accreditation.submit(
                    registration=self.registration, portfolio=self.portfolio, by=self.person
                ),
            )
        for number, referee in enumerate(named):
            yield later(4 + number, 16)
            with stage.told.step(
                self.chapter, f"{referee.name} reads the draft by a link of their own, and writes"
            ) as step:
                accreditation.give_reference(referee=referee, statement=self._statement(referee.name, number))
                step.refused(
                    "Writing a second time",
                    lambda referee=referee: accreditation.give_reference(referee=referee, statement="More."),  # type: ignore[misc]  # bound at once
                )

    def _name_referee(self, name: str, email: str, position: str) -> Any:
        return accreditation.name_referee(
            registration=self.registration, name=name, email=email, position=position, by=self.person
        )

    def _statement(self, name: str, number: int) -> str:
        story = self.story_of(self.tasks[number % len(self.tasks)])[0]
        return (
            f"I have worked with {self.name} for three years and have read the draft. What it tells of {story.what} is as I "
            f"have seen it myself, and the part that others had in it is named. I have seen how {self.name} listens to "
            "students before deciding anything, and I support the application without reservation. "
            f"{name}"
        )

    # Handing in -------------------------------------------------------------------------------------------------------

    def waits_for_window(self) -> Track[None]:
        """Until portfolios are taken in, where the scheme takes them in at certain times only."""
        stage = self.stage
        with stage.told.step(self.chapter, f"{self.name} looks when portfolios are taken in") as step:
            windows = stage.rule(step, self.pathway, "submission", "handing in")
            if windows.is_open(clock.today()):
                step.say("At any time." if windows.is_rolling else "Now: a window is open.")
                return
            step.refused("Handing in outside a window", self._hand_in)
            opens = next_open(windows, clock.today())
            if opens is None:
                raise Refusal(
                    "No window for submission opens any more, so nobody could hand in a portfolio on this pathway."
                )
            step.say(f"The next window opens on {day(opens)}, and {self.name} waits for it.")
        yield dt.datetime.combine(opens, dt.time(10), tzinfo=dt.UTC)

    def _hand_in(self, nominated: Person | None = None) -> Submission:
        return accreditation.declare_and_submit(
            registration=self.registration,
            portfolio=self.portfolio,
            by=self.person,
            statements=list(schemes.plan(self.pathway).declaration),
            signed_name=self.name,
            collaborators="The technicians and students who are named in the sections.",
            nominated_assessor=nominated,
        )

    def hands_in(self, *, nominated: Person | None = None, whole: bool = False) -> Submission:
        """``whole`` shows what is refused on the way, and what holds afterwards."""
        stage = self.stage
        with stage.told.step(
            self.chapter, f"{self.name} signs the declaration and hands in the portfolio"
        ) as step:
            if whole:
                step.refused(
                    "Handing in without the declaration",
                    lambda: accreditation.submit(
                        registration=self.registration, portfolio=self.portfolio, by=self.person
                    ),
                    "declaration",
                )
            made = self._hand_in(nominated)
            if nominated is not None:
                step.say(
                    f"{self.name} would like {nominated.name} to be one of the assessors, as the scheme allows."
                )
            step.say(f"Attempt {made.attempt}. The receipt is {accreditation.receipt(made)}.")
            if whole:
                again = self._hand_in(nominated)
                step.check(
                    "Handing in twice is one submission",
                    holds=again.pk == made.pk
                    and Submission.objects.filter(registration=self.registration).count() == 1,
                )
                step.check(
                    "What was handed in has the hash that it was received with",
                    holds=accreditation.hash_of(self.submission.content) == self.submission.sha256,
                )
                step.refused(
                    "Writing on while it is being assessed",
                    lambda: self._write(self.section(self.tasks[0]), self.tasks[0], self._first_key, 20),
                    "locked",
                )
                step.check(
                    f"{stage.cast.stranger.name} does not even see that it is there",
                    holds=not Submission.objects.visible_to(stage.cast.stranger).filter(pk=made.pk).exists(),
                )
        return made

    @property
    def _first_key(self) -> str:
        return self.tasks[0].planned.components[0].key

    # After a referral -------------------------------------------------------------------------------------------------

    def revises(self, named: Sequence[str]) -> set[str]:
        """Only what is open; gives the keys of the sections that were revised."""
        changed: set[str] = set()
        with self.stage.told.step(
            self.chapter, f"{self.name} revises what was referred, and only that"
        ) as step:
            codes = self.portfolio.open_codes
            open_tasks = [task for task in self.tasks if codes is None or task.key in codes]
            step.list(
                "Open for writing again:",
                (_label(task, self.section(task)) for task in open_tasks),
                most=len(self.tasks),
            )
            shut = next((task for task in self.tasks if task not in open_tasks), None)
            if shut is not None:
                step.refused(
                    f"Writing in {_label(shut, self.section(shut))}, which was not referred",
                    lambda: self._write(self.section(shut), shut, shut.planned.components[0].key, 30),
                    "locked",
                )
            else:
                step.say("What was referred is judged over the whole, so every section is open.")
            wanted = [task for task in open_tasks if task.key in named] or [
                task for task in open_tasks if task.is_practice
            ]
            for number, task in enumerate(wanted):
                key = self._revised_component(task)
                section = self.section(task)
                part = Part.objects.get(section=section, component=key)
                more = _revised(number, self._room(task, section))
                before = part.words
                part = portfolios.write(
                    section=section,
                    component=key,
                    html=part.html + more,
                    on_revision=part.revision,
                    by=self.person,
                )
                changed.add(task.key)
                step.say(
                    f"{_label(task, section)}, {_title_of(task, key)}: {before} words before, {part.words} now."
                )
        return changed

    def _room(self, task: Task, section: Section) -> int | None:
        """How many words may be added; None is as many as one likes."""
        parts = Part.objects.filter(section__portfolio=self.portfolio_id)
        room: list[int] = []
        if task.length.most is not None:
            room.append(task.length.most - sum(part.words for part in parts if part.section_id == section.pk))
        whole = self.terms.pathway.words
        if whole is not None and whole.value is not UNSET and whole.value.most is not None:
            room.append(whole.value.most - sum(part.words for part in parts))
        return max(min(room), 0) if room else None

    def _revised_component(self, task: Task) -> str:
        keys = [component.key for component in task.planned.components]
        return "reflection" if "reflection" in keys else keys[-1]


def _label(task: Task, section: Section) -> str:
    """As people say it: code, short title, and the writer's own title."""
    planned = task.planned
    name = f"{planned.code} {planned.short}" if planned.is_coded else planned.short
    return f"{name}: {section.title}" if section.title else name


def _title_of(task: Task, key: str) -> str:
    return next(component.title for component in task.planned.components if component.key == key)


def _revised(number: int, room: int | None) -> str:
    paragraph, count = [], 0
    for sentence in (*REVISED[number % 4 :], *REVISED[: number % 4])[:5]:
        length = len(sentence.split())
        if room is not None and count + length > room:
            break
        paragraph.append(sentence)
        count += length
    return f"<p>{' '.join(paragraph) or 'Gladly.'}</p>"


def next_open(windows: Any, start: dt.date) -> dt.date | None:
    """The next day on which portfolios are taken in."""
    for number in range(DAYS_AHEAD):
        candidate = start + dt.timedelta(days=number)
        if windows.is_open(candidate):
            return candidate
    return None
