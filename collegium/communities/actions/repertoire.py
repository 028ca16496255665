"""What a community keeps: links, files, posts, each with why."""

from typing import Literal

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from collegium.activity.actions import record
from collegium.communities import rules
from collegium.communities.actions import verbs
from collegium.communities.models import Community, RepertoireItem
from collegium.conversations.models import Post
from collegium.foundation.models import Blob
from collegium.foundation.refusal import Refusal
from collegium.people import names
from collegium.people.models import Person


@transaction.atomic
def add_to_repertoire(
    *,
    community: Community,
    by: Person,
    title: str,
    why: str = "",
    url: str = "",
    blob: Blob | None = None,
    file_name: str = "",
    post: Post | None = None,
) -> RepertoireItem:
    """Keep one thing: an address, a file or a post of this community's forum. The same post is kept once."""
    if not rules.may_keep(by, community):
        raise Refusal(_("Members of the community add to its repertoire, while it is open."))
    if sum(map(bool, (url, blob, post))) != 1:
        raise Refusal(_("Give either an address, or a file, or a post."), code="url")
    if post is not None:
        if post.thread.forum_id != community.forum_id or post.removed_at or post.hidden_at:
            raise Refusal(_("Only posts that stand in this community can be kept here."))
        kept = RepertoireItem.objects.filter(community=community, post=post).first()
        if kept is not None:
            return kept
    # The row of the community is the queue at which two additions take their places.
    Community.objects.select_for_update().get(pk=community.pk)
    last = community.repertoire.aggregate(last=Max("position"))["last"]
    item = RepertoireItem.objects.create(
        community=community,
        title=_called(title),
        why=why.strip(),
        url=url,
        blob=blob,
        file_name=file_name,
        post=post,
        position=0 if last is None else last + 1,
        added_by=by,
    )
    record(verbs.KEPT, by=by, about=item, data={"title": community.title, "item": item.title})
    return item


@transaction.atomic
def change_item(*, item: RepertoireItem, by: Person, title: str, why: str) -> RepertoireItem:
    """What it is called and why it is worth keeping; what it points to stays."""
    _may_change(item, by)
    item.title, item.why = _called(title), why.strip()
    item.save(update_fields=["title", "why"])
    return item


@transaction.atomic
def take_out(*, item: RepertoireItem, by: Person) -> None:
    _may_change(item, by)
    record(verbs.TAKEN_OUT, by=by, about=item, data={"title": item.community.title, "item": item.title})
    item.delete()


@transaction.atomic
def move_item(*, item: RepertoireItem, by: Person, to: Literal["up", "down", "top"]) -> None:
    """One place up or down, or to the top. At the edge nothing happens."""
    if not rules.may_arrange(by, item):
        raise Refusal(_("Only a facilitator of the community puts its repertoire in order."))
    Community.objects.select_for_update().get(pk=item.community_id)
    order = list(RepertoireItem.objects.filter(community=item.community_id).order_by("position", "id"))
    place = order.index(item)
    target = {"up": max(0, place - 1), "down": min(len(order) - 1, place + 1), "top": 0}[to]
    order.insert(target, order.pop(place))
    for position, each in enumerate(order):
        each.position = position
    RepertoireItem.objects.bulk_update(order, ["position"])


def _may_change(item: RepertoireItem, by: Person) -> None:
    if not rules.may_change_item(by, item):
        raise Refusal(_("Whoever added it, or a facilitator, changes that."))


def _called(title: str) -> str:
    cleaned = names.clean(title)
    if not cleaned:
        raise Refusal(_("Give it a title, so that others see what it is."), code="title")
    return cleaned
