"""The front page, home, search, and who may do what."""

from datetime import timedelta

import pytest

from collegium.activity.actions import record
from collegium.activity.verbs import VERBS
from collegium.foundation import clock
from collegium.foundation.rulebook import RULEBOOK
from collegium.home import queries
from collegium.people import actions as people_actions
from collegium.schemes import actions as schemes
from tests.communities.factories import make_community
from tests.factories import (
    make_circle,
    make_coordinator,
    make_evidence,
    make_organisation,
    make_person,
    make_portfolio,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def cmalt(settings):
    return schemes.load_file(settings.SCHEMES_DIRECTORY / "cmalt.yaml")


# The front page -------------------------------------------------------------------------------------------------------


def test_the_front_page_tells_a_stranger_what_this_is(client, cmalt):
    page = client.get("/").content.decode()
    assert "Good practice deserves good readers." in page
    for link in (
        "/account/signup/",
        "/account/login/",
        "/schemes/",
        "/schemes/cmalt/",
        "/register/",
        "/verify/",
    ):
        assert f'href="{link}"' in page or f'action="{link}"' in page
    assert "Constraints and benefits" in page  # a spine of the shelf, from the scheme's own file
    assert page.count('<li class="book ') == len(queries.schemes()[0].shelf)


def test_the_front_page_stands_without_any_scheme(client, db):
    page = client.get("/").content.decode()
    assert "Good practice deserves good readers." in page
    assert "bookshelf" not in page.replace("bookshelf figcaption", "")


def test_the_front_page_costs_little_whatever_there_is(client, cmalt, django_assert_num_queries):
    client.get("/")  # a document is read once a process
    with django_assert_num_queries(2):
        client.get("/")
    make_organisation(make_person(), make_person())
    with django_assert_num_queries(2):
        client.get("/")


# Home -----------------------------------------------------------------------------------------------------------------


def test_a_newcomer_is_offered_something_to_begin_with(ada, client_of):
    page = client_of(ada).get("/").content.decode()
    assert "What next?" in page
    for link in ("/profile/", "/learn/", "/evidence/capture", "/portfolios/begin/"):
        assert f'href="{link}"' in page


def test_what_is_done_is_ticked_and_then_the_steps_go(ada, cmalt, client_of):
    assert [step.is_done for step in queries.home(ada).steps] == [False, False, False, False]
    make_evidence(ada)
    assert [step.is_done for step in queries.home(ada).steps] == [False, False, True, False]
    make_community(ada)
    assert [step.is_done for step in queries.home(ada).steps] == [False, True, True, False]
    make_portfolio(ada, cmalt.pathways.get(key="cmalt"))
    from collegium.foundation.files import store_bytes

    people_actions.set_photo(person=ada, by=ada, photo=store_bytes(b"a photo"))
    assert queries.home(ada).steps == []
    assert "To begin with" not in client_of(ada).get("/").content.decode()


def test_nobody_is_a_beginner_for_ever(ada):
    with clock.moved_to(clock.now() + timedelta(days=91)):
        assert queries.home(ada).steps == []


def test_home_is_never_empty(eve, client_of, monkeypatch):
    monkeypatch.setattr(queries, "home", lambda person: queries.Home(steps=[], done=[]))
    from collegium.design import places

    monkeypatch.setitem(places.registry.panels, "home.next", {})
    assert "Nothing waits for you" in client_of(eve).get("/").content.decode()


def test_what_one_did_lately_stands_there(ada, client_of):
    name = next(iter(VERBS))
    record(VERBS[name], by=ada, about=make_organisation(), data=_facts(VERBS[name]))
    assert len(queries.home(ada).done) == 1
    assert "What you did" in client_of(ada).get("/").content.decode()


def _facts(verb):
    import re

    return {key: "x" for key in re.findall(r"%\((\w+)\)", str(verb.history)) if key != "actor"}


@pytest.mark.parametrize("number", [1, 3])
def test_home_costs_the_same_whatever_is_there(number, cmalt, client_of, django_assert_max_num_queries):
    person = make_person()
    for _each in range(number):
        make_evidence(person)
    client = client_of(person)
    client.get("/")
    with django_assert_max_num_queries(12):
        client.get("/")


# Search ---------------------------------------------------------------------------------------------------------------


def found(client, words):
    page = client.get("/search/", {"q": words}).content.decode()
    return {
        key
        for key in ("portfolios", "evidence", "schemes", "people", "awards", "organisations")
        if f";kind={key}" in page
    }


def test_everything_of_a_word_is_found_by_whom_it_may_be_seen(cmalt, ada, eve, client_of):
    make_evidence(ada, title="Cmalt notes")
    make_portfolio(ada, cmalt.pathways.get(key="cmalt"), title="My cmalt portfolio")
    make_organisation(name="Cmalt Institute")
    person = make_person(name="Cy Cmalt")
    assert found(client_of(ada), "cmalt") == {"portfolios", "evidence", "schemes", "people", "organisations"}
    assert found(client_of(eve), "CMALT") == {"schemes", "people", "organisations"}
    assert found(client_of(None), "cmalt") == {"schemes", "organisations"}
    people_actions.set_field_audience(person=person, by=person, name="public")
    assert found(client_of(None), "cmalt") == {"schemes", "people", "organisations"}


def test_evidence_of_others_is_not_found_even_when_it_is_public(ada, eve, client_of):
    make_evidence(ada, title="Recorded feedback")
    assert found(client_of(ada), "feedback recorded") == {"evidence"}
    assert found(client_of(eve), "feedback") == set()


def test_a_person_is_found_by_those_who_may_open_their_page(ada, bo, eve, client_of):
    people_actions.set_field_audience(person=ada, by=ada, name="circle")
    make_circle(ada, bo)
    assert found(client_of(bo), "ada cand") == {"people"}
    assert found(client_of(eve), "ada cand") == set()


@pytest.mark.parametrize(
    "words", ["a", "", "%", "'; drop table --", "\x00\x00x\x00", "ليلى", "x" * 5000, "a b c d e f g"]
)
def test_any_words_may_be_looked_for(words, ada, client_of):
    assert client_of(ada).get("/search/", {"q": words}).status_code == 200


def test_what_is_looked_for_is_shown_as_words(client, db):
    page = client.get("/search/", {"q": '"><script>alert(1)</script>'}).content.decode()
    assert "<script>alert" not in page


def test_a_part_of_the_page_comes_when_htmx_asks(client, db):
    part = client.get("/search/", {"q": "nothing like it"}, headers={"HX-Request": "true"}).content.decode()
    assert '<div id="found"' in part
    assert "<html" not in part
    assert "Nothing found" in part


# Who may do what ------------------------------------------------------------------------------------------------------


def test_every_rule_of_the_house_stands_on_the_page(client, db):
    page = client.get("/roles/").content.decode().replace("&#39;", "'").replace("&amp;", "&")
    for role, rules in RULEBOOK.by_role().items():
        assert str(role.title) in page
        for rule in rules:
            assert str(rule.says) in page


def test_the_page_says_which_roles_are_ones_own_and_where(cmalt, cy, ada, client_of):
    make_coordinator(cy, cmalt.scheme)
    make_organisation(coordinators=(cy,), name="Calderbeck")
    held = {each.role.key: each.where for each in queries.roles(cy) if each.where}
    assert held == {
        "anyone_signed_in": [""],
        "scheme_coordinator": [cmalt.scheme.title],
        "organisation_member": ["Calderbeck"],
        "organisation_coordinator": ["Calderbeck"],
    }
    assert {each.role.key for each in queries.roles(ada) if each.where} == {"anyone_signed_in"}
    assert not [each for each in queries.roles(None) if each.where]
    assert client_of(cy).get("/roles/").status_code == 200


# Administration -------------------------------------------------------------------------------------------------------


def test_only_site_administrators_come_in_and_mostly_they_look(ada, client_of):
    administrator = make_person(is_staff=True)
    assert (
        client_of(None)
        .get("/administration/", follow=True)
        .redirect_chain[-1][0]
        .startswith("/account/login/?next=")
    )
    assert client_of(ada).get("/administration/", follow=True).status_code == 403
    client = client_of(administrator)
    index = client.get("/administration/").content.decode()
    assert "Evidence" not in index
    assert "Portfolio" not in index
    for page in (
        "people/account",
        "people/person",
        "organisations/organisation",
        "foundation/job",
        "activity/activity",
        "notifications/notification",
    ):
        assert client.get(f"/administration/{page}/").status_code == 200
        assert client.get(f"/administration/{page}/add/").status_code == 403
    assert client.get(f"/administration/people/person/{ada.pk}/change/").status_code == 200
    assert client.post(f"/administration/people/person/{ada.pk}/change/", {"name": "x"}).status_code == 403
    assert client.post(f"/administration/people/person/{ada.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_site_administrator_can_close_an_account(ada, client_of):
    client = client_of(make_person(is_staff=True))
    address = f"/administration/people/account/{ada.account.pk}/change/"
    assert client.post(address, {"is_staff": ""}).status_code == 302
    ada.account.refresh_from_db()
    assert not ada.account.is_active


def test_what_one_did_is_said_without_ones_name_and_once_in_a_row(ada):
    piece = make_evidence(ada, title="A note")
    for _time in range(2):
        record(VERBS["evidence.captured"], by=ada, about=piece, data={"title": "A note"})
    assert [line.sentence for line in queries.home(ada).done] == ["Captured “A note”"]
