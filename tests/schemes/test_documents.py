import dataclasses
import datetime as dt
import json
from decimal import Decimal

import pytest

from collegium.schemes.documents import (
    UNSET,
    Decision,
    Duration,
    FrameworkDocument,
    NodeKind,
    OutcomeKind,
    Quantity,
    Relation,
    RuleNotSetError,
    SchemeDocument,
    Submission,
    Window,
    Words,
    memory,
)
from collegium.schemes.documents.values import Unit
from tests.schemes import samples


@pytest.fixture
def scheme():
    return samples.checked().scheme


@pytest.fixture
def framework():
    return samples.framework()


def test_there_and_back_through_plain_json(scheme, framework):
    for document in (scheme, framework):
        plain = json.loads(json.dumps(document.to_json()))
        assert type(document).from_json(plain) == document
        assert type(document).from_json(plain).to_json() == document.to_json()


def test_documents_are_frozen_and_do_not_share_their_data(scheme):
    with pytest.raises(dataclasses.FrozenInstanceError):
        scheme.title = "Another"
    scheme.to_json()["rules"]["assessors"] = 9
    assert scheme.rules.assessors.required() == 2


def test_a_framework_in_reading_order(framework):
    assert [node.code for node in framework.walk()] == [
        "context",
        "1",
        "1a",
        "1b",
        "2",
        "plans",
        "declaration",
    ]
    assert [node.code for node in framework.walk() if node.assessed] == ["1a", "1b", "2"]
    assert [node.code for node in framework.walk() if node.is_written] == [
        "context",
        "1a",
        "1b",
        "2",
        "plans",
    ]
    assert framework.node("1a").parent == "1"
    assert framework.node("1").kind is NodeKind.GROUP
    assert framework.titles["1a"] == "1a Making"
    assert framework.titles["context"] == "Context"


def test_components_of_a_node(framework):
    def components(code):
        return [(item.key, item.required) for item in framework.node(code).components]

    assert components("1a") == [
        ("description", True),
        ("evidence", True),
        ("reflection", True),
        ("impact", False),
    ]
    assert components("2") == [("description", True), ("reflection", True)]
    assert components("context") == [("text", True)]
    assert components("declaration") == components("1") == []


def test_a_rule_with_and_without_its_source(scheme):
    assert scheme.rules.assessors == dataclasses.replace(
        scheme.rules.assessors, value=2, source="book", note="As ever.", path="rules/assessors"
    )
    assert scheme.rules.registration_validity.required() == Duration(2, Unit.YEAR)
    assert scheme.rules.registration_extension.required() is None
    assert scheme.rules.may_not_assess.required() == (Relation.SELF, Relation.MENTOR)
    assert scheme.rules.decision.required() == Decision(Quantity.EVERY, ("bright",))
    assert [attempt.outcomes for attempt in scheme.rules.attempts.required()] == [
        {OutcomeKind.PASS: "Lit", OutcomeKind.REFERRAL: "Flickering"},
        {OutcomeKind.PASS: "Lit", OutcomeKind.FAIL: "Out"},
    ]
    assert scheme.fees[1].amount.required() == Decimal("12.50")


def test_unset_is_neither_true_nor_false(scheme):
    rule = scheme.rules.split_decision
    assert rule.value is UNSET
    assert not rule.is_set
    with pytest.raises(TypeError):
        bool(rule.value)
    with pytest.raises(RuleNotSetError) as caught:
        rule.required()
    assert str(caught.value) == (
        "The scheme has not said its rule “split decision”. Its coordinator is asked to."
    )


def test_every_unset_rule_is_known_by_its_path(scheme):
    assert [(item.path, item.pathway) for item in scheme.unset_rules()] == [
        ("rules/split decision", ""),
        ("rules/referral deadline", ""),
        ("rules/appeals", ""),
        ("pathways/great/sections", "Great lantern"),
        ("pathways/great/requires", "Great lantern"),
        ("upgrades/small-to-great/adds", "Small lantern → Great lantern"),
        ("fees/oil/amount", ""),
    ]


@pytest.mark.parametrize(
    ("path", "answer", "found"),
    [
        ("rules/referral deadline", "3 months", lambda s: s.rules.referral_deadline),
        (
            "pathways/great/sections",
            ["context", {"code": "2", "repeats": True}],
            lambda s: s.pathway("great").sections,
        ),
        ("upgrades/small-to-great/adds", ["2"], lambda s: s.upgrades[0].adds),
        ("fees/oil/amount", "3.50", lambda s: s.fees[0].amount),
    ],
)
def test_an_answer_takes_the_place_of_unset(scheme, path, answer, found):
    answered = scheme.with_answers({path: answer})
    assert found(answered).is_set
    assert found(answered).answered
    assert path not in [item.path for item in answered.unset_rules()]
    assert not found(scheme).is_set
    assert answered.to_json() == scheme.to_json()
    assert scheme.with_answers({path: answer}) is answered


def test_an_answer_keeps_the_remark_of_the_file(scheme):
    rule = scheme.with_answers({"rules/referral deadline": "3 months"}).rules.referral_deadline
    assert (rule.note, rule.required().in_words()) == ("Ask the guild.", "3 months")


def test_a_pathway_may_differ_from_the_scheme(scheme):
    great = scheme.pathway("great")
    assert (great.own_rules, great.rules.assessors.required()) == (("assessors",), 3)
    assert scheme.pathway("small").rules.assessors.required() == 2
    assert great.rules.split_decision is scheme.rules.split_decision


def test_what_is_judged_and_by_whom(scheme, framework):
    assert scheme.pathway("small").judged(framework) == ("1a", "1b", "2")
    assert [item.key for item in scheme.assessable_by_holders_of("great")] == ["small", "great"]
    assert [item.key for item in scheme.assessable_by_holders_of("small")] == ["small"]
    assert scheme.pathway("small").words_of(framework.node("plans")).required() == Words(200, 500)
    assert scheme.pathway("small").words_of(framework.node("1a")) is None


@pytest.mark.parametrize(
    ("length", "day", "after"),
    [
        ("3 months", dt.date(2024, 11, 30), dt.date(2025, 2, 28)),
        ("1 month", dt.date(2024, 1, 31), dt.date(2024, 2, 29)),
        ("1 year", dt.date(2024, 2, 29), dt.date(2025, 2, 28)),
        ("12 months", dt.date(2024, 12, 15), dt.date(2025, 12, 15)),
        ("2 weeks", dt.date(2024, 2, 20), dt.date(2024, 3, 5)),
        ("1 day", dt.date(2024, 12, 31), dt.date(2025, 1, 1)),
    ],
)
def test_a_length_of_time_by_the_calendar(length, day, after):
    assert Duration.read(length).after(day) == after


def test_windows_of_submission():
    yearly = Submission((Window("01-15", "01-29"), Window("12-20", "01-05")))
    assert [
        yearly.is_open(dt.date(2024, month, day))
        for month, day in ((1, 15), (1, 29), (1, 30), (12, 31), (1, 5), (1, 6))
    ] == [
        True,
        True,
        False,
        True,
        True,
        False,
    ]
    once = Submission((Window("2024-05-16", "2024-05-30"),))
    assert [once.is_open(dt.date(year, 5, 20)) for year in (2024, 2025)] == [True, False]
    assert Submission().is_open(dt.date(2024, 1, 1))


def test_a_decision_counts_areas():
    judged = {"1a": "bright", "1b": "dim", "2": "bright"}
    assert not Decision(Quantity.EVERY, ("bright",)).passes(judged)
    assert Decision(2, ("bright",)).passes(judged)
    assert Decision(Quantity.EVERY, ("bright", "dim")).passes(judged)


def test_a_stored_document_is_read_once(scheme, framework):
    sha = "a" * 64
    assert memory.scheme(scheme.to_json, sha256=sha) is memory.scheme(dict, sha256=sha)
    assert memory.framework(framework.to_json, sha256="") is not memory.framework(
        framework.to_json, sha256=""
    )


def test_types(scheme, framework):
    assert isinstance(scheme, SchemeDocument)
    assert isinstance(framework, FrameworkDocument)
