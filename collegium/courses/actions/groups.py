"""Writing groups: laid out from a pathway, opened, their people and pairs, their meetings, their end."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collegium.activity.actions import record
from collegium.activity.verbs import Told, verb
from collegium.conversations import actions as conversations
from collegium.courses import groups, moments, pairs, prompts, rules
from collegium.courses import reports as made_of
from collegium.courses.actions import enrolments, iterations
from collegium.courses.models import (
    Course,
    Enrolment,
    GroupInvitation,
    GroupReport,
    Iteration,
    Pair,
    PlannedWeek,
    Rhythm,
    Saying,
    Week,
)
from collegium.courses.models import (
    Mapping as Speaks,
)
from collegium.courses.queries.pairs import paired
from collegium.courses.queries.reports import counted
from collegium.events import actions as events
from collegium.events.models import Answer, Occurrence
from collegium.foundation import clock, richtext
from collegium.foundation.refusal import Refusal
from collegium.foundation.signing import hashed, new_token
from collegium.people.models import Audience, Person
from collegium.people.queries import named_like
from collegium.schemes import queries as schemes
from collegium.schemes.models import Pathway

State = Iteration.State
Role = Enrolment.Role

INVITATION_LASTS = timedelta(days=30)
MOST_INVITED = 40
MOST_MEETINGS = 40
WORDS_LAST = timedelta(days=14)  # after the end, for closing words and for what members say
PREPARED_AHEAD = timedelta(days=21)

LAID_OUT = verb("group.laid_out", history=gettext_lazy("%(actor)s planned the writing group %(title)s."))
GROUP_OPENED = verb(
    "group.opened", history=gettext_lazy("%(actor)s opened %(title)s: its meetings stand in the calendar.")
)
INVITED = verb(
    "group.invited",
    history=gettext_lazy("%(actor)s invited somebody to %(title)s."),
    tells={
        "invited": Told(
            gettext_lazy("%(actor)s invites you to the writing group %(title)s."), "courses:group_invitation"
        )
    },
)
ACCEPTED = verb(
    "group.accepted",
    history=gettext_lazy("%(actor)s accepted the invitation to %(title)s."),
    tells={
        "inviter": Told(
            gettext_lazy("%(actor)s takes part in %(title)s."), "courses:group_of_invitation", by_email=False
        )
    },
)
DECLINED = verb(
    "group.declined",
    history=gettext_lazy("An invitation to %(title)s was declined."),
    tells={
        "inviter": Told(
            gettext_lazy("%(person)s can’t take part in %(title)s."),
            "courses:group_of_invitation",
            by_email=False,
        )
    },
)
WITHDRAWN = verb("group.invitation_withdrawn", history=gettext_lazy("%(actor)s took an invitation back."))
MEETING_MOVED = verb(
    "meeting.moved",
    history=gettext_lazy("%(actor)s moved “%(week)s” to %(day)s."),
    tells={"member": Told(gettext_lazy("“%(week)s” of %(title)s is now on %(day)s."), "courses:week_by_id")},
)
PREPARING = verb(
    "meeting.preparing",
    history=gettext_lazy("The preparation of “%(week)s” began."),
    tells={
        "member": Told(
            gettext_lazy("Next in %(title)s: “%(week)s”. Its questions and who reads whom are there."),
            "courses:week_by_id",
            by_email=False,
        )
    },
)
PAIRED = verb(
    "meeting.paired",
    history=gettext_lazy("Who reads whom for “%(week)s” changed."),
    tells={
        "reader": Told(
            gettext_lazy("For “%(week)s” of %(title)s, whom you read has changed."),
            "courses:week_by_id",
            by_email=False,
        )
    },
)
OUTCOME_SHOWN = verb(
    "group.outcome_shown",
    history=gettext_lazy(
        "%(actor)s said whether the report of %(title)s may tell how their submission ended."
    ),
)
SAID = verb("group.said", history=gettext_lazy("A member said what the group was to them."))
REPORTED = verb(
    "group.reported",
    history=gettext_lazy("The report of %(title)s was made."),
    tells={
        "mentor": Told(
            gettext_lazy("The report of %(title)s is there. Closing words can still be added."),
            "courses:report_by_id",
        )
    },
)


@dataclass(frozen=True)
class Times:
    """When a group meets: see ``Rhythm``."""

    first: date  # the first meeting is on this day or the first such weekday after it
    weekday: int
    hour: time
    every: int = Rhythm.Every.FORTNIGHT
    minutes: int = 60
    skipped: tuple[date, ...] = ()
    days_for_reading: int = 3
    meeting_url: str = ""
    place: str = ""


# Planning -------------------------------------------------------------------------------------------------------------


@transaction.atomic
def lay_out(
    *,
    by: Person,
    title: str,
    pathway: Pathway,
    times: Times,
    time_zone: str = "UTC",
    summary: str = "",
    in_parts: bool = False,
    pair_rule: str = pairs.ROUND,
    is_mentor: bool = True,
    course: Course | None = None,
) -> Iteration:
    """A plan with all its meetings, which only its maker sees until it is opened: they mentor it, or only look after it.

    Refused where the scheme has not published what a portfolio holds. ``course``: a writing group of the same line.
    """
    if pair_rule not in pairs.RULES:
        raise Refusal(_("There is no such rule for who reads whom."), code="pair_rule")
    if not moments.is_zone(time_zone):
        raise Refusal(_("There is no such time zone."), code="time_zone")
    _fit_times(times)
    laid = groups.meetings(schemes.plan(pathway), in_parts=in_parts)
    when = groups.days(times.first, times.weekday, times.every, len(laid), times.skipped)
    if course is None:
        course = iterations.create_course(
            by=by,
            title=title,
            summary=summary
            or _("A small group that writes its portfolios for %(pathway)s together, section by section.")
            % {"pathway": pathway.title},
            shape=Course.Shape.GROUP,
        )
    iteration = iterations.draft_iteration(
        course=course,
        by=by,
        title=title,
        starts_on=when[0],
        time_zone=time_zone,
        audience=Audience.CIRCLE,
        pathway=pathway,
        pair_rule=pair_rule,
        weeks_for_participation=max(1, len(laid) // 2),
    )
    if is_mentor:
        Enrolment.objects.filter(iteration=iteration, person=by).update(role=Role.MENTOR)
    Rhythm.objects.create(
        iteration=iteration,
        every=times.every,
        weekday=times.weekday,
        hour=times.hour,
        minutes=times.minutes,
        skipped=[day.isoformat() for day in times.skipped],
        days_for_reading=times.days_for_reading,
        meeting_url=times.meeting_url,
        place=times.place,
    )
    for number, (meeting, day) in enumerate(zip(laid, when, strict=True), start=1):
        week = Week.objects.create(
            iteration=iteration,
            number=number,
            kind=meeting.kind,
            title=meeting.title,
            starts_on=day,
            summary=meeting.summary,
            activity_html=_listed(meeting.agenda),
            prompts=list(meeting.prompts),
            draft_node=meeting.draft,
            drafts_due_on=_due(meeting.kind, day, times.days_for_reading),
        )
        Speaks.objects.bulk_create(
            Speaks(week=week, node=node, strength=Speaks.Strength.DIRECTLY) for node in meeting.nodes
        )
    record(LAID_OUT, by=by, about=iteration, data={"title": iteration.title})
    return iteration


@dataclass(frozen=True)
class Line:
    """A meeting as the preview has it. ``order`` may be any number: meetings are sorted by it."""

    week: int
    order: int
    title: str
    day: date
    keep: bool = True


@transaction.atomic
def arrange(*, iteration: Iteration, by: Person, lines: Sequence[Line]) -> Iteration:
    """Titles, order and days of a group that is being planned.

    Order and days are two things: the days stand as they are said, earliest first, and the meetings take them in their
    order. Each meeting's day for drafts keeps its distance. Two meetings on one day are refused.
    """
    _may_run(by, iteration)
    _require_drafted(iteration)
    weeks = {week.pk: week for week in iteration.weeks.all()}
    if set(weeks) != {line.week for line in lines}:
        raise Refusal(_("The plan has changed meanwhile. Look at it again."), code="changed")
    kept = sorted(
        (line for line in lines if line.keep), key=lambda line: (line.order, weeks[line.week].number)
    )
    if not kept:
        raise Refusal(_("A group needs at least one meeting."), code="meetings")
    on = sorted(line.day for line in kept)
    if len(set(on)) != len(on):
        raise Refusal(_("Two meetings are on the same day."), code="day")
    if any(not line.title.strip() for line in kept):
        raise Refusal(_("A meeting needs a title."), code="title")
    Week.objects.filter(pk__in=[line.week for line in lines if not line.keep]).delete()
    for week in weeks.values():  # out of the way first: a number is there once
        Week.objects.filter(pk=week.pk).update(number=week.number + 1000)
    for number, (line, day) in enumerate(zip(kept, on, strict=True), start=1):
        week = weeks[line.week]
        ahead = (week.starts_on - week.drafts_due_on) if week.drafts_due_on else None
        week.number = number
        week.title = line.title.strip()[:200]
        week.starts_on = day
        week.drafts_due_on = day - ahead if ahead is not None else None
        week.save(update_fields=["number", "title", "starts_on", "drafts_due_on"])
    iteration.starts_on = on[0]
    iteration.save(update_fields=["starts_on"])
    return iteration


@transaction.atomic
def set_times(*, iteration: Iteration, by: Person, times: Times) -> Rhythm:
    """Another rhythm for a group that is being planned: all its meetings get new days, in their order."""
    _may_run(by, iteration)
    _require_drafted(iteration)
    _fit_times(times)
    rhythm = Rhythm.objects.filter(iteration=iteration).first() or Rhythm(iteration=iteration)
    rhythm.every = times.every
    rhythm.weekday = times.weekday
    rhythm.hour = times.hour
    rhythm.minutes = times.minutes
    rhythm.skipped = [day.isoformat() for day in times.skipped]
    rhythm.days_for_reading = times.days_for_reading
    rhythm.meeting_url = times.meeting_url
    rhythm.place = times.place
    rhythm.save()
    weeks = list(iteration.weeks.order_by("number"))
    for week, day in zip(
        weeks,
        groups.days(times.first, times.weekday, times.every, len(weeks), times.skipped),
        strict=True,
    ):
        week.starts_on = day
        week.drafts_due_on = _due(week.kind, day, times.days_for_reading)
        week.save(update_fields=["starts_on", "drafts_due_on"])
    if weeks:
        iteration.starts_on = weeks[0].starts_on
        iteration.save(update_fields=["starts_on"])
    return rhythm


@transaction.atomic
def open_group(*, iteration: Iteration, by: Person) -> Iteration:
    """Its meetings are put into calendars, its invitations go out, and who reads whom is settled."""
    _may_run(by, iteration)
    _require_drafted(iteration)
    if (first := iteration.weeks.order_by("number").first()) is None:
        raise Refusal(_("Plan at least one meeting first."), code="weeks")
    if first.starts_on < moments.today_in(iteration.time_zone):
        raise Refusal(
            _("The first meeting would be in the past. Give it a day that is still to come."), code="day"
        )
    iterations.open_iteration(iteration=iteration, by=by)
    rhythm = rhythm_of(iteration)
    for week in iteration.weeks.order_by("number"):
        _plan_meeting(week, iteration, rhythm, by)
    for invitation in iteration.invitations.open().filter(sent_at__isnull=True).select_related("person"):
        _send(invitation, iteration, by)
    pair(iteration=iteration)
    record(GROUP_OPENED, by=by, about=iteration, data={"title": iteration.title})
    return iteration


@transaction.atomic
def edit_meeting(*, week: Week, by: Person, **fields: Any) -> Week:
    """Title, summary, agenda, prompts and the day for drafts; the calendar's entry follows."""
    iteration = week.iteration
    _may_run(by, iteration)
    if unknown := set(fields) - {"title", "summary", "activity_html", "prompts", "drafts_due_on"}:
        raise TypeError(f"A meeting has no {', '.join(sorted(unknown))} to edit.")
    if fields.get("drafts_due_on") is not None and fields["drafts_due_on"] > week.starts_on:
        raise Refusal(
            _("Drafts are due before the meeting, so that there is time to read."), code="drafts_due_on"
        )
    week = iterations.set_week(iteration=iteration, by=by, number=week.number, **fields)
    meeting = week.meeting
    if meeting is not None and not meeting.is_cancelled and not meeting.is_over:
        wanted = {"title": _event_title(week, iteration), "agenda": week.activity_html}
        if any(getattr(meeting.event, name) != value for name, value in wanted.items()):
            events.change(event=meeting.event, by=by, **wanted)
    return week


@transaction.atomic
def move_meeting(*, week: Week, by: Person, day: date, hour: time) -> Week:
    """To another day or hour, by the clocks of the group; the day for drafts goes along. Members are told.

    What is over does not move; the order of meetings stays as it is.
    """
    iteration = week.iteration
    _may_run(by, iteration)
    if iteration.state not in rules.CHANGEABLE:
        raise Refusal(_("It is over, and its meetings stay as they were."), code="over")
    week = Week.objects.select_for_update(of=("self",)).select_related("meeting__event").get(pk=week.pk)
    week.iteration = iteration
    meeting = week.meeting
    if meeting is not None and meeting.starts_at <= clock.now():
        raise Refusal(_("This meeting has begun; it does not move any more."), code="begun")
    starts_at = moments.at(day, hour, iteration.time_zone)
    if starts_at <= clock.now():
        raise Refusal(_("That is in the past."), code="day")
    others = iteration.weeks.exclude(pk=week.pk)
    if (
        others.filter(number__lt=week.number, starts_on__gte=day).exists()
        or others.filter(number__gt=week.number, starts_on__lte=day).exists()
    ):
        raise Refusal(_("Meetings keep their order: this day lies before or beyond another one."), code="day")
    shift = day - week.starts_on
    week.starts_on = day
    if week.drafts_due_on is not None:
        week.drafts_due_on += shift
    week.save(update_fields=["starts_on", "drafts_due_on"])
    if week.number == 1:
        iteration.starts_on = day
        iteration.save(update_fields=["starts_on"])
    if meeting is not None and not meeting.is_cancelled:
        events.move_occurrence(occurrence=meeting, by=by, starts_at=starts_at)
    if iteration.state != State.DRAFTED:
        record(
            MEETING_MOVED,
            by=by,
            about=week,
            concerns=[(each, "member") for each in _members(iteration)],
            data={"title": iteration.title, "week": week.title, "day": day.isoformat()},
        )
    return week


@transaction.atomic
def add_meeting(*, iteration: Iteration, by: Person, title: str, day: date, hour: time) -> Week:
    """One more, between the others by its day: for catching up, or for what came up."""
    _may_run(by, iteration)
    if iteration.state not in rules.CHANGEABLE:
        raise Refusal(_("It is over, and its meetings stay as they were."), code="over")
    if not title.strip():
        raise Refusal(_("A meeting needs a title."), code="title")
    if iteration.weeks.count() >= MOST_MEETINGS:
        raise Refusal(_("Forty meetings are enough for one group."), code="title")
    if iteration.weeks.filter(starts_on=day).exists():
        raise Refusal(_("The group meets on that day already."), code="day")
    if moments.at(day, hour, iteration.time_zone) <= clock.now():
        raise Refusal(_("That is in the past."), code="day")
    before = iteration.weeks.filter(starts_on__lt=day).count()
    for later in iteration.weeks.filter(number__gt=before).order_by("-number"):
        later.number += 1
        later.save(update_fields=["number"])
    rhythm = rhythm_of(iteration)
    week = Week.objects.create(
        iteration=iteration,
        number=before + 1,
        kind=Week.Kind.MEETING,
        title=title.strip()[:200],
        starts_on=day,
        activity_html=_listed(prompts.agenda("meeting")),
        drafts_due_on=_due(Week.Kind.MEETING, day, rhythm.days_for_reading),
    )
    if before == 0:
        iteration.starts_on = day
        iteration.save(update_fields=["starts_on"])
    if iteration.state != State.DRAFTED:
        rhythm.hour = hour
        _plan_meeting(week, iteration, rhythm, by)
        pair(iteration=iteration)
    return week


def rhythm_of(iteration: Iteration) -> Rhythm:
    """Its own; for a group that was copied forward, that of the one it was copied from, or one like its first meeting."""
    found = Rhythm.objects.filter(iteration=iteration).first()
    if found is not None:
        return found
    source = Rhythm.objects.filter(iteration=iteration.copied_from_id or 0).first()
    if source is None:
        return Rhythm.objects.create(
            iteration=iteration, weekday=iteration.starts_on.weekday(), hour=time(12)
        )
    return Rhythm.objects.create(
        iteration=iteration,
        every=source.every,
        weekday=source.weekday,
        hour=source.hour,
        minutes=source.minutes,
        days_for_reading=source.days_for_reading,
        meeting_url=source.meeting_url,
        place=source.place,
    )


# People ---------------------------------------------------------------------------------------------------------------


@transaction.atomic
def invite(
    *,
    iteration: Iteration,
    by: Person,
    person: Person | None = None,
    email: str = "",
    role: str = Role.PARTICIPANT,
    words: str = "",
) -> GroupInvitation:
    """Somebody who is here, or an address. It waits for the group to open; after that it goes out at once.

    Inviting the same again renews what is open.
    """
    _may_run(by, iteration)
    if iteration.state not in rules.CHANGEABLE:
        raise Refusal(_("It is over; nobody can be invited any more."), code="over")
    if role not in {Role.PARTICIPANT, Role.MENTOR}:
        raise Refusal(_("Invite them as a member or as a mentor."), code="role")
    email = email.strip().lower()
    if person is None:
        try:
            validate_email(email)
        except ValidationError:
            raise Refusal(
                _("“%(address)s” is not an e-mail address.") % {"address": email[:80]}, code="who"
            ) from None
    elif iteration.enrolments.filter(person=person, left_at__isnull=True).exists():
        raise Refusal(_("%(name)s takes part already.") % {"name": person.name}, code="who")
    waiting = iteration.invitations.open()
    same = waiting.filter(person=person) if person is not None else waiting.filter(email=email)
    same.update(withdrawn_at=clock.now())
    if waiting.count() >= MOST_INVITED:
        raise Refusal(
            _("Forty invitations are open. A writing group works best with four to ten."), code="who"
        )
    invitation = GroupInvitation.objects.create(
        iteration=iteration,
        role=role,
        person=person,
        email="" if person is not None else email,
        words=words.strip(),
        invited_by=by,
        invited_at=clock.now(),
        expires_at=clock.now() + INVITATION_LASTS,
    )
    if iteration.state != State.DRAFTED:
        _send(invitation, iteration, by)
    return invitation


def whom(typed: str, *, by: Person) -> list[Person | str]:
    """One name or address a line. A name stands for the one person of that name whom ``by`` may see."""
    found: list[Person | str] = []
    for line in typed.replace(",", "\n").replace(";", "\n").split("\n"):
        said = line.strip()
        if not said:
            continue
        if "@" in said:
            found.append(said)
            continue
        people = named_like(said, by)
        exact = [each for each in people if each.name.casefold() == said.casefold()] or people
        if len(exact) != 1:
            raise Refusal(
                _("There is nobody called “%(name)s” whom you can see. Give their e-mail address.")
                % {"name": said[:80]}
                if not exact
                else _("There are several people called “%(name)s”. Give the e-mail address.")
                % {"name": said[:80]},
                code="who",
            )
        found.append(exact[0])
    if not found:
        raise Refusal(_("Name at least one person, or give an address."), code="who")
    return found


@transaction.atomic
def new_invitation_token(*, invitation: GroupInvitation) -> str:
    """For the letter: whoever has it takes the invitation up. An earlier one is void."""
    token = new_token()
    GroupInvitation.objects.open().filter(pk=invitation.pk).update(token_hash=hashed(token))
    return token


@transaction.atomic
def accept_invitation(*, invitation: GroupInvitation, by: Person) -> Enrolment:
    """By whom it was sent to; one to an address by whoever opened its letter. It serves once."""
    if invitation.person_id is not None and invitation.person_id != by.pk:
        raise Refusal(_("This invitation is for somebody else."), code="not_yours")
    iteration = invitation.iteration
    taken = (
        GroupInvitation.objects.open()
        .filter(pk=invitation.pk, sent_at__isnull=False)
        .update(accepted_at=clock.now(), accepted_by=by)
    )
    inviter = invitation.invited_by
    if not taken or inviter is None or not rules.may_take_in(inviter, iteration):
        raise Refusal(
            _("This invitation has been used, taken back, or has run out. Ask for a new one."), code="gone"
        )
    enrolment = enrolments.enrol(iteration=iteration, person=by, role=invitation.role, by=inviter)
    record(
        ACCEPTED,
        by=by,
        about=invitation,
        concerns=[(inviter, "inviter")],
        data={"title": iteration.title},
    )
    pair(iteration=iteration)
    return enrolment


@transaction.atomic
def decline_invitation(*, invitation: GroupInvitation, by: Person | None) -> None:
    """``by`` None: whoever has the letter to an address, without an account."""
    if invitation.person_id is not None and (by is None or invitation.person_id != by.pk):
        raise Refusal(_("This invitation is for somebody else."), code="not_yours")
    if not GroupInvitation.objects.open().filter(pk=invitation.pk).update(declined_at=clock.now()):
        return
    record(
        DECLINED,
        by=by,
        about=invitation,
        concerns=[(invitation.invited_by, "inviter")] if invitation.invited_by else [],
        data={
            "title": invitation.iteration.title,
            "person": invitation.person.name if invitation.person else invitation.email,
        },
    )


@transaction.atomic
def withdraw_invitation(*, invitation: GroupInvitation, by: Person) -> None:
    _may_run(by, invitation.iteration)
    if GroupInvitation.objects.open().filter(pk=invitation.pk).update(withdrawn_at=clock.now()):
        record(WITHDRAWN, by=by, about=invitation, data={"title": invitation.iteration.title})


# Critical friends -----------------------------------------------------------------------------------------------------


@transaction.atomic
def pair(*, iteration: Iteration, anew: bool = False) -> int:
    """Who reads whom at the meetings ahead, by the group's rule; what is past stays. Returns how many readings changed.

    Safe to repeat: the same people give the same pairs. A meeting that is being prepared keeps what can be kept, since
    people have begun to read; ``anew`` lets go of that. Whose reading changes there is told.
    """
    if iteration.state not in {State.OPEN, State.RUNNING}:
        return 0
    Iteration.objects.select_for_update().get(pk=iteration.pk)  # one at a time
    found = paired(iteration)
    rule = iteration.pair_rule if iteration.pair_rule in pairs.RULES else pairs.ROUND
    mentors = set(found.mentors)
    meetings = []
    for week in found.ahead:
        known = [
            each for each in found.reads.get(week.pk, ()) if each[0] not in mentors and each[1] not in mentors
        ]
        keeps = not anew and (rule == pairs.FIXED or week.thread_id is not None)
        meetings.append(
            pairs.Meeting(
                present=[each for each in found.members if each not in found.away.get(week.pk, set())],
                before=pairs.groups_of(known) if keeps else (),
            )
        )
    changed = 0
    for week, reads in zip(
        found.ahead,
        pairs.reads(rule, meetings, past=found.past, mentors=found.mentors),
        strict=True,
    ):
        was, now = set(found.reads.get(week.pk, ())), set(reads)
        if was == now:
            continue
        for reader, writer in was - now:
            Pair.objects.filter(week=week, reader=reader, writer=writer).delete()
        Pair.objects.bulk_create(
            Pair(week=week, reader_id=reader, writer_id=writer) for reader, writer in sorted(now - was)
        )
        changed += len(now ^ was)
        if week.thread_id is not None:
            concerned = {reader for reader, _writer in now - was}
            record(
                PAIRED,
                by=None,
                about=week,
                concerns=[
                    (each, "reader") for each in Person.objects.filter(pk__in=concerned).order_by("pk")
                ],
                data={"title": iteration.title, "week": week.title},
            )
    return changed


@transaction.atomic
def set_pair_rule(*, iteration: Iteration, by: Person, rule: str) -> Iteration:
    _may_run(by, iteration)
    if rule not in pairs.RULES:
        raise Refusal(_("There is no such rule for who reads whom."), code="pair_rule")
    iterations.edit_iteration(iteration=iteration, by=by, pair_rule=rule)
    pair(iteration=iteration, anew=True)
    return iteration


@transaction.atomic
def set_away(*, enrolment: Enrolment, week: Week, by: Person, away: bool) -> PlannedWeek:
    """“I can’t this time”: out of the pairs of this meeting, and an answer to its invitation. One’s own to say."""
    if week.meeting is not None and week.meeting.starts_at <= clock.now():
        raise Refusal(_("This meeting has begun."), code="begun")
    before = enrolment.plan.filter(week=week).first()
    planned = enrolments.plan_week(
        enrolment=enrolment,
        week=week,
        by=by,
        state=PlannedWeek.State.LEFT_OUT if away else PlannedWeek.State.TO_DO,
        due_on=before.due_on if before else None,
        note=before.note if before else "",
    )
    if week.meeting is not None and not week.meeting.is_cancelled:
        events.answer(
            occurrence=week.meeting,
            person=by,
            coming=Answer.Coming.NO if away else Answer.Coming.YES,
        )
    pair(iteration=week.iteration)
    return planned


# Meetings -------------------------------------------------------------------------------------------------------------


@transaction.atomic
def prepare(*, week: Week) -> bool:
    """Once the meeting before is over: the thread of this one opens with its questions, and members are told. Once."""
    iteration = week.iteration
    week = (
        Week.objects.select_for_update(of=("self",))
        .select_related("iteration__forum", "iteration__course")
        .get(pk=week.pk)
    )
    if (
        week.thread_id is not None
        or iteration.state not in rules.UNDER_WAY
        or week.iteration.course.shape != Course.Shape.GROUP
    ):
        return False
    thread = conversations.start_thread(
        forum=week.iteration.forum,
        by=None,
        title=week.title,
        html=_opening(week),
        wants_answer=False,
        pinned=False,
        about=week,
        via="machine",
        submission_key=f"week-{week.pk}",
    )
    Week.objects.filter(pk=week.pk).update(thread=thread)
    record(
        PREPARING,
        by=None,
        about=week,
        concerns=[(each, "member") for each in _members(week.iteration)],
        data={"title": week.iteration.title, "week": week.title},
    )
    return True


def to_prepare() -> list[Week]:
    """In each group that is under way the next meeting, if it is not further off than three weeks. One query."""
    ahead = (
        Week.objects.filter(
            iteration__course__shape=Course.Shape.GROUP,
            iteration__state__in=rules.UNDER_WAY,
            starts_on__lte=(clock.now() + PREPARED_AHEAD).date(),
        )
        .select_related("iteration__course", "meeting")
        .order_by("iteration", "number")
    )
    moment = clock.now()
    next_ones: dict[int, Week] = {}
    for week in ahead:
        is_over = (
            week.meeting.ends_at <= moment
            if week.meeting is not None
            else week.starts_on < moments.today_in(week.iteration.time_zone)
        )
        if not is_over:
            next_ones.setdefault(week.iteration_id, week)
    return [week for week in next_ones.values() if week.thread_id is None]


@transaction.atomic
def note_who_was_there(*, week: Week, by: Person, people: Iterable[Person]) -> int:
    """The mentor's list of a meeting: these are on it, and those whom the mentor put on it before and not now are off."""
    meeting = _begun_meeting(week)
    there = {each.pk: each for each in people}
    for attendance in meeting.attendances.filter(way="list").exclude(person__in=there):
        events.take_off_list(attendance=attendance, by=by)
    for person in there.values():
        events.note_attendance(occurrence=meeting, person=person, by=by)
    return len(there)


@transaction.atomic
def keep_notes(*, week: Week, by: Person, notes: str, recording_url: str = "") -> Occurrence:
    return events.keep_record(
        occurrence=_begun_meeting(week), by=by, notes=notes, recording_url=recording_url
    )


def _begun_meeting(week: Week) -> Occurrence:
    if week.meeting is None:
        raise Refusal(_("No meeting is planned for it."), code="meeting")
    return week.meeting


# The end --------------------------------------------------------------------------------------------------------------


@transaction.atomic
def say(*, enrolment: Enrolment, by: Person, words: str, by_name: bool) -> Saying | None:
    """What the group was to a member, with leave to be named or not. Empty words take it back, at any time.

    New words can be said until two weeks after the end; the name can be taken back whenever one likes.
    """
    if enrolment.person_id != by.pk:
        raise Refusal(_("That is theirs alone to say."), code="not_yours")
    words = words.strip()
    there = Saying.objects.filter(enrolment=enrolment).first()
    if not words:
        if there is not None:
            there.delete()
        return None
    if (there is None or there.words != words) and not takes_words(enrolment.iteration):
        raise Refusal(_("The report is closed. Your name can still be taken off it."), code="closed")
    saying, _is_new = Saying.objects.update_or_create(
        enrolment=enrolment, defaults={"words": words, "by_name": by_name, "given_at": clock.now()}
    )
    record(SAID, by=by, about=enrolment.iteration, data={"title": enrolment.iteration.title})
    return saying


@transaction.atomic
def show_outcome(*, enrolment: Enrolment, by: Person, shows: bool) -> Enrolment:
    """Leave for the report to say how one's submission ended; nobody else gives it, and it is taken back at any time."""
    if enrolment.person_id != by.pk:
        raise Refusal(_("That is theirs alone to say."), code="not_yours")
    if enrolment.shows_outcome != shows:
        enrolment.shows_outcome = shows
        enrolment.save(update_fields=["shows_outcome"])
        record(OUTCOME_SHOWN, by=by, about=enrolment.iteration, data={"title": enrolment.iteration.title})
    return enrolment


@transaction.atomic
def close_with_words(*, iteration: Iteration, by: Person, html: str) -> Iteration:
    """The mentor's closing words, until two weeks after the end."""
    _may_run(by, iteration)
    if not takes_words(iteration):
        raise Refusal(_("The report is closed."), code="closed")
    iteration.closing_words = richtext.clean(html) if html.strip() else ""
    iteration.save(update_fields=["closing_words"])
    return iteration


def takes_words(iteration: Iteration) -> bool:
    report = GroupReport.objects.filter(iteration=iteration).first()
    return report is None or clock.now() < report.words_until


@transaction.atomic
def freeze_report(*, iteration: Iteration) -> GroupReport:
    """On the end, once: whatever is done afterwards does not change its numbers."""
    there = GroupReport.objects.filter(iteration=iteration).first()
    if there is not None:
        return there
    report, is_new = GroupReport.objects.get_or_create(
        iteration=iteration,
        defaults={
            "facts": facts(iteration),
            "made_at": clock.now(),
            "words_until": clock.now() + WORDS_LAST,
        },
    )
    if is_new:
        mentors = Person.objects.filter(
            enrolments__iteration=iteration, enrolments__left_at__isnull=True
        ).exclude(enrolments__role=Role.PARTICIPANT, enrolments__iteration=iteration)
        record(
            REPORTED,
            by=None,
            about=iteration,
            concerns=[(each, "mentor") for each in mentors.distinct()],
            data={"title": iteration.title},
        )
    return report


def facts(iteration: Iteration) -> dict[str, Any]:
    """The report as it would be now."""
    return {**counted(iteration), "parts": made_of.parts_of(iteration, kept=True)}


# Beneath --------------------------------------------------------------------------------------------------------------


def _may_run(by: Person, iteration: Iteration) -> None:
    if not rules.may_run(by, iteration):
        raise Refusal(_("Only those who mentor the group can do that."), code="not_yours")


def _require_drafted(iteration: Iteration) -> None:
    now = Iteration.objects.select_for_update().get(pk=iteration.pk)
    iteration.state = now.state
    if now.state != State.DRAFTED:
        raise Refusal(
            _(
                "The group is open, and people have planned with its days. Single meetings can still be moved."
            ),
            code="state",
        )


def _fit_times(times: Times) -> None:
    if times.every not in Rhythm.Every.values or not 0 <= times.weekday <= 6:  # noqa: PLR2004  # days of a week
        raise Refusal(_("Every week or every second week, on a day of the week."), code="every")
    if not 0 < times.minutes <= events.LONGEST:
        raise Refusal(_("Say how many minutes a meeting lasts."), code="minutes")
    if not 0 <= times.days_for_reading <= 6 + 7 * (times.every - 1):
        raise Refusal(
            _("Drafts are due after the meeting before, so that there is time to write."),
            code="days_for_reading",
        )


def _due(kind: str, day: date, ahead: int) -> date | None:
    """Nobody brings a draft to the kick-off; after it there is one to be written."""
    return None if kind == Week.Kind.KICK_OFF else day - timedelta(days=ahead)


def _listed(lines: Iterable[str]) -> str:
    # In the maker's language: an agenda is the group's own text from here on.
    return str(
        richtext.clean(
            format_html(
                "<ol>{}</ol>", format_html_join("", "<li>{}</li>", ((prompts.shown(line),) for line in lines))
            )
        )
    )


def _opening(week: Week) -> str:
    listed = format_html_join("", "<li>{}</li>", ((prompts.shown(line),) for line in week.prompts))
    return str(
        format_html("<p>{}</p>", week.summary)
        + (format_html("<ul>{}</ul>", listed) if listed else "")
        + format_html(
            '<p><a href="{}">{}</a></p>',
            week.get_absolute_url(),
            _("Agenda, who reads whom, and the day for drafts"),
        )
    )


def _event_title(week: Week, iteration: Iteration) -> str:
    return f"{iteration.title}: {week.title}"[:200]


def _plan_meeting(week: Week, iteration: Iteration, rhythm: Rhythm, by: Person) -> None:
    event = events.plan(
        by=by,
        title=_event_title(week, iteration),
        starts_at=moments.at(week.starts_on, rhythm.hour, iteration.time_zone),
        minutes=rhythm.minutes,
        time_zone=iteration.time_zone,
        audience=Audience.CIRCLE,
        circles=[iteration.circle, iteration.facilitators],
        agenda=week.activity_html,
        meeting_url=rhythm.meeting_url,
        place=rhythm.place,
    )
    week.meeting = event.occurrences.get()
    week.save(update_fields=["meeting"])


def _send(invitation: GroupInvitation, iteration: Iteration, by: Person) -> None:
    """A person is told as of everything else; the letter to an address is owed by the activity, see ``handlers``."""
    invitation.sent_at = clock.now()
    invitation.expires_at = clock.now() + INVITATION_LASTS
    invitation.save(update_fields=["sent_at", "expires_at"])
    record(
        INVITED,
        by=by,
        about=invitation,
        concerns=[(invitation.person, "invited")] if invitation.person is not None else [],
        data={"title": iteration.title},
    )


def _members(iteration: Iteration) -> list[Person]:
    return list(
        Person.objects.filter(enrolments__iteration=iteration, enrolments__left_at__isnull=True).order_by(
            "pk"
        )
    )


def local_hour(occurrence: Occurrence, time_zone: str) -> time:
    return occurrence.starts_at.astimezone(ZoneInfo(time_zone)).time()
