"""Subscribing and leaving by the pages, with an account and without."""

import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from collegium.newsletters import tokens
from collegium.newsletters.models import Subscription
from collegium.people.models import Audience
from tests.newsletters.factories import make_newsletter, make_subscription

pytestmark = pytest.mark.django_db
State = Subscription.State


def states(newsletter):
    return dict(Subscription.objects.filter(newsletter=newsletter).values_list("email", "state"))


def subscribe(client, newsletter, **typed):
    return client.post(reverse("newsletters:subscribe", args=[newsletter.slug]), typed)


def path_in_the_letter(what):
    return re.search(rf"https?://[^/\s]+(/newsletters/{what}/\S+)", mail.outbox[-1].body).group(1)


def test_a_stranger_subscribes_confirms_and_leaves_by_one_click(newsletter, happens, client_of):
    stranger = client_of(None)
    with happens():
        answer = subscribe(stranger, newsletter, email="Reader@Example.org", name="")
    assert "Look into your mail" in stranger.get(answer.url).content.decode()
    assert states(newsletter) == {"Reader@Example.org": State.ASKED}
    confirm = path_in_the_letter("confirm")
    assert "Yes, subscribe me" in stranger.get(confirm).content.decode()
    assert states(newsletter) == {
        "Reader@Example.org": State.ASKED
    }  # a mail program that follows links changes nothing
    assert "You are subscribed" in stranger.post(confirm).content.decode()
    assert "You are subscribed" in stranger.get(confirm).content.decode()
    assert states(newsletter) == {"Reader@Example.org": State.CONFIRMED}
    stop = reverse("newsletters:unsubscribe", args=[tokens.to_end(Subscription.objects.get())])
    assert "Unsubscribe from" in stranger.get(stop).content.decode()
    assert states(newsletter) == {"Reader@Example.org": State.CONFIRMED}
    program = Client(enforce_csrf_checks=True)
    assert program.post(stop, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert states(newsletter) == {"Reader@Example.org": State.ENDED}
    assert "You are unsubscribed" in stranger.get(stop).content.decode()
    assert program.post(stop, {"List-Unsubscribe": "One-Click"}).status_code == 200  # safe to repeat


def test_leaving_by_mistake_asks_anew_and_begins_nothing(newsletter, happens, client_of):
    ended = make_subscription(newsletter, email="reader@example.org")
    stop = reverse("newsletters:unsubscribe", args=[tokens.to_end(ended)])
    client = client_of(None)
    client.post(stop)
    with happens():
        assert "Look into your mail" in client.post(stop, {"do": "again"}).content.decode()
    assert sorted(Subscription.objects.values_list("state", flat=True)) == [State.ASKED, State.ENDED]
    assert mail.outbox[-1].to == ["reader@example.org"]


def test_a_program_that_fills_in_everything_sends_nobody_a_letter(newsletter, happens, client_of):
    with happens():
        answer = subscribe(client_of(None), newsletter, email="victim@example.org", name="Cheap pills")
    assert answer.status_code == 302
    assert (states(newsletter), mail.outbox) == ({}, [])


@pytest.mark.parametrize(
    "email",
    ["", "x", "a@b", "a b@example.org", "x" * 300 + "@example.org", "a@example.org\nBcc: b@example.org"],
)
def test_what_is_no_address_is_said_at_the_field(email, newsletter, client_of):
    answer = subscribe(client_of(None), newsletter, email=email, name="")
    assert answer.status_code == 422
    assert "error-summary" in answer.content.decode()
    assert (states(newsletter), mail.outbox) == ({}, [])


def test_what_is_said_does_not_tell_whether_an_address_is_known(newsletter, happens, client_of):
    make_subscription(newsletter, email="known@example.org")
    said = []
    for email in ("known@example.org", "fresh@example.org"):
        client = client_of(None)
        with happens():
            answer = subscribe(client, newsletter, email=email, name="")
        said.append(
            (answer.status_code, client.get(answer.url).content.decode().count("asks whether it was you"))
        )
    assert said[0] == said[1]


def test_too_many_letters_from_one_place_are_not_asked_for(newsletter, client_of):
    answers = [
        subscribe(client_of(None), newsletter, email=f"r{each}@example.org", name="").status_code
        for each in range(21)
    ]
    assert (answers[19], answers[20]) == (302, 429)


def test_who_has_an_account_subscribes_with_one_press_and_leaves(newsletter, ada, client_of):
    client = client_of(ada)
    subscribe(client, newsletter)
    assert states(newsletter) == {"ada@example.org": State.CONFIRMED}
    assert "You get it by e-mail" in client.get(newsletter.get_absolute_url()).content.decode()
    assert "Weekly news" in client.get(reverse("newsletters:mine")).content.decode()
    subscribe(client, newsletter, do="end", **{"from": "mine"})
    assert states(newsletter) == {"ada@example.org": State.ENDED}
    assert "You get none" in client.get(reverse("newsletters:mine")).content.decode()


def test_nobody_subscribes_to_what_they_may_not_read(community, eve, client_of):
    closed = make_newsletter(community, audience=Audience.CIRCLE)
    inner = make_newsletter(community, audience=Audience.SIGNED_IN)
    assert subscribe(client_of(eve), closed).status_code == 404
    assert subscribe(client_of(None), inner, email="x@example.org").status_code == 404
    assert subscribe(client_of(eve), inner).status_code == 302


@pytest.mark.parametrize("name", ["confirm", "unsubscribe"])
@pytest.mark.parametrize("token", ["nonsense", "a:b:c", "x" * 2000, "é"])
def test_links_that_lead_nowhere_say_so(name, token, db, client_of):
    client = client_of(None)
    where = reverse(f"newsletters:{name}", args=[token])
    assert {client.get(where).status_code, client.post(where).status_code} == {404}
    assert "leads nowhere" in client.get(where).content.decode()


def test_a_link_that_confirms_ends_nothing_and_the_other_way_round(newsletter, client_of):
    asked = make_subscription(newsletter, state=State.ASKED, confirmed_at=None)
    client = client_of(None)
    assert client.post(reverse("newsletters:unsubscribe", args=[tokens.to_confirm(asked)])).status_code == 404
    assert client.post(reverse("newsletters:confirm", args=[tokens.to_end(asked)])).status_code == 404
    asked.refresh_from_db()
    assert asked.state == State.ASKED


def test_what_else_comes_to_an_address_is_managed_by_the_same_link(community, newsletter, client_of):
    mine = make_subscription(newsletter, email="reader@example.org")
    other = make_newsletter(community, title="Another of ours")
    inner = make_newsletter(community, title="Of the inner circle", audience=Audience.CIRCLE)
    make_subscription(other, email="READER@example.org")
    make_subscription(inner, email="reader@example.org")
    stop = reverse("newsletters:unsubscribe", args=[tokens.to_end(mine)])
    client = client_of(None)
    said = client.get(stop).content.decode()
    assert "Another of ours" in said
    assert "Of the inner circle" not in said  # letters are passed on
    client.post(stop, {"newsletter": other.pk})
    assert states(other) == {"READER@example.org": State.ENDED}
    assert states(newsletter) == {"reader@example.org": State.CONFIRMED}
    client.post(stop, {"newsletter": inner.pk})
    assert states(inner) == {"reader@example.org": State.CONFIRMED}


def test_pages_of_links_are_kept_by_nobody(newsletter, client_of):
    mine = make_subscription(newsletter)
    answer = client_of(None).get(reverse("newsletters:unsubscribe", args=[tokens.to_end(mine)]))
    assert "no-store" in answer["Cache-Control"]
    assert "noindex" in answer.content.decode()
