"""``collegium verify``, ``collegium register`` and ``collegium keys``."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from collegium.credentials import actions, exporting, verification
from collegium.credentials.queries import issuing
from collegium.foundation import clock, http

MARKS = {True: "✓", False: "✗", None: "?"}
COLOURS = {True: "green", False: "red", None: "yellow"}
LEAVES = {True: 0, False: 1, None: 2}


@click.command()
@click.argument("credential")
@click.option(
    "--from",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Ask nobody: take keys and status lists from a folder that `register export` wrote.",
)
@click.option(
    "--at", "moment", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]), help="As of then (UTC)."
)
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def verify(credential: str, folder: Path | None, moment: datetime | None, as_json: bool) -> None:  # noqa: FBT001 -- a click option
    """Say what holds of CREDENTIAL, and what does not.

    CREDENTIAL is a file (JSON, PNG or SVG), an address, or - for standard input. The exit status is 0 if all of it
    holds, 1 if something does not, 2 if something could not be found out.
    """
    fetch = exporting.folder_fetch(folder) if folder else issuing.fetch
    try:
        if credential == "-":
            given = sys.stdin.buffer.read()
        elif credential.startswith(("https://", "http://")):
            given = fetch(credential)
        else:
            given = Path(credential).read_bytes()
    except (OSError, http.Unreachable) as problem:
        raise click.ClickException(str(problem)) from problem
    at = moment.replace(tzinfo=UTC) if moment else clock.now()
    report = verification.verify(given, fetch=fetch, at=at)
    if as_json:
        click.echo(json.dumps(_plain(report), ensure_ascii=False, indent=2))
    else:
        _tell(report)
    sys.exit(LEAVES[report.holds])


def _plain(report: verification.Report) -> dict[str, object]:
    claim = report.claim
    return {
        "holds": report.holds,
        "summary": report.summary,
        "title": claim.title,
        "holder": claim.holder,
        "issuer": claim.issuer,
        "findings": [
            {
                "point": finding.point.value,
                "code": finding.code,
                "holds": finding.holds,
                "sentence": finding.sentence,
                "detail": finding.detail,
            }
            for finding in report.findings
        ],
    }


def _tell(report: verification.Report) -> None:
    claim = report.claim
    if claim.title:
        click.echo(click.style(_safe(f"{claim.title}: {claim.holder or '–'}"), bold=True))
    click.echo(click.style(report.summary, fg=COLOURS[report.holds], bold=True))
    for finding in report.findings:
        click.echo(
            f"  {click.style(MARKS[finding.holds], fg=COLOURS[finding.holds])} {_safe(finding.sentence)}"
        )
        if finding.detail:
            click.echo(click.style(f"    {_safe(finding.detail)}", dim=True))


def _safe(text: str) -> str:
    """A stranger's words, without what a terminal would obey."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)


@click.group()
def register() -> None:
    """The public register of holders."""


@register.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def export(folder: Path) -> None:
    """Write the listed awards to FOLDER as signed, static files that can be verified without this site."""
    key = actions.make_first_key()
    with click.progressbar(length=1000, label="Writing the register", file=sys.stderr, width=30) as bar:

        def advance(done: int, total: int, _words: str) -> None:
            bar.update(round(1000 * done / max(total, 1)) - bar.pos)

        count = exporting.export(folder, key=key, advance=advance)
    click.echo(f"{count} awards are in {folder}; open index.html, or verify an entry with --from {folder}.")


@click.group()
def keys() -> None:
    """The issuer's signing keys."""


@keys.command(name="list")
def list_keys() -> None:
    """Every key that ever signed. Retired ones stay published."""
    for key in issuing.every_key():
        until = f"retired {key.retired_at:%Y-%m-%d}" if key.retired_at else "in use"
        click.echo(f"{key.name}  {key.made_at:%Y-%m-%d}  {until}  {key.public_multibase}")


@keys.command()
@click.confirmation_option(prompt="Sign with a new key from now on?")
def rotate() -> None:
    """Take a new key into use. What the old one signed stays good, and the old one stays published."""
    actions.make_first_key()
    key = actions.rotate_key(by=None)
    click.echo(f"{key.name} signs from now on. Other verifiers learn of it by {issuing.did()}.")
