"""Feedback asked for, given, thanked. To ask is to let read, for a time."""

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collegium.activity.actions import record
from collegium.activity.verbs import Told, verb
from collegium.foundation import clock
from collegium.foundation.refusal import Refusal
from collegium.people.models import Circle, Person
from collegium.portfolios.actions.sharing import share_with_circle, share_with_person
from collegium.portfolios.models import Feedback, FeedbackRequest, Section, Share

GRACE = dt.timedelta(days=14)  # a reader who is late may read so long after the day that was asked for
MOST_TOLD = 30  # in a larger circle nobody is told one by one: the request is on their page of drafts

ASKED = verb(
    "feedback.asked",
    history=gettext_lazy("%(actor)s asked %(asked)s for feedback on %(section)s"),
    tells={
        "reader": Told(
            gettext_lazy("%(actor)s asks you for feedback on %(section)s"), "portfolios:feedback_request"
        )
    },
)
GIVEN = verb(
    "feedback.given",
    history=gettext_lazy("%(actor)s gave feedback on %(section)s"),
    tells={
        "writer": Told(
            gettext_lazy("%(actor)s gave you feedback on %(section)s"), "portfolios:feedback_request"
        )
    },
)
THANKED = verb(
    "feedback.thanked",
    history=gettext_lazy("%(actor)s thanked %(reader)s for feedback on %(section)s"),
    tells={
        "reader": Told(
            gettext_lazy("%(actor)s thanks you for your feedback on %(section)s"),
            "portfolios:feedback_request",
            by_email=False,
        )
    },
)
ENDED = verb("feedback.ended", history=gettext_lazy("%(actor)s asks for no more feedback on %(section)s"))


@transaction.atomic
def ask_feedback(
    *,
    section: Section,
    by: Person,
    person: Person | None = None,
    circle: Circle | None = None,
    until: dt.date | None = None,
    words: str = "",
) -> FeedbackRequest:
    """Shares the section with whom it asks, until two weeks after the day, or open-ended where none is named."""
    if (person is None) == (circle is None):
        raise Refusal(_("Say whom you ask: a person, or a circle."))
    if until is not None and until < clock.today():
        raise Refusal(_("That day is over: choose one to come."))
    ends = None
    if until is not None:
        here = timezone.get_current_timezone()
        ends = dt.datetime.combine(until, dt.time(23, 59, 59), tzinfo=here) + GRACE
    portfolio = section.portfolio
    # Somebody who may read for longer, or all of it, goes on doing so.
    standing = Share.objects.open().filter(portfolio=portfolio, person=person, circle=circle)
    reads = [
        share
        for share in standing
        if share.section_id in {None, section.pk}
        and (share.expires_at is None or (ends is not None and share.expires_at >= ends))
    ]
    if not reads:
        if person is not None:
            share_with_person(portfolio=portfolio, section=section, person=person, by=by, expires_at=ends)
        elif circle is not None:
            share_with_circle(portfolio=portfolio, section=section, circle=circle, by=by, expires_at=ends)
    try:
        with transaction.atomic():
            request = FeedbackRequest.objects.create(
                section=section, by=by, person=person, circle=circle, until=until, words=words.strip()
            )
    except IntegrityError as fault:
        raise Refusal(
            _("You have asked them for this already, and they have it on their page of drafts.")
        ) from fault
    record(
        ASKED,
        by=by,
        about=request,
        concerns=[(each, "reader") for each in _told(request)],
        data={"section": str(section), "asked": str(person or circle)},
    )
    return request


def _told(request: FeedbackRequest) -> list[Person]:
    if request.person is not None:
        return [request.person]
    if request.circle is None:
        return []
    members = list(request.circle.members.all()[: MOST_TOLD + 1])
    return members if len(members) <= MOST_TOLD else []


@transaction.atomic
def give_feedback(*, request: FeedbackRequest, words: str, by: Person) -> Feedback:
    """Giving it again replaces what one said; the writer is told once."""
    words = words.strip()
    if not words:
        raise Refusal(_("Write a sentence or two: what works, and what you would look at next."))
    given, is_new = Feedback.objects.update_or_create(request=request, by=by, defaults={"words": words})
    if is_new:
        record(
            GIVEN,
            by=by,
            about=request,
            concerns=[(request.by, "writer")],
            data={"section": str(request.section)},
        )
    return given


@transaction.atomic
def thank(*, feedback: Feedback, by: Person, words: str = "") -> None:
    first = feedback.thanked_at is None
    feedback.thanked_at, feedback.thanks = feedback.thanked_at or clock.now(), words.strip()[:500]
    feedback.save(update_fields=["thanked_at", "thanks"])
    if first:
        request = feedback.request
        record(
            THANKED,
            by=by,
            about=request,
            concerns=[(feedback.by, "reader")],
            data={"section": str(request.section), "reader": feedback.by.name},
        )


@transaction.atomic
def end_request(*, request: FeedbackRequest, by: Person) -> None:
    """It leaves the readers' pages. What they may read is not changed by it."""
    if request.ended_at is not None:
        return
    request.ended_at = clock.now()
    request.save(update_fields=["ended_at"])
    record(ENDED, by=by, about=request, data={"section": str(request.section)})
