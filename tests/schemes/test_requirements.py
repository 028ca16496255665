import pytest

from collegium.schemes import requirements
from collegium.schemes.requirements import All, AtLeast, Instances, Outline, ShapeError, read

TITLES = {"a": "A", "b": "B", "c": "C", "d": "D"}
WIDER = read(
    {
        "all": ["a", {"one of": [{"at least": 2, "of": "a"}, "b"]}],
        "says": "One legislative area and one more: a second legislation or a policy.",
    }
)


def sentences(tree, **complete):
    return [(missing.codes, missing.sentence) for missing in requirements.unmet(tree, complete, TITLES)]


def test_read_from_the_words_of_a_file():
    assert read("1a") == read("1a")
    assert read(4) == Instances("4")
    assert read({"at least": 2, "of": "a"}) == Instances("a", 2)
    assert read({"at least": 2, "of": ["a", "b", "c"]}) == AtLeast(
        2, (Instances("a"), Instances("b"), Instances("c"))
    )
    assert read({"one of": ["a", {"all": ["b", "c"]}]}) == AtLeast(
        1, (Instances("a"), All((Instances("b"), Instances("c"))))
    )


def test_where_a_misshapen_one_goes_wrong():
    with pytest.raises(ShapeError) as caught:
        read({"all": ["a", {"one of": ["b", {"at least": 3, "of": ["c", "d"]}]}]})
    assert caught.value.path == ("all", 1, "one of", 1, "at least")


@pytest.mark.parametrize(
    ("complete", "met"),
    [
        ({}, False),
        ({"a": 1}, False),
        ({"b": 5}, False),
        ({"a": 1, "b": 1}, True),
        ({"a": 2}, True),
    ],
)
def test_a_and_a_or_b(complete, met):
    assert requirements.is_met(WIDER, complete) is met
    assert (requirements.unmet(WIDER, complete, TITLES) == []) is met


def test_what_says_itself_is_one_sentence_with_the_codes_that_are_open():
    assert sentences(WIDER, a=1) == [
        (("a", "b"), "One legislative area and one more: a second legislation or a policy.")
    ]
    assert sentences(WIDER, b=1) == [
        (("a",), "One legislative area and one more: a second legislation or a policy.")
    ]


def test_all_is_a_sentence_for_each_part():
    tree = read({"all": ["a", {"at least": 2, "of": "b"}, "c"]})
    assert sentences(tree, c=1) == [
        (("a",), "“A” is not complete yet."),
        (("b",), "“B”: two are needed, none are complete."),
    ]
    assert sentences(tree, a=1, b=1, c=1) == [(("b",), "“B”: two are needed, one is complete.")]


def test_k_of_n():
    tree = read({"at least": 2, "of": ["a", "b", "c"]})
    assert sentences(tree) == [(("a", "b", "c"), "Two of these: A, B or C.")]
    assert sentences(tree, b=1) == [(("a", "c"), "One more of these: A or C.")]
    assert sentences(tree, b=1, c=3) == []


def test_in_words():
    assert requirements.in_words(read({"all": ["a", {"one of": ["b", "c"]}]}), TITLES) == "A and (B or C)"
    assert requirements.in_words(read({"at least": 2, "of": ["a", "b", "c"]}), TITLES) == (
        "at least two of these: A, B or C"
    )
    assert requirements.in_words(read({"at least": 3, "of": "d"}), TITLES) == "three times D"
    assert requirements.in_words(WIDER, TITLES) == (
        "One legislative area and one more: a second legislation or a policy"
    )


def test_outline_for_a_page():
    assert requirements.outline(
        read({"all": ["a", {"one of": ["b", {"at least": 2, "of": "c"}]}]}), TITLES
    ) == Outline(
        "All of these",
        ("a", "b", "c"),
        (
            Outline("A", ("a",)),
            Outline(
                "At least one of these",
                ("b", "c"),
                (Outline("B", ("b",)), Outline("C, two or more", ("c",))),
            ),
        ),
    )


def test_what_is_needed_whatever_is_chosen():
    assert requirements.needed(WIDER) == {"a": 1}
    assert requirements.needed(read({"all": ["a", {"at least": 2, "of": "a"}, {"one of": ["b", "c"]}]})) == {
        "a": 2
    }
    assert requirements.needed(read({"at least": 2, "of": ["a", "b"]})) == {"a": 1, "b": 1}


def test_numbers_in_words():
    assert [requirements.number_in_words(number) for number in (0, 2, 10, 11)] == ["none", "two", "ten", "11"]
