import pytest
from django.db import transaction

from collegium.activity.actions import record
from collegium.activity.verbs import VERBS, Told, verb


@pytest.fixture
def waved(monkeypatch):
    """A verb of these tests: somebody waved at an organisation."""
    monkeypatch.delitem(VERBS, "test.waved", raising=False)
    declared = verb(
        "test.waved",
        history="%(actor)s waved",
        tells={
            "friend": Told("%(actor)s waved at you with %(what)s", "schemes:by_id"),
            "watcher": Told("%(actor)s waved", "no:such_page", by_email=False),
        },
    )
    yield declared
    VERBS.pop("test.waved", None)


@pytest.fixture
def wave(waved, django_capture_on_commit_callbacks):
    """``wave(by, about, (person, role), …)``: it happens, and everything that follows happens too."""

    def happen(by, about, *concerns, what="a <b>flag</b>"):
        with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
            return record(waved, by=by, about=about, concerns=concerns, data={"what": what})

    return happen
