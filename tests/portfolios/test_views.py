import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from collegium.evidence.models import Evidence
from collegium.portfolios import actions, queries
from collegium.portfolios.models import Part, Portfolio, Revision, Share
from tests.factories import make_circle, make_evidence

JSON = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture
def addresses(ada, portfolio, section_of, write):
    """Every address of one portfolio that is not for everyone: (name, arguments, method)."""
    section = section_of("1a")
    write(section, "reflection", "<p>Once</p>")
    piece = make_evidence(ada)
    share = Share.objects.create(portfolio=portfolio, person=ada)
    whole, one = [portfolio.pk], [portfolio.pk, section.pk]
    part = [*one, "reflection"]
    return [
        ("portfolio", whole, "get"),
        ("read", whole, "get"),
        ("details", whole, "get"),
        ("details", whole, "post"),
        ("mentor", whole, "post"),
        ("delete", whole, "get"),
        ("delete", whole, "post"),
        ("history", whole, "get"),
        ("readiness", whole, "get"),
        ("declaration", whole, "get"),
        ("declaration", whole, "post"),
        ("elsewhere", whole, "get"),
        ("elsewhere", whole, "post"),
        ("elsewhere_file", whole, "get"),
        ("made_here", whole, "post"),
        ("bring_in_sections", whole, "post"),
        ("add_section", [portfolio.pk, section.node_id], "post"),
        ("section", one, "get"),
        ("a_section", [section.pk], "get"),
        ("remove_section", one, "get"),
        ("remove_section", one, "post"),
        ("section_title", one, "post"),
        ("dimensions", one, "post"),
        ("evidence", one, "get"),
        ("place", [*one, piece.pk], "post"),
        ("unplace", [*one, piece.pk], "post"),
        ("image", one, "post"),
        ("write", part, "post"),
        ("settle", part, "post"),
        ("revisions", part, "get"),
        ("revision", [*part, 1], "get"),
        ("revision", [*part, 1], "post"),
        ("sharing", whole, "get"),
        ("audience", whole, "post"),
        ("share_person", whole, "post"),
        ("share_circle", whole, "post"),
        ("share_link", whole, "post"),
        ("end_share", [portfolio.pk, share.pk], "post"),
        ("publish", whole, "get"),
        ("publish", whole, "post"),
        ("unpublish", whole, "post"),
        ("export", whole, "get"),
        ("export_pages", whole, "get"),
        ("export_document", whole, "get"),
    ]


def answers(client, addresses):
    return {
        f"{method} {name}": getattr(client, method)(reverse(f"portfolios:{name}", args=arguments)).status_code
        for name, arguments, method in addresses
    }


def test_strangers_are_led_to_log_in(client_of, addresses):
    assert set(answers(client_of(None), addresses).values()) == {302}


def test_whoever_has_no_business_here_finds_nothing(eve, client_of, addresses):
    assert {name: code for name, code in answers(client_of(eve), addresses).items() if code != 404} == {}


READERS_MAY = {"get portfolio", "get read", "get section", "get a_section"}
MENTORS_MAY = {
    *READERS_MAY,
    "get history",
    "get readiness",
    "get export",
    "get export_pages",
    "get export_document",
}


@pytest.mark.parametrize("role", ["reader", "mentor"])
def test_readers_and_mentors_change_nothing(*, ada, bo, portfolio, client_of, addresses, role):
    if role == "mentor":
        actions.set_mentor(portfolio=portfolio, mentor=bo, by=ada)
    else:
        actions.share_with_person(portfolio=portfolio, person=bo, by=ada)
    found = answers(client_of(bo), addresses)
    assert {name for name, code in found.items() if code in {200, 302}} == (
        MENTORS_MAY if role == "mentor" else READERS_MAY
    )
    assert {found.pop(name) for name in ("get elsewhere_file", "post end_share")} <= {404, 403}
    assert {code for name, code in found.items() if name not in MENTORS_MAY} == {403}
    assert Part.objects.get(section__node__code="1a", component="reflection").html == "<p>Once</p>"


def test_the_owner_opens_every_page(ada, portfolio, client_of, addresses):
    pages = [address for address in addresses if address[2] == "get" and address[0] != "elsewhere_file"]
    assert set(answers(client_of(ada), pages).values()) == {200, 302}
    for name in ("list", "with_me", "begin", "signed_in_again"):
        assert client_of(ada).get(reverse(f"portfolios:{name}")).status_code == 200


def test_a_section_of_another_portfolio_is_not_found_in_this_one(ada, cmalt, portfolio, client_of):
    other = actions.begin(by=ada, pathway=cmalt).sections.first()
    assert client_of(ada).get(reverse("portfolios:section", args=[portfolio.pk, other.pk])).status_code == 404


# Beginning ------------------------------------------------------------------------------------------------------------


def test_a_portfolio_is_begun_from_the_page_of_its_pathway(ada, cmalt, client_of):
    client = client_of(ada)
    page = client.get(reverse("portfolios:begin_on", args=[cmalt.pk])).content.decode()
    assert "One legislative area and one more" in page
    answer = client.post(reverse("portfolios:begin_on", args=[cmalt.pk]), {"title": "Mine"})
    assert answer["Location"] == Portfolio.objects.get(title="Mine").get_absolute_url()


def test_what_the_scheme_has_not_said_is_said_before_one_begins(ada, cmalt, client_of):
    associate = cmalt.scheme_version.pathways.get(key="associate")
    page = client_of(ada).get(reverse("portfolios:begin_on", args=[associate.pk])).content.decode()
    assert "The scheme has not said everything that a writer needs" in page


# Saving ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def save(ada, client_of, section_of):
    client = client_of(ada)

    def post(html, on_revision, *, component="reflection", **headers):
        section = section_of("1a")
        address = reverse("portfolios:write", args=[section.portfolio_id, section.pk, component])
        return client.post(address, {"html": html, "on_revision": on_revision}, **headers)

    return post


def test_the_editor_is_answered_with_the_revision_that_stands(save):
    answer = save("<p>Two words</p>", 0, **JSON)
    assert answer.status_code == 200
    assert {key: answer.json()[key] for key in ("revision", "words", "html")} == {
        "revision": 1, "words": 2, "html": "<p>Two words</p>",
    }  # fmt: skip


def test_without_javascript_saving_leads_back_to_the_part(save, section_of):
    assert save("Just words", 0)["Location"] == f"{section_of('1a').get_absolute_url()}#reflection"


def test_the_editor_is_told_what_differs(save):
    save("<p>Theirs</p>", 0, **JSON)
    answer = save("<p>Mine</p>", 0, **JSON)
    assert answer.status_code == 409
    assert answer.json()["html"] == "<p>Theirs</p>"
    assert answer.json()["difference"] == "<p><del>Theirs</del></p><p><ins>Mine</ins></p>"
    assert answer.json()["revision"] == 1


def test_without_javascript_a_conflict_is_a_page_on_which_one_chooses(ada, save, section_of, client_of):
    save("<p>Theirs</p>", 0)
    page = save("<p>Mine &amp; yours</p>", 0)
    assert page.status_code == 409
    assert 'value="&lt;p&gt;Mine &amp;amp; yours&lt;/p&gt;"' in page.content.decode()
    section = section_of("1a")
    client_of(ada).post(
        reverse("portfolios:settle", args=[section.portfolio_id, section.pk, "reflection"]),
        {"html": "<p>Mine &amp; yours</p>", "on_revision": 1, "choice": "both"},
    )
    assert section.parts.get(component="reflection").html == "<p>Theirs</p><hr><p>Mine &amp; yours</p>"


def test_an_expired_session_is_told_by_a_redirect_that_the_editor_can_see(client_of, section_of):
    section = section_of("1a")
    address = reverse("portfolios:write", args=[section.portfolio_id, section.pk, "reflection"])
    answer = client_of(None).post(address, {"html": "<p>x</p>", "on_revision": 0}, **JSON)
    assert answer.status_code == 302
    assert not Revision.objects.exists()


def test_a_part_that_is_not_there_is_refused(save):
    assert save("<p>x</p>", 0, component="poem", **JSON).status_code == 422


def test_a_locked_section_answers_403_and_shows_its_words(ada, portfolio, save, section_of, client_of):
    save("<p>As handed in</p>", 0)
    actions.lock(portfolio=portfolio, by=None, open_codes=[])
    assert save("<p>Later</p>", 1, **JSON).status_code == 403
    page = client_of(ada).get(section_of("1a").get_absolute_url()).content.decode()
    assert "As handed in" in page
    assert "This section is locked" in page
    assert "<textarea" not in page


def test_script_in_the_words_is_inert_everywhere(ada, portfolio, save, client_of):
    save(
        '<p>Hello<img src=x onerror=alert(1)><a href="javascript:alert(2)">x</a></p><script>alert(3)</script>',
        0,
    )
    save('<p>Hello <span data-principle="P1" onclick="alert(4)">there</span></p>', 1)
    actions.change_details(portfolio=portfolio, title="<script>alert(5)</script>", target_date=None, by=ada)
    for name in ("portfolio", "read", "readiness", "history", "sharing"):
        page = client_of(ada).get(reverse(f"portfolios:{name}", args=[portfolio.pk])).content.decode()
        assert not [number for number in range(1, 6) if f"<script>alert({number})" in page]
        assert "onclick" not in page
        assert "onerror" not in page
        assert "javascript:" not in page


# Evidence -------------------------------------------------------------------------------------------------------------


def png():
    out = io.BytesIO()
    Image.new("RGB", (30, 20), (200, 90, 20)).save(out, "PNG")
    return out.getvalue()


def test_an_image_in_the_words_becomes_evidence_with_its_words(ada, section_of, client_of):
    section = section_of("1a")
    address = reverse("portfolios:image", args=[section.portfolio_id, section.pk])
    client = client_of(ada)
    upload = lambda: SimpleUploadedFile("wall.png", png(), "image/png")  # noqa: E731
    refused = client.post(address, {"upload": upload(), "people": "none"}, **JSON)
    assert refused.status_code == 422
    assert "What is to be seen in it" in refused.json()["sentence"]
    lying = SimpleUploadedFile("wall.png", b"<script>alert(1)</script>", "image/png")
    assert (
        client.post(address, {"upload": lying, "alt_text": "A wall", "people": "none"}, **JSON).status_code
        == 422
    )
    made = client.post(address, {"upload": upload(), "alt_text": "A wall", "people": "unasked"}, **JSON)
    assert made.status_code == 201
    piece = Evidence.objects.get()
    assert (piece.kind, piece.alt_text, piece.people_shown.get().permission) == ("image", "A wall", "unasked")
    assert section.placements.get().evidence == piece


def test_evidence_is_found_by_its_words_and_placed(ada, bo, section_of, client_of):
    section = section_of("1a")
    mine = make_evidence(ada, title="Feedback by audio")
    make_evidence(ada, title="Something else")
    make_evidence(bo, title="Feedback by audio, not mine")
    client = client_of(ada)
    page = client.get(
        reverse("portfolios:evidence", args=[section.portfolio_id, section.pk]), {"q": "audio feed"}
    ).content.decode()
    assert "Feedback by audio" in page
    assert "not mine" not in page
    assert "Something else" not in page
    client.post(reverse("portfolios:place", args=[section.portfolio_id, section.pk, mine.pk]))
    assert section.placements.get().evidence == mine


def test_dimensions_are_ticked(ada, psf, client_of):
    portfolio = actions.begin(by=ada, pathway=psf)
    account = portfolio.sections.get(node__code="account")
    node = psf.scheme_version.framework.nodes.get(code="V2")
    client_of(ada).post(
        reverse("portfolios:dimensions", args=[portfolio.pk, account.pk]), {"nodes": [node.pk]}
    )
    assert list(account.dimensions.all()) == [node]


# Made elsewhere -------------------------------------------------------------------------------------------------------


@pytest.fixture
def bring(ada, portfolio, client_of):
    def post(name="", content=b"", **fields):
        data = dict(fields)
        if name:
            data["upload"] = SimpleUploadedFile(name, content)
        return client_of(ada).post(reverse("portfolios:elsewhere", args=[portfolio.pk]), data)

    return post


def zipped(*names):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "<p>Hello</p>")
    return out.getvalue()


def test_a_portfolio_made_elsewhere_is_an_address_or_a_file_with_its_table(
    bring, portfolio, section_of, ada, client_of
):
    answer = bring(url="example.org/mine", access="ask", **{f"where_{section_of('1a').pk}": "page 4"})
    assert answer.status_code == 302
    portfolio.refresh_from_db()
    assert (portfolio.elsewhere_url, portfolio.elsewhere_access) == ("https://example.org/mine", "ask")
    assert section_of("1a").where_elsewhere == "page 4"
    assert bring("mine.zip", zipped("index.html")).status_code == 302
    served = client_of(ada).get(reverse("portfolios:elsewhere_file", args=[portfolio.pk]))
    assert served.status_code == 200
    assert served["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("mine.pdf", b"MZ this is a program"),
        ("mine.exe", b"MZ this is a program"),
        ("mine.zip", zipped("../../etc/passwd")),
        ("mine.png", png()),
        ("empty.pdf", b""),
    ],
)
def test_a_file_that_is_not_what_it_should_be_is_refused_and_not_kept(bring, portfolio, name, content):
    assert bring(name, content).status_code == 422
    portfolio.refresh_from_db()
    assert portfolio.elsewhere_blob is None
    assert not portfolio.made_elsewhere


def test_neither_address_nor_file_is_refused(bring):
    assert "Give the address of your portfolio" in bring().content.decode()


# Numbers of queries -----------------------------------------------------------------------------------------------------


@pytest.fixture
def grown(ada, portfolio, section_of, fill):
    """``grown(n)``: fills the portfolio, with n pieces of evidence in every section and n that fit 1a."""

    def grow(number):
        fill(portfolio)
        principle = portfolio.pathway.scheme_version.framework.principles.first()
        for section in portfolio.sections.select_related("node", "portfolio"):
            for _each in range(number):
                piece = make_evidence(ada)
                piece.alignments.create(principle=principle)
                piece.people_shown.create(who="Somebody", permission="agreed")
                actions.place(section=section, evidence=piece, by=ada)
        for _each in range(number):
            make_evidence(ada).alignments.create(node=section_of("1a").node)

    return grow


@pytest.mark.parametrize("number", [1, 3])
def test_queries_of_the_section_page(*, ada, grown, section_of, client_of, django_assert_num_queries, number):
    grown(number)
    client, address = client_of(ada), section_of("1a").get_absolute_url()
    client.get(address)
    with django_assert_num_queries(11):
        assert client.get(address).status_code == 200


@pytest.mark.parametrize("number", [1, 3])
def test_queries_of_the_public_page(*, ada, portfolio, grown, client_of, django_assert_num_queries, number):
    grown(number)
    actions.publish(portfolio=portfolio, slug="ada", licence="CC-BY-4.0", by=ada)
    client_of(None).get("/p/ada/")
    with django_assert_num_queries(7):
        assert client_of(None).get("/p/ada/").status_code == 200


@pytest.mark.parametrize("number", [1, 3])
def test_queries_of_the_overview(*, ada, portfolio, grown, client_of, django_assert_max_num_queries, number):
    grown(number)
    client = client_of(ada)
    client.get(portfolio.get_absolute_url())
    with django_assert_max_num_queries(12) as counted:
        assert client.get(portfolio.get_absolute_url()).status_code == 200
    assert len(counted) == 12


def test_a_desk_and_its_key_are_in_no_browsers_cache_and_each_writer_has_their_own(
    ada, bo, portfolio, client_of
):
    page = client_of(ada).get(portfolio.sections.first().get_absolute_url())
    assert page["Cache-Control"] == "private, no-store"
    assert f'data-device-key="{ada.device_key}"' in page.content.decode()
    assert len({ada.device_key, bo.device_key}) == 2


@pytest.mark.parametrize("number", [1, 3])
def test_queries_of_the_list(*, ada, bo, cmalt, client_of, django_assert_num_queries, number):
    for _each in range(number):
        made = actions.begin(by=ada, pathway=cmalt)
        actions.set_audience(portfolio=made, audience="circle", circle=make_circle(ada, bo), by=ada)
    client = client_of(ada)
    client.get(reverse("portfolios:list"))
    with django_assert_num_queries(6):
        client.get(reverse("portfolios:list"))
    reader = client_of(bo)
    for made in Portfolio.objects.all():
        actions.share_with_person(portfolio=made, person=bo, by=ada)
        actions.share_with_person(portfolio=made, person=bo, section=made.sections.first(), by=ada)
    reader.get(reverse("portfolios:with_me"))
    with django_assert_num_queries(6):
        reader.get(reverse("portfolios:with_me"))


@pytest.mark.parametrize("number", [1, 3])
def test_queries_of_a_snapshot(portfolio, grown, django_assert_num_queries, number):
    grown(number)
    fresh = Portfolio.objects.for_display().get(pk=portfolio.pk)
    queries.snapshot(fresh)
    with django_assert_num_queries(6):
        queries.snapshot(fresh)
