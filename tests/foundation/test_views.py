from datetime import timedelta

import pytest
from django.db import OperationalError

from collegium.foundation import background, clock
from collegium.foundation import views as health
from collegium.foundation.models import Beat


def test_alive_asks_nobody(client):  # no database is allowed in this test: asking it would fail
    response = client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"alive": True})


@pytest.mark.django_db
def test_ready_when_all_parts_are(client):
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {
        "ready": True,
        "parts": {"database": "ok", "migrations": "ok", "background": "ok"},
    }


@pytest.mark.django_db
def test_not_ready_without_a_consumer(client, settings):
    settings.BACKGROUND = "queue"
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["parts"]["background"] == "no consumer has ever run"
    background.beat()
    assert client.get("/readyz").status_code == 200
    Beat.objects.filter(name=background.HEARTBEAT).update(at=clock.wall() - timedelta(minutes=5))
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["parts"]["background"].startswith("no consumer since ")


def test_not_ready_without_a_database(client, monkeypatch):
    class Silent:
        def cursor(self):
            raise OperationalError("gone")

    monkeypatch.setattr(health, "connections", {"default": Silent()})
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {"ready": False, "parts": {"database": "does not answer"}}


@pytest.mark.django_db
def test_not_ready_with_migrations_missing(client, monkeypatch):
    class Behind:
        def __init__(self, _connection):
            self.loader = self
            self.graph = self

        def leaf_nodes(self):
            return []

        def migration_plan(self, _targets):
            return ["0002"]

    monkeypatch.setattr(health, "_migrated", False)
    monkeypatch.setattr(health, "MigrationExecutor", Behind)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["parts"]["migrations"].startswith("some are not applied")


@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
def test_only_reading(client, address):
    assert client.post(address).status_code == 405
