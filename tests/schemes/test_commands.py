import pytest
from click.testing import CliRunner

from collegium.schemes.commands import scheme
from collegium.schemes.models import SchemeVersion
from tests.schemes import samples
from tests.schemes.samples import FRAMEWORK, SCHEME


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "frameworks").mkdir()
    (tmp_path / "frameworks" / "lantern-1.yaml").write_text(FRAMEWORK)
    (tmp_path / "lantern.yaml").write_text(SCHEME)
    return tmp_path


@pytest.fixture
def run():
    return lambda *arguments: CliRunner().invoke(scheme, [str(argument) for argument in arguments])


def test_check_says_what_is_in_order_and_what_is_open(run, folder):
    result = run("check", folder / "lantern.yaml", folder / "frameworks" / "lantern-1.yaml")
    assert result.exit_code == 0
    assert (
        "is in order: Lantern award, version 2024-01; pathways: Small lantern, Great lantern."
        in result.output
    )
    assert "  - Sections (Great lantern)" in result.output
    assert "is in order: Lantern framework, version 1, 7 nodes." in result.output


def test_check_says_line_and_reason(run, folder):
    path = folder / "lantern.yaml"
    path.write_bytes(samples.bent(SCHEME, ("at: [bright]", "at: [blue]")))
    result = run("check", path)
    assert result.exit_code == 1
    line = samples.line_of(SCHEME, "decision:")
    assert f"{path}:{line}: The scale has no level “blue”; it has bright, dim.\n" in result.output
    assert f"{path}: 1 problem." in result.output


def test_load_list_and_load_again(run, folder, db):
    assert "No scheme is loaded." in run("list").output
    for _time in range(2):
        result = run("load", folder / "lantern.yaml")
        assert (result.exit_code, result.output) == (0, "Lantern award, version 2024-01, is loaded.\n")
    assert run("list").output.startswith("* lantern ")


def test_list_has_the_newest_version_of_each_scheme_first(run, folder, db):
    for key, version, published in (
        ("lantern", "2024-01", "2024-01-15"),
        ("lantern", "2026-01", "2026-01-15"),
        ("candle", "2023-01", "2023-01-15"),
        ("lantern", "2025-01", "2025-01-15"),  # loaded after a later one
    ):
        changes = (
            ("key: lantern\nversion: 2024-01", f"key: {key}\nversion: {version}"),
            ("published: 2024-01-15", f"published: {published}"),
        )
        (folder / "other.yaml").write_bytes(samples.bent(SCHEME, *changes))
        assert run("load", folder / "other.yaml").exit_code == 0
    listed = [line.split()[:3] for line in run("list").output.replace("*", "* ").splitlines()]
    assert listed == [
        ["*", "candle", "2023-01"],
        ["*", "lantern", "2026-01"],
        ["lantern", "2025-01", "Lantern"],
        ["lantern", "2024-01", "Lantern"],
    ]


def test_load_refuses_with_what_differs(run, folder, lantern):
    (folder / "lantern.yaml").write_bytes(samples.bent(SCHEME, ("lead after: 3", "lead after: 2")))
    result = run("load", folder / "lantern.yaml")
    assert result.exit_code == 1
    assert "already loaded with other content" in result.output
    assert (
        "Becoming lead assessor: was “After three assessments as second assessor”, is now “After two assessments as second assessor”."
        in result.output
    )
    assert SchemeVersion.objects.count() == 1


def test_diff_with_what_is_loaded_and_between_files(run, folder, lantern):
    assert run("diff", folder / "lantern.yaml").output.endswith("Nothing changes.\n")
    other = folder / "other.yaml"
    other.write_bytes(
        samples.bent(SCHEME, ("version: 2024-01", "version: 2025-01"), ("lead after: 3", "lead after: 2"))
    )
    for arguments in ((other,), (folder / "lantern.yaml", other)):
        result = run("diff", *arguments)
        assert result.exit_code == 1
        assert result.output == (
            "From Lantern award 2024-01 to Lantern award 2025-01:\n~ Becoming lead assessor: was “After three assessments as second assessor”, is now “After two assessments as second assessor”.\n"
        )
    assert run("diff", folder / "lantern.yaml", folder / "frameworks" / "lantern-1.yaml").exit_code == 1


def test_diff_with_nothing(run, folder, db):
    result = run("diff", folder / "lantern.yaml")
    assert "Nothing of lantern is loaded to compare with." in result.output
