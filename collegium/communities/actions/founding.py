"""Founding a community, changing what it says and who can see it, closing it."""

import secrets
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _

from collegium.activity.actions import record
from collegium.communities import following, rules
from collegium.communities.actions import verbs
from collegium.communities.actions.membership import enter
from collegium.communities.models import Community, Membership
from collegium.conversations import actions as conversations
from collegium.ecology import actions as ecologies
from collegium.foundation import clock, richtext
from collegium.foundation.models import Blob
from collegium.foundation.refusal import Refusal
from collegium.people import names
from collegium.people.models import Audience, Circle, Person

# What stands at these addresses is not a community.
RESERVED = frozenset(
    {"new", "network", "invitation", "requests", "by-id", "removed", "members", "mine", "map", "towns"}
)
# Without 0, 1, I, L and O, which a poster read from afar mixes up.
LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
CODE_LENGTH = 8
MOST_STEPS = 12
LONGEST_STEP = 200
LONGEST_ALT = 300
EDITABLE = frozenset(
    {
        "title",
        "domain",
        "people",
        "practice",
        "joining",
        "audience",
        "language",
        "welcome",
        "first_steps",
        "asks_silent_after_days",
    }
)


@transaction.atomic
def found(
    *,
    by: Person,
    title: str,
    domain: str,
    people: str = "",
    practice: str = "",
    joining: str = Community.Joining.OPEN,
    audience: str = Audience.CIRCLE,
    language: str = "en",
    welcome: str = "",
    first_steps: Sequence[str] = (),
    slug: str = "",
    answer_within_hours: int = 48,
    asks_silent_after_days: int = 21,
    hashtag: str = "",
) -> Community:
    """A new community with its forum, its ecology and ``by`` as its convener.

    Its short link is open only where anybody may join: elsewhere a convener opens it knowingly.
    """
    if not rules.may_found(by, None):
        raise Refusal(_("Sign in to found a community."))
    title = called(title)
    slug = _free_slug(slug or slugify(title))
    _seen_by_somebody(audience)
    members = Circle.objects.create(name=title)
    facilitators = Circle.objects.create(name=title)
    path = reverse("communities:community", kwargs={"slug": slug})
    forum = conversations.open_forum(
        title=title,
        path=path,
        audience=audience,
        members=members,
        moderators=facilitators,
        answer_within_hours=answer_within_hours,
    )
    community = Community.objects.create(
        title=title,
        slug=slug,
        domain=said(domain),
        people=people.strip(),
        practice=practice.strip(),
        joining=joining,
        audience=audience,
        circle=members,
        facilitators=facilitators,
        forum=forum,
        ecology=ecologies.open_ecology(
            title=title,
            path=path,
            audience=audience,
            members=members,
            editors=facilitators,
            forum=forum,
            hashtag=hashtag,
        ),
        language=language,
        welcome=richtext.clean(welcome),
        first_steps=steps(first_steps),
        asks_silent_after_days=asks_silent_after_days,
        code=new_code(),
        code_closed_at=None if joining == Community.Joining.OPEN else clock.now(),
        made_by=by,
    )
    enter(community, by, way=Membership.Way.FOUNDER, role=Membership.Role.CONVENER)
    record(verbs.FOUNDED, by=by, about=community, data={"title": title})
    return community


@transaction.atomic
def edit(*, community: Community, by: Person, **fields: Any) -> Community:
    """Change the named fields and leave the others; ``answer_within_hours`` is the forum's, ``hashtag`` the ecology's.

    A new audience holds everywhere from the next request on: what rooms above keep follows in this transaction.
    The address of the community stays.
    """
    _require(rules.may_edit(by, community))
    hours, hashtag = fields.pop("answer_within_hours", None), fields.pop("hashtag", None)
    if unknown := set(fields) - EDITABLE:
        raise TypeError(f"A community has no {', '.join(sorted(unknown))}.")
    community = Community.objects.select_for_update().select_related("forum", "ecology").get(pk=community.pk)
    fields |= {
        name: clean(fields[name])
        for name, clean in (
            ("title", called),
            ("domain", said),
            ("people", str.strip),
            ("practice", str.strip),
            ("welcome", richtext.clean),
            ("first_steps", steps),
        )
        if name in fields
    }
    if "audience" in fields:
        _seen_by_somebody(fields["audience"])
    before = {name: getattr(community, name) for name in fields}
    if fields.get("first_steps", community.first_steps) != community.first_steps:
        _keep_ticks(community, fields["first_steps"])
    for name, value in fields.items():
        setattr(community, name, value)
    if fields:
        community.save(update_fields=list(fields))
    forum_changes = {
        name: getattr(community, name)
        for name in ("title", "audience")
        if before.get(name, "") != getattr(community, name)
    }
    tagged = {} if hashtag is None else {"hashtag": hashtag}
    ecologies.set_ecology(ecology=community.ecology, **forum_changes, **tagged)
    if hours is not None:
        forum_changes["answer_within_hours"] = hours
    if forum_changes:
        conversations.set_forum(forum=community.forum, **forum_changes)
    if "title" in forum_changes:
        Circle.objects.filter(pk__in=[community.circle_id, community.facilitators_id]).update(
            name=community.title
        )
    following.tell(community)
    if "audience" in fields and before["audience"] != community.audience:
        record(
            verbs.OPENED_UP,
            by=by,
            about=community,
            data={"title": community.title, "audience": community.audience},
        )
    else:
        record(verbs.EDITED, by=by, about=community, data={"title": community.title})
    return community


@transaction.atomic
def close(*, community: Community, by: Person) -> Community:
    """It stays to be read by those who can see it; nobody joins, writes or is looked after any more."""
    _require(rules.may_close(by, community))
    community.closed_at = clock.now()
    community.code_closed_at = community.code_closed_at or clock.now()
    community.save(update_fields=["closed_at", "code_closed_at"])
    community.invitations.open().update(withdrawn_at=clock.now())
    community.cares.filter(done_at__isnull=True, let_go_at__isnull=True).update(let_go_at=clock.now())
    conversations.close_forum(forum=community.forum)
    ecologies.close_ecology(ecology=community.ecology)
    following.tell(community)
    record(verbs.CLOSED, by=by, about=community, data={"title": community.title})
    return community


@transaction.atomic
def reopen(*, community: Community, by: Person) -> Community:
    """People write there again, with the members and roles that it had. Invitations that were taken back stay so, and its
    short link leads nowhere until somebody opens it: nobody comes in by an old poster unasked.
    """
    if not rules.may_reopen(by, community):
        raise Refusal(_("Only a convener or a site administrator opens a closed community again."))
    community.closed_at = None
    community.save(update_fields=["closed_at"])
    conversations.reopen_forum(forum=community.forum)
    ecologies.reopen_ecology(ecology=community.ecology)
    following.tell(community)
    record(verbs.REOPENED, by=by, about=community, data={"title": community.title})
    return community


@transaction.atomic
def set_picture(*, community: Community, by: Person, picture: Blob | None, alt: str = "") -> Community:
    """The picture as it will be shown, with words for those who do not see it; None takes it away."""
    _require(rules.may_edit(by, community))
    alt = names.clean(alt)
    if picture is not None and not alt:
        raise Refusal(_("Say what can be seen on it, for those who do not see it."), code="alt")
    if len(alt) > LONGEST_ALT:
        raise Refusal(_("A sentence or two will do: at most 300 characters."), code="alt")
    community.picture, community.picture_alt = picture, alt if picture is not None else ""
    community.save(update_fields=["picture", "picture_alt"])
    record(verbs.PICTURE_SET, by=by, about=community, data={"title": community.title})
    return community


def called(title: str) -> str:
    cleaned = names.clean(title)
    if not cleaned:
        raise Refusal(_("A community needs a name."), code="title")
    return cleaned


def said(domain: str) -> str:
    if not domain.strip():
        raise Refusal(_("Say what the community is about: a sentence will do."), code="domain")
    return domain.strip()


def steps(typed: Sequence[str]) -> list[str]:
    cleaned = [step for each in typed if (step := names.clean(each))]
    if len(cleaned) > MOST_STEPS:
        raise Refusal(
            _("At most %(most)s first steps: a newcomer should not meet a wall.") % {"most": MOST_STEPS},
            code="first_steps",
        )
    if any(len(step) > LONGEST_STEP for step in cleaned):
        raise Refusal(_("A first step is a sentence: keep each below 200 characters."), code="first_steps")
    return list(dict.fromkeys(cleaned))


def new_code() -> str:
    return "".join(secrets.choice(LETTERS) for _each in range(CODE_LENGTH))


def _keep_ticks(community: Community, changed: list[str]) -> None:
    """A step keeps its tick by its words, wherever it moves to."""
    places = {
        index: changed.index(step) for index, step in enumerate(community.first_steps) if step in changed
    }
    ticked = community.memberships.exclude(steps_done=[])
    for membership in ticked:
        membership.steps_done = sorted(places[index] for index in membership.steps_done if index in places)
    Membership.objects.bulk_update(ticked, ["steps_done"], batch_size=500)


def _seen_by_somebody(audience: str) -> None:
    if audience not in Audience.values or audience == Audience.PRIVATE:
        raise Refusal(_("A community is seen by its members at least."), code="audience")


def _free_slug(wanted: str) -> str:
    # A name in Arabic or Chinese leaves nothing that an address would show as it is.
    base = wanted[:70].strip("-_") or "community"
    taken = set(Community.objects.filter(slug__startswith=base).values_list("slug", flat=True)) | RESERVED
    return next(
        slug
        for number in range(1, len(taken) + 2)
        if (slug := base if number == 1 else f"{base}-{number}") not in taken
    )


def _require(allowed: bool) -> None:  # noqa: FBT001  # reads as a sentence where it is called
    if not allowed:
        raise Refusal(_("Only a convener of the community can do that."))
