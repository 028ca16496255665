"""What portfolios put on the pages of courses."""

import pytest
from django.test import RequestFactory
from django.urls import reverse

from collegium.courses.models import Iteration
from collegium.portfolios import actions, panels, queries
from collegium.portfolios.models import Portfolio
from tests.factories import make_person
from tests.portfolios.factories import make_meeting, make_writing_group


@pytest.fixture
def group(ada, bo, cy, cmalt):
    return make_writing_group(cmalt, ada, bo, mentor=cy)


@pytest.fixture
def week(group, cmalt):
    return make_meeting(group, cmalt.scheme_version.framework.nodes.get(code="2a"))


def asked_by(person):
    request = RequestFactory().get("/")
    request.person = person
    return request


def test_one_step_begins_the_portfolio_and_opens_the_section(ada, week, client_of):
    step = reverse("portfolios:draft_for_week", args=[week.pk])
    enrolment = week.iteration.enrolments.get(person=ada)
    assert "Begin the draft" in panels.draft_of_week(asked_by(ada), week=week, enrolment=enrolment)
    answer = client_of(ada).post(step)
    portfolio = Portfolio.objects.get(owner=ada)
    section = portfolio.sections.get(node__code="2a")
    assert answer["Location"] == section.get_absolute_url()
    client_of(ada).post(step)
    assert Portfolio.objects.count() == 1  # again: the same one
    actions.write(section=section, component="description", html="<p>A draft.</p>", on_revision=0, by=ada)
    assert "Continue the draft" in panels.draft_of_week(asked_by(ada), week=week, enrolment=enrolment)


def test_strangers_begin_nothing_by_a_closed_course(eve, week, client_of):
    assert client_of(eve).post(reverse("portfolios:draft_for_week", args=[week.pk])).status_code == 404
    assert not Portfolio.objects.exists()
    assert panels.draft_of_week(asked_by(eve), week=week, enrolment=None) is None
    assert panels.portfolio_for_iteration(asked_by(eve), iteration=week.iteration) is None
    assert panels.draft_of_week(asked_by(None), week=week, enrolment=None) is None


def test_how_far_each_has_come_in_numbers(ada, bo, cy, cmalt, group):
    portfolio = actions.begin(by=ada, pathway=cmalt)
    section = portfolio.sections.get(node__code="2a")
    actions.write(
        section=section, component="description", html="<p>Three words here</p>", on_revision=0, by=ada
    )
    request = actions.ask_feedback(section=section, by=ada, circle=group.circle)
    given = actions.give_feedback(request=request, words="Good.", by=bo)
    actions.thank(feedback=given, by=ada)
    found = {each.person: each for each in queries.progress(group)}
    assert set(found) == {ada, bo}  # the mentor writes none
    mine = found[ada]
    assert (mine.begun, mine.words, mine.asked, mine.received, mine.thanked) == (1, 3, 1, 1, 1)
    assert (found[bo].given, found[bo].state, mine.state) == (1, "none", "writing")
    actions.lock(portfolio=portfolio, by=None, open_codes=[])
    assert next(each for each in queries.progress(group) if each.person == ada).state == "submitted"
    assert "3 words" in panels.member_of_group(asked_by(cy), iteration=group, person=ada)
    assert "submitted" in panels.report_of_group(asked_by(cy), iteration=group)
    assert "of 11 sections begun" in panels.portfolio_for_iteration(asked_by(ada), iteration=group)


@pytest.mark.parametrize("number", [1, 3])
def test_the_numbers_cost_the_same_for_one_member_and_for_three(cmalt, cy, django_assert_num_queries, number):
    people = [make_person() for _ in range(number)]
    group = make_writing_group(cmalt, *people, mentor=cy)
    for person in people:
        actions.begin(by=person, pathway=cmalt)
    group = Iteration.objects.select_related("pathway__scheme_version").get(pk=group.pk)
    request = asked_by(cy)
    with django_assert_num_queries(6):
        for person in people:
            assert panels.member_of_group(request, iteration=group, person=person)
        assert panels.report_of_group(request, iteration=group)
