"""The schemes that come with the project, as data; and that no code knows their names."""

import re

import pytest
from django.conf import settings

from collegium.schemes import requirements
from collegium.schemes.comparison import compare
from collegium.schemes.documents import UNSET, Arrangement, Duration, OutcomeKind, Relation, framework_file
from tests.schemes.conftest import shipped

SHIPPED = ("cmalt", "cmalt-australasia", "advance-he-fellowship")
WHOLE = dict.fromkeys(("context", "1a", "1b", "1c", "2a", "2b", "4", "5", "plans", "declaration"), 1)


def unmet(checked, pathway, complete):
    tree = checked.scheme.pathway(pathway).requires.required()
    return [missing.sentence for missing in requirements.unmet(tree, complete, checked.framework.titles)]


@pytest.mark.parametrize("name", SHIPPED)
def test_it_is_in_order_and_says_where_it_is_from(name):
    checked = shipped(name)
    assert checked.scheme.key == name
    assert checked.scheme.sources
    assert all(
        source.url and source.accessed for source in (*checked.scheme.sources, *checked.framework.sources)
    )


@pytest.mark.parametrize(
    "path", sorted((settings.BASE_DIR / "schemes" / "frameworks").glob("*.yaml")), ids=str
)
def test_a_framework_file_goes_by_its_key_and_version(path):
    framework = framework_file(path)
    assert path.name == f"{framework.key}-{framework.version}.yaml"


def test_no_name_of_a_scheme_is_in_the_code():
    names = re.compile(r"cmalt|ascilite|advance.?he\b|advancehe|\bALT\b|fhea\b|\bPSF\b", re.IGNORECASE)
    telling = [
        f"{path.relative_to(settings.BASE_DIR)}: {line.strip()}"
        for path in (settings.BASE_DIR / "collegium" / "schemes").rglob("*")
        if path.suffix in {".py", ".jinja", ".css", ".js"}
        for line in path.read_text().splitlines()
        if names.search(line)
    ]
    assert telling == []


class TestCmalt:
    def test_its_history(self):
        before, now = shipped("cmalt-2024").scheme, shipped("cmalt").scheme
        assert (before.key, before.framework_version) == (now.key, now.framework_version)
        assert not before.rules.submission.required().is_rolling
        changed = [change.path for change in compare(before, now) if change.path[0] == "rules"]
        assert changed == [("rules", "submission"), ("rules", "submission", "note")]

    def test_its_sections_and_components(self):
        framework = shipped("cmalt").framework
        assert [node.code for node in framework.walk()] == [
            "context", "1", "1a", "1b", "1c", "2", "2a", "2b", "3", "3a", "3b", "4", "5", "6", "plans", "declaration",
        ]  # fmt: skip
        assert [node.code for node in framework.walk() if node.assessed] == [
            "1a", "1b", "1c", "2a", "2b", "3a", "3b", "4", "5", "6",
        ]  # fmt: skip
        assert [item.key for item in framework.node("1a").components if item.required] == [
            "description",
            "evidence",
            "reflection",
        ]
        assert len(framework.principles) == 4

    @pytest.mark.parametrize("law", [{"3a": 1, "3b": 1}, {"3a": 2}])
    def test_a_whole_portfolio(self, law):
        assert unmet(shipped("cmalt"), "cmalt", {**WHOLE, **law}) == []

    @pytest.mark.parametrize("law", [{}, {"3a": 1}, {"3b": 2}])
    def test_the_wider_context(self, law):
        assert unmet(shipped("cmalt"), "cmalt", {**WHOLE, **law}) == [
            "One legislative area and one more: a second legislation or a policy."
        ]

    def test_what_senior_adds(self):
        assert unmet(shipped("cmalt"), "senior", {**WHOLE, "3a": 2}) == [
            "One area of legislation and one policy or standard.",
            "Two or more examples of communication and working with others.",
            "Two specialist areas.",
            "“6 Advanced area” is not complete yet.",
        ]
        assert unmet(shipped("cmalt"), "senior", {**WHOLE, "3a": 1, "3b": 1, "4": 2, "5": 2, "6": 1}) == []

    def test_associate_is_open(self):
        associate = shipped("cmalt").scheme.pathway("associate")
        assert associate.sections.value is UNSET
        assert associate.requires.value is UNSET

    def test_who_may_assess_what(self):
        scheme = shipped("cmalt").scheme
        assert [item.key for item in scheme.assessable_by_holders_of("cmalt")] == ["associate", "cmalt"]
        assert [item.key for item in scheme.assessable_by_holders_of("senior")] == [
            "associate",
            "cmalt",
            "senior",
        ]
        assert scheme.rules.lead_after.required() == 3

    def test_its_rules(self):
        rules = shipped("cmalt").scheme.rules
        assert rules.registration_validity.required() == Duration.read("2 years")
        assert rules.award_validity.required() == Duration.read("3 years")
        assert rules.time_to_outcome.required() == Duration.read("3 months")
        assert rules.submission.required().is_rolling
        assert rules.assessors.required() == 2
        assert [tuple(attempt.outcomes) for attempt in rules.attempts.required()] == [
            (OutcomeKind.PASS, OutcomeKind.REFERRAL),
            (OutcomeKind.PASS, OutcomeKind.FAIL),
        ]

    def test_what_nobody_has_published(self):
        assert [
            item.path for item in shipped("cmalt").scheme.unset_rules() if item.path.startswith("rules/")
        ] == [
            "rules/mentors",
            "rules/may not assess",
            "rules/split decision",
            "rules/referral deadline",
            "rules/appeals",
            "rules/unlisted holders",
        ]

    def test_the_sister_scheme_differs_where_it_differs(self):
        ours, theirs = shipped("cmalt"), shipped("cmalt-australasia")
        assert ours.framework == theirs.framework
        assert [item.requires.value for item in ours.scheme.pathways] == [
            item.requires.value for item in theirs.scheme.pathways
        ]
        assert ours.scheme.rules.membership.required().of == ("alt",)
        assert theirs.scheme.rules.membership.required().of == ("ascilite",)
        assert [partner.short for partner in theirs.scheme.partners] == ["ASCILITE", "ALT"]


class TestFellowship:
    def test_fifteen_dimensions_to_be_tagged(self):
        framework = shipped("advance-he-fellowship").framework
        assert framework.arrangement is Arrangement.DIMENSIONS
        assert [node.code for node in framework.dimensions] == [
            f"{group}{number}" for group in "VKA" for number in range(1, 6)
        ]

    def test_each_category_is_judged_by_its_descriptor(self):
        checked = shipped("advance-he-fellowship")
        assert [item.judged(checked.framework) for item in checked.scheme.pathways] == [
            tuple(f"D{descriptor}.{number}" for number in (1, 2, 3)) for descriptor in (1, 2, 3, 4)
        ]

    def test_an_associate_shows_some(self):
        base = {"context": 1, "account": 2, "declaration": 1}
        some = dict.fromkeys(["V1", "V3", "K1", "K2", "K3"], 1)
        checked = shipped("advance-he-fellowship")
        assert unmet(checked, "associate-fellow", {**base, **some, "A4": 1}) == [
            "Areas of Activity: at least two of the five."
        ]
        assert unmet(checked, "associate-fellow", {**base, **some, "A4": 1, "A5": 1}) == []

    @pytest.mark.parametrize("pathway", ["fellow", "senior-fellow", "principal-fellow"])
    def test_a_fellow_shows_all(self, pathway):
        checked = shipped("advance-he-fellowship")
        complete = {"context": 1, "account": 3, "declaration": 1}
        complete |= {node.code: 1 for node in checked.framework.dimensions}
        assert unmet(checked, pathway, complete) == []
        assert unmet(checked, pathway, {**complete, "K5": 0}) == ["“K5 Quality” is not complete yet."]

    def test_referees_and_one_referral(self):
        scheme = shipped("advance-he-fellowship").scheme
        referees = scheme.rules.referees.required()
        assert referees.number == 2
        assert Relation.MENTOR in referees.may_not_be
        assert scheme.pathway("principal-fellow").rules.referees.value is UNSET
        assert scheme.rules.referral_deadline.required() == Duration.read("1 month")
        assert len(scheme.rules.attempts.required()) == 2
