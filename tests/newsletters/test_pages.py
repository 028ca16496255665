"""What readers see: newsletters, an archive and its search, an issue on the web, on paper and as a feed."""

import json
from io import BytesIO

import pytest
from django.urls import reverse
from lxml import etree
from pypdf import PdfReader

from collegium.foundation import clock
from collegium.newsletters import actions
from collegium.newsletters.models import Issue, Section
from collegium.people.models import Audience
from tests.factories import make_person
from tests.newsletters.factories import make_issue, make_newsletter, make_subscription

pytestmark = pytest.mark.django_db
A = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def sent(newsletter, cy, happens):
    """An issue that went out, with words of the editors, one entry and one that was cut."""
    return send(newsletter, cy, happens)


def send(newsletter, cy, happens, *, words="We begin with Zygmunt’s lighthouse.", title="Light & <lamps>"):
    issue = make_issue(newsletter, cy, words=words)
    actions.rename_issue(issue=issue, by=cy, title=title)
    section = actions.add_section(issue=issue, by=cy, kind="feature", title="Read this")
    actions.add_entry(
        section=section,
        by=cy,
        title="Annotating together",
        url="https://blog.example/annotate",
        words="What changed when they read aloud.",
        author_name="Ann Author",
        source_name="A blog",
        licence_url="https://creativecommons.org/licenses/by/4.0/",
    )
    cut = actions.add_entry(section=section, by=cy, title="Cut before it went out")
    actions.cut_entry(entry=cut, by=cy)
    with happens():
        actions.send_now(issue=issue, by=cy)
    return Issue.objects.select_related("newsletter__ecology").get(pk=issue.pk)


def page(client, name, newsletter, *args):
    return client.get(reverse(f"newsletters:{name}", args=[newsletter.slug, *args]))


# The list -------------------------------------------------------------------------------------------------------------


def test_the_list_names_what_its_reader_may_see(newsletter, community, ada, eve, client_of):
    make_newsletter(community, title="For members", audience=Audience.CIRCLE)
    make_newsletter(community, title="For us", audience=Audience.SIGNED_IN)
    make_newsletter(community, title="Gone", closed_at=clock.now())
    seen = {
        who: [each for each in ("Weekly news", "For members", "For us", "Gone") if each in said]
        for who, said in (
            (name, client_of(person).get("/newsletters/").content.decode())
            for name, person in (("nobody", None), ("eve", eve), ("ada", ada))
        )
    }
    assert seen == {
        "nobody": ["Weekly news"],
        "eve": ["Weekly news", "For us"],
        "ada": ["Weekly news", "For members", "For us"],
    }


def test_an_empty_list_says_what_will_be_there(db, client_of):
    assert "No newsletter yet" in client_of(None).get("/newsletters/").content.decode()


def test_who_looks_after_something_without_one_is_offered_to_begin_it(community, cy, ada, client_of):
    address = f"{reverse('newsletters:found')}?ecology={community.ecology_id}"
    assert address in client_of(cy).get("/newsletters/").content.decode()
    assert address not in client_of(ada).get("/newsletters/").content.decode()


# A newsletter and its archive -----------------------------------------------------------------------------------------


def test_a_newsletter_is_there_for_whom_it_is_for(community, ada, eve, client_of):
    closed = make_newsletter(community, audience=Audience.CIRCLE)
    assert page(client_of(ada), "newsletter", closed).status_code == 200
    assert page(client_of(eve), "newsletter", closed).status_code == 404
    assert page(client_of(None), "newsletter", closed).status_code == 404


def test_the_archive_shows_what_went_out_and_finds_it_by_its_words(newsletter, sent, cy, happens, client_of):
    send(newsletter, cy, happens, title="The second", words="Nothing about lamps here.")
    make_issue(newsletter, cy, words="Zygmunt drafts")
    client = client_of(None)
    shown = page(client, "newsletter", newsletter).content.decode()
    assert shown.index("The second") < shown.index("Light &amp; &lt;lamps&gt;")
    assert "Issue 3" not in shown
    address = newsletter.get_absolute_url()
    for words in ("zygmunt", '"begin with"', "lighthouses", "Light"):
        found = client.get(address, {"q": words}).content.decode()
        assert "One issue has these words." in found, words
        assert "<mark>" in found
        assert "The second" not in found
    assert "No issue has these words" in client.get(address, {"q": "Cut before"}).content.decode()


@pytest.mark.parametrize("words", ["\x00", "'\";--", "<script>", "x" * 3000, "🜁", "AND OR NOT", "-", '"'])
def test_nothing_that_is_looked_for_is_an_error(words, newsletter, sent, client_of):
    response = client_of(None).get(newsletter.get_absolute_url(), {"q": words})
    assert response.status_code == 200
    assert b"<script>alert" not in response.content


def test_a_long_archive_has_pages(newsletter, cy, client_of):
    rows = [
        Issue(
            newsletter=newsletter, number=number, title=f"Of old {number}", state="sent", covers_from=clock.now(),
            covers_to=clock.now(), begun_at=clock.now(), html="h", text="t", sha256="0" * 64,
        )
        for number in range(1, 24)
    ]  # fmt: skip
    Issue.objects.bulk_create(rows)
    client = client_of(None)
    first = client.get(newsletter.get_absolute_url()).content.decode()
    assert ("Of old 23" in first, "Of old 3<" in first, "?before=4" in first) == (True, False, True)
    second = client.get(newsletter.get_absolute_url(), {"before": "4"}).content.decode()
    assert ("Of old 3" in second, "Of old 4" in second, "?before=" in second) == (True, False, False)
    for hostile in ("-1", "x", "9" * 40, "1"):
        assert client.get(newsletter.get_absolute_url(), {"before": hostile}).status_code == 200


# An issue -------------------------------------------------------------------------------------------------------------


def test_an_issue_has_a_permanent_page_for_everybody(newsletter, sent, client_of):
    said = page(client_of(None), "issue", newsletter, 1).content.decode()
    assert "Light &amp; &lt;lamps&gt;" in said
    assert "Zygmunt’s lighthouse" in said
    assert 'href="https://blog.example/annotate"' in said
    assert "Ann Author" in said
    assert "Creative Commons Attribution 4.0" in said
    assert "Cut before it went out" not in said
    assert "Get it by e-mail" in said


def test_a_draft_is_its_editors_alone(newsletter, cy, ada, client_of):
    make_issue(newsletter, cy, words="Not yet.")
    assert page(client_of(ada), "issue", newsletter, 1).status_code == 404
    assert page(client_of(None), "issue", newsletter, 1).status_code == 404
    assert "Only its editors see it" in page(client_of(cy), "issue", newsletter, 1).content.decode()


def test_issues_lead_to_each_other(newsletter, sent, cy, happens, client_of):
    send(newsletter, cy, happens, title="The second")
    first, second = (page(client_of(None), "issue", newsletter, number).content.decode() for number in (1, 2))
    assert 'rel="next" href="/newsletters/weekly-news/2/"' in first
    assert 'rel="prev" href="/newsletters/weekly-news/1/"' in second


def test_a_withdrawn_issue_says_why_and_shows_nothing_of_itself(newsletter, sent, cy, client_of):
    client = client_of(cy)
    address = reverse("newsletters:withdraw", args=[newsletter.slug, 1])
    assert client.post(address, {"because": " "}).status_code == 422
    assert client.post(address, {"because": "A name was <b>wrong</b>."}).status_code == 302
    shown = page(client_of(None), "issue", newsletter, 1)
    assert shown.status_code == 410
    assert "A name was &lt;b&gt;wrong&lt;/b&gt;." in shown.content.decode()
    assert "lighthouse" not in shown.content.decode()
    for name in ("issue_print", "issue_pdf"):
        assert page(client_of(None), name, newsletter, 1).status_code == 404
    assert "lamps" not in page(client_of(None), "newsletter", newsletter).content.decode()
    assert client.post(address, {"because": "Again"}).status_code == 403


def test_only_editors_withdraw(newsletter, sent, ada, eve, client_of):
    for person in (ada, eve):
        address = reverse("newsletters:withdraw", args=[newsletter.slug, 1])
        assert client_of(person).post(address, {"because": "x"}).status_code == 403


# Paper and feeds ------------------------------------------------------------------------------------------------------


def test_an_issue_is_printed_and_is_a_tagged_pdf(newsletter, sent, client_of):
    printed = page(client_of(None), "issue_print", newsletter, 1).content.decode()
    assert "lighthouse" in printed
    assert sent.sha256 in printed
    assert "<script" not in printed
    response = page(client_of(None), "issue_pdf", newsletter, 1)
    assert response.headers["Content-Type"] == "application/pdf"
    paper = PdfReader(BytesIO(response.content))
    assert paper.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert "lighthouse" in "".join(each.extract_text() for each in paper.pages)


def test_paper_is_for_who_may_read_the_newsletter(community, cy, eve, happens, client_of):
    mine = make_newsletter(community, audience=Audience.CIRCLE)
    send(mine, cy, happens)
    for name in ("issue", "issue_print", "issue_pdf"):
        assert page(client_of(eve), name, mine, 1).status_code == 404
        assert page(client_of(cy), name, mine, 1).status_code == 200


@pytest.mark.parametrize("form", ["atom", "rss", "json"])
def test_a_feed_has_the_whole_issues(form, newsletter, sent, client_of):
    response = page(client_of(None), "feed", newsletter, form)
    content = response.content.decode()
    assert "lighthouse" in content
    assert "Cut before" not in content
    if form == "json":
        entry = json.loads(content)["items"][0]
        assert (entry["title"], entry["id"].endswith("/newsletters/weekly-news/1/")) == (
            "Light & <lamps>",
            True,
        )
    else:
        root = etree.fromstring(response.content)
        title = root.findtext(f"{A}entry/{A}title") if form == "atom" else root.findtext("channel/item/title")
        assert title == "Light & <lamps>"
    again = client_of(None).get(
        reverse("newsletters:feed", args=[newsletter.slug, form]), headers={"If-None-Match": response["ETag"]}
    )
    assert (again.status_code, again.content) == (304, b"")


def test_only_public_newsletters_are_feeds(community, cy, client_of, newsletter):
    inner = make_newsletter(community, audience=Audience.SIGNED_IN)
    assert page(client_of(cy), "feed", inner, "atom").status_code == 404
    assert "feed.atom" not in page(client_of(cy), "newsletter", inner).content.decode()
    for form in ("xml", "svg", "html"):
        assert page(client_of(None), "feed", newsletter, form).status_code == 404


def test_what_cannot_be_said_in_xml_is_left_out(newsletter, cy, happens, client_of):
    send(newsletter, cy, happens, title="A bell \x07 rings", words="And \x0b here")
    for form in ("atom", "rss"):
        etree.fromstring(page(client_of(None), "feed", newsletter, form).content)


# Links that know only a number ----------------------------------------------------------------------------------------


def test_numbers_lead_to_where_one_may_go(newsletter, sent, cy, eve, client_of):
    draft = make_issue(newsletter, cy)
    client = client_of(cy)
    leads = {
        reverse("newsletters:by_id", args=[newsletter.pk]): newsletter.get_absolute_url(),
        reverse("newsletters:to_issue", args=[sent.pk]): sent.get_absolute_url(),
        reverse("newsletters:to_issue", args=[draft.pk]): reverse(
            "newsletters:edit", args=[newsletter.slug, 2]
        ),
    }
    assert {address: client.get(address).url for address in leads} == leads
    assert client_of(eve).get(reverse("newsletters:to_issue", args=[draft.pk])).status_code == 404


# Queries --------------------------------------------------------------------------------------------------------------

OF_A_READER = {"list": 6, "newsletter": 9, "issue": 11, "mine": 5}
OF_NOBODY = {"list": 1, "newsletter": 3, "search": 7, "issue": 5, "feed": 4, "print": 3}


@pytest.fixture(params=[1, 3])
def many(request, community, newsletter, ada, cy, happens):
    for each in range(request.param):
        more = make_newsletter(community, title=f"Another {each}")
        send(more, cy, happens)
        make_subscription(more, person=ada)
        send(newsletter, cy, happens, title=f"Number {each}", words="lamps " * (each + 1))
        make_person(name=f"Reader {each}")
    make_subscription(newsletter, person=ada)
    slug = newsletter.slug
    number = newsletter.issues.count()
    return {
        "list": "/newsletters/",
        "mine": "/newsletters/mine/",
        "newsletter": f"/newsletters/{slug}/",
        "search": f"/newsletters/{slug}/?q=lamps",
        "issue": f"/newsletters/{slug}/{number}/",
        "print": f"/newsletters/{slug}/{number}/print/",
        "feed": f"/newsletters/{slug}/feed.atom",
    }


@pytest.mark.parametrize("name", OF_A_READER)
def test_a_readers_page_asks_the_same_for_one_and_for_three(
    name, many, ada, client_of, django_assert_num_queries
):
    client = client_of(ada)
    client.get(many[name])
    with django_assert_num_queries(OF_A_READER[name]):
        assert client.get(many[name]).status_code == 200


@pytest.mark.parametrize("name", OF_NOBODY)
def test_a_strangers_page_asks_the_same_for_one_and_for_three(
    name, many, client_of, django_assert_num_queries
):
    client = client_of(None)
    client.get(many[name])
    with django_assert_num_queries(OF_NOBODY[name]):
        assert client.get(many[name]).status_code == 200


def test_a_section_without_anything_is_not_shown(newsletter, cy, client_of, happens):
    issue = make_issue(newsletter, cy, words="Only this.")
    actions.add_section(issue=issue, by=cy, kind=Section.Kind.CASE_STUDY, title="Nothing in here")
    with happens():
        actions.send_now(issue=issue, by=cy)
    assert "Nothing in here" not in page(client_of(None), "issue", newsletter, 1).content.decode()
