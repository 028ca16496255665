"""A hub of our own on loopback, and our side of WebSub towards it."""

import hashlib
import hmac
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from collegium.ecology import fetching, tasks, websub
from collegium.ecology.models import Fetch, Hub, Item, Source
from collegium.foundation import clock
from tests.ecology.factories import make_ecology, make_source
from tests.ecology.sites import RSS, rss

pytestmark = pytest.mark.django_db


@pytest.fixture
def hub_site(site):
    """Says 202 to whatever it is asked."""
    site.on_post = lambda _path, _body: (202, {}, b"")
    return site


@pytest.fixture
def source(hub_site, ada):
    return make_source(make_ecology(ada), feed_url=hub_site.feed())


def asked(site):
    return {name: values[0] for name, values in parse_qs(site.posted[-1][1].decode()).items()}


def confirm(client, hub, **changes):
    said = {
        "hub.mode": "subscribe",
        "hub.topic": hub.topic_url,
        "hub.challenge": "c-123",
        "hub.lease_seconds": "86400",
        **changes,
    }
    return client.get(f"/websub/{hub.callback}/", said)


def push(client, hub, body, signature=None, **headers):
    signed = signature or "sha256=" + hmac.new(hub.secret.encode(), body, hashlib.sha256).hexdigest()
    return client.post(
        f"/websub/{hub.callback}/", body, content_type=RSS, headers={"X-Hub-Signature": signed, **headers}
    )


def test_a_hub_that_a_feed_names_is_asked(hub_site, source):
    links = (
        f'<atom:link rel="hub" href="{hub_site.url}/hub"/><atom:link rel="self" href="{source.feed_url}"/>'
    )
    hub_site.feed(extra=links)
    outcome = fetching.fetch(source.pk)
    assert outcome.hub_urls == (f"{hub_site.url}/hub",)
    tasks.after(outcome)
    tasks.subscribe(source.pk, outcome.hub_urls[0], outcome.topic_url)
    hub = Hub.objects.get()
    said = asked(hub_site)
    assert (said["hub.mode"], said["hub.topic"]) == ("subscribe", source.feed_url)
    assert said["hub.callback"].endswith(f"/websub/{hub.callback}/")
    assert said["hub.secret"] == hub.secret
    assert len(hub.secret) <= 199  # the Recommendation: less than 200 bytes
    assert hub.state == Hub.State.ASKED


def test_headers_name_a_hub_too(hub_site, source):
    hub_site.feed(headers={"Link": f'<{hub_site.url}/hub>; rel="hub", <{hub_site.url}/topic>; rel="self"'})
    outcome = fetching.fetch(source.pk)
    assert (outcome.hub_urls, outcome.topic_url) == ((f"{hub_site.url}/hub",), f"{hub_site.url}/topic")


def test_the_hub_asks_back_and_what_it_grants_holds(hub_site, source, client):
    hub = websub.subscribe(source, f"{hub_site.url}/hub", source.feed_url)
    answer = confirm(client, hub)
    assert (answer.status_code, answer.content, answer["Content-Type"]) == (
        200,
        b"c-123",
        "text/plain; charset=utf-8",
    )
    hub.refresh_from_db()
    assert hub.state == Hub.State.VERIFIED
    assert timedelta(hours=23) < hub.lease_ends_at - clock.now() <= timedelta(days=1)


@pytest.mark.parametrize(
    "changes",
    [
        {"hub.topic": "https://other.example/"},
        {"hub.mode": "unsubscribe"},
        {"hub.mode": "nonsense"},
        {"hub.challenge": ""},
    ],
)
def test_what_we_did_not_ask_for_is_not_confirmed(hub_site, source, client, changes):
    hub = websub.subscribe(source, f"{hub_site.url}/hub", source.feed_url)
    assert confirm(client, hub, **changes).status_code == 404


def test_nobody_finds_an_address_that_they_do_not_know(client):
    assert client.get("/websub/no-such/").status_code == 404
    assert client.post("/websub/no-such/", b"x", content_type=RSS).status_code == 404


@pytest.mark.parametrize(
    ("seconds", "days"), [("1", 5 / 1440), ("999999999", 90), ("", 10), ("-5", 10), ("x" * 50, 10)]
)
def test_a_lease_is_as_long_as_the_hub_says_within_reason(hub_site, source, client, seconds, days):
    hub = websub.subscribe(source, f"{hub_site.url}/hub", source.feed_url)
    confirm(client, hub, **{"hub.lease_seconds": seconds})
    hub.refresh_from_db()
    assert abs(hub.lease_ends_at - clock.now() - timedelta(days=days)) < timedelta(minutes=1)


@pytest.fixture
def hub(hub_site, source, client):
    made = websub.subscribe(source, f"{hub_site.url}/hub", source.feed_url)
    confirm(client, made)
    made.refresh_from_db()
    return made


def test_what_the_hub_brings_flows_in_at_once_and_only_once(hub, source, client, hub_site):
    body = rss(posts=("New", "Newer"), home=hub_site.url).encode()
    assert push(client, hub, body).status_code == 202
    assert push(client, hub, body).status_code == 202
    assert Item.objects.count() == 2
    first, second = Fetch.objects.order_by("pk")
    assert (first.was_pushed, first.new, second.new) == (True, 2, 0)
    hub_site.feed(posts=("New", "Newer"))
    fetching.fetch(source.pk)
    assert Item.objects.count() == 2


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
def test_the_methods_of_the_recommendation_are_accepted(hub, client, method):
    body = rss(posts=("New",)).encode()
    signature = f"{method}={hmac.new(hub.secret.encode(), body, method).hexdigest()}"
    push(client, hub, body, signature)
    assert Item.objects.count() == 1


@pytest.mark.parametrize(
    "signature", ["", "sha256=", "sha256=00", "md5=00", "sha256", "=", "sha256=\u00e9", "sha1=" + "0" * 40]
)
def test_what_is_not_signed_by_the_hub_is_ignored_without_a_word(hub, client, signature):
    answer = client.post(
        f"/websub/{hub.callback}/",
        rss(posts=("New",)),
        content_type=RSS,
        headers={"X-Hub-Signature": signature},
    )
    assert answer.status_code == 202
    assert not Item.objects.exists()


def test_another_feeds_secret_signs_nothing_here(hub, client):
    body = rss(posts=("New",)).encode()
    signature = "sha256=" + hmac.new(b"another", body, hashlib.sha256).hexdigest()
    push(client, hub, body, signature)
    assert not Item.objects.exists()


def test_before_the_hub_has_asked_back_nothing_is_taken(hub_site, source, client):
    hub = websub.subscribe(source, f"{hub_site.url}/hub", source.feed_url)
    push(client, hub, rss(posts=("New",)).encode())
    assert not Item.objects.exists()


def test_what_cannot_be_read_lets_the_source_be_fetched_soon(hub, source, client):
    Source.objects.update(next_at=clock.now() + timedelta(days=3))
    assert push(client, hub, b"no feed at all").status_code == 202
    assert source in Source.objects.due()


def test_what_is_too_large_is_said_to_be(hub, client, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    assert push(client, hub, b"x" * 2000).status_code == 413


def test_with_a_hub_the_source_is_asked_seldom(hub, source, hub_site):
    hub_site.feed(posts=("A", "B", "C"))
    fetching.fetch(source.pk)
    source.refresh_from_db()
    assert source.next_at - clock.now() > timedelta(hours=22)


def test_a_hub_that_denies_is_not_asked_again_for_a_while(hub_site, source, client):
    hub = websub.subscribe(source, f"{hub_site.url}/hub", source.feed_url)
    answer = client.get(
        f"/websub/{hub.callback}/",
        {"hub.mode": "denied", "hub.topic": hub.topic_url, "hub.reason": "No such topic"},
    )
    assert answer.status_code == 200
    hub.refresh_from_db()
    assert (hub.state, hub.reason) == (Hub.State.DENIED, "No such topic")
    websub.subscribe(source, hub.hub_url, hub.topic_url)
    assert len(hub_site.posted) == 1
    with clock.moved_to(clock.now() + timedelta(days=8)):
        websub.subscribe(source, hub.hub_url, hub.topic_url)
    assert len(hub_site.posted) == 2


def test_a_hub_that_says_no_when_asked(hub_site, source):
    hub_site.on_post = lambda _path, _body: (422, {}, b"no such topic")
    websub.subscribe(source, f"{hub_site.url}/hub", source.feed_url)
    hub = Hub.objects.get()
    assert (hub.state, hub.reason) == (Hub.State.DENIED, "HTTP 422 no such topic")


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "ftp://hub.example/", "http://10.0.0.1/"])
def test_a_hub_that_leads_into_a_private_network_is_not_asked(source, url):
    websub.subscribe(source, url, source.feed_url)
    assert not Hub.objects.filter(state=Hub.State.VERIFIED).exists()


def test_a_lease_is_renewed_before_it_ends_with_the_same_address(hub, hub_site):
    tasks.renew_hubs()
    assert len(hub_site.posted) == 2  # it ends within a day
    again = asked(hub_site)
    assert urlsplit(again["hub.callback"]).path == f"/websub/{hub.callback}/"
    Hub.objects.update(lease_ends_at=clock.now() + timedelta(days=5))
    tasks.renew_hubs()
    assert len(hub_site.posted) == 2


def test_a_source_that_nobody_follows_is_taken_off_the_hub(hub, source, hub_site, client):
    Hub.objects.update(lease_ends_at=clock.now() + timedelta(days=5))
    Source.objects.update(state=Source.State.GONE)
    tasks.renew_hubs()
    assert asked(hub_site)["hub.mode"] == "unsubscribe"
    assert confirm(client, hub, **{"hub.mode": "unsubscribe"}).content == b"c-123"
    push(client, hub, rss(posts=("New",)).encode())
    assert not Item.objects.exists()
