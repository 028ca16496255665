"""What the pages that are measured by the bench ask of the database: the same for one thing and for three.

The counts are what a worker asks that has met the scheme before; the first page of all reads its documents too.
"""

from datetime import timedelta

import pytest
from django.urls import reverse

from collegium.conversations import actions as conversations
from collegium.conversations.models import Post
from collegium.credentials import actions as credentials
from collegium.events import actions as events
from collegium.evidence import actions as evidence_actions
from collegium.foundation import clock
from collegium.people.models import Audience
from collegium.portfolios import actions as portfolios
from tests.communities.factories import make_community
from tests.conversations.factories import make_many_posts, make_thread
from tests.courses.factories import make_enrolment, make_iteration, make_project, make_week
from tests.courses.factories import make_thread as make_thread_of_week
from tests.credentials.factories import make_award, make_pathway
from tests.events.factories import make_event
from tests.factories import make_person
from tests.portfolios.factories import make_meeting, make_writing_group

# Session, account, what waits for an assessor or coordinator and what is unread are four of each for who is signed in;
# home asks what waits in one query with what one did lately.
QUERIES = {
    "home": 8,
    "evidence list": 10,
    "portfolio section": 11,
    "public portfolio": 7,
    "register search": 3,
    "scheme": 2,
    "verify": 0,
    "award": 3,
    "credential": 1,
}


@pytest.fixture(params=[1, 3])
def pages(request, ada):
    """Each page, on which one thing or three stand."""
    number = request.param
    pathway = make_pathway()
    portfolio = portfolios.begin(by=ada, pathway=pathway)
    section = portfolio.sections.get(node__code="1a")
    nodes = list(pathway.scheme_version.framework.nodes.filter(assessed=True)[:number])
    for each in range(number):
        piece = evidence_actions.capture(
            by=ada, title=f"Piece {each}", body="<p>A note.</p>", audience=Audience.PUBLIC
        )
        for node in nodes:
            evidence_actions.align(evidence=piece, by=ada, node=node, strength=2)
        portfolios.place(section=section, evidence=piece, by=ada)
        loose = evidence_actions.capture(by=ada, title=f"Loose {each}", body="<p>Another.</p>")
        evidence_actions.align(evidence=loose, by=ada, node=section.node, strength=2)
    portfolios.publish(portfolio=portfolio, by=ada, slug="counted", licence="CC-BY-4.0")
    awards = [make_award(person=make_person(name=f"Counted {each}", country="GB")) for each in range(number)]
    credential = credentials.issue(award=awards[0])
    return {
        "home": ("/", ada),
        "evidence list": (reverse("evidence:list"), ada),
        "portfolio section": (section.get_absolute_url(), ada),
        "public portfolio": ("/p/counted/", None),
        "register search": (f"{reverse('credentials:register')}?name=counted", None),
        "scheme": (reverse("schemes:scheme", args=["cmalt"]), None),
        "verify": (reverse("credentials:verify"), None),
        "award": (awards[0].get_absolute_url(), None),
        "credential": (f"/credentials/{credential.public_id}", None),
    }


@pytest.mark.parametrize("page", QUERIES)
def test_a_page_asks_the_same_for_one_and_for_three(page, pages, client_of, django_assert_num_queries):
    address, person = pages[page]
    client = client_of(person)
    client.get(address)
    with django_assert_num_queries(QUERIES[page]):
        response = client.get(address)
    assert response.status_code == 200  # found


HOME_OF_A_WRITER = 12


@pytest.mark.parametrize("number", [1, 3])
def test_home_asks_twelve_for_who_takes_part_in_a_course_and_in_a_writing_group(
    number, ada, bo, cy, client_of, django_assert_num_queries
):
    """With drafts to read, first steps in a community, meetings ahead, and more than one of each."""
    pathway = make_pathway()
    portfolio = portfolios.begin(by=ada, pathway=pathway)
    for each in range(number):
        iteration = make_iteration(cy, weeks=4, starts_on=clock.today() - timedelta(days=22))
        make_enrolment(iteration, ada)
        group = make_writing_group(pathway, ada, bo, mentor=cy, title=f"Writing group {each}")
        make_meeting(group, portfolio.sections.get(node__code="1a").node, days=3)
        make_community(ada, convener=cy, first_steps=["Say hello."])
        evidence_actions.capture(by=ada, title=f"Loose {each}", body="<p>A note.</p>")
        draft = portfolios.begin(by=bo, pathway=pathway).sections.get(node__code="1a")
        portfolios.ask_feedback(section=draft, by=bo, person=ada)
    client = client_of(ada)
    client.get("/")
    with django_assert_num_queries(HOME_OF_A_WRITER):
        page = client.get("/").content.decode()
    for title in ("to read", "A draft for", "week 4", "Soon", "Your first steps", "speak"):
        assert title in page


# Of communities and courses: what a member's page asks, however many threads, events and projects stand on it.
OF_A_MEMBER = {
    "thread": 7,
    "list of threads": 9,
    "community page": 12,
    "week page": 10,
    "home of a member": 9,
    "search": 7,  # PostgreSQL looks among the newest first, SQLite for whole words
    "calendar feed": 2,
}


@pytest.fixture(params=[1, 3])
def pages_of_a_member(request, ada, bo):
    number = request.param
    community = make_community(ada, convener=bo)
    iteration = make_iteration(bo)
    week = make_week(iteration)
    make_enrolment(iteration, ada)
    talk = make_thread_of_week(week)
    for each in range(number):
        thread = make_thread(community.forum, bo, title=f"Counted thread {each}")
        make_many_posts(thread, number, ada, bo)
        make_many_posts(talk, number, ada, bo)
        make_event(bo, community)
        make_project(iteration, make_person(name=f"Maker {each}"), week=week)
        conversations.read(person=ada, thread=thread, through=thread.posts.latest("pk").pk)
    # Who posts all the time is asked one thing more.
    Post.objects.update(posted_at=clock.now() - timedelta(days=4))
    token = events.feed_token(person=ada)
    return {
        "thread": (thread.get_absolute_url(), ada),
        "list of threads": (reverse("conversations:forum", args=[community.forum_id]), ada),
        "community page": (community.get_absolute_url(), ada),
        "week page": (week.get_absolute_url(), ada),
        "home of a member": ("/", ada),
        "search": (f"{reverse('home:search')}?q=counted", ada),
        "calendar feed": (reverse("events:feed", args=[token]), None),
    }


@pytest.mark.parametrize("page", OF_A_MEMBER)
def test_a_members_page_asks_the_same_for_one_and_for_three(
    page, pages_of_a_member, client_of, django_assert_num_queries
):
    address, person = pages_of_a_member[page]
    client = client_of(person)
    client.get(address)
    with django_assert_num_queries(OF_A_MEMBER[page]):
        response = client.get(address)
    assert response.status_code == 200  # found
