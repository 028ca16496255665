from dataclasses import dataclass

import pytest

from collegium.foundation import rulebook
from collegium.foundation.rulebook import Role, RuleBook, rule


@dataclass
class Draft:
    owner: str
    locked: bool = False


OWNER = Role("owner", "Owner", "Whose it is", lambda person, draft: draft.owner == person)
MENTOR = Role("mentor", "Mentor", "Who helps", lambda person, _draft: person == "mentor")


@pytest.fixture
def book(monkeypatch):
    empty = RuleBook()
    monkeypatch.setattr(rulebook, "RULEBOOK", empty)
    return empty


@pytest.fixture
def may_write(book):
    @rule(OWNER, MENTOR, says="write a draft")
    def may_write(person: str, draft: Draft) -> bool:
        return not draft.locked

    return may_write


def test_a_rule_asks_for_a_person_then_for_a_role_then_its_body(may_write):
    assert not may_write(None, Draft("ada"))
    assert not may_write("eve", Draft("ada"))
    assert may_write("ada", Draft("ada"))
    assert may_write("mentor", Draft("ada"))
    assert not may_write("ada", Draft("ada", locked=True))


def test_the_body_is_not_asked_about_strangers(book):
    asked = []

    @rule(OWNER, says="burn a draft")
    def may_burn(person: str, draft: Draft) -> bool:
        asked.append(person)
        return True

    may_burn("eve", Draft("ada"))
    may_burn(None, Draft("ada"))
    assert asked == []


def test_the_book_lists_for_each_role_what_it_may(book, may_write):
    @rule(OWNER, says="burn a draft")
    def may_burn(person: str, draft: Draft) -> bool:
        return True

    assert {role.key: [str(made.says) for made in rules] for role, rules in book.by_role().items()} == {
        "owner": ["write a draft", "burn a draft"],
        "mentor": ["write a draft"],
    }
    assert len(book) == 2


def test_a_rule_names_its_roles():
    with pytest.raises(ValueError, match="at least one role"):
        rule(says="do anything")


def test_a_rule_is_called_what_its_function_is_called(may_write):
    assert may_write.name.endswith("may_write")
    assert may_write.__name__ == "may_write"
