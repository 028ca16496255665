"""Where the common hosts keep their feeds. Pure functions over addresses; nothing is fetched here.

Sources: WordPress: developer.wordpress.org/reference/functions/get_tag_feed_link, get_author_feed_link and the Codex's
WordPress_Feeds (/feed/ below any archive). Mastodon: rssboard.org/news/211 (/@user.rss) and /tags/<tag>.rss.
Zotero: zotero.org/support/dev/web_api/v3/basics (api.zotero.org, format=atom, only for public libraries).
Blogger: /feeds/posts/default, with /-/<label> for one label. Micro.blog: help.micro.blog/t/feeds/94.
YouTube, Medium, Substack, Tumblr, Ghost: the addresses that their own pages name in <link rel="alternate">.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import parse_qs, quote, urlencode, urlsplit

_CHANNEL = re.compile(r"^/channel/(UC[\w-]{22})(?:/|$)")
_YOUTUBE = "https://www.youtube.com/feeds/videos.xml?"
_MASTODON_USER = re.compile(
    r"^/@([\w.-]+?)(?:@[\w.-]+)?(?:\.rss)?(?:/(?:with_replies|media|tagged/([^/]+))?)?$"
)
_MASTODON_POST = re.compile(r"^/@([\w.-]+)/\d+$")
_MASTODON_TAG = re.compile(r"^/tags/([^/]+?)(?:\.rss)?/?$")
_WORDPRESS_ARCHIVE = re.compile(r"^(.*/(?:tag|category|author)/[^/]+)(?:/feed)?/?$")
_ZOTERO_GROUP = re.compile(r"^/groups/(\d+)(?:/|$)")
_ZOTERO_USER = re.compile(r"^/users/(\d+)(?:/|$)")
_ZOTERO_COLLECTION = re.compile(r"/collections/([A-Z0-9]{8})(?:/|$)")


@dataclass(frozen=True)
class Guess:
    """A feed that ought to be there, if the site is what it looks like."""

    feed_url: str
    kind: str = "blog"
    is_filtered: bool = False
    is_sure: bool = False  # the host is known by its name: nothing else need be tried


@dataclass(frozen=True)
class Site:
    """An address taken apart."""

    url: str
    origin: str  # "https://host:port"
    host: str  # without www.
    path: str
    query: dict[str, list[str]]


def site(url: str) -> Site | None:
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return None
    if not host:
        return None
    return Site(url, f"{parts.scheme}://{parts.netloc}", host, parts.path or "/", parse_qs(parts.query))


def guesses(url: str, hashtag: str = "", generator: str = "", channel_id: str = "") -> list[Guess]:
    """By the address, by what the page says it was made with (``generator``), and for YouTube by the channel it names.

    What is filtered to the hashtag stands first.
    """
    asked = site(url)
    if asked is None:
        return []
    found: dict[str, Guess] = {}
    for host in (_youtube, _medium, _substack, _zotero, _blogger, _tumblr, _micro_blog, _wordpress_com):
        for guess in host(asked, hashtag):
            found.setdefault(guess.feed_url, guess)
    if channel_id and asked.host.endswith("youtube.com"):
        channel = Guess(f"{_YOUTUBE}{urlencode({'channel_id': channel_id})}", "channel", is_sure=True)
        found.setdefault(channel.feed_url, channel)
    made_with = generator.lower()
    by_generator: dict[str, Callable[[Site, str], Iterator[Guess]]] = {
        "wordpress": _wordpress,
        "mastodon": _mastodon,
        "ghost": _ghost,
        "blogger": _blogger_anywhere,
    }
    for word, made_by in by_generator.items():
        if word in made_with or (word == "mastodon" and not made_with and not found):
            for guess in made_by(asked, hashtag):
                found.setdefault(guess.feed_url, guess)
    return sorted(found.values(), key=lambda guess: not guess.is_filtered)


def usual_places(url: str) -> list[str]:
    """Where feeds mostly lie when nothing names them: beside the page, then at the root."""
    asked = site(url)
    if asked is None:
        return []
    base = asked.path if asked.path.endswith("/") else asked.path.rsplit("/", 1)[0] + "/"
    roots = list(dict.fromkeys([asked.origin + base, asked.origin + "/"]))
    names = ("feed/", "feed.xml", "rss.xml", "atom.xml", "index.xml", "rss/", "feed.json")
    return [root + name for root in roots for name in names]


# No feeds for anybody who is not signed in.
CLOSED_HOSTS = frozenset(
    {
        "facebook.com",
        "instagram.com",
        "linkedin.com",
        "x.com",
        "twitter.com",
        "tiktok.com",
        "threads.net",
        "threads.com",
    }
)


def is_closed(url: str) -> bool:
    asked = site(url)
    return asked is not None and any(
        asked.host == host or asked.host.endswith(f".{host}") for host in CLOSED_HOSTS
    )


# One by one -----------------------------------------------------------------------------------------------------------


def _youtube(asked: Site, hashtag: str) -> Iterator[Guess]:  # noqa: ARG001  # it has no feed of a hashtag
    if asked.host not in {"youtube.com", "m.youtube.com", "music.youtube.com"}:
        return
    if lists := asked.query.get("list"):
        yield Guess(f"{_YOUTUBE}{urlencode({'playlist_id': lists[0]})}", "channel", is_sure=True)
    if channel := _CHANNEL.match(asked.path):
        yield Guess(f"{_YOUTUBE}{urlencode({'channel_id': channel[1]})}", "channel", is_sure=True)
    parts = asked.path.strip("/").split("/")
    if len(parts) > 1 and parts[0] == "user":
        yield Guess(f"{_YOUTUBE}{urlencode({'user': parts[1]})}", "channel", is_sure=True)


def _medium(asked: Site, hashtag: str) -> Iterator[Guess]:
    if asked.host.endswith(".medium.com"):
        if hashtag:
            yield Guess(f"{asked.origin}/feed/tagged/{quote(hashtag)}", is_filtered=True, is_sure=True)
        yield Guess(f"{asked.origin}/feed", is_sure=True)
        return
    if asked.host != "medium.com":
        return
    parts = [part for part in asked.path.split("/") if part]
    if parts[:1] == ["feed"]:
        return
    if len(parts) > 1 and parts[0] in {"tag", "tagged"}:
        yield Guess(f"https://medium.com/feed/tag/{quote(parts[1])}", is_sure=True)
    elif len(parts) > 2 and parts[1] == "tagged":  # noqa: PLR2004  # publication, "tagged", tag
        yield Guess(f"https://medium.com/feed/{parts[0]}/tagged/{parts[2]}", is_sure=True)
    elif parts:
        # A publication has a feed of a tag; a person has not.
        if hashtag and not parts[0].startswith("@"):
            yield Guess(
                f"https://medium.com/feed/{parts[0]}/tagged/{quote(hashtag)}", is_filtered=True, is_sure=True
            )
        yield Guess(f"https://medium.com/feed/{parts[0]}", is_sure=True)


def _substack(asked: Site, hashtag: str) -> Iterator[Guess]:  # noqa: ARG001  # it has no feed of a tag
    if asked.host.endswith(".substack.com"):
        yield Guess(f"{asked.origin}/feed", is_sure=True)
    elif asked.host == "substack.com" and (named := re.match(r"^/@([\w-]+)", asked.path)):
        yield Guess(f"https://{named[1]}.substack.com/feed", is_sure=True)


def _zotero(asked: Site, hashtag: str) -> Iterator[Guess]:
    if asked.host != "zotero.org":
        return
    if group := _ZOTERO_GROUP.match(asked.path):
        library = f"groups/{group[1]}"
    elif user := _ZOTERO_USER.match(asked.path):
        library = f"users/{user[1]}"
    else:
        return  # a user's name is no number: the page says it
    collection = _ZOTERO_COLLECTION.search(asked.path)
    where = (
        f"https://api.zotero.org/{library}{f'/collections/{collection[1]}' if collection else ''}/items/top"
    )
    order = {"format": "atom", "v": "3", "sort": "dateAdded", "direction": "desc"}
    if hashtag:
        yield Guess(
            f"{where}?{urlencode({**order, 'tag': hashtag})}", "library", is_filtered=True, is_sure=True
        )
    yield Guess(f"{where}?{urlencode(order)}", "library", is_sure=True)


def _blogger(asked: Site, hashtag: str) -> Iterator[Guess]:
    if ".blogspot." in asked.host:
        yield from _blogger_anywhere(asked, hashtag)


def _blogger_anywhere(asked: Site, hashtag: str) -> Iterator[Guess]:
    feed = f"{asked.origin}/feeds/posts/default"
    if label := re.match(r"^/search/label/([^/]+)", asked.path):
        yield Guess(f"{feed}/-/{label[1]}", is_sure=True)
    elif hashtag:
        yield Guess(f"{feed}/-/{quote(hashtag)}", is_filtered=True, is_sure=True)
    yield Guess(feed, is_sure=True)


def _tumblr(asked: Site, hashtag: str) -> Iterator[Guess]:
    if asked.host == "tumblr.com" and (named := re.match(r"^/([\w-]+)/?$", asked.path)):
        asked = site(f"https://{named[1]}.tumblr.com/") or asked
    if not asked.host.endswith(".tumblr.com"):
        return
    if tagged := re.match(r"^/tagged/([^/]+)", asked.path):
        yield Guess(f"{asked.origin}/tagged/{tagged[1]}/rss", is_sure=True)
    elif hashtag:
        yield Guess(f"{asked.origin}/tagged/{quote(hashtag)}/rss", is_filtered=True, is_sure=True)
    yield Guess(f"{asked.origin}/rss", is_sure=True)


def _micro_blog(asked: Site, hashtag: str) -> Iterator[Guess]:
    if asked.host.endswith(".micro.blog"):
        if hashtag:
            yield Guess(
                f"{asked.origin}/categories/{quote(hashtag.lower())}/feed.xml", is_filtered=True, is_sure=True
            )
        yield Guess(f"{asked.origin}/feed.xml", is_sure=True)


def _wordpress_com(asked: Site, hashtag: str) -> Iterator[Guess]:
    if asked.host.endswith(".wordpress.com"):
        yield from _wordpress(asked, hashtag)


def _wordpress(asked: Site, hashtag: str) -> Iterator[Guess]:
    if archive := _WORDPRESS_ARCHIVE.match(asked.path):
        yield Guess(f"{asked.origin}{archive[1]}/feed/", is_sure=True)
        home = re.split(r"/(?:tag|category|author)/", asked.path)[0]
    else:
        home = ""
        if hashtag:
            yield Guess(f"{asked.origin}/tag/{quote(hashtag.lower())}/feed/", is_filtered=True, is_sure=True)
    yield Guess(f"{asked.origin}{home}/feed/", is_sure=True)


def _mastodon(asked: Site, hashtag: str) -> Iterator[Guess]:
    if tag := _MASTODON_TAG.match(asked.path):
        yield Guess(f"{asked.origin}/tags/{tag[1]}.rss", "profile")
    elif user := _MASTODON_USER.match(asked.path):
        if user[2]:
            yield Guess(f"{asked.origin}/@{user[1]}/tagged/{user[2]}.rss", "profile")
        elif hashtag:
            yield Guess(f"{asked.origin}/@{user[1]}/tagged/{quote(hashtag)}.rss", "profile", is_filtered=True)
        yield Guess(f"{asked.origin}/@{user[1]}.rss", "profile")
    elif post := _MASTODON_POST.match(asked.path):
        yield Guess(f"{asked.origin}/@{post[1]}.rss", "profile")


def _ghost(asked: Site, hashtag: str) -> Iterator[Guess]:
    if archive := re.match(r"^(.*/(?:tag|author)/[^/]+)/?$", asked.path):
        yield Guess(f"{asked.origin}{archive[1]}/rss/", is_sure=True)
    elif hashtag:
        yield Guess(f"{asked.origin}/tag/{quote(hashtag.lower())}/rss/", is_filtered=True, is_sure=True)
    yield Guess(f"{asked.origin}/rss/", is_sure=True)
