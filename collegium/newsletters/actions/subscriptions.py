"""Subscribing, with a confirmation by whoever has the address; ending it, by one click or because letters came back.

Nothing that ``subscribe`` answers tells whether an address was known: what is to be said is said in a letter to it.
"""

from collections.abc import Iterable
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from collegium.activity.actions import record
from collegium.foundation import clock
from collegium.foundation.refusal import Refusal
from collegium.newsletters import audiences, tokens
from collegium.newsletters.actions import verbs
from collegium.newsletters.models import (
    Delivery,
    Newsletter,
    Nomination,
    Subscription,
    SubscriptionQuerySet,
)
from collegium.notifications import actions as notifications
from collegium.notifications.models import Bounce
from collegium.notifications.queries import stopped_among
from collegium.people.addresses import verified_addresses
from collegium.people.models import Audience, Person

State, How = Subscription.State, Subscription.How
LETTERS_MOST = 3  # that ask one address for a confirmation, of one newsletter
LETTERS_APART = timedelta(minutes=15)
LETTERS_A_DAY = 5  # to one address, of all newsletters
UNCONFIRMED_FOR = tokens.CONFIRM_LASTS


@transaction.atomic
def subscribe(
    *, newsletter: Newsletter, email: str, person: Person | None = None, language: str = ""
) -> bool:
    """True where it holds at once, because it is the person's own address; otherwise a letter asks, however often it is tried.

    False says nothing about the address: there may go a letter, or none because enough went before.
    """
    newsletter = Newsletter.objects.get(pk=newsletter.pk)
    if newsletter.closed_at is not None:
        raise Refusal(_("This newsletter is closed."))
    email = email.strip()
    try:
        validate_email(email)
    except ValidationError as fault:
        raise Refusal(_("That is no e-mail address."), code="email") from fault
    own = person is not None and email.lower() in {each.lower() for each in verified_addresses(person)}
    if newsletter.audience != Audience.PUBLIC and not (
        person is not None and own and audiences.who_may_read(newsletter, [person.pk])
    ):
        raise Refusal(_("It goes to the verified address of those who may read it."), code="email")
    # Two requests for one address meet at the newsletter's row.
    Newsletter.objects.select_for_update().get(pk=newsletter.pk)
    standing = (
        Subscription.objects.select_for_update()
        .filter(newsletter=newsletter, email__iexact=email)
        .exclude(state=State.ENDED)
        .first()
    )
    subscription = standing or Subscription(newsletter=newsletter, email=email, asked_at=clock.now())
    if own and person is not None:
        if not stopped_among([email]):
            _hold(subscription, person, language)
            return True
        subscription.person = person  # letters to it came back: it is asked whether they arrive again
        if standing is not None:
            standing.save(update_fields=["person"])
    if standing is None:
        subscription.language = language
        subscription.save()
    if _may_write(subscription):
        subscription.letters_asked = F("letters_asked") + 1
        subscription.letter_asked_at = clock.now()
        subscription.save(update_fields=["letters_asked", "letter_asked_at"])
        # By nobody: who typed somebody's address into a form is not whose it is.
        record(verbs.ASKED, by=None, about=subscription, data={"newsletter": newsletter.title})
    return False


def _hold(subscription: Subscription, person: Person | None, language: str = "") -> None:
    was = subscription.state if subscription.pk else State.ASKED
    subscription.person = person or subscription.person
    subscription.language = language or subscription.language
    subscription.state = State.CONFIRMED
    subscription.confirmed_at = subscription.confirmed_at or clock.now()
    subscription.save()
    if was != State.CONFIRMED:
        record(
            verbs.SUBSCRIBED,
            by=person,
            about=subscription,
            data={"newsletter": subscription.newsletter.title},
        )


def _may_write(subscription: Subscription) -> bool:
    """One who confirmed already is told so, as seldom as one who has not is asked."""
    now = clock.now()
    if subscription.letter_asked_at is not None and now - subscription.letter_asked_at < LETTERS_APART:
        return False
    if subscription.letters_asked >= LETTERS_MOST and (
        subscription.state == State.ASKED
        or (subscription.letter_asked_at and now - subscription.letter_asked_at < timedelta(days=1))
    ):
        return False
    today = Subscription.objects.filter(
        email__iexact=subscription.email, letter_asked_at__gt=now - timedelta(days=1)
    )
    return today.count() < LETTERS_A_DAY


@transaction.atomic
def confirm(*, token: str) -> Subscription:
    """Safe to repeat. ``signing.LinkInvalid`` or ``LinkExpired`` where the link is none, or too old."""
    subscription = tokens.read_to_confirm(token)
    subscription = (
        Subscription.objects.select_for_update(of=("self",))
        .select_related("newsletter", "person")
        .get(pk=subscription.pk)
    )
    if subscription.state == State.ENDED:
        raise Refusal(_("This subscription has ended meanwhile. You can subscribe anew."))
    if subscription.newsletter.closed_at is not None:
        raise Refusal(_("This newsletter is closed."))
    if subscription.state == State.ASKED:
        _hold(subscription, subscription.person or _owner(subscription.email))
        # Whoever followed the link has shown that letters arrive.
        notifications.write_again(address=subscription.email)
    return subscription


def _owner(email: str) -> Person | None:
    return Person.objects.filter(
        erased_at__isnull=True,
        account__is_active=True,
        account__emailaddress__verified=True,
        account__emailaddress__email__iexact=email,
    ).first()


@transaction.atomic
def unsubscribe(
    *, token: str = "", subscription: Subscription | None = None, how: str = How.LINK
) -> Subscription:
    """Safe to repeat. An old letter's link ends also what its reader subscribed to anew since: that is what they want."""
    found = subscription if subscription is not None else tokens.read_to_end(token)
    found = Subscription.objects.select_related("newsletter").get(pk=found.pk)
    running = Subscription.objects.select_for_update(of=("self",)).filter(
        newsletter=found.newsletter_id, email__iexact=found.email
    )
    for each in running.exclude(state=State.ENDED).select_related("newsletter", "person"):
        _end(each, how)
    found.refresh_from_db()
    return found


def _end(subscription: Subscription, how: str) -> None:
    subscription.state, subscription.ended_at, subscription.ended_how = State.ENDED, clock.now(), How(how)
    subscription.save(update_fields=["state", "ended_at", "ended_how"])
    subscription.deliveries.filter(state=Delivery.State.OWED).update(
        state=Delivery.State.NOT_WANTED, claimed_until=None
    )
    record(
        verbs.UNSUBSCRIBED,
        by=subscription.person if how in {How.LINK, How.PAGE} else None,
        about=subscription,
        data={"newsletter": subscription.newsletter.title},
    )


@transaction.atomic
def end_returned(*, at_once: int = 500) -> int:
    """Ends those whose letters came back for good, by what ``notifications`` knows of addresses. Safe to repeat."""
    stopped = Bounce.objects.filter(address=Lower(OuterRef("email")), stopped_at__isnull=False)
    gone = list(
        Subscription.objects.running()
        .filter(Exists(stopped))
        .select_related("newsletter", "person")
        .order_by("pk")[:at_once]
    )
    for subscription in gone:
        latest = subscription.deliveries.filter(state=Delivery.State.SENT).order_by("-sent_at").first()
        if latest is not None:
            latest.state = Delivery.State.BOUNCED
            latest.save(update_fields=["state"])
        _end(subscription, How.BOUNCED)
    return len(gone)


@transaction.atomic
def forget_unconfirmed() -> int:
    """Addresses that nobody has confirmed are not kept."""
    old = Subscription.objects.filter(state=State.ASKED, asked_at__lt=clock.now() - UNCONFIRMED_FOR)
    gone, _rows = old.delete()
    return gone


@transaction.atomic
def erase(*, person: Person, addresses: Iterable[str]) -> None:
    """All subscriptions of a person and of their addresses; what they nominated stays without a name and without their words."""
    subscriptions_of(person, addresses).delete()
    Nomination.objects.filter(nominated_by=person).update(nominated_by=None, why="")
    person.newsletter_entries.filter(issue__sha256="").delete()  # a welcome in a draft


def subscriptions_of(person: Person, addresses: Iterable[str]) -> "SubscriptionQuerySet":
    """Under their name, and to addresses that they have shown to be theirs."""
    wanted = Q(person=person)
    for address in addresses:
        wanted |= Q(email__iexact=address)
    return Subscription.objects.filter(wanted)
