import pytest

from collegium.schemes import wording
from collegium.schemes.documents import RULES_BY_NAME
from collegium.schemes.wording import Said
from tests.schemes import samples
from tests.schemes.conftest import shipped


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("membership", Said("Holders are members of Guild; candidates need not be.")),
        ("registration validity", Said("2 years")),
        ("registration extension", Said("A registration is not extended.")),
        ("submission", Said("At any time.")),
        ("evidence", Said("", ("Show it.",))),
        ("referees", Said("No referees are asked for.")),
        ("nominated assessor", Said("A candidate may name somebody they would like to be read by.")),
        ("assessors", Said("Two assessors read the portfolio, each without the other.")),
        ("lead after", Said("After three assessments as second assessor.")),
        ("may not assess", Said("An assessor may not be the candidate or the candidate’s mentor.")),
        ("decision", Said("Every assessed area is judged “Bright”.")),
        ("split decision", None),
        (
            "attempts",
            Said(
                "Two attempts.",
                ("The first attempt ends in “Lit” or “Flickering”.", "Attempt 2 ends in “Lit” or “Out”."),
            ),
        ),
        ("award validity", Said("3 years")),
        ("renewal", Said("A holder hands in:", ("A new wick.", "It goes out."))),
        ("unlisted holders", Said("A holder may choose not to be listed on the public register.")),
    ],
)
def test_a_rule_in_words(name, said):
    scheme = samples.checked().scheme
    assert wording.say(name, getattr(scheme.rules, RULES_BY_NAME[name].attribute), scheme) == said


def test_windows_with_and_without_a_year():
    scheme = samples.checked(
        (
            "submission: rolling",
            "submission: {windows: [{opens: 01-15, closes: 01-29}, {opens: 2024-05-16, closes: 2024-05-30}]}",
        )
    ).scheme
    assert wording.say("submission", scheme.rules.submission, scheme) == Said(
        "In windows:", ("15 January to 29 January", "16 May 2024 to 30 May 2024")
    )


def test_referees():
    scheme = samples.checked(
        (
            "referees: none",
            "referees: {number: 2, called: Witnesses, see: The draft., may not be: [self, mentor], must: Know you.}",
        )
    ).scheme
    assert wording.say("referees", scheme.rules.referees, scheme) == Said(
        "Two witnesses.",
        ("Know you.", "They see: the draft.", "None of them may be the candidate or the candidate’s mentor."),
    )


@pytest.mark.parametrize("name", ["cmalt", "cmalt-australasia", "advance-he-fellowship"])
def test_every_rule_of_the_shipped_schemes_can_be_said(name):
    scheme = shipped(name).scheme
    said = [item for _title, chapter in wording.chapters(scheme.rules, scheme) for item in chapter]
    assert {item.kind.name for item in said} == set(RULES_BY_NAME)
    assert [item for item in said if (item.said is None) == item.rule.is_set] == []


def test_amounts_and_dates():
    scheme = samples.checked().scheme
    assert [wording.amount(fee) for fee in scheme.fees] == ["", "£12.50"]
    assert [wording.date_of(date) for date in ("2019", "2019-07", "2019-07-31")] == [
        "2019",
        "July 2019",
        "31 July 2019",
    ]
