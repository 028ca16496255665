"""An issue through a real Postfix into mailboxes: asked for, confirmed, sent, ended by one click, and come back."""

from email.header import decode_header, make_header

import pytest
from django.test import Client
from lxml import html as markup

from collegium.newsletters import actions, tasks
from collegium.newsletters.models import Issue, Subscription
from collegium.notifications import addresses
from tests.newsletters.factories import make_issue, make_subscription

pytestmark = [pytest.mark.mail, pytest.mark.django_db(transaction=True)]

SITE = "https://collegium.test"


def path_of(address: str) -> str:
    return address.strip().strip("<>").removeprefix(SITE)


def text_of(letter) -> str:
    return letter.get_body(("plain",)).get_content()


def link_in(letter, word: str) -> str:
    return path_of(next(line for line in text_of(letter).splitlines() if f"/newsletters/{word}/" in line))


def test_from_asking_to_ending_in_a_mailbox(house, postfix, mailboxes, newsletter, cy):
    client = Client(enforce_csrf_checks=False)
    client.post(f"/newsletters/{newsletter.slug}/subscribe", {"email": "reader@example.org"})
    _from, to, asked = mailboxes.next()
    assert to == "reader@example.org"
    assert asked["Subject"] == "Do you want to subscribe to Weekly news?"
    assert client.get(link_in(asked, "confirm")).status_code == 200
    client.post(link_in(asked, "confirm"))
    assert Subscription.objects.get().state == "confirmed"

    issue = make_issue(newsletter, cy, words="Grüße aus dem Seminar: “ready?”")
    actions.send_now(issue=issue, by=cy)
    returns_to, to, letter = mailboxes.next()
    assert to == "reader@example.org"
    assert addresses.read(returns_to) == addresses.CameBack("reader@example.org")
    issue.refresh_from_db()
    assert issue.state == Issue.State.SENT
    assert str(make_header(decode_header(letter["Subject"]))) == f"Weekly news: {issue.title}"
    assert letter["List-Id"] == '"Weekly news" <weekly-news.newsletters.collegium.test>'
    assert letter["List-Archive"] == f"<{SITE}/newsletters/weekly-news/>"
    assert letter["Message-ID"].startswith(f"<issue-{issue.pk}.")
    assert [part.get_content_type() for part in letter.iter_parts()] == ["text/plain", "text/html"]
    assert "Grüße aus dem Seminar: “ready?”" in text_of(letter)
    page = markup.fromstring(letter.get_body(("html",)).get_content())
    assert page.findtext(".//h1") == issue.title
    assert page.find(".//h1").get("style")
    # One click of the mail program: what it sends is what the header says, and no cookie.
    stop = path_of(letter["List-Unsubscribe"])
    field, _equals, value = letter["List-Unsubscribe-Post"].partition("=")
    assert stop == link_in(letter, "unsubscribe")
    assert Client(enforce_csrf_checks=True).post(stop, {field: value}).status_code == 200
    assert Subscription.objects.get().state == "ended"

    tasks.send_what_was_left()
    second = make_issue(newsletter, cy, words="Another week.")
    actions.send_now(issue=second, by=cy)
    tasks.send_what_was_left()
    assert mailboxes.letters.empty()


def test_what_comes_back_ends_the_subscription(house, postfix, mailboxes, open_door, answers, newsletter, cy):
    open_door()
    gone, stays = (make_subscription(newsletter, email=f"{name}@example.org") for name in ("gone", "stays"))
    issue = make_issue(newsletter, cy, words="Hello.")
    actions.send_now(issue=issue, by=cy)
    _from, to, _letter = mailboxes.next()
    assert to == "stays@example.org"
    assert answers().startswith("250"), postfix.log()
    tasks.end_what_came_back()
    gone.refresh_from_db()
    stays.refresh_from_db()
    assert (gone.state, gone.ended_how, stays.state) == ("ended", "bounced", "confirmed")
    assert gone.deliveries.get().state == "bounced"
