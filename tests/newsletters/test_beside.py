"""On the page of a community, a course or a group: the latest issue of its newsletter, for whoever may read it."""

from datetime import UTC, datetime, timedelta

import pytest

from collegium.courses.models import Course
from collegium.foundation import clock
from collegium.newsletters.models import Issue
from collegium.people.models import Audience
from tests.courses.factories import make_enrolment, make_iteration
from tests.newsletters.factories import make_newsletter, make_sent, make_subscription

pytestmark = pytest.mark.django_db
BEGIN = "/newsletters/new/?ecology="


def said(client, thing):
    response = client.get(thing.get_absolute_url())
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def iteration(cy, ada):
    """Open to everybody; cy facilitates it and ada takes part."""
    iteration = make_iteration(cy, audience=Audience.PUBLIC)
    make_enrolment(iteration, ada)
    return iteration


def test_a_community_shows_the_latest_issue_of_its_newsletter(newsletter, community, ada, client_of):
    make_sent(newsletter, "Once before", begun_at=clock.now() - timedelta(days=8))
    with clock.moved_to(datetime(2031, 3, 14, 12, tzinfo=UTC)):
        latest = make_sent(newsletter, "Lamps & <lights>")
        make_sent(newsletter, "Taken back", state=Issue.State.WITHDRAWN, withdrawn_at=clock.now())
        for client in (client_of(None), client_of(ada)):
            page = said(client, community)
            assert "Weekly news" in page
            assert "Lamps &amp; &lt;lights&gt;" in page
            assert f'href="{latest.get_absolute_url()}"' in page
            assert "14 March 2031" in page
            assert f'href="{newsletter.get_absolute_url()}#subscribe"' in page
            assert "Once before" not in page
            assert "Taken back" not in page


def test_a_course_shows_it_too(iteration, ada, client_of):
    newsletter = make_newsletter(iteration, title="Course letter")
    issue = make_sent(newsletter, "After week one")
    for client in (client_of(None), client_of(ada)):
        page = said(client, iteration)
        assert "Course letter" in page
        assert f'href="{issue.get_absolute_url()}"' in page


def test_a_writing_group_shows_its_own_to_those_in_it(iteration, cy, ada, client_of):
    Course.objects.filter(pk=iteration.course_id).update(shape=Course.Shape.GROUP)
    newsletter = make_newsletter(iteration, title="Group letter", audience=Audience.CIRCLE)
    make_sent(newsletter, "Among us")
    assert "Among us" in said(client_of(ada), iteration)


def test_who_gets_it_is_not_asked_to_subscribe(newsletter, community, ada, client_of):
    make_sent(newsletter, "Once before")
    make_subscription(newsletter, person=ada)
    page = said(client_of(ada), community)
    assert "You get it by e-mail" in page
    assert "#subscribe" not in page


def test_what_is_for_members_is_not_shown_to_others(community, iteration, ada, eve, client_of):
    for place, title in ((community, "Of the community"), (iteration, "Of the course")):
        members = make_newsletter(place, title=title, audience=Audience.CIRCLE)
        make_sent(members, f"{title}: among us")
        assert f"{title}: among us" in said(client_of(ada), place)
        for stranger in (eve, None):
            page = said(client_of(stranger), place)
            assert title not in page


def test_what_is_for_the_signed_in_is_not_shown_to_the_web(community, eve, client_of):
    inside = make_newsletter(community, title="House letter", audience=Audience.SIGNED_IN)
    make_sent(inside, "For who signs in")
    assert "For who signs in" in said(client_of(eve), community)
    assert "House letter" not in said(client_of(None), community)


def test_a_closed_one_is_not_offered(community, ada, client_of):
    closed = make_newsletter(community, title="Long ago", closed_at=clock.now())
    make_sent(closed, "The last")
    assert "Long ago" not in said(client_of(ada), community)


def test_one_that_sent_nothing_says_so(newsletter, community, client_of):
    page = said(client_of(None), community)
    assert "Weekly news" in page
    assert "Nothing has gone out yet" in page


def test_of_several_the_one_that_sent_last_stands_first(community, client_of):
    for days, title in ((9, "Older"), (2, "Newer"), (5, "Between")):
        each = make_newsletter(community, title=f"{title} letter")
        make_sent(each, f"{title} issue", begun_at=clock.now() - timedelta(days=days))
    make_newsletter(community, title="Silent letter")
    page = said(client_of(None), community)
    found = [page.index(f"{each} letter") for each in ("Newer", "Between", "Older", "Silent")]
    assert found == sorted(found)


def test_who_looks_after_it_can_begin_one_from_there(community, iteration, cy, ada, client_of):
    for place in (community, iteration):
        assert f"{BEGIN}{place.ecology_id}" in said(client_of(cy), place)
        for other in (ada, None):
            assert "/newsletters/new/" not in said(client_of(other), place)
        make_newsletter(place, title="There is one")
        assert "/newsletters/new/" not in said(client_of(cy), place)


@pytest.mark.parametrize("number", [0, 1, 3])
def test_a_members_pages_ask_no_more_for_it(
    number, community, iteration, ada, client_of, django_assert_num_queries
):
    for place in (community, iteration):
        for each in range(number):
            newsletter = make_newsletter(place, title=f"Letter {each}")
            make_sent(newsletter, "One")
            make_sent(newsletter, "Two")
    client = client_of(ada)
    for place, queries in ((community, 12), (iteration, 9)):
        said(client, place)
        with django_assert_num_queries(queries):
            said(client, place)
