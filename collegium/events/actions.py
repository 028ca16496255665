"""Planning, changing and cancelling events; answers, attendance, records; calendar addresses.

Letters with calendar entries and reminders are owed by the activities that are recorded here: see ``tasks``.
"""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collegium.activity.actions import record
from collegium.activity.verbs import Told, verb
from collegium.communities.models import Community
from collegium.events import moments, queries, rules
from collegium.events.models import (
    Answer,
    Attendance,
    CalendarFeed,
    Event,
    Occurrence,
    Reminder,
    WithoutLetters,
)
from collegium.foundation import clock, richtext, signing
from collegium.foundation.refusal import Refusal
from collegium.foundation.signing import hashed, new_token
from collegium.people.models import Audience, Circle, Person

MOST_TIMES = 104
LONGEST = 24 * 60  # minutes
CLAIM = timedelta(minutes=10)
OPENS_BEFORE = timedelta(minutes=15)
CLOSES_AFTER = timedelta(minutes=60)
CODE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # none that is taken for another when it is read from a wall
CODE_LENGTH = 8
LETTERS = "events.letters"
LETTERS_LINK_LASTS = timedelta(days=365)

# Changes of these reach every calendar that has the event.
IN_CALENDARS = frozenset(
    {"title", "agenda", "starts_at", "time_zone", "minutes", "repeats", "times", "meeting_url", "place"}
)
TIMES = frozenset({"starts_at", "time_zone", "repeats", "times"})
CHANGEABLE = IN_CALENDARS | {"capacity", "audience", "communities", "circles"}

# Guests get their calendar's letter, so these say nothing by e-mail to them a second time; "subscriber" is a guest who
# has no such letters. Who they are is asked when they are told, in the background: there may be thousands.
PLANNED = verb(
    "event.planned",
    history=gettext_lazy("%(actor)s planned “%(title)s”"),
    tells={
        "member": Told(gettext_lazy("%(actor)s planned “%(title)s”"), "events:event", by_email=False),
    },
)
CHANGED = verb(
    "event.changed",
    history=gettext_lazy("%(actor)s changed “%(title)s”"),
    tells={
        "guest": Told(gettext_lazy("%(actor)s changed “%(title)s”"), "events:event", by_email=False),
        "subscriber": Told(gettext_lazy("%(actor)s changed “%(title)s”"), "events:event"),
        "waiting": Told(
            gettext_lazy("%(actor)s changed “%(title)s”, where you wait for a place"), "events:event"
        ),
    },
)
CANCELLED = verb(
    "event.cancelled",
    history=gettext_lazy("%(actor)s cancelled “%(title)s”: %(because)s"),
    tells={
        "guest": Told(
            gettext_lazy("“%(title)s” does not take place: %(because)s"), "events:event", by_email=False
        ),
        "subscriber": Told(gettext_lazy("“%(title)s” does not take place: %(because)s"), "events:event"),
        "waiting": Told(gettext_lazy("“%(title)s” does not take place: %(because)s"), "events:event"),
    },
)
MOVED = verb(
    "event.moved",
    history=gettext_lazy("%(actor)s moved one time of “%(title)s”"),
    tells={
        "guest": Told(
            gettext_lazy("%(actor)s moved “%(title)s” to %(time)s"), "events:occurrence", by_email=False
        ),
        "subscriber": Told(gettext_lazy("%(actor)s moved “%(title)s” to %(time)s"), "events:occurrence"),
        "waiting": Told(gettext_lazy("%(actor)s moved “%(title)s” to %(time)s"), "events:occurrence"),
    },
)
ONE_CANCELLED = verb(
    "event.one_cancelled",
    history=gettext_lazy("%(actor)s cancelled one time of “%(title)s”: %(because)s"),
    tells={
        "guest": Told(
            gettext_lazy("“%(title)s” does not take place on %(time)s: %(because)s"),
            "events:occurrence",
            by_email=False,
        ),
        "subscriber": Told(
            gettext_lazy("“%(title)s” does not take place on %(time)s: %(because)s"), "events:occurrence"
        ),
        "waiting": Told(
            gettext_lazy("“%(title)s” does not take place on %(time)s: %(because)s"), "events:occurrence"
        ),
    },
)
ANSWERED = verb("event.answered", history=gettext_lazy("%(actor)s answered the invitation to “%(title)s”"))
PLACE_FREE = verb(
    "event.place_free",
    history=gettext_lazy("A place became free at “%(title)s”"),
    tells={
        "guest": Told(
            gettext_lazy("A place became free at “%(title)s”: it is yours, %(time)s"), "events:occurrence"
        )
    },
)
REMINDER = verb(
    "event.reminder",
    history=gettext_lazy("A reminder of “%(title)s” went out"),
    tells={
        "guest": Told(gettext_lazy("“%(title)s” begins in a day: %(time)s"), "events:occurrence"),
        "guest_soon": Told(gettext_lazy("“%(title)s” is about to begin: %(time)s"), "events:occurrence"),
    },
)
ATTENDED = verb(
    "event.attended",
    history=gettext_lazy("%(actor)s noted who was at “%(title)s”"),
    tells={
        "guest": Told(
            gettext_lazy("You are on the list of those who were at “%(title)s”"),
            "events:occurrence",
            by_email=False,
        )
    },
)
RECORDED = verb(
    "event.recorded",
    history=gettext_lazy("%(actor)s added the recording or the notes of “%(title)s”"),
    tells={
        "guest": Told(
            gettext_lazy("The recording or the notes of “%(title)s” are there"),
            "events:occurrence",
            by_email=False,
        )
    },
)


# Planning -------------------------------------------------------------------------------------------------------------


@transaction.atomic
def plan(
    *,
    by: Person,
    title: str,
    starts_at: datetime,
    minutes: int,
    time_zone: str,
    audience: str,
    communities: Iterable[Community] = (),
    circles: Iterable[Circle] = (),
    repeats: str = Event.Repeats.NEVER,
    times: int = 1,
    agenda: str = "",
    meeting_url: str = "",
    place: str = "",
    capacity: int | None = None,
) -> Event:
    """An event and all its times. ``starts_at`` is aware; later times keep its time on the wall of ``time_zone``.

    For communities, ``by`` leads each. ``circles`` are for rooms above (a course's iteration), which answer for ``by``.
    """
    of_communities, of_circles = list(communities), list(circles)
    if not of_communities and not of_circles:
        raise Refusal(_("Say for which community it is."), code="communities")
    for community in of_communities:
        _require_leads(by, community)
    fields = _checked(
        {
            "title": title,
            "starts_at": starts_at,
            "minutes": minutes,
            "time_zone": time_zone,
            "audience": audience,
            "repeats": repeats,
            "times": times,
            "agenda": agenda,
            "meeting_url": meeting_url,
            "place": place,
            "capacity": capacity,
        }
    )
    first = moments.settled(fields.pop("starts_at"), fields["time_zone"])
    if fields["repeats"] == Event.Repeats.NEVER:
        fields["times"] = 1
    event = Event.objects.create(host=by, first_starts_at=first, **fields)
    _set_of(event, of_communities, of_circles)
    _require_audience(event)
    _lay_out(event)
    record(PLANNED, by=by, about=event, data={"title": event.title})
    return event


@transaction.atomic
def change(*, event: Event, by: Person, **fields: Any) -> Event:
    """Change what is given (as ``plan`` names it). Times that have begun stay as they were.

    New times lay out anew what is ahead: a single time that was moved goes back into its place, one that was cancelled
    stays so, and one beyond the new number is cancelled, or is gone if nobody has answered.
    """
    event = _locked(event)
    _require(rules.may_change(by, event))
    _require_takes_place(event)
    unknown = set(fields) - CHANGEABLE
    if unknown:
        raise TypeError(f"An event has no {', '.join(sorted(unknown))}.")
    communities = fields.pop("communities", None)
    circles = fields.pop("circles", None)
    checked = _checked(fields)
    _settle_times(event, checked)
    changed = {name for name, value in checked.items() if getattr(event, name) != value}
    for name in changed:
        setattr(event, name, checked[name])
    if communities is not None or circles is not None:
        _change_of(event, by, communities, circles)
    _require_audience(event)
    has_new_times = bool(changed & {"first_starts_at", "time_zone", "repeats", "times", "minutes"})
    in_calendars = has_new_times or bool(changed & IN_CALENDARS)
    event.changed_at = clock.now()
    if in_calendars:
        event.sequence += 1
    event.save()
    if has_new_times:
        _lay_out(event)
    if "capacity" in changed:
        for occurrence in event.occurrences.filter(ends_at__gt=clock.now(), cancelled_at__isnull=True):
            _give_free_places(_locked_occurrence(occurrence))
    if in_calendars:
        record(CHANGED, by=by, about=event, data={"title": event.title})
    return event


@transaction.atomic
def move_occurrence(
    *, occurrence: Occurrence, by: Person, starts_at: datetime, minutes: int | None = None
) -> Occurrence:
    """Move one time of an event; the others stay. An event that takes place once is moved as a whole."""
    occurrence = _locked_occurrence(occurrence)
    event = occurrence.event
    _require(rules.may_change(by, event))
    _require_takes_place(event)
    if occurrence.cancelled_at is not None:
        raise Refusal(_("This time has been cancelled."), code="cancelled")
    if minutes is not None:
        _checked({"minutes": minutes})
    if not event.is_series:
        change(event=event, by=by, starts_at=starts_at, minutes=minutes or event.minutes)
        occurrence.refresh_from_db()
        return occurrence
    starts_at = moments.settled(starts_at, event.time_zone)
    length = timedelta(minutes=minutes) if minutes else occurrence.ends_at - occurrence.starts_at
    if (starts_at, starts_at + length) == (occurrence.starts_at, occurrence.ends_at):
        return occurrence
    occurrence.starts_at = starts_at
    occurrence.ends_at = starts_at + length
    occurrence.sequence += 1
    occurrence.save(update_fields=["starts_at", "ends_at", "sequence"])
    _touch(event)
    Reminder.objects.filter(occurrence=occurrence).delete()  # of a time that is no more
    record(MOVED, by=by, about=occurrence, data=_said_of(occurrence))
    return occurrence


@transaction.atomic
def cancel(*, event: Event, by: Person, because: str) -> Event:
    """All that is ahead. It stays to be seen, as cancelled. Safe to repeat."""
    event = _locked(event)
    _require(rules.may_change(by, event))
    because = _reason(because)
    if event.cancelled_at is not None:
        return event
    event.cancelled_at = event.changed_at = clock.now()
    event.cancelled_because = because
    event.sequence += 1
    event.save(update_fields=["cancelled_at", "cancelled_because", "changed_at", "sequence"])
    record(CANCELLED, by=by, about=event, data={"title": event.title, "because": because})
    return event


@transaction.atomic
def cancel_occurrence(*, occurrence: Occurrence, by: Person, because: str) -> Occurrence:
    """One time of an event; of one that takes place once, the event. Safe to repeat."""
    occurrence = _locked_occurrence(occurrence)
    event = occurrence.event
    _require(rules.may_change(by, event))
    if not event.is_series:
        cancel(event=event, by=by, because=because)
        occurrence.refresh_from_db()
        return occurrence
    because = _reason(because)
    if occurrence.is_cancelled:
        return occurrence
    if occurrence.is_over:
        raise Refusal(_("This is over: it can’t be cancelled any more."), code="over")
    occurrence.cancelled_at = clock.now()
    occurrence.cancelled_because = because
    occurrence.sequence += 1
    occurrence.save(update_fields=["cancelled_at", "cancelled_because", "sequence"])
    _touch(event)
    record(
        ONE_CANCELLED,
        by=by,
        about=occurrence,
        data=_said_of(occurrence) | {"because": because},
    )
    return occurrence


# Answers --------------------------------------------------------------------------------------------------------------


@transaction.atomic
def answer(*, occurrence: Occurrence, person: Person, coming: str) -> Answer:
    """Yes, perhaps or no. Where all places are taken, yes is to wait; whoever gives up a place gives it to the first."""
    occurrence = _locked_occurrence(occurrence)
    _require_may_come(person, occurrence)
    if coming not in {Answer.Coming.YES, Answer.Coming.MAYBE, Answer.Coming.NO}:
        raise Refusal(_("Answer with yes, perhaps or no."), code="coming")
    if occurrence.is_cancelled:
        raise Refusal(_("This does not take place."), code="cancelled")
    if occurrence.is_over:
        raise Refusal(_("This is over: there is nothing to answer any more."), code="over")
    before = Answer.objects.filter(occurrence=occurrence, person=person).first()
    if before is not None and (
        before.coming == coming or {before.coming, coming} == {Answer.Coming.WAITING, Answer.Coming.YES}
    ):
        return before  # whoever waits keeps their turn
    if coming == Answer.Coming.YES and not _has_free_place(occurrence):
        coming = Answer.Coming.WAITING
    given, _is_new = Answer.objects.update_or_create(
        occurrence=occurrence, person=person, defaults={"coming": coming, "answered_at": clock.now()}
    )
    if before is not None and before.coming == Answer.Coming.YES:
        _give_free_places(occurrence)
    record(ANSWERED, by=person, about=occurrence, data={"title": occurrence.event.title})
    return given


@transaction.atomic
def answer_all(*, event: Event, person: Person, coming: str) -> list[Answer]:
    """The same answer to every time that is ahead."""
    _require_may_come(person, event)
    ahead = list(event.occurrences.ahead())
    if not ahead:
        raise Refusal(_("This is over: there is nothing to answer any more."), code="over")
    return [answer(occurrence=each, person=person, coming=coming) for each in ahead]


@transaction.atomic
def give_up_places(*, community: Community | None = None) -> int:
    """Answer no for those who may come no more, to events of a community or to all, and give their places on.

    Returns how many.
    """
    given_up = 0
    ahead = Event.objects.filter(occurrences__answers__isnull=False, occurrences__ends_at__gt=clock.now())
    if community is not None:
        ahead = ahead.filter(communities=community)
    for event in ahead.distinct().prefetch_related("communities"):
        answers = Answer.objects.filter(occurrence__event=event, occurrence__ends_at__gt=clock.now())
        gone = answers.exclude(coming=Answer.Coming.NO).exclude(queries.welcome(event))
        for each in gone.select_related("occurrence"):
            occurrence = _locked_occurrence(each.occurrence)
            Answer.objects.filter(pk=each.pk).update(coming=Answer.Coming.NO)
            _give_free_places(occurrence)
            given_up += 1
    return given_up


# Attendance -----------------------------------------------------------------------------------------------------------


def code_window(occurrence: Occurrence) -> tuple[datetime, datetime]:
    """From when until when the room's code is taken."""
    opens = occurrence.starts_at - OPENS_BEFORE
    return opens, occurrence.code_open_until or occurrence.starts_at + CLOSES_AFTER


@transaction.atomic
def check_in(*, occurrence: Occurrence, person: Person, code: str) -> Attendance:
    """With the code of the room, around the start. Whoever has a place or not: they are there. Safe to repeat."""
    _require_may_come(person, occurrence)
    if not secrets.compare_digest(plain_code(code).encode(), occurrence.code.encode()):
        raise Refusal(
            _("That is not the code of this meeting. Look again at what the room shows."), code="code"
        )
    if occurrence.is_cancelled:
        raise Refusal(_("This does not take place."), code="cancelled")
    opens, closes = code_window(occurrence)
    if clock.now() < opens:
        raise Refusal(
            _("It is too early: the code is taken from a quarter of an hour before the start."), code="early"
        )
    if clock.now() > closes:
        raise Refusal(_("It is too late for the code. Ask the host to put you on the list."), code="late")
    attendance, is_new = Attendance.objects.get_or_create(
        occurrence=occurrence,
        person=person,
        defaults={"way": Attendance.Way.CODE, "noted_by": person, "at": clock.now()},
    )
    if is_new:
        record(ATTENDED, by=person, about=occurrence, data={"title": occurrence.event.title})
    return attendance


@transaction.atomic
def note_attendance(*, occurrence: Occurrence, person: Person, by: Person) -> Attendance:
    """The host puts somebody on the list, once it has begun. Safe to repeat."""
    _require(rules.may_keep_list(by, occurrence))
    _require_begun(occurrence)
    if not rules.may_come(person, occurrence):
        raise Refusal(
            _("%(name)s does not belong to those who may come.") % {"name": person.name}, code="person"
        )
    attendance, is_new = Attendance.objects.get_or_create(
        occurrence=occurrence,
        person=person,
        defaults={"way": Attendance.Way.LIST, "noted_by": by, "at": clock.now()},
    )
    if is_new:
        record(
            ATTENDED,
            by=by,
            about=occurrence,
            concerns=[(person, "guest")],
            data={"title": occurrence.event.title},
        )
    return attendance


@transaction.atomic
def take_off_list(*, attendance: Attendance, by: Person) -> None:
    """A slip of the host's. Who checked in by themself stays: the code says that they were there."""
    _require(rules.may_keep_list(by, attendance))
    if attendance.way == Attendance.Way.CODE:
        raise Refusal(
            _("%(name)s checked in with the code of the room.") % {"name": attendance.person.name},
            code="code",
        )
    attendance.delete()


@transaction.atomic
def keep_code_open(*, occurrence: Occurrence, by: Person, minutes: int) -> Occurrence:
    """Take the code for so many more minutes from now; 0 takes it no longer."""
    _require(rules.may_keep_list(by, occurrence))
    if not 0 <= minutes <= LONGEST:
        raise Refusal(_("A day is the longest."), code="minutes")
    occurrence.code_open_until = clock.now() + timedelta(minutes=minutes)
    occurrence.save(update_fields=["code_open_until"])
    return occurrence


@transaction.atomic
def renew_code(*, occurrence: Occurrence, by: Person) -> Occurrence:
    """Another code, when this one has got about."""
    _require(rules.may_keep_list(by, occurrence))
    occurrence.code = _new_code()
    occurrence.save(update_fields=["code"])
    return occurrence


@transaction.atomic
def keep_record(
    *, occurrence: Occurrence, by: Person, recording_url: str = "", notes: str = ""
) -> Occurrence:
    """Recording and notes, once it has begun; those who come or came are told the first time."""
    _require(rules.may_keep_record(by, occurrence))
    _require_begun(occurrence)
    had_record = bool(occurrence.recording_url or occurrence.notes)
    occurrence.recording_url = _address(recording_url, "recording_url")
    occurrence.notes = richtext.clean(notes) if notes.strip() else ""
    occurrence.save(update_fields=["recording_url", "notes"])
    if not had_record and (occurrence.recording_url or occurrence.notes):
        record(RECORDED, by=by, about=occurrence, data={"title": occurrence.event.title})
    return occurrence


# Calendar addresses ---------------------------------------------------------------------------------------------------


@transaction.atomic
def feed_token(*, person: Person) -> str:
    """A new private calendar address; an earlier one is void at once. The token is shown now and kept by nobody."""
    token = new_token()
    CalendarFeed.objects.update_or_create(
        person=person, defaults={"token_hash": hashed(token), "made_at": clock.now()}
    )
    return token


@transaction.atomic
def end_feed(*, person: Person) -> None:
    CalendarFeed.objects.filter(person=person).delete()


@transaction.atomic
def set_calendar_letters(*, person: Person, on: bool) -> None:
    """Whether letters bring meetings, their changes and their end into somebody's calendar. Safe to repeat.

    Once they are on again, what the calendar does not know yet is owed to it.
    """
    if on:
        WithoutLetters.objects.filter(person=person).delete()
    else:
        WithoutLetters.objects.get_or_create(person=person, defaults={"since": clock.now()})


def letters_token(person: Person) -> str:
    """For the foot of these letters: whoever has it ends them, and nothing else."""
    return signing.make(LETTERS, person.pk, clock.now() + LETTERS_LINK_LASTS)


def read_letters_token(token: str) -> int:
    """Whose letters; ``signing.LinkInvalid`` otherwise."""
    return int(signing.read(LETTERS, token))


# Reminders and calendar letters: for the tasks ------------------------------------------------------------------------


@transaction.atomic
def remind(*, occurrence: Occurrence, kind: str) -> int:
    """Once a person and kind, whoever else does it at the same time; returns how many are reminded."""
    occurrence = _locked_occurrence(occurrence)
    if occurrence.is_cancelled:
        return 0
    reminded = Reminder.objects.filter(occurrence=occurrence, kind=kind).values("person")
    answers = queries.guests(occurrence.event, occurrence=occurrence).exclude(person__in=reminded)
    if kind == "day":  # who answered since then knows it anyway
        answers = answers.filter(answered_at__lt=occurrence.starts_at - timedelta(days=1))
    people = [each.person for each in answers.select_related("person")]
    if not people:
        return 0
    Reminder.objects.bulk_create(
        Reminder(occurrence=occurrence, person=person, kind=kind, at=clock.now()) for person in people
    )
    role = "guest" if kind == "day" else "guest_soon"
    record(
        REMINDER,
        by=None,
        about=occurrence,
        concerns=[(person, role) for person in people],
        data=_said_of(occurrence),
    )
    return len(people)


@transaction.atomic
def claim_invitation(*, event: Event, person: Person) -> list[Answer]:
    """The answers whose calendar letter the caller must now send; none if nothing is owed, or somebody else is at it.

    The claim is committed before the mail server is asked; it runs out after ten minutes, if whoever holds it died.
    """
    moment = clock.wall()
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lt=moment)
    owed = queries.owed_invitations().filter(free, occurrence__event=event, person=person)
    ids = list(owed.select_for_update(of=("self",)).values_list("pk", flat=True))
    Answer.objects.filter(pk__in=ids).update(claimed_until=moment + CLAIM)
    return list(
        Answer.objects.filter(pk__in=ids)
        .select_related("occurrence__event__host", "person__account")
        .order_by("occurrence__number")
    )


@transaction.atomic
def invitation_sent(*, answers: Iterable[Answer], method: str) -> None:
    """Each as it was when it was claimed: what has changed since is owed again."""
    for each in answers:
        Answer.objects.filter(pk=each.pk).update(
            sent_sequence=each.occurrence.revision, sent_as=method.lower(), claimed_until=None
        )


@transaction.atomic
def invitation_failed(*, answers: Iterable[Answer]) -> None:
    """Give the claim back, so that the next attempt need not wait for it to run out."""
    Answer.objects.filter(pk__in=[each.pk for each in answers]).update(claimed_until=None)


@transaction.atomic
def part_with_everything(person: Person) -> None:
    """For an erasure: places that they had go to those who wait."""
    having = list(
        Occurrence.objects.filter(
            answers__person=person, answers__coming=Answer.Coming.YES, ends_at__gt=clock.now()
        )
    )
    Answer.objects.filter(person=person).delete()
    Attendance.objects.filter(person=person).delete()
    Reminder.objects.filter(person=person).delete()
    CalendarFeed.objects.filter(person=person).delete()
    WithoutLetters.objects.filter(person=person).delete()
    Event.objects.filter(host=person).update(host=None)
    for occurrence in having:
        _give_free_places(_locked_occurrence(occurrence))


# Inside ---------------------------------------------------------------------------------------------------------------


def plain_code(typed: str) -> str:
    """As it is kept, however it was typed."""
    return "".join(each for each in typed.upper() if each.isalnum())


def _locked(event: Event) -> Event:
    return Event.objects.select_for_update().get(pk=event.pk)


def _locked_occurrence(occurrence: Occurrence) -> Occurrence:
    """With its event; whoever answers or promotes meanwhile waits."""
    return Occurrence.objects.select_for_update(of=("self",)).select_related("event").get(pk=occurrence.pk)


def _settle_times(event: Event, checked: dict[str, Any]) -> None:
    """Say the start as the row keeps it."""
    zone = checked.get("time_zone", event.time_zone)
    if "starts_at" in checked:
        checked["first_starts_at"] = moments.settled(checked.pop("starts_at"), zone)
    elif zone != event.time_zone:  # at the same time on the wall there
        wall = moments.on_the_wall(event.first_starts_at, event.time_zone)
        checked["first_starts_at"] = moments.at_the_wall(wall, zone)
    if checked.get("repeats", event.repeats) == Event.Repeats.NEVER:
        checked["times"] = 1


def _lay_out(event: Event) -> None:
    """Make the rows of its times agree with its rule; what has begun stays as it was."""
    planned = moments.series(event.first_starts_at, event.time_zone, event.repeats, event.times)
    length = timedelta(minutes=event.minutes)
    there = {each.number: each for each in event.occurrences.all()}
    moment = clock.now()
    if any(number > len(planned) and each.starts_at <= moment for number, each in there.items()):
        raise Refusal(_("More times than that have taken place already."), code="times")
    for number, each in enumerate(planned, start=1):
        occurrence = there.pop(number, None)
        if occurrence is None:
            Occurrence.objects.create(
                event=event,
                number=number,
                planned_at=each.at,
                starts_at=each.at,
                ends_at=each.at + length,
                code=_new_code(),
            )
            continue
        if occurrence.starts_at > moment:
            if occurrence.planned_at != each.at or not occurrence.is_moved:
                if occurrence.starts_at != each.at:
                    occurrence.reminders.all().delete()
                occurrence.starts_at = each.at
            occurrence.ends_at = occurrence.starts_at + length
        occurrence.planned_at = each.at
        occurrence.save(update_fields=["planned_at", "starts_at", "ends_at"])
    for occurrence in there.values():
        if occurrence.answers.exists():
            Occurrence.objects.filter(pk=occurrence.pk, cancelled_at__isnull=True).update(
                cancelled_at=moment, sequence=F("sequence") + 1
            )
        else:
            occurrence.delete()


def _set_of(event: Event, communities: list[Community], circles: list[Circle]) -> None:
    event.communities.set(communities)
    event.circles.set({each.circle_id for each in communities} | {each.pk for each in circles})


def _change_of(
    event: Event, by: Person, communities: Iterable[Community] | None, circles: Iterable[Circle] | None
) -> None:
    before = list(event.communities.all())
    of_communities = before if communities is None else list(communities)
    for community in of_communities:
        if community not in before:
            _require_leads(by, community)
    own = [each.circle_id for each in before]
    of_circles = list(event.circles.exclude(pk__in=own)) if circles is None else list(circles)
    if not of_communities and not of_circles:
        raise Refusal(_("Say for which community it is."), code="communities")
    _set_of(event, of_communities, of_circles)


def _touch(event: Event) -> None:
    Event.objects.filter(pk=event.pk).update(changed_at=clock.now())


def _has_free_place(occurrence: Occurrence) -> bool:
    capacity = occurrence.event.capacity
    return (
        capacity is None
        or Answer.objects.filter(occurrence=occurrence, coming=Answer.Coming.YES).count() < capacity
    )


def _give_free_places(occurrence: Occurrence) -> None:
    """To the first who wait and may still come. The occurrence is locked."""
    if occurrence.is_cancelled or occurrence.is_over:
        return
    waiting = queries.guests(occurrence.event, Answer.Coming.WAITING, occurrence=occurrence)
    for first in waiting.select_related("person").order_by("answered_at", "pk"):
        if not _has_free_place(occurrence):
            return
        Answer.objects.filter(pk=first.pk).update(coming=Answer.Coming.YES)
        record(
            PLACE_FREE,
            by=None,
            about=occurrence,
            concerns=[(first.person, "guest")],
            data=_said_of(occurrence),
        )


def _said_of(occurrence: Occurrence) -> dict[str, Any]:
    """Facts for a sentence. The time is the event's own, in figures that are the same in every language."""
    event = occurrence.event
    local = moments.on_the_wall(occurrence.starts_at, event.time_zone)
    return {"title": event.title, "time": f"{local:%Y-%m-%d %H:%M} ({event.time_zone})"}


def _new_code() -> str:
    while True:
        code = "".join(secrets.choice(CODE_LETTERS) for _each in range(CODE_LENGTH))
        if not Occurrence.objects.filter(code=code).exists():
            return code


def _checked(fields: dict[str, Any]) -> dict[str, Any]:  # noqa: C901  # one plain question a field
    """The fields as they are kept; a Refusal names the first that can't be."""
    kept = dict(fields)
    if "title" in kept:
        kept["title"] = " ".join(kept["title"].split())[:200]
        if not kept["title"]:
            raise Refusal(_("An event needs a title."), code="title")
    if "time_zone" in kept and not moments.is_zone(kept["time_zone"]):
        raise Refusal(_("We don’t know this time zone."), code="time_zone")
    if "starts_at" in kept and kept["starts_at"].tzinfo is None:
        raise ValueError("An event starts at an aware moment, not a naive one.")
    if "minutes" in kept and not 1 <= kept["minutes"] <= LONGEST:
        raise Refusal(_("It can last from one minute to a day."), code="minutes")
    if "repeats" in kept and kept["repeats"] not in Event.Repeats.values:
        raise Refusal(_("An event can’t be repeated like that."), code="repeats")
    if "times" in kept and not 1 <= kept["times"] <= MOST_TIMES:
        raise Refusal(
            _("An event can take place from once to %(most)d times.") % {"most": MOST_TIMES}, code="times"
        )
    if kept.get("capacity") is not None and kept["capacity"] < 1:
        raise Refusal(_("There must be room for somebody; leave it empty for everyone."), code="capacity")
    if "audience" in kept and kept["audience"] not in {Audience.CIRCLE, Audience.SIGNED_IN, Audience.PUBLIC}:
        raise Refusal(_("Say who can see it."), code="audience")
    if "agenda" in kept:
        kept["agenda"] = richtext.clean(kept["agenda"]) if kept["agenda"].strip() else ""
    if "meeting_url" in kept:
        kept["meeting_url"] = _address(kept["meeting_url"], "meeting_url")
    if "place" in kept:
        kept["place"] = " ".join(kept["place"].split())[:200]
    return kept


def _address(typed: str, field: str) -> str:
    typed = typed.strip()
    if not typed:
        return ""
    try:
        parts = urlsplit(typed)
        is_one = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        is_one = False
    if not is_one or len(typed) > 2000 or any(each.isspace() for each in typed):  # noqa: PLR2004  # as its field
        raise Refusal(_("That is not an address on the web: it begins with https://."), code=field)
    return typed


def _reason(because: str) -> str:
    because = " ".join(because.split())[:300]
    if not because:
        raise Refusal(_("Say why, in a word to those who wanted to come."), code="because")
    return because


def _require(allowed: bool) -> None:  # noqa: FBT001  # reads as a sentence where it is called
    if not allowed:
        raise Refusal(_("Only a host of the event can do that."))


def _require_leads(by: Person, community: Community) -> None:
    if not rules.may_plan(by, community):
        raise Refusal(
            _("Only conveners and facilitators of %(community)s plan its events.")
            % {"community": community.title},
            code="communities",
        )


def _require_audience(event: Event) -> None:
    if event.audience != Audience.CIRCLE and not rules.is_open_to(event, event.audience):
        raise Refusal(
            _("One of its communities is not open so widely, so its events can’t be."), code="audience"
        )


def _require_takes_place(event: Event) -> None:
    if event.cancelled_at is not None:
        raise Refusal(_("This event has been cancelled."), code="cancelled")


def _require_may_come(person: Person, thing: Event | Occurrence) -> None:
    if not rules.may_come(person, thing):
        raise Refusal(_("This event is not open to you."))


def _require_begun(occurrence: Occurrence) -> None:
    if clock.now() < occurrence.starts_at - OPENS_BEFORE:
        raise Refusal(_("It has not begun yet."), code="early")
