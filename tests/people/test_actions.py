"""Signing up, the profile, who sees which field."""

import pytest
from allauth.account.models import EmailAddress

from collegium.foundation.refusal import Refusal
from collegium.people import actions, queries
from collegium.people.models import Account, Audience, Person
from tests.factories import make_account, make_circle, make_person

pytestmark = pytest.mark.django_db


def test_sign_up_makes_an_account_an_address_and_a_person():
    person = actions.sign_up(
        email="New@Example.org", name="  New   Person ", password="a long password", verified=True
    )
    account = person.account
    address = EmailAddress.objects.get(user=account)
    assert (person.name, account.email, account.check_password("a long password"), account.is_staff) == (
        "New Person",
        "New@example.org",
        True,
        False,
    )
    assert (address.verified, address.primary) == (True, True)
    assert (person.name_audience, person.field_audiences) == (Audience.SIGNED_IN, {})


def test_without_a_password_nobody_can_sign_in_by_one():
    assert not actions.sign_up(email="code@example.org", name="Code").account.has_usable_password()


def test_an_address_has_one_account_whatever_its_capitals(ada):
    with pytest.raises(Refusal, match="account with this address"):
        actions.sign_up(email="ADA@example.org", name="Another")
    assert Account.objects.count() == 1


@pytest.mark.parametrize("name", ["", "   ", "\u202e", "x" * 121])
def test_a_person_needs_a_name_that_can_be_shown(name):
    with pytest.raises(Refusal):
        actions.sign_up(email="new@example.org", name=name)
    assert Account.objects.count() == 0


def test_introduce_gives_an_account_its_person():
    account = make_account(email="x@example.org")
    assert actions.introduce(account=account, name="X", language="de").account == account


def test_only_the_fields_that_are_named_change(ada):
    actions.edit_profile(person=ada, by=ada, role="Lecturer", languages=["en"])
    actions.edit_profile(person=ada, by=ada, town="Sligo")
    ada.refresh_from_db()
    assert (ada.role, ada.languages, ada.town) == ("Lecturer", ["en"], "Sligo")
    with pytest.raises(TypeError):
        actions.edit_profile(person=ada, by=ada, is_staff=True)


def test_a_mistyped_orcid_id_is_refused_also_from_the_command_line(ada):
    with pytest.raises(Refusal, match="ORCID"):
        actions.edit_profile(person=ada, by=ada, orcid="0000-0002-1825-0098")


def test_nobody_changes_another_persons_profile(ada, eve):
    for action in (
        lambda: actions.edit_profile(person=ada, by=eve, role="Fool"),
        lambda: actions.set_field_audience(person=ada, by=eve, name="public"),
        lambda: actions.set_photo(person=ada, by=eve, photo=None),
        lambda: actions.erase(person=ada, by=eve),
    ):
        with pytest.raises(Refusal):
            action()
    ada.refresh_from_db()
    assert (ada.role, ada.name_audience, ada.erased_at) == ("", Audience.SIGNED_IN, None)


def test_an_audience_that_does_not_exist_is_a_mistake_of_the_caller(ada):
    with pytest.raises(TypeError):
        actions.set_field_audience(person=ada, by=ada, biography="everybody")
    with pytest.raises(TypeError):
        actions.set_field_audience(person=ada, by=ada, password="public")


# Who sees what --------------------------------------------------------------------------------------------------------


@pytest.fixture
def shown(ada):
    """Ada shows each field to another audience."""
    actions.edit_profile(
        person=ada,
        by=ada,
        pronouns="she/her",
        role="Lecturer",
        town="Sligo",
        country="IE",
        languages=["ga"],
        specialisms=["audio"],
        biography="I teach.",
        orcid="0000-0002-1825-0097",
        links=[{"title": "Blog", "url": "https://ada.example"}],
    )
    actions.set_field_audience(
        person=ada,
        by=ada,
        name="public",
        role="public",
        place="signed_in",
        languages="signed_in",
        biography="circle",
        specialisms="circle",
        pronouns="private",
    )
    return ada


def facts(person, viewer):
    profile = queries.profile(person, viewer)
    fields = (
        "role",
        "town",
        "country",
        "languages",
        "biography",
        "specialisms",
        "pronouns",
        "orcid",
        "links",
    )
    return {name for name in fields if getattr(profile, name)}


def test_each_viewer_sees_what_each_field_says(shown, eve, bo):
    make_circle(shown, bo)
    public = {"role"}
    signed_in = public | {"town", "country", "languages"}
    circle = signed_in | {"biography", "specialisms"}
    own = circle | {"pronouns", "orcid", "links"}
    assert facts(shown, None) == public
    assert facts(shown, eve) == signed_in
    assert facts(shown, bo) == circle
    assert facts(shown, shown) == own


def test_looking_costs_one_query_at_most(shown, eve, django_assert_num_queries):
    with django_assert_num_queries(1):
        queries.profile(shown, eve)
    with django_assert_num_queries(0):
        queries.profile(shown, None)
        queries.profile(shown, shown)


@pytest.mark.parametrize(
    ("audience", "stranger", "somebody", "colleague"),
    [
        (Audience.PUBLIC, True, True, True),
        (Audience.SIGNED_IN, False, True, True),
        (Audience.CIRCLE, False, False, True),
        (Audience.PRIVATE, False, False, False),
    ],
)
def test_whose_page_may_be_opened(
    ada, bo, eve, audience, stranger, somebody, colleague
):  # fixtures and facts
    make_circle(ada, bo)
    actions.set_field_audience(person=ada, by=ada, name=audience)
    of_ada = Person.objects.filter(pk=ada.pk)
    assert of_ada.visible_to(None).exists() == stranger
    assert of_ada.visible_to(eve).exists() == somebody
    assert of_ada.visible_to(bo).exists() == colleague
    assert of_ada.visible_to(ada).exists()


def test_faces_are_shown_as_their_owners_say_in_one_query(bo, django_assert_num_queries, blob):
    shown = {}
    for audience in Audience.values:
        person = make_person(name=audience, photo=blob, field_audiences={"photo": audience})
        make_circle(person, bo)
        shown[audience] = person
    faceless = make_person()
    with django_assert_num_queries(1):
        assert set(queries.faces([*shown.values(), faceless], bo)) == {
            shown[audience].pk for audience in ("public", "signed_in", "circle")
        }
    with django_assert_num_queries(0):
        assert set(queries.faces(shown.values(), None)) == {shown["public"].pk}
    assert queries.face(shown["private"], shown["private"]) is not None
