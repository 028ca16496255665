"""The drawing of an ecology: nothing lies over anything else, however much there is; and it is always the same."""

from itertools import combinations

import pytest

from collegium.design import lettering
from collegium.ecology import drawing
from collegium.ecology.flows import Place, Stage, Stream, Volume, items


def place(key, stage, number, title=""):
    return Place(key, title or f"Place {key}", "rss", stage, number, items, f"/{key}/", volume=Volume(number))


def stream(start, end, number, kind="published"):
    return Stream(start, end, number, items, kind, volume=Volume(number))


def ecology(sources, taken=1, becomes=0, number=7):
    """So many places of each kind, each joined with the river; every third one marked, some past the river."""
    places = [place("river", Stage.RIVER, 100), place("tag", Stage.MARKED, 10)]
    streams = [stream("tag", "river", 10)]
    for each in range(sources):
        places.append(
            place(
                f"s{each}",
                Stage.PUBLISHED,
                number * each % 50,
                "A blog with a title as long as titles may be",
            )
        )
        streams.append(stream(f"s{each}", "tag" if each % 3 == 0 else "river", number * each % 50))
    for each in range(taken):
        places.append(place(f"t{each}", Stage.TAKEN_UP, each))
        streams.append(stream("river", f"t{each}", each))
        streams.append(stream("s0", f"t{each}", each, "talk"))
    for each in range(becomes):
        places.append(place(f"b{each}", Stage.BECOMES, each))
        streams.append(stream("river", f"b{each}", each, "becomes"))
        streams.append(stream(f"t{each % taken}", f"b{each}", each, "becomes"))
    places.sort(key=lambda each: each.stage)
    return places, streams


SIZES = {3: ecology(1), 12: ecology(6, 3, 1), 30: ecology(18, 6, 4)}


def over(a, b):
    return a.x < b.x + b.width and b.x < a.x + a.width and a.y < b.y + b.height and b.y < a.y + a.height


def points(path):
    """Along a path of lines and cubic curves."""
    numbers, here, found = (
        path.replace("M", " M ").replace("L", " L ").replace("C", " C ").split(),
        (0.0, 0.0),
        [],
    )
    at = 0
    while at < len(numbers):
        kind, at = numbers[at], at + 1
        if kind in "ML":
            there = float(numbers[at]), float(numbers[at + 1])
            at += 2
            if kind == "L":
                found += [
                    (here[0] + (there[0] - here[0]) * t / 10, here[1] + (there[1] - here[1]) * t / 10)
                    for t in range(11)
                ]
            here = there
        else:
            a, b, c = [(float(numbers[at + n]), float(numbers[at + n + 1])) for n in (0, 2, 4)]
            at += 6
            for step in range(21):
                t = step / 20
                found.append(
                    tuple(
                        (1 - t) ** 3 * here[axis]
                        + 3 * (1 - t) ** 2 * t * a[axis]
                        + 3 * (1 - t) * t**2 * b[axis]
                        + t**3 * c[axis]
                        for axis in (0, 1)
                    )
                )
            here = c
    return found


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("lay_out", [drawing.wide, drawing.narrow])
def test_no_place_lies_over_another_and_all_lie_on_the_sheet(size, lay_out):
    places, streams = SIZES[size]
    drawn = lay_out(places, streams)
    assert {each.place.key for each in drawn.plaques} == {each.key for each in places}
    assert [(a.place.key, b.place.key) for a, b in combinations(drawn.plaques, 2) if over(a, b)] == []
    for each in drawn.plaques:
        assert each.x >= 0
        assert each.y >= 0
        assert each.x + each.width <= drawn.width
        assert each.y + each.height <= drawn.height
    for each in drawn.ribbons:
        assert all(0 <= x <= drawn.width and 0 <= y <= drawn.height for x, y in points(each.path))


@pytest.mark.parametrize("size", SIZES)
def test_words_stay_within_their_place_and_below_each_other(size):
    drawn = drawing.wide(*SIZES[size])
    for each in drawn.plaques:
        room = each.width - drawing.INSET - 8
        assert max(lettering.width(line, size=15, weight=600) for line in each.lines) <= room
        assert lettering.width(each.words, size=13.5) <= room
        last = each.first_line + drawing.LINE * len(each.lines)
        assert each.y + 10 < each.first_line
        assert last < each.y + each.height - 4


@pytest.mark.parametrize("size", SIZES)
def test_ribbons_pass_between_places_and_not_beneath_them(size):
    drawn = drawing.wide(*SIZES[size])
    beneath = [
        (ribbon.stream.start, ribbon.stream.end, plaque.place.key)
        for ribbon in drawn.ribbons
        for plaque in drawn.plaques
        if plaque.place.key not in {ribbon.stream.start, ribbon.stream.end}
        and any(
            plaque.x + 1 < x < plaque.x + plaque.width - 1 and plaque.y < y < plaque.y + plaque.height
            for x, y in points(ribbon.path)
        )
    ]
    assert beneath == []


def test_numbers_have_room_between_the_columns():
    places, _ = SIZES[12]
    drawn = drawing.wide(places, [Stream("s1", "river", 0, items, volume=Volume(20_000, is_more=True))])
    label = drawn.ribbons[0].label
    assert label.words == "20,000+"
    assert label.width <= drawing.GAP
    assert {each.place.key for each in drawn.plaques if each.labels} == {"s1", "river"}


def test_the_same_ecology_looks_the_same():
    places, streams = SIZES[30]
    assert drawing.wide(places, streams) == drawing.wide(places, streams)
    assert drawing.narrow(places, streams) == drawing.narrow(places, streams)


def test_thicker_the_more_and_what_is_silent_is_a_thread():
    places, _streams = SIZES[3]
    drawn = drawing.wide(
        places, [stream("s0", "river", 0), stream("tag", "river", 4), stream("river", "t0", 400)]
    )
    none, some, many = (each.width for each in drawn.ribbons)
    assert none < some < many <= drawing.WIDEST


def test_a_river_alone_and_nothing_that_flows():
    for lay_out in (drawing.wide, drawing.narrow):
        drawn = lay_out([place("river", Stage.RIVER, 0)], [])
        assert [each.is_silent for each in drawn.plaques] == [True]
        assert drawn.ribbons == ()


def test_what_flows_within_a_column_and_back():
    places = [place("river", Stage.RIVER, 1), place("a", Stage.BECOMES, 1), place("b", Stage.BECOMES, 1)]
    drawn = drawing.wide(places, [stream("a", "b", 1), stream("a", "river", 1)])
    assert all(0 <= x <= drawn.width for each in drawn.ribbons for x, _y in points(each.path))
    assert {key for each in drawn.plaques for key in each.ribbons} == {"r0", "r1"}


def test_huge_numbers_are_said_short():
    drawn = drawing.wide([place("river", Stage.RIVER, 123_456_789)], [])
    assert drawn.plaques[0].words == "123,456,789 items"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("One", ["One"]),
        ("", [""]),
        ("Notes from a technologist of learning", ["Notes from a", "technologist of…"]),
        ("Donaudampfschifffahrtsgesellschaft", ["Donaudampfschif", "ffahrtsgesellsc…"]),
        ("漢字漢字漢字漢字漢字漢字漢字漢字", ["漢字漢字漢字漢", "字漢字漢字漢…"]),
    ],
)
def test_words_are_broken_where_there_is_no_more_room(text, lines):
    found = lettering.broken(text, most=110, lines=2, size=15, weight=600)
    assert all(lettering.width(line, size=15, weight=600) <= 110 for line in found)
    assert len(found) == len(lines)
    assert found[0].startswith(lines[0][:3])


def test_words_as_outlines():
    path = lettering.outline("Größe é", x=10, y=20, size=15, weight=600)
    assert path is not None
    assert path.startswith("M")
    assert lettering.outline("قناة", x=0, y=0, size=15) is None
