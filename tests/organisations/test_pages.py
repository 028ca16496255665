"""The list, one organisation, what its coordinators do, and who may not."""

import re

import pytest
from django.core import mail

from collegium.organisations import actions
from collegium.organisations.models import EmailDomain, Invitation, Membership, Organisation
from collegium.people import actions as people_actions
from collegium.people.models import Person
from tests.factories import make_organisation, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def calderbeck(cy):
    return make_organisation(coordinators=(cy,), name="Calderbeck", slug="calderbeck")


def test_the_list_is_public_and_finds_by_name_domain_and_country(client, calderbeck):
    make_organisation(name="Otago Polytechnic", country="NZ")
    EmailDomain.objects.create(organisation=calderbeck, domain="calderbeck.example")

    def found(query):
        page = client.get(f"/organisations/?{query}").content.decode()
        return [name for name in ("Calderbeck", "Otago Polytechnic") if f">{name}<" in page]

    assert found("") == ["Calderbeck", "Otago Polytechnic"]
    assert found("q=poly+ota") == ["Otago Polytechnic"]
    assert found("q=calderbeck.example") == ["Calderbeck"]
    assert found("country=NZ") == ["Otago Polytechnic"]
    assert found("q=nothing+like+it") == []
    assert found("page=99999999") == ["Calderbeck", "Otago Polytechnic"]


@pytest.mark.parametrize("number", [1, 3])
def test_lists_cost_the_same_whatever_their_length(number, ada, client_of, django_assert_num_queries):
    organisations = [
        make_organisation(*[make_person(field_audiences={"photo": "circle"}) for _each in range(number)], ada)
        for _each in range(number)
    ]
    client = client_of(ada)
    client.get("/organisations/")
    with django_assert_num_queries(6):
        client.get("/organisations/")
    with django_assert_num_queries(9):
        client.get(organisations[0].get_absolute_url())


def test_an_empty_list_offers_the_first_step(client, db):
    assert "No organisation yet" in client.get("/organisations/").content.decode()


def test_members_see_members_others_see_who_shows_it(ada, bo, eve, client_of):
    organisation = make_organisation(ada, bo)
    people_actions.set_field_audience(person=bo, by=bo, organisations="signed_in")

    def seen(viewer):
        page = client_of(viewer).get(organisation.get_absolute_url()).content.decode()
        return [person.name for person in (ada, bo) if person.name in page]

    assert seen(ada) == ["Ada Candidate", "Bo Assessor"]
    assert seen(eve) == ["Bo Assessor"]
    assert seen(None) == []
    people_actions.set_field_audience(person=bo, by=bo, name="public", organisations="public")
    assert seen(None) == ["Bo Assessor"]


def test_anyone_signed_in_puts_an_organisation_on_the_list(eve, client_of):
    answer = client_of(eve).post(
        "/organisations/new", {"name": "New Place", "country": "IE", "website": "new.example", "ror_id": ""}
    )
    organisation = Organisation.objects.get()
    assert answer["Location"] == "/organisations/new-place/manage"
    assert (organisation.website, organisation.memberships.get().is_coordinator) == (
        "https://new.example",
        True,
    )


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("name", " ", "required"),
        ("country", "XX", "valid choice"),
        ("ror_id", "03yrm5c27", "not a ROR id"),
        ("website", "javascript:x", "valid URL"),
    ],
)
def test_what_is_wrong_is_said_and_kept(eve, client_of, field, value, says):
    answer = client_of(eve).post("/organisations/new", {"name": "Typed", "country": "IE", field: value})
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not Organisation.objects.exists()


def test_who_may_not(calderbeck, ada, eve, client_of):
    actions._join(calderbeck, ada, way=Membership.Way.DOMAIN)
    domain = EmailDomain.objects.create(organisation=calderbeck, domain="calderbeck.example")
    invitation = actions.invite(
        organisation=calderbeck, email="x@example.org", by=calderbeck.memberships.first().person
    )
    gets = ["edit", "manage"]
    posts = [
        "edit",
        "invite",
        f"invitations/{invitation.pk}/withdraw",
        f"members/{ada.pk}",
        "domains",
        f"domains/{domain.pk}",
    ]
    for person in (ada, eve):
        client = client_of(person)
        assert [client.get(f"/organisations/calderbeck/{path}").status_code for path in gets] == [403] * len(
            gets
        )
        assert [
            client.post(f"/organisations/calderbeck/{path}", {"do": "remove"}).status_code for path in posts
        ] == [403] * len(posts)
    stranger = client_of(None)
    assert {stranger.get(f"/organisations/calderbeck/{path}").status_code for path in gets} == {302}
    assert {stranger.post(f"/organisations/calderbeck/{path}").status_code for path in posts} == {302}
    assert client_of(eve).post("/organisations/calderbeck/leave").status_code == 404
    assert client_of(eve).get("/organisations/nowhere/").status_code == 404
    assert (calderbeck.memberships.count(), EmailDomain.objects.count(), Invitation.objects.count()) == (
        2,
        1,
        1,
    )


def test_a_coordinator_does_not_reach_into_another_organisation(calderbeck, cy, bo, client_of):
    other = make_organisation(coordinators=(bo,))
    domain = EmailDomain.objects.create(organisation=other, domain="other.example")
    invitation = actions.invite(organisation=other, email="x@example.org", by=bo)
    client = client_of(cy)
    assert client.post(f"/organisations/calderbeck/domains/{domain.pk}", {"do": "remove"}).status_code == 404
    assert client.post(f"/organisations/calderbeck/invitations/{invitation.pk}/withdraw").status_code == 404
    assert client.post(f"/organisations/calderbeck/members/{bo.pk}", {"do": "remove"}).status_code == 404
    assert (EmailDomain.objects.count(), Invitation.objects.count(), other.memberships.count()) == (1, 1, 1)


def test_from_an_invitation_by_letter_to_membership(
    calderbeck, bo, eve, client_of, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        coordinator = calderbeck.memberships.get().person
        answer = client_of(coordinator).post("/organisations/calderbeck/invite", {"email": "bo@example.org"})
    assert answer.status_code == 302
    letter = mail.outbox[0]
    assert (letter.to, letter.subject) == (["bo@example.org"], "Cy Convener invites you to Calderbeck")
    link = re.search(r"/organisations/invitation/(\S+)", letter.body).group(0)
    assert client_of(None).get(link)["Location"].startswith("/account/login/?next=/organisations/invitation/")
    page = client_of(bo).get(link).content.decode()
    assert "Join Calderbeck?" in page
    assert not Membership.objects.filter(person=bo).exists()  # looking is not joining
    assert client_of(bo).post(link)["Location"] == "/organisations/calderbeck/"
    assert Membership.objects.filter(person=bo).exists()
    assert client_of(eve).post(link).status_code == 409
    assert "used already" in client_of(eve).get(link).content.decode()
    assert client_of(eve).get("/organisations/invitation/made-up").status_code == 404


def test_from_a_domain_by_a_letter_to_its_postmaster_to_verified(
    calderbeck, cy, client_of, django_capture_on_commit_callbacks
):
    people_actions.sign_up(email="x@calderbeck.example", name="X", verified=True)
    client = client_of(cy)
    client.post("/organisations/calderbeck/domains", {"domain": "calderbeck.example"})
    domain = EmailDomain.objects.get()
    address = f"/organisations/calderbeck/domains/{domain.pk}"
    with django_capture_on_commit_callbacks(execute=True):
        client.post(address, {"do": "send", "mailbox": "hostmaster"})
    letter = mail.outbox[0]
    assert letter.to == ["hostmaster@calderbeck.example"]
    code = re.search(r'<p class="code">(\d+)</p>', letter.alternatives[0].content).group(1)
    answer = client.post(address, {"do": "confirm", "code": "00000000" if code != "00000000" else "1"})
    assert answer.status_code == 422
    assert "not the code" in answer.content.decode()
    client.post(address, {"do": "confirm", "code": code})
    domain.refresh_from_db()
    assert domain.verified_at is not None
    assert "One person joined by it." in client.get("/organisations/calderbeck/manage").content.decode()
    assert client.post(address, {"do": "vouch"}).status_code == 403


def test_a_mailbox_that_is_not_offered_gets_no_letter(
    calderbeck, cy, client_of, django_capture_on_commit_callbacks
):
    domain = EmailDomain.objects.create(organisation=calderbeck, domain="calderbeck.example")
    with django_capture_on_commit_callbacks(execute=True):
        answer = client_of(cy).post(
            f"/organisations/calderbeck/domains/{domain.pk}", {"do": "send", "mailbox": "cy"}
        )
    assert answer.status_code == 409
    assert mail.outbox == []


def test_a_coordinator_names_and_releases_another(calderbeck, cy, ada, client_of):
    actions._join(calderbeck, ada, way=Membership.Way.DOMAIN)
    client = client_of(cy)
    client.post(f"/organisations/calderbeck/members/{ada.pk}", {"do": "name"})
    assert calderbeck.memberships.filter(is_coordinator=True).count() == 2
    answer = client.post(f"/organisations/calderbeck/members/{cy.pk}", {"do": "release"})
    assert answer["Location"] == "/organisations/calderbeck/"
    answer = client_of(ada).post(f"/organisations/calderbeck/members/{ada.pk}", {"do": "release"})
    assert answer.status_code == 409
    assert "without a coordinator" in answer.content.decode()


def test_any_name_is_shown_as_words(client_of, eve):
    organisation = make_organisation(
        name='<script>alert("x")</script> جامعة', website="https://x.example/?a=1&b=<2>", ror_id="03yrm5c26"
    )
    page = client_of(eve).get(organisation.get_absolute_url()).content.decode()
    assert "<script>alert" not in page
    assert "b=<2>" not in page
    assert "https://ror.org/03yrm5c26" in page


def test_a_large_organisation_is_shown_page_by_page(ada, bo, client_of):
    organisation = make_organisation(ada, coordinators=(bo,))
    people = Person.objects.bulk_create([Person(name=f"Member {each:03d}") for each in range(70)])
    Membership.objects.bulk_create([Membership(organisation=organisation, person=each) for each in people])
    first, second = (
        client_of(ada).get(f"{organisation.get_absolute_url()}?page={page}").content.decode()
        for page in (0, 1)
    )
    assert ("Member 000" in first, "Member 069" in first) == (True, False)
    assert ("Member 000" in second, "Member 069" in second) == (False, True)
    for page in (first, second):  # who is listed on another page belongs to it all the same
        assert "Leave this organisation" in page
        assert ">72<" in page
    assert (
        "Member 069" in client_of(bo).get(f"{organisation.get_absolute_url()}manage?page=1").content.decode()
    )
    assert client_of(ada).get(f"{organisation.get_absolute_url()}?page=99999").status_code == 200
