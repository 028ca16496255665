"""Who stands where, drawn: near ones together in one circle with their number. Geometry only; the template draws."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import hypot, sqrt

from collegium.communities.models import MapPlace
from collegium.communities.places.projection import HEIGHT, WIDTH, project
from collegium.people import territories

NEAR = 17.0  # units of the drawing: closer ones are one circle
MOST_LABELS = 24
LABEL_HEIGHT = 15.0
Box = tuple[float, float, float, float]  # left, top, right, bottom
LETTER = 6.4  # units that a letter of a label takes


@dataclass
class Cluster:
    x: float
    y: float
    count: int
    radius: float
    words: str  # "York, Leeds: 12 people", for whoever does not see the circle
    label: str = ""  # drawn beside it where there is room
    label_x: float = 0.0
    label_y: float = 0.0
    label_anchor: str = "start"


@dataclass(frozen=True)
class CountryList:
    code: str
    name: str
    count: int
    towns: list[tuple[str, list[MapPlace]]] = field(default_factory=list)  # "" last: the country alone


def clusters(placed: Sequence[MapPlace]) -> list[Cluster]:
    """The most crowded place gathers its neighbours first, so that the drawing is the same every time."""
    spots: dict[tuple[float, float], list[MapPlace]] = {}
    for each in placed:
        spots.setdefault((each.latitude, each.longitude), []).append(each)
    waiting = sorted(
        ((*project(*where), people) for where, people in spots.items()),
        key=lambda spot: (-len(spot[2]), spot[0], spot[1]),
    )
    found: list[Cluster] = []
    while waiting:
        x, y, _people = waiting[0]
        near = [spot for spot in waiting if hypot(spot[0] - x, spot[1] - y) <= NEAR]
        waiting = [spot for spot in waiting if hypot(spot[0] - x, spot[1] - y) > NEAR]
        found.append(_cluster(near))
    _place_labels(found)
    return found


def by_country(placed: Sequence[MapPlace]) -> list[CountryList]:
    """Countries by their names in the reader's language, in each the towns."""
    countries: dict[str, dict[str, list[MapPlace]]] = {}
    for each in placed:
        countries.setdefault(each.country, {}).setdefault(each.town, []).append(each)
    return sorted(
        (
            CountryList(
                code=code,
                name=territories.country_name(code),
                count=sum(map(len, towns.values())),
                towns=sorted(towns.items(), key=lambda item: (not item[0], item[0].casefold())),
            )
            for code, towns in countries.items()
        ),
        key=lambda country: country.name.casefold(),
    )


def _cluster(near: list[tuple[float, float, list[MapPlace]]]) -> Cluster:
    count = sum(len(people) for _x, _y, people in near)
    # Where most of them are, not in the sea between them.
    x = sum(each_x * len(people) for each_x, _y, people in near) / count
    y = sum(each_y * len(people) for _x, each_y, people in near) / count
    names = Counter(
        person.town or territories.country_name(person.country)
        for _x, _y, people in near
        for person in people
    )
    top = [name for name, _number in names.most_common(3)]
    label = top[0] if len(names) == 1 else f"{top[0]} +{len(names) - 1}"
    return Cluster(
        x=round(x, 1),
        y=round(y, 1),
        count=count,
        radius=5.5 if count == 1 else round(min(24.0, 7.5 + 2.3 * sqrt(count)), 1),
        words=", ".join(top) + ("…" if len(names) > len(top) else ""),
        label=label,
    )


def _place_labels(found: list[Cluster]) -> None:
    """The largest first, at whichever side there is room, as long as nothing is covered."""
    taken: list[Box] = [_around(each) for each in found]
    labelled = 0
    for each in sorted(found, key=lambda cluster: (-cluster.count, cluster.x)):
        free = (
            side
            for side in _sides(each)
            if labelled < MOST_LABELS
            and not any(_covers(side[0], other) for other in taken if other != _around(each))
        )
        box, anchor = next(free, (None, ""))
        if box is None:
            each.label = ""
            continue
        left, top, right, bottom = box
        each.label_anchor = anchor
        each.label_x = round({"start": left, "middle": (left + right) / 2, "end": right}[anchor], 1)
        each.label_y = round((top + bottom) / 2 + 4.5, 1)
        taken.append(box)
        labelled += 1


def _sides(each: Cluster) -> list[tuple[Box, str]]:
    """To the right, the left, above, below: where it stays within the drawing."""
    width, half, off = len(each.label) * LETTER + 4, LABEL_HEIGHT / 2, each.radius + 3
    boxes: list[tuple[Box, str]] = [
        ((each.x + off, each.y - half, each.x + off + width, each.y + half), "start"),
        ((each.x - off - width, each.y - half, each.x - off, each.y + half), "end"),
        ((each.x - width / 2, each.y - off - 2 * half, each.x + width / 2, each.y - off), "middle"),
        ((each.x - width / 2, each.y + off, each.x + width / 2, each.y + off + 2 * half), "middle"),
    ]
    return [
        (box, anchor)
        for box, anchor in boxes
        if box[0] > 0 and box[1] > 0 and box[2] < WIDTH and box[3] < HEIGHT
    ]


def _around(each: Cluster) -> Box:
    return (each.x - each.radius, each.y - each.radius, each.x + each.radius, each.y + each.radius)


def _covers(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
