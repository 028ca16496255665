"""A closed community opens again: who may, what comes back, what does not."""

import pytest
from django.urls import reverse

from collegium.activity.models import Activity
from collegium.communities import actions
from collegium.conversations import actions as conversations
from collegium.conversations import rules as conversation_rules
from collegium.foundation.refusal import Refusal
from collegium.people.models import Audience
from tests.communities.factories import make_community
from tests.factories import make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def closed(ada, cy):
    community = make_community(ada, convener=cy, audience=Audience.CIRCLE)
    conversations.start_thread(forum=community.forum, by=ada, title="A question", html="<p>Who knows?</p>")
    actions.invite(community=community, by=cy, email="guest@example.org")
    return actions.close(community=community, by=cy)


def test_what_comes_back_is_said_before_and_comes_back(closed, ada, cy, client_of):
    address = reverse("communities:reopen", kwargs={"slug": closed.slug})
    assert address in client_of(cy).get(closed.get_absolute_url()).content.decode()
    assert address not in client_of(ada).get(closed.get_absolute_url()).content.decode()
    said = client_of(cy).get(address).content.decode()
    for words in (
        "Its 2 members",
        "Its one thread",
        "One post that nobody had answered",
        "they were taken back",
    ):
        assert words in said
    closed.refresh_from_db()
    assert closed.closed_at is not None  # looking changes nothing
    assert client_of(cy).post(address).url == closed.get_absolute_url()
    closed.refresh_from_db()
    assert closed.closed_at is None
    assert closed.code_closed_at is not None
    assert not closed.invitations.open().exists()
    assert conversation_rules.standing(ada, closed.forum).may_post
    assert Activity.objects.filter(verb="community.reopened", actor=cy).count() == 1


def test_a_site_administrator_may_others_may_not(closed, ada, eve, client_of):
    address = reverse("communities:reopen", kwargs={"slug": closed.slug})
    keeper = make_person(name="Keeper", is_staff=True)
    assert client_of(eve).get(address).status_code == client_of(eve).post(address).status_code == 404
    assert client_of(ada).get(address).status_code == client_of(ada).post(address).status_code == 403
    with pytest.raises(Refusal):
        actions.reopen(community=closed, by=ada)
    assert client_of(keeper).get(address).status_code == 200
    assert client_of(keeper).post(address).url == reverse("communities:list")
    closed.refresh_from_db()
    assert closed.closed_at is None
    assert client_of(keeper).post(address).status_code == 403  # it is open
