"""A writing group: laid out from the scheme, opened, its drafts read by critical friends, its meetings held, its report."""

import datetime as dt
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

import icalendar
from django.conf import settings
from django.template.loader import render_to_string

from collegium.activity.models import Activity
from collegium.conversations import actions as conversations
from collegium.conversations.models import Forum, Post
from collegium.courses.actions import groups, nudges
from collegium.courses.models import (
    Enrolment,
    GroupInvitation,
    GroupReport,
    Iteration,
    Mapping,
    Nudge,
    Pair,
    Saying,
    Week,
)
from collegium.courses.queries.groups import report as report_page
from collegium.design.documents import pdf
from collegium.events import calendars
from collegium.events.models import Attendance
from collegium.foundation import clock, richtext
from collegium.home.rehearsal import hours
from collegium.home.rehearsal.days import Track
from collegium.home.rehearsal.telling import Step, Telling, counted, day
from collegium.home.rehearsal.together import (
    DOMAIN,
    WRITERS,
    Together,
    done,
    ids,
    names,
    paragraph,
    told_of,
    until,
)
from collegium.people.models import Person
from collegium.portfolios import actions as portfolios
from collegium.portfolios import anchors
from collegium.portfolios import queries as portfolio_queries
from collegium.portfolios import rules as portfolio_rules
from collegium.portfolios.models import Comment, Feedback, FeedbackRequest, Part, Portfolio, Section

CHAPTER = "A writing group on the way to it"
REPORT = "group-report.pdf"
CALENDAR = "group-calendar.ics"
EIGHT, FIVE = dt.time(8), dt.time(16, 0)
MINUTE = dt.timedelta(minutes=1)
MEETS_ON = 2  # Wednesday
AWAY_AT = 2  # the meeting to which one member cannot come
FEEDBACK = "The example carries it. I would say sooner for whom it was."
MARKED = "what I would look at next"
BETWEEN = "Before that, a sentence that was not there when it was read."


@dataclass
class WritingGroup:
    together: Together
    folder: Path
    mentor: Person = field(init=False)
    iteration_id: int = 0
    people: list[Person] = field(default_factory=list)
    declined: Person | None = None
    moved: int = 0  # the number of the meeting that is moved
    attended: dict[int, set[int]] = field(default_factory=dict)
    given: int = 0  # how often feedback was given
    nudged: dict[int, list[dt.date]] = field(default_factory=dict)  # the days on which a nudge is wanted

    def __post_init__(self) -> None:
        self.mentor = self.together.stage.cast.mentor

    @property
    def told(self) -> Telling:
        return self.together.stage.told

    @property
    def iteration(self) -> Iteration:
        """As it is now."""
        found: Iteration = Iteration.objects.select_related("course", "forum", "pathway", "circle").get(
            pk=self.iteration_id
        )
        return found

    def week(self, number: int) -> Week:
        found: Week = Week.objects.select_related(
            "iteration__course", "iteration__forum", "thread__forum", "meeting__event", "draft_node"
        ).get(iteration=self.iteration_id, number=number)
        return found

    @property
    def count(self) -> int:
        return len(self.together.laid)

    # The way through it -----------------------------------------------------------------------------------------------

    def track(self) -> Track[None]:
        first = self.together.first
        yield self.together.at(first - dt.timedelta(days=20), 11)
        self.is_laid_out()
        yield self.together.at(first - dt.timedelta(days=16), 9)
        self.is_opened()
        yield self.together.at(first - dt.timedelta(days=14), 19)
        self.people_accept()
        self.portfolios_begin()
        self.nudges_are_set()
        for number in range(1, self.count + 1):
            yield from self.prepares(number)
            yield from self.meets(number)
            if number == 1:
                self.a_meeting_is_moved()
                self.takes_calendar_along()
        yield from self.ends()

    def is_laid_out(self) -> None:
        together, stranger = self.together, self.together.stage.cast.stranger
        with self.told.step(
            CHAPTER, f"{self.mentor.name} has a writing group laid out from the scheme"
        ) as step:
            iteration = groups.lay_out(
                by=self.mentor,
                title=f"Writing for {together.pathway.title}",
                pathway=together.pathway,
                times=groups.Times(
                    first=together.first,
                    weekday=MEETS_ON,
                    hour=FIVE,
                    every=1,
                    meeting_url="https://meet.example/group",
                ),
                time_zone=together.zone,
            )
            self.iteration_id = iteration.pk
            weeks = list(iteration.weeks.all())
            step.list("Its meetings:", (f"{week.title}, {day(week.starts_on)}" for week in weeks), most=20)
            kinds = [week.kind for week in weeks]
            step.check(
                "It begins with a kick-off and ends with a showcase",
                holds=kinds[:1] == [Week.Kind.KICK_OFF] and kinds[-1:] == [Week.Kind.SHOWCASE],
            )
            spoken = set(Mapping.objects.filter(week__in=weeks).values_list("node", flat=True))
            step.check(
                f"All {len(together.asked)} criteria that a portfolio speaks for have a meeting",
                holds=together.asked and together.asked <= spoken,
            )
            step.check(
                "Drafts are due three days before each meeting but the kick-off",
                holds=all(week.drafts_due_on == week.starts_on - dt.timedelta(days=3) for week in weeks[1:])
                and weeks[0].drafts_due_on is None,
            )
            step.check(f"{stranger.name} does not see it", holds=not self._sees(stranger))

    def _sees(self, person: Person) -> bool:
        iteration = self.iteration
        return (
            Iteration.objects.visible_to(person).filter(pk=iteration.pk).exists()
            or Forum.objects.visible_to(person).filter(pk=iteration.forum_id).exists()
        )

    # People -----------------------------------------------------------------------------------------------------------

    def is_opened(self) -> None:
        cast = self.together.stage.cast
        with self.told.step(CHAPTER, f"{self.mentor.name} invites six, and opens it") as step:
            *here, by_letter = WRITERS
            for name in here:
                person = cast.introduce(name, domain=DOMAIN)
                self.people.append(person)
                groups.invite(iteration=self.iteration, by=self.mentor, person=person)
            self.address = f"{by_letter.split()[0].lower()}@{DOMAIN}"
            groups.invite(iteration=self.iteration, by=self.mentor, email=self.address)
            step.check(
                "While it is planned nobody has been written to",
                holds=not self.iteration.invitations.filter(sent_at__isnull=False).exists(),
            )
            groups.open_group(iteration=self.iteration, by=self.mentor)
            self.told.note_letters()
            written = [letter for _at, letter in self.told.sent if self.address in letter.to]
            step.check(f"{self.address}, who has no account, has one letter", holds=len(written) == 1)
            invitations = self.iteration.invitations.filter(person__isnull=False)
            step.check(
                f"The {len(here)} who are here are told",
                holds=set().union(*(told_of("group.invited", each) for each in invitations))
                == ids(self.people),
            )
            weeks = list(self.iteration.weeks.select_related("meeting"))
            local = {self.together.local(each.meeting.starts_at).time() for each in weeks if each.meeting}
            step.check(
                f"All {self.count} meetings stand in the calendar, at {FIVE:%H:%M} there on both sides of the change of clocks",
                holds=local == {FIVE} and all(each.meeting for each in weeks),
            )

    def _invitation(self, person: Person) -> GroupInvitation:
        found: GroupInvitation = GroupInvitation.objects.select_related(
            "iteration__course", "invited_by"
        ).get(iteration=self.iteration_id, person=person)
        return found

    def people_accept(self) -> None:
        cast = self.together.stage.cast
        with self.told.step(CHAPTER, "Five accept, and one declines") as step:
            *accepts, declines = self.people
            step.refused(
                f"Taking up somebody else’s invitation as {cast.stranger.name}",
                lambda: groups.accept_invitation(invitation=self._invitation(accepts[0]), by=cast.stranger),
                "not_yours",
            )
            for person in accepts:
                groups.accept_invitation(invitation=self._invitation(person), by=person)
            groups.decline_invitation(invitation=self._invitation(declines), by=declines)
            new = cast.introduce(WRITERS[-1], domain=DOMAIN)
            by_letter = self.iteration.invitations.select_related("iteration__course", "invited_by").get(
                email=self.address
            )
            groups.accept_invitation(invitation=by_letter, by=new)
            step.refused(
                "Taking up the same letter again",
                lambda: groups.accept_invitation(invitation=by_letter, by=cast.stranger),
                "gone",
            )
            self.people = [*accepts, new]
            self.declined = declines
            members = set(
                Enrolment.objects.filter(
                    iteration=self.iteration_id, role=Enrolment.Role.PARTICIPANT, left_at__isnull=True
                ).values_list("person", flat=True)
            )
            step.check(f"The members are {names(self.people)}", holds=members == ids(self.people))
            step.check(
                f"{self.declined.name} and {cast.stranger.name} do not see it",
                holds=not self._sees(self.declined) and not self._sees(cast.stranger),
            )
            step.check("For the kick-off there is nothing to be read yet", holds=not self._reads(1))
            for number in range(2, self.count + 1):
                self._each_reads_and_is_read(step, number, self.people)
            self._in_turn(step)

    def _reads(self, number: int) -> set[tuple[int, int]]:
        return set(
            Pair.objects.filter(week__iteration=self.iteration_id, week__number=number).values_list(
                "reader", "writer"
            )
        )

    def _each_reads_and_is_read(self, step: Step, number: int, people: list[Person]) -> None:
        reads = self._reads(number)
        step.check(
            f"For meeting {number} each of {len(people)} reads somebody else and is read",
            holds={reader for reader, _writer in reads} == ids(people)
            and {writer for _reader, writer in reads} == ids(people)
            and all(reader != writer for reader, writer in reads),
        )

    def _in_turn(self, step: Step) -> None:
        known: dict[int, set[int]] = {each.pk: set() for each in self.people}
        for number in range(1, self.count + 1):
            for reader, writer in self._reads(number):
                known.setdefault(reader, set()).add(writer)
        least = min(len(each) for each in known.values())
        wanted = min(len(self.people) - 1, self.count - 1) // 2
        step.check(
            f"Whom one reads changes: everybody reads at least {wanted} of the others", holds=least >= wanted
        )

    # Their portfolios -------------------------------------------------------------------------------------------------

    def portfolios_begin(self) -> None:
        with self.told.step(
            CHAPTER, "Each begins a portfolio, and shows a board of examples and gaps"
        ) as step:
            circle = self.iteration.circle
            for number, person in enumerate(self.people):
                portfolio = portfolios.begin(by=person, pathway=self.together.pathway)
                nodes = [each.node for each in portfolio.sections.select_related("node")]
                node = nodes[number % len(nodes)]
                portfolios.add_example(
                    portfolio=portfolio, title="Films before the laboratory", by=person, node=node
                )
                spare = portfolios.add_example(portfolio=portfolio, title="A reading group", by=person)
                if number == 0:
                    portfolios.move_example(example=spare, node=node, position=0, by=person)
                portfolios.show_board(portfolio=portfolio, circle=circle, by=person)
            mine = self._portfolio(self.people[0])
            step.check(
                f"{self.people[0].name} has moved what was left over to a section",
                holds=not mine.examples.filter(node__isnull=True).exists() and mine.examples.count() == 2,  # noqa: PLR2004
            )
            step.check(
                "To show the board is not to show the portfolio: nobody else may read it yet",
                holds=not any(
                    portfolio_rules.may_read(other, mine) for other in [*self.people[1:], self.mentor]
                ),
            )

    def _portfolio(self, person: Person) -> Portfolio:
        found: Portfolio = Portfolio.objects.for_display().get(owner=person, group__isnull=True)
        return found

    def nudges_are_set(self) -> None:
        asks, buddy, alone = self.people[:3]
        with self.told.step(CHAPTER, "Nudges that people set for themselves") as step:
            on = self.together.changes_on
            week = on - dt.timedelta(days=on.weekday())
            weekly = nudges.set_nudge(
                by=alone,
                kind=Nudge.Kind.WEEKLY,
                words="An hour for the draft",
                weekday=0,
                iteration=self.iteration,
            )
            by_buddy = nudges.set_nudge(
                by=asks,
                kind=Nudge.Kind.BUDDY,
                words="Ask me how far I am",
                on=on,
                buddy=buddy,
                iteration=self.iteration,
            )
            unanswered = nudges.set_nudge(
                by=asks,
                kind=Nudge.Kind.BUDDY,
                words="And again",
                on=on,
                buddy=self.people[3],
                iteration=self.iteration,
            )
            nudges.answer_as_buddy(nudge=by_buddy, by=buddy, agrees=True)
            step.refused(
                f"Choosing {self.together.stage.cast.stranger.name} as a buddy, who is not in it",
                lambda: nudges.set_nudge(
                    by=asks, kind=Nudge.Kind.BUDDY, words="Me", on=on, buddy=self.together.stage.cast.stranger
                ),
                "buddy",
            )
            self.nudged = {
                by_buddy.pk: [on],
                unanswered.pk: [],
                weekly.pk: [week, week + dt.timedelta(days=7)],
            }
            step.check("A buddy who was asked is told", holds=told_of("nudge.asked", by_buddy) == {buddy.pk})

    def nudges_went_out(self) -> None:
        with self.told.step(CHAPTER, "Whether the nudges went out on their day") as step:
            for nudge in Nudge.objects.filter(pk__in=self.nudged).order_by("pk"):
                sent = [
                    each.at.date()
                    for each in Activity.objects.about(nudge).filter(verb="nudge.due").order_by("pk")
                ]
                if nudge.kind == Nudge.Kind.WEEKLY:
                    step.check(
                        f"“{nudge.words}” goes out each Monday, once",
                        holds=set(self.nudged[nudge.pk]) <= set(sent)
                        and len(sent) == len(set(sent))
                        and {each.weekday() for each in sent} == {0},
                    )
                elif self.nudged[nudge.pk]:
                    step.check(
                        f"“{nudge.words}” went to the buddy on {day(self.together.changes_on)}, the day the clocks changed, once",
                        holds=sent == self.nudged[nudge.pk]
                        and told_of("nudge.due", nudge) == {nudge.buddy_id},
                    )
                else:
                    step.check(f"“{nudge.words}”, to which nobody agreed, did not go out", holds=not sent)

    # Meetings ---------------------------------------------------------------------------------------------------------

    def prepares(self, number: int) -> Track[None]:
        """Drafts, readers, feedback: between the meeting before and this one."""
        week = self.week(number)
        due = week.drafts_due_on
        if due is None or week.draft_node is None:
            return
        yield until(self.together.at(due - dt.timedelta(days=2), 9))
        hours.look(self.told)
        if number == min(AWAY_AT, self.count - 1):
            self.somebody_cannot_come(number)
        yield until(self.together.at(due, 18))
        drafts = self.drafts_are_shared(number)
        yield clock.now() + dt.timedelta(hours=16)
        self.drafts_are_read(number, drafts)

    def somebody_cannot_come(self, number: int) -> None:
        away = self.people[-1]
        with self.told.step(CHAPTER, f"{away.name} can’t come to meeting {number}") as step:
            enrolment = Enrolment.objects.select_related("iteration", "person").get(
                iteration=self.iteration_id, person=away
            )
            groups.set_away(enrolment=enrolment, week=self.week(number), by=away, away=True)
            self._each_reads_and_is_read(step, number, [each for each in self.people if each.pk != away.pk])

    def _section(self, person: Person, week: Week) -> Section:
        """An empty page for what the meeting yields a draft of; one more where the scheme lets there be one."""
        portfolio = self._portfolio(person)
        pages = list(portfolio.sections.filter(node=week.draft_node).order_by("instance"))
        empty = [page for page in pages if not page.parts.filter(words__gt=0).exists()]
        planned = self.together.plan.section(week.draft_node.code) if week.draft_node else None
        if not empty and planned is not None and len(pages) < planned.max_instances and week.draft_node:
            empty = [portfolios.add_instance(portfolio=portfolio, node=week.draft_node, by=person)]
        return (empty or pages)[0]

    def drafts_are_shared(self, number: int) -> list[FeedbackRequest]:
        week = self.week(number)
        by_id = {each.pk: each for each in self.people}
        requests = []
        with self.told.step(
            CHAPTER, f"Drafts for “{week.title}” are due, and shared with who reads them"
        ) as step:
            step.check(
                "Its thread opened by itself with the questions for it, and members were told once",
                holds=week.thread is not None
                and done("meeting.preparing", week) == 1
                and ids(self.people) <= told_of("meeting.preparing", week),
            )
            for reader, writer in sorted(self._reads(number)):
                person = by_id[writer]
                asked = FeedbackRequest.objects.filter(
                    by=person, ended_at__isnull=True, person=reader, section__node=week.draft_node
                )
                for each in asked:
                    portfolios.end_request(request=each, by=person)
                section = self._section(person, week)
                words = self.together.words(number + writer % 5, "reflection", week.title, 70)
                first = section.parts.order_by("pk").first()
                assert first is not None  # noqa: S101  # for the type checker: a section has parts
                text = "".join(
                    f"<p>{escape(each, quote=False)}</p>" for each in [*words, f"This is {MARKED}."]
                )
                portfolios.write(
                    section=section,
                    component=first.component,
                    html=text,
                    on_revision=first.revision,
                    by=person,
                )
                requests.append(
                    portfolios.ask_feedback(
                        section=section,
                        by=person,
                        person=by_id[reader],
                        until=week.starts_on,
                        words="Is it clear?",
                    )
                )
            others = [self.together.stage.cast.stranger, self.declined]
            step.check(
                f"{counted(len(requests), 'draft')}: each is read by its critical friend, and by nobody outside",
                holds=requests
                and all(
                    portfolio_rules.may_read(each.person, each.section)
                    and not any(portfolio_rules.may_read(other, each.section) for other in others)
                    for each in requests
                    if each.person is not None
                ),
            )
            step.check(
                "The portfolio around it stays closed to them",
                holds=not any(
                    portfolio_rules.may_read(each.person, each.section.portfolio)
                    for each in requests
                    if each.person is not None
                ),
            )
        return requests

    def drafts_are_read(self, number: int, requests: list[FeedbackRequest]) -> None:
        with self.told.step(CHAPTER, f"Critical friends read for meeting {number}") as step:
            kept, thanked = 0, 0
            for request in requests:
                reader, writer = request.person, request.by
                part = request.section.parts.order_by("pk").first()
                if reader is None or part is None:
                    continue
                comment = self._comments(request.section, part, reader)
                given = portfolios.give_feedback(request=request, words=FEEDBACK, by=reader)
                self.given += 1
                self._revises(request.section, writer)
                comment.refresh_from_db()
                part.refresh_from_db()
                kept += self._stands_at_passage(comment, part)
                portfolios.thank(feedback=given, by=writer, words="Thank you, that helps.")
                thanked += Feedback.objects.filter(pk=given.pk, thanked_at__isnull=False).exists()
            step.check(
                f"{counted(kept, 'comment')} still stand at their passage after the draft was changed around it",
                holds=requests and kept == len(requests),
            )
            step.check(
                "Feedback was given to each, and each reader thanked and told so",
                holds=thanked == len(requests)
                and all(
                    each.person_id in told_of("feedback.thanked", each)
                    and each.by_id in told_of("feedback.given", each)
                    for each in requests
                ),
            )

    def _comments(self, section: Section, part: Part, reader: Person) -> Comment:
        text = anchors.read(part.html)
        start = text.words.index(MARKED)
        anchor = text.anchor(start, start + len(MARKED))
        assert anchor is not None  # noqa: S101  # for the type checker: the passage was written
        made: Comment = portfolios.comment(
            section=section, component=part.component, anchor=anchor, words="So would I.", by=reader
        )
        return made

    def _revises(self, section: Section, writer: Person) -> None:
        part = section.parts.order_by("pk").first()
        if part is not None:
            portfolios.write(
                section=section,
                component=part.component,
                html=f"<p>{BETWEEN}</p>{part.html}",
                on_revision=part.revision,
                by=writer,
            )

    def _stands_at_passage(self, comment: Comment, part: Part) -> bool:
        text = anchors.read(part.html)
        found = anchors.find(
            text, anchors.Anchor(comment.exact, comment.prefix, comment.suffix, comment.start)
        )
        return not comment.is_lost and found is not None and text.words[slice(*found)] == MARKED

    def meets(self, number: int) -> Track[None]:
        meeting = self.week(number).meeting
        if meeting is None:
            return
        yield until(meeting.starts_at + 10 * MINUTE)
        hours.look(self.told)
        week = self.week(number)
        away = [self.people[-1]] if number == min(AWAY_AT, self.count - 1) else []
        there = [each for each in self.people if each not in away]
        with self.told.step(CHAPTER, f"Meeting {number}: {week.title}") as step:
            step.refused(
                f"Keeping its list as {there[0].name}, who does not mentor it",
                lambda: groups.note_who_was_there(week=week, by=there[0], people=there),
            )
            groups.note_who_was_there(week=week, by=self.mentor, people=self.people)
            groups.note_who_was_there(week=week, by=self.mentor, people=there)
            groups.keep_notes(week=week, by=self.mentor, notes=paragraph("Each said what comes next."))
            listed = set(Attendance.objects.filter(occurrence=meeting).values_list("person", flat=True))
            self.attended[number] = ids(there)
            step.check(f"{len(there)} were there, as the mentor’s list says", holds=listed == ids(there))
            if week.thread is not None:
                conversations.post(
                    thread=week.thread, by=there[0], html=self.together.said(number, week.title, 45)
                )
        yield meeting.ends_at + 6 * MINUTE
        hours.look(self.told)

    def a_meeting_is_moved(self) -> None:
        self.moved = number = min(3, self.count - 1)
        with self.told.step(
            CHAPTER, f"{self.mentor.name} moves meeting {number} by a day, and two hours later"
        ) as step:
            week = self.week(number)
            to = week.starts_on + dt.timedelta(days=1)
            reads = self._reads(number)
            step.refused(
                "Moving it beyond the one after it",
                lambda: groups.move_meeting(
                    week=week, by=self.mentor, day=week.starts_on + dt.timedelta(days=9), hour=FIVE
                ),
                "day",
            )
            groups.move_meeting(week=week, by=self.mentor, day=to, hour=dt.time(18))
            now = self.week(number)
            meeting = now.meeting
            local = self.together.local(meeting.starts_at) if meeting is not None else None
            step.check(
                f"It is on {day(to)} at six in the calendar too",
                holds=local is not None and (local.date(), local.hour) == (to, 18),
            )
            step.check(
                "The day for drafts went along, and who reads whom stays",
                holds=now.drafts_due_on == to - dt.timedelta(days=3) and self._reads(number) == reads,
            )
            step.check("All members are told", holds=ids(self.people) <= told_of("meeting.moved", now))

    def takes_calendar_along(self) -> None:
        person = self.people[0]
        with self.told.step(CHAPTER, f"{person.name}’s calendar reads its feed") as step:
            content = calendars.feed(calendars.entries_of(person), name="Rehearsal")
            (self.folder / CALENDAR).write_bytes(content)
            starts = {
                str(each["summary"]): each.decoded("dtstart")
                for each in icalendar.Calendar.from_ical(content).walk("VEVENT")
            }
            weeks = list(self.iteration.weeks.select_related("meeting__event"))
            step.check(
                f"All {self.count} meetings are in it, the moved one at its new hour",
                holds=all(
                    each.meeting is not None
                    and starts.get(each.meeting.event.title) == each.meeting.starts_at
                    for each in weeks
                ),
            )
        self.told.files.append(
            (CALENDAR, f"The calendar feed of {person.name}, a member of the writing group")
        )

    # The end ----------------------------------------------------------------------------------------------------------

    def ends(self) -> Track[None]:
        self.they_write_together()
        self.members_say()
        last = self.week(self.count).starts_on + dt.timedelta(days=7)
        yield until(self.together.at(last, 0, 30))
        hours.look(self.told)
        hours.look(self.told)
        self.nudges_went_out()
        with self.told.step(CHAPTER, "It ends by itself, and its report is kept") as step:
            kept = GroupReport.objects.filter(iteration=self.iteration_id).first()
            step.check(
                "It has ended, and there is one report of it",
                holds=self.iteration.state == Iteration.State.ENDED
                and kept is not None
                and done("group.reported", self.iteration) == 1,
            )
            step.check(
                f"{self.mentor.name} is told",
                holds=self.mentor.pk in told_of("group.reported", self.iteration),
            )
            if kept is not None:
                self._facts_hold(step, kept)
                self._leaves_report(step, kept)
        yield clock.now() + dt.timedelta(days=15)
        self.reading_is_over()

    def they_write_together(self) -> None:
        one, two = self.people[:2]
        with self.told.step(CHAPTER, "A page that all of them write, one at a time") as step:
            shared = portfolios.begin_for_group(
                by=one, pathway=self.together.pathway, group=self.iteration.circle
            )
            section = shared.sections.select_related("portfolio", "node").order_by("pk")[0]
            part = section.parts.order_by("pk")[0]

            def writes(by: Person, words: str) -> Part:
                there = Part.objects.get(pk=part.pk)
                made: Part = portfolios.write(
                    section=section,
                    component=part.component,
                    html=f"{there.html}{paragraph(words)}",
                    on_revision=there.revision,
                    by=by,
                )
                return made

            portfolios.take_turn(section=section, by=one)
            writes(one, "We meet every week.")
            step.refused(
                f"Writing in it as {two.name}, while it is {one.name}’s turn",
                lambda: writes(two, "And we read."),
                "turn",
            )
            portfolios.pass_turn(section=section, by=one)
            made = writes(two, "And we read each other.")
            plain = richtext.plain(made.html)
            step.check("What both wrote stands in it", holds="every week" in plain and "each other" in plain)
            step.check(
                "All members may read it, and nobody else",
                holds=all(portfolio_rules.may_read(each, shared) for each in self.people)
                and not portfolio_rules.may_read(self.together.stage.cast.stranger, shared),
            )

    def members_say(self) -> None:
        with self.told.step(CHAPTER, "What the group was to them") as step:
            for number, person in enumerate(self.people[:2]):
                groups.say(
                    enrolment=Enrolment.objects.select_related("iteration").get(
                        iteration=self.iteration_id, person=person
                    ),
                    by=person,
                    words="Somebody waited for my draft." if number else "I finished what I had begun twice.",
                    by_name=not number,
                )
            groups.close_with_words(
                iteration=self.iteration, by=self.mentor, html=paragraph("You have read each other well.")
            )
            step.check(
                "Two have said it, one of them with their name",
                holds=Saying.objects.filter(enrolment__iteration=self.iteration_id, by_name=True).count() == 1
                and Saying.objects.filter(enrolment__iteration=self.iteration_id).count() == 2,  # noqa: PLR2004
            )

    def _facts_hold(self, step: Step, kept: GroupReport) -> None:
        facts = kept.facts
        step.check(
            f"It counts {self.count} meetings held, and who was at each of them",
            holds=facts["held"] == self.count
            and [each["there"] for each in facts["meetings"]]
            == [len(self.attended.get(number, ())) for number in range(1, self.count + 1)],
        )
        step.check(
            "It names the members and the mentor, and counts what they posted",
            holds=set(facts["members"]) == ids(self.people)
            and facts["mentors"] == [self.mentor.pk]
            and facts["posts"]
            == Post.objects.standing()
            .filter(thread__forum=self.iteration.forum_id, author__isnull=False)
            .count(),
        )
        given = sum(each.given for each in portfolio_queries.progress(self.iteration))
        step.check(f"Feedback was given {self.given} times, as was counted here", holds=given == self.given)

    def _leaves_report(self, step: Step, kept: GroupReport) -> None:
        page = report_page(self.iteration, kept.facts, kept, self.mentor)
        html = render_to_string(
            "courses/groups/report_paper.jinja",
            {"iteration": self.iteration, "report": page, "site_name": settings.SITE_NAME, "clock": clock},
        )
        (self.folder / REPORT).write_bytes(pdf(html))
        step.check(
            "It is a PDF, with the names of all and what they said",
            holds=(self.folder / REPORT).read_bytes().startswith(b"%PDF-")
            and all(each.name in html for each in [*self.people, self.mentor])
            and "Somebody waited for my draft." in html
            and "You have read each other well." in html,
        )
        self.told.files.append((REPORT, "The end report of the writing group"))

    def reading_is_over(self) -> None:
        with self.told.step(CHAPTER, "Two weeks later") as step:
            requests = FeedbackRequest.objects.filter(
                by__in=self.people, until__lt=clock.today() - dt.timedelta(days=14)
            ).select_related("section__portfolio", "person")
            step.check(
                "What was shared for a meeting is read by nobody any more",
                holds=requests
                and not any(
                    portfolio_rules.may_read(each.person, each.section) for each in requests if each.person
                ),
            )
