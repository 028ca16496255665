from datetime import timedelta

import pytest

from collegium.foundation import clock
from collegium.people.models import Audience
from tests.communities.factories import make_community
from tests.newsletters.factories import make_newsletter
from tests.notifications.test_with_postfix import answers, house, mailboxes, open_door, postfix  # noqa: F401  # fixtures


@pytest.fixture
def community(ada, bo, cy):
    """A public one: cy convenes it, ada and bo belong to it."""
    return make_community(ada, bo, convener=cy, title="Learning technologists", audience=Audience.PUBLIC)


@pytest.fixture
def newsletter(community):
    """Of the community, public; cy edits it."""
    return make_newsletter(community, title="Weekly news", slug="weekly-news")


@pytest.fixture
def later():
    """What was made a moment ago has been made: a period ends before what happens at its end."""
    with clock.moved_to(clock.now() + timedelta(minutes=1)):
        yield


@pytest.fixture
def happens(django_capture_on_commit_callbacks):
    """What is done within the context that it makes is followed by everything that follows after commit."""
    return lambda: django_capture_on_commit_callbacks(execute=True)
