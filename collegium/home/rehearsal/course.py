"""A whole iteration of an open course: planned on the scheme's sections, run week by week, ended, and copied forward."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import icalendar

from collegium.communities import actions as communities
from collegium.communities.models import Community
from collegium.conversations import actions as conversations
from collegium.conversations import rules as conversation_rules
from collegium.conversations.actions import moderation
from collegium.conversations.models import Measure, Post, Report, Thread
from collegium.courses import surveys
from collegium.courses.actions import enrolments, iterations, nudges, projects, triggers
from collegium.courses.models import (
    Course,
    DesignDecision,
    Enrolment,
    Iteration,
    Mapping,
    Nudge,
    Project,
    SurveyAnswers,
    Week,
)
from collegium.courses.queries import progress
from collegium.credentials import contexts, verification
from collegium.credentials.models import CourseBadge
from collegium.credentials.queries import issuing
from collegium.events import actions as events
from collegium.events import calendars
from collegium.events.models import Attendance, Reminder
from collegium.evidence import actions as evidence
from collegium.evidence import sources
from collegium.evidence.models import SourceKind
from collegium.foundation import clock
from collegium.home.rehearsal import hours, letters
from collegium.home.rehearsal.days import Track
from collegium.home.rehearsal.telling import Step, Telling, counted, day
from collegium.home.rehearsal.together import (
    DOMAIN,
    LEARNERS,
    Together,
    done,
    ids,
    names,
    paragraph,
    told_of,
    until,
)
from collegium.notifications import receiving
from collegium.people.models import Audience, CircleMember, Person
from collegium.portfolios import actions as portfolios
from collegium.portfolios.models import Placement, Section

CHAPTER = "An open course on the way to it"
CALENDAR = "calendar.ics"
BADGE = "course-badge.json"
SHEET = "What you write in the surveys is read by two researchers, and by nobody else. You can withdraw at any time."
MOST_AN_HOUR = 10  # posts of a new account
MINUTE = dt.timedelta(minutes=1)
HOUR = dt.timedelta(hours=1)
SESSION = 13, 0
NINE = dt.time(9)
LATE_IN = 3  # the week in which somebody joins late
LEAVES_IN = 2
SPEAKS_EVERY = 3  # of three who come to a session two have written in the thread before


@dataclass
class OpenCourse:
    together: Together
    folder: Path
    facilitator: Person = field(init=False)
    second: Person = field(init=False)  # decides on what the first one did
    community: Community = field(init=False)
    course: Course = field(init=False)
    iteration_id: int = 0
    people: list[Person] = field(default_factory=list)
    enrolled: dict[int, Enrolment] = field(default_factory=dict)
    contributed: dict[int, set[int]] = field(
        default_factory=lambda: defaultdict(set)
    )  # numbers of weeks, by person
    left: set[int] = field(default_factory=set)
    next_one: Iteration | None = None

    def __post_init__(self) -> None:
        self.facilitator = self.together.stage.cast.coordinator
        self.second = self.together.stage.cast.mentor

    @property
    def told(self) -> Telling:
        return self.together.stage.told

    @property
    def iteration(self) -> Iteration:
        """As it is now."""
        found: Iteration = Iteration.objects.select_related("course__community", "forum", "pathway").get(
            pk=self.iteration_id
        )
        return found

    def week(self, number: int) -> Week:
        found: Week = Week.objects.select_related(
            "iteration__course", "iteration__forum", "thread__forum", "meeting__event", "trigger_post"
        ).get(iteration=self.iteration_id, number=number)
        return found

    @property
    def here(self) -> list[Person]:
        """Who takes part at this moment."""
        return [each for each in self.people if each.pk in self.enrolled and each.pk not in self.left]

    @property
    def count(self) -> int:
        return len(self.together.laid)

    # The way through it -----------------------------------------------------------------------------------------------

    def track(self) -> Track[None]:
        first = self.together.first
        yield self.together.at(first - dt.timedelta(days=21), 10)
        self.is_planned()
        self.has_weeks()
        yield self.together.at(first - dt.timedelta(days=14), 10)
        self.is_opened()
        yield self.together.at(first - dt.timedelta(days=9), 18)
        self.people_enrol()
        for number in range(1, self.count + 1):
            yield from self.goes_through(number)
        yield from self.ends()
        self.is_archived()
        self.is_copied_forward()

    def goes_through(self, number: int) -> Track[None]:
        yield from self.week_begins(number)
        week = self.week(number)
        if week.thread is not None:
            yield clock.now() + HOUR
            if number == 1:
                yield from self.a_newcomer_is_eager()
            self.people_write(number)
            if number == 1:
                self.a_reply_comes_by_mail(self.a_question_is_answered())
                yield clock.now() + HOUR
                yield from self.somebody_is_muted()
        yield from self.they_meet(number)
        if number == 1:
            self.last_week_is_moved()
        if number == min(LEAVES_IN, self.count - 1):
            yield until(self.together.at(week.starts_on + dt.timedelta(days=3), 17))
            self.somebody_leaves()
            self.takes_calendar_along()
        if number == min(LATE_IN, self.count):
            yield until(self.together.at(week.starts_on + dt.timedelta(days=3), 18))
            yield from self.somebody_is_late(number)
            self.a_project_is_shown(number)

    # Before it begins -------------------------------------------------------------------------------------------------

    def is_planned(self) -> None:
        together, stranger = self.together, self.together.stage.cast.stranger
        with self.told.step(
            CHAPTER, f"{self.facilitator.name} founds a community and plans a course"
        ) as step:
            title = self.together.pathway.title
            self.community = communities.found(
                by=self.facilitator,
                title=f"On the way to {title}",
                domain="How we use technology and teaching for learning, and how we show it.",
                people="Everybody who writes a portfolio, or has written one.",
                practice="We read each other, meet, and keep what helped.",
                audience=Audience.PUBLIC,
            )
            self.course = iterations.create_course(
                by=self.facilitator,
                title=f"Together towards {title}",
                summary="Week by week through the sections of a portfolio.",
                community=self.community,
            )
            iteration = iterations.draft_iteration(
                course=self.course,
                by=self.facilitator,
                title=f"Together towards {title}, first time",
                starts_on=together.first,
                time_zone=together.zone,
                audience=Audience.PUBLIC,
                pathway=together.pathway,
                information_sheet=SHEET,
            )
            self.iteration_id = iteration.pk
            step.say(f"It begins on {day(together.first)}; its clocks are those of {together.zone}.")
            step.refused(
                "Opening it without a week",
                lambda: iterations.open_iteration(iteration=iteration, by=self.facilitator),
                "weeks",
            )
            step.refused(
                f"Planning a week of it as {stranger.name}, who only looks on",
                lambda: iterations.set_week(iteration=iteration, by=stranger, number=1, title="Mine"),
                "not_yours",
            )
            step.check(
                f"While it is planned, {stranger.name} does not see it", holds=not self._sees(stranger)
            )

    def _sees(self, person: Person | None) -> bool:
        return Iteration.objects.visible_to(person).filter(pk=self.iteration_id).exists()

    def has_weeks(self) -> None:
        together = self.together
        with self.told.step(CHAPTER, f"The {self.count} weeks follow the sections of the pathway") as step:
            for number, meeting in enumerate(together.laid, start=1):
                week = iterations.set_week(
                    iteration=self.iteration,
                    by=self.facilitator,
                    number=number,
                    title=meeting.title,
                    summary=meeting.summary,
                    trigger_title=f"Bring along: {meeting.title}"[:200],
                    trigger_html=paragraph("Tell of one thing that you did, and what came of it."),
                    activity_html=paragraph("Read what two others wrote, and answer one of them."),
                    prompts=list(meeting.prompts),
                    draft_node=meeting.draft,
                )
                for node in meeting.nodes:
                    iterations.map_week(week=week, by=self.facilitator, node=node)
                iterations.plan_meeting(
                    week=week,
                    by=self.facilitator,
                    day=week.starts_on + dt.timedelta(days=2),
                    hour=dt.time(*SESSION),
                    meeting_url="https://meet.rehearsal.example/course",
                )
            weeks = list(self.iteration.weeks.select_related("meeting"))
            step.list("The weeks:", (f"{each.title}, from {day(each.starts_on)}" for each in weeks), most=20)
            mapped = set(Mapping.objects.filter(week__in=weeks).values_list("node", flat=True))
            step.check(
                f"All {len(together.asked)} criteria that a portfolio speaks for have a week",
                holds=together.asked and together.asked <= mapped,
            )
            moments = [each.trigger_at for each in weeks if each.trigger_at is not None]
            step.check(
                f"Each week’s triggering event goes out at nine by the clocks there, before and after they change on {day(together.changes_on)}",
                holds=len(moments) == self.count
                and {together.local(each).time() for each in moments} == {NINE}
                and len({each.time() for each in moments}) == 2,  # noqa: PLR2004  in UTC before and after
            )

    def is_opened(self) -> None:
        stranger = self.together.stage.cast.stranger
        with self.told.step(CHAPTER, f"{self.facilitator.name} opens it for enrolment") as step:
            enrolments.enrol(
                iteration=self.iteration,
                person=self.second,
                role=Enrolment.Role.FACILITATOR,
                by=self.facilitator,
            )
            step.check(
                f"{self.second.name} helps to run it, and is told so",
                holds=told_of("enrolment.made", self._enrolment(self.second)) == {self.second.pk},
            )
            iterations.open_iteration(iteration=self.iteration, by=self.facilitator)
            step.check("Now everybody sees it", holds=self._sees(stranger) and self._sees(None))

    def _enrolment(self, person: Person) -> Enrolment:
        found: Enrolment = Enrolment.objects.select_related("iteration__course__community", "person").get(
            iteration=self.iteration_id, person=person
        )
        return found

    def people_enrol(self) -> None:
        *on_time, _late = LEARNERS
        with self.told.step(CHAPTER, f"{len(on_time)} people enrol") as step:
            cast, iteration = self.together.stage.cast, self.iteration
            for number, name in enumerate(on_time):
                person = cast.introduce(name, domain=DOMAIN)
                self.people.append(person)
                self.enrolled[person.pk] = enrolments.enrol(
                    iteration=iteration,
                    person=person,
                    goals=["A draft for each section"]
                    if number % 2
                    else ["To meet others", "One good example"],
                    addresses=["https://blog.example/" + name.split()[0].lower()] if number < 2 else (),  # noqa: PLR2004
                )
            again = enrolments.enrol(iteration=iteration, person=self.people[0])
            step.check(
                "Enrolling twice is one enrolment", holds=again.pk == self.enrolled[self.people[0].pk].pk
            )
            circle = set(
                CircleMember.objects.filter(circle=iteration.circle_id).values_list("person", flat=True)
            )
            step.check(
                f"All {len(on_time)} are in, and nobody else but those who run it",
                holds=circle == ids([*self.people, self.facilitator, self.second]),
            )
            members = set(self.community.memberships.values_list("person", flat=True))
            step.check("They belong to its community as well", holds=ids(self.people) <= members)
            self._asked_for_research(step)
            step.check(
                "Everybody who enrolled has the sessions in their own calendar",
                holds=all(
                    self._sessions(person) == self.count for person in (self.people[0], self.people[-1])
                ),
            )
            first = self.week(1).meeting
            if step.check("The first week has its session", holds=first is not None) and first is not None:
                events.answer(occurrence=first, person=self.people[0], coming="yes")
                step.check(
                    f"{self.people[0].name} says yes to the first session, and gets it as a letter for the calendar",
                    holds=self._invited(self.people[0]),
                )

    def _asked_for_research(self, step: Step) -> None:
        agrees, changes_mind = (self.enrolled[each.pk] for each in self.people[:2])
        for each in (agrees, changes_mind):
            enrolments.answer_survey(
                enrolment=each, by=each.person, survey=SurveyAnswers.Survey.ENTRY, answers={}
            )
            enrolments.consent(enrolment=each, by=each.person)
        enrolments.withdraw_consent(enrolment=changes_mind, by=changes_mind.person)
        in_force = [
            each.person.name
            for each in (agrees, changes_mind)
            if each.consents.filter(withdrawn_at__isnull=True).exists()
        ]
        step.check(
            f"Of two who agreed to research one has withdrawn, and only {agrees.person.name} is left",
            holds=in_force == [agrees.person.name],
        )

    def _sessions(self, person: Person) -> int:
        """Of this course, in the feed that the person's calendar reads."""
        mine = {each.meeting_id for each in self.iteration.weeks.all()}
        return sum(
            occurrence.pk in mine and occurrence.pk not in entry.left_out
            for entry in calendars.entries_of(person)
            for occurrence in entry.occurrences
        )

    def _letters_to(self, person: Person) -> list[Any]:
        self.told.note_letters()
        account = person.account
        return [
            letter for _at, letter in self.told.sent if account is not None and account.email in letter.to
        ]

    def _invited(self, person: Person) -> bool:
        return any(
            "text/calendar" in kind
            for letter in self._letters_to(person)
            for _text, kind in letter.alternatives
        )

    # A week -----------------------------------------------------------------------------------------------------------

    def week_begins(self, number: int) -> Track[None]:
        due = self.week(number).trigger_at
        if due is None:
            return
        yield until(due - dt.timedelta(days=2) + HOUR)
        hours.look(self.told)
        yield until(due - MINUTE)
        hours.look(self.told)
        early = self.week(number)
        yield until(due)
        hours.look(self.told)
        # Another worker, and the same one a minute later: once is once.
        triggers.trigger(week=self.week(number))
        yield clock.now() + MINUTE
        hours.look(self.told)
        week = self.week(number)
        with self.told.step(CHAPTER, f"Week {number} begins: {week.title}") as step:
            self._began_once(step, week, early, due)
            inside = ids([*self.here, self.facilitator, self.second])
            step.check(
                f"All {len(inside)} who take part were told, each once, and nobody else",
                holds=told_of("week.triggered", week) == inside
                and not told_of("week.triggered", week, twice=True),
            )
            if number == 1:
                step.check(
                    "With it, the course began by itself",
                    holds=self.iteration.state == Iteration.State.RUNNING
                    and done("iteration.started", self.iteration) == 1,
                )

    def _began_once(self, step: Step, week: Week, early: Week, due: dt.datetime) -> None:
        step.check(
            "It was announced two days ahead, once",
            holds=done("week.announced", week) == 1
            and week.announced_at is not None
            and dt.timedelta(hours=40) < due - week.announced_at <= dt.timedelta(days=2),
        )
        step.check("A minute before its moment nothing had gone out", holds=early.thread is None)
        threads = Thread.objects.filter(about_kind="courses.week", about_id=week.pk)
        step.check(
            "At its moment the triggering event went out, once",
            holds=week.triggered_at is not None
            and done("week.triggered", week) == 1
            and threads.count() == 1
            and threads.filter(posts__author__isnull=True).count() == 1,
        )
        thread = week.thread
        at = week.trigger_post.posted_at if week.trigger_post else None
        local = self.together.local(at) if at is not None else None
        step.check(
            f"It stands pinned in its thread since {local:%H:%M on %d %B} by the clocks there"
            if local is not None
            else "It stands pinned in its thread since nine by the clocks there",
            holds=thread is not None
            and thread.pinned_at is not None
            and local is not None
            and local.time().replace(second=0, microsecond=0) == NINE
            and local.date() == week.starts_on,
        )

    def _writers(self, number: int) -> list[Person]:
        """Two of three, others each week; the first one always."""
        return [
            person
            for place, person in enumerate(self.here)
            if place == 0 or (place + number) % SPEAKS_EVERY or number == 1
        ]

    def _writes(self, person: Person, number: int, words: str, **facts: object) -> Post:
        week = self.week(number)
        assert week.thread is not None  # noqa: S101  # for the type checker: asked before
        made: Post = conversations.post(thread=week.thread, by=person, html=words, **facts)  # type: ignore[arg-type]
        self.contributed[person.pk].add(number)
        return made

    def people_write(self, number: int) -> None:
        week = self.week(number)
        with self.told.step(CHAPTER, f"Week {number}: people tell and answer") as step:
            before = Post.objects.filter(thread=week.thread).count()
            made: list[Post] = []
            for place, person in enumerate(self._writers(number)):
                last = made[-1] if place % SPEAKS_EVERY == 2 else None  # noqa: PLR2004
                words = self.together.said(number + place, week.title)
                made.append(self._writes(person, number, words, reply_to=last))
            count = Post.objects.filter(thread=week.thread).count() - before
            answers = [each for each in made if each.reply_to is not None]
            step.check(
                f"{counted(count, 'post')} stand in the thread, {len(answers)} of them answers",
                holds=count == len(made),
            )
            to = [each.reply_to.author_id for each in answers if each.reply_to is not None]
            step.check(
                "Whoever was answered is told",
                holds=all(
                    author in told_of("post.made", each) for each, author in zip(answers, to, strict=True)
                ),
            )

    def a_newcomer_is_eager(self) -> Track[None]:
        """A new account may post so many times an hour; after that the clock has to move."""
        person = self.people[-1]
        with self.told.step(CHAPTER, f"{person.name}, who is new, greets everybody") as step:
            for number in range(MOST_AN_HOUR):
                self._writes(person, 1, paragraph(f"Hello, {self.people[number % 10].name}!"))
            step.refused(
                f"Post number {MOST_AN_HOUR + 1} within the hour",
                lambda: self._writes(person, 1, paragraph("And hello to you all!")),
            )
            step.say("What was written is kept, and an hour later it can be posted.")
        yield clock.now() + HOUR + MINUTE

    def a_question_is_answered(self) -> Thread:
        asks, answers, *_others = self.here
        with self.told.step(CHAPTER, f"{asks.name} asks, and {answers.name} answers") as step:
            thread = conversations.start_thread(
                forum=self.iteration.forum,
                by=asks,
                title="How long is a reflection, in your experience?",
                html=paragraph("Mine is either three lines or three pages."),
            )
            given = conversations.post(
                thread=thread, by=answers, html=paragraph("One page, and one thing that I changed.")
            )
            conversations.mark_answer(thread=thread, by=asks, post=given)
            thread.refresh_from_db()
            step.check(f"It is marked that {answers.name} answered it", holds=thread.answer_id == given.pk)
            step.check(
                f"{answers.name} is told that it helped",
                holds=answers.pk in told_of("post.answered_it", given),
            )
        return thread

    def a_reply_comes_by_mail(self, thread: Thread) -> None:
        """From the letter that told of the answer, as a mail program would send it."""
        asks = self.here[0]
        letter = next(
            (
                each
                for each in reversed(self._letters_to(asks))
                if thread.title in each.subject and each.message()["Reply-To"]
            ),
            None,
        )
        with self.told.step(CHAPTER, f"{asks.name} replies by e-mail") as step:
            if (
                not step.check("The letter that told of the answer can be replied to", holds=letter)
                or not letter
            ):
                return
            address = letter.to[0]
            words = "Thank you. I had forgotten to say what I changed."
            raw, recipient = letters.answer_to(letter, words, by=f"{asks.name} <{address}>", number=1)
            for _time in range(2):  # mail servers try again
                receiving.receive(raw, recipient=recipient, envelope_from=address)
            posted = list(Post.objects.filter(thread=thread, via=Post.Via.MAIL))
            step.check(
                "It stands in the thread once, without what was quoted below it",
                holds=[(each.author_id, each.html) for each in posted] == [(asks.pk, f"<p>{words}</p>")],
            )
            step.check(
                f"{asks.name} is told by e-mail that it was posted",
                holds=any(each.subject == f"Posted: {thread.title}" for each in self._letters_to(asks)),
            )
            raw, recipient = letters.answer_to(
                letter, "Buy my portfolios.", by="Somebody <somebody@elsewhere.example>", number=2
            )
            receiving.receive(raw, recipient=recipient, envelope_from="somebody@elsewhere.example")
            step.check(
                "The same address used by somebody else puts nothing into the thread",
                holds=Post.objects.filter(thread=thread, via=Post.Via.MAIL).count() == len(posted),
            )

    # Moderation -------------------------------------------------------------------------------------------------------

    def somebody_is_muted(self) -> Track[None]:
        loud, reports = self.people[9], self.people[4]
        forum = self.iteration.forum
        with self.told.step(CHAPTER, f"{loud.name} advertises, and is muted") as step:
            post = self._writes(loud, 1, paragraph("I sell portfolios that are ready to hand in."))
            moderation.report(post=post, by=reports, reason=Report.Reason.SPAM)
            step.check(
                "Both who moderate are told of the report",
                holds=told_of("post.reported", post) == ids([self.facilitator, self.second]),
            )
            step.refused(
                f"Muting them as {reports.name}, who does not moderate",
                lambda: self._mutes(post, reports),
            )
            measure = self._mutes(post, self.facilitator)
            step.check(
                f"From the next moment on {loud.name} may not post, and still reads",
                holds=not conversation_rules.may_post(loud, forum)
                and conversation_rules.may_read(loud, forum),
            )
            week = self.week(1)
            step.refused(
                "A further post of theirs",
                lambda: conversations.post(
                    thread=week.thread,  # type: ignore[arg-type]  # refused, or asked before
                    by=loud,
                    html=paragraph("Half price!"),
                ),
            )
            step.check(
                f"{loud.name} is told, with the reason", holds=told_of("measure.taken", measure) == {loud.pk}
            )
            step.check(
                "Whoever reported is told that something was done",
                holds=reports.pk in told_of("post.report_acted_on", post),
            )
            sent = self._letters_to(loud)[-1:]
            step.check(
                f"What {loud.name} is sent names neither who reported nor who decided",
                holds=sent
                and not any(
                    each.name in f"{letter.subject}\n{letter.body}"
                    for letter in sent
                    for each in (reports, self.facilitator)
                ),
            )
        yield clock.now() + dt.timedelta(hours=20)
        self._appeals(measure, loud)

    def _mutes(self, post: Post, by: Person) -> Measure:
        return moderation.take_measure(
            kind=Measure.Kind.MUTE,
            post=post,
            by=by,
            reason="This is a place to learn from each other, and not to sell.",
            until=clock.now() + dt.timedelta(days=10),
        )

    def _appeals(self, measure: Measure, loud: Person) -> None:
        with self.told.step(CHAPTER, f"{loud.name} appeals, and another moderator decides") as step:
            moderation.appeal(measure=measure, by=loud, words="It was a joke, and a bad one. I took it away.")
            step.check(
                f"{self.second.name} is asked, who did not decide before",
                holds=told_of("measure.appealed", measure) == {self.second.pk},
            )
            step.refused(
                f"Answering it as {self.facilitator.name}, who decided",
                lambda: moderation.answer_appeal(
                    measure=measure, by=self.facilitator, answer="No.", lifts=False
                ),
            )
            moderation.answer_appeal(
                measure=measure, by=self.second, answer="Thank you. Welcome back.", lifts=True
            )
            step.check(
                f"The measure is taken back, and {loud.name} may post again",
                holds=conversation_rules.may_post(loud, self.iteration.forum)
                and told_of("measure.answered", measure) == {loud.pk},
            )

    # Sessions ---------------------------------------------------------------------------------------------------------

    def they_meet(self, number: int) -> Track[None]:
        meeting = self.week(number).meeting
        if meeting is None:
            return
        yield until(meeting.starts_at - 10 * MINUTE)
        hours.look(self.told)
        yield until(meeting.starts_at + 5 * MINUTE)
        hours.look(self.told)
        come = [person for place, person in enumerate(self.here) if (place + number) % 2 == 0 or place == 0]
        by_code, on_list = come[:-1], come[-1]
        with self.told.step(CHAPTER, f"The session of week {number}") as step:
            local = self.together.local(meeting.starts_at)
            step.check(
                f"It begins at {local:%H:%M} by the clocks there", holds=(local.hour, local.minute) == SESSION
            )
            if number == 1:
                step.refused(
                    "Checking in with another code",
                    lambda: events.check_in(occurrence=meeting, person=come[0], code="ZZZZ"),
                    "code",
                )
                kinds = set(
                    Reminder.objects.filter(occurrence=meeting, person=self.people[0]).values_list(
                        "kind", flat=True
                    )
                )
                step.check(
                    f"{self.people[0].name}, who said yes, was reminded the day before and shortly before",
                    holds=kinds == {"day", "soon"},
                )
            for person in by_code:
                events.check_in(occurrence=meeting, person=person, code=meeting.code)
            events.check_in(occurrence=meeting, person=by_code[0], code=meeting.code)
            events.note_attendance(occurrence=meeting, person=on_list, by=self.facilitator)
            events.keep_record(
                occurrence=meeting,
                by=self.facilitator,
                notes=paragraph("We went through three examples, and what made each of them clear."),
            )
            there = list(Attendance.objects.filter(occurrence=meeting).values_list("person", flat=True))
            step.check(
                f"{len(come)} were there: {len(by_code)} by the code of the room, one by the list",
                holds=len(there) == len(come) and set(there) == ids(come),
            )
            for person in come:
                self.contributed[person.pk].add(number)

    # What happens on the way ------------------------------------------------------------------------------------------

    def last_week_is_moved(self) -> None:
        week = self.week(self.count)
        with self.told.step(CHAPTER, f"{self.facilitator.name} moves the last week by seven days") as step:
            before, meeting = week.trigger_at, week.meeting
            met = meeting.starts_at if meeting is not None else None
            iterations.move_week(
                week=week, by=self.facilitator, starts_on=week.starts_on + dt.timedelta(days=7)
            )
            now = self.week(self.count)
            together = self.together

            def moved(one: dt.datetime | None, two: dt.datetime | None) -> bool:
                if one is None or two is None:
                    return False
                was, then = together.local(one), together.local(two)
                return (then.date() - was.date()).days == 7 and was.time() == then.time()  # noqa: PLR2004

            step.check(
                "Its triggering event follows, at the same hour there", holds=moved(before, now.trigger_at)
            )
            step.check(
                "Its session follows, at the same hour there",
                holds=moved(met, now.meeting.starts_at if now.meeting else None),
            )
            step.check("All who take part are told", holds=ids(self.here) <= told_of("week.moved", now))

    def somebody_leaves(self) -> None:
        leaves = self.people[7]
        with self.told.step(CHAPTER, f"{leaves.name} leaves") as step:
            written = Post.objects.standing().filter(author=leaves).count()
            enrolments.leave(enrolment=self._enrolment(leaves), by=leaves)
            self.left.add(leaves.pk)
            step.check(
                "From the next moment on they are in no circle of it",
                holds=not CircleMember.objects.filter(
                    circle=self.iteration.circle_id, person=leaves
                ).exists(),
            )
            step.refused(
                "Writing in it, having left",
                lambda: conversations.start_thread(
                    forum=self.iteration.forum, by=leaves, title="One more", html=paragraph("One more thing.")
                ),
            )
            step.check(
                "What they wrote stays",
                holds=written == Post.objects.standing().filter(author=leaves).count(),
            )
            step.check("Their calendar shows no session of it any more", holds=self._sessions(leaves) == 0)

    def takes_calendar_along(self) -> None:
        person = self.people[0]
        with self.told.step(CHAPTER, f"{person.name}’s calendar reads its feed") as step:
            content = calendars.feed(calendars.entries_of(person), name="Rehearsal")
            (self.folder / CALENDAR).write_bytes(content)
            read = icalendar.Calendar.from_ical(content)
            starts = {str(each["summary"]): each.decoded("dtstart") for each in read.walk("VEVENT")}
            weeks = list(self.iteration.weeks.select_related("meeting__event"))
            step.check(
                f"It is a calendar with the {self.count} sessions",
                holds=sum(each.meeting.event.title in starts for each in weeks if each.meeting) == self.count,
            )
            step.check(
                "Each begins at one o’clock there, whichever side of the change of clocks",
                holds=all(
                    self.together.local(starts[each.meeting.event.title]).time() == dt.time(*SESSION)
                    and starts[each.meeting.event.title] == each.meeting.starts_at
                    for each in weeks
                    if each.meeting and each.meeting.event.title in starts
                ),
            )
        self.told.files.append((CALENDAR, f"The calendar feed of {person.name}, as any calendar reads it"))

    def somebody_is_late(self, number: int) -> Track[None]:
        name = LEARNERS[-1]
        with self.told.step(CHAPTER, f"{name} comes late, and is welcome") as step:
            late = self.together.stage.cast.introduce(name, domain=DOMAIN)
            self.people.append(late)
            self.enrolled[late.pk] = enrolments.enrol(iteration=self.iteration, person=late)
            planned = enrolments.catch_up(enrolment=self._enrolment(late), by=late, days_per_week=1)
            today = self.together.local(clock.now()).date()
            own = {each.week.number: each.due_on for each in planned if each.due_on is not None}
            step.list("Days of their own:", (f"week {week}: {due}" for week, due in sorted(own.items())))
            step.check(
                "Each week that lies behind has a day of its own that is still to come, one after another",
                holds=set(range(1, number)) <= set(own)
                and all(due is not None and due > today for due in own.values())
                and [own[week] for week in sorted(own)] == sorted(own.values()),
            )
            step.check(
                "Nobody is told that they are late",
                holds=told_of("enrolment.made", self._enrolment(late)) <= {late.pk},
            )
        for week, due in sorted(own.items()):
            if due is None or self.week(week).thread is None:
                continue
            yield until(self.together.at(due, 9))
            self._writes(late, week, self.together.said(week, "Catching up", 45))
        with self.told.step(CHAPTER, f"{name} has caught up") as step:
            lines = progress.progress(self._enrolment(late)).weeks
            step.check(
                "What they wrote in the weeks before counts as everybody’s does",
                holds=all(line.is_contributed for line in lines if line.week.number in own),
            )

    def a_project_is_shown(self, number: int) -> None:
        maker, *peers = self.here[:4]
        week = self.week(number)
        with self.told.step(CHAPTER, f"{maker.name} puts something into the project bank") as step:
            nodes = [each.node for each in week.mappings.select_related("node")]
            project = projects.submit_project(
                iteration=self.iteration,
                by=maker,
                title="Short films before the laboratory",
                description="Four minutes each, with two questions on the way. Three of four now know the bench.",
                url="https://films.example/bench",
                week=week,
                nodes=nodes,
            )
            self.contributed[maker.pk].add(number)
            step.refused(
                "Appreciating what is one’s own",
                lambda: projects.appreciate(project=project, by=maker, marks={"use": 4}),
                "own",
            )
            for mark, peer in enumerate(peers[:2], start=3):
                projects.appreciate(
                    project=project,
                    by=peer,
                    marks={"use": mark, "why": mark},
                    words="I take along that each film asks something.",
                )
            projects.discuss(project=project, by=peers[2], html=paragraph("Who holds the telephone?"))
            project.refresh_from_db()
            step.check(
                "Two peers have said what they take from it, and its maker is told each time",
                holds=project.appreciations.count() == 2  # noqa: PLR2004
                and done("project.appreciated", project) == 2  # noqa: PLR2004
                and told_of("project.appreciated", project) == {maker.pk},
            )
            step.check(
                "It has a thread in which it is discussed",
                holds=project.thread is not None and project.thread.posts.filter(author=peers[2]).exists(),
            )
        self._becomes_evidence(project, maker)

    def _becomes_evidence(self, project: Project, maker: Person) -> None:
        with self.told.step(CHAPTER, f"{maker.name} uses it as evidence") as step:
            source = sources.find(SourceKind.PROJECT, project.pk, maker)
            if not step.check("It can be kept in one step", holds=source is not None) or source is None:
                return
            node = source.criteria[0].node if source.criteria else None
            kept, is_new = evidence.keep(by=maker, source=source, node=node)
            again, is_newer = evidence.keep(by=maker, source=source, node=node)
            step.check("Kept twice, it is one piece", holds=is_new and not is_newer and kept.pk == again.pk)
            step.check(
                "It is private, and a copy of what was shown stands in it",
                holds=kept.audience == Audience.PRIVATE
                and "Four minutes each" in kept.frozen_html
                and kept.source_author_id == maker.pk,
            )
            if node is not None:
                step.check(f"It speaks for {node.title}", holds=kept.alignments.filter(node=node).exists())
            portfolio = portfolios.begin(by=maker, pathway=self.together.pathway)
            week = project.week
            section = (
                Section.objects.filter(
                    portfolio=portfolio, node=week.draft_node_id if week is not None else None
                ).first()
                or portfolio.sections.first()
            )
            if section is not None:
                portfolios.place(section=section, evidence=kept, by=maker)
                step.check(
                    f"It stands beside the draft of “{section}”",
                    holds=Placement.objects.filter(section=section, evidence=kept).exists(),
                )
            # What its writer changes later in the bank is not changed in the copy.
            projects.edit_project(project=project, by=maker, description="Six minutes now.")
            kept.refresh_from_db()
            step.check(
                "What is changed in the bank later leaves the copy as it was",
                holds="Four" in kept.frozen_html,
            )

    # The end ----------------------------------------------------------------------------------------------------------

    def ends(self) -> Track[None]:
        person = self.people[0]
        nudges.set_nudge(
            by=person,
            kind=Nudge.Kind.WEEKLY,
            words="Half an hour of writing",
            weekday=2,
            iteration=self.iteration,
        )
        last = iterations.ends_on(self.iteration)
        yield until(self.together.at(last, 23))
        hours.look(self.told)
        was = self.iteration.state
        yield until(self.together.at(last + dt.timedelta(days=1), 0, 30))
        hours.look(self.told)
        hours.look(self.told)
        with self.told.step(CHAPTER, "It ends by itself, the night after its last day") as step:
            step.check(
                f"On the evening of {day(last)} it still ran, and half an hour after midnight it has ended",
                holds=was == Iteration.State.RUNNING and self.iteration.state == Iteration.State.ENDED,
            )
            step.check(
                "All who took part to the end are told once",
                holds=told_of("iteration.ended", self.iteration)
                == ids([*self.here, self.facilitator, self.second])
                and done("iteration.ended", self.iteration) == 1,
            )
            step.refused(
                "Enrolling now",
                lambda: enrolments.enrol(iteration=self.iteration, person=self.together.stage.cast.stranger),
                "closed",
            )
            self._once_a_week(step)
            took_part, completed = self._who_took_part(step)
        self.looks_back()
        self.has_badges(took_part, completed)

    def looks_back(self) -> None:
        """What is asked at the end, of whoever likes to answer."""
        answering, *others = [self._enrolment(each) for each in self.here[:3]]
        with self.told.step(CHAPTER, f"{answering.person.name} looks back") as step:
            asked = surveys.read(self.iteration.exit_survey)
            if not step.check("Something is asked at the end", holds=asked):
                return
            step.list("The questions:", (each.words for each in asked))
            given = {
                each.key: each.options[0]
                if each.kind == "choice"
                else "4"
                if each.kind == "scale"
                else "I write now."
                for each in asked
            }
            for _time in range(2):
                kept = enrolments.answer_survey(
                    enrolment=answering,
                    by=answering.person,
                    survey=SurveyAnswers.Survey.EXIT,
                    answers=given,
                )
            step.check(
                "Every answer is kept with its question; answered twice, it is one",
                holds=set(kept.answers) == {each.key for each in asked}
                and len(kept.questions) == len(asked)
                and answering.survey_answers.filter(survey=SurveyAnswers.Survey.EXIT).count() == 1,
            )
            step.refused(
                f"Answering for {answering.person.name} as {others[0].person.name}",
                lambda: enrolments.answer_survey(
                    enrolment=answering,
                    by=others[0].person,
                    survey=SurveyAnswers.Survey.EXIT,
                    answers=given,
                ),
            )

    def has_badges(self, took_part: set[int], completed: set[int]) -> None:
        with self.told.step(CHAPTER, "Who took part has a badge of it, and who completed it another") as step:
            badges = list(CourseBadge.objects.filter(iteration=self.iteration_id).order_by("pk"))
            for kind, expected in (
                (CourseBadge.Kind.TOOK_PART, took_part),
                (CourseBadge.Kind.COMPLETED, completed),
            ):
                of_kind = [each.person_id for each in badges if each.kind == kind]
                step.check(
                    f"“{kind.label}”: {counted(len(expected), 'badge')}, one for each of them and for nobody else",
                    holds=len(of_kind) == len(expected) and set(of_kind) == expected,
                )
            if not badges:
                return
            shown = badges[0].document
            report = verification.verify(contexts.write(shown), fetch=issuing.fetch, at=clock.now())
            step.check(f"A stranger checks the first: “{report.summary}”", holds=report.holds is True)
            altered = {**shown, "name": "Completed with distinction"}
            report = verification.verify(contexts.write(altered), fetch=issuing.fetch, at=clock.now())
            step.check(f"With another name for it: “{report.summary}”", holds=report.holds is False)
            (self.folder / BADGE).write_text(contexts.write(shown), encoding="utf-8")
        self.told.files.append(
            (BADGE, f"The badge of {badges[0].holder_name} for the course, as a credential")
        )

    def _once_a_week(self, step: Step) -> None:
        weeks = list(self.iteration.weeks.select_related("trigger_post"))
        at = [each.trigger_post.posted_at for each in weeks if each.trigger_post is not None]
        step.check(
            f"All {self.count} triggering events went out once, and in their order",
            holds=len(at) == self.count
            and at == sorted(at)
            and all(done("week.triggered", each) == 1 for each in weeks),
        )
        gaps = [later - earlier for earlier, later in pairwise(at)]
        odd = [gap for gap in gaps if gap % dt.timedelta(days=7)]
        step.check(
            f"Seven days lie between two of them by the clocks there; once, over {day(self.together.changes_on)}, it was an hour more or less",
            holds=len(odd) == 1
            and abs(odd[0] - round(odd[0] / dt.timedelta(days=7)) * dt.timedelta(days=7)) == HOUR,
        )

    def _who_took_part(self, step: Step) -> tuple[set[int], set[int]]:
        """Counted here as it went, and in the house by its own rules: both have to say the same. Gives who did, and who
        completed it, by the house.
        """
        inside = Enrolment.objects.filter(iteration=self.iteration_id, role=Enrolment.Role.PARTICIPANT)
        took = set(inside.filter(took_part_at__isnull=False).values_list("person", flat=True))
        completed = set(inside.filter(completed_at__isnull=False).values_list("person", flat=True))
        iteration = self.iteration
        needed = min(iteration.weeks_for_participation, self.count)
        expected = {
            each.pk
            for each in self.people
            if len(self.contributed[each.pk]) >= needed and each.pk not in self.left
        }
        step.check(
            f"{counted(len(expected), 'person')} took part, in {needed} weeks or more, and it is noted of exactly these",
            holds=expected and took - self.left == expected,
        )
        every = set(range(1, self.count + 1))
        finished = [
            each for each in self.people if self.contributed[each.pk] >= every and each.pk not in self.left
        ]
        step.check(
            f"Completed by {names(finished) or 'nobody'}, and by nobody else",
            holds=completed == ids(finished),
        )
        step.check(
            "Whoever completed it was told, once",
            holds=all(
                done("enrolment.completed", self._enrolment(each)) == 1
                and told_of("enrolment.completed", self._enrolment(each)) == {each.pk}
                for each in finished
            ),
        )
        return took, completed

    def is_archived(self) -> None:
        person = self.people[0]
        with self.told.step(CHAPTER, f"{self.facilitator.name} puts it into the archive") as step:
            iterations.archive(iteration=self.iteration, by=self.facilitator)
            step.refused(
                "Writing in the archive",
                lambda: conversations.start_thread(
                    forum=self.iteration.forum, by=person, title="P.S.", html=paragraph("P.S.")
                ),
            )
            step.check(
                "It can still be read, and the nudges that people set for it have ended",
                holds=conversation_rules.may_read(person, self.iteration.forum)
                and not Nudge.objects.filter(iteration=self.iteration_id, ended_at__isnull=True).exists(),
            )

    def is_copied_forward(self) -> None:
        with self.told.step(
            CHAPTER, f"{self.facilitator.name} copies it forward, and says what changes"
        ) as step:
            source = self.iteration
            what, why = "Sessions are shorter.", "Who came wrote less in the threads than who did not."
            step.refused(
                "Copying it without a reason",
                lambda: self._copied(source, what, " "),
            )
            step.check("Nothing is left of that", holds=self.course.iterations.count() == 1)
            copied = self.next_one = self._copied(source, what, why)
            iterations.decide(
                iteration=copied,
                by=self.facilitator,
                what="Two guides welcome newcomers.",
                why="First posts waited for a day.",
            )
            log = list(
                DesignDecision.objects.filter(iteration=copied).order_by("pk").values_list("what", "why")
            )
            step.check(
                "Its log begins with what was changed and why",
                holds=log[:1] == [(what, why)] and len(log) == 2,  # noqa: PLR2004
            )
            step.check(
                "It has the same weeks, with the same sections and hours there",
                holds=self._shape(copied) == self._shape(source),
            )
            step.check(
                "Nobody is taken along but whoever plans it, and no thread, meeting or project",
                holds=set(copied.enrolments.values_list("person", flat=True)) == {self.facilitator.pk}
                and not copied.weeks.filter(thread__isnull=False).exists()
                and not copied.weeks.filter(meeting__isnull=False).exists()
                and not copied.projects.exists(),
            )

    def _copied(self, source: Iteration, what: str, why: str) -> Iteration:
        return iterations.copy_forward(
            iteration=source,
            by=self.facilitator,
            title=f"{self.course.title}, second time",
            starts_on=source.starts_on + dt.timedelta(weeks=30),
            what=what,
            why=why,
        )

    def _shape(self, iteration: Iteration) -> Sequence[object]:
        return [
            (
                week.number,
                week.title,
                (week.starts_on - iteration.starts_on).days,
                self.together.local(week.trigger_at).time() if week.trigger_at else None,
                sorted(week.mappings.values_list("node", "strength")),
            )
            for week in iteration.weeks.prefetch_related("mappings")
        ]
