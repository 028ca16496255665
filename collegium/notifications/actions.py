"""Telling, reading, choosing, and the claims that make a letter go once."""

from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collegium.activity.actions import record
from collegium.activity.models import Activity
from collegium.activity.verbs import Told, verb
from collegium.conversations import actions as conversations
from collegium.conversations.models import Forum, Level, Thread
from collegium.foundation import clock
from collegium.foundation.refusal import Refusal
from collegium.notifications import crowds, moments, queries, sight
from collegium.notifications.models import (
    Bounce,
    Digest,
    Hours,
    InboundMail,
    MailingList,
    Notification,
    Preference,
    Telling,
    Way,
)
from collegium.people.models import CircleMember, Person

CLAIM = timedelta(minutes=10)
SOFT_BOUNCES = 5  # letters that came back for the time being, after which an address is taken for dead
SOFT_WITHIN = timedelta(days=14)  # of one another: what came back long ago has nothing to do with it
_LETTERS = (Way.DAILY, Way.WEEKLY)
_LETTER_WAYS = [Way.AT_ONCE, Way.DAILY, Way.WEEKLY, Way.IN_APP]  # from more to less

STOPPED = verb(
    "address.stopped",
    history=gettext_lazy("Letters to an address of %(name)s came back"),
    tells={
        "owner": Told(
            gettext_lazy("Letters to %(address)s come back, so none are sent there any more"),
            "notifications:address",
            by_email=False,
        )
    },
)


# Telling --------------------------------------------------------------------------------------------------------------


@transaction.atomic
def tell(*, activity: Activity) -> list[int]:
    """A notification for each person whom it concerns; the ids of those whose letter is due now. Safe to repeat."""
    return _tell(activity, list(activity.concerns.values_list("person_id", "role")))


@transaction.atomic
def begin_telling(*, activity: Activity) -> bool:
    """Owe it to the crowd that follows, if there is one."""
    if activity.verb not in crowds.CROWDS:
        return False
    Telling.objects.get_or_create(activity=activity)
    return True


@transaction.atomic
def tell_batch(*, telling: Telling, stage: int, role: str, people: list[int]) -> list[int]:
    """The next people of a crowd, and how far that is, in one transaction: after a crash they are told or they are not."""
    due = _tell(telling.activity, [(person, role) for person in people])
    telling.stage, telling.after, telling.told = stage, people[-1], telling.told + len(people)
    telling.save(update_fields=["stage", "after", "told"])
    return due


@transaction.atomic
def finish_telling(*, telling: Telling) -> None:
    Telling.objects.filter(pk=telling.pk, finished_at__isnull=True).update(finished_at=clock.now())


def _tell(activity: Activity, concerned: Collection[tuple[int, str]]) -> list[int]:
    """Seven queries, however many people: who is here and may see it, what they chose, the rows, which letters are due."""
    says = {role: told for role in {role for _, role in concerned} if (told := queries.told(activity, role))}
    roles = {person: role for person, role in concerned if role in says and person != activity.actor_id}
    if not roles:
        return []
    seen = sight.who_may(activity, roles.keys())
    here = Person.objects.filter(pk__in=seen, erased_at__isnull=True, account__is_active=True)
    zones = dict(here.values_list("pk", "time_zone"))
    hours = {each.person_id: each for each in Hours.objects.filter(person__in=list(zones))}
    kinds = {role: queries.kind_of(activity.verb, told) for role, told in says.items()}
    chosen = queries.ways_of(zones, kinds.values())
    now = clock.now()
    rows = []
    for person, zone in zones.items():
        role = roles[person]
        told = says[role]
        way = chosen.get((person, kinds[role]), queries.default_way(told))
        if kinds[role] == queries.BY_LIST:
            way = Way.AT_ONCE
        if way == Way.NOTHING:
            continue
        rows.append(
            Notification(
                person_id=person,
                activity=activity,
                role=role,
                way=way,
                made_at=now,
                # Who follows by digest asked not to be called for each: it stands in the list, and rings no bell.
                read_at=now if told.way and way in _LETTERS else None,
                letter_due_at=moments.due_at(way, hours.get(person), zone, now),
            )
        )
    Notification.objects.bulk_create(rows, ignore_conflicts=True)
    due = [row.person_id for row in rows if row.letter_due_at is not None and row.letter_due_at <= now]
    if not due:
        return []
    owed = Notification.objects.owed().filter(activity=activity, person__in=due, way=Way.AT_ONCE)
    return list(owed.order_by("pk").values_list("pk", flat=True))


# Reading --------------------------------------------------------------------------------------------------------------


@transaction.atomic
def read(*, person: Person, notification: Notification | None = None) -> int:
    """Mark one as read, or all of them; returns how many were not."""
    wanted = Notification.objects.visible_to(person).unread()
    if notification is not None:
        wanted = wanted.filter(pk=notification.pk)
    return wanted.update(read_at=clock.now())


@transaction.atomic
def unread(*, person: Person, notification: Notification) -> None:
    Notification.objects.visible_to(person).filter(pk=notification.pk).update(read_at=None)


# Choosing -------------------------------------------------------------------------------------------------------------


@transaction.atomic
def choose(*, person: Person, ways: Mapping[str, str]) -> None:
    """``{"submission.received": "daily"}``: how each kind is told from now on.

    What waits for a digest follows the new choice; a letter that goes at once is not called back.
    """
    Preference.objects.bulk_create(
        (Preference(person=person, kind=kind, way=Way(way)) for kind, way in ways.items()),
        update_conflicts=True,
        unique_fields=["person", "kind"],
        update_fields=["way"],
    )
    _plan_anew(person, kinds=set(ways))


@transaction.atomic
def fewer_letters(*, person: Person, way: Way) -> None:
    """All that comes by more than this way comes by it from now on; what has no use a day later still comes at once."""
    more = _LETTER_WAYS[: _LETTER_WAYS.index(way)]
    standing = {choice.kind: choice.way for topic in queries.topics(person) for choice in topic.choices}
    choose(
        person=person,
        ways={
            kind: way
            for kind, now in standing.items()
            if now in more and not (way in _LETTERS and kind in queries.CANNOT_WAIT)
        },
    )


@transaction.atomic
def as_at_first(*, person: Person) -> None:
    """No kind is chosen any more: each comes as its own default says."""
    chosen = Preference.objects.filter(person=person)
    kinds = set(chosen.values_list("kind", flat=True))
    chosen.delete()
    _plan_anew(person, kinds=kinds)


@transaction.atomic
def set_hours(*, person: Person, **fields: object) -> Hours:
    """``digest_hour``, ``digest_weekday``, ``quiet_from``, ``quiet_until``, ``confirms_replies``; what waits goes by the new ones."""
    start, end = fields.get("quiet_from"), fields.get("quiet_until")
    if (start is None) != (end is None) or (start is not None and start == end):
        raise Refusal(_("Quiet hours have a beginning and an end."), code="quiet_until")
    hours, _made = Hours.objects.update_or_create(person=person, defaults=fields)
    _plan_anew(person)
    return hours


def _plan_anew(person: Person, kinds: Collection[str] | None = None) -> None:
    """What waits, when it is to go by now. What is claimed already goes as it is."""
    waiting = Notification.objects.owed().filter(
        person=person, digest__isnull=True, letter_attempts=0, letter_due_at__gt=clock.now()
    )
    hours = queries.hours_of(person)
    for notification in waiting.select_related("activity"):
        if kinds is not None:
            kind = queries.kind_told(notification)
            if kind not in kinds:
                continue
            notification.way = queries.way_of_kind(person, kind)
        due = moments.due_at(notification.way, hours, person.time_zone, clock.now())
        Notification.objects.filter(pk=notification.pk, letter_attempts=0).update(
            way=notification.way, letter_due_at=due
        )


@transaction.atomic
def less(*, person: Person, kind: str) -> Way:
    """One step less of this kind: from letters to the app only, from there to nothing. Returns what it is now."""
    now = queries.way_of_kind(person, kind)
    way = Way.NOTHING if now in {Way.IN_APP, Way.NOTHING} else Way.IN_APP
    choose(person=person, ways={kind: way})
    return way


@transaction.atomic
def hear_less_of(*, person: Person, thread: Thread) -> None:
    """Of a thread: from now on only what names them."""
    conversations.follow(person=person, thread=thread, level=Level.REPLIES)


@transaction.atomic
def end_letters_of(*, person: Person, forum: Forum) -> None:
    """No post of the forum comes as a letter for being followed. Who is no member any more ends them all the same."""
    MailingList.objects.filter(person=person, forum=forum).delete()
    forum.followings.filter(person=person, level=Level.EVERYTHING).update(level=Level.REPLIES)


@transaction.atomic
def set_mailing_list(*, person: Person, forum: Forum, on: bool) -> None:
    """Each post of the forum as a letter, or no longer. Only members have that."""
    if not on:
        MailingList.objects.filter(person=person, forum=forum).delete()
        return
    circles = [forum.members_id, forum.moderators_id]
    if not CircleMember.objects.filter(person=person, circle__in=circles).exists():
        raise Refusal(_("Only members can have its posts by e-mail."))
    MailingList.objects.get_or_create(person=person, forum=forum, defaults={"since": clock.now()})


# Letters --------------------------------------------------------------------------------------------------------------


@transaction.atomic
def claim_letters(*, notification_ids: Collection[int]) -> list[Notification]:
    """Of these, the notifications whose letter the caller must now send; not those sent, held by somebody else, or not due.

    The claim is committed before the mail server is asked; it runs out after ten minutes, if whoever holds it died.
    """
    moment = clock.wall()
    free = Q(letter_claimed_until__isnull=True) | Q(letter_claimed_until__lt=moment)
    owed = Notification.objects.owed().filter(
        free, pk__in=notification_ids, way=Way.AT_ONCE, letter_due_at__lte=clock.now()
    )
    ids = list(owed.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))
    Notification.objects.filter(pk__in=ids).update(
        letter_claimed_until=moment + CLAIM, letter_attempts=F("letter_attempts") + 1
    )
    claimed = Notification.objects.filter(pk__in=ids).order_by("pk")
    return list(claimed.select_related("person__account", "activity__actor"))


@transaction.atomic
def letter_sent(*, notification: Notification) -> None:
    Notification.objects.filter(pk=notification.pk).update(
        letter_sent_at=clock.now(), letter_claimed_until=None
    )


@transaction.atomic
def letters_failed(*, notifications: Iterable[Notification]) -> None:
    """Give the claims back of those that were not sent, so that the next attempt need not wait for them to run out."""
    held = Notification.objects.filter(pk__in=[each.pk for each in notifications])
    held.filter(letter_sent_at__isnull=True).update(letter_claimed_until=None)


@transaction.atomic
def no_letter(*, notification: Notification, seen: bool = True) -> None:
    """Nobody is there any more to read it. Not ``seen``: nor may they see it in the app."""
    if not seen:
        Notification.objects.filter(pk=notification.pk).delete()
        return
    Notification.objects.filter(pk=notification.pk).update(letter_due_at=None, letter_claimed_until=None)


# Digests --------------------------------------------------------------------------------------------------------------


@transaction.atomic
def make_digest(*, person_id: int, way: str) -> Digest | None:
    """One letter of all that waits and is due; None where another worker has just done so."""
    Person.objects.select_for_update().filter(pk=person_id).first()
    due = Notification.objects.owed().filter(
        person=person_id, way=way, digest__isnull=True, letter_due_at__lte=clock.now()
    )
    newest = due.order_by("-letter_due_at").values_list("letter_due_at", flat=True).first()
    if newest is None:
        return None
    digest, _made = Digest.objects.get_or_create(person_id=person_id, way=way, due_at=newest)
    due.update(digest=digest)
    return digest


@transaction.atomic
def claim_digest(*, digest_id: int) -> Digest | None:
    moment = clock.wall()
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lt=moment)
    claimed = Digest.objects.filter(free, pk=digest_id, sent_at__isnull=True).update(
        claimed_until=moment + CLAIM, attempts=F("attempts") + 1
    )
    return Digest.objects.select_related("person__account").get(pk=digest_id) if claimed else None


@transaction.atomic
def digest_sent(*, digest: Digest) -> None:
    """Also of one with nothing left to say."""
    Digest.objects.filter(pk=digest.pk).update(sent_at=clock.now(), claimed_until=None)
    Notification.objects.filter(digest=digest, letter_sent_at__isnull=True).update(letter_sent_at=clock.now())


@transaction.atomic
def digest_failed(*, digest: Digest) -> None:
    Digest.objects.filter(pk=digest.pk).update(claimed_until=None)


# What comes in --------------------------------------------------------------------------------------------------------


@transaction.atomic
def note_return(*, address: str, permanent: bool, reason: str) -> Bounce:
    """A letter to the address came back. After one for good, or several for the time being, nothing is written to it."""
    address = address.lower()
    bounce, _made = Bounce.objects.select_for_update().get_or_create(address=address)
    if clock.now() - bounce.last_at > SOFT_WITHIN:
        bounce.count = 0
    bounce.count = min(bounce.count + 1, 30_000)
    bounce.reason, bounce.last_at = " ".join(reason.split())[:300], clock.now()
    stops = bounce.stopped_at is None and (permanent or bounce.count >= SOFT_BOUNCES)
    if stops:
        bounce.stopped_at = clock.now()
    bounce.save()
    owner = Person.objects.filter(account__email__iexact=address, erased_at__isnull=True).first()
    if stops and owner is not None:
        record(
            STOPPED,
            by=None,
            about=owner,
            concerns=[(owner, "owner")],
            data={"address": address, "name": owner.name},
        )
    return bounce


@transaction.atomic
def write_again(*, address: str) -> None:
    """Its owner has shown that letters arrive."""
    Bounce.objects.filter(address=address.lower()).delete()


@transaction.atomic
def note_inbound(
    *,
    message_id: str,
    recipient: str,
    sender: str,
    outcome: str,
    reason: str = "",
    person_id: int | None = None,
    post_id: int | None = None,
) -> InboundMail:
    noted, _made = InboundMail.objects.get_or_create(
        message_id=message_id[:300],
        recipient=recipient[:320],
        defaults={
            "sender": sender[:320],
            "outcome": outcome,
            "reason": reason[:500],
            "person_id": person_id,
            "post_id": post_id,
            "received_at": clock.now(),
        },
    )
    return noted


def forget_inbound(*, before: timedelta) -> None:
    InboundMail.objects.filter(received_at__lt=clock.now() - before).delete()


def erase(*, person: Person, addresses: Iterable[str]) -> None:
    """All that is kept here of a person."""
    for rows in (person.notifications, person.digests, person.notification_preferences, person.mailing_lists):
        rows.all().delete()
    Hours.objects.filter(person=person).delete()
    known = [address.lower() for address in addresses]
    Bounce.objects.filter(address__in=known).delete()
    InboundMail.objects.filter(Q(person=person) | Q(sender__in=known)).delete()
