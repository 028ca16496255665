"""What the pages between registration and outcome ask of the database: never more than twelve queries, however much is there."""

import pytest
from django.urls import reverse

from collegium.accreditation import actions
from collegium.accreditation.models import Assignment
from collegium.portfolios import actions as portfolios
from collegium.portfolios.models import Portfolio
from collegium.schemes.models import Pathway
from tests.accreditation.factories import make_written_portfolio, sign
from tests.factories import make_assessor, make_coordinator, make_organisation, make_person


def url(name, **kwargs):
    return reverse(f"accreditation:{name}", kwargs=kwargs)


@pytest.fixture
def asks(client_of, django_assert_num_queries):
    """``asks(number, person, address)``: of a process that has met the scheme before."""

    def asks(number, person, address):
        client = client_of(person)
        client.get(address)
        with django_assert_num_queries(number):
            response = client.get(address)
        assert response.status_code == 200
        return response

    return asks


def more_assessors(stage, number):
    """Who share an organisation with the candidate, so that there is something to say of each."""
    for each in range(number):
        person = make_person(name=f"Assessor {each}")
        make_assessor(person, stage.scheme, holds_pathway="cmalt")
        make_organisation(person, stage.candidate)


def referred_and_back(stage, submission):
    stage.reconcile(submission, outcome="refer", weak=("3a",))
    portfolios.write(
        section=stage.section("3a"),
        component="reflection",
        html="<p>Now I say what the law changed.</p>",
        on_revision=0,
        by=stage.candidate,
    )
    sign(stage.portfolio_now)
    again = stage.submit()
    actions.accept(submission=again, by=stage.coordinator)
    for person, role in ((stage.lead, Assignment.Role.LEAD), (stage.second, Assignment.Role.SECOND)):
        actions.allot(submission=again, assessor=person, role=role, by=stage.coordinator)
        stage.answer(again, person)
    again.refresh_from_db()
    return again


def judged(stage, submission, weak=()):
    for person in (stage.lead, stage.second):
        stage.judge(submission, person, weak=weak)
    submission.refresh_from_db()


@pytest.mark.parametrize("number", [1, 3])
def test_allocation(stage, submitted, asks, number):
    more_assessors(stage, number)
    actions.accept(submission=submitted, by=stage.coordinator)
    page = url("allocation", submission_id=submitted.pk)
    asks(11, stage.coordinator, page)
    actions.allot(submission=submitted, assessor=stage.lead, role="lead", by=stage.coordinator)
    asks(11, stage.coordinator, page)


@pytest.mark.parametrize("number", [1, 3])
def test_allocation_of_what_comes_back(stage, assessing, asks, number):
    judged(stage, assessing, weak=("3a",))
    more_assessors(stage, number)
    again = referred_and_back(stage, assessing)
    asks(12, stage.coordinator, url("allocation", submission_id=again.pk))


def test_a_managed_submission_at_each_step(stage, submitted, asks):
    page = url("managed", submission_id=submitted.pk)
    asks(9, stage.coordinator, page)
    asks(8, stage.coordinator, url("screening", submission_id=submitted.pk))
    actions.accept(submission=submitted, by=stage.coordinator)
    for person, role in ((stage.lead, Assignment.Role.LEAD), (stage.second, Assignment.Role.SECOND)):
        actions.allot(submission=submitted, assessor=person, role=role, by=stage.coordinator)
        stage.answer(submitted, person)
    asks(9, stage.coordinator, page)
    judged(stage, submitted, weak=("3a",))
    asks(10, stage.coordinator, page)
    again = referred_and_back(stage, submitted)
    asks(10, stage.coordinator, page)
    page = url("managed", submission_id=again.pk)
    asks(9, stage.coordinator, page)
    judged(stage, again)
    asks(11, stage.coordinator, page)
    stage.reconcile(again, outcome="pass")
    asks(11, stage.coordinator, page)


def test_judging_and_bringing_together(stage, assessing, asks):
    mine = stage.assignment(assessing, stage.lead).get_absolute_url()
    asks(8, stage.lead, mine)
    judged(stage, assessing, weak=("3a",))
    page = url("reconciliation", submission_id=assessing.pk)
    for number, person in ((8, stage.lead), (8, stage.second), (9, stage.coordinator)):
        asks(number, person, page)
    again = referred_and_back(stage, assessing)
    asks(10, stage.lead, stage.assignment(again, stage.lead).get_absolute_url())
    judged(stage, again)
    page = url("reconciliation", submission_id=again.pk)
    for number, person in ((10, stage.lead), (10, stage.second), (11, stage.coordinator)):
        asks(number, person, page)
    actions.save_joint(
        submission=again,
        by=stage.lead,
        outcome="pass",
        feedback="Well written.",
        note="",
        referred_sections=(),
        marks={area.key: ("adequate", "Good.") for area in stage.areas(again)},
    )
    for number, person in ((11, stage.lead), (11, stage.second), (12, stage.coordinator)):
        asks(number, person, page)
    asks(9, stage.lead, url("outcome", submission_id=again.pk))


def test_what_a_candidate_sees_at_each_step(stage, submitted, asks):
    registration = stage.registration.get_absolute_url()
    page, portfolio = submitted.get_absolute_url(), stage.portfolio.get_absolute_url()
    asks(6, stage.candidate, page)
    asks(10, stage.candidate, registration)
    asks(11, stage.candidate, portfolio)
    actions.accept(submission=submitted, by=stage.coordinator)
    for person, role in ((stage.lead, Assignment.Role.LEAD), (stage.second, Assignment.Role.SECOND)):
        actions.allot(submission=submitted, assessor=person, role=role, by=stage.coordinator)
        stage.answer(submitted, person)
    judged(stage, submitted, weak=("3a",))
    again = referred_and_back(stage, submitted)
    asks(7, stage.candidate, page)
    judged(stage, again)
    stage.reconcile(again, outcome="pass")
    asks(9, stage.candidate, again.get_absolute_url())
    asks(10, stage.candidate, registration)
    asks(11, stage.candidate, portfolio)


@pytest.mark.parametrize("number", [1, 3])
def test_one_s_own_registrations(cmalt, ada, asks, number):
    for pathway in Pathway.objects.for_display().filter(scheme_version=cmalt)[:number]:
        registration = actions.register(person=ada, pathway=pathway, by=ada)
        if pathway.key == "cmalt":
            portfolio = make_written_portfolio(ada, pathway)
            actions.submit(registration=registration, portfolio=portfolio, by=ada)
    asks(7, ada, url("mine"))


@pytest.mark.parametrize("number", [1, 3])
def test_home_of_somebody_who_is_everything_at_once(stage, submitted, assessing, asks, number):
    """A candidate being read, who assesses, coordinates and is a mentor too."""
    person = stage.candidate
    make_coordinator(person, stage.scheme)
    make_assessor(person, stage.scheme, holds_pathway="cmalt")
    for _each in range(number):
        other = make_person()
        registration = actions.register(person=other, pathway=stage.pathway, by=other)
        portfolio = make_written_portfolio(other, stage.pathway)
        theirs = actions.submit(registration=registration, portfolio=portfolio, by=other)
        actions.accept(submission=theirs, by=stage.coordinator)
        actions.allot(submission=theirs, assessor=person, role="second", by=stage.coordinator)
        Portfolio.objects.filter(pk=portfolio.pk).update(mentor=person)
    judged(stage, assessing, weak=("3a",))
    stage.reconcile(assessing, outcome="refer", weak=("3a",))
    page = asks(10, person, "/").content.decode()
    for words in ("Can you judge a portfolio", "Drafts of those you mentor", "You are nearly there"):
        assert words in page


@pytest.mark.parametrize("number", [1, 3])
def test_the_assessor_s_list(stage, assessing, asks, number):
    for _each in range(number):
        other = make_person()
        registration = actions.register(person=other, pathway=stage.pathway, by=other)
        portfolio = make_written_portfolio(other, stage.pathway)
        theirs = actions.submit(registration=registration, portfolio=portfolio, by=other)
        actions.accept(submission=theirs, by=stage.coordinator)
        actions.allot(submission=theirs, assessor=stage.lead, role="lead", by=stage.coordinator)
    asks(7, stage.lead, url("assess"))
