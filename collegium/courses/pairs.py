"""Who reads whom: critical friends of a writing group, for each of its meetings, by a rule.

"round"   Everybody reads everybody else in turn, two and two; when the number is odd, three read in a ring. Of all the
          ways to pair people for the meetings ahead, one with the fewest repeats is taken, what has been read before
          counted in. With an even number nobody reads the same person twice before they have read everyone.
"fixed"   The same friends from the first meeting to the last. When somebody joins or leaves, only those who would be
          alone are paired anew.
"mentor"  Mentors read everybody; several of them share the members out, and keep them.

In every rule: who is away is left out; everybody present reads one and is read by one; nobody reads themself; somebody
who would be alone is read by a mentor. The result is the same each time for the same people and the same past, so that
it can be worked out again whenever somebody joins or leaves.

All of it is in ids: nothing here asks the database.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from random import Random

Group = tuple[int, ...]  # of two, of three, or of one who is alone
Read = tuple[int, int]  # reader, writer

ROUND, FIXED, MENTOR = "round", "fixed", "mentor"
RULES = ROUND, FIXED, MENTOR

PAIR, RING = 2, 3
_TRIES = 120
_PASSES = 6


@dataclass(frozen=True)
class Meeting:
    """``present``: the members who write for it. ``before``: groups that are known already, of which as much as can be stays."""

    present: Sequence[int]
    before: Sequence[Group] = ()


def reads(
    rule: str, meetings: Sequence[Meeting], *, past: Iterable[Read] = (), mentors: Sequence[int] = ()
) -> list[list[Read]]:
    """For each meeting ahead, who reads whom. ``past``: all that was read before them, in any order."""
    if rule == MENTOR:
        return [_by_mentors(sorted(set(meeting.present)), mentors) for meeting in meetings]
    history = Counter(past)
    grouped = _fixed(meetings, history) if rule == FIXED else rounds(meetings, history)
    read = []
    for groups in grouped:
        one = _read_in(groups, history, mentors)
        history.update(one)
        read.append(one)
    return read


def groups_of(read: Iterable[Read]) -> list[Group]:
    """The groups that such reads come from: who is bound to whom."""
    bound: dict[int, set[int]] = {}
    for reader, writer in read:
        joined = bound.get(reader, {reader}) | bound.get(writer, {writer})
        for each in joined:
            bound[each] = joined
    return sorted({tuple(sorted(joined)) for joined in bound.values()})


def rounds(meetings: Sequence[Meeting], history: Counter[Read]) -> list[list[Group]]:
    """Groups for each meeting: of many ways to go round, the one with the fewest repeats, then bettered by exchanges."""
    everyone = sorted({each for meeting in meetings for each in meeting.present})
    met: Counter[frozenset[int]] = Counter()
    for (reader, writer), times in history.items():
        met[frozenset((reader, writer))] += times
    chance = Random(len(everyone) * 1000 + len(meetings))  # noqa: S311  # the same each time, and no secret
    best: list[list[Group]] = []
    least: int | None = None
    for attempt in range(_TRIES):
        order = list(everyone)
        if attempt:
            chance.shuffle(order)
        planned = _go_round(order, meetings, met)
        cost = _cost(planned, met)
        if least is None or cost < least:
            best, least = planned, cost
        if least == _floor(meetings) and not met:
            break
    return _bettered(best, meetings, met)


def adapted(groups: Iterable[Group], present: Iterable[int], met: Counter[frozenset[int]]) -> list[Group]:
    """The same groups with whoever is there: those left alone find each other, and a last one joins two others."""
    here = set(present)
    kept: list[Group] = []
    alone: list[int] = []
    for group in groups:
        rest = tuple(each for each in group if each in here)
        here -= set(rest)
        if len(rest) >= PAIR:
            kept.append(rest)
        else:
            alone += rest
    alone = sorted([*alone, *here])
    while len(alone) >= PAIR:
        first = alone.pop(0)
        other = min(alone, key=lambda each: (met[frozenset((first, each))], each))
        alone.remove(other)
        kept.append((first, other))
    if alone:
        pairs = [group for group in kept if len(group) == PAIR]
        if pairs:
            joined = min(
                pairs, key=lambda pair: (sum(met[frozenset((alone[0], each))] for each in pair), pair)
            )
            kept.remove(joined)
            kept.append((*joined, alone[0]))
        elif kept:  # only a ring is there: four are two and two
            ring = kept.pop()
            other = min(ring, key=lambda each: (met[frozenset((alone[0], each))], each))
            kept += [tuple(each for each in ring if each != other), (other, alone[0])]
        else:
            kept.append((alone[0],))
    return sorted(tuple(sorted(group)) for group in kept)


# Beneath --------------------------------------------------------------------------------------------------------------


def _by_mentors(writers: Sequence[int], mentors: Sequence[int]) -> list[Read]:
    shared_out = sorted(set(mentors))
    if not shared_out:
        return []
    # By their number among all, not among who is there today: a mentor keeps the same people.
    return [
        (shared_out[index % len(shared_out)], writer)
        for index, writer in enumerate(writers)
        if shared_out[index % len(shared_out)] != writer
    ]


def _fixed(meetings: Sequence[Meeting], history: Counter[Read]) -> list[list[Group]]:
    met: Counter[frozenset[int]] = Counter()
    for (reader, writer), times in history.items():
        met[frozenset((reader, writer))] += times
    everyone = sorted({each for meeting in meetings for each in meeting.present})
    known = next((meeting.before for meeting in meetings if meeting.before), ())
    friends = adapted(known, everyone, met)
    # Somebody who is away once is missed once: the friendship goes on at the next meeting.
    return [adapted(friends, meeting.present, met) for meeting in meetings]


def _go_round(
    order: Sequence[int], meetings: Sequence[Meeting], met: Counter[frozenset[int]]
) -> list[list[Group]]:
    """One seat stays, the others move on by one each time: the oldest way to let everybody meet everybody."""
    counts = Counter(met)
    planned = []
    for number, meeting in enumerate(meetings):
        if meeting.before:
            groups = adapted(meeting.before, meeting.present, counts)
        else:
            here = set(meeting.present)
            seated = [each for each in order if each in here]
            groups = adapted(_seats(seated, number), seated, counts)
        planned.append(groups)
        _count(groups, counts)
    return planned


def _seats(seated: Sequence[int], number: int) -> list[Group]:
    places: list[int | None] = [*seated]
    if len(places) % 2:
        places.append(None)
    if len(places) <= 1:
        return []
    still, moving = places[0], places[1:]
    turn = number % len(moving)
    turned = [still, *moving[turn:], *moving[:turn]]
    half = len(turned) // 2
    return [
        (first, second)
        for first, second in zip(turned[:half], reversed(turned[half:]), strict=True)
        if first is not None and second is not None
    ]


def _count(groups: Iterable[Group], counts: Counter[frozenset[int]]) -> None:
    for group in groups:
        for two in combinations(group, 2):
            # Two read each other; in a ring of three each two share one reading.
            counts[frozenset(two)] += 2 if len(group) == PAIR else 1


def _cost(planned: Iterable[Iterable[Group]], met: Counter[frozenset[int]]) -> int:
    """A second time costs more than two first ones, a third more than that."""
    counts = Counter(met)
    for groups in planned:
        _count(groups, counts)
    return sum(times * times for times in counts.values())


def _floor(meetings: Sequence[Meeting]) -> int:
    """What it costs when nobody meets twice; only for even numbers can that be known to be reachable."""
    if any(len(meeting.present) % 2 for meeting in meetings):
        return -1
    return sum(4 * (len(meeting.present) // 2) for meeting in meetings)


def _bettered(
    planned: list[list[Group]], meetings: Sequence[Meeting], met: Counter[frozenset[int]]
) -> list[list[Group]]:
    """Exchange two people of two groups of a meeting wherever that makes fewer repeats."""
    least = _cost(planned, met)
    for _again in range(_PASSES):
        was = least
        for number, meeting in enumerate(meetings):
            if meeting.before:
                continue
            for one, other in combinations(range(len(planned[number])), 2):
                for groups in _exchanged(planned[number], one, other):
                    tried = [*planned[:number], groups, *planned[number + 1 :]]
                    cost = _cost(tried, met)
                    if cost < least:
                        planned, least = tried, cost
        if least == was:
            break
    return [sorted(tuple(sorted(group)) for group in groups) for groups in planned]


def _exchanged(groups: list[Group], one: int, other: int) -> list[list[Group]]:
    found = []
    for first in groups[one]:
        for second in groups[other]:
            changed = list(groups)
            changed[one] = tuple(second if each == first else each for each in groups[one])
            changed[other] = tuple(first if each == second else each for each in groups[other])
            found.append(changed)
    return found


def _read_in(groups: Iterable[Group], history: Counter[Read], mentors: Sequence[int]) -> list[Read]:
    read: list[Read] = []
    for group in groups:
        if len(group) == PAIR:
            first, second = group
            read += [(first, second), (second, first)]
        elif len(group) >= RING:
            # Of the two ways round, the one that has been gone less.
            one_way, other_way = [list(pairwise([*ring, ring[0]])) for ring in (group, group[::-1])]
            read += min(one_way, other_way, key=lambda way: sum(history[each] for each in way))
        else:
            others = [each for each in sorted(set(mentors)) if each != group[0]]
            if others:
                read.append((min(others, key=lambda each: history[each, group[0]]), group[0]))
    return sorted(read)
