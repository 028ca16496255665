"""The newsletter as a place on the map of the ecology that it draws from."""

from datetime import timedelta

import pytest

from collegium.ecology.flows import Look, Period
from collegium.ecology.queries import ecologies_map
from collegium.foundation import clock
from collegium.newsletters.models import Issue, Section
from collegium.people.models import Audience
from tests.communities.factories import make_community
from tests.conversations.factories import make_post, make_thread
from tests.ecology.factories import make_item, make_source
from tests.newsletters.factories import make_issue, make_newsletter

pytestmark = pytest.mark.django_db


@pytest.fixture
def community(ada, cy):
    community = make_community(ada, convener=cy, audience=Audience.PUBLIC)
    make_item(make_source(community.ecology, title="A blog"), title="Steam")
    make_post(make_thread(community.forum, ada), cy)
    return community


def told(ecology, reader, days=30):
    period = Period(clock.now() - timedelta(days=days), clock.now() + timedelta(seconds=1))
    return ecologies_map.chart(Look(ecology, reader, period)).told


def test_issues_that_went_out_and_what_stood_in_them(community, cy):
    newsletter = make_newsletter(community)
    issue = make_issue(newsletter, cy, words="Hello.")
    assert (
        told(community.ecology, None).by_key["newsletter"].words == "0 issues"
    )  # a draft is nobody's business
    Issue.objects.filter(pk=issue.pk).update(
        state=Issue.State.SENT,
        html="<p>Hello.</p>",
        text="Hello.",
        sha256="0" * 64,
        begun_at=clock.now(),
        sent_at=clock.now(),
    )
    found = told(community.ecology, None)
    assert found.by_key["newsletter"].words == "1 issue"
    assert found.by_key["newsletter"].url == newsletter.get_absolute_url()
    flows = {each.start: each.words for each in found.streams if each.end == "newsletter"}
    assert issue.sections.filter(kind=Section.Kind.RIVER).exists()
    assert flows["river"] == "1 piece"
    with clock.moved_to(clock.now() + timedelta(days=40)):
        assert told(community.ecology, None).by_key["newsletter"].volume.number == 0


def test_nobody_learns_of_a_newsletter_that_they_may_not_read(community, ada, cy, eve):
    make_newsletter(community, audience=Audience.CIRCLE)
    assert "newsletter" in told(community.ecology, ada).by_key
    assert "newsletter" not in told(community.ecology, eve).by_key
    assert "newsletter" not in told(community.ecology, None).by_key


def test_where_there_is_none_there_is_no_such_place(community, cy):
    make_newsletter(make_community(convener=cy, audience=Audience.PUBLIC))
    assert "newsletter" not in told(community.ecology, cy).by_key
