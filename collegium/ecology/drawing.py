"""The map of an ecology, laid out: places in columns from where people publish to what it becomes, and ribbons between them.

Geometry only; a template draws. The same ecology looks the same: no chance comes in. Two ways to lay it out: ``wide``, in
columns, and ``narrow``, one below the other with arcs beside them, for a phone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from math import sqrt

from collegium.design import lettering
from collegium.ecology import flows
from collegium.ecology.flows import Place, Stage, Stream

PLAQUE, GAP = 176.0, 84.0  # how wide a place is, and how far columns stand apart
MARGIN = 24.0
TOP = 46.0  # for what a column is called
BETWEEN = 18.0
LEAST = 66.0  # how high a place is at least
WIDEST = 22.0  # a ribbon
APART = 3.0  # ribbons that meet at a place
ROUNDS = 40
TITLE, WORDS = 15.0, 13.5  # sizes of type
LINE = 18.0
INSET = 46.0  # where words begin within a plaque, after its picture
NARROW = 380.0
NARROW_PLAQUE, NARROW_HEIGHT = 262.0, 58.0
NARROW_ROOM = NARROW - NARROW_PLAQUE - 16


@dataclass(frozen=True)
class Label:
    """A number beside the end of a ribbon."""

    x: float
    y: float
    words: str
    width: float


@dataclass(frozen=True)
class Plaque:
    place: Place
    x: float
    y: float
    width: float
    height: float
    lines: tuple[str, ...]
    words: str
    is_silent: bool
    is_busy: bool
    labels: tuple[Label, ...] = ()  # of the ribbons that begin or end here, each at its other end
    ribbons: tuple[str, ...] = ()  # keys of those

    @property
    def middle(self) -> float:
        return self.y + self.height / 2

    @property
    def first_line(self) -> float:
        """Where its first words stand, so that all of them are centred."""
        rows = len(self.lines) + (1 if self.words else 0)
        return round(self.middle - (rows - 1) * LINE / 2 + 5, 1)


@dataclass(frozen=True)
class Ribbon:
    key: str
    stream: Stream
    path: str
    width: float
    label: Label


@dataclass(frozen=True)
class Caption:
    x: float
    y: float
    stage: Stage


@dataclass(frozen=True)
class Drawing:
    width: float
    height: float
    plaques: tuple[Plaque, ...]
    ribbons: tuple[Ribbon, ...]
    captions: tuple[Caption, ...]
    is_narrow: bool = False


@dataclass(eq=False)
class _Node:
    """A place, or where a ribbon passes a column on its way."""

    column: int
    height: float
    place: Place | None = None
    y: float = 0.0
    before: list["_Link"] = field(default_factory=list)
    after: list["_Link"] = field(default_factory=list)

    @property
    def middle(self) -> float:
        return self.y + self.height / 2

    @property
    def gap(self) -> float:
        return BETWEEN if self.place is not None else BETWEEN / 2


@dataclass(eq=False)
class _Link:
    start: _Node
    end: _Node
    width: float
    from_y: float = 0.0
    to_y: float = 0.0


def fitted(words: str, most: float) -> str:
    """A headline of 20 px on one line."""
    return lettering.broken(words, most=most, lines=1, size=20.0, weight=600)[0]


# Words and widths -------------------------------------------------------------------------------------------------------


def _widths(streams: Sequence[Stream]) -> list[float]:
    """By the root of the volume, so that a brook can be seen beside a river; nothing is a hair."""
    most = max((each.volume.number for each in streams), default=0)
    return [
        round(2.0 + (WIDEST - 2.0) * sqrt(each.volume.number / most), 1) if each.volume.number else 1.2
        for each in streams
    ]


def _busy(places: Sequence[Place]) -> set[str]:
    """The three where most came together: of those that are no river, which has it all."""
    found = [each for each in places if each.volume.number and each.stage != Stage.RIVER]
    found.sort(key=lambda each: (-each.volume.number, each.key))
    return {each.key for each in found[:3]} if len(found) > 3 else set()  # noqa: PLR2004  else all are


def _plaque(
    place: Place, *, x: float, y: float, width: float, height: float, lines: int, busy: set[str]
) -> Plaque:
    room = width - INSET - 12
    return Plaque(
        place=place,
        x=round(x, 1),
        y=round(y, 1),
        width=width,
        height=round(height, 1),
        lines=tuple(lettering.broken(place.title, most=room, lines=lines, size=TITLE, weight=600)),
        words=lettering.broken(place.words, most=room, lines=1, size=WORDS)[0],
        is_silent=place.is_silent,
        is_busy=place.key in busy,
    )


def _label(x: float, y: float, stream: Stream) -> Label:
    """The number alone, which the space between two columns has room for."""
    words = flows.short(stream.volume)
    return Label(
        round(x, 1), round(y, 1), words, round(lettering.width(words, size=WORDS, weight=600) + 14, 1)
    )


# In columns -------------------------------------------------------------------------------------------------------------


def wide(places: Sequence[Place], streams: Sequence[Stream]) -> Drawing:
    stages = sorted({each.stage for each in places})
    nodes = {each.key: _Node(stages.index(each.stage), LEAST, each) for each in places}
    columns: list[list[_Node]] = [[] for _ in stages]
    for node in nodes.values():
        columns[node.column].append(node)
    widths = _widths(streams)
    chains = [
        _chain(nodes[stream.start], nodes[stream.end], width, columns)
        for stream, width in zip(streams, widths, strict=True)
    ]
    for node in nodes.values():
        node.height = _needed(node)
    _ordered(columns)
    height = _placed(columns)
    return _drawn(places, streams, _Laid(nodes, chains, widths), height)


def _chain(start: _Node, end: _Node, width: float, columns: list[list[_Node]]) -> list[_Link]:
    """From left to right, through a place of its own in every column between; none within one column."""
    if start.column == end.column:
        return []
    left, right = (start, end) if start.column < end.column else (end, start)
    stops = [_Node(at, width) for at in range(left.column + 1, right.column)]
    for stop in stops:
        columns[stop.column].append(stop)
    chain = [_Link(one, other, width) for one, other in pairwise([left, *stops, right])]
    for link in chain:
        link.start.after.append(link)
        link.end.before.append(link)
    return chain


def _needed(node: _Node) -> float:
    """High enough for its words, and for all ribbons of either side."""
    sides = (sum(link.width + APART for link in links) + 20 for links in (node.before, node.after))
    least = 128.0 if node.place is not None and node.place.stage == Stage.RIVER else LEAST
    return max(least, *sides)


def _ordered(columns: list[list[_Node]]) -> None:
    """Each column by where what it is joined with stands, to and fro, so that few ribbons cross; the best order is kept."""
    places: dict[int, float] = {}
    for nodes in columns:
        _count_off(nodes, places)
    best, fewest = [list(nodes) for nodes in columns], _crossings(columns, places)
    for turn in range(12):
        is_back = turn % 2 == 1
        for nodes in reversed(columns) if is_back else columns:
            nodes.sort(key=lambda node: _wanted(node, places, is_back=is_back))
            _count_off(nodes, places)
        crossings = _crossings(columns, places)
        if crossings < fewest:
            best, fewest = [list(nodes) for nodes in columns], crossings
    for nodes, kept in zip(columns, best, strict=True):
        nodes[:] = kept


def _count_off(nodes: Sequence[_Node], places: dict[int, float]) -> None:
    for at, node in enumerate(nodes):
        places[id(node)] = (at + 0.5) / len(nodes)


def _wanted(node: _Node, places: dict[int, float], *, is_back: bool) -> float:
    """Where it would stand if it were alone: amid what it is joined with on one side."""
    joined = (
        [(link.width, link.end) for link in node.after]
        if is_back
        else [(link.width, link.start) for link in node.before]
    )
    total = sum(width for width, _other in joined)
    if not total:
        return places[id(node)]
    return sum(width * places[id(other)] for width, other in joined) / total


def _crossings(columns: list[list[_Node]], places: dict[int, float]) -> int:
    count = 0
    for nodes in columns:
        links = [(places[id(node)], places[id(link.end)]) for node in nodes for link in node.after]
        count += sum(
            1 for at, (a, b) in enumerate(links) for c, d in links[at + 1 :] if (a - c) * (b - d) < 0
        )
    return count


def _placed(columns: list[list[_Node]]) -> float:
    """Heights of all nodes: near what they are joined with, never over each other. Returns how high the whole is."""
    tall = max(sum(node.height + node.gap for node in nodes) for nodes in columns)
    for nodes in columns:
        y = TOP + (tall - sum(node.height + node.gap for node in nodes)) / 2
        for node in nodes:
            node.y = y
            y += node.height + node.gap
    for turn in range(ROUNDS):
        for nodes in columns if turn % 2 == 0 else reversed(columns):
            for node in nodes:
                links = [
                    *((link, link.start) for link in node.before),
                    *((link, link.end) for link in node.after),
                ]
                total = sum(link.width for link, _other in links)
                if total:
                    wanted = sum(link.width * other.middle for link, other in links) / total
                    node.y += (wanted - node.middle) * 0.5
            _apart(nodes, TOP, TOP + tall)
    lowest = max(node.y + node.height for nodes in columns for node in nodes)
    highest = min(node.y for nodes in columns for node in nodes)
    for nodes in columns:
        for node in nodes:
            node.y += TOP - highest
    return lowest - highest + TOP


def _apart(nodes: Sequence[_Node], top: float, bottom: float) -> None:
    at = top
    for node in nodes:
        node.y = max(node.y, at)
        at = node.y + node.height + node.gap
    at = bottom
    for node in reversed(nodes):
        node.y = min(node.y, at - node.height)
        at = node.y - node.gap
    at = top
    for node in nodes:  # once more: whoever was pushed out above comes back
        node.y = max(node.y, at)
        at = node.y + node.height + node.gap


@dataclass(frozen=True)
class _Laid:
    """Columns after all places have found their height."""

    nodes: dict[str, _Node]
    chains: list[list[_Link]]  # of each stream; empty: it stays within a column
    widths: list[float]

    def ribbon(self, number: int, stream: Stream) -> tuple[Ribbon, dict[str, Label]]:
        """And the number for each of its two places, written at the other end, where ribbons do not crowd."""
        key, width, chain = f"r{number}", self.widths[number], self.chains[number]
        one, other = self.nodes[stream.start], self.nodes[stream.end]
        if not chain:
            path, middle = _beside(_left(one.column) + PLAQUE, one, other)
            label = _label(*middle, stream)
            return Ribbon(key, stream, path, width, label), {stream.start: label, stream.end: label}
        first, last = chain[0], chain[-1]
        near_first = _label(_left(first.start.column) + PLAQUE + GAP / 2, first.from_y, stream)
        near_last = _label(_left(last.end.column) - GAP / 2, last.to_y, stream)
        left, right = (stream.start, stream.end) if one.column < other.column else (stream.end, stream.start)
        path = "".join(_curve(link, is_first=link is first) for link in chain)
        return Ribbon(key, stream, path, width, near_first), {left: near_last, right: near_first}


def _left(column: int) -> float:
    return MARGIN + column * (PLAQUE + GAP)


def _curve(link: _Link, *, is_first: bool) -> str:
    x1, x2 = _left(link.start.column) + PLAQUE, _left(link.end.column)
    y1, y2, middle = link.from_y, link.to_y, (x1 + x2) / 2
    begin = f"{'M' if is_first else 'L'}{x1:.1f} {y1:.1f}"
    return f"{begin}C{middle:.1f} {y1:.1f} {middle:.1f} {y2:.1f} {x2:.1f} {y2:.1f}"


def _drawn(places: Sequence[Place], streams: Sequence[Stream], laid: _Laid, height: float) -> Drawing:
    met = {id(node): node for chain in laid.chains for link in chain for node in (link.start, link.end)}
    for each in met.values():
        _ports(each)
    busy = _busy(places)
    ribbons, ends = [], {}
    for number, stream in enumerate(streams):
        ribbon, ends[f"r{number}"] = laid.ribbon(number, stream)
        ribbons.append(ribbon)
    plaques = []
    for place in places:
        node = laid.nodes[place.key]
        own = {key: labels[place.key] for key, labels in ends.items() if place.key in labels}
        plaque = _plaque(
            place, x=_left(node.column), y=node.y, width=PLAQUE, height=node.height, lines=2, busy=busy
        )
        plaques.append(replace(plaque, labels=tuple(own.values()), ribbons=tuple(own)))
    stages = sorted({each.stage for each in places})
    room = 40 if not all(laid.chains) else 0  # for what goes around the last column
    return Drawing(
        width=round(_left(len(stages) - 1) + PLAQUE + MARGIN + room, 1),
        height=round(height + MARGIN, 1),
        plaques=tuple(plaques),
        ribbons=tuple(ribbons),
        captions=tuple(Caption(_left(number), 24.0, stage) for number, stage in enumerate(stages)),
    )


def _ports(node: _Node) -> None:
    """Where ribbons meet it, in the order of where they come from or go to."""
    before = sorted(node.before, key=lambda link: link.start.middle)
    at = node.middle - (sum(link.width + APART for link in before) - APART) / 2
    for link in before:
        link.to_y = at + link.width / 2
        at += link.width + APART
    after = sorted(node.after, key=lambda link: link.end.middle)
    at = node.middle - (sum(link.width + APART for link in after) - APART) / 2
    for link in after:
        link.from_y = at + link.width / 2
        at += link.width + APART


def _beside(x: float, one: _Node, other: _Node) -> tuple[str, tuple[float, float]]:
    """From one place to another in the same column, around their right sides."""
    upper, lower = sorted((one.middle, other.middle))
    out = x + min(56.0, 24 + (lower - upper) * 0.2)
    return (
        f"M{x:.1f} {one.middle:.1f}C{out:.1f} {one.middle:.1f} {out:.1f} {other.middle:.1f} {x:.1f} {other.middle:.1f}",
        (x - 30, (upper + lower) / 2),
    )


# One below the other ----------------------------------------------------------------------------------------------------


def narrow(places: Sequence[Place], streams: Sequence[Stream]) -> Drawing:
    x, y = 8.0, 0.0
    busy = _busy(places)
    plaques: dict[str, Plaque] = {}
    captions = []
    stage = None
    for each in places:
        if each.stage != stage:
            stage = each.stage
            captions.append(Caption(x, y + 26, stage))
            y += 40
        plaques[each.key] = _plaque(
            each, x=x, y=y, width=NARROW_PLAQUE, height=NARROW_HEIGHT, lines=1, busy=busy
        )
        y += NARROW_HEIGHT + 12
    height = y + 4
    ribbons, ends = _arcs(streams, plaques, height)
    shown = []
    for key, plaque in plaques.items():
        own = {ribbon: labels[key] for ribbon, labels in ends.items() if key in labels}
        shown.append(replace(plaque, labels=tuple(own.values()), ribbons=tuple(own)))
    return Drawing(NARROW, round(height, 1), tuple(shown), tuple(ribbons), tuple(captions), is_narrow=True)


def _arcs(
    streams: Sequence[Stream], plaques: dict[str, Plaque], height: float
) -> tuple[list[Ribbon], dict[str, dict[str, Label]]]:
    widths = [max(1.2, width * 0.6) for width in _widths(streams)]
    ports: dict[str, list[tuple[float, int, float]]] = {}
    for number, (stream, width) in enumerate(zip(streams, widths, strict=True)):
        for key, other in ((stream.start, stream.end), (stream.end, stream.start)):
            ports.setdefault(key, []).append((plaques[other].middle, number, width))
    where: dict[tuple[str, int], float] = {}
    for key, meeting in ports.items():
        middle = plaques[key].middle
        # The longest way turns furthest out, so that arcs to one side do not cross where they begin.
        up = sorted((each for each in meeting if each[0] < middle), key=lambda each: -each[0])
        down = sorted((each for each in meeting if each[0] >= middle), key=lambda each: -each[0])
        total = sum(width + 1 for _other, _number, width in meeting)
        scale = min(1.0, (NARROW_HEIGHT - 12) / total)
        at = middle - total * scale / 2
        for _other, number, width in [*up, *down]:
            where[key, number] = at + width * scale / 2
            at += (width + 1) * scale
    right = 8.0 + NARROW_PLAQUE
    ribbons, ends = [], {}
    for number, (stream, width) in enumerate(zip(streams, widths, strict=True)):
        y1, y2 = where[stream.start, number], where[stream.end, number]
        out = right + 14 + NARROW_ROOM * 4 / 3 * 0.86 * min(1.0, abs(y2 - y1) / height + 0.08)
        path = f"M{right:.1f} {y1:.1f}C{out:.1f} {y1:.1f} {out:.1f} {y2:.1f} {right:.1f} {y2:.1f}"
        labels = {}
        for key, far in ((stream.start, stream.end), (stream.end, stream.start)):
            label = _label(0, plaques[far].middle, stream)
            labels[key] = replace(
                label, x=round(min(right + 8, NARROW - label.width - 2) + label.width / 2, 1)
            )
        ends[f"n{number}"] = labels
        ribbons.append(Ribbon(f"n{number}", stream, path, round(width, 1), labels[stream.end]))
    return ribbons, ends
