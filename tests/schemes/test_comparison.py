import pytest

from collegium.schemes.comparison import How, compare
from tests.schemes import samples


def changes_of_scheme(*changes):
    framework = samples.framework()
    old, new = samples.checked().scheme, samples.checked(*changes).scheme
    return [(item.how, item.sentence) for item in compare(old, new, titles=framework.titles)]


def changes_of_framework(*changes):
    return [(item.how, item.sentence) for item in compare(samples.framework(), samples.framework(*changes))]


def test_nothing_changed():
    assert changes_of_scheme() == []
    assert changes_of_scheme(("version: 2024-01", "version: 2024-02")) == []
    assert changes_of_framework(("accessed: 2026-01-31", "accessed: 2026-02-01")) == []


@pytest.mark.parametrize(
    ("old", "new", "how", "sentence"),
    [
        (
            "time to outcome: 3 months",
            "time to outcome: 4 months",
            How.CHANGED,
            "Time to the outcome: was “3 months”, is now “4 months”.",
        ),
        (
            "split decision: unset",
            "split decision: third assessor",
            How.CHANGED,
            "When assessors differ: was unset, is now “A third assessor reads the portfolio”.",
        ),
        ("registration validity: 2 years", "registration validity: {value: 2 years, source: book}", None, ""),
        (
            "registration validity: 2 years",
            "registration validity: {value: 1 year, source: book}",
            How.CHANGED,
            "Registration is valid for: was “2 years”, is now “1 year”.",
        ),
        (
            "one of: [1a, 1b]",
            "all: [1a, 1b]",
            How.CHANGED,
            "“Small lantern”, what is required: was Context, (1a Making or 1b Sharing light), two times 2 Own light, Plans and Declaration, is now Context, (1a Making and 1b Sharing light), two times 2 Own light, Plans and Declaration.",
        ),
        ("most: 3", "most: 2", How.CHANGED, "“Small lantern”, sections, 2 Own light, most: was 3, is now 2."),
        ("amount: 12.50", "amount: 13", How.CHANGED, "“Wick”, amount: was 12.50, is now 13."),
        (
            "award validity: 3 years",
            "award validity: for life",
            How.CHANGED,
            "The award is valid for: was “3 years”, is now “For life”.",
        ),
        (
            "fees:\n",
            "fees:\n  - {key: match, title: Match, who: All, amount: 1, currency: GBP}\n",
            How.ADDED,
            "“Match” is new.",
        ),
        (
            "nominated assessor: yes",
            "nominated assessor: no",
            How.CHANGED,
            "Nominating an assessor: was “A candidate may name somebody they would like to be read by”, is now “A candidate has no say in who assesses”.",
        ),
    ],
)
def test_a_scheme_changed(old, new, how, sentence):
    assert changes_of_scheme((old, new)) == ([(how, sentence)] if how else [])


@pytest.mark.parametrize(
    ("old", "new", "how", "sentence"),
    [
        (
            "      - {code: 1b, kind: section, title: Sharing light}\n",
            "",
            How.REMOVED,
            "1 “Light”, 1b “Sharing light” is gone.",
        ),
        (
            "title: Plans,",
            "title: Future plans,",
            How.CHANGED,
            "“Future plans”, title: was Plans, is now “Future plans”.",
        ),
        ("most: 500", "most: 600", How.CHANGED, "“Plans”, number of words, most: was 500, is now 600."),
        (
            "  - {code: P2, title: Be curious}\n",
            "  - {code: P2, title: Be curious}\n  - {code: P3, title: Be brave}\n",
            How.ADDED,
            "P3 “Be brave” is new.",
        ),
    ],
)
def test_a_framework_changed(old, new, how, sentence):
    assert changes_of_framework((old, new)) == [(how, sentence)]


def test_another_order_is_a_change_and_not_ten():
    both = "  - {code: P1, title: Be kind, source: book}\n  - {code: P2, title: Be curious}\n"
    turned = "  - {code: P2, title: Be curious}\n  - {code: P1, title: Be kind, source: book}\n"
    assert changes_of_framework((both, turned)) == [(How.CHANGED, "Principles: the order changed.")]


def test_a_framework_is_no_scheme():
    with pytest.raises(TypeError):
        compare(samples.framework(), samples.checked().scheme)
