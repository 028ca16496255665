"""An ecology with its circles; rows of sources and items for pages. Whatever tests how they come about uses the actions."""

import hashlib
from datetime import timedelta
from itertools import count
from typing import Any

from collegium.ecology.models import Appearance, Ecology, Flow, Following, Item, Source
from collegium.foundation import clock
from collegium.people.models import Audience, Person
from tests.factories import make_circle

_numbers = count(1)


def make_ecology(
    *members: Person, editors: tuple[Person, ...] = (), audience: str = Audience.CIRCLE, **fields: Any
) -> Ecology:
    number = next(_numbers)
    return Ecology.objects.create(
        **{
            "title": f"Ecology {number}",
            "path": f"/communities/ecology-{number}/",
            "audience": audience,
            "members": make_circle(*members, name=f"Members of ecology {number}"),
            "editors": make_circle(*editors, name=f"Editors of ecology {number}"),
            **fields,
        }
    )


def make_source(*ecologies: Ecology, **fields: Any) -> Source:
    """Followed by these ecologies."""
    number = next(_numbers)
    url = fields.pop("feed_url", f"https://blog-{number}.example/feed.xml")
    source = Source.objects.create(
        **{
            "feed_url": url,
            "feed_key": hashlib.sha256(url.encode()).hexdigest(),
            "page_url": f"https://blog-{number}.example/",
            "host": url.split("/")[2],
            "title": f"Blog {number}",
            **fields,
        }
    )
    for ecology in ecologies:
        Following.objects.create(ecology=ecology, source=source)
    return source


def make_item(source: Source | None = None, **fields: Any) -> Item:
    """Seen in ``source``, and flowing wherever that is followed. A row as ``actions.take_in`` would have left it."""
    number = next(_numbers)
    at = fields.pop("flows_at", clock.now() - timedelta(minutes=number))
    item = Item.objects.create(
        **{
            "title": f"Item {number}",
            "url": f"https://blog-{number}.example/posts/{number}",
            "summary": f"What item {number} says.",
            "html": f"<p>What item {number} says, at length.</p>",
            "author_name": f"Author {number}",
            "published_at": at,
            "flows_at": at,
            "content_sha256": hashlib.sha256(str(number).encode()).hexdigest(),
            **fields,
        }
    )
    if source is not None:
        Appearance.objects.create(
            item=item,
            source=source,
            guid=item.url,
            guid_key=hashlib.sha256(item.url.encode()).hexdigest(),
            url=item.url,
            content_sha256=item.content_sha256,
        )
        for following in source.followings.running():
            make_flow(following.ecology, item, source=source)
    return item


def make_flow(ecology: Ecology, item: Item, **fields: Any) -> Flow:
    return Flow.objects.create(
        **{
            "ecology": ecology,
            "item": item,
            "flows_at": item.flows_at,
            "kind": item.kind,
            "language": item.language,
            **fields,
        }
    )
