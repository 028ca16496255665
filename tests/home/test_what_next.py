"""Home for each role: what comes first, what can wait, and that a newcomer always finds a first step."""

import re
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from collegium.accreditation.models import Assignment, Submission
from collegium.conversations.actions import moderation
from collegium.evidence import actions as evidence
from collegium.foundation import clock
from collegium.people.models import Audience
from collegium.portfolios import actions as portfolios
from tests.communities.factories import make_community, make_membership
from tests.conversations.factories import make_thread
from tests.courses.factories import make_enrolment, make_iteration, make_meeting, make_project
from tests.credentials.factories import make_award, make_passed, make_pathway
from tests.factories import make_assessor, make_person
from tests.portfolios.factories import make_meeting as make_group_meeting
from tests.portfolios.factories import make_writing_group

NOW = datetime(2027, 3, 24, 12, tzinfo=UTC)  # Wednesday of the fourth week

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_the_fourth_week():
    with clock.moved_to(NOW):
        yield


@pytest.fixture
def world(ada, bo, cy):
    """Ada takes part in a course that is in week four and in a writing group that meets soon, and writes a portfolio; Bo is
    in the group, Cy runs all of it.
    """
    pathway = make_pathway()
    course = make_iteration(cy, weeks=7, title="Open Learning 2027")
    make_enrolment(course, ada)
    make_meeting(course.weeks.get(number=4), host=cy)
    group = make_writing_group(pathway, ada, bo, mentor=cy)
    portfolio = portfolios.begin(by=ada, pathway=pathway)
    section = portfolio.sections.get(node__code="1a")
    make_group_meeting(group, section.node, days=4)
    evidence.capture(by=ada, title="Loose", body="<p>A note.</p>")
    community = make_community(
        ada, convener=cy, audience=Audience.CIRCLE, title="Learning technologists", first_steps=["Say hello."]
    )
    return SimpleNamespace(
        section=section, course=course, group=group, community=community, portfolio=portfolio
    )


def home_of(client):
    page = client.get("/").content.decode()
    return page[page.index("<main") : page.index("</main>")]


def in_order(page, *words):
    places = [page.find(each) for each in words]
    assert -1 not in places, dict(zip(words, places, strict=True))
    assert places == sorted(places), dict(zip(words, places, strict=True))


def test_a_member_sees_the_draft_and_the_meeting_then_the_week_then_what_is_soon(world, ada, client_of):
    page = home_of(client_of(ada))
    in_order(
        page, "A draft for", "Next meeting of", "Open Learning 2027, week 4", 'id="next-events"', "Say hello."
    )


def test_a_critical_friend_sees_first_what_somebody_waits_for(world, ada, bo, client_of):
    portfolios.ask_feedback(section=world.section, by=ada, person=bo)
    page = home_of(client_of(bo))
    in_order(page, "A draft to read", "A draft for")


def test_a_mentor_sees_the_drafts_to_read_before_the_meeting(world, ada, cy, client_of):
    portfolios.ask_feedback(section=world.section, by=ada, person=cy)
    in_order(home_of(client_of(cy)), "A draft to read", "Next meeting of")


def test_a_facilitator_sees_unanswered_posts_before_their_own_week(world, ada, cy, client_of):
    with clock.moved_to(NOW - timedelta(days=5)):
        make_thread(world.community.forum, ada, title="How do you begin?")
    in_order(home_of(client_of(cy)), "Nobody unanswered", "Open Learning 2027")


def test_a_moderator_sees_reports_before_all_else(world, ada, bo, cy, client_of):
    make_membership(world.community, bo)
    moderation.report(
        post=make_thread(world.community.forum, ada).posts.get(), by=bo, reason="spam", words="Look."
    )
    portfolios.ask_feedback(section=world.section, by=ada, person=cy)
    in_order(home_of(client_of(cy)), "/moderation", "A draft to read")


def test_at_most_six_come_first_and_the_rest_is_folded_and_nothing_lost(world, ada, bo, client_of):
    portfolios.ask_feedback(
        section=portfolios.begin(by=bo, pathway=make_pathway()).sections.get(node__code="1a"),
        by=bo,
        person=ada,
    )
    award = make_award(person=ada)
    page = home_of(client_of(ada))
    assert page.index("What can wait") < page.index("speaks for nothing yet")
    assert award.title in page
    folded = page[page.index('<div class="can-wait">') :]
    assert len(re.findall(r"</h2>", page[: page.index('<div class="can-wait">')])) >= 6
    assert "speaks for nothing yet" in folded


def test_a_newcomer_always_finds_a_first_step(client_of):
    newcomer = make_person(joined_at=NOW)
    page = home_of(client_of(newcomer))
    in_order(
        page, "To begin with", "Say who you are", "Find company", "Capture a first piece", "Begin a portfolio"
    )
    assert "What can wait" not in page


def test_who_came_by_a_poster_sees_the_steps_of_their_community_and_those_of_the_house(client_of):
    newcomer = make_person(joined_at=NOW)
    make_community(newcomer, first_steps=["Say hello in the forum."])
    in_order(home_of(client_of(newcomer)), "Say hello in the forum.", "To begin with")


def test_a_course_that_is_over_leaves_no_card(world, ada, client_of):
    make_project(world.course, ada)
    with clock.moved_to(NOW + timedelta(days=90)):
        assert "week 4" not in home_of(client_of(ada))


# In a browser ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def of_role(world, ada, bo, cy):
    """One person for each role, with something waiting for each."""
    portfolios.ask_feedback(section=world.section, by=ada, person=cy)
    with clock.moved_to(NOW - timedelta(days=5)):
        make_thread(world.community.forum, ada, title="How do you begin?")
    facilitator = make_person(name="Fay Facilitator")
    make_enrolment(world.course, facilitator, role="facilitator")
    make_membership(world.community, facilitator, role="facilitator")
    assessor = make_person(name="Sol Assessor")
    make_assessor(assessor, world.portfolio.pathway.scheme_version.scheme, holds_pathway="cmalt")
    submission = make_passed(person=bo)
    Submission.objects.filter(pk=submission.pk).update(state="assessing")
    Assignment.objects.create(submission=submission, assessor=assessor, role="lead", state="accepted")
    newcomer = make_person(name="Nia Newcomer", joined_at=NOW)
    make_community(newcomer, first_steps=["Say hello in the forum."], title="Open educators")
    return {
        "newcomer": newcomer,
        "participant": ada,
        "mentor": cy,
        "facilitator": facilitator,
        "assessor": assessor,
    }


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_home_of_each_role_is_clean_and_fits_a_phone_by_day_and_by_night(
    of_role, browser_page, sign_in_browser, axe
):
    for role, person in of_role.items():
        browser_page.context.clear_cookies()
        sign_in_browser(browser_page, person)
        for scheme in ("light", "dark"):
            browser_page.emulate_media(color_scheme=scheme)
            for width in (1280, 390):
                browser_page.set_viewport_size({"width": width, "height": 900})
                browser_page.goto("/")
                wide = browser_page.evaluate("document.documentElement.scrollWidth")
                assert wide <= width, (role, scheme, width, wide)
            assert axe(browser_page) == [], (role, scheme)
