import pytest

from tests.evidence.factories import make_framework


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def framework(db):
    return make_framework()


@pytest.fixture
def node(framework):
    return lambda code: framework.nodes.get(code=code)


@pytest.fixture
def principle(framework):
    return lambda code: framework.principles.get(code=code)
