"""A stage for accreditation: CMALT as shipped, a written portfolio, a coordinator and assessors who hold the award."""

import functools

import pytest

from collegium.accreditation import actions
from collegium.accreditation.models import Assignment
from collegium.schemes.actions import checked_file, load_scheme
from collegium.schemes.models import Pathway
from tests.accreditation.factories import Stage, make_written_portfolio
from tests.factories import make_assessor, make_coordinator, make_person


@functools.cache
def _checked(name):
    from django.conf import settings

    return checked_file(settings.BASE_DIR / "schemes" / name)


@pytest.fixture
def load(db):
    """``load("cmalt.yaml")``: the scheme's version, read once in a test run."""
    return lambda name: load_scheme(checked=_checked(name))


@pytest.fixture
def cmalt(load):
    return load("cmalt.yaml")


@pytest.fixture
def pathway(cmalt):
    return Pathway.objects.for_display().get(scheme_version=cmalt, key="cmalt")


@pytest.fixture
def stage(pathway, ada, bo, cy):
    """Ada is registered and has a portfolio that is ready; Cy coordinates; Bo may lead, Di may be second."""
    scheme = pathway.scheme_version.scheme
    di = make_person(name="Di Assessor", email="di@example.org")
    make_coordinator(cy, scheme)
    make_assessor(bo, scheme, holds_pathway="cmalt", earlier_assessments=3)
    make_assessor(di, scheme, holds_pathway="senior")
    registration = actions.register(person=ada, pathway=pathway, by=ada)
    portfolio = make_written_portfolio(ada, pathway)
    return Stage(
        pathway=pathway,
        scheme=scheme,
        candidate=ada,
        coordinator=cy,
        lead=bo,
        second=di,
        registration=registration,
        portfolio=portfolio,
    )


@pytest.fixture
def submitted(stage):
    return stage.submit()


@pytest.fixture
def assessing(stage, submitted):
    """Accepted, both assessors asked, both have agreed."""
    actions.accept(submission=submitted, by=stage.coordinator)
    for person, role in ((stage.lead, Assignment.Role.LEAD), (stage.second, Assignment.Role.SECOND)):
        actions.allot(submission=submitted, assessor=person, role=role, by=stage.coordinator)
        stage.answer(submitted, person)
    submitted.refresh_from_db()
    return submitted
