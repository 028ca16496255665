import re
from html import unescape

import pytest
from django.urls import reverse

from collegium.evidence import actions, queries, rules, views
from collegium.evidence.models import Evidence, PersonShown
from collegium.foundation import files
from tests.evidence.factories import make_framework, make_image, upload
from tests.factories import make_circle, make_evidence
from tests.foundation import samples

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nobody_tells(monkeypatch):
    monkeypatch.setattr(queries, "_uses", [])
    monkeypatch.setattr(queries, "_aims", [])
    monkeypatch.setattr(rules, "_readers", [])


@pytest.fixture
def client(client_of, ada):
    return client_of(ada)


def words(response) -> str:
    html = re.sub(r"<(script|style).*?</\1>", "", response.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


def address(name: str, evidence: Evidence | None = None, *more) -> str:
    return reverse(f"evidence:{name}", args=[*([evidence.pk] if evidence else []), *more])


# Who gets in ----------------------------------------------------------------------------------------------------------

OF_ONE = ["evidence", "edit", "align", "audience", "people_shown", "check", "remove", "file"]
POST_ONLY = {"align", "people_shown", "check"}


@pytest.mark.parametrize("name", OF_ONE)
def test_a_stranger_with_an_account_finds_nothing_there(client_of, ada, eve, name):
    evidence = make_image(ada)
    method = "post" if name in POST_ONLY else "get"
    assert getattr(client_of(eve), method)(address(name, evidence)).status_code == 404
    expected = 404 if name in {"evidence", "file"} else 302
    assert getattr(client_of(None), method)(address(name, evidence)).status_code == expected


@pytest.mark.parametrize("name", [name for name in OF_ONE if name not in {"evidence", "file"}])
def test_a_reader_may_look_and_not_touch(client_of, ada, eve, name):
    evidence = make_image(ada, audience="signed_in")
    client = client_of(eve)
    assert client.get(address("evidence", evidence)).status_code == 200
    assert client.post(address(name, evidence), {"audience": "public", "title": "Mine"}).status_code == 403
    evidence.refresh_from_db()
    assert (evidence.title, evidence.audience) == ("board", "signed_in")


@pytest.mark.parametrize("name", ["list", "capture", "anywhere"])
def test_strangers_are_led_to_log_in(client_of, name):
    response = client_of(None).get(address(name) + "?url=https://a.example/")
    assert response.status_code == 302
    assert response.url.startswith("/account/")
    assert "url%3D" in response.url


def test_a_higher_room_opens_page_and_file_to_its_readers(client_of, ada, bo):
    evidence = make_image(ada)
    rules.register_reader(lambda person, _evidence, _request: person == bo)
    client = client_of(bo)
    for found in (
        address("evidence", evidence),
        address("file", evidence),
        address("thumbnail", evidence, 256),
    ):
        assert client.get(found).status_code == 200


# The list -------------------------------------------------------------------------------------------------------------


def test_an_empty_list_says_what_will_be_here(client):
    page = words(client.get(address("list")))
    assert "Nothing kept yet" in page
    assert "Capture your first piece" in page


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_takes_so_many_queries_however_long_it_is(client, ada, number, django_assert_num_queries):
    framework = make_framework()
    make_framework()
    for _ in range(number):
        evidence = make_image(ada, people_shown=["Bo"])
        actions.realign(
            evidence=evidence,
            by=ada,
            strengths={framework.nodes.get(code="1a"): 2, framework.principles.first(): 1},
        )
    client.get(address("list"))
    with django_assert_num_queries(9):
        response = client.get(address("list"))
    assert (
        response.content.decode().count('class="evidence-card ')
        + response.content.decode().count('class="evidence-card"')
        == number
    )


def test_three_hundred_are_turned_page_by_page(client, ada):
    Evidence.objects.bulk_create(
        Evidence(owner=ada, title=f"Piece {number:03}", kind="note", body="<p>x</p>") for number in range(300)
    )
    seen: list[str] = []
    where = address("list")
    for _page in range(20):
        html = client.get(where).content.decode()
        seen += re.findall(r"Piece \d{3}", html)
        following = re.search(r'rel="next" href="([^"]+)"', html)
        if following is None:
            break
        where = address("list") + unescape(following[1])
    assert seen == [f"Piece {number:03}" for number in range(299, -1, -1)]


def test_the_list_is_narrowed_by_its_address(client, ada, node):
    note, _link = (
        make_evidence(ada, title="My note"),
        make_evidence(ada, title="My link", kind="link", url="https://a.example/", body=""),
    )
    actions.align(evidence=note, by=ada, node=node("1a"))

    def found(query: str) -> set[str]:
        page = words(client.get(address("list") + query))
        return {title for title in ("My note", "My link") if title in page}

    assert found("?kind=link") == {"My link"}
    assert found(f"?speaks_for=node-{node('1a').pk}") == {"My note"}
    assert found("?q=link") == {"My link"}
    assert found("?show=loose") == {"My link"}
    assert found("?kind=audio") == set()
    assert "Nothing like that" in words(client.get(address("list") + "?kind=audio"))


@pytest.mark.parametrize(
    "query",
    [
        "?kind=nonsense",
        "?speaks_for=node-x",
        "?speaks_for=node-99999",
        "?show=nothing",
        "?after=x",
        "?before=-1",
        "?after=" + "9" * 40,
        "?after=²",
        "?q=%00",
        "?q=" + "x" * 5000,
    ],
)
def test_an_address_that_makes_no_sense_shows_the_list(client, ada, query):
    make_evidence(ada)
    assert client.get(address("list") + query).status_code == 200


def test_the_list_alone_is_the_answer_to_htmx(client, ada):
    make_evidence(ada, title="My note")
    response = client.get(address("list"), headers={"HX-Request": "true"})
    assert "My note" in words(response)
    assert "<html" not in response.content.decode()


# Capture --------------------------------------------------------------------------------------------------------------


def test_one_field_is_enough(client, ada):
    response = client.post(address("capture"), {"words": "https://example.org/slides"}, follow=True)
    evidence = Evidence.objects.get()
    assert response.redirect_chain == [(address("evidence", evidence), 302)]
    assert (evidence.owner, evidence.kind, evidence.url) == (ada, "link", "https://example.org/slides")
    assert "is kept. Only you can see it so far." in words(response)


def test_several_files_become_several_pieces(client):
    response = client.post(
        address("capture"),
        {"uploads": [upload(), upload(samples.picture(), "a.png")], "description": "From the workshop"},
        follow=True,
    )
    assert "2 pieces of evidence are kept." in words(response)
    kept = Evidence.objects.order_by("pk").values_list("file_name", "kind", "description")
    assert list(kept) == [
        ("plan.pdf", "document", "From the workshop"),
        ("a.png", "image", "From the workshop"),
    ]


def test_a_bad_file_does_not_keep_the_good_ones_out(client):
    response = client.post(
        address("capture"),
        {
            "uploads": [upload(), upload(samples.PROGRAM, "setup.exe"), upload(b"", "none.pdf")],
            "impact": "typed",
        },
    )
    page = words(response)
    assert response.status_code == 200
    assert "“plan” is kept." in page
    assert "“setup.exe” is of a type that can't be kept here" in page
    assert "“none.pdf” is empty." in page
    assert "typed</textarea>" in response.content.decode()
    assert [evidence.file_name for evidence in Evidence.objects.all()] == ["plan.pdf"]


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"words": ""},
        {"words": "x" * 50_001},
        {"words": "https://a:b@example.org/"},
        {"words": "x", "happened_on": "the other day"},
        {"words": "x", "title": "y" * 201},
    ],
)
def test_what_cannot_be_kept_is_told_and_what_was_typed_stays(client, typed):
    response = client.post(address("capture"), typed)
    assert response.status_code == 200
    assert "needs another look" in words(response) or "need another look" in words(response)
    assert not Evidence.objects.exists()


def test_the_bookmarklet_and_the_share_sheet_fill_the_form(client):
    response = client.get(
        address("capture"), {"url": "https://a.example/?x=1&y=2", "title": "A page", "text": "my words"}
    )
    html = response.content.decode()
    assert "https://a.example/?x=1&amp;y=2\n\nmy words</textarea>" in html
    assert 'value="A page"' in html
    assert not Evidence.objects.exists()


def test_what_comes_from_elsewhere_is_only_text(client):
    html = client.get(
        address("capture"), {"text": "</textarea><script>alert(1)</script>", "title": '"><script>'}
    ).content.decode()
    assert "<script>alert" not in html
    assert '"><script>' not in html


def test_room_is_told_before(client, settings):
    settings.UPLOAD_MAX_BYTES, settings.PERSON_QUOTA_BYTES = 3_400_000, 50_000_000
    assert "Up to 3.4 MB each, several at once. You have used 0 B of your 50 MB." in words(
        client.get(address("capture"))
    ).replace("\xa0", " ")


def test_the_ways_from_anywhere(client, client_of):
    html = unescape(client.get(address("anywhere")).content.decode())
    assert "javascript:(()=>{" in html
    assert "open('http://testserver/evidence/capture?url='" in html
    said = client_of(None).get(address("manifest"))
    assert said["Content-Type"] == "application/manifest+json"
    assert said.json()["share_target"] == {
        "action": "/evidence/capture",
        "method": "GET",
        "params": {"title": "title", "text": "text", "url": "url"},
    }


# One piece ------------------------------------------------------------------------------------------------------------


def test_the_owner_sees_all_of_it_and_a_reader_what_concerns_them(client, client_of, ada, eve, node):
    evidence = make_image(
        ada,
        audience="signed_in",
        description="What it is, said",
        people_shown=[{"who": "Bo", "permission": "agreed"}],
    )
    actions.align(evidence=evidence, by=ada, node=node("1a"), strength=3)
    own, others = (
        words(client.get(address("evidence", evidence))),
        words(client_of(eve).get(address("evidence", evidence))),
    )
    for said in ("board", "What it is, said", "1a Title 1a directly relevant"):
        assert said in own
        assert said in others
    for said in ("Edit", "Remove", "Bo", "What it speaks for", "History"):
        assert said in own
    for said in ("Remove", "Bo ", "What it speaks for", "History"):
        assert said not in others


@pytest.mark.parametrize("number", [1, 3])
def test_a_page_takes_so_many_queries_however_much_is_said(client, ada, number, django_assert_num_queries):
    frameworks = [make_framework() for _ in range(number)]
    evidence = make_image(ada, people_shown=[f"Person {each}" for each in range(number)])
    for framework in frameworks:
        actions.align(evidence=evidence, by=ada, node=framework.nodes.get(code="1a"))
    client.get(address("evidence", evidence))
    with django_assert_num_queries(10):
        client.get(address("evidence", evidence))


def test_scripts_in_words_are_inert(client, ada):
    hostile = "<script>alert(1)</script>"
    evidence = actions.capture(
        by=ada,
        body=f"<p>x</p>{hostile}",
        title=hostile,
        description=hostile,
        impact=hostile,
        people_shown=[hostile],
    )
    evidence.said_by = hostile
    evidence.save()
    for name in ("evidence", "edit", "audience", "remove", "list"):
        html = client.get(address(name, None if name == "list" else evidence)).content.decode()
        assert "<script>alert" not in html
        assert "&lt;script&gt;" in html


def test_it_is_edited(client, ada):
    evidence = make_evidence(ada, title="Before")
    response = client.post(
        address("edit", evidence),
        {
            "title": "After",
            "body": "New words",
            "kind": "testimonial",
            "said_by": "A student",
            "happened_on": "2026-03-01",
        },
    )
    assert response.url == address("evidence", evidence)
    evidence.refresh_from_db()
    assert (evidence.title, evidence.body, evidence.kind, evidence.said_by) == (
        "After",
        "<p>New words</p>",
        "testimonial",
        "A student",
    )
    assert str(evidence.happened_on) == "2026-03-01"


def test_a_refused_edit_says_why_and_keeps_what_was_typed(client, ada):
    evidence = actions.capture(by=ada, url="https://a.example/", title="Before")
    response = client.post(
        address("edit", evidence),
        {"title": "After", "url": "https://x:y@b.example/", "kind": "link", "impact": "typed"},
    )
    assert "user name or a password" in words(response)
    assert "typed</textarea>" in response.content.decode()
    evidence.refresh_from_db()
    assert (evidence.title, evidence.url) == ("Before", "https://a.example/")


def test_it_is_aligned_with_or_without_javascript(client, ada, node, principle):
    evidence = make_evidence(ada)
    chosen = {
        f"node-{node('1a').pk}": "3",
        f"principle-{principle('P1').pk}": "1",
        f"node-{node('2').pk}": "0",
    }
    response = client.post(address("align", evidence), chosen)
    assert response.url == address("evidence", evidence) + "#speaks-for"
    assert list(evidence.alignments.order_by("-strength").values_list("strength", flat=True)) == [3, 1]
    response = client.post(
        address("align", evidence), {f"node-{node('1a').pk}": "0"}, headers={"HX-Request": "true"}
    )
    assert response.status_code == 200
    assert "<html" not in response.content.decode()
    assert "P1 Title P1 may also be relevant" in words(response)
    assert "1a" not in words(response)


@pytest.mark.parametrize(
    "nonsense", [{"node-999999": "3"}, {"node-x": "3"}, {"title": "2"}, {"node-1": "9"}, {"node-1": ""}]
)
def test_choices_that_make_no_sense_change_nothing(client, ada, nonsense):
    evidence = make_evidence(ada)
    assert client.post(address("align", evidence), nonsense).status_code == 302
    assert not evidence.alignments.exists()


def test_who_can_see_it_is_said_and_changed_in_words(client, ada):
    circle = make_circle(ada, name="Northfield")
    evidence = make_evidence(ada)
    assert "Northfield" in words(client.get(address("audience", evidence)))
    response = client.post(address("audience", evidence), {"audience": f"circle-{circle.pk}"}, follow=True)
    assert "Who can see it now: Northfield." in words(response)
    evidence.refresh_from_db()
    assert (evidence.audience, evidence.circle) == ("circle", circle)


def test_a_refused_audience_says_why(client, ada):
    evidence = make_image(ada, alt_text="")
    response = client.post(address("audience", evidence), {"audience": "public"})
    assert "say in words what it shows" in words(response)
    evidence.refresh_from_db()
    assert evidence.audience == "private"
    assert client.post(address("audience", evidence), {"audience": "circle-1"}).status_code == 200


def test_people_shown_are_noted_asked_and_taken_off(client, ada):
    evidence = make_evidence(ada)
    client.post(address("people_shown", evidence), {"who": "Bo", "permission": "unasked"})
    shown = PersonShown.objects.get()
    client.post(address("person_shown", evidence, shown.pk), {"permission": "agreed", "note": "by e-mail"})
    shown.refresh_from_db()
    assert (shown.permission, shown.note) == ("agreed", "by e-mail")
    response = client.post(
        address("person_shown", evidence, shown.pk), {"permission": "perhaps"}, follow=True
    )
    assert "nothing was changed" in words(response)
    response = client.post(
        address("people_shown", evidence), {"who": "", "permission": "agreed"}, follow=True
    )
    assert "Who is shown: This field is required." in words(response)
    client.post(address("person_shown", evidence, shown.pk), {"remove": "1", "permission": "agreed"})
    assert not PersonShown.objects.exists()


def test_a_person_shown_elsewhere_is_not_there(client, ada, bo):
    shown = actions.add_person_shown(evidence=make_evidence(bo, audience="public"), by=bo, who="Cy")
    assert (
        client.post(address("person_shown", make_evidence(ada), shown.pk), {"remove": "1"}).status_code == 404
    )
    assert client.post(address("person_shown", shown.evidence, shown.pk), {"remove": "1"}).status_code == 403
    assert PersonShown.objects.exists()


def test_a_link_can_be_looked_at_again(client, ada, settings, django_capture_on_commit_callbacks):
    settings.COLLEGIUM_HTTP_TEST_HOSTS = []
    evidence = make_evidence(ada, kind="link", url="http://127.0.0.1/x", body="")
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(address("check", evidence))
    assert response.url == address("evidence", evidence)
    evidence.refresh_from_db()
    assert evidence.link_answers is False


def test_removing_is_asked_and_then_done(client, ada):
    evidence = make_evidence(ada, title="Old thing")
    assert "Remove “Old thing”?" in words(client.get(address("remove", evidence)))
    assert Evidence.objects.exists()
    response = client.post(address("remove", evidence), follow=True)
    assert "“Old thing” is removed." in words(response)
    assert not Evidence.objects.exists()
    assert client.post(address("remove", evidence)).status_code == 404


# Its file -------------------------------------------------------------------------------------------------------------


def body(response) -> bytes:
    return response.getvalue()


def test_a_file_comes_as_it_was_kept(client, ada):
    evidence = actions.capture(by=ada, upload=upload())
    response = client.get(address("file", evidence))
    assert body(response) == samples.PDF
    assert response["Content-Disposition"] == 'inline; filename="plan.pdf"'
    assert (
        client.get(address("file", evidence) + "?download=1")["Content-Disposition"]
        == 'attachment; filename="plan.pdf"'
    )


@pytest.mark.parametrize(("content", "name"), [(samples.HTML, "page.html"), (samples.SVG, "drawing.svg")])
def test_what_could_be_active_is_a_download_in_a_sandbox(client, ada, content, name):
    response = client.get(address("file", actions.capture(by=ada, upload=upload(content, name))))
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"].startswith("attachment")
    assert response["Content-Security-Policy"].startswith("sandbox")
    assert response["X-Content-Type-Options"] == "nosniff"


def test_where_a_photo_was_taken_stays_with_its_owner(client, client_of, ada, eve):
    evidence = make_image(ada, audience="signed_in")
    assert b"CameraMaker" in body(client.get(address("file", evidence)))
    theirs = client_of(eve).get(address("file", evidence))
    assert theirs["Content-Type"] == "image/webp"
    assert b"CameraMaker" not in body(theirs)


def test_a_thumbnail_has_one_of_the_sizes(client, ada):
    evidence = make_image(ada)
    for size in files.THUMBNAIL_SIZES:
        assert client.get(address("thumbnail", evidence, size))["Content-Type"] == "image/webp"
    assert client.get(address("thumbnail", evidence, 300)).status_code == 404
    note, document = make_evidence(ada), actions.capture(by=ada, upload=upload())
    assert client.get(address("file", note)).status_code == 404
    assert client.get(address("thumbnail", note, 256)).status_code == 404
    assert client.get(address("thumbnail", document, 256)).status_code == 404


def test_a_file_and_a_thumbnail_take_few_queries(client, ada, django_assert_num_queries):
    evidence = make_image(ada)
    client.get(address("thumbnail", evidence, 640))
    with django_assert_num_queries(4):
        client.get(address("thumbnail", evidence, 640))
    with django_assert_num_queries(3):
        client.get(address("file", evidence))


def test_every_view_says_which_methods_it_answers(rf):
    for name in (
        "list_evidence",
        "capture",
        "anywhere",
        "manifest",
        "show",
        "edit",
        "align",
        "audience",
        "people_shown",
        "person_shown",
        "check_link",
        "remove",
        "file",
        "thumbnail",
    ):
        assert getattr(views, name)(rf.generic("PROPFIND", "/")).status_code == 405
