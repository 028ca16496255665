"""Links of a post, and what the pages behind them say of themselves."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from collegium.conversations.models import LinkCard, Post, PostLink
from collegium.foundation import clock
from collegium.foundation.signing import hashed


@dataclass(frozen=True)
class Found:
    title: str = ""
    description: str = ""
    site: str = ""
    finding: str = ""  # a sentence where the page did not answer


def set_links(post: Post, addresses: Sequence[str]) -> None:
    """The post points to these pages, in this order; each page has one card for all posts."""
    if not addresses and post.edited_at is None:
        return
    wanted = {hashed(url): url for url in addresses}
    LinkCard.objects.bulk_create(
        (LinkCard(url=url, url_hash=key) for key, url in wanted.items()), ignore_conflicts=True
    )
    cards = {card.url_hash: card for card in LinkCard.objects.filter(url_hash__in=wanted)}
    PostLink.objects.filter(post=post).delete()
    PostLink.objects.bulk_create(
        PostLink(post=post, card=cards[key], position=number) for number, key in enumerate(wanted)
    )


@transaction.atomic
def note_card(*, card: LinkCard, found: Found) -> LinkCard:
    """What was found behind a link. It leaves no activity: nobody did anything."""
    card.title = found.title[:300]
    card.description = found.description[:600]
    card.site = found.site[:120]
    card.finding = found.finding[:300]
    card.fetched_at = clock.now()
    card.save(update_fields=["title", "description", "site", "finding", "fetched_at"])
    return card
