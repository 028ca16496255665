"""Time to first reply over the weeks, drawn: two lines, for newcomers and for all. Geometry only; the template draws."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from collegium.communities.queries import Week

WIDTH, HEIGHT = 760, 250
LEFT, RIGHT, TOP, BOTTOM = 46, 118, 16, 30
# The top of the scale, and how far its lines are apart.
STEPS = {
    1: 1,
    2: 1,
    4: 1,
    6: 2,
    12: 3,
    24: 6,
    48: 12,
    72: 24,
    96: 24,
    120: 24,
    192: 48,
    288: 72,
    480: 120,
    720: 144,
}


@dataclass(frozen=True)
class Point:
    x: float
    y: float
    hours: float
    start: date


@dataclass(frozen=True)
class Line:
    key: str
    points: list[Point]
    path: str  # broken where a week had nothing to measure
    label_y: float


@dataclass(frozen=True)
class ReplyPlot:
    lines: list[Line]
    ticks: list[tuple[float, int]]  # y, hours
    weeks: list[tuple[float, date]]  # x, start; every second one where there are many
    promise_y: float | None  # where the hours lie within which a first answer is wanted


def reply_plot(weeks: Sequence[Week], *, promise: int) -> ReplyPlot | None:
    """None where there is nothing to measure yet."""
    known = [
        hours
        for week in weeks
        for hours in (week.newcomers_median_hours, week.all_median_hours)
        if hours is not None
    ]
    if not known:
        return None
    highest = max(*known, 1.0)
    top = next((step for step in STEPS if step >= highest), int(highest) + 1)
    across = WIDTH - LEFT - RIGHT

    def x(index: int) -> float:
        return round(LEFT + across * (index / max(1, len(weeks) - 1)), 1)

    def y(hours: float) -> float:
        return round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - hours / top), 1)

    lines = []
    for key in ("all", "newcomers"):
        points, path, is_down = [], [], False
        for index, week in enumerate(weeks):
            hours = week.all_median_hours if key == "all" else week.newcomers_median_hours
            if hours is None:
                is_down = False
                continue
            points.append(Point(x=x(index), y=y(hours), hours=hours, start=week.start))
            path.append(f"{'L' if is_down else 'M'}{x(index)} {y(hours)}")
            is_down = True
        if points:
            lines.append(Line(key=key, points=points, path="".join(path), label_y=points[-1].y))
    return ReplyPlot(
        lines=_apart(lines),
        ticks=[(y(each), each) for each in range(0, top + 1, STEPS.get(top) or max(1, top // 4))],
        weeks=[
            (x(index), week.start) for index, week in enumerate(weeks) if (len(weeks) - 1 - index) % 3 == 0
        ],
        promise_y=y(promise) if promise <= top else None,
    )


def _apart(lines: list[Line]) -> list[Line]:
    """Labels at the ends of the lines never cover each other."""
    apart = 17
    if len(lines) < 2 or abs(lines[0].label_y - lines[1].label_y) >= apart:  # noqa: PLR2004  two lines
        return lines
    upper, lower = sorted(lines, key=lambda line: line.label_y)
    middle = max((upper.label_y + lower.label_y) / 2, TOP + apart / 2)
    moved = {upper.key: middle - apart / 2, lower.key: middle + apart / 2}
    return [
        Line(key=line.key, points=line.points, path=line.path, label_y=round(moved[line.key], 1))
        for line in lines
    ]
