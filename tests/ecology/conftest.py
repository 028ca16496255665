import pytest

from tests.ecology.sites import Site


@pytest.fixture
def site(settings):
    """A site on loopback that the one client may reach."""
    running = Site()
    settings.COLLEGIUM_HTTP_TEST_HOSTS = [running.host]
    yield running
    running.stop()
