import pytest
from django.contrib.auth.models import AnonymousUser
from django.template import engines
from django.test import RequestFactory

from collegium.design import places


@pytest.fixture(autouse=True)
def _own_addresses(settings):
    settings.ROOT_URLCONF = "tests.design.urls"


@pytest.fixture(autouse=True)
def registry(monkeypatch):
    """An empty registry of places, so that what other rooms put there does not matter here."""
    fresh = places.Registry()
    monkeypatch.setattr(places, "registry", fresh)
    return fresh


@pytest.fixture
def jinja():
    """``jinja(source, **context)``: the source, rendered."""

    def rendered(source: str, **context) -> str:
        return engines["jinja"].from_string(source).render(context)

    return rendered


@pytest.fixture
def stranger():
    """``stranger(path)``: a GET of nobody in particular, without htmx."""

    def request(path: str = "/", **headers):
        made = RequestFactory().get(path, **headers)
        made.user = AnonymousUser()
        made.htmx = None
        return made

    return request
