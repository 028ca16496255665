"""Crowds of the rooms below: a week's participants, those whom an event is planned for."""

import datetime as dt

import pytest
from django.core import mail

from collegium.activity.models import Activity
from collegium.communities import actions as communities
from collegium.conversations import actions as conversations
from collegium.courses.actions.triggers import TRIGGERED
from collegium.courses.models import Enrolment
from collegium.events import actions as events
from collegium.foundation import clock
from collegium.notifications import handlers
from collegium.notifications.models import Notification
from tests.courses.factories import make_iteration
from tests.factories import make_person

pytestmark = pytest.mark.django_db


def roles(verb):
    told = Notification.objects.filter(activity__verb=verb)
    return dict(told.values_list("person__name", "role"))


def test_a_week_is_told_to_who_takes_part_and_not_to_who_has_left(
    ada, bo, eve, django_capture_on_commit_callbacks
):
    iteration = make_iteration(ada, weeks=1)
    week = iteration.weeks.get()
    for person in (bo, eve):
        Enrolment.objects.create(iteration=iteration, person=person)
    Enrolment.objects.filter(person=eve).update(left_at=clock.now())
    activity = Activity.objects.create(
        verb=TRIGGERED.name,
        about_kind="courses.week",
        about_id=str(week.pk),
        data={"week": "Week 1", "trigger": "A film", "title": iteration.title},
    )
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        handlers.tell(activity)
    assert "Bo Assessor" in roles(TRIGGERED.name)
    assert "Eve Stranger" not in roles(TRIGGERED.name)
    assert ["bo@example.org"] in [letter.to for letter in mail.outbox]


def test_a_planned_event_is_told_to_the_community_and_not_to_who_wants_to_hear_nothing(
    ada, bo, cy, django_capture_on_commit_callbacks
):
    community = communities.found(
        by=ada, title="Circle", domain="Feedback", joining="open", audience="public"
    )
    for person in (bo, cy):
        communities.join(community=community, person=person)
    conversations.follow(person=cy, forum=community.forum, level="nothing")
    outside = make_person(name="Outside")
    with django_capture_on_commit_callbacks(execute=True):
        events.plan(
            by=ada,
            title="Webinar",
            starts_at=clock.now() + dt.timedelta(days=3),
            minutes=60,
            time_zone="UTC",
            audience="circle",
            communities=[community],
        )
    assert roles("event.planned") == {"Bo Assessor": "member"}
    assert not Notification.objects.filter(person=outside).exists()
