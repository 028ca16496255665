"""The network of communities, laid out: those that share much stand near each other. The same network looks the same."""

from dataclasses import dataclass
from functools import lru_cache
from math import cos, hypot, log1p, pi, sin, sqrt

from collegium.communities.queries import Edge, Network, Node

WIDTH, HEIGHT = 960.0, 560.0
MARGIN_X, MARGIN_Y = 96.0, 46.0
ROUNDS = 220
LONGEST_LABEL = 24


@dataclass(frozen=True)
class Spot:
    node: Node
    x: float
    y: float
    radius: float
    lines: list[str]  # the title, over at most two lines


@dataclass(frozen=True)
class Strand:
    edge: Edge
    x1: float
    y1: float
    x2: float
    y2: float
    width: float


@dataclass(frozen=True)
class Web:
    spots: list[Spot]
    strands: list[Strand]


def web(network: Network) -> Web:
    ids = tuple(sorted(network.by_id))
    pulls = tuple(
        (ids.index(edge.a), ids.index(edge.b), 1.0 + log1p(edge.shared) + (1.0 if edge.links else 0.0))
        for edge in network.edges
    )
    where = dict(zip(ids, _laid_out(len(ids), pulls), strict=True))
    spots = [
        Spot(
            node=node,
            x=where[node.community.pk][0],
            y=where[node.community.pk][1],
            radius=round(min(34.0, 9.0 + 1.7 * sqrt(node.members)), 1),
            lines=_broken(node.community.title),
        )
        for node in network.nodes
    ]
    strands = [
        Strand(
            edge=edge,
            x1=where[edge.a][0],
            y1=where[edge.a][1],
            x2=where[edge.b][0],
            y2=where[edge.b][1],
            width=round(min(9.0, 1.2 + 1.1 * log1p(edge.shared)), 1),
        )
        for edge in network.edges
    ]
    return Web(spots=spots, strands=strands)


@lru_cache(maxsize=64)
def _laid_out(count: int, pulls: tuple[tuple[int, int, float], ...]) -> list[tuple[float, float]]:
    """Fruchterman and Reingold's forces, from places on a sunflower, so that no chance comes in."""
    if count == 0:
        return []
    golden = pi * (3 - sqrt(5))
    spread = [
        [sqrt((each + 0.5) / count) * cos(each * golden), sqrt((each + 0.5) / count) * sin(each * golden)]
        for each in range(count)
    ]
    ideal = 1.15 / sqrt(count)
    for turn in range(ROUNDS if count > 1 else 0):
        pushes = [[-0.06 * x, -0.06 * y] for x, y in spread]  # towards the middle, or loose ones drift away
        for a in range(count):
            for b in range(a + 1, count):
                dx, dy = spread[a][0] - spread[b][0], spread[a][1] - spread[b][1]
                distance = hypot(dx, dy) or 0.001
                push = ideal * ideal / (distance * distance)
                pushes[a][0] += dx * push
                pushes[a][1] += dy * push
                pushes[b][0] -= dx * push
                pushes[b][1] -= dy * push
        for a, b, weight in pulls:
            dx, dy = spread[a][0] - spread[b][0], spread[a][1] - spread[b][1]
            pull = hypot(dx, dy) / ideal * 0.22 * weight
            pushes[a][0] -= dx * pull
            pushes[a][1] -= dy * pull
            pushes[b][0] += dx * pull
            pushes[b][1] += dy * pull
        heat = 0.12 * (1 - turn / ROUNDS) + 0.002
        for place, (px, py) in zip(spread, pushes, strict=True):
            length = hypot(px, py) or 0.001
            step = min(length, heat) / length
            place[0] += px * step
            place[1] += py * step
    return _fitted(spread)


def _fitted(spread: list[list[float]]) -> list[tuple[float, float]]:
    left, right = min(x for x, _y in spread), max(x for x, _y in spread)
    top, bottom = min(y for _x, y in spread), max(y for _x, y in spread)

    def scaled(value: float, low: float, high: float, size: float, margin: float) -> float:
        if high - low < 1e-6:  # noqa: PLR2004  all in one line
            return round(size / 2, 1)
        return round(margin + (value - low) / (high - low) * (size - 2 * margin), 1)

    return [
        (scaled(x, left, right, WIDTH, MARGIN_X), scaled(y, top, bottom, HEIGHT - 26, MARGIN_Y))
        for x, y in spread
    ]


def _broken(title: str) -> list[str]:
    lines: list[str] = [""]
    for word in title.split():
        joined = f"{lines[-1]} {word}".strip()
        if len(joined) <= LONGEST_LABEL or not lines[-1]:
            lines[-1] = joined
        else:
            lines.append(word)
    if len(lines) > 2:  # noqa: PLR2004  two lines at most
        lines = [lines[0], f"{lines[1]}…"]
    return [line if len(line) <= LONGEST_LABEL + 1 else f"{line[:LONGEST_LABEL]}…" for line in lines]
