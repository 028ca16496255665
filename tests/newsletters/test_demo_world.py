"""The newsletter of the demo world, lived through by itself: what its editors wrote can be done by the actions."""

from types import SimpleNamespace

import pytest

from collegium.courses.models import Iteration
from collegium.ecology.tags import fold
from collegium.foundation import clock
from collegium.home.world import ecology, newsletters, words
from collegium.home.world.years import World
from collegium.newsletters.models import Delivery, Entry, Newsletter, Subscription
from collegium.newsletters.sending import is_as_sent
from collegium.people.models import Audience, CircleMember
from tests.courses.factories import make_iteration
from tests.ecology.factories import make_item, make_source
from tests.factories import make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(monkeypatch):
    """Only who and what the newsletter needs: its people, the course, and the posts that were nominated."""
    told = words.read("newsletters")
    made = World(lambda *_done: None, SimpleNamespace(moment=None))
    keys = {
        "jean",
        "giulia",
        "kwame",
        *told["people"],
        *(each["by"] for each in told["nominations"]),
        *(each["by"] for each in told["issues"]),
    }
    for key in keys:
        made.people[key] = make_person(name=key.title(), email=f"{key}@cast.example")
        made.joined[key] = 90
    course = make_iteration(audience=Audience.PUBLIC)
    made.iterations["course"] = Iteration.objects.get(pk=course.pk)
    course.ecology.audience = Audience.PUBLIC
    course.ecology.save()
    for editor in ("jean", "giulia", "kwame"):
        CircleMember.objects.create(circle=course.ecology.editors, person=made.people[editor])
    items = {
        each["item"]: make_item(
            make_source(course.ecology), title=fold(each["item"]), flows_at=made.moment(made.week(1, 2.5), 0)
        )
        for each in told["nominations"]
        if "item" in each
    }
    monkeypatch.setattr(ecology, "item", lambda _world, address: items[address])
    return made


def test_two_issues_go_out_and_a_third_waits(world, django_capture_on_commit_callbacks):
    newsletters.plan_newsletter(world)
    with django_capture_on_commit_callbacks(execute=True):
        world.live()
    newsletter = Newsletter.objects.get()
    first, second, third = newsletter.issues.order_by("number")
    assert [first.state, second.state, third.state] == ["sent", "sent", "draft"]
    assert all(is_as_sent(issue) for issue in (first, second))
    assert (first.title, second.title) == ("The chairs are forty centimetres high", "Weighing the box")
    assert second.letters == len(words.read("newsletters")["people"]) + 4
    assert Delivery.objects.filter(issue=second).count() == second.letters
    assert Subscription.objects.filter(state="asked").count() == 1
    assert Subscription.objects.get(state="ended").ended_how == "link"
    assert newsletter.nominations.waiting().count() == 3
    assert Entry.objects.filter(issue=first, section__kind="river", nominations__isnull=False).exists()
    assert [section.kind for section in third.sections.all()][:2] == ["from_editors", "project_update"]
    assert newsletter.next_draft_at > clock.now()
