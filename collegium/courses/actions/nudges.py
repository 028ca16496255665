"""Nudges that people set for themselves: on a day, every week, or by a buddy who agreed to it.

Nobody else can set one, see it (but the buddy, theirs), or keep it from being ended.
"""

from datetime import date, time, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collegium.activity.actions import record
from collegium.activity.verbs import Told, verb
from collegium.courses import moments
from collegium.courses.models import Iteration, Nudge
from collegium.foundation import clock
from collegium.foundation.refusal import Refusal
from collegium.people.models import CircleMember, Person

Kind = Nudge.Kind

IN_THE_MORNING = time(8)
MOST = 20
SUNDAY = 6

DUE = verb(
    "nudge.due",
    history=gettext_lazy("A nudge went out."),
    tells={
        "self": Told(gettext_lazy("A nudge from yourself: %(words)s"), "courses:nudge"),
        "buddy": Told(
            gettext_lazy("%(person)s asked you for a friendly nudge today: %(words)s"), "courses:nudge"
        ),
    },
)
ASKED = verb(
    "nudge.asked",
    history=gettext_lazy("%(actor)s asked a buddy for a nudge."),
    tells={
        "buddy": Told(
            gettext_lazy("%(actor)s would like a friendly nudge from you. Is that all right?"),
            "courses:nudge",
        )
    },
)
AGREED = verb(
    "nudge.agreed",
    history=gettext_lazy("%(actor)s agreed to give a nudge."),
    tells={
        "self": Told(
            gettext_lazy("%(actor)s gladly gives you the nudge you asked for."),
            "courses:nudge",
            by_email=False,
        )
    },
)
DECLINED = verb(
    "nudge.declined",
    history=gettext_lazy("The nudge was not taken on."),
    tells={
        "self": Told(
            gettext_lazy("%(actor)s can’t take your nudge on. Somebody else can, or you yourself."),
            "courses:nudge",
            by_email=False,
        )
    },
)
ENDED = verb("nudge.ended", history=gettext_lazy("A nudge was ended."))


@transaction.atomic
def set_nudge(
    *,
    by: Person,
    kind: str,
    words: str,
    on: date | None = None,
    weekday: int | None = None,
    buddy: Person | None = None,
    iteration: Iteration | None = None,
) -> Nudge:
    """For oneself. A buddy is somebody with whom one shares a circle, and is asked first: without their yes nothing goes out."""
    words = words.strip()
    if not words:
        raise Refusal(_("Say what you want to be reminded of."), code="words")
    if kind not in Kind.values:
        raise Refusal(_("On a day, every week, or by a buddy."), code="kind")
    if Nudge.objects.filter(person=by, ended_at__isnull=True, next_on__isnull=False).count() >= MOST:
        raise Refusal(_("Twenty nudges are plenty. Which one can go?"), code="words")
    if (
        iteration is not None
        and not CircleMember.objects.filter(circle=iteration.circle_id, person=by).exists()
    ):
        raise Refusal(_("You don’t take part in it."), code="iteration")
    next_on = _first_day(by, kind, on, weekday)
    if kind != Kind.BUDDY:
        buddy = None
    elif buddy is None or buddy.pk == by.pk or not may_be_buddy(by, buddy):
        raise Refusal(_("Choose somebody who takes part with you."), code="buddy")
    nudge = Nudge.objects.create(
        person=by,
        iteration=iteration,
        kind=kind,
        words=words[:300],
        on=None if kind == Kind.WEEKLY else on,
        weekday=weekday if kind == Kind.WEEKLY else None,
        buddy=buddy,
        next_on=next_on,
        made_at=clock.now(),
    )
    if buddy is not None:
        record(ASKED, by=by, about=nudge, concerns=[(buddy, "buddy")])
    return nudge


@transaction.atomic
def answer_as_buddy(*, nudge: Nudge, by: Person, agrees: bool) -> Nudge:
    """Only the one who was asked; a yes can be taken back, which ends the nudge. Safe to repeat."""
    if nudge.buddy_id != by.pk:
        raise Refusal(_("You were not asked."), code="not_yours")
    nudge = Nudge.objects.select_for_update(of=("self",)).select_related("person").get(pk=nudge.pk)
    if nudge.ended_at is not None:
        if agrees:
            raise Refusal(_("It was taken back meanwhile."), code="ended")
        return nudge
    if agrees:
        if nudge.buddy_agreed_at is None:
            nudge.buddy_agreed_at = clock.now()
            nudge.save(update_fields=["buddy_agreed_at"])
            record(AGREED, by=by, about=nudge, concerns=[(nudge.person, "self")])
        return nudge
    nudge.ended_at, nudge.next_on = clock.now(), None
    nudge.save(update_fields=["ended_at", "next_on"])
    record(DECLINED, by=by, about=nudge, concerns=[(nudge.person, "self")])
    return nudge


@transaction.atomic
def end_nudge(*, nudge: Nudge, by: Person) -> None:
    """By whoever set it, at any time. Safe to repeat."""
    if nudge.person_id != by.pk:
        raise Refusal(_("That is theirs alone to end."), code="not_yours")
    if Nudge.objects.filter(pk=nudge.pk, ended_at__isnull=True).update(ended_at=clock.now(), next_on=None):
        record(ENDED, by=by, about=nudge)


def due() -> list[Nudge]:
    """Those whose morning has come where whoever is told lives. One query."""
    # The earliest zone is fourteen hours ahead: what is due anywhere is due by this date.
    latest = (clock.now() + timedelta(hours=14)).date()
    waiting = (
        Nudge.objects.filter(ended_at__isnull=True, next_on__lte=latest)
        .exclude(kind=Kind.BUDDY, buddy_agreed_at__isnull=True)
        .select_related("person", "buddy")
        .order_by("next_on", "pk")
    )
    return [nudge for nudge in waiting if _has_come(nudge)]


@transaction.atomic
def send(*, nudge: Nudge) -> bool:
    """Once a day, whoever else is at it: the day is claimed before anybody is told. False where nothing was to be sent.

    What was due while no worker ran is sent once, late, and not once for each week that was missed.
    """
    if not _has_come(nudge):
        return False
    told, role = (nudge.buddy, "buddy") if nudge.kind == Kind.BUDDY else (nudge.person, "self")
    next_on = None
    if nudge.kind == Kind.WEEKLY and nudge.weekday is not None:
        next_on = next_such_day(
            moments.today_in(nudge.person.time_zone), nudge.weekday, nudge.person.time_zone
        )
    is_over = next_on is None
    claimed = Nudge.objects.filter(pk=nudge.pk, next_on=nudge.next_on, ended_at__isnull=True).update(
        next_on=next_on,
        last_sent_at=clock.now(),
        ended_at=clock.now() if is_over else None,
    )
    if not claimed or told is None:
        return False
    if role == "buddy" and (nudge.buddy_agreed_at is None or not may_be_buddy(nudge.person, told)):
        return False  # they have parted ways: what one wanted to be reminded of is not told
    record(
        DUE,
        by=None,
        about=nudge,
        concerns=[(told, role)],
        data={"words": nudge.words, "person": nudge.person.name},
    )
    return True


def may_be_buddy(person: Person, buddy: Person) -> bool:
    """Both take part in something together."""
    mine = CircleMember.objects.filter(person=person).values("circle")
    return (
        buddy.erased_at is None
        and CircleMember.objects.filter(
            person=buddy, circle__in=mine, circle__iteration__isnull=False
        ).exists()
    )


def next_such_day(today: date, weekday: int, time_zone: str) -> date:
    """The next such weekday; today's only while its morning is still to come."""
    day = today + timedelta(days=(weekday - today.weekday()) % 7)
    return day + timedelta(days=7) if day == today and is_past_morning(time_zone) else day


def is_past_morning(time_zone: str) -> bool:
    return moments.at(moments.today_in(time_zone), IN_THE_MORNING, time_zone) <= clock.now()


def _first_day(by: Person, kind: str, on: date | None, weekday: int | None) -> date:
    today = moments.today_in(by.time_zone)
    if kind == Kind.WEEKLY:
        if weekday is None or not 0 <= weekday <= SUNDAY:
            raise Refusal(_("Say on which day of the week."), code="weekday")
        return next_such_day(today, weekday, by.time_zone)
    if on is None:
        raise Refusal(_("Say on which day."), code="on")
    if on < today or (on == today and is_past_morning(by.time_zone)):
        raise Refusal(_("Nudges go out in the morning: tomorrow is the first that can be."), code="on")
    return on


def _has_come(nudge: Nudge) -> bool:
    if nudge.next_on is None or nudge.ended_at is not None:
        return False
    told = nudge.buddy if nudge.kind == Kind.BUDDY else nudge.person
    zone = told.time_zone if told is not None else nudge.person.time_zone
    return moments.at(nudge.next_on, IN_THE_MORNING, zone) <= clock.now()
