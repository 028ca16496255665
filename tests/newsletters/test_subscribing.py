"""Subscribing with a confirmation, ending it by one click, and what is never told."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client

from collegium.activity.models import Activity
from collegium.foundation import clock, signing
from collegium.foundation.refusal import Refusal
from collegium.newsletters import actions, tasks, tokens
from collegium.newsletters.models import Delivery, Nomination, Subscription
from collegium.notifications.models import Bounce
from collegium.people import actions as people
from collegium.people.archive import EXPORTS
from collegium.people.erasure import what_goes, what_stays
from collegium.people.models import Audience
from tests.factories import make_person
from tests.newsletters.factories import make_issue, make_newsletter, make_subscription

pytestmark = pytest.mark.django_db

ADDRESS = "reader@example.org"


def link_in(letter, word: str) -> str:
    return next(line for line in letter.body.splitlines() if f"/newsletters/{word}/" in line).strip()


def token_in(letter, word: str) -> str:
    return link_in(letter, word).rstrip("/").rpartition("/")[2]


def asks(newsletter, email, happens, **options) -> bool:
    with happens():
        return actions.subscribe(newsletter=newsletter, email=email, **options)


def test_who_has_no_account_subscribes_by_confirming(newsletter, happens):
    assert asks(newsletter, f" {ADDRESS} ", happens) is False
    subscription = Subscription.objects.get()
    assert (subscription.state, subscription.person) == ("asked", None)
    letter = mail.outbox[0]
    assert letter.to == [ADDRESS]
    assert letter.subject == "Do you want to subscribe to Weekly news?"
    with happens():
        actions.confirm(token=token_in(letter, "confirm"))
    subscription.refresh_from_db()
    assert subscription.state == "confirmed"
    # Pressed twice, it is the same.
    actions.confirm(token=token_in(letter, "confirm"))
    assert Activity.objects.filter(verb="newsletter.subscribed").count() == 1


def test_nothing_goes_to_an_address_that_nobody_confirmed(newsletter, cy, happens):
    asks(newsletter, ADDRESS, happens)
    mail.outbox.clear()
    issue = make_issue(newsletter, cy, words="Words.")
    with happens():
        actions.send_now(issue=issue, by=cy)
    assert mail.outbox == []
    assert not Delivery.objects.exists()


def test_the_answer_is_the_same_whether_an_address_is_known_or_not(newsletter, ada, happens):
    make_subscription(newsletter, email="known@example.org")
    answers = {
        asks(newsletter, email, happens)
        for email in ("known@example.org", "new@example.org", ada.account.email, "KNOWN@example.org")
    }
    assert answers == {False}
    subjects = {letter.to[0]: letter.subject for letter in mail.outbox}
    assert subjects["known@example.org"] == "You subscribe to Weekly news"
    assert subjects["new@example.org"] == "Do you want to subscribe to Weekly news?"
    assert Subscription.objects.filter(email__iexact="known@example.org").count() == 1
    # It is theirs only once they have said so.
    assert Subscription.objects.get(email=ada.account.email).person is None


def test_a_letter_to_who_is_subscribed_holds_no_link_to_confirm(newsletter, happens):
    subscription = make_subscription(newsletter, email=ADDRESS)
    asks(newsletter, ADDRESS, happens)
    assert "/confirm/" not in mail.outbox[0].body
    with happens():
        actions.unsubscribe(token=token_in(mail.outbox[0], "unsubscribe"))
    subscription.refresh_from_db()
    assert (subscription.state, subscription.ended_how) == ("ended", "link")


def test_whoever_types_an_address_again_and_again_sends_it_few_letters(newsletter, happens):
    for _each in range(5):
        asks(newsletter, ADDRESS, happens)
    assert len(mail.outbox) == 1
    for hour in range(1, 10):
        with clock.moved_to(clock.now() + timedelta(hours=hour)):
            asks(newsletter, ADDRESS.upper(), happens)
    assert len(mail.outbox) == 3
    assert Subscription.objects.count() == 1


def test_many_newsletters_at_once_send_it_few_letters_too(newsletter, happens):
    for _each in range(8):
        asks(make_newsletter(), ADDRESS, happens)
    assert len(mail.outbox) == 5


def test_who_is_signed_in_subscribes_their_own_address_at_once(newsletter, ada, happens):
    assert asks(newsletter, "Ada@Example.org", happens, person=ada, language="de") is True
    subscription = Subscription.objects.get()
    assert (subscription.person, subscription.state, subscription.language) == (ada, "confirmed", "de")
    assert mail.outbox == []
    # Another address is asked as anybody's is.
    assert asks(newsletter, "other@example.org", happens, person=ada) is False
    assert mail.outbox[0].to == ["other@example.org"]


def test_an_unverified_address_is_nobodys(newsletter, happens):
    person = make_person(email="unproved@example.org", verified=False)
    assert asks(newsletter, "unproved@example.org", happens, person=person) is False
    assert Subscription.objects.get().person is None


def test_who_confirms_with_the_address_of_an_account_is_that_person(newsletter, ada, happens):
    asks(newsletter, ada.account.email, happens)
    actions.confirm(token=token_in(mail.outbox[0], "confirm"))
    assert Subscription.objects.get().person == ada


@pytest.mark.parametrize("audience", [Audience.SIGNED_IN, Audience.CIRCLE])
def test_what_is_not_public_goes_to_those_who_may_read_it(community, ada, eve, happens, audience):
    newsletter = make_newsletter(community, audience=audience)
    with pytest.raises(Refusal):
        actions.subscribe(newsletter=newsletter, email=ADDRESS)
    with pytest.raises(Refusal):
        actions.subscribe(newsletter=newsletter, email="other@example.org", person=ada)
    assert asks(newsletter, ada.account.email, happens, person=ada) is True
    if audience == Audience.CIRCLE:
        with pytest.raises(Refusal):
            actions.subscribe(newsletter=newsletter, email=eve.account.email, person=eve)


@pytest.mark.parametrize("typed", ["", "nobody", "a b@example.org", "x@", "a@b.org\nBcc: c@d.org"])
def test_what_is_no_address(newsletter, typed):
    with pytest.raises(Refusal, match="no e-mail address"):
        actions.subscribe(newsletter=newsletter, email=typed)


def test_a_closed_newsletter_takes_nobody(newsletter, cy, happens):
    asks(newsletter, ADDRESS, happens)
    actions.close_newsletter(newsletter=newsletter, by=cy)
    with pytest.raises(Refusal, match="closed"):
        actions.subscribe(newsletter=newsletter, email=ADDRESS)
    with pytest.raises(Refusal, match="closed"):
        actions.confirm(token=token_in(mail.outbox[0], "confirm"))


# Links ----------------------------------------------------------------------------------------------------------------


def test_a_link_to_confirm_runs_out_and_one_to_end_does_not_confirm(newsletter, happens):
    asks(newsletter, ADDRESS, happens)
    subscription = Subscription.objects.get()
    token = token_in(mail.outbox[0], "confirm")
    for wrong in (token[:-2], tokens.to_end(subscription), "x"):
        with pytest.raises(signing.LinkInvalid):
            actions.confirm(token=wrong)
    with clock.moved_to(clock.now() + timedelta(days=8)), pytest.raises(signing.LinkExpired):
        actions.confirm(token=token)
    with pytest.raises(signing.LinkInvalid):
        actions.unsubscribe(token=token)


def test_an_old_link_to_confirm_does_not_bring_back_who_ended_it(newsletter, happens):
    asks(newsletter, ADDRESS, happens)
    token = token_in(mail.outbox[0], "confirm")
    subscription = actions.confirm(token=token)
    actions.unsubscribe(token=tokens.to_end(subscription))
    with pytest.raises(Refusal, match="has ended"):
        actions.confirm(token=token)


def test_an_address_that_nobody_confirmed_is_forgotten(newsletter, happens):
    asks(newsletter, ADDRESS, happens)
    kept = make_subscription(newsletter)
    with clock.moved_to(clock.now() + timedelta(days=8)):
        tasks.forget_unconfirmed()
    assert list(Subscription.objects.all()) == [kept]
    with pytest.raises(signing.LinkInvalid):
        actions.confirm(token=token_in(mail.outbox[0], "confirm"))


def test_the_link_of_an_old_letter_ends_what_was_subscribed_to_anew(newsletter):
    first = make_subscription(newsletter, email=ADDRESS)
    old = tokens.to_end(first)
    actions.unsubscribe(token=old)
    second = make_subscription(newsletter, email=ADDRESS)
    with clock.moved_to(clock.now() + timedelta(days=3 * 365)):
        actions.unsubscribe(token=old)
    second.refresh_from_db()
    assert second.state == "ended"
    actions.unsubscribe(token=old)  # nothing more to end


def test_one_address_once_but_for_what_ended(newsletter):
    make_subscription(newsletter, email=ADDRESS, state="ended", ended_at=clock.now(), ended_how="link")
    make_subscription(newsletter, email=ADDRESS)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_subscription(newsletter, email=ADDRESS.upper())


def test_one_click_of_a_mail_program_ends_it_without_a_cookie(newsletter, cy, happens):
    """RFC 8058: a POST from elsewhere, with nothing but the address that stood in the letter."""
    make_subscription(newsletter, email=ADDRESS)
    issue = make_issue(newsletter, cy, words="Words.")
    with happens():
        actions.send_now(issue=issue, by=cy)
    headers = mail.outbox[0].extra_headers
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    stop = headers["List-Unsubscribe"].strip("<>")
    path = "/" + stop.partition("://")[2].partition("/")[2]
    client = Client(enforce_csrf_checks=True)
    assert client.get(path).status_code == 200
    assert Subscription.objects.get().state == "confirmed"  # whoever only looks ends nothing
    answer = client.post(path, {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    subscription = Subscription.objects.get()
    assert (subscription.state, subscription.ended_how) == ("ended", "link")


# Letters that come back -----------------------------------------------------------------------------------------------


def test_letters_that_come_back_end_it(newsletter, cy, happens):
    gone, stays = make_subscription(newsletter, email="Gone@example.org"), make_subscription(newsletter)
    issue = make_issue(newsletter, cy, words="Words.")
    with happens():
        actions.send_now(issue=issue, by=cy)
    Bounce.objects.create(address="gone@example.org", stopped_at=clock.now())
    Bounce.objects.create(address=stays.email, count=1)  # once, for the time being
    tasks.end_what_came_back()
    gone.refresh_from_db()
    stays.refresh_from_db()
    assert (gone.state, gone.ended_how, stays.state) == ("ended", "bounced", "confirmed")
    assert gone.deliveries.get().state == "bounced"


def test_who_subscribes_anew_is_asked_and_shows_that_letters_arrive(newsletter, happens):
    Bounce.objects.create(address=ADDRESS, stopped_at=clock.now())
    asks(newsletter, ADDRESS, happens)
    actions.confirm(token=token_in(mail.outbox[0], "confirm"))
    assert not Bounce.objects.exists()
    tasks.end_what_came_back()
    assert Subscription.objects.get().state == "confirmed"


def test_an_own_address_from_which_letters_come_back_is_asked_too(newsletter, ada, happens):
    Bounce.objects.create(address=ada.account.email, stopped_at=clock.now())
    assert asks(newsletter, ada.account.email, happens, person=ada) is False
    assert Subscription.objects.get().state == "asked"
    actions.confirm(token=token_in(mail.outbox[0], "confirm"))
    assert (Subscription.objects.get().person, Bounce.objects.count()) == (ada, 0)


# Leaving --------------------------------------------------------------------------------------------------------------


def test_everything_of_mine_names_my_subscriptions_and_nominations(newsletter, ada, bo):
    make_subscription(newsletter, person=ada)
    make_subscription(
        newsletter, email=ada.account.email.upper(), state="ended", ended_at=clock.now(), ended_how="link"
    )
    make_subscription(newsletter, person=bo)
    actions.nominate(newsletter=newsletter, by=ada, url="https://example.org/", title="A page", why="Good.")
    facts, files = EXPORTS["newsletters"].hand_over(ada)
    assert [(each["newsletter"], each["state"]) for each in facts["subscriptions"]] == [
        ("Weekly news", "confirmed"),
        ("Weekly news", "ended"),
    ]
    assert facts["nominations"][0]["why"] == "Good."
    assert list(files) == []


def test_who_leaves_takes_their_subscriptions_along(newsletter, community, ada, bo, cy, happens):
    ada.name_audience = Audience.PUBLIC
    ada.save()
    make_subscription(newsletter, person=ada)
    asked = make_subscription(newsletter, email="second@example.org")
    ada.account.emailaddress_set.create(email="second@example.org", verified=True)
    others = make_subscription(newsletter, person=bo)
    actions.nominate(newsletter=newsletter, by=ada, url="https://example.org/", title="A page", why="Mine.")
    with clock.moved_to(clock.now() + timedelta(seconds=1)):
        first = make_issue(newsletter, cy, words="Welcome.")
        with happens():
            actions.send_now(issue=first, by=cy)
    first.refresh_from_db()
    second = actions.draft_issue(newsletter=newsletter, by=cy, at=clock.now() + timedelta(seconds=2))
    second.entries.create(
        section=second.sections.first(), title=ada.name, known_by=f"person {ada.pk}", person=ada
    )
    assert "2 newsletters" in " ".join(what_goes(ada))
    assert any("welcomed you by name" in each for each in what_stays(ada))
    people.erase(person=ada, by=ada)
    assert list(Subscription.objects.all()) == [others]
    assert asked.email not in str(list(Subscription.objects.values_list("email", flat=True)))
    nomination = Nomination.objects.get()
    assert (nomination.nominated_by, nomination.why, nomination.title) == (None, "", "A page")
    assert not second.entries.exists()
    assert ada.pk  # what was sent says what it said, and ``what_stays`` told so
    first.refresh_from_db()
    assert first.sha256
