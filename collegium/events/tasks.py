"""Letters to calendars, reminders, and places that go on when somebody may come no more."""

import hashlib
from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from collegium.events import actions, calendars, queries
from collegium.events.models import Answer, CalendarFeed, Event, Occurrence
from collegium.events.when import when
from collegium.foundation import background, clock, letters
from collegium.people.models import Person

MOST = 500
A_JOB = 100  # letters that one worker sends after another
DAY, SOON = "day", "soon"
# How long before the start each goes out: from, until. What a long silence made late is left out.
WINDOWS = {
    DAY: (timedelta(hours=24), timedelta(hours=18)),
    SOON: (timedelta(minutes=15), timedelta(0)),
}


@background.task(retries=6)
def invite(event_id: int, person_id: int) -> None:
    """Tell one person's calendar what it does not know yet. Safe to repeat: once a change, whoever else is at it."""
    event = Event.objects.get(pk=event_id)
    person = Person.objects.select_related("account").get(pk=person_id)
    owed = actions.claim_invitation(event=event, person=person)
    if not owed:
        return
    if person.account is None or not person.account.is_active:
        actions.invitation_failed(answers=owed)
        return
    comes = [each for each in owed if each.coming in queries.COMES and not each.occurrence.is_cancelled]
    dropped = [each for each in owed if each not in comes]
    for method, answers in ((calendars.REQUEST, comes), (calendars.CANCEL, dropped)):
        if not answers:
            continue
        try:
            _send(answers, person, method)
        except Exception:
            actions.invitation_failed(answers=owed)
            raise
        actions.invitation_sent(answers=answers, method=method)
    if queries.owed_invitations().filter(occurrence__event=event, person=person).exists():
        invite.later(event_id, person_id)  # it changed while the letter was written


@background.task(retries=6)
def invite_guests(event_id: int) -> None:
    """Owes the letters, many to a task: a task for each would cost more than it."""
    owed = queries.owed_invitations().filter(occurrence__event=event_id)
    people = list(owed.order_by("person").values_list("person", flat=True).distinct())
    for start in range(0, len(people), A_JOB):
        invite_many.later(event_id, people[start : start + A_JOB])


@background.task(retries=6)
def invite_many(event_id: int, people: list[int]) -> None:
    """One after the other; what the mail server did not take is tried again by itself."""
    with letters.one_connection():
        for person_id in people:
            try:
                invite(event_id, person_id)
            except OSError:  # of a mail server, all of smtplib's among them
                invite.later(event_id, person_id)


@background.periodic(minutes=10)
def invite_whom_was_left() -> None:
    """Letters that a crash left between claim and sending, or whose task gave up while the mail server was away."""
    owed = queries.owed_invitations().order_by().values_list("occurrence__event", "person").distinct()
    for event_id, person_id in owed[:MOST]:
        invite.later(event_id, person_id)


@background.periodic(minutes=2)
def remind() -> None:
    for kind, (first, last) in WINDOWS.items():
        due = Occurrence.objects.ahead().filter(
            starts_at__lte=clock.now() + first, starts_at__gt=clock.now() + last
        )
        for occurrence in due.select_related("event").order_by("starts_at", "pk"):
            actions.remind(occurrence=occurrence, kind=kind)


@background.periodic(minutes=60)
def give_up_places() -> None:
    """Of those who may come no more for a reason that nothing told us of, such as a community made private."""
    actions.give_up_places()


def _send(answers: Sequence[Answer], person: Person, method: str) -> None:
    assert person.account is not None  # noqa: S101  # for the type checker: asked before
    event = answers[0].occurrence.event
    stop = settings.SITE_URL + reverse("events:stop_letters", args=[actions.letters_token(person)])
    with translation.override(person.language or settings.LANGUAGE_CODE):
        content = calendars.letter(
            [(each.occurrence, each.coming) for each in answers],
            person,
            method=method,
            whole=_whole(event, answers) if method == calendars.REQUEST else None,
        ).decode()
        said = "request" if method == calendars.REQUEST else "cancel"
        letters.send(
            to=person.account.email,
            template=f"events/letters/{said}",
            subject=_subject(event, answers, method),
            context={
                "event": event,
                "occurrences": [
                    (
                        each.occurrence,
                        each.coming,
                        when(each.occurrence, person, zone=person.time_zone),
                    )
                    for each in answers
                ],
                "person": person,
                "is_update": any(each.sent_as for each in answers),
                "address": settings.SITE_URL
                + (event if len(answers) > 1 else answers[0].occurrence).get_absolute_url(),
                "stop": stop,
                "has_feed": CalendarFeed.objects.filter(person=person).exists(),
            },
            headers={
                "Message-ID": _message_id(event, answers, method),
                "List-Unsubscribe": f"<{stop}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
                "Auto-Submitted": "auto-generated",
            },
            in_spite_of_returns=False,
            alternatives=[(content, f"text/calendar; method={method}")],
            attachments=[("invite.ics", content.encode(), "application/ics")],
        )


def _whole(event: Event, answers: Sequence[Answer]) -> calendars.Entry | None:
    """The series as one, for whoever gave the same answer to all that is ahead of it, and owes all of it."""
    occurrences = list(event.occurrences.select_related("event").order_by("number"))
    ahead = {each.pk for each in occurrences if not each.is_over and not each.is_cancelled}
    is_whole = {each.occurrence_id for each in answers} == ahead and len(
        {each.coming for each in answers}
    ) == 1
    if not event.is_series or len(ahead) < 2 or not is_whole:  # noqa: PLR2004  # more than one
        return None
    gone = frozenset(each.pk for each in occurrences if each.pk not in ahead)
    return calendars.Entry(event=event, occurrences=occurrences, left_out=gone, with_address=frozenset(ahead))


def _subject(event: Event, answers: Sequence[Answer], method: str) -> str:
    if method == calendars.CANCEL:
        is_off = any(each.occurrence.is_cancelled for each in answers)
        return (_("Cancelled: %(title)s") if is_off else _("Off your calendar: %(title)s")) % {
            "title": event.title
        }
    if any(each.sent_as == "request" for each in answers):
        return _("Changed: %(title)s") % {"title": event.title}
    return _("For your calendar: %(title)s") % {"title": event.title}


def _message_id(event: Event, answers: Sequence[Answer], method: str) -> str:
    """The same each time: where a crash between sending and noting it sends twice, mail readers show it once."""
    facts = " ".join(
        f"{each.pk}:{each.occurrence.revision}:{each.answered_at.timestamp()}" for each in answers
    )
    digest = hashlib.sha256(f"{method} {facts}".encode()).hexdigest()[:24]
    host = settings.SITE_URL.partition("://")[2].partition("/")[0].partition(":")[0] or "localhost"
    return f"<event-{event.pk}-{digest}@{host}>"
