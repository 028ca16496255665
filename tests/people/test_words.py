"""Who is found by which words, and by whom: nobody by what the reader could not read."""

import pytest

from collegium.people import actions, queries
from collegium.people.models import Audience, Person
from collegium.people.words import WORDS
from tests.factories import make_circle, make_person

pytestmark = pytest.mark.django_db

PUBLIC, SIGNED_IN, CIRCLE, PRIVATE = Audience.PUBLIC, Audience.SIGNED_IN, Audience.CIRCLE, Audience.PRIVATE


@pytest.fixture
def zoe():
    """Says much of herself, to different people."""
    return make_person(
        name="Zoë Łukasiewicz-O’Brien",
        role="Learning technologist",
        specialisms=["feedback by audio", "portfolios"],
        town="Kraków",
        biography="I keep bees and repair clocks.",
        field_audiences={"role": SIGNED_IN, "specialisms": CIRCLE, "place": PUBLIC, "biography": PRIVATE},
    )


@pytest.fixture
def friend(zoe):
    friend = make_person(name="Friend")
    make_circle(zoe, friend)
    return friend


def found(words, viewer):
    return [person.name for person in queries.people_like(words, viewer)]


@pytest.mark.parametrize(
    "words",
    ["zoe", "ZOË", "Łukasiewicz", "lukasiewicz", "zo brien", "brie", '"zoë łukasiewicz"', "zoe -bees"],
)
def test_a_name_is_found_by_its_beginnings_whatever_the_accents(words, zoe, eve):
    assert found(words, eve) == [zoe.name]


def test_each_field_finds_only_for_whom_it_is(zoe, friend, eve):
    for words, seen in {
        "technologist": {eve, friend, zoe},
        "krak": {eve, friend, zoe},
        "audio": {friend, zoe},
        "zoe portfolio": {friend, zoe},
        "bees": set(),
    }.items():
        assert {each for each in (eve, friend, zoe) if found(words, each)} == seen, words
        assert found(words, None) == []  # her name is not for strangers
    actions.set_field_audience(person=zoe, by=zoe, name=PUBLIC)
    assert found("zoe", None) == found("krakow", None) == [zoe.name]
    assert found("technologist", None) == found("audio", None) == []


def test_what_is_not_wanted_tells_nothing_of_what_is_hidden(zoe, friend, eve):
    assert found("zoe -audio", eve) == [zoe.name]
    assert found("zoe -audio", friend) == []
    assert found("zoe -technologist", eve) == []


def test_the_index_follows_the_person(zoe, eve):
    actions.edit_profile(person=zoe, by=zoe, role="Librarian")
    assert found("librarian", eve) == [zoe.name]
    assert found("technologist", eve) == []
    actions.set_field_audience(person=zoe, by=zoe, role=PRIVATE)
    assert found("librarian", eve) == []
    Person.objects.filter(pk=zoe.pk).update(name="Somebody Else")
    assert sum(1 for _done in WORDS.rebuild()) == 1
    assert found("somebody", eve) == ["Somebody Else"]
    actions.erase(person=zoe, by=zoe)
    assert found("somebody", eve) == []


def test_by_name_alone_and_nonsense(zoe, eve):
    assert queries.named_like("łukas", eve) == [zoe]
    assert queries.named_like("technologist", eve) == []
    for words in ("", "  ", '"', "-", "'; --", "\0", "*" * 500):
        assert queries.people_like(words, eve) == []


@pytest.mark.parametrize("number", [1, 3])
def test_searching_asks_the_same_for_one_and_for_three(number, eve, django_assert_num_queries):
    for each in range(number):
        make_circle(
            eve,
            make_person(
                name=f"Counted {each}", specialisms=["audio"], field_audiences={"specialisms": CIRCLE}
            ),
        )
    with django_assert_num_queries(1):
        assert len(queries.people_like("coun", eve)) == number
