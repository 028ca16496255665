import pytest

from collegium.activity.models import Activity
from collegium.foundation.refusal import Refusal
from collegium.schemes import actions, queries
from collegium.schemes.documents import UNSET
from collegium.schemes.models import (
    Framework,
    Node,
    Pathway,
    Principle,
    RoleHolding,
    Scheme,
    SchemeVersion,
    UnsetAnswer,
)
from tests.schemes import samples
from tests.schemes.samples import FRAMEWORK, SCHEME


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "frameworks").mkdir()
    (tmp_path / "frameworks" / "lantern-1.yaml").write_text(FRAMEWORK)
    (tmp_path / "lantern.yaml").write_text(SCHEME)
    return tmp_path


class TestLoading:
    def test_rows_to_point_at(self, folder, db):
        version = actions.load_file(folder / "lantern.yaml")
        assert (version.scheme.key, version.scheme.title, version.version, version.is_current) == (
            "lantern",
            "Lantern",
            "2024-01",
            True,
        )
        assert [
            (node.code, node.parent.code if node.parent else None, node.kind, node.assessed)
            for node in Node.objects.select_related("parent")
        ] == [
            ("context", None, "statement", False),
            ("1", None, "group", False),
            ("1a", "1", "section", True),
            ("1b", "1", "section", True),
            ("2", None, "section", True),
            ("plans", None, "plan", False),
            ("declaration", None, "declaration", False),
        ]
        assert [item.title for item in Principle.objects.all()] == ["Be kind", "Be curious"]
        assert [(item.key, item.post_nominals) for item in Pathway.objects.all()] == [
            ("small", "SL"),
            ("great", ""),
        ]
        assert version.read.title == "Lantern award"
        assert version.framework.read.title == "Lantern framework"
        assert list(Activity.objects.values_list("verb", "actor")) == [("scheme.loaded", None)]

    def test_the_same_again_changes_nothing(self, folder, db):
        first = actions.load_file(folder / "lantern.yaml")
        assert actions.load_file(folder / "lantern.yaml") == first
        assert (SchemeVersion.objects.count(), Framework.objects.count(), Activity.objects.count()) == (
            1,
            1,
            1,
        )

    def test_other_content_under_the_same_version_is_refused_with_what_differs(self, lantern):
        with pytest.raises(Refusal) as caught:
            actions.load_scheme(
                checked=samples.checked(("time to outcome: 3 months", "time to outcome: 4 months"))
            )
        assert caught.value.code == "version"
        assert caught.value.details == ("Time to the outcome: was “3 months”, is now “4 months”.",)
        assert SchemeVersion.objects.get().read == samples.checked().scheme

    def test_a_framework_never_changes_either(self, lantern):
        with pytest.raises(Refusal) as caught:
            actions.load_framework(document=samples.framework(("title: Be curious", "title: Be brave")))
        assert caught.value.details == ("P2 “Be brave”, title: was “Be curious”, is now “Be brave”.",)

    def test_a_later_version_becomes_the_current_one(self, lantern):
        later = actions.load_scheme(
            checked=samples.checked(
                ("version: 2024-01", "version: 2025-01"), ("published: 2024-01-15", "published: 2025-01-15")
            )
        )
        assert list(SchemeVersion.objects.order_by("version").values_list("version", "is_current")) == [
            ("2024-01", False),
            ("2025-01", True),
        ]
        assert later.framework == lantern.framework
        assert Scheme.objects.count() == 1

    def test_an_earlier_version_is_loaded_for_the_history_only(self, lantern):
        actions.load_scheme(
            checked=samples.checked(
                ("version: 2024-01", "version: 2020-01"), ("published: 2024-01-15", "published: 2020-01-15")
            )
        )
        assert SchemeVersion.objects.get(is_current=True) == lantern

    def test_a_wrong_file_loads_nothing(self, folder, db):
        (folder / "lantern.yaml").write_bytes(samples.bent(SCHEME, ("at: [bright]", "at: [blue]")))
        with pytest.raises(Refusal) as caught:
            actions.load_file(folder / "lantern.yaml")
        assert [detail.rpartition(": ")[2] for detail in caught.value.details] == [
            "The scale has no level “blue”; it has bright, dim."
        ]
        assert not Framework.objects.exists()
        assert not Scheme.objects.exists()

    def test_either_kind_of_file(self, folder, db):
        framework = actions.load_any_file(folder / "frameworks" / "lantern-1.yaml")
        assert isinstance(framework, Framework)
        assert isinstance(actions.load_any_file(folder / "lantern.yaml"), SchemeVersion)


class TestAnswering:
    def answer(self, version, by, **changes):
        return actions.answer_unset_rule(
            **{
                "scheme_version": version,
                "path": "rules/referral deadline",
                "answer": "3 months",
                "reason": "Time to gather evidence.",
                "by": by,
                **changes,
            }
        )

    def test_it_holds_from_then_on_and_is_told(self, coordinated, small, cy, ada):
        actions.grant_role(scheme=coordinated.scheme, person=ada, kind="coordinator", by=cy)
        assert queries.rule(small, "referral deadline") is UNSET
        self.answer(coordinated, cy)
        fresh = Pathway.objects.for_display().get(pk=small.pk)
        assert queries.rule(fresh, "referral deadline").in_words() == "3 months"
        activity = Activity.objects.get(verb="scheme.rule_answered")
        assert activity.data["rule"] == "After a referral"
        assert [(concern.person, concern.role) for concern in activity.concerns.all()] == [
            (ada, "coordinator")
        ]

    def test_the_newest_answer_holds_and_the_earlier_stays(self, coordinated, small, cy):
        self.answer(coordinated, cy)
        self.answer(coordinated, cy, answer="6 weeks", reason="Three months was too long.")
        assert (
            queries.rule(Pathway.objects.for_display().get(pk=small.pk), "referral deadline").in_words()
            == "6 weeks"
        )
        assert UnsetAnswer.objects.count() == 2

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"path": "rules/time to outcome"}, "published"),
            ({"path": "rules/nonsense"}, "published"),
            ({"reason": "  "}, "reason"),
            ({"answer": "soon"}, "answer"),
            ({"answer": {"months": 3}}, "answer"),
            ({"path": "pathways/great/sections", "answer": ["nowhere"]}, "answer"),
        ],
    )
    def test_what_does_not_fit_is_refused(self, coordinated, cy, changes, code):
        with pytest.raises(Refusal) as caught:
            self.answer(coordinated, cy, **changes)
        assert caught.value.code == code
        assert not UnsetAnswer.objects.exists()

    def test_the_sections_of_a_pathway(self, coordinated, cy):
        self.answer(coordinated, cy, path="pathways/great/sections", answer=["context", "1a"])
        self.answer(coordinated, cy, path="pathways/great/requires", answer={"all": ["context", "1a"]})
        great = Pathway.objects.for_display().get(key="great")
        plan = queries.plan(great)
        assert plan.is_complete
        assert [section.code for section in plan.sections] == ["context", "1a"]

    def test_nobody_else_decides(self, coordinated, ada, bo):
        actions.grant_role(scheme=coordinated.scheme, person=bo, kind="assessor", by=None)
        for person in (ada, bo):
            with pytest.raises(Refusal):
                self.answer(coordinated, person)


class TestRoles:
    def test_granted_once_and_told(self, coordinated, cy, bo):
        scheme = coordinated.scheme
        first = actions.grant_role(
            scheme=scheme, person=bo, kind="assessor", by=cy, holds_pathway="great", earlier_assessments=2
        )
        again = actions.grant_role(scheme=scheme, person=bo, kind="assessor", by=cy, earlier_assessments=5)
        assert again == first
        again.refresh_from_db()
        assert (again.holds_pathway, again.earlier_assessments, again.granted_by) == ("", 5, cy)
        activity = Activity.objects.filter(verb="role.granted").first()
        assert [(concern.person, concern.role) for concern in activity.concerns.all()] == [(bo, "holder")]

    def test_withdrawn_and_given_again(self, coordinated, cy, bo):
        scheme = coordinated.scheme
        holding = actions.grant_role(scheme=scheme, person=bo, kind="assessor", by=cy)
        actions.withdraw_role(holding=holding, by=cy)
        assert actions.withdraw_role(holding=holding, by=cy).withdrawn_at is not None
        assert actions.grant_role(scheme=scheme, person=bo, kind="assessor", by=cy) != holding
        assert RoleHolding.objects.filter(person=bo).count() == 2

    def test_somebody_has_to_be_asked(self, coordinated, cy, bo):
        holding = RoleHolding.objects.get(person=cy)
        with pytest.raises(Refusal) as caught:
            actions.withdraw_role(holding=holding, by=cy)
        assert caught.value.code == "last"
        actions.grant_role(scheme=coordinated.scheme, person=bo, kind="coordinator", by=cy)
        actions.withdraw_role(holding=holding, by=cy)
        assert queries.coordinators(coordinated.scheme) == [bo]

    def test_only_of_pathways_that_there_are(self, coordinated, cy, bo):
        with pytest.raises(Refusal) as caught:
            actions.grant_role(
                scheme=coordinated.scheme, person=bo, kind="assessor", by=cy, holds_pathway="huge"
            )
        assert caught.value.code == "pathway"

    def test_nobody_else_gives_or_takes(self, coordinated, bo, eve):
        with pytest.raises(Refusal):
            actions.grant_role(scheme=coordinated.scheme, person=eve, kind="assessor", by=eve)
        holding = actions.grant_role(scheme=coordinated.scheme, person=bo, kind="assessor", by=None)
        for person in (bo, eve):
            with pytest.raises(Refusal):
                actions.withdraw_role(holding=holding, by=person)

    def test_a_site_administrator_names_the_first_coordinator(self, lantern, bo, eve):
        eve.account.is_staff = True
        eve.account.save()
        actions.grant_role(scheme=lantern.scheme, person=bo, kind="coordinator", by=eve)
        assert queries.coordinators(lantern.scheme) == [bo]
