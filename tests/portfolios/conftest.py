from pathlib import Path

import pytest
from django.conf import settings

from collegium.portfolios import actions
from collegium.schemes import actions as scheme_actions
from collegium.schemes.models import Pathway

WORDS = "<p>" + "One word follows another until there are enough of them to be read. " * 8 + "</p>"


@pytest.fixture
def cmalt(db):
    """The pathway most tests write on, from the scheme file that ships."""
    version = scheme_actions.load_file(Path(settings.SCHEMES_DIRECTORY) / "cmalt.yaml")
    return Pathway.objects.for_display().get(scheme_version=version, key="cmalt")


@pytest.fixture
def psf(db):
    """A pathway whose framework has dimensions that are tagged many-to-many."""
    version = scheme_actions.load_file(Path(settings.SCHEMES_DIRECTORY) / "advance-he-fellowship.yaml")
    return Pathway.objects.for_display().get(scheme_version=version, key="fellow")


@pytest.fixture
def portfolio(ada, cmalt):
    return actions.begin(by=ada, pathway=cmalt, title="On feedback")


@pytest.fixture
def section_of(portfolio):
    """``section_of("1a")``: the section with this key, fresh from the database."""

    def find(key, of=None):
        return next(
            section
            for section in (of or portfolio).sections.select_related("node", "portfolio__pathway")
            if section.key == key
        )

    return find


@pytest.fixture
def write(ada):
    """``write(section, "reflection", html)``: saves on whatever revision stands."""

    def save(section, component, html=WORDS, by=None):
        part = section.parts.get(component=component)
        return actions.write(
            section=section, component=component, html=html, on_revision=part.revision, by=by or ada
        )

    return save


@pytest.fixture
def fill(write):
    """Writes every part of every section of a portfolio, within bounds."""

    def all_of(portfolio):
        for section in portfolio.sections.select_related("node"):
            for part in section.parts.all():
                html = (
                    '<p><span data-principle="P1">' + "word " * 60 + "</span></p>" + "<p>more of it</p>" * 60
                )
                write(section, part.component, html)

    return all_of
