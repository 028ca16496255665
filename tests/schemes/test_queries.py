import pytest

from collegium.foundation.refusal import Refusal
from collegium.schemes import actions, queries
from collegium.schemes.documents import UNSET
from collegium.schemes.models import Pathway
from tests.schemes import samples


def test_what_a_portfolio_needs(small, django_assert_num_queries):
    with django_assert_num_queries(3):
        plan = queries.plan(small)
    assert [
        (
            item.code,
            item.title,
            item.assessed,
            item.required,
            item.min_instances,
            item.max_instances,
            item.words,
        )
        for item in plan.sections
    ] == [
        ("context", "Context", False, True, 1, 1, None),
        ("1a", "Making light", True, False, 0, 1, None),
        ("1b", "Sharing light", True, False, 0, 1, None),
        ("2", "Own light", True, True, 2, 3, None),
        ("plans", "Plans", False, True, 1, 1, (200, 500)),
    ]
    assert [(item.key, item.required) for item in plan.section("2").components] == [
        ("description", True),
        ("reflection", True),
    ]
    assert plan.section("2").must_refer_to_principles
    assert plan.section("1a").node.code == "1a"
    assert [item.row.code for item in plan.principles] == ["P1", "P2"]
    assert [level.key for level in plan.scale if level.met] == ["bright"]
    assert plan.declaration == ("This is my own light.",)
    assert plan.judged == ("1a", "1b", "2")
    assert plan.is_complete
    assert [item.path for item in plan.unset] == [
        "rules/split decision",
        "rules/referral deadline",
        "rules/appeals",
        "upgrades/small-to-great/adds",
        "fees/oil/amount",
    ]
    assert [missing.sentence for missing in plan.unmet({"context": 1, "1a": 1, "2": 1, "plans": 1})] == [
        "“2 Own light”: two are needed, one is complete.",
        "“Declaration” is not complete yet.",
    ]


def test_a_pathway_whose_sections_nobody_published(lantern):
    plan = queries.plan(Pathway.objects.for_display().get(key="great"))
    assert not plan.is_complete
    assert plan.sections == ()
    assert plan.requirement is None
    assert plan.unmet({}) == []
    assert "pathways/great/sections" in [item.path for item in plan.unset]


def test_a_rule_by_name_and_by_path(small, lantern):
    great = Pathway.objects.for_display().get(key="great")
    assert [queries.rule(pathway, "assessors") for pathway in (small, great)] == [2, 3]
    assert queries.rule(great, "pathways/great/requires") is UNSET
    assert queries.rule(small, "registration extension") is None
    with pytest.raises(KeyError):
        queries.rule(small, "colour")


def test_a_decision_without_its_rule_is_refused(small):
    assert queries.decided(small, "time to outcome").in_words() == "3 months"
    with pytest.raises(Refusal) as caught:
        queries.decided(small, "split decision")
    assert caught.value.code == "unset"
    assert caught.value.details == ("rules/split decision",)


def test_versions_and_what_each_changed(lantern):
    actions.load_scheme(
        checked=samples.checked(
            ("version: 2024-01", "version: 2025-01"),
            ("published: 2024-01-15", "published: 2025-02-01"),
            ("lead after: 3", "lead after: 2"),
        )
    )
    steps = queries.version_history(lantern.scheme)
    assert [(step.version.version, step.is_first) for step in steps] == [
        ("2025-01", False),
        ("2024-01", True),
    ]
    assert [str(change) for change in steps[0].changes] == [
        "Date of publication: was 2024-01-15, is now 2025-02-01.",
        "Becoming lead assessor: was “After three assessments as second assessor”, is now “After two assessments as second assessor”.",
    ]


def test_finding_somebody_by_name(ada, eve):
    assert queries.people_named("e", seen_by=ada) == []
    assert [choice.person for choice in queries.people_named("stranger", seen_by=ada)] == [eve]
    eve.name_audience = "private"
    eve.save()
    assert queries.people_named("stranger", seen_by=ada) == []


def test_people_who_run_a_scheme(coordinated, cy, bo, django_assert_num_queries):
    actions.grant_role(scheme=coordinated.scheme, person=bo, kind="assessor", by=cy)
    with django_assert_num_queries(1):
        assert [holding.person for holding in queries.role_holdings(coordinated.scheme)] == [cy, bo]
    assert queries.schemes_coordinated_by(cy) == [coordinated.scheme]
    assert queries.schemes_coordinated_by(bo) == []
