import functools

import pytest
from django.conf import settings

from collegium.schemes import actions
from collegium.schemes.documents import scheme_file
from collegium.schemes.models import Pathway, RoleHolding
from tests.schemes import samples


@functools.cache
def shipped(name):
    """A scheme that comes with the project, checked once in a test run."""
    return scheme_file(settings.BASE_DIR / "schemes" / f"{name}.yaml")


@pytest.fixture
def lantern(db):
    """The small scheme of the samples, loaded."""
    return actions.load_scheme(checked=samples.checked())


@pytest.fixture
def small(lantern):
    return Pathway.objects.for_display().get(scheme_version=lantern, key="small")


@pytest.fixture
def coordinated(lantern, cy):
    """The same, with Cy as its coordinator."""
    actions.grant_role(scheme=lantern.scheme, person=cy, kind=RoleHolding.Kind.COORDINATOR, by=None)
    return lantern
