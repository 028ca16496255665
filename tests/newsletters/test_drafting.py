"""What an issue is drafted from, for whom; drafting again; the number of queries."""

from datetime import timedelta

import pytest
from django.utils import translation

from collegium.conversations.models import Measure
from collegium.ecology.actions import river
from collegium.ecology.models import Flow, Mark, Mute, Recommendation, Resource, Tag
from collegium.events.models import Occurrence
from collegium.foundation import clock
from collegium.foundation.refusal import Refusal
from collegium.newsletters import actions, drafting
from collegium.newsletters.models import Entry, Issue, Section
from collegium.people.models import Audience, Circle, CircleMember
from tests.communities.factories import make_community, make_membership
from tests.conversations.factories import make_post, make_thread
from tests.credentials.factories import make_award
from tests.ecology.factories import make_flow, make_item, make_source
from tests.events.factories import in_days, make_event
from tests.factories import make_person
from tests.newsletters.factories import entries_of, make_newsletter, titles

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def draft(newsletter, by=None) -> Issue:
    with clock.moved_to(clock.now() + timedelta(seconds=1)):
        return actions.draft_issue(newsletter=newsletter, by=by)


def make_resource(ecology, number: int = 1, **fields) -> Resource:
    return Resource.objects.create(
        **{
            "ecology": ecology,
            "csl": {"type": "webpage", "title": f"Resource {number}"},
            "cite_key": f"resource{number}",
            "title": f"Resource {number}",
            "known_by": f"{number:064x}",
            "url": f"https://resource.example/{number}",
            **fields,
        }
    )


# The river ------------------------------------------------------------------------------------------------------------


def test_highlights_come_first_with_their_word_then_what_is_talked_about_then_what_is_new(
    newsletter, community, ada, cy
):
    source = [make_source(community.ecology) for _each in range(4)]
    old = make_item(source[0], title="Before the period", flows_at=clock.now() - 9 * DAY)
    plain = make_item(source[1], title="Plain", flows_at=clock.now() - DAY)
    talked = make_item(source[2], title="Talked about", flows_at=clock.now() - 3 * DAY)
    high = make_item(source[3], title="Highlighted", flows_at=clock.now() - 5 * DAY)
    river.talk(item=talked, ecology=community.ecology, by=ada, words="What do you make of this?")
    river.highlight(flow=Flow.objects.get(item=high), by=cy, words="A way to begin.")
    issue = draft(newsletter, cy)
    assert titles(issue, "river") == ["Highlighted", "Talked about", "Plain"]
    first, _second, third = entries_of(issue, "river")
    assert first.words == "A way to begin."
    assert (third.url, third.source_name, third.author_name) == (
        plain.url,
        str(source[1]),
        plain.author_name,
    )
    assert third.words == plain.summary
    assert not Entry.objects.filter(item=old).exists()
    # The thread about an item is reached from the item.
    assert titles(issue, "conversations") == []


def test_a_highlight_of_something_older_stands_in_the_issue_of_the_week_in_which_it_was_given(
    newsletter, community, cy
):
    item = make_item(make_source(community.ecology), title="Found late", flows_at=clock.now() - 30 * DAY)
    river.highlight(flow=Flow.objects.get(item=item), by=cy, words="Still good.")
    assert titles(draft(newsletter, cy), "river") == ["Found late"]


def test_nobody_fills_an_issue_alone(newsletter, community, cy):
    loud, quiet = make_source(community.ecology), make_source(community.ecology)
    for number in range(5):
        make_item(loud, title=f"Loud {number}", flows_at=clock.now() - timedelta(hours=number + 1))
    make_item(quiet, title="Quiet", flows_at=clock.now() - DAY)
    assert titles(draft(newsletter, cy), "river") == ["Loud 0", "Loud 1", "Quiet"]


def test_what_was_hidden_muted_or_comes_from_somebody_kept_from_writing_is_not_taken(
    newsletter, community, ada, bo, cy
):
    hidden = make_item(make_source(community.ecology), title="Hidden")
    river.hide(flow=Flow.objects.get(item=hidden), by=cy)
    muted = make_source(community.ecology)
    make_item(muted, title="Of a muted source")
    Mute.objects.create(person=cy, source=muted)
    tagged = make_item(make_source(community.ecology), title="With a muted tag")
    Tag.objects.create(item=tagged, name="noise", said="Noise", flows_at=tagged.flows_at)
    Mute.objects.create(person=cy, tag="noise")
    make_item(make_source(community.ecology), title="By somebody kept from writing", author=bo)
    thread = make_thread(community.forum, bo, title="Of theirs")
    make_post(thread, ada)
    Measure.objects.create(forum=community.forum, kind=Measure.Kind.MUTE, person=bo, reason="Rest.", by=cy)
    make_item(make_source(community.ecology), title="Good")
    issue = draft(newsletter, cy)
    assert titles(issue, "river") == ["Good"]
    assert titles(issue, "conversations") == []


def test_what_one_editor_muted_is_drafted_where_nobody_in_particular_drafts(newsletter, community, cy):
    source = make_source(community.ecology)
    make_item(source, title="Of a muted source")
    Mute.objects.create(person=cy, source=source)
    assert titles(draft(newsletter), "river") == ["Of a muted source"]


def test_what_several_saved_moves_up_and_what_one_or_two_saved_does_not(newsletter, community, cy):
    once, often = (make_item(make_source(community.ecology), title=title) for title in ("Once", "Often"))
    newest = make_item(make_source(community.ecology), title="Newest", flows_at=clock.now())
    for number in range(3):
        Mark.objects.create(person=make_person(), item=often, saved_at=clock.now())
        if number:
            Mark.objects.create(person=make_person(), item=once, saved_at=clock.now())
    assert titles(draft(newsletter, cy), "river") == ["Often", newest.title, "Once"]


def test_what_stood_in_an_issue_before_does_not_stand_in_the_next(newsletter, community, cy, happens):
    item = make_item(make_source(community.ecology), title="Told once")
    issue = draft(newsletter, cy)
    Issue.objects.filter(pk=issue.pk).update(
        state="sent", begun_at=clock.now(), sent_at=clock.now(), html="h", text="t", sha256="s"
    )
    river.highlight(flow=Flow.objects.get(item=item), by=cy, words="Worth a second look.")
    make_item(make_source(community.ecology), title="New", flows_at=clock.now() + timedelta(seconds=2))
    with clock.moved_to(clock.now() + timedelta(minutes=1)):
        second = actions.draft_issue(newsletter=newsletter, by=cy)
    assert second.number == 2
    assert second.covers_from == issue.covers_to
    assert titles(second, "river") == ["New"]


# Conversations --------------------------------------------------------------------------------------------------------


def test_threads_by_how_many_took_part_and_those_that_wait_for_an_answer(
    newsletter, community, ada, bo, cy, settings
):
    with clock.moved_to(clock.now() - 3 * DAY):
        waiting = make_thread(community.forum, ada, title="Can anybody help?")
        busy = make_thread(community.forum, ada, title="Busy", html="<p>How do you <b>assess</b> it?</p>")
        two = make_thread(community.forum, ada, title="Two people")
        make_thread(community.forum, None, title="Announcement", wants_answer=False)
        for author in (bo, cy):
            make_post(busy, author)
        make_post(two, bo)
        gone = make_thread(community.forum, ada, title="Hidden")
        make_post(gone, bo)
        gone.hidden_at = clock.now()
        gone.save()
    issue = draft(newsletter, cy)
    assert titles(issue, "conversations") == ["Busy", "Two people"]
    assert titles(issue, "unanswered") == ["Can anybody help?"]
    entry = entries_of(issue, "conversations")[0]
    assert entry.url == f"/conversations/{busy.pk}/"
    assert entry.words == "How do you assess it? (3 posts)"
    assert waiting.pk == entries_of(issue, "unanswered")[0].thread_id


def test_a_question_of_this_morning_has_time(newsletter, community, ada, cy):
    make_thread(community.forum, ada, title="Just asked")
    assert titles(draft(newsletter, cy), "unanswered") == []


def test_a_public_issue_names_only_those_who_show_their_name_to_everybody(newsletter, community, ada, bo, cy):
    ada.name_audience = Audience.PUBLIC
    ada.save()
    with clock.moved_to(clock.now() - 2 * DAY):
        make_thread(community.forum, ada, title="By Ada")
        make_thread(community.forum, bo, title="By Bo")
    named = {entry.title: entry.author_name for entry in entries_of(draft(newsletter, cy), "unanswered")}
    assert named == {"By Ada": "Ada Candidate", "By Bo": ""}


# Events, library, people ----------------------------------------------------------------------------------------------


def test_events_ahead_in_their_order_then_recordings_of_those_past(newsletter, community, cy):
    far = make_event(cy, community, title="Far away", starts_at=in_days(60), audience=Audience.PUBLIC)
    make_event(cy, community, title="Second", starts_at=in_days(9), audience=Audience.PUBLIC)
    first = make_event(
        cy,
        community,
        title="First",
        starts_at=in_days(2),
        audience=Audience.PUBLIC,
        meeting_url="https://meet.example/secret",
    )
    make_event(cy, community, title="For members", starts_at=in_days(3), audience=Audience.CIRCLE)
    past = make_event(cy, community, title="Past", starts_at=in_days(1), audience=Audience.PUBLIC)
    Occurrence.objects.filter(event=past).update(
        starts_at=clock.now() - 2 * DAY,
        ends_at=clock.now() - 2 * DAY + timedelta(hours=1),
        recording_url="https://video.example/1",
    )
    issue = draft(newsletter, cy)
    assert titles(issue, "events") == ["First", "Second", "Recording: Past"]
    entry = entries_of(issue, "events")[0]
    assert entry.happens_at == first.occurrences.get().starts_at
    assert "meet.example" not in entry.words + entry.url + entry.source_name
    assert far.pk


def test_the_library_with_the_word_why(newsletter, community, ada, bo, cy):
    ada.name_audience = Audience.PUBLIC
    ada.save()
    plain = make_resource(community.ecology, 1, abstract="What it is about.")
    better = make_resource(community.ecology, 2, year=2019)
    make_resource(community.ecology, 3, removed_at=clock.now())
    Recommendation.objects.create(resource=better, person=ada, why="It changed how I plan a week.")
    issue = draft(newsletter, cy)
    assert titles(issue, "library") == ["Resource 2 (2019)", "Resource 1"]
    assert [entry.words for entry in entries_of(issue, "library")] == [
        "“It changed how I plan a week.” (Ada Candidate)",
        plain.abstract,
    ]


def test_who_came_is_named_only_if_everybody_who_reads_may_see_the_name(newsletter, community, cy):
    make_membership(
        community,
        make_person(
            name="Shown Person",
            name_audience=Audience.PUBLIC,
            role="Lecturer",
            town="York",
            country="GB",
            field_audiences={"role": "public", "place": "signed_in"},
        ),
    )
    make_membership(community, make_person(name="Known To Members"))
    early = make_person(name="Long Here", name_audience=Audience.PUBLIC)
    make_membership(community, early)
    CircleMember.objects.filter(person=early).update(since=clock.now() - 40 * DAY)
    issue = draft(newsletter, cy)
    assert titles(issue, "new_members") == ["Shown Person"]
    assert entries_of(issue, "new_members")[0].words == "Lecturer"


def test_new_holders_stand_on_the_register_and_belong_here(newsletter, community, cy, db):
    shown, hidden, elsewhere, unlisted = (
        make_person(name=name, name_audience=audience)
        for name, audience in (
            ("Shown Holder", Audience.PUBLIC),
            ("Hidden Holder", Audience.SIGNED_IN),
            ("Elsewhere Holder", Audience.PUBLIC),
            ("Unlisted Holder", Audience.PUBLIC),
        )
    )
    for person in (shown, hidden, unlisted):
        make_membership(community, person)
    for person in (shown, hidden, elsewhere, unlisted):
        award = make_award(person=person)
        if person is unlisted:
            award.listed = False
            award.save()
    issue = draft(newsletter, cy)
    assert titles(issue, "new_holders") == ["Shown Holder"]
    assert entries_of(issue, "new_holders")[0].url.startswith("/")
    house = draft(make_newsletter(None, cy), cy)
    assert sorted(titles(house, "new_holders")) == ["Elsewhere Holder", "Hidden Holder", "Shown Holder"]


# For whom -------------------------------------------------------------------------------------------------------------


def fill(community, ada, bo, cy) -> None:
    """One of each, for whom the community is."""
    make_item(make_source(community.ecology), title="Item")
    with clock.moved_to(clock.now() - 2 * DAY):
        thread = make_thread(community.forum, ada, title="Thread")
        make_post(thread, bo)
        make_thread(community.forum, ada, title="Question")
    make_event(cy, community, title="Event", starts_at=in_days(3), audience=community.audience)
    make_resource(community.ecology, community.pk)


@pytest.mark.parametrize(
    ("audience", "readers", "is_told"),
    [
        (Audience.PUBLIC, Audience.PUBLIC, True),
        (Audience.SIGNED_IN, Audience.PUBLIC, False),
        (Audience.SIGNED_IN, Audience.SIGNED_IN, True),
        (Audience.CIRCLE, Audience.PUBLIC, False),
        (Audience.CIRCLE, Audience.SIGNED_IN, False),
        (Audience.CIRCLE, Audience.CIRCLE, True),
    ],
)
def test_an_issue_says_no_more_than_all_its_readers_may_see(ada, bo, cy, audience, readers, is_told):
    community = make_community(ada, bo, convener=cy, audience=audience)
    fill(community, ada, bo, cy)
    issue = draft(make_newsletter(community, audience=readers), cy)
    found = {entry.title for entry in Entry.objects.filter(issue=issue).exclude(section__kind="new_members")}
    assert found == (
        {"Item", "Thread", "Question", "Event", f"Resource {community.pk}"} if is_told else set()
    )
    # Who is in a circle may know who else is; others may know whom the name's own audience says.
    welcomed = titles(issue, "new_members")
    assert welcomed == ([] if readers == Audience.PUBLIC or not is_told else sorted(welcomed))
    assert len(welcomed) == (0 if readers == Audience.PUBLIC or not is_told else 3)


def test_of_the_whole_house_what_is_public_anywhere(ada, bo, cy):
    shown = make_community(ada, bo, convener=cy, audience=Audience.PUBLIC, title="Shown")
    closed = make_community(ada, bo, convener=cy, audience=Audience.CIRCLE, title="Closed")
    fill(shown, ada, bo, cy)
    fill(closed, ada, bo, cy)
    issue = draft(make_newsletter(None, cy), cy)
    assert titles(issue, "library") == [f"Resource {shown.pk}"]
    for kind in ("river", "conversations", "unanswered", "events"):
        assert len(titles(issue, kind)) == 1
    assert entries_of(issue, "conversations")[0].source_name == "Shown"


def test_an_event_of_another_circle_is_none_of_ours(ada, cy, newsletter, community):
    other = make_community(ada, convener=cy, audience=Audience.PUBLIC)
    make_event(cy, other, title="Elsewhere", starts_at=in_days(3), audience=Audience.PUBLIC)
    assert titles(draft(newsletter, cy), "events") == []


# Drafting again -------------------------------------------------------------------------------------------------------


def test_drafting_again_keeps_what_editors_did_and_adds_what_is_new(newsletter, community, cy):
    sources = [make_source(community.ecology) for _each in range(5)]
    for number in range(4):
        make_item(sources[number], title=f"Item {number}", flows_at=clock.now() - timedelta(hours=number))
    issue = draft(newsletter, cy)
    changed, cut, moved, untouched = entries_of(issue, "river")
    actions.change_entry(entry=changed, by=cy, title="In our words", words="Ours.")
    actions.cut_entry(entry=cut, by=cy)
    feature = actions.add_section(issue=issue, by=cy, kind="feature", title="A story")
    actions.move_entry(entry=moved, by=cy, to=0, section=feature)
    by_hand = actions.add_entry(section=feature, by=cy, title="By hand")
    untouched.item.title = "Said otherwise since"
    untouched.item.save()
    make_item(sources[4], title="New", flows_at=clock.now() + timedelta(seconds=5))
    with clock.moved_to(clock.now() + timedelta(minutes=1)):
        assert actions.redraft(issue=issue, by=cy) == 1
    assert titles(issue, "river") == ["In our words", "Said otherwise since", "New"]
    assert titles(issue, "feature") == [moved.title, by_hand.title]
    cut.refresh_from_db()
    assert cut.is_cut
    with clock.moved_to(clock.now() + timedelta(minutes=1)):
        assert actions.redraft(issue=issue, by=cy) == 0


def test_a_section_that_was_cut_stays_cut_and_gathers_on(newsletter, community, cy):
    make_item(make_source(community.ecology), title="One")
    issue = draft(newsletter, cy)
    river_section = issue.sections.get(kind="river")
    actions.remove_section(section=river_section, by=cy)
    make_item(make_source(community.ecology), title="Two", flows_at=clock.now() + timedelta(seconds=5))
    with clock.moved_to(clock.now() + timedelta(minutes=1)):
        actions.redraft(issue=issue, by=cy)
    river_section.refresh_from_db()
    assert river_section.is_cut
    actions.restore_section(section=river_section, by=cy)
    assert titles(issue, "river") == ["One", "Two"]


def test_what_may_not_be_shown_any_more_goes_even_if_editors_changed_it(newsletter, community, ada, bo, cy):
    ada.name_audience = Audience.PUBLIC
    ada.save()
    item = make_item(make_source(community.ecology), title="Item")
    with clock.moved_to(clock.now() - 2 * DAY):
        thread = make_thread(community.forum, ada, title="Thread")
        make_post(thread, bo)
    event = make_event(cy, community, title="Event", starts_at=in_days(3), audience=Audience.PUBLIC)
    resource = make_resource(community.ecology)
    issue = draft(newsletter, cy)
    actions.change_entry(entry=entries_of(issue, "river")[0], by=cy, words="Ours.")
    assert drafting.withheld(issue) == set()
    river.hide(flow=Flow.objects.get(item=item), by=cy)
    thread.hidden_at = clock.now()
    thread.save()
    event.audience = Audience.CIRCLE
    event.save()
    resource.delete()
    ada.name_audience = Audience.SIGNED_IN
    ada.save()
    gone = Entry.objects.filter(pk__in=drafting.withheld(issue))
    assert {entry.title for entry in gone} == {"Item", "Thread", "Event", "Resource 1", "Ada Candidate"}
    actions.redraft(issue=issue, by=cy)
    assert not Entry.objects.filter(issue=issue).exists()


def test_one_draft_at_a_time(newsletter, cy):
    issue = draft(newsletter, cy)
    with pytest.raises(Refusal, match="still being edited"):
        draft(newsletter, cy)
    actions.discard_issue(issue=issue, by=cy)
    assert draft(newsletter, cy).number == 1


def test_it_speaks_the_language_of_the_newsletter(newsletter, community, ada, bo, cy):
    newsletter.language = "de"
    newsletter.save()
    with clock.moved_to(clock.now() - 2 * DAY):
        make_post(make_thread(community.forum, ada, title="Thread"), bo)
    with translation.override("en"):
        issue = draft(newsletter, cy)
    with translation.override("de"):
        assert issue.sections.get(kind="conversations").title == str(Section.Kind.CONVERSATIONS.label)


# How many questions ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [1, 3])
def test_gathering_asks_as_often_for_much_as_for_little(
    newsletter, community, ada, bo, cy, django_assert_num_queries, number
):
    for _each in range(number):
        make_item(make_source(community.ecology))
        river.talk(
            item=make_item(make_source(community.ecology)), ecology=community.ecology, by=ada, words="Well?"
        )
        high = make_item(make_source(community.ecology))
        river.highlight(flow=Flow.objects.get(item=high), by=cy, words="Good.")
        with clock.moved_to(clock.now() - 2 * DAY):
            make_post(make_thread(community.forum, ada), bo)
            make_thread(community.forum, ada)
        make_event(cy, community, starts_at=in_days(3), audience=Audience.PUBLIC)
        past = make_event(cy, community, audience=Audience.PUBLIC)
        Occurrence.objects.filter(event=past).update(
            starts_at=clock.now() - 2 * DAY,
            ends_at=clock.now() - DAY,
            recording_url="https://video.example/1",
        )
        resource = make_resource(community.ecology, 10 + _each)
        Recommendation.objects.create(resource=resource, person=ada, why="Good.")
        holder = make_person(name_audience=Audience.PUBLIC)
        make_membership(community, holder)
        make_award(person=holder)
    period = drafting.Period(clock.now() - 7 * DAY, clock.now() + timedelta(seconds=1))
    with django_assert_num_queries(19):
        gathered = drafting.gather(newsletter, period, by=cy)
    assert {kind: len(found) >= min(number, 5) for kind, found in gathered.items()} == dict.fromkeys(
        ("river", "conversations", "unanswered", "events", "library", "new_members", "new_holders"), True
    )


def test_in_two_rivers_once(newsletter, community, cy):
    """An item of a week flows in the week's river and in the course's."""
    week = community.ecology.__class__.objects.create(
        title="Week 1",
        path="/w/",
        audience=Audience.PUBLIC,
        members=Circle.objects.create(name="w"),
        editors=community.facilitators,
        within=community.ecology,
    )
    item = make_item(make_source(community.ecology), title="Of the week")
    make_flow(week, item)
    assert titles(draft(newsletter, cy), "river") == ["Of the week"]
    assert titles(draft(make_newsletter(None, cy), cy), "river") == ["Of the week"]
