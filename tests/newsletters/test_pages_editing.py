"""The editors' desk and the sheet of an issue: founding, ordering, cutting, writing, previewing, sending."""

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse

from collegium.events import moments
from collegium.foundation import clock
from collegium.newsletters import actions
from collegium.newsletters.models import Entry, Issue, Newsletter, Nomination, Section
from collegium.people.models import Audience
from tests.conversations.factories import make_thread
from tests.ecology.factories import make_item, make_source
from tests.newsletters.factories import make_issue, make_subscription

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def issue(newsletter, cy):
    """Two sections after the editors' own, of three entries and of one."""
    issue = make_issue(newsletter, cy, words="Good morning.")
    first = actions.add_section(issue=issue, by=cy, kind="feature", title="First")
    for title in ("One", "Two", "Three"):
        actions.add_entry(
            section=first, by=cy, title=title, url="https://example.org/", words=f"About {title}."
        )
    second = actions.add_section(issue=issue, by=cy, kind="case_study", title="Second")
    actions.add_entry(section=second, by=cy, title="Four")
    return issue


def at(name, issue):
    return reverse(f"newsletters:{name}", args=[issue.newsletter.slug, issue.number])


def sheet(issue):
    """Titles of sections with those of their entries that are not cut."""
    return {
        section.title: [entry.title for entry in section.entries.kept()]
        for section in Section.objects.filter(issue=issue, is_cut=False)
        if section.title in {"First", "Second"}
    }


def entry(title):
    return reverse("newsletters:entry", args=[Entry.objects.get(title=title).pk])


def section(title):
    return reverse("newsletters:section", args=[Section.objects.get(title=title).pk])


# Founding and setting -------------------------------------------------------------------------------------------------

TYPED = {
    "title": "News of the North", "about": "For all of us.", "audience": "public", "rhythm": "weekly",
    "sends_on": "4", "sends_at": "09:30", "time_zone": "Europe/London", "days_to_edit": "2", "language": "en-gb",
}  # fmt: skip


def test_whoever_looks_after_a_community_begins_a_newsletter(community, cy, ada, client_of):
    where = f"{reverse('newsletters:found')}?ecology={community.ecology_id}"
    assert client_of(ada).get(where).status_code == 403
    client = client_of(cy)
    assert client.get(where).status_code == 200
    answer = client.post(where, TYPED)
    made = Newsletter.objects.get()
    assert answer.url == reverse("newsletters:desk", args=[made.slug])
    assert (made.title, made.about, made.audience, made.sends_at.hour) == (
        "News of the North", "<p>For all of us.</p>", Audience.PUBLIC, 9,
    )  # fmt: skip
    assert client.get(reverse("newsletters:found")).status_code == 403  # of the whole house
    for hostile in ("x", "999999999", "9" * 30, "-1"):
        assert client.get(reverse("newsletters:found"), {"ecology": hostile}).status_code == 404


@pytest.mark.parametrize(
    ("field", "typed"),
    [("title", " "), ("title", "x" * 121), ("audience", "private"), ("sends_on", "7"), ("sends_at", "25:00"),
     ("time_zone", "Mars/Olympus"), ("days_to_edit", "99"), ("language", "xx"), ("rhythm", "hourly")],
)  # fmt: skip
def test_what_is_typed_wrong_is_said_at_its_field(field, typed, newsletter, cy, client_of):
    client = client_of(cy)
    where = reverse("newsletters:settings", args=[newsletter.slug])
    answer = client.post(where, {**TYPED, field: typed})
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in answer.content.decode() or "error-summary" in answer.content.decode()
    newsletter.refresh_from_db()
    assert newsletter.title == "Weekly news"


def test_settings_are_changed_and_the_newsletter_is_closed(newsletter, cy, ada, client_of):
    where = reverse("newsletters:settings", args=[newsletter.slug])
    assert client_of(ada).post(where, TYPED).status_code == 403
    client = client_of(cy)
    client.post(where, {**TYPED, "about": "<p onclick=x>Hi<script>alert(1)</script></p>"})
    newsletter.refresh_from_db()
    assert (newsletter.title, newsletter.about) == ("News of the North", "<p>Hi</p>")
    client.post(where, {"do": "close"})
    newsletter.refresh_from_db()
    assert newsletter.closed_at is not None
    assert (
        "Nothing more is drafted"
        in client.get(reverse("newsletters:desk", args=[newsletter.slug])).content.decode()
    )


# The desk -------------------------------------------------------------------------------------------------------------


def test_the_desk_drafts_one_issue_at_a_time(newsletter, cy, client_of):
    client = client_of(cy)
    desk = reverse("newsletters:desk", args=[newsletter.slug])
    draft = reverse("newsletters:draft", args=[newsletter.slug])
    assert "Draft an issue now" in client.get(desk).content.decode()
    assert client.post(draft).url == reverse("newsletters:edit", args=[newsletter.slug, 1])
    assert client.post(draft).status_code == 409
    said = client.get(desk).content.decode()
    assert ("Draft an issue now" in said, "Issue 1" in said) == (False, True)


PAGES = ("desk", "settings", "subscribers")
OF_AN_ISSUE = ("edit", "preview", "letter")


def test_only_editors_come_to_the_desk(issue, ada, eve, client_of):
    slug = issue.newsletter.slug
    for person in (ada, eve):
        client = client_of(person)
        assert {client.get(reverse(f"newsletters:{name}", args=[slug])).status_code for name in PAGES} == {
            403
        }
        assert {client.get(at(name, issue)).status_code for name in OF_AN_ISSUE} == {404}
        for name in ("edit", "schedule", "test", "withdraw"):
            assert client.post(at(name, issue), {"do": "now"}).status_code == 404
        for where in (entry("One"), section("First")):
            assert client.post(where, {"do": "cut"}).status_code == 404
    for name in PAGES:
        assert "login" in client_of(None).get(reverse(f"newsletters:{name}", args=[slug])).url
    assert sheet(issue) == {"First": ["One", "Two", "Three"], "Second": ["Four"]}


def test_subscribers_without_an_account_are_counted_and_not_named(newsletter, cy, ada, bo, client_of):
    bo.name_audience = Audience.PRIVATE
    bo.save()
    make_subscription(newsletter, person=ada)
    make_subscription(newsletter, person=bo)
    make_subscription(newsletter, email="secret@example.org")
    said = client_of(cy).get(reverse("newsletters:subscribers", args=[newsletter.slug])).content.decode()
    assert "Ada Candidate" in said
    assert "Bo Assessor" not in said
    assert "@example.org" not in said
    assert "And one more with an account" in said


# Ordering, cutting, writing -------------------------------------------------------------------------------------------


def test_entries_go_up_and_down_and_into_the_next_section(issue, cy, client_of):
    client = client_of(cy)

    def press(title, do, **more):
        client.post(entry(title), {"do": do, **more})
        return sheet(issue)

    assert press("Two", "up")["First"] == ["Two", "One", "Three"]
    assert press("Two", "up") == {
        "First": ["One", "Three"],
        "Second": ["Four"],
    }  # among the editors' own words
    assert press("Two", "down") == {"First": ["Two", "One", "Three"], "Second": ["Four"]}
    assert press("Three", "down") == {"First": ["Two", "One"], "Second": ["Three", "Four"]}
    assert press("Four", "down")["Second"] == ["Three", "Four"]
    first = Section.objects.get(title="First").pk
    assert press("Four", "move", to="1", section=str(first)) == {
        "First": ["Two", "Four", "One"],
        "Second": ["Three"],
    }
    assert press("Three", "move", section=str(first))["First"] == ["Two", "Four", "One", "Three"]


@pytest.mark.parametrize(
    "values",
    [{"do": "move", "to": "-1"}, {"do": "move", "to": "x"}, {"do": "sideways"}, {}, {"do": "move", "section": "999999"},
     {"do": "move", "to": "9" * 30}, {"do": "move", "section": "9" * 30}],
)  # fmt: skip
def test_places_that_do_not_exist_are_refused(values, issue, cy, client_of):
    assert client_of(cy).post(entry("One"), values).status_code == 409
    assert sheet(issue)["First"] == ["One", "Two", "Three"]


def test_sections_are_ordered_cut_and_put_back(issue, cy, client_of):
    client = client_of(cy)
    client.post(section("Second"), {"do": "up"})
    assert list(sheet(issue)) == ["Second", "First"]
    client.post(section("Second"), {"do": "move", "to": "99"})
    assert list(sheet(issue)) == ["First", "Second"]
    gathered = actions.add_section(issue=issue, by=cy, kind="library", title="Shelf")
    client.post(section("Shelf"), {"do": "cut"})
    gathered.refresh_from_db()
    assert gathered.is_cut
    assert (
        client.post(section("First"), {"do": "cut"}).status_code == 409
    )  # of one's own words, and so not in passing
    client.post(section("Shelf"), {"do": "restore"})
    gathered.refresh_from_db()
    assert not gathered.is_cut
    client.post(section("First"), {"do": "remove"})
    assert list(sheet(issue)) == ["Second"]


def test_an_entry_is_cut_put_back_and_has_its_words_changed(issue, cy, client_of):
    client = client_of(cy)
    where = entry("One")
    client.post(where, {"do": "cut"})
    assert sheet(issue)["First"] == ["Two", "Three"]
    assert "One is cut" in client.get(at("edit", issue)).content.decode()
    client.post(where, {"do": "restore"})
    client.post(where, {"do": "change", "title": "Uno <b>", "words": "x" * 600})
    assert sheet(issue)["First"][0] == "Uno <b>"
    for wrong in (
        {"title": "", "words": ""},
        {"title": "t", "words": "x" * 601},
        {"title": "t" * 301, "words": ""},
    ):
        assert client.post(where, {"do": "change", **wrong}).status_code == 409
    assert "Uno &lt;b&gt;" in client.get(at("edit", issue)).content.decode()


def test_something_is_put_in_by_hand(issue, cy, client_of):
    client = client_of(cy)
    client.post(
        section("Second"), {"do": "add", "title": "By hand", "url": "example.org/page", "words": "See."}
    )
    made = Entry.objects.get(title="By hand")
    assert (made.url, made.words) == ("https://example.org/page", "See.")
    for hostile in ("javascript:alert(1)", "//evil.example/", "ftp://x.example/", "/\\evil.example"):
        answer = client.post(section("Second"), {"do": "add", "title": "Bad", "url": hostile})
        assert answer.status_code == 409, hostile
        assert "Bad" in answer.content.decode()  # what was typed is kept
    assert not Entry.objects.filter(title="Bad").exists()


def test_the_page_script_gets_the_sheet_alone_and_what_became_of_it(issue, cy, client_of):
    client = client_of(cy)
    said = client.post(entry("One"), {"do": "down"}, headers=HTMX).content.decode()
    assert "“One” is in “First” now, number 2 of 3." in said
    assert "<html" not in said
    refused = client.post(entry("One"), {"do": "change", "title": ""}, headers=HTMX).content.decode()
    assert "data-refused" in refused


def test_a_section_is_written_with_safe_words(issue, cy, ada, client_of):
    where = reverse("newsletters:write", args=[Section.objects.get(title="First").pk])
    assert client_of(ada).get(where).status_code == 404
    client = client_of(cy)
    client.post(
        where, {"title": "First", "body": "<p onclick='x'>Hi<script>alert(1)</script></p>", "by_line": "Cy"}
    )
    assert Section.objects.get(title="First").body == "<p>Hi</p>"
    assert client.post(where, {"title": "", "body": ""}).status_code == 422
    client.post(where, {"title": "First", "body": "Plain words.\n\nAnd more.", "by_line": ""})
    assert Section.objects.get(title="First").body == "<p>Plain words.</p><p>And more.</p>"


def test_the_issue_is_renamed_gathered_again_and_thrown_away(issue, cy, client_of):
    client = client_of(cy)
    where = at("edit", issue)
    assert client.post(where, {"do": "rename", "title": ""}).status_code == 422
    client.post(where, {"do": "rename", "title": "A better name"})
    issue.refresh_from_db()
    assert issue.title == "A better name"
    assert client.post(where, {"do": "gather"}).status_code == 302
    added = client.post(where, {"do": "add", "kind": "project_update"})
    assert added.url == reverse("newsletters:write", args=[Section.objects.latest("pk").pk])
    assert client.post(where, {"do": "add", "kind": "river"}).url == where  # not one's own to write
    assert client.post(where, {"do": "nonsense"}).url == where
    client.post(where, {"do": "discard"})
    assert not Issue.objects.exists()


# Nominations ----------------------------------------------------------------------------------------------------------


def test_an_item_and_a_thread_are_nominated_and_taken_in(newsletter, community, issue, ada, cy, client_of):
    item = make_item(make_source(community.ecology), title="From the river")
    thread = make_thread(community.forum, ada, title="A thread of ours")
    reader, editor = client_of(ada), client_of(cy)
    for query in (f"item={item.pk}", f"thread={thread.pk}"):
        where = f"{reverse('newsletters:nominate')}?{query}"
        assert "Weekly news" in reader.get(where).content.decode()
        answer = reader.post(where, {"newsletter": newsletter.pk, "why": "Worth it."})
        assert answer.status_code == 302
    assert sorted(Nomination.objects.values_list("title", flat=True)) == [
        "A thread of ours",
        "From the river",
    ]
    said = editor.get(at("edit", issue)).content.decode()
    assert said.count("Worth it.") == 2
    nomination = Nomination.objects.get(item=item)
    take = reverse("newsletters:take", args=[newsletter.slug, 1, nomination.pk])
    assert reader.post(take, {"section": ""}).status_code == 404
    editor.post(take, {"section": Section.objects.get(title="Second").pk})
    assert sheet(issue)["Second"] == ["Four", "From the river"]
    decline = reverse("newsletters:decline", args=[Nomination.objects.get(thread=thread).pk])
    assert reader.post(decline).status_code == 403
    editor.post(decline, {"because": "Next time."})
    assert Nomination.objects.get(thread=thread).declined_because == "Next time."


def test_an_address_is_nominated_and_nonsense_is_not(newsletter, ada, eve, client_of):
    where = reverse("newsletters:nominate")
    client = client_of(ada)
    typed = {"newsletter": newsletter.pk, "url": "https://example.org/", "title": "A page", "why": ""}
    for wrong in (
        {"url": "javascript:x"},
        {"title": ""},
        {"newsletter": "999"},
        {"why": "x" * 601},
        {"url": ""},
    ):
        assert client.post(where, {**typed, **wrong}).status_code == 422, wrong
    assert client.post(where, typed).status_code == 302
    for query in ("item=999999", "thread=x", "resource=-1", f"item={'9' * 40}", "newsletter=x"):
        assert client.get(f"{where}?{query}").status_code == 404, query
    assert Nomination.objects.get().url == "https://example.org/"


def test_where_no_newsletter_is_the_page_says_so(eve, client_of):
    assert (
        "No newsletter to nominate it for"
        in client_of(eve).get(reverse("newsletters:nominate")).content.decode()
    )


# Preview and sending --------------------------------------------------------------------------------------------------


def test_the_preview_shows_the_letter_in_a_frame_that_can_do_nothing(issue, cy, client_of):
    client = client_of(cy)
    said = client.get(at("preview", issue)).content.decode()
    assert f'src="{at("letter", issue)}" sandbox' in said
    letter = client.get(at("letter", issue))
    assert "Good morning." in letter.content.decode()
    assert letter["X-Frame-Options"] == "SAMEORIGIN"
    assert "default-src 'none'" in letter["Content-Security-Policy"]
    assert "sandbox" in letter["Content-Security-Policy"]
    text = client.get(at("preview", issue), {"as": "text"}).content.decode()
    assert "Good morning." in text
    assert "\ue000" not in text + letter.content.decode()


def test_a_test_letter_goes_to_the_editor_alone(issue, cy, happens, client_of):
    make_subscription(issue.newsletter)
    with happens():
        assert client_of(cy).post(at("test", issue)).status_code == 302
    assert [letter.to for letter in mail.outbox] == [["cy@example.org"]]


def test_an_issue_is_scheduled_held_back_and_sent(issue, cy, happens, client_of):
    client = client_of(cy)
    where = at("schedule", issue)
    soon = moments.on_the_wall(clock.now() + timedelta(days=1), "Europe/London")
    for wrong in ("", "yesterday", "2020-01-01T09:00", "9999999999"):
        assert client.post(where, {"do": "schedule", "at": wrong}).status_code == 422, wrong
    client.post(where, {"do": "schedule", "at": soon.isoformat()[:16]})
    issue.refresh_from_db()
    assert issue.state == Issue.State.SCHEDULED
    assert abs(issue.scheduled_for - clock.now() - timedelta(days=1)) < timedelta(minutes=2)
    client.post(where, {"do": "unschedule"})
    issue.refresh_from_db()
    assert issue.state == Issue.State.DRAFT
    make_subscription(issue.newsletter, email="reader@example.org")
    with happens():
        client.post(where, {"do": "now"})
    issue.refresh_from_db()
    assert issue.is_frozen
    assert client.get(at("edit", issue)).url == issue.get_absolute_url()
    assert client.post(entry("One"), {"do": "cut"}).status_code == 409
    assert client.post(where, {"do": "now"}).status_code == 409


# Queries --------------------------------------------------------------------------------------------------------------

QUERIES = {"desk": 10, "edit": 10, "preview": 7, "subscribers": 10, "settings": 6}


@pytest.fixture(params=[1, 3])
def much(request, newsletter, community, issue, ada, cy):
    """One, or three, of everything that stands on these pages."""
    source = make_source(community.ecology)
    for each in range(request.param):
        more = actions.add_section(issue=issue, by=cy, kind="feature", title=f"More {each}")
        cut = actions.add_entry(section=more, by=cy, title=f"Piece {each}")
        actions.add_entry(section=more, by=cy, title=f"Another {each}")
        actions.cut_entry(entry=cut, by=cy)
        actions.nominate(newsletter=newsletter, by=ada, item=make_item(source), why="Good")
        make_subscription(newsletter)
    make_subscription(newsletter, person=ada)
    return issue


@pytest.mark.parametrize("name", QUERIES)
def test_a_page_of_editors_asks_the_same_for_one_and_for_three(
    name, much, cy, client_of, django_assert_num_queries
):
    where = (
        at(name, much) if name in OF_AN_ISSUE else reverse(f"newsletters:{name}", args=[much.newsletter.slug])
    )
    client = client_of(cy)
    client.get(where)
    with django_assert_num_queries(QUERIES[name]):
        assert client.get(where).status_code == 200
