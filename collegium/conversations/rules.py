"""Who reads, posts and moderates in a forum. ``thing`` is a Forum, or a Thread, Post, Report or Measure of one."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, Q, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collegium.conversations import newcomers
from collegium.conversations.models import Forum, Measure, Post, Thread
from collegium.foundation import clock
from collegium.foundation.prepared import prepared
from collegium.foundation.rulebook import Role, rule
from collegium.people.models import CircleMember, Person
from collegium.people.rules import ANYONE_SIGNED_IN


def forum_of(thing: Any) -> Forum | None:
    """The forum that it is, or stands in."""
    if isinstance(thing, Forum):
        return thing
    if isinstance(thing, Post):
        return thing.thread.forum
    found = getattr(thing, "forum", None) or getattr(getattr(thing, "post", None), "thread", None)
    return found if isinstance(found, Forum) else forum_of(found) if isinstance(found, Thread) else None


def _is_in(person: Person, circle_id: int) -> bool:
    return CircleMember.objects.filter(circle=circle_id, person=person).exists()


def _belongs(person: Person, thing: object) -> bool:
    forum = forum_of(thing)
    return forum is not None and _is_in(person, forum.members_id)


def _moderates(person: Person, thing: object) -> bool:
    forum = forum_of(thing)
    return forum is not None and _is_in(person, forum.moderators_id)


MEMBER = Role(
    key="forum_member",
    title=gettext_lazy("Member of a forum"),
    description=gettext_lazy("Belongs to the community, course or group whose conversations these are."),
    held_by=_belongs,
)
MODERATOR = Role(
    key="forum_moderator",
    title=gettext_lazy("Moderator of a forum"),
    description=gettext_lazy(
        "Looks after the conversations of a community, course or group, and answers what members report."
    ),
    held_by=_moderates,
)


@dataclass(frozen=True)
class Standing:
    """Who somebody is in one forum at this moment; ``silence`` says in a sentence why they may not post, or nothing."""

    is_member: bool = False
    is_moderator: bool = False
    silence: str = ""

    @property
    def belongs(self) -> bool:
        return self.is_member or self.is_moderator

    @property
    def may_post(self) -> bool:
        return self.belongs and not self.silence


def standing(person: Person | None, thing: Any, *, limits: bool = True) -> Standing:
    """Everything that a page asks about its reader, in one query (more for a new account that posts all the time)."""
    forum = forum_of(thing)
    if person is None or forum is None:
        return Standing()
    found = next(iter(_stands(person.pk, forum.pk, forum.members_id, forum.moderators_id, clock.now())), None)
    return standing_as_found(person, thing, found, limits=limits) if found is not None else Standing()


def standing_as_found(person: Person, thing: Any, found: Any, *, limits: bool = True) -> Standing:
    """Of a row that was annotated with ``stands``."""
    forum = forum_of(thing)
    if forum is None or not (found.is_member or found.moderates):
        return Standing()
    return Standing(
        is_member=found.is_member,
        is_moderator=found.moderates,
        silence=_silence(person, thing, forum, found, limits=limits and not found.moderates),
    )


def stands(person: int, moment: datetime, *, forum: Any, members: Any, moderators: Any) -> dict[str, Any]:
    """What ``standing_as_found`` looks at, to annotate a query that is asked anyway; the forum and its circles are keys, or
    point to columns of that query.
    """
    circles = CircleMember.objects.filter(person=person)
    silencing = Measure.objects.filter(
        Q(until__isnull=True) | Q(until__gt=moment),
        person=person,
        forum=forum,
        lifted_at__isnull=True,
        kind__in=[Measure.Kind.MUTE, Measure.Kind.REMOVE],
    )
    latest = Post.objects.filter(author=person).order_by("-pk").values("posted_at")
    oldest = Post.objects.standing().filter(author=person).order_by("pk").values("posted_at")
    most, few = newcomers.POSTS_AN_HOUR, newcomers.POSTS_TO_OUTGROW
    return {
        "is_member": Exists(circles.filter(circle=members)),
        "moderates": Exists(circles.filter(circle=moderators)),
        "is_silenced": Exists(silencing),
        "posted_often_at": Subquery(latest[most - 1 : most]),
        "settled_in_at": Subquery(oldest[few - 1 : few]),
    }


@prepared
def _stands(
    person: int, forum: int, members: int, moderators: int, moment: datetime
) -> "QuerySet[Person, Any]":
    """One row, of the person."""
    facts = stands(person, moment, forum=forum, members=members, moderators=moderators)
    return Person.objects.filter(pk=person).only("pk").annotate(**facts)


def _silence(person: Person, thing: Any, forum: Forum, found: Any, *, limits: bool) -> str:
    if forum.closed_at is not None:
        return _("This forum is closed: it can be read, and nobody posts any more.")
    thread = thing.thread if isinstance(thing, Post) else thing
    if isinstance(thread, Thread) and thread.closed_at is not None and not found.moderates:
        return _("This thread is closed: it can be read, and nobody posts any more.")
    if found.is_silenced:
        return _("A moderator has asked you not to post here for a time. You can read, and you can appeal.")
    return newcomers.too_often(person, found.posted_often_at, found.settled_in_at) if limits else ""


def may_read(person: Person | None, thing: Any) -> bool:
    """Whether this person, or a stranger, may read the forum, or the thread or post in it."""
    if isinstance(thing, Post):
        thing = thing.thread
    if isinstance(thing, Thread):
        return Thread.objects.visible_to(person).filter(pk=thing.pk).exists()
    forum = forum_of(thing)
    return forum is not None and Forum.objects.visible_to(person).filter(pk=forum.pk).exists()


@rule(MEMBER, MODERATOR, says=gettext_lazy("read all conversations of the forum"))
def may_read_as_member(person: Person, thing: Any) -> bool:
    return may_read(person, thing)


@rule(MEMBER, MODERATOR, says=gettext_lazy("start threads, reply and react, unless asked to pause"))
def may_post(person: Person, thing: Any) -> bool:
    return standing(person, thing).may_post


@rule(MODERATOR, says=gettext_lazy("pin, close, move and split threads, and answer reports"))
def may_moderate(person: Person, thing: Any) -> bool:  # noqa: ARG001  # the role settles it
    return True


@rule(MEMBER, MODERATOR, says=gettext_lazy("change their own posts"))
def may_edit(person: Person, post: Post) -> bool:
    return post.author_id == person.pk and is_standing(post) and standing(person, post, limits=False).may_post


@rule(MEMBER, MODERATOR, says=gettext_lazy("take away their own posts; moderators any"))
def may_remove(person: Person, post: Post) -> bool:
    return post.removed_at is None and (post.author_id == person.pk or _moderates(person, post))


@rule(
    MEMBER,
    MODERATOR,
    says=gettext_lazy("say which post answered a thread that they started; moderators in any thread"),
)
def may_mark_answer(person: Person, thread: Thread) -> bool:
    return thread.started_by_id == person.pk or _moderates(person, thread)


@rule(MEMBER, MODERATOR, says=gettext_lazy("thank for a post, or give another small sign"))
def may_react(person: Person, post: Post) -> bool:
    return is_standing(post) and standing(person, post.thread.forum, limits=False).may_post


def is_standing(post: Post) -> bool:
    return post.removed_at is None and post.hidden_at is None


def why_not_post(person: Person, thing: Any) -> str:
    """The sentence for somebody who may not post there; empty if they may."""
    found = standing(person, thing)
    if not found.belongs:
        return _("Only members can post here.")
    return found.silence


# Moderation -----------------------------------------------------------------------------------------------------------

# (forum, person, moderator, reason) -> whether this room has ended the membership. The room that owns the members knows how.
Remover = Callable[[Forum, Person, Person, str], bool]
REMOVERS: list[Remover] = []


def register_remover(remover: Remover) -> Remover:
    """Of the room that keeps the forum's members: called, in the transaction of the measure, to remove somebody."""
    REMOVERS.append(remover)
    return remover


def _is_concerned(person: Person, measure: object) -> bool:
    return isinstance(measure, Measure) and measure.person_id == person.pk


CONCERNED = Role(
    key="forum_concerned",
    title=gettext_lazy("Whom a measure concerns"),
    description=gettext_lazy("Somebody about whom, or about whose post, a moderator has decided something."),
    held_by=_is_concerned,
)


@rule(ANYONE_SIGNED_IN, says=gettext_lazy("report a post that they can read to the moderators"))
def may_report(person: Person, post: Post) -> bool:
    return post.author_id != person.pk and is_standing(post) and may_read(person, post)


@rule(
    MODERATOR,
    says=gettext_lazy("hide a post, warn, ask somebody to pause, or end a membership, each with a reason"),
)
def may_take_measure(person: Person, post: Post) -> bool:
    return post.author_id != person.pk


@rule(
    MODERATOR,
    says=gettext_lazy(
        "warn a member, ask them to pause or end their membership for more than one post, with a reason"
    ),
)
def may_act_on_members(person: Person, forum: Forum) -> bool:  # noqa: ARG001  # the role settles it
    return True


@rule(CONCERNED, MODERATOR, says=gettext_lazy("read what was done and why"))
def may_see_measure(person: Person, measure: Measure) -> bool:  # noqa: ARG001  # the role settles it
    return True


@rule(CONCERNED, says=gettext_lazy("appeal once against a measure"))
def may_appeal(person: Person, measure: Measure) -> bool:  # noqa: ARG001  # the role settles it
    return measure.appealed_at is None and measure.lifted_at is None


@rule(MODERATOR, says=gettext_lazy("answer an appeal against what another moderator did"))
def may_answer_appeal(person: Person, measure: Measure) -> bool:
    """Whoever took the measure answers only where nobody else could."""
    if measure.appealed_at is None or measure.answered_at is not None or measure.person_id == person.pk:
        return False
    return measure.by_id != person.pk or not other_moderators(measure).exists()


@rule(MODERATOR, says=gettext_lazy("take a measure back before its time"))
def may_lift(person: Person, measure: Measure) -> bool:
    return measure.lifted_at is None and measure.person_id != person.pk


def other_moderators(measure: Measure) -> QuerySet[Person]:
    """Moderators who neither took the measure nor are concerned by it, and are still here."""
    involved = [pk for pk in (measure.by_id, measure.person_id) if pk is not None]
    return moderators_of(measure.forum).exclude(pk__in=involved)


def moderators_of(forum: Forum) -> QuerySet[Person]:
    return Person.objects.filter(
        circle_memberships__circle=forum.moderators_id, erased_at__isnull=True, account__isnull=False
    )
