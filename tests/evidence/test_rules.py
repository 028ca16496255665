import pytest

from collegium.evidence import rules
from tests.factories import make_circle, make_evidence

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(ada, bo, eve):
    return {"ada": ada, "bo": bo, "eve": eve, "nobody": None}


@pytest.mark.parametrize(
    ("audience", "readers"),
    [
        ("private", ["ada"]),
        ("circle", ["ada", "bo"]),
        ("signed_in", ["ada", "bo", "eve"]),
        ("public", ["ada", "bo", "eve", "nobody"]),
    ],
)
def test_the_audience_settles_who_reads(cast, audience, readers):
    circle = make_circle(cast["ada"], cast["bo"]) if audience == "circle" else None
    evidence = make_evidence(cast["ada"], audience=audience, circle=circle)
    assert [name for name, person in cast.items() if rules.may_read(person, evidence)] == readers
    signed_in = [name for name in readers if name != "nobody"]
    assert [name for name, person in cast.items() if rules.may_see(person, evidence)] == signed_in


def test_a_higher_room_can_let_readers_in(ada, bo, eve, monkeypatch, rf):
    monkeypatch.setattr(rules, "_readers", [])
    evidence = make_evidence(ada)
    request = rf.get("/")

    @rules.register_reader
    def readers(person, asked_for, asked_with):
        assert asked_for == evidence
        return person == bo and asked_with is request

    assert rules.may_read(bo, evidence, request)
    assert not rules.may_read(bo, evidence)
    assert not rules.may_read(eve, evidence, request)


def test_only_the_owner_changes_it(ada, bo):
    evidence = make_evidence(ada, audience="public")
    for may in (rules.may_edit, rules.may_remove, rules.may_set_audience):
        assert [may(person, evidence) for person in (ada, bo, None)] == [True, False, False]


def test_everyone_captures_for_themselves(ada, bo):
    assert rules.may_capture(ada, ada)
    assert not rules.may_capture(ada, bo)
    assert not rules.may_capture(None, ada)
