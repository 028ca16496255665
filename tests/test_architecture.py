"""What the import contracts cannot see: foreign keys that point up, strange file names, addresses nobody guards."""

import tomllib
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

from collegium.config import environment
from tests.addresses import OUR_ADDRESSES

ROOT = Path(settings.BASE_DIR)
PACKAGE = ROOT / "collegium"
OURS = [config for config in apps.get_app_configs() if config.name.startswith("collegium.")]


def _floors() -> dict[str, int]:
    """Each app's floor, from the ground up, from the import contract itself; siblings share one."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(
        contract for contract in contracts if contract["type"] == "layers" and contract.get("exhaustive")
    )["layers"]
    return {
        app.strip("() "): floor for floor, layer in enumerate(reversed(layers)) for app in layer.split("|")
    }


def test_foreign_keys_point_down():
    floors = _floors()
    upward = [
        f"{model._meta.label}.{field.name} -> {field.related_model._meta.label}"
        for config in OURS
        for model in config.get_models()
        for field in model._meta.get_fields()
        if field.is_relation
        and not field.auto_created
        and field.related_model is not None
        and field.related_model._meta.app_label in floors
        and field.related_model._meta.app_label != config.label
        and floors[field.related_model._meta.app_label] >= floors[config.label]
    ]
    assert upward == []


def test_every_model_of_the_fields_rooms_names_its_constraints():
    unnamed = [
        f"{model._meta.label}: {constraint}"
        for config in OURS
        for model in config.get_models()
        for constraint in model._meta.constraints
        if not constraint.name
    ]
    assert unnamed == []


def test_no_drawer_for_odds_and_ends():
    banned = {"utils", "helpers", "common", "services", "misc", "lib", "signals"}
    assert [str(path.relative_to(ROOT)) for path in PACKAGE.rglob("*.py") if path.stem in banned] == []


def test_every_setting_is_documented():
    operations = (ROOT / "docs" / "operations.md").read_text()
    assert [name for name in environment.DECLARED if f"`{name}`" not in operations] == []


def test_settings_come_from_the_declared_environment_only():
    readers = [
        str(path.relative_to(ROOT))
        for path in PACKAGE.rglob("*.py")
        # That of the demo's blogs is read by the program that made them, and never by ours.
        if path.name not in {"environment.py", "pelicanconf.py"}
        and (
            "os.environ[" in path.read_text()
            or "os.environ.get" in path.read_text()
            or "getenv(" in path.read_text()
        )
    ]
    assert readers == []


# Addresses ------------------------------------------------------------------------------------------------------------


def test_there_are_addresses_to_guard():
    assert len(OUR_ADDRESSES) > 100


@pytest.mark.parametrize(("name", "view"), [(name, view) for name, _, view in OUR_ADDRESSES])
def test_every_address_refuses_a_wrong_method(name, view, rf):
    response = view(rf.generic("PROPFIND", "/"))
    assert response.status_code == 405, f"{name} answers any method: decorate it with require_http_methods"
