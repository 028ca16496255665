"""Who edits a newsletter of the whole house: found by name or address, named, released; never nobody."""

import pytest
from django.urls import reverse

from collegium.activity.models import Activity
from collegium.newsletters import rules
from collegium.people.models import Audience, CircleMember
from tests.factories import make_person
from tests.newsletters.factories import make_newsletter

pytestmark = pytest.mark.django_db


@pytest.fixture
def house(cy, ada):
    """Of the whole house; cy and ada edit it."""
    return make_newsletter(None, cy, ada, title="The house letter")


def at(newsletter):
    return reverse("newsletters:editors", args=[newsletter.slug])


def names(newsletter):
    return sorted(newsletter.editors.members.values_list("name", flat=True))


def do(client, newsletter, what, person):
    return client.post(at(newsletter), {"do": what, "person": person.pk})


def find(client, newsletter, words):
    response = client.post(at(newsletter), {"do": "find", "who": words})
    return response.status_code, response.content.decode()


@pytest.mark.parametrize("words", ["eve", "Stranger", "EVE STRANGER", "eve@example.org", "EVE@example.org"])
def test_somebody_is_found_by_name_or_address_and_named(words, house, cy, eve, client_of):
    client = client_of(cy)
    status, page = find(client, house, words)
    assert status == 200
    assert "One person is found." in page
    assert "Let Eve Stranger edit it" in page
    assert names(house) == ["Ada Candidate", "Cy Convener"], "finding names nobody"
    assert do(client, house, "add", eve).url == at(house)
    assert names(house) == ["Ada Candidate", "Cy Convener", "Eve Stranger"]
    assert Activity.objects.filter(verb="newsletter.editor_added", concerns__person=eve).count() == 1
    assert rules.may_edit(eve, house)
    assert "Eve Stranger" in client_of(eve).get(at(house)).content.decode()
    # Twice is once.
    do(client, house, "add", eve)
    assert CircleMember.objects.filter(circle=house.editors, person=eve).count() == 1


def test_who_edits_it_already_or_cannot_be_seen_is_not_found(house, cy, client_of):
    make_person(name="Hidden Hugh", email="hugh@example.org", name_audience=Audience.PRIVATE)
    client = client_of(cy)
    for words in ("ada", "hugh", "hugh@example.org", "nobody@example.org", "%", "x" * 254):
        status, page = find(client, house, words)
        assert status == 422, words
        assert "Nobody else whom you can see here" in page
    assert find(client, house, "")[0] == 422
    assert find(client, house, "y" * 300)[0] == 422


def test_nobody_hidden_is_named_by_guessing(house, cy, client_of):
    hugh = make_person(name="Hidden Hugh", name_audience=Audience.PRIVATE)
    client = client_of(cy)
    assert do(client, house, "add", hugh).status_code == 404
    for key in ("", "x", "-1", "0", "9" * 40):
        for what in ("add", "remove"):
            assert client.post(at(house), {"do": what, "person": key}).status_code == 404
    assert names(house) == ["Ada Candidate", "Cy Convener"]


def test_an_editor_is_released_and_the_last_one_stays(house, cy, ada, client_of):
    client = client_of(cy)
    assert "Release Ada Candidate" in client.get(at(house)).content.decode()
    assert do(client, house, "remove", ada).url == at(house)
    assert names(house) == ["Cy Convener"]
    assert client_of(ada).get(at(house)).status_code == 403
    page = client.get(at(house)).content.decode()
    assert "the last editor stays until another one is named" in page
    assert 'value="remove"' not in page
    refused = do(client, house, "remove", cy)
    assert refused.status_code == 409
    assert "name another editor first" in refused.content.decode()
    assert names(house) == ["Cy Convener"]
    assert do(client, house, "remove", ada).status_code == 404, "she is none any more"


def test_one_may_stop_editing_it_oneself(house, ada, client_of):
    client = client_of(ada)
    assert "Stop editing it" in client.get(at(house)).content.decode()
    assert do(client, house, "remove", ada).url == house.get_absolute_url()
    assert names(house) == ["Cy Convener"]


def test_a_site_administrator_finds_new_editors_for_one_that_has_lost_its_own(house, cy, eve, client_of):
    CircleMember.objects.filter(circle=house.editors).delete()
    administrator = make_person(name="Admin", is_staff=True)
    client = client_of(administrator)
    assert f'href="{at(house)}"' in client.get(house.get_absolute_url()).content.decode()
    page = client.get(at(house)).content.decode()
    assert "Nobody edits it" in page
    assert reverse("newsletters:desk", args=[house.slug]) not in page
    do(client, house, "add", eve)
    assert names(house) == ["Eve Stranger"]
    assert client.get(reverse("newsletters:desk", args=[house.slug])).status_code == 403
    assert at(house) not in client_of(cy).get(house.get_absolute_url()).content.decode()


def test_nobody_else_opens_or_changes_it(house, bo, eve, client_of):
    for stranger in (bo, eve):
        client = client_of(stranger)
        assert client.get(at(house)).status_code == 403
        assert do(client, house, "add", stranger).status_code == 403
        assert find(client, house, "ada")[0] == 403
    assert "login" in client_of(None).get(at(house)).url
    assert names(house) == ["Ada Candidate", "Cy Convener"]


def test_of_a_community_it_says_who_looks_after_it(newsletter, community, cy, ada, bo, client_of):
    client = client_of(cy)
    page = client.get(at(newsletter)).content.decode()
    assert "Those who look after what it draws from" in page
    assert community.title in page
    assert "Name another editor" not in page
    CircleMember.objects.create(circle=newsletter.editors, person=bo)
    for what, person in (("add", ada), ("remove", bo)):
        assert do(client, newsletter, what, person).status_code == 403
    assert client_of(ada).get(at(newsletter)).status_code == 403
    administrator = make_person(is_staff=True)
    assert client_of(administrator).get(at(newsletter)).status_code == 403


def test_one_that_one_may_not_read_is_not_there(community, eve, client_of):
    closed = make_newsletter(community, audience=Audience.CIRCLE)
    assert client_of(eve).get(at(closed)).status_code == 404


@pytest.mark.parametrize("number", [1, 3])
def test_it_asks_the_same_for_one_and_for_three(number, house, cy, client_of, django_assert_num_queries):
    for each in range(number):
        CircleMember.objects.create(circle=house.editors, person=make_person(name=f"Editor {each}"))
    client = client_of(cy)
    client.get(at(house))
    with django_assert_num_queries(8):
        client.get(at(house))
