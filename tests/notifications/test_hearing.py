"""What somebody hears of a community, chosen on its own page."""

import pytest
from django.urls import reverse

from collegium.communities import actions as communities
from collegium.conversations.models import Following, Level
from collegium.notifications.hearing import Hearing, hear, hearing
from collegium.notifications.models import MailingList
from collegium.people.models import Audience
from tests.communities.factories import make_community

pytestmark = pytest.mark.django_db


@pytest.fixture
def community(ada, cy):
    return make_community(ada, convener=cy, audience=Audience.PUBLIC)


def choose(client, community, of):
    return client.post(reverse("notifications:hear", kwargs={"forum_id": community.forum_id}), {"of": of})


def test_one_choice_sets_following_and_mailing_list(community, ada, client_of):
    client = client_of(ada)
    page = client.get(community.get_absolute_url()).content.decode()
    assert '<option value="replies" selected>' in page
    for of in Hearing:
        answer = choose(client, community, of)
        assert answer.url == community.get_absolute_url()
        assert hearing(ada, community.forum_id) == of
        assert f'<option value="{of}" selected>' in client.get(answer.url).content.decode()
        assert MailingList.objects.filter(person=ada, forum=community.forum).exists() == (of == "letters")
    hear(person=ada, forum=community.forum, of="letters")
    # Who asked for letters after “nothing” hears replies too.
    assert Following.objects.get(person=ada, forum=community.forum).level == Level.REPLIES


def test_only_members_choose_and_only_what_there_is(community, ada, eve, cy, client_of):
    assert choose(client_of(eve), community, "letters").status_code == 403
    assert "What you hear of it" not in client_of(eve).get(community.get_absolute_url()).content.decode()
    answer = choose(client_of(ada), community, "everything twice")
    assert "There is no such choice." in answer.content.decode()
    assert not MailingList.objects.exists()
    communities.edit(community=community, by=cy, audience=Audience.CIRCLE)
    assert choose(client_of(eve), community, "letters").status_code == 404
    communities.close(community=community, by=cy)
    assert "What you hear of it" not in client_of(ada).get(community.get_absolute_url()).content.decode()
