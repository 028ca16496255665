"""Who reads whom, for two to twelve people, with some who leave, join and are away."""

from collections import Counter
from itertools import combinations
from random import Random

import pytest

from collegium.courses import pairs
from collegium.courses.pairs import Meeting

MENTOR = 900
SIZES = range(2, 13)


def everybody_reads_one(read, present):
    assert sorted(reader for reader, _writer in read) == sorted(present)
    assert sorted(writer for _reader, writer in read) == sorted(present)
    assert all(reader != writer for reader, writer in read)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("rule", [pairs.ROUND, pairs.FIXED])
def test_everybody_reads_one_and_is_read_by_one(size, rule):
    present = list(range(1, size + 1))
    for read in pairs.reads(rule, [Meeting(present)] * 8):
        everybody_reads_one(read, present)
        sizes = Counter(map(len, pairs.groups_of(read)))
        assert sizes == (
            Counter({2: size // 2}) if size % 2 == 0 else Counter({3: 1, 2: (size - 3) // 2}) - Counter()
        )


@pytest.mark.parametrize("size", [size for size in SIZES if size % 2 == 0])
def test_with_an_even_number_nobody_is_read_twice_before_everyone_has_been(size):
    present = list(range(1, size + 1))
    met = Counter(read for one in pairs.reads(pairs.ROUND, [Meeting(present)] * (size - 1)) for read in one)
    assert set(met.values()) == {1}
    assert len(met) == size * (size - 1)


@pytest.mark.parametrize("size", [size for size in SIZES if size % 2])
def test_with_an_odd_number_repeats_are_few_and_everybody_meets_nearly_everybody(size):
    present = list(range(1, size + 1))
    read = pairs.reads(pairs.ROUND, [Meeting(present)] * (size - 1))
    met = Counter(frozenset(each) for one in read for each in one)
    times = [met[frozenset(two)] for two in combinations(present, 2)]
    assert max(times) <= 4, "twice as a pair, at the most"
    assert sum(each == 0 for each in times) <= size // 2


@pytest.mark.parametrize("size", range(4, 13))
@pytest.mark.parametrize("seed", range(3))
def test_somebody_leaves_and_somebody_joins_half_way(size, seed):
    chance = Random(seed)
    present = list(range(1, size + 1))
    past = [read for one in pairs.reads(pairs.ROUND, [Meeting(present)] * 3) for read in one]
    gone = chance.choice(present)
    now = [each for each in present if each != gone] + ([99] if seed else [])
    ahead = pairs.reads(pairs.ROUND, [Meeting(now)] * 4, past=past)
    for read in ahead:
        everybody_reads_one(read, now)
    met = Counter(frozenset(each) for each in past if gone not in each)
    before = Counter(met)
    for one in ahead:
        met.update(frozenset(each) for each in one)
    # Among enough people, a pair that has met already does not meet again while others have not.
    if len(now) >= 8 and len(now) % 2 == 0:
        again = sum(1 for two, times in met.items() if before[two] and times > before[two])
        assert again <= len(now) // 2


@pytest.mark.parametrize("size", range(3, 13))
def test_who_is_away_is_left_out_of_that_meeting_alone(size):
    present = list(range(1, size + 1))
    there = present[1:]
    meetings = [Meeting(present), Meeting(there), Meeting(present)]
    for rule in (pairs.ROUND, pairs.FIXED):
        first, second, third = pairs.reads(rule, meetings, mentors=[MENTOR])
        if len(there) > 1:
            everybody_reads_one(second, there)
        everybody_reads_one(first, present)
        everybody_reads_one(third, present)
        if rule == pairs.FIXED:
            assert pairs.groups_of(first) == pairs.groups_of(third)


@pytest.mark.parametrize("size", range(4, 13))
def test_fixed_friends_stay_when_others_leave(size):
    present = list(range(1, size + 1))
    first = pairs.groups_of(pairs.reads(pairs.FIXED, [Meeting(present)])[0])
    now = present[1:]
    then = pairs.groups_of(pairs.reads(pairs.FIXED, [Meeting(now, before=first)])[0])
    untouched = [group for group in first if 1 not in group and len(group) == 2]
    for group in untouched:
        assert any(set(group) <= set(other) for other in then)


def test_somebody_who_would_be_alone_is_read_by_a_mentor():
    assert pairs.reads(pairs.ROUND, [Meeting([5])], mentors=[MENTOR]) == [[(MENTOR, 5)]]
    assert pairs.reads(pairs.ROUND, [Meeting([5])]) == [[]]
    assert pairs.reads(pairs.ROUND, [Meeting([])], mentors=[MENTOR]) == [[]]


@pytest.mark.parametrize("size", SIZES)
def test_mentors_share_members_out_and_keep_them(size):
    present = list(range(1, size + 1))
    first, second = pairs.reads(pairs.MENTOR, [Meeting(present)] * 2, mentors=[MENTOR, MENTOR + 1])
    assert first == second
    assert [writer for _reader, writer in first] == present
    each = Counter(reader for reader, _writer in first)
    assert max(each.values()) - min(each.values()) <= 1


@pytest.mark.parametrize("size", SIZES)
def test_the_same_people_and_past_give_the_same_pairs(size):
    meetings = [Meeting(list(range(1, size + 1)))] * 5
    assert pairs.reads(pairs.ROUND, meetings) == pairs.reads(pairs.ROUND, meetings)


def test_a_meeting_that_is_being_prepared_changes_as_little_as_can_be():
    known = [(1, 2), (3, 4), (5, 6)]
    read = pairs.reads(pairs.ROUND, [Meeting([1, 2, 3, 4, 5, 6, 7], before=known)])[0]
    groups = pairs.groups_of(read)
    assert sum(group in known for group in groups) == 2
    read = pairs.reads(pairs.ROUND, [Meeting([1, 2, 3, 5, 6, 7], before=known)])[0]
    assert pairs.groups_of(read) == [(1, 2), (3, 7), (5, 6)]
