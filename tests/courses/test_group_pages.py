"""A writing group by its pages: begun, looked through, opened, joined, met, reported; and who is kept out."""

from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from pypdf import PdfReader

from collegium.courses import tasks
from collegium.courses.actions import enrolments
from collegium.courses.actions import groups as actions
from collegium.courses.models import Enrolment, GroupInvitation, Iteration, Pair, Saying
from collegium.ecology.actions import library, reading_lists
from collegium.events.models import Attendance
from collegium.foundation import clock
from collegium.portfolios import actions as portfolios
from tests.conversations.factories import make_post
from tests.courses.factories import make_iteration, make_thread
from tests.credentials.factories import make_pathway
from tests.factories import make_person
from tests.portfolios.factories import make_meeting, make_pair, make_writing_group

pytestmark = pytest.mark.django_db

# Each with the panels that portfolios put there: of a member, one question for all members.
QUERIES = {"group": 11, "meeting": 12, "report": 12, "timeline": 7, "set up": 9}
BEFORE = datetime(2027, 2, 1, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _in_february():
    with clock.moved_to(BEFORE):
        yield


def begun(client, **changes):
    said = {
        "title": "Spring group",
        "pathway": str(make_pathway().pk),
        "is_mentor": "on",
        "first": "2027-03-03",
        "weekday": "2",
        "every": "2",
        "hour": "12:30",
        "minutes": "75",
        "time_zone": "Europe/London",
        "skipped": "2027-03-29 to 2027-04-09",
        "pair_rule": "round",
        "days_for_reading": "3",
        "meeting_url": "https://meet.example.org/spring",
        "place": "",
        **changes,
    }
    return client.post(reverse("courses:new_group"), said)


@pytest.fixture
def group(cy, client_of):
    assert begun(client_of(cy)).status_code == 302
    return Iteration.objects.get()


def at(name, *arguments):
    return reverse(f"courses:{name}", args=arguments)


def test_a_group_is_begun_looked_through_and_opened(group, cy, ada, client_of):
    client = client_of(cy)
    where = at("set_up_group", group.slug)
    page = client.get(where).content.decode()
    assert "Nobody else sees it yet" in page
    assert "tipped the scales" in page, "the questions are part of the preview"
    assert date(2027, 3, 31) not in {week.starts_on for week in group.weeks.all()}
    weeks = list(group.weeks.all())
    said = {}
    for week in weeks:
        said |= {
            f"m{week.pk}-order": str(week.number),
            f"m{week.pk}-title": week.title,
            f"m{week.pk}-day": week.starts_on.isoformat(),
        }
    said |= {f"m{weeks[1].pk}-order": "3", f"m{weeks[2].pk}-order": "2", f"m{weeks[0].pk}-title": "Hello"}
    assert client.post(where, said).status_code == 302
    assert [week.title for week in group.weeks.all()][:3] == ["Hello", weeks[2].title, weeks[1].title]
    wrong = client.post(where, said | {f"m{weeks[0].pk}-day": weeks[3].starts_on.isoformat()})
    assert wrong.status_code == 422
    assert "same day" in wrong.content.decode()
    invited = client.post(
        at("invite_to_group", group.slug), {"who": "Ada Candidate\nnew@example.net", "role": "participant"}
    )
    assert invited.status_code == 302
    assert client.post(at("open_group", group.slug)).status_code == 302
    group.refresh_from_db()
    assert group.state == Iteration.State.OPEN
    to_ada = GroupInvitation.objects.get(person=ada)
    hers = client_of(ada)
    assert hers.get(group.get_absolute_url()).status_code == 404, "closed until she accepts"
    assert "Hello" in hers.get(at("group_invitation", to_ada.pk)).content.decode()
    assert hers.post(at("group_invitation", to_ada.pk), {"answer": "yes"}).status_code == 302
    assert "Next meeting" in hers.get(group.get_absolute_url()).content.decode()


def test_one_wrong_line_invites_nobody(group, cy, client_of):
    answer = client_of(cy).post(
        at("invite_to_group", group.slug), {"who": "new@example.net\nNobody Atall", "role": "participant"}
    )
    assert "Nobody Atall" in answer.content.decode()
    assert not GroupInvitation.objects.exists()


def test_a_letter_takes_somebody_new_in_once(group, cy, eve, bo, client_of):
    actions.open_group(iteration=group, by=cy)
    invitation = actions.invite(iteration=group, by=cy, email="new@example.net")
    where = at("group_letter", actions.new_invitation_token(invitation=invitation))
    assert client_of(None).get(where).status_code == 302, "the way leads past the door"
    assert client_of(eve).post(where, {"answer": "yes"}).status_code == 302
    assert Enrolment.objects.filter(iteration=group, person=eve).exists()
    assert client_of(bo).get(where).status_code == 410
    assert at("group_letter", "wrong") != where
    assert client_of(bo).get(at("group_letter", "wrong")).status_code == 404


def test_what_is_not_published_is_said_in_words(cy, client_of):
    pathway = make_pathway("associate")
    answer = begun(client_of(cy), pathway=str(pathway.pk))
    assert answer.status_code == 422
    assert "has not published" in answer.content.decode()


def test_wrong_times_are_said_beside_their_field_and_nothing_is_lost(cy, client_of):
    for changes in ({"skipped": "whenever"}, {"first": "soon"}, {"minutes": "0"}, {"time_zone": "Moon/Base"}):
        answer = begun(client_of(cy), **changes)
        assert answer.status_code == 422
        assert "Spring group" in answer.content.decode()
    assert not Iteration.objects.exists()


@pytest.fixture
def running(group, cy, ada, bo):
    actions.open_group(iteration=group, by=cy)
    for person in (ada, bo):
        enrolments.enrol(iteration=group, person=person, by=cy)
    actions.pair(iteration=group)
    return group


def test_a_meeting_from_its_questions_to_its_notes(running, cy, ada, bo, client_of):
    week = running.weeks.get(number=2)
    with clock.moved_to(datetime(2027, 3, 4, tzinfo=UTC)):
        tasks.prepare_meetings()
        hers = client_of(ada)
        page = hers.get(week.get_absolute_url()).content.decode()
        assert "tipped the scales" in page
        assert "https://meet.example.org/spring" in page
        assert hers.post(at("away", running.slug, 2), {"away": "yes"}).status_code == 302
        assert set(Pair.objects.filter(week=week).values_list("reader", "writer")) == {(cy.pk, bo.pk)}
        hers.post(at("away", running.slug, 2), {"away": "no"})
        assert Pair.objects.filter(week=week).count() == 2
        said = {"words": "Which example shall I take?", "key": "once"}
        hers.post(at("say", running.slug, 2), said)
        hers.post(at("say", running.slug, 2), said)
        assert week.__class__.objects.get(pk=week.pk).thread.posts.count() == 2
    with clock.moved_to(datetime(2027, 3, 17, 14, tzinfo=UTC)):
        mentor = client_of(cy)
        mentor.post(at("attendance", running.slug, 2), {"there": [str(ada.pk), "x", "999999"]})
        assert [each.person for each in Attendance.objects.all()] == [ada]
        mentor.post(at("notes", running.slug, 2), {"notes": "We read aloud.", "recording_url": ""})
        assert "We read aloud." in client_of(bo).get(week.get_absolute_url()).content.decode()


def test_edit_and_move_by_their_pages(running, cy, client_of):
    client = client_of(cy)
    week = running.weeks.get(number=2)
    client.get(at("edit_meeting", running.slug, 2))
    said = {
        "title": "Choices",
        "summary": "",
        "activity_html": "- one\n- two",
        "prompts": "Why?\n\nFor whom?",
        "drafts_due_on": "2027-03-15",
    }
    assert client.post(at("edit_meeting", running.slug, 2), said).status_code == 302
    week.refresh_from_db()
    assert (week.title, week.prompts) == ("Choices", ["Why?", "For whom?"])
    late = client.post(at("edit_meeting", running.slug, 2), said | {"drafts_due_on": "2027-03-20"})
    assert late.status_code == 422
    assert (
        client.post(at("move_meeting", running.slug, 2), {"day": "2027-03-18", "hour": "09:00"}).status_code
        == 302
    )
    week.refresh_from_db()
    assert week.meeting.starts_at == datetime(2027, 3, 18, 9, tzinfo=UTC)
    past = client.post(at("move_meeting", running.slug, 2), {"day": "2020-03-18", "hour": "09:00"})
    assert past.status_code == 422


def ways_into_the_ecology(group):
    kept = {"ecology_id": group.ecology_id}
    return [reverse(f"ecology:{name}", kwargs=kept) for name in ("ecology", "library", "map")]


def test_river_library_and_map_have_a_tab_on_each_page(running, cy, ada, client_of):
    ways = ways_into_the_ecology(running)
    for person, pages in (
        (ada, (running.get_absolute_url(), at("timeline", running.slug), at("report", running.slug))),
        (cy, (running.weeks.get(number=2).get_absolute_url(), at("set_up_group", running.slug))),
    ):
        client = client_of(person)
        for where in pages:
            page = client.get(where).content.decode()
            tabs = page.partition('aria-label="Pages of this group"')[2].partition("</nav>")[0]
            assert [f'href="{way}"' in tabs for way in ways] == [True, True, True], where


def test_a_closed_groups_library_and_map_are_its_members_own(running, cy, ada, eve, client_of):
    library.keep(ecology=running.ecology, by=ada, csl={"type": "book", "title": "Read among us"})
    made = reading_lists.make_list(ecology=running.ecology, by=cy, title="For the second meeting")
    ways = [*ways_into_the_ecology(running), made.get_absolute_url()]
    for member in (ada, cy):
        client = client_of(member)
        assert [client.get(way).status_code for way in ways] == [200] * 4
    page = client_of(ada).get(ways[1]).content.decode()
    assert "Read among us" in page
    assert "For the second meeting" in page
    for stranger in (eve, None):
        client = client_of(stranger)
        assert [client.get(way).status_code for way in ways] == [404] * 4
    # Whoever leaves is out at once.
    enrolments.leave(enrolment=Enrolment.objects.get(iteration=running, person=ada), by=ada)
    client = client_of(ada)
    assert [client.get(way).status_code for way in ways] == [404] * 4


RUN_BY_MENTORS = [
    ("set_up_group", False),
    ("set_times", False),
    ("open_group", False),
    ("set_pair_rule", False),
    ("add_meeting", False),
    ("invite_to_group", False),
    ("close_with_words", False),
    ("edit_meeting", True),
    ("move_meeting", True),
    ("attendance", True),
    ("notes", True),
]


@pytest.mark.parametrize(("name", "is_meeting"), RUN_BY_MENTORS)
def test_members_run_nothing_and_strangers_find_nothing(running, ada, eve, client_of, name, is_meeting):
    where = at(name, running.slug, 2) if is_meeting else at(name, running.slug)
    assert client_of(ada).post(where).status_code == 403
    assert client_of(eve).post(where).status_code == 404
    assert client_of(None).post(where).status_code == 302


def test_who_has_left_is_out_on_the_next_request(running, ada, client_of):
    week = running.weeks.get(number=2)
    hers = client_of(ada)
    assert hers.get(week.get_absolute_url()).status_code == 200
    enrolments.leave(enrolment=Enrolment.objects.get(iteration=running, person=ada), by=ada)
    for where in (
        running.get_absolute_url(),
        week.get_absolute_url(),
        at("timeline", running.slug),
        at("report", running.slug),
        at("report_pdf", running.slug),
    ):
        assert hers.get(where).status_code == 404


def test_the_report_on_screen_and_on_paper(running, cy, ada, client_of):
    with clock.moved_to(datetime(2027, 6, 30, tzinfo=UTC)):
        tasks.start_and_end()
        running.refresh_from_db()
        actions.freeze_report(iteration=running)
        hers = client_of(ada)
        hers.post(at("say_of_group", running.slug), {"words": "I finished.", "by_name": "on"})
        client_of(cy).post(at("close_with_words", running.slug), {"words": "Well written, all of you."})
        page = hers.get(at("report", running.slug)).content.decode()
        assert "I finished." in page
        assert "Well written" in page
        assert "As it stood on" in page
        paper = hers.get(at("report_pdf", running.slug))
        assert paper["Content-Type"] == "application/pdf"
        assert paper.content.startswith(b"%PDF")
        read = PdfReader(BytesIO(paper.content))
        assert "/StructTreeRoot" in read.trailer["/Root"], "tagged, for screen readers"
        words = " ".join(sheet.extract_text() for sheet in read.pages)
        assert "I finished." in words
        hers.post(at("say_of_group", running.slug), {"words": ""})
        assert not Saying.objects.exists()


def test_home_says_what_is_next(running, ada, client_of):
    with clock.moved_to(datetime(2027, 3, 4, tzinfo=UTC)):
        page = client_of(ada).get("/").content.decode()
        assert "A draft for" in page
        assert "Next meeting of Spring group" in page


def test_an_open_course_has_none_of_these_pages(cy, client_of):
    iteration = make_iteration(cy, weeks=1)
    client = client_of(cy)
    assert client.get(at("timeline", iteration.slug)).status_code == 404
    assert client.get(at("edit_meeting", iteration.slug, 1)).status_code == 404
    assert client.get(iteration.weeks.get().get_absolute_url()).status_code == 200


# What the pages ask ---------------------------------------------------------------------------------------------------


@pytest.fixture(params=[1, 3])
def pages(request, ada, cy):
    """Each page of a group in which one member writes with ada, or three: each with a draft, a friend and a meeting behind."""
    pathway = make_pathway()
    others = [make_person(name=f"Other {each}") for each in range(request.param)]
    writing = make_writing_group(pathway, ada, *others, mentor=cy)
    node = pathway.scheme_version.framework.nodes.get(code="1a")
    for number in range(request.param):
        make_meeting(writing, node, days=-7 * (number + 1), number=number + 2)
    coming = make_meeting(writing, node, days=3)
    thread = make_thread(coming)
    for person in (ada, *others):
        section = portfolios.begin(by=person, pathway=pathway).sections.get(node=node)
        part = section.parts.earliest("pk")
        portfolios.write(
            section=section,
            component=part.component,
            html="<p>A draft of mine.</p>",
            on_revision=part.revision,
            by=person,
        )
        portfolios.share_with_circle(portfolio=section.portfolio, by=person, circle=writing.circle)
        make_pair(coming, person, cy)
        make_post(thread, person)
        GroupInvitation.objects.create(
            iteration=writing,
            email=f"p{person.pk}@example.org",
            invited_by=cy,
            expires_at=clock.now() + timedelta(days=9),
        )
        Saying.objects.create(enrolment=writing.enrolments.get(person=person), words="Good.", by_name=True)
    return {
        "group": writing.get_absolute_url(),
        "meeting": coming.get_absolute_url(),
        "report": at("report", writing.slug),
        "timeline": at("timeline", writing.slug),
        "set up": at("set_up_group", writing.slug),
    }


@pytest.mark.parametrize("page", QUERIES)
def test_a_page_of_a_group_asks_the_same_for_one_and_for_three(
    page, pages, ada, cy, client_of, django_assert_num_queries
):
    client = client_of(cy if page == "set up" else ada)
    client.get(pages[page])
    with django_assert_num_queries(QUERIES[page]):
        response = client.get(pages[page])
    assert response.status_code == 200
