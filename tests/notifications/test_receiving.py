"""A reply by e-mail lands in its thread, once; or is refused in words, to nobody but the person it concerns."""

from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from django.core import mail
from django.db import OperationalError

from collegium.conversations import actions as conversations
from collegium.conversations.models import Draft, Measure, Post
from collegium.foundation import clock
from collegium.notifications import actions, addresses, inbound, queries, receiving
from collegium.notifications.models import Bounce, InboundMail, Notification
from collegium.people.models import Audience, CircleMember
from tests.conversations.factories import make_forum, make_post, make_thread
from tests.factories import make_person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def reply_domain(settings):
    settings.REPLY_DOMAIN = "reply.example.org"


@pytest.fixture
def forum(ada, bo, cy):
    return make_forum(ada, bo, moderators=(cy,))


@pytest.fixture
def thread(forum, ada):
    return make_thread(forum, ada, title="Rubrics")


@pytest.fixture
def receive(django_capture_on_commit_callbacks):
    def happen(message, to, envelope_from="bo@example.org"):
        raw = message if isinstance(message, bytes) else message.as_bytes()
        with django_capture_on_commit_callbacks(execute=True):
            return receiving.receive(raw, recipient=to, envelope_from=envelope_from)

    return happen


def to_thread(person, thread):
    return addresses.reply_address("reply", person.pk, thread.pk)


def a_letter(text="Yes, I do.", sender="Bo <bo@example.org>", number=1, **headers):
    message = EmailMessage()
    facts = {"From": sender, "Subject": "Re: [Forum] Rubrics", "Message_ID": f"<{number}@example.org>"}
    for name, value in {**facts, **headers}.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


def last():
    return InboundMail.objects.first()


def test_a_reply_lands_in_its_thread_and_is_confirmed(receive, thread, bo, ada):
    first = thread.posts.get()
    answer = a_letter("Yes.\n\nOn Mon 2 Nov Ada wrote:\n> What?\n", In_Reply_To=addresses.post_name(first.pk))
    assert receive(answer, to_thread(bo, thread)).startswith("250")
    post = thread.posts.order_by("-pk").first()
    assert (post.html, post.author, post.via, post.reply_to) == ("<p>Yes.</p>", bo, "mail", first)
    assert post.message_id == "<1@example.org>"
    assert (last().outcome, last().post, last().person) == ("posted", post, bo)
    assert Notification.objects.get(person=ada).role == "replied_to"
    confirmation = next(letter for letter in mail.outbox if letter.to == ["bo@example.org"])
    assert confirmation.subject == "Posted: Rubrics"
    assert confirmation.extra_headers["Auto-Submitted"] == "auto-replied"
    assert confirmation.extra_headers["In-Reply-To"] == "<1@example.org>"
    assert not Draft.objects.exists()


def test_who_wants_no_confirmation_gets_none(receive, thread, bo):
    actions.set_hours(person=bo, confirms_replies=False)
    receive(a_letter(), to_thread(bo, thread))
    assert [letter for letter in mail.outbox if letter.to == ["bo@example.org"]] == []


def test_the_same_letter_again_changes_nothing(receive, thread, bo):
    for _each in range(3):
        assert receive(a_letter(), to_thread(bo, thread)).startswith("250")
    InboundMail.objects.all().delete()  # even where the note of it is lost
    receive(a_letter(), to_thread(bo, thread))
    assert thread.posts.count() == 2


def test_one_letter_to_two_threads_is_a_post_in_each(receive, thread, forum, ada, bo):
    other = make_thread(forum, ada)
    receive(a_letter(), to_thread(bo, thread))
    receive(a_letter(), to_thread(bo, other))
    assert (thread.posts.count(), other.posts.count()) == (2, 2)


def test_any_of_their_own_addresses_will_do_once_it_is_shown_to_be_theirs(receive, thread, bo):
    from allauth.account.models import EmailAddress

    second = EmailAddress.objects.create(user=bo.account, email="Bo@home.example", verified=False)
    receive(a_letter(sender="bo@home.example", number=1), to_thread(bo, thread))
    assert thread.posts.count() == 1
    second.verified = True
    second.save()
    receive(a_letter(sender="bo@home.example", number=2), to_thread(bo, thread))
    assert thread.posts.count() == 2


def test_a_forged_sender_posts_nothing_and_only_the_real_person_hears_of_it(receive, thread, bo, eve):
    mail.outbox.clear()
    for number in range(3):
        receive(a_letter(sender="eve@example.org", number=number), to_thread(bo, thread))
    assert thread.posts.count() == 1
    (letter,) = mail.outbox
    assert letter.to == ["bo@example.org"]
    assert "eve@example.org" in letter.body
    outcomes = list(InboundMail.objects.order_by("pk").values_list("outcome", flat=True))
    assert outcomes == ["refused", "dropped", "dropped"]


def test_a_letter_that_our_server_found_forged_is_not_posted(receive, thread, bo):
    receive(a_letter(Authentication_Results="mx; dmarc=fail"), to_thread(bo, thread))
    assert thread.posts.count() == 1


@pytest.mark.parametrize("change", ["muted", "closed", "gone", "left", "empty", "too large", "many links"])
def test_what_is_refused_is_refused_in_words(change, receive, thread, forum, bo, settings):
    text, words = "Yes.", ""
    if change == "muted":
        Measure.objects.create(forum=forum, kind="mute", person=bo, reason="r")
        words = "A moderator has asked you not to post here"
    elif change == "closed":
        thread.closed_at = clock.now()
        thread.save()
        words = "This thread is closed"
    elif change == "gone":
        thread.delete()
        words = "not there any more"
    elif change == "left":
        CircleMember.objects.filter(circle=forum.members, person=bo).delete()
        words = "Only members can post here."
    elif change == "empty":
        text, words = "> only a quote\n", "nothing written yet"
    elif change == "too large":
        settings.MAIL_MAX_BYTES = 100
        words = "larger than"
    else:
        text, words = "http://a.example http://b.example http://c.example", "New accounts can put 2 links"
    to = addresses.reply_address("reply", bo.pk, thread.pk or 10**6)
    mail.outbox.clear()
    assert receive(a_letter(text), to).startswith("250")
    assert not Post.objects.filter(author=bo).exists()
    (letter,) = mail.outbox
    assert (letter.to, letter.extra_headers["Auto-Submitted"]) == (["bo@example.org"], "auto-replied")
    assert letter.subject == "Not posted: Re: [Forum] Rubrics"
    assert words in " ".join(letter.body.split())
    assert last().outcome == "refused"


def test_automatic_letters_are_passed_over_and_noted(receive, thread, bo):
    mail.outbox.clear()
    receive(a_letter(Auto_Submitted="auto-replied"), to_thread(bo, thread))
    assert (last().outcome, last().reason) == ("dropped", "Auto-Submitted: auto-replied")
    assert mail.outbox == []
    assert thread.posts.count() == 1


def test_our_own_confirmation_coming_back_starts_no_loop(receive, thread, bo):
    receive(a_letter(), to_thread(bo, thread))
    confirmation = next(letter for letter in mail.outbox if letter.subject.startswith("Posted"))
    back = confirmation.message()
    del back["From"]
    back["From"] = "bo@example.org"
    mail.outbox.clear()
    receive(back.as_bytes(), to_thread(bo, thread))
    assert mail.outbox == []
    assert last().outcome == "dropped"


def test_addresses_that_were_not_made_here_are_none(bo, thread):
    good = to_thread(bo, thread)
    other = good.replace("reply+", "list+")
    changed = good.replace(f".{thread.pk:x}.", f".{thread.pk + 1:x}.")
    assert addresses.read(good) is not None
    assert addresses.read(good.upper()) is not None  # some programs shout
    for bad in (
        other,
        good.replace("@reply", "@other"),
        "reply+1.1.aaaaaaaaaaaaaa@reply.example.org",
        "x",
        changed + "x",
    ):
        assert addresses.read(bad) is None
        assert receiving.receive(b"", recipient=bad, envelope_from="x").startswith("550")


def test_files_come_along_under_the_usual_limits(receive, thread, bo):
    message = a_letter("See there.")
    message.add_attachment(b"a,b\n1,2\n", maintype="text", subtype="csv", filename="table.csv")
    message.add_attachment(
        b"MZ" + b"\0" * 200, maintype="application", subtype="x-dosexec", filename="run.exe"
    )
    receive(message, to_thread(bo, thread))
    post = thread.posts.order_by("-pk").first()
    assert [each.file_name for each in post.attachments.all()] == ["table.csv"]
    confirmation = next(letter for letter in mail.outbox if letter.subject.startswith("Posted"))
    assert "run.exe" in confirmation.body


def test_a_letter_to_the_list_begins_a_thread(receive, forum, bo):
    to = addresses.reply_address("list", bo.pk, forum.pk)
    receive(a_letter("Who uses rubrics?", Subject=f"[{forum.title}] Rubrics in maths"), to)
    thread = forum.threads.get()
    assert (thread.title, thread.started_by, thread.posts.get().via) == ("Rubrics in maths", bo, "mail")


def test_a_reply_to_a_post_that_was_split_off_lands_where_it_stands_now(receive, thread, forum, ada, bo, cy):
    post = make_post(thread, ada)
    moved = conversations.split(thread=thread, by=cy, posts=[post], title="Aside")
    receive(a_letter(In_Reply_To=addresses.post_name(post.pk)), to_thread(bo, thread))
    assert moved.posts.order_by("-pk").first().author == bo


def test_when_the_database_does_not_answer_the_mail_server_keeps_the_letter(thread, bo, monkeypatch):
    def away(*_args, **_kwargs):
        raise OperationalError("gone")

    monkeypatch.setattr(receiving, "receive", away)
    monkeypatch.setattr(inbound.connections, "close_all", lambda: None)
    assert inbound._receive(b"", "x", "y").startswith("451")


def test_notes_of_letters_are_kept_for_a_time_and_no_words_at_all(receive, thread, bo):
    receive(a_letter("A secret thought."), to_thread(bo, thread))
    assert "secret" not in str(InboundMail.objects.values().get())
    with clock.moved_to(clock.now() + timedelta(days=91)):
        receiving.forget()
    assert not InboundMail.objects.exists()


# Letters that come back -----------------------------------------------------------------------------------------------


def a_report(status="5.1.1", action="failed"):
    return (
        "From: MAILER-DAEMON@example.org\nSubject: Undelivered\nMIME-Version: 1.0\n"
        f"Message-ID: <{status}-{action}-{clock.wall().timestamp()}@mx>\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nSorry.\n\n--b\nContent-Type: message/delivery-status\n\n"
        "Reporting-MTA: dns; mx\n\n"
        f"Final-Recipient: rfc822; bo@example.org\nAction: {action}\nStatus: {status}\n"
        f"Diagnostic-Code: smtp; 550 {status} User unknown\n\n--b--\n"
    ).encode()


def test_an_address_that_is_no_more_is_not_written_to_until_its_owner_shows_it_works(
    receive, bo, ada, client_of, forum, django_capture_on_commit_callbacks
):
    path = addresses.return_path("Bo@example.org")
    receive(a_report(action="delayed", status="4.4.1"), path, envelope_from="")
    assert not Bounce.objects.exists()
    receive(a_report(), path, envelope_from="")
    bounce = Bounce.objects.get()
    assert bounce.address == "bo@example.org"
    assert bounce.stopped_at is not None
    assert "User unknown" in bounce.reason
    mail.outbox.clear()
    conversations.follow(person=bo, forum=forum, level="everything")
    with django_capture_on_commit_callbacks(execute=True):
        make_thread(forum, ada)
    assert mail.outbox == []
    assert queries.bell(bo).unread == 2  # the thread, and that letters come back

    client = client_of(bo)
    page = client.get(f"/notifications/address/{bo.pk}").content.decode()
    assert "User unknown" in page
    assert client_of(ada).get(f"/notifications/address/{bo.pk}").status_code == 404
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"/notifications/address/{bo.pk}")
    (letter,) = mail.outbox
    link = next(line for line in letter.body.split() if "/arrives/" in line).removeprefix(
        "http://127.0.0.1:8000"
    )
    stranger = client_of(None)
    stranger.get(link)
    assert Bounce.objects.exists()  # a program that follows links shows nothing
    stranger.post(link)
    assert not Bounce.objects.exists()
    assert stranger.get(link + "x").status_code == 404


def test_temporary_failures_stop_letters_only_when_they_go_on(receive, bo):
    path = addresses.return_path("bo@example.org")
    for _each in range(actions.SOFT_BOUNCES - 1):
        receive(a_report(status="5.2.2"), path, envelope_from="")  # the mailbox is full
    assert queries.stopped("bo@example.org") is None
    receive(a_report(status="5.2.2"), path, envelope_from="")
    assert queries.stopped("BO@example.org") is not None


def test_a_bounce_address_is_signed_and_an_auto_reply_to_it_is_no_bounce(receive, bo):
    path = addresses.return_path("bo@example.org")
    assert addresses.read(path.replace("bo=", "eve=")) is None
    receive(a_letter("I am away"), path)
    assert not Bounce.objects.exists()
    assert addresses.return_path("a" * 60 + "@example.org") == ""


def test_verifying_the_address_again_resets_it(bo):
    from collegium.people import actions as people

    actions.note_return(address="bo@example.org", permanent=True, reason="x")
    people.verify_address(person=bo, email="bo@example.org")
    assert queries.stopped("bo@example.org") is None


# Letters of posts -----------------------------------------------------------------------------------------------------


@pytest.fixture
def listed(forum, bo):
    forum.title = "Café <der> Lehre"
    forum.audience = Audience.CIRCLE
    forum.save()
    actions.set_mailing_list(person=bo, forum=forum, on=True)


def test_each_post_is_a_letter_of_its_author_that_can_be_answered(
    listed, forum, ada, bo, django_capture_on_commit_callbacks
):
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        thread = make_thread(forum, ada, title="Rubrics", html='<p>See <a href="/people/1/">this</a></p>')
    with django_capture_on_commit_callbacks(execute=True):
        post = make_post(thread, ada, reply_to=thread.posts.get())
    with django_capture_on_commit_callbacks(execute=True):
        make_post(thread, bo)  # one's own does not come back
    began, replied = (
        message_from_bytes(letter.message().as_bytes(), policy=policy.default)
        for letter in mail.outbox
        if letter.to == ["bo@example.org"]
    )
    reply_to = addresses.reply_address("reply", bo.pk, thread.pk)
    first = thread.posts.order_by("pk").first()
    assert began["Message-ID"] == f"<post-{first.pk}@127.0.0.1>"
    assert began["In-Reply-To"] is None
    assert replied["Message-ID"] == f"<post-{post.pk}@127.0.0.1>"
    assert replied["In-Reply-To"] == replied["References"] == began["Message-ID"]
    assert replied["Subject"] == "Re: [Café <der> Lehre] Rubrics"
    assert replied["Reply-To"] == reply_to
    assert replied["From"].addresses[0].display_name == "Ada Candidate via Café <der> Lehre"
    assert replied["From"].addresses[0].addr_spec == reply_to
    assert replied["List-Id"] == f"<forum-{forum.pk}.127.0.0.1>"
    assert replied["Precedence"] == "list"
    assert replied["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "http://127.0.0.1:8000/people/1/" in mail.outbox[0].body
    assert mail.outbox[0].from_email.startswith("bounce+")
    assert 'href="http://127.0.0.1:8000/people/1/"' in mail.outbox[0].alternatives[0].content


def test_one_click_ends_the_list_without_signing_in(
    listed, forum, ada, bo, client_of, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        make_thread(forum, ada)
    stop = mail.outbox[0].extra_headers["List-Unsubscribe"].strip("<>").removeprefix("http://127.0.0.1:8000")
    stranger = client_of(None)
    assert "Café" in stranger.get(stop).content.decode()
    assert bo.mailing_lists.exists()
    stranger.post(stop, {"List-Unsubscribe": "One-Click"})
    assert not bo.mailing_lists.exists()


def test_the_list_is_for_members_and_chosen_on_the_page(forum, bo, eve, client_of):
    from collegium.foundation.refusal import Refusal

    with pytest.raises(Refusal):
        actions.set_mailing_list(person=eve, forum=forum, on=True)
    page = client_of(bo).get("/notifications/preferences").content.decode()
    assert f'name="list-forum-{forum.pk}"' in page
    client_of(bo).post(
        "/notifications/preferences",
        {f"list-forum-{forum.pk}": "on", "digest_hour": "7", "digest_weekday": "0"},
    )
    assert bo.mailing_lists.get().forum == forum


def test_pictures_in_letters_are_links_for_who_signs_in():
    from collegium.notifications.writing import for_letter

    shown = for_letter('<p><img src="/conversations/files/3" alt="A &quot;map&quot;"></p>')
    assert shown == (
        '<p><a href="http://127.0.0.1:8000/conversations/files/3">Picture: A &quot;map&quot;</a></p>'
    )


def test_everything_kept_of_a_person_is_erased(receive, thread, bo):
    from collegium.people import actions as people

    make_person()
    receive(a_letter(), to_thread(bo, thread))
    actions.set_hours(person=bo, digest_hour=3)
    people.erase(person=bo, by=bo)
    assert not InboundMail.objects.exists()
    assert not hasattr(type(bo).objects.get(pk=bo.pk), "letter_hours")
