"""The demo's door and letters: there in demo mode, and nowhere else."""

import re

import pytest
from django.core import mail
from django.http import Http404
from django.urls import clear_url_caches, include, path, set_urlconf

from collegium.config.urls import *  # noqa: F403  # the house's addresses, with the demo's beside them
from collegium.config.urls import urlpatterns as house
from collegium.foundation import letters
from collegium.home import demo
from collegium.home.demo_mail import DemoMailBackend
from collegium.home.models import DemoLetter
from tests.factories import make_person

urlpatterns = [*house, path("demo/", include("collegium.home.demo_urls"))]
pytestmark = pytest.mark.django_db


@pytest.fixture
def in_demo(settings):
    settings.MODE = "demo"
    settings.ROOT_URLCONF = __name__
    settings.EMAIL_BACKEND = "collegium.home.demo_mail.DemoMailBackend"
    clear_url_caches()
    set_urlconf(None)
    yield
    clear_url_caches()
    set_urlconf(None)


@pytest.fixture
def letter(in_demo, ada):
    letters.send(
        to="ada@example.org",
        template="people/letters/goodbye_code",
        context={"code": "<b>123</b>", "email": "ada@example.org"},
    )
    return DemoLetter.objects.get()


def test_one_click_signs_in_as_one_of_the_cast(in_demo, client, ada):
    page = client.get("/demo/").content.decode()
    assert "Ada Candidate" in page
    answer = client.post(f"/demo/be/{ada.pk}")
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.session["_auth_user_id"] == str(ada.account.pk)
    bo = make_person(name="Bo")
    client.post(f"/demo/be/{bo.pk}")
    assert client.session["_auth_user_id"] == str(bo.account.pk)
    assert "here and now" in client.get("/account/sessions/").content.decode()


def test_it_is_a_click_and_no_link(in_demo, client, ada):
    assert client.get(f"/demo/be/{ada.pk}").status_code == 405
    assert "_auth_user_id" not in client.session


def test_an_empty_stage_says_so(in_demo, client):
    assert "The stage is empty" in client.get("/demo/").content.decode()


def test_nobody_becomes_who_is_not_there(in_demo, client, ada):
    ada.account.is_active = False
    ada.account.save()
    assert client.post(f"/demo/be/{ada.pk}").status_code == 404
    assert client.post("/demo/be/99999").status_code == 404


@pytest.mark.parametrize("mode", ["production", "development", "test"])
def test_in_any_other_mode_there_is_no_demo(mode, settings, client, rf, ada):
    settings.MODE = mode
    for address in ("/demo/", "/demo/mail/"):
        assert client.get(address).status_code == 404
    # And should the addresses ever be there by mistake, the pages refuse all the same.
    for request, view, arguments in (
        (rf.get("/"), demo.cast, ()),
        (rf.post("/"), demo.become, (ada.pk,)),
        (rf.get("/"), demo.face, (ada.pk,)),
        (rf.get("/"), demo.mail, ()),
        (rf.get("/"), demo.letter, (1,)),
        (rf.get("/"), demo.letter_body, (1,)),
    ):
        with pytest.raises(Http404):
            view(request, *arguments)


def test_letters_are_kept_and_never_leave(letter):
    assert (letter.to, letter.subject) == ("ada@example.org", "Your code for deleting your account")
    assert "<b>123</b>" in letter.text
    assert "&lt;b&gt;123" in letter.html
    assert "Subject: Your code" in letter.raw
    assert getattr(mail, "outbox", []) == []


def test_a_letter_without_html_is_kept_too(db):
    plain = mail.EmailMessage("Hello", "only words", "a@example.org", ["b@example.org", "c@example.org"])
    assert DemoMailBackend().send_messages([plain]) == 1
    kept = DemoLetter.objects.get()
    assert (kept.to, kept.html) == ("b@example.org, c@example.org", "")


def test_letters_are_read_in_a_frame_that_can_do_nothing(letter, client):
    assert letter.subject in client.get("/demo/mail/").content.decode()
    assert letter.subject in client.get("/demo/mail/?q=ADA%40").content.decode()
    assert letter.subject not in client.get("/demo/mail/?q=nobody").content.decode()
    page = client.get(f"/demo/mail/{letter.pk}/").content.decode()
    assert re.search(r'<iframe[^>]+sandbox="allow-popups allow-popups-to-escape-sandbox"', page)
    assert "&lt;b&gt;123" in client.get(f"/demo/mail/{letter.pk}/?as=text").content.decode()
    body = client.get(f"/demo/mail/{letter.pk}/body")
    assert body["X-Frame-Options"] == "SAMEORIGIN"
    assert "default-src 'none'" in body["Content-Security-Policy"]
    assert "script-src" not in body["Content-Security-Policy"]
    assert client.get("/demo/mail/99999/").status_code == 404
