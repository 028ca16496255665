"""Recordings and films that lie elsewhere, on the page of a resource: what plays, from where, and for whom."""

import pytest

from collegium.ecology import media
from collegium.ecology.actions import library
from collegium.ecology.models import Enclosure, Resource
from collegium.foundation import clock
from collegium.people.models import Audience
from tests.ecology.factories import make_ecology, make_flow, make_item, make_source

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf(ada):
    return make_ecology(ada, audience=Audience.PUBLIC, title="The shelf")


def keep(ecology, by, address):
    return library.keep(ecology=ecology, by=by, csl={"type": "speech", "title": "A talk", "URL": address})


def seen(client, resource, play=""):
    response = client.get(resource.get_absolute_url(), {"play": play} if play else None)
    assert response.status_code == 200
    return response.content.decode(), response["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("address", "element"),
    [
        ("https://cast.example/One.MP3?from=feed", "audio"),
        ("https://cast.example/one.ogg", "audio"),
        ("https://film.example/one.webm#t=20", "video"),
        ("http://cast.example/one.mp3", None),
        ("https://cast.example/one.mp3/about", None),
        ("https://page.example/", None),
        ("https://page.example/picture.png", None),
        ("https:///one.mp3", None),
        ("https://[broken/one.mp3", None),
        ("javascript:alert(1)//one.mp3", None),
        ("", None),
    ],
)
def test_a_recording_is_known_by_the_end_of_its_address(address, element):
    found = media.at(address, "A talk")
    assert (found.element if found else None) == element


def test_what_a_resource_leads_to_is_played_where_one_asks_for_it(shelf, ada, client_of):
    resource = keep(shelf, ada, "https://cast.example/one.mp3")
    client = client_of(None)
    page, policy = seen(client, resource)
    assert "Play it from cast.example" in page
    assert "<audio" not in page
    assert "https:" not in policy
    page, policy = seen(client, resource, "link")
    assert 'controls preload="none" src="https://cast.example/one.mp3"' in page
    assert "media-src 'self' blob: https:" in policy
    page, policy = seen(client, resource, "99")
    assert "<audio" not in page
    assert "https:" not in policy


def test_what_came_with_an_item_is_played_on_what_was_kept_of_it(shelf, ada, client_of):
    item = make_item(make_source(shelf), title="Episode one", url="https://cast.example/1")
    sound = Enclosure.objects.create(item=item, url="https://cdn.example/1.mp3", media_type="audio/mpeg")
    Enclosure.objects.create(item=item, url="https://cdn.example/1.jpg", media_type="image/jpeg")
    resource = keep(shelf, ada, "https://cast.example/1")
    Resource.objects.filter(pk=resource.pk).update(item=item)
    page, _policy = seen(client_of(None), resource)
    assert "Play it from cdn.example" in page
    assert "1.jpg" not in page
    page, _policy = seen(client_of(None), resource, str(sound.pk))
    assert 'src="https://cdn.example/1.mp3"' in page


def test_what_only_members_may_hear_is_not_told_to_others(shelf, ada, eve, client_of):
    closed = make_ecology(ada, title="Closed")
    item = make_item(make_source(closed), title="Among us")
    Enclosure.objects.create(item=item, url="https://cdn.example/secret.mp3", media_type="audio/mpeg")
    resource = keep(shelf, ada, "https://cast.example/1")
    Resource.objects.filter(pk=resource.pk).update(item=item)
    assert "secret.mp3" in seen(client_of(ada), resource)[0]
    for stranger in (eve, None):
        assert "secret.mp3" not in seen(client_of(stranger), resource)[0]
    make_flow(shelf, item)
    assert "secret.mp3" in seen(client_of(None), resource)[0]


def test_an_address_is_offered_once_and_not_where_it_is_broken(shelf, ada, client_of):
    item = make_item(make_source(shelf), title="Episode one")
    Enclosure.objects.create(item=item, url="https://cdn.example/1.mp3", media_type="audio/mpeg")
    resource = keep(shelf, ada, "https://cdn.example/1.mp3")
    Resource.objects.filter(pk=resource.pk).update(item=item)
    assert seen(client_of(None), resource)[0].count("Play it from cdn.example") == 1
    rotten = keep(shelf, ada, "https://gone.example/2.mp3")
    Resource.objects.filter(pk=rotten.pk).update(link_failing_since=clock.now(), link_finding="Gone.")
    page, policy = seen(client_of(None), rotten, "link")
    assert "<audio" not in page
    assert "https:" not in policy


@pytest.mark.parametrize("number", [1, 3])
def test_a_resource_with_recordings_asks_no_more_than_a_page_may(
    number, shelf, ada, client_of, django_assert_max_num_queries
):
    item = make_item(make_source(shelf), title="Episode one")
    for each in range(number):
        address = f"https://cdn.example/{each}.mp3"
        Enclosure.objects.create(item=item, url=address, media_type="audio/mpeg")
    resource = keep(shelf, ada, "https://cast.example/1")
    Resource.objects.filter(pk=resource.pk).update(item=item)
    client = client_of(ada)
    seen(client, resource)
    with django_assert_max_num_queries(11):
        assert seen(client, resource)[0].count("Play it from") == number
