"""A reader who follows every link: one of each kind of page, as far as they lead."""

from collections import Counter, deque
from dataclasses import dataclass
from urllib.parse import parse_qsl, urldefrag, urljoin, urlsplit

from django.test import Client
from django.urls import Resolver404, resolve
from lxml import html

SITE = "http://testserver"
OF_A_KIND = 1


@dataclass(frozen=True)
class Fault:
    path: str
    found_on: str
    status: int | str


def walk(client: Client, begin: str = "/") -> tuple[int, list[Fault]]:
    """How many pages were read, and which links led nowhere: to nothing, to what this reader may not see, to an error."""
    waiting = deque([(begin, "")])
    known, kinds = {begin}, Counter[tuple[str, ...]]()
    read, faults = 0, []
    while waiting:
        path, found_on = waiting.popleft()
        kind = _kind(path)
        if kind is None:
            faults.append(Fault(path, found_on, "no such address"))
            continue
        kinds[kind] += 1
        if kinds[kind] > OF_A_KIND:
            continue
        answer = client.get(path)
        read += 1
        links: list[str] = []
        if answer.status_code >= 400:  # an error
            faults.append(Fault(path, found_on, answer.status_code))
        elif answer.status_code >= 300:  # it leads on
            links = [answer["Location"]]
        elif answer["Content-Type"].startswith("text/html"):
            page = html.fromstring(answer.content)
            # What people write may name whom this reader may not look up.
            links = [
                *page.xpath("//a[not(ancestor::*[contains(@class, 'prose')])]/@href"),
                *page.xpath("//link[@rel='alternate']/@href"),
            ]
        for link in links:
            to = urldefrag(urljoin(f"{SITE}{path}", link.strip())).url
            if to.startswith(f"{SITE}/") and (where := to.removeprefix(SITE)) not in known:
                known.add(where)
                waiting.append((where, path))
    return read, faults


def _kind(path: str) -> tuple[str, ...] | None:
    """Pages by the view that makes them and what it is asked."""
    try:
        found = resolve(urlsplit(path).path)
    except Resolver404:
        return None
    return found.view_name or str(found.func), *sorted({name for name, _ in parse_qsl(urlsplit(path).query)})
