"""Places: a lower page names one, a higher app fills it from its `panels.py`, and nobody imports upward.

    @panel("person.page", order=10)
    def evidence_of(request, *, person): return render_to_string(…)      # or None, for nothing

    bar_item(key="evidence", title=_("Evidence"), url="evidence:list", icon="paperclip", order=50, shown_to=signed_in)

    @identity
    def who(request): return Identity(name=…, url=…, photo=…)            # the reader, or None for a stranger

The frame is data: what is registered is shown, in its order, to whom its `shown_to` says.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from django.http import HttpRequest
from django.urls import get_script_prefix, get_urlconf, reverse
from django.utils.functional import Promise
from django.utils.translation import get_language
from markupsafe import Markup

Slot = Literal["nav", "tools", "me", "join", "footer"]
Fragment = Callable[..., str | None]


@dataclass(frozen=True)
class Identity:
    """The reader, as the bar shows them."""

    name: str
    url: str | None = None
    photo: str | None = None


@dataclass(frozen=True, eq=False)  # each is itself, so that what is known of it can be kept
class BarItem:
    key: str
    title: str | Promise
    url: str
    icon: str
    order: int
    slot: Slot
    shown_to: Callable[[HttpRequest], bool]
    count: Callable[[HttpRequest], int] | None
    method: Literal["get", "post"]
    namespace: str | None


@dataclass(frozen=True)
class ShownItem:
    """A bar item as one reader sees it on one page."""

    key: str
    title: str
    href: str
    icon: str
    method: str
    current: bool
    count: int


@dataclass(frozen=True)
class Frame:
    nav: list[ShownItem]
    tools: dict[str, ShownItem]
    me: list[ShownItem]
    join: list[ShownItem]
    footer: list[ShownItem]
    identity: Identity | None


def everyone(request: HttpRequest) -> bool:  # noqa: ARG001  the signature of `shown_to`
    return True


def signed_in(request: HttpRequest) -> bool:
    user = getattr(request, "user", None)
    return bool(user and user.is_authenticated)


def stranger(request: HttpRequest) -> bool:
    return not signed_in(request)


class Registry:
    def __init__(self) -> None:
        self.panels: defaultdict[str, dict[str, tuple[int, Fragment]]] = defaultdict(dict)
        self.in_order: dict[str, tuple[dict[str, tuple[int, Fragment]], list[Fragment]]] = {}
        self.bar: dict[tuple[str, str], BarItem] = {}
        self.identity: Callable[[HttpRequest], Identity | None] | None = None


registry = Registry()


def panel(place: str, *, order: int = 100) -> Callable[[Fragment], Fragment]:
    """The function gets the request and what the page passes on; it returns HTML that is safe, or None."""

    def register(function: Fragment) -> Fragment:
        registry.panels[place][f"{function.__module__}.{function.__qualname__}"] = (order, function)
        registry.in_order.pop(place, None)
        return function

    return register


def panels(place: str, request: HttpRequest, **context: Any) -> list[Markup]:
    """What higher apps put there, in order; a place that nobody fills is empty."""
    shown = [function(request, **context) for function in _in_order(place)]
    return [Markup(fragment) for fragment in shown if fragment]  # noqa: S704  rendered by a template of ours


def _in_order(place: str) -> list[Fragment]:
    """A list asks for the panels of each of its rows: they are put in order once."""
    filled = registry.panels.get(place)
    if not filled:
        return []
    known = registry.in_order.get(place)
    if known is None or known[0] is not filled:
        ordered = sorted(filled.items(), key=lambda entry: (entry[1][0], entry[0]))
        known = registry.in_order[place] = filled, [function for _, (_, function) in ordered]
    return known[1]


def bar_item(
    *,
    key: str,
    title: str | Promise,
    url: str,
    icon: str,
    order: int = 100,
    slot: Slot = "nav",
    shown_to: Callable[[HttpRequest], bool] = everyone,
    count: Callable[[HttpRequest], int] | None = None,
    method: Literal["get", "post"] = "get",
    namespace: str | None = None,
) -> None:
    """Registers an item of the frame.

    `slot`: `nav` the bar itself; `tools` the keys `search`, `capture` and `notifications`; `me` the reader's own
    menu; `join` what strangers are offered (the last one stands out); `footer`.
    `url` is the name of one without arguments. `namespace`: the item is current on every page of that URL
    namespace, as well as below its own address.
    """
    registry.bar[slot, key] = BarItem(
        key=key,
        title=title,
        url=url,
        icon=icon,
        order=order,
        slot=slot,
        shown_to=shown_to,
        count=count,
        method=method,
        namespace=namespace,
    )


def identity(function: Callable[[HttpRequest], Identity | None]) -> Callable[[HttpRequest], Identity | None]:
    """Registers who tells the bar the reader's name and face. There is one: the room that knows persons."""
    registry.identity = function
    return function


def frame(request: HttpRequest | None) -> Frame:
    """The bar as this reader sees it; an empty one where there is no request, as on the page of last resort."""
    slots: dict[str, list[ShownItem]] = defaultdict(list)
    who = None
    if request is not None:
        who = registry.identity(request) if registry.identity else _plain_identity(request)
        here = get_urlconf(), get_script_prefix(), get_language()
        for item in sorted(registry.bar.values(), key=lambda item: (item.order, item.key)):
            if item.shown_to(request):
                slots[item.slot].append(_shown(item, request, *here))
    return Frame(
        nav=slots["nav"],
        tools={item.key: item for item in slots["tools"]},
        me=slots["me"],
        join=slots["join"],
        footer=slots["footer"],
        identity=who,
    )


def _plain_identity(request: HttpRequest) -> Identity | None:
    return Identity(name=str(request.user)) if signed_in(request) else None


def _shown(
    item: BarItem, request: HttpRequest, urlconf: str | None, home: str, language: str | None
) -> ShownItem:
    href = address(item.url, urlconf, home)
    match = getattr(request, "resolver_match", None)
    below = request.path.startswith(href) if href != home else request.path == home
    inside = bool(match and item.namespace and match.namespace == item.namespace)
    return ShownItem(
        key=item.key,
        title=_title(item, language),
        href=href,
        icon=item.icon,
        method=item.method,
        current=below or inside,
        count=item.count(request) if item.count else 0,
    )


@lru_cache(maxsize=1024)
def _title(item: BarItem, language: str | None) -> str:  # noqa: ARG001  the language that it is translated to
    return str(item.title)


@lru_cache(maxsize=256)
def address(name: str, urlconf: str | None, prefix: str) -> str:  # noqa: ARG001  the prefix is part of the key
    """Of a page that needs no arguments: the same for as long as the process lives."""
    return reverse(name, urlconf=urlconf)
