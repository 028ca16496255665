"""Real letters through a real Postfix: out to somebody's mailbox, in by LMTP, and back when they cannot be delivered."""

import asyncio
import queue
import smtplib
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from aiosmtpd.lmtp import LMTP

from collegium.conversations import actions as conversations
from collegium.conversations.models import Post
from collegium.notifications import actions, addresses, inbound
from collegium.notifications.models import Bounce, InboundMail
from tests.conversations.factories import make_forum, make_post, make_thread
from tests.notifications.postfix import PATIENCE, Postfix, in_background

pytestmark = [pytest.mark.mail, pytest.mark.django_db(transaction=True)]

REPLY, OUTSIDE = "reply.test", "example.org"


class Mailboxes:
    """Where letters to people arrive; those to ``gone`` are refused."""

    def __init__(self) -> None:
        self.letters: queue.Queue[tuple[str, str, bytes]] = queue.Queue()

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if address.startswith("gone@"):
            return "550 5.1.1 There is nobody of that name"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        for to in envelope.rcpt_tos:
            self.letters.put((envelope.mail_from, to, envelope.content))
        return "\r\n".join(["250 OK"] * len(envelope.rcpt_tos))

    def next(self):
        sender, to, raw = self.letters.get(timeout=PATIENCE)
        return sender, to, message_from_bytes(raw, policy=policy.default)


async def _keep(mailboxes, port, stop, ready):
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: LMTP(mailboxes, hostname="outside.test", loop=loop), "127.0.0.1", port
    )
    ready.set()
    async with server:
        await asyncio.to_thread(stop.wait)


@pytest.fixture
def postfix():
    made = Postfix(reply_domain=REPLY, outside=OUTSIDE)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def mailboxes(postfix):
    kept, stop, ready = Mailboxes(), threading.Event(), threading.Event()
    thread = in_background(lambda: asyncio.run(_keep(kept, postfix.sink, stop, ready)))
    assert ready.wait(PATIENCE)
    yield kept
    stop.set()
    thread.join(PATIENCE)


@pytest.fixture
def answers(monkeypatch):
    """What our door answered for each letter, in order: what the tests wait for."""
    given: queue.Queue[str] = queue.Queue()
    receive = inbound._receive

    def watched(*letter):
        answer = receive(*letter)
        given.put(answer)
        return answer

    monkeypatch.setattr(inbound, "_receive", watched)
    return lambda: given.get(timeout=PATIENCE)


@pytest.fixture
def open_door(postfix, answers):
    """``open_door()``: from now on letters are taken."""
    stop = threading.Event()
    threads = []

    def opens():
        ready = threading.Event()
        listen = f"127.0.0.1:{postfix.lmtp}"
        threads.append(in_background(lambda: inbound.serve(listen, stop, ready=ready)))
        assert ready.wait(PATIENCE)

    yield opens
    stop.set()
    for thread in threads:
        thread.join(PATIENCE)


@pytest.fixture
def house(settings, postfix):
    """Our letters go out by this Postfix."""
    settings.REPLY_DOMAIN = REPLY
    settings.SITE_URL = "https://collegium.test"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", postfix.smtp
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.DEFAULT_FROM_EMAIL = "Collegium <noreply@collegium.test>"


@pytest.fixture
def forum(ada, bo):
    return make_forum(ada, bo, title="Calderbeck Circle")


def send(postfix, message, *, to, sender="bo@example.org"):
    with smtplib.SMTP("127.0.0.1", postfix.smtp, timeout=PATIENCE) as server:
        server.send_message(message, from_addr=sender, to_addrs=[to])


def test_a_post_goes_out_as_a_letter_its_answer_comes_in_as_a_post_and_is_confirmed(
    house, postfix, mailboxes, open_door, answers, forum, ada, bo
):
    open_door()
    actions.set_mailing_list(person=bo, forum=forum, on=True)
    thread = make_thread(forum, ada, title="Rubrics", html="<p>Who uses <b>rubrics</b>? Grüße</p>")

    returns_to, to, letter = mailboxes.next()
    assert to == "bo@example.org"
    assert addresses.read(returns_to) == addresses.CameBack("bo@example.org")
    assert letter["From"].addresses[0].display_name == "Ada Candidate via Calderbeck Circle"
    assert letter["Subject"] == "[Calderbeck Circle] Rubrics"
    assert letter["List-Id"] == f'"Calderbeck Circle" <forum-{forum.pk}.collegium.test>'
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert letter["List-Unsubscribe"].strip().startswith("<https://collegium.test/notifications/stop/")
    assert "Who uses rubrics? Grüße" in letter.get_body(("plain",)).get_content()
    assert "<b>rubrics</b>" in letter.get_body(("html",)).get_content().replace("strong>", "b>")

    answer = EmailMessage()
    answer["From"] = "Bo <bo@example.org>"
    answer["To"] = letter["Reply-To"]
    answer["Subject"] = f"Re: {letter['Subject']}"
    answer["Message-ID"] = "<answer-1@example.org>"
    answer["In-Reply-To"] = answer["References"] = letter["Message-ID"]
    answer.set_content(
        "I do, schön!\n\nOn Mon, 2 Nov 2026 at 10:00, Ada via Calderbeck Circle wrote:\n> Who uses rubrics?\n-- \nBo\n"
    )
    send(postfix, answer, to=letter["Reply-To"])
    assert answers().startswith("250"), postfix.log()
    post = thread.posts.order_by("-pk").first()
    assert (post.html, post.author, post.via) == ("<p>I do, schön!</p>", bo, "mail")
    assert post.reply_to == thread.posts.order_by("pk").first()

    got = {to: letter for _from, to, letter in (mailboxes.next(), mailboxes.next())}
    assert got["bo@example.org"]["Subject"] == "Posted: Rubrics"
    told = got["ada@example.org"]
    assert told["In-Reply-To"] == letter["Message-ID"]
    assert "I do, schön!" in told.get_body(("plain",)).get_content()

    # Bo's program answers by itself, and a server on the way delivers the answer a second time: nothing more happens.
    send(postfix, answer, to=letter["Reply-To"])
    assert answers().startswith("250")
    away = EmailMessage()
    away["From"], away["To"], away["Subject"] = "bo@example.org", letter["Reply-To"], "I am away"
    away["Auto-Submitted"] = "auto-replied"
    away.set_content("until Monday")
    send(postfix, away, to=letter["Reply-To"], sender="")
    assert answers().startswith("250")
    assert thread.posts.count() == 2
    assert sorted(InboundMail.objects.values_list("outcome", flat=True)) == ["dropped", "posted"]
    assert mailboxes.letters.empty()


def test_a_letter_waits_at_the_mail_server_while_we_are_away(
    house, postfix, open_door, answers, forum, ada, bo, settings
):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    thread = make_thread(forum, ada)
    answer = EmailMessage()
    answer["From"], answer["Subject"], answer["Message-ID"] = "bo@example.org", "Re", "<late@example.org>"
    answer.set_content("Better late.")
    send(postfix, answer, to=addresses.reply_address("reply", bo.pk, thread.pk))
    assert not Post.objects.filter(author=bo).exists()
    open_door()
    postfix.flush()
    assert answers().startswith("250")
    assert Post.objects.get(author=bo).message_id == "<late@example.org>"


def test_a_letter_that_cannot_be_delivered_comes_back_and_no_other_follows(
    house, postfix, mailboxes, open_door, answers, forum, ada, bo
):
    open_door()
    bo.account.email = "gone@example.org"
    bo.account.save()
    conversations.follow(person=bo, forum=forum, level="everything")
    thread = make_thread(forum, ada)
    assert answers().startswith("250"), postfix.log()
    bounce = Bounce.objects.get()
    assert bounce.address == "gone@example.org"
    assert bounce.stopped_at is not None
    assert "nobody of that name" in bounce.reason
    make_post(thread, ada)
    assert bo.notifications.filter(letter_sent_at__isnull=False).count() == 1


def test_an_address_that_is_none_is_refused_to_the_sender(house, postfix, mailboxes, open_door, forum):
    open_door()
    letter = EmailMessage()
    letter["From"], letter["Subject"] = "bo@example.org", "Hello"
    letter.set_content("Anybody?")
    send(postfix, letter, to=f"reply+1.1.aaaaaaaaaaaaaa@{REPLY}")
    _from, to, report = mailboxes.next()
    assert to == "bo@example.org"
    assert report.get_content_type() == "multipart/report"
    assert "There is no such address here" in str(report)
