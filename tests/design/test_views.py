import pytest
from django.conf import settings as configured

from collegium.design import errors, gallery

pytestmark = pytest.mark.django_db


def test_the_gallery_shows_itself_to_everyone(client):
    response = client.get("/design/")
    assert response.status_code == 200
    assert response.content.decode().count('class="specimen"') == sum(
        len(chapter.specimens) for chapter in gallery.chapters()
    )


def test_the_gallery_asks_the_database_nothing(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        client.get("/design/")


@pytest.mark.parametrize("path", ["/design/", "/design/appearance/"])
def test_only_the_methods_that_are_meant(client, path):
    assert client.delete(path).status_code == 405


def test_a_theme_is_kept_and_comes_with_the_next_page(client):
    response = client.post("/design/appearance/", {"theme": "dark", "language": "en-gb", "next": "/design/"})
    assert (response.status_code, response["Location"]) == (302, "/design/")
    html = client.get("/design/").content.decode()
    assert 'data-theme="dark"' in html
    assert 'data-shortcuts="off"' in html
    client.post("/design/appearance/", {"theme": "auto", "language": "en-gb", "shortcuts": "on"})
    html = client.get("/design/").content.decode()
    assert "data-theme=" not in html.split("<body")[0]
    assert "data-shortcuts=" not in html


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", ""])
def test_the_way_back_is_one_of_ours(client, elsewhere):
    response = client.post("/design/appearance/", {"theme": "dark", "language": "en-gb", "next": elsewhere})
    assert response["Location"] == "/design/appearance/"


def test_a_theme_that_does_not_exist_is_refused_and_a_forged_cookie_ignored(client):
    assert client.post("/design/appearance/", {"language": "en-gb", "theme": '"><script>'}).status_code == 200
    client.cookies["theme"] = '"><script>'
    assert "<script>" not in client.get("/design/").content.decode().split("<body")[0]


def test_a_language_can_be_chosen_without_an_account(client):
    client.post("/design/appearance/", {"theme": "auto", "language": "de"})
    assert '<html lang="de" dir="ltr"' in client.get("/design/appearance/").content.decode()


def test_a_stranger_who_only_reads_is_given_no_cookie(client):
    assert dict(client.get("/refusing/").cookies) == {}


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/nothing-here/", 404, "Nothing to see at this address"),
        ("/forbidden/", 403, "Only the lead assessor may do this."),
        ("/refusing/", 409, "It was submitted this morning."),
    ],
)
def test_pages_that_say_no_say_what_happened_what_was_kept_and_what_to_do(client, path, status, says):
    response = client.get(path)
    html = response.content.decode()
    assert response.status_code == status
    assert says in html
    assert "Nothing was changed." in html


def test_what_was_written_into_a_form_that_is_nobodys_any_more_can_be_copied(client):
    given = {"html": "<p>Half &amp; half</p><p>an hour</p>", "password": "open sesame now", "key": "abcdef"}
    html = client.post("/forbidden/", given).content.decode()
    assert ">Half &amp; half\n\nan hour</textarea>" in html
    assert "What you wrote is not lost." in html
    assert "sesame" not in html
    assert "abcdef" not in html
    assert (
        "Half" not in client.post("/nothing-here/", given).content.decode()
    )  # no form of ours was sent there


def test_a_fault_of_ours_is_owned(client):
    client.raise_request_exception = False
    response = client.get("/broken/")
    assert response.status_code == 500
    assert "It is ours, not yours" in response.content.decode()


def test_a_fault_while_saying_so_still_gets_a_page(monkeypatch, rf):
    def breaks(*args):
        raise RuntimeError

    monkeypatch.setattr(errors.loader, "render_to_string", breaks)
    response = errors.server_error(rf.get("/"))
    assert response.status_code == 500
    assert b"Something broke on our side" in response.content


@pytest.mark.parametrize(
    ("function", "status"), [(errors.bad_request, 400), (errors.csrf_failure, 403)], ids=["400", "csrf"]
)
def test_the_other_pages_that_say_no(function, status, stranger):
    assert function(stranger()).status_code == status


def test_waiting_is_asked_for_kindly(jinja, stranger):
    html = jinja("{% extends '429.jinja' %}", request=stranger(), csrf_input="")
    assert "One moment, please" in html


def test_the_settings_name_what_is_here():
    assert configured.CSRF_FAILURE_VIEW == "collegium.design.errors.csrf_failure"
    assert configured.FORM_RENDERER == "collegium.design.forms.Renderer"


def test_messages_are_said_once_and_are_inert(client):
    client.post("/saving/")
    html = client.get("/design/").content.decode()
    assert "Saved &lt;b&gt;once&lt;/b&gt;." in html
    assert "notice--good" in html.split("columns")[0]
    assert "Saved &lt;b&gt;" not in client.get("/design/").content.decode()
