"""Editing an issue: sections and entries ordered, cut, put back, written; nominations; founding; by whom."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.core import mail

from collegium.activity.models import Activity
from collegium.ecology.actions import river
from collegium.ecology.models import Flow
from collegium.foundation import clock
from collegium.foundation.refusal import Refusal
from collegium.newsletters import actions, rhythm, rules, tasks
from collegium.newsletters.models import Entry, Issue, Newsletter, Nomination, Section
from collegium.notifications.models import Notification
from collegium.people.models import Audience, CircleMember
from tests.communities.factories import make_community
from tests.conversations.factories import make_thread
from tests.ecology.factories import make_item, make_source
from tests.events.factories import in_days, make_event
from tests.factories import make_person
from tests.newsletters.factories import entries_of, make_issue, make_newsletter, titles

pytestmark = pytest.mark.django_db


@pytest.fixture
def issue(newsletter, community, cy):
    for number in range(3):
        make_item(
            make_source(community.ecology),
            title=f"Item {number}",
            flows_at=clock.now() - timedelta(hours=number + 1),
        )
    return make_issue(newsletter, cy)


def order(issue) -> list[str]:
    return list(Section.objects.filter(issue=issue, is_cut=False).values_list("kind", flat=True))


# Sections and entries -------------------------------------------------------------------------------------------------


def test_sections_of_the_editors_own_stand_where_they_are_put(issue, cy):
    assert order(issue) == ["from_editors", "river"]
    feature = actions.add_section(
        issue=issue,
        by=cy,
        kind="feature",
        title="  Open  portfolios ",
        body="<p>Words <script>alert(1)</script></p>",
        by_line="Ada",
        to=1,
    )
    assert (feature.title, feature.body, feature.by_line) == ("Open portfolios", "<p>Words </p>", "Ada")
    actions.add_section(issue=issue, by=cy, kind="case_study")
    assert order(issue) == ["from_editors", "feature", "river", "case_study"]
    actions.move_section(section=issue.sections.get(kind="case_study"), by=cy, to=0)
    assert order(issue) == ["case_study", "from_editors", "feature", "river"]
    actions.move_section(section=issue.sections.get(kind="case_study"), by=cy, to=99)
    assert order(issue)[-1] == "case_study"
    changed = actions.change_section(section=feature, by=cy, title="Otherwise", body="<p>New.</p>")
    assert (changed.title, changed.body, changed.by_line) == ("Otherwise", "<p>New.</p>", "Ada")
    actions.remove_section(section=feature, by=cy)
    assert order(issue) == ["from_editors", "river", "case_study"]
    assert not Section.objects.filter(pk=feature.pk).exists()


def test_a_gathered_section_stands_once_and_comes_back(issue, cy):
    with pytest.raises(Refusal, match="has that section"):
        actions.add_section(issue=issue, by=cy, kind="river")
    river_section = issue.sections.get(kind="river")
    actions.remove_section(section=river_section, by=cy)
    assert order(issue) == ["from_editors"]
    assert actions.add_section(issue=issue, by=cy, kind="river") == river_section
    assert titles(issue, "river") == ["Item 0", "Item 1", "Item 2"]


def test_entries_are_ordered_cut_put_back_and_moved(issue, cy):
    first, second, third = entries_of(issue, "river")
    actions.move_entry(entry=third, by=cy, to=0)
    assert titles(issue, "river") == ["Item 2", "Item 0", "Item 1"]
    actions.cut_entry(entry=first, by=cy)
    assert titles(issue, "river") == ["Item 2", "Item 1"]
    actions.restore_entry(entry=first, by=cy)
    assert sorted(titles(issue, "river")) == ["Item 0", "Item 1", "Item 2"]
    study = actions.add_section(issue=issue, by=cy, kind="case_study")
    actions.move_entry(entry=second, by=cy, to=0, section=study)
    assert titles(issue, "case_study") == ["Item 1"]
    elsewhere = make_issue(make_newsletter(None, cy), cy)
    with pytest.raises(Refusal, match="another issue"):
        actions.move_entry(entry=third, by=cy, to=0, section=elsewhere.sections.first())


def test_an_entry_by_hand(issue, cy):
    section = issue.sections.get(kind="river")
    entry = actions.add_entry(
        section=section,
        by=cy,
        title="By hand",
        url="/communities/",
        words=" Two  words ",
        licence_url="https://creativecommons.org/licenses/by/4.0/",
    )
    assert (entry.url, entry.words, entry.changed_by) == ("/communities/", "Two words", cy)
    assert titles(issue, "river")[-1] == "By hand"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", " "),
        ("url", "javascript:alert(1)"),
        ("url", "//evil.example/"),
        ("url", "/\\evil.example"),
        ("url", "ftp://example.org/"),
        ("url", "https:///path"),
        ("licence_url", "data:text/html,x"),
        ("words", "w" * 601),
    ],
)
def test_what_an_entry_cannot_say(issue, cy, field, value):
    entry = entries_of(issue, "river")[0]
    with pytest.raises(Refusal):
        actions.change_entry(entry=entry, by=cy, **{field: value})
    with pytest.raises(Refusal):
        actions.add_entry(section=entry.section, by=cy, **{"title": "Title", field: value})


def test_only_editors_edit(issue, ada, eve):
    entry = entries_of(issue, "river")[0]
    section = entry.section
    for by in (ada, eve):
        for forbidden in (
            lambda by=by: actions.rename_issue(issue=issue, by=by, title="x"),
            lambda by=by: actions.add_section(issue=issue, by=by, kind="feature"),
            lambda by=by: actions.change_section(section=section, by=by, title="x"),
            lambda by=by: actions.move_section(section=section, by=by, to=0),
            lambda by=by: actions.remove_section(section=section, by=by),
            lambda by=by: actions.restore_section(section=section, by=by),
            lambda by=by: actions.add_entry(section=section, by=by, title="x"),
            lambda by=by: actions.change_entry(entry=entry, by=by, title="x"),
            lambda by=by: actions.move_entry(entry=entry, by=by, to=0),
            lambda by=by: actions.cut_entry(entry=entry, by=by),
            lambda by=by: actions.restore_entry(entry=entry, by=by),
            lambda by=by: actions.redraft(issue=issue, by=by),
            lambda by=by: actions.discard_issue(issue=issue, by=by),
            lambda by=by: actions.schedule(issue=issue, by=by, at=clock.now()),
            lambda by=by: actions.send_now(issue=issue, by=by),
            lambda by=by: actions.unschedule(issue=issue, by=by),
            lambda by=by: actions.send_test(issue=issue, by=by),
            lambda by=by: actions.draft_issue(newsletter=issue.newsletter, by=by),
            lambda by=by: actions.set_newsletter(newsletter=issue.newsletter, by=by, title="x"),
            lambda by=by: actions.close_newsletter(newsletter=issue.newsletter, by=by),
        ):
            with pytest.raises(Refusal, match="Only its editors"):
                forbidden()
    assert not rules.may_edit(None, issue)
    assert not rules.may_see_subscribers(ada, issue.newsletter)


def test_who_sees_what(issue, newsletter, ada, cy, eve):
    assert Issue.objects.visible_to(cy).filter(pk=issue.pk).exists()
    for reader in (None, ada, eve):
        assert not Issue.objects.visible_to(reader).filter(pk=issue.pk).exists()
    newsletter.audience = Audience.CIRCLE
    newsletter.members = newsletter.ecology.members
    newsletter.save()
    assert [Newsletter.objects.visible_to(each).exists() for each in (None, eve, ada, cy)] == [
        False,
        False,
        True,
        True,
    ]


# Nominations ----------------------------------------------------------------------------------------------------------


def test_somebody_nominates_and_an_editor_takes_it_in(newsletter, community, issue, ada, bo, cy, happens):
    item = make_item(make_source(community.ecology), title="Nominated")
    with happens():
        nomination = actions.nominate(newsletter=newsletter, by=ada, item=item, why="It made me think.")
        actions.nominate(newsletter=newsletter, by=bo, item=item, why="Me too.")
    assert Notification.objects.filter(person=cy, activity__verb="newsletter.nominated").count() == 2
    with happens():
        entry = actions.take_nomination(nomination=nomination, by=cy, issue=issue)
    assert (entry.title, entry.words, entry.section.kind) == ("Nominated", "It made me think.", "river")
    assert not Nomination.objects.waiting().exists()
    assert set(Nomination.objects.values_list("entry", flat=True)) == {entry.pk}
    told = Notification.objects.filter(activity__verb="newsletter.taken")
    assert {each.person for each in told} == {ada, bo}
    with pytest.raises(Refusal, match="dealt with"):
        actions.take_nomination(nomination=nomination, by=cy, issue=issue)
    with pytest.raises(Refusal, match="dealt with"):
        actions.nominate(newsletter=newsletter, by=ada, item=item)


def test_what_stands_there_already_or_was_cut_comes_back_once(newsletter, issue, ada, cy):
    entry = entries_of(issue, "river")[1]
    actions.cut_entry(entry=entry, by=cy)
    nomination = actions.nominate(newsletter=newsletter, by=ada, item=entry.item)
    feature = actions.add_section(issue=issue, by=cy, kind="feature")
    taken = actions.take_nomination(nomination=nomination, by=cy, section=feature)
    assert taken.pk == entry.pk
    assert (taken.is_cut, taken.section) == (False, feature)


def test_anything_of_the_house_and_an_address_elsewhere(newsletter, community, issue, ada, bo, cy):
    thread = make_thread(community.forum, bo, title="A thread")
    event = make_event(cy, community, title="A meeting", starts_at=in_days(3), audience=Audience.PUBLIC)
    for options, kind in (
        ({"thread": thread}, "conversations"),
        ({"occurrence": event.occurrences.get()}, "events"),
        ({"url": "https://example.org/a", "title": "A page"}, "river"),
    ):
        nomination = actions.nominate(newsletter=newsletter, by=ada, **options)
        assert actions.take_nomination(nomination=nomination, by=cy, issue=issue).section.kind == kind


def test_what_not_everybody_who_reads_it_may_see_is_not_nominated(newsletter, ada, bo, cy):
    closed = make_community(ada, convener=cy, audience=Audience.CIRCLE)
    thread = make_thread(closed.forum, ada)
    with pytest.raises(Refusal, match="Not everybody"):
        actions.nominate(newsletter=newsletter, by=ada, thread=thread)
    hidden_from_bo = make_item(make_source(closed.ecology))
    with pytest.raises(Refusal):
        actions.nominate(newsletter=newsletter, by=bo, item=hidden_from_bo)


def test_what_was_hidden_since_is_not_taken(newsletter, community, issue, ada, cy):
    item = make_item(make_source(community.ecology))
    nomination = actions.nominate(newsletter=newsletter, by=ada, item=item)
    river.hide(flow=Flow.objects.get(item=item), by=cy)
    with pytest.raises(Refusal, match="not there any more"):
        actions.take_nomination(nomination=nomination, by=cy, issue=issue)
    with pytest.raises(Refusal):
        actions.take_nomination(nomination=nomination, by=cy)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"url": "https://example.org/"},
        {"url": "javascript:alert(1)", "title": "Title"},
        {"url": "https://example.org/", "title": "Title", "why": "w" * 601},
    ],
)
def test_what_is_no_nomination(newsletter, ada, options):
    with pytest.raises(Refusal):
        actions.nominate(newsletter=newsletter, by=ada, **options)


def test_again_the_word_why_is_replaced_and_twenty_are_enough(newsletter, ada):
    for number in range(20):
        actions.nominate(newsletter=newsletter, by=ada, url=f"https://example.org/{number}", title="Page")
    again = actions.nominate(
        newsletter=newsletter, by=ada, url="https://example.org/3", title="Page", why="Better."
    )
    assert again.why == "Better."
    with pytest.raises(Refusal, match="Enough for now"):
        actions.nominate(newsletter=newsletter, by=ada, url="https://example.org/new", title="Page")


def test_it_is_declined_with_a_word(newsletter, ada, cy, eve, happens):
    nomination = actions.nominate(newsletter=newsletter, by=ada, url="https://example.org/", title="Page")
    with pytest.raises(Refusal, match="Only its editors"):
        actions.decline_nomination(nomination=nomination, by=eve)
    with happens():
        actions.decline_nomination(nomination=nomination, by=cy, because="We had it last week.")
    told = Notification.objects.get(person=ada)
    assert told.activity.data["because"] == "We had it last week."
    nomination.refresh_from_db()
    assert (nomination.entry, nomination.declined_because) == (None, "We had it last week.")


def test_a_discarded_draft_gives_its_nominations_back(newsletter, issue, ada, cy):
    nomination = actions.nominate(newsletter=newsletter, by=ada, url="https://example.org/", title="Page")
    actions.take_nomination(nomination=nomination, by=cy, issue=issue)
    actions.discard_issue(issue=issue, by=cy)
    assert list(Nomination.objects.waiting()) == [nomination]
    assert not Entry.objects.exists()


# Founding -------------------------------------------------------------------------------------------------------------


def test_those_who_look_after_an_ecology_found_its_newsletter(community, cy, ada):
    assert rules.may_found(cy, community.ecology)
    assert not rules.may_found(ada, community.ecology)
    made = actions.found_newsletter(
        by=cy, title="Weekly  news", ecology=community.ecology, about="<p>About <b>us</b></p>"
    )
    assert (made.title, made.slug, made.audience) == ("Weekly news", "weekly-news", Audience.PUBLIC)
    assert made.about == "<p>About <strong>us</strong></p>"
    assert made.editors == community.ecology.editors
    assert made.next_draft_at is not None
    second = actions.found_newsletter(by=cy, title="Weekly news", ecology=community.ecology)
    assert second.slug == "weekly-news-2"
    # Not an address that a page has.
    assert actions.found_newsletter(by=cy, title="New", ecology=community.ecology).slug == "new-2"
    with pytest.raises(Refusal):
        actions.found_newsletter(by=ada, title="Mine", ecology=community.ecology)


def test_one_of_the_whole_house_has_editors_of_its_own(ada, bo, cy):
    administrator = make_person(is_staff=True)
    assert not rules.may_found(cy, None)
    made = actions.found_newsletter(by=administrator, title="The house", time_zone="Europe/London")
    assert rules.may_edit(administrator, made)
    actions.add_editor(newsletter=made, by=administrator, person=ada)
    assert rules.may_edit(ada, made)
    actions.remove_editor(newsletter=made, by=ada, person=administrator)
    assert not rules.may_edit(administrator, made)
    with pytest.raises(Refusal, match="name another"):
        actions.remove_editor(newsletter=made, by=ada, person=ada)
    with pytest.raises(Refusal):
        actions.add_editor(newsletter=made, by=bo, person=bo)


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": " "},
        {"time_zone": "Europe/Nowhere"},
        {"audience": Audience.PRIVATE},
        {"days_to_edit": 60},
    ],
)
def test_settings_that_are_none(newsletter, community, cy, wrong):
    with pytest.raises(Refusal):
        actions.found_newsletter(by=cy, **{"title": "News", "ecology": community.ecology, **wrong})
    with pytest.raises(Refusal):
        actions.set_newsletter(newsletter=newsletter, by=cy, **wrong)


def test_settings_change_and_the_address_stays(newsletter, cy):
    changed = actions.set_newsletter(
        newsletter=newsletter, by=cy, title="Other", audience=Audience.CIRCLE, rhythm="monthly", language="de"
    )
    assert (changed.slug, changed.members) == ("weekly-news", newsletter.ecology.members)
    assert changed.next_draft_at is not None
    changed = actions.set_newsletter(newsletter=newsletter, by=cy, rhythm="by_hand", audience=Audience.PUBLIC)
    assert (changed.next_draft_at, changed.members) == (None, None)


# The rhythm -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "since", "expected"),
    [
        ("weekly", "2026-06-10 08:00", "2026-06-12 08:00"),  # a Friday at nine, British summer time
        ("weekly", "2026-06-12 08:00", "2026-06-12 08:00"),
        ("weekly", "2026-06-12 08:01", "2026-06-19 08:00"),
        ("weekly", "2026-10-24 08:00", "2026-10-30 09:00"),  # the clocks have changed
        ("fortnightly", "2026-06-03 08:00", "2026-06-12 08:00"),
        ("fortnightly", "2026-06-13 08:00", "2026-06-26 08:00"),
        ("monthly", "2026-06-10 08:00", "2026-07-03 08:00"),
        ("by_hand", "2026-06-10 08:00", "2026-06-12 08:00"),
    ],
)
def test_the_hours_of_a_rhythm(newsletter, kind, since, expected):
    newsletter.rhythm, newsletter.sends_on, newsletter.sends_at = kind, 4, time(9)
    newsletter.opened_at = at("2026-05-25 12:00")  # its first Friday: 29 May
    assert rhythm.next_sending(newsletter, since=at(since)) == at(expected)


def at(written: str):
    return datetime.fromisoformat(written).replace(tzinfo=UTC)


def test_an_issue_is_drafted_by_itself_and_its_editors_are_told(community, cy, ada, happens):
    with clock.moved_to(at("2026-06-01 12:00")):
        newsletter = actions.found_newsletter(
            by=cy, title="News", ecology=community.ecology, time_zone="Europe/London"
        )
    assert newsletter.next_draft_at == at("2026-06-03 08:00")  # two days before Friday
    with clock.moved_to(at("2026-06-03 07:59")), happens():
        tasks.draft_due()
    assert not Issue.objects.exists()
    with clock.moved_to(at("2026-06-03 08:01")), happens():
        tasks.draft_due()
        tasks.draft_due()
    issue = Issue.objects.get()
    assert (issue.made_by, issue.number, issue.state) == (None, 1, Issue.State.DRAFT)
    assert issue.covers_to - issue.covers_from == timedelta(days=7)
    assert [letter.to for letter in mail.outbox] == [[cy.account.email]]
    assert Notification.objects.get().person == cy
    newsletter.refresh_from_db()
    assert newsletter.next_draft_at == at("2026-06-10 08:00")
    # Nobody has sent it by then: it is brought up to date, and there is no second one.
    make_item(make_source(community.ecology), title="Since", flows_at=at("2026-06-08 08:00"))
    with clock.moved_to(at("2026-06-10 08:05")), happens():
        tasks.draft_due()
    assert titles(Issue.objects.get(), "river") == ["Since"]
    assert len(mail.outbox) == 1


def test_what_was_missed_is_not_made_up_for_one_by_one(newsletter, cy, happens):
    newsletter.next_draft_at = at("2026-03-04 09:00")
    newsletter.save()
    with clock.moved_to(at("2026-06-03 12:00")), happens():
        tasks.draft_due()
    newsletter.refresh_from_db()
    assert Issue.objects.count() == 1
    assert newsletter.next_draft_at == at("2026-06-10 08:00")


def test_home_says_that_a_draft_waits(issue, cy, ada, client_of):
    assert issue.title in client_of(cy).get("/").text
    assert issue.title not in client_of(ada).get("/").text
    actions.schedule(issue=issue, by=cy, at=clock.now() + timedelta(days=1))
    assert "waits to be looked through" not in client_of(cy).get("/").text


def test_no_address_of_a_reader_stands_in_the_log(newsletter, happens):
    with happens():
        actions.subscribe(newsletter=newsletter, email="secret@example.org")
    assert all("secret" not in str(each.data) for each in Activity.objects.all())


def test_who_edits_by_being_in_the_circle_stops_when_they_leave_it(newsletter, cy):
    assert rules.may_edit(cy, newsletter)
    CircleMember.objects.filter(circle=newsletter.editors, person=cy).delete()
    assert not rules.may_edit(cy, newsletter)
