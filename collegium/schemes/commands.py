"""`collegium scheme`: check, load, list and compare scheme files and framework files."""

import sys
from pathlib import Path
from typing import NoReturn

import click
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from collegium.foundation.refusal import Refusal
from collegium.schemes import actions
from collegium.schemes.comparison import Change, compare
from collegium.schemes.documents import (
    FrameworkDocument,
    SchemeDocument,
    WrongDocumentError,
    framework_file,
    kind_of_file,
    scheme_file,
)
from collegium.schemes.models import Framework, SchemeVersion

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def scheme() -> None:
    """Check, load, list and compare schemes and frameworks."""


@scheme.command()
@click.argument("files", nargs=-1, required=True, type=FILE, metavar="FILE...")
def check(files: tuple[Path, ...]) -> None:
    """Say what is wrong with a file, with line and reason. Nothing is loaded.

    Ends with 1 where anything is wrong. What a scheme leaves unset is not wrong; it is listed.
    """
    wrong = False
    for file in files:
        try:
            found = _read(file)
        except WrongDocumentError as error:
            wrong = True
            for problem in error.problems:
                click.echo(str(problem), err=True)
            number = len(error.problems)
            click.echo(
                ngettext("%(file)s: %(number)d problem.", "%(file)s: %(number)d problems.", number)
                % {"file": file, "number": number},
                err=True,
            )
            continue
        click.echo(_summary(file, found))
    sys.exit(1 if wrong else 0)


@scheme.command()
@click.argument("files", nargs=-1, required=True, type=FILE, metavar="FILE...")
def load(files: tuple[Path, ...]) -> None:
    """Load a scheme with its framework, or a framework by itself.

    Loading the same again changes nothing. A version that is loaded never changes: other content needs a new version.
    """
    for file in files:
        try:
            loaded = actions.load_any_file(file)
        except Refusal as refusal:
            _refused(file, refusal)
        click.echo(
            _("%(title)s, version %(version)s, is loaded.")
            % {"title": loaded.title, "version": loaded.version}
        )


@scheme.command("list")
def list_() -> None:
    """List what is loaded, the newest version first; the one that new portfolios take is marked with a star."""
    versions = list(SchemeVersion.objects.select_related("scheme", "framework"))
    versions.sort(key=lambda version: (version.read.published, version.version), reverse=True)
    versions.sort(key=lambda version: version.scheme.key)
    if not versions:
        click.echo(_("No scheme is loaded. Load one with: collegium scheme load FILE"))
        return
    for version in versions:
        star = "*" if version.is_current else " "
        click.echo(
            f"{star} {version.scheme.key:<28} {version.version:<12} {version.title}  "
            f"[{version.framework.key} {version.framework.version}]"
        )


@scheme.command()
@click.argument("file", type=FILE)
@click.argument("other", type=FILE, required=False)
def diff(file: Path, other: Path | None) -> None:
    """Say what changes from FILE to OTHER; or, with one FILE, from the loaded version to it.

    Ends with 1 where there are differences, as diff does.
    """
    try:
        new, titles = _document(other or file)
        if other is not None:
            old, old_titles = _document(file)
        else:
            old, old_titles = _loaded(new)
    except WrongDocumentError as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    if type(old) is not type(new):
        raise click.ClickException(_("One of the files is a scheme and the other a framework."))
    changes: list[Change] = compare(old, new, titles={**old_titles, **titles})
    click.echo(
        _("From %(old)s to %(new)s:")
        % {"old": f"{old.title} {old.version}", "new": f"{new.title} {new.version}"}
    )
    if not changes:
        click.echo(_("Nothing changes."))
        sys.exit(0)
    marks = {"added": "+", "removed": "-", "changed": "~"}
    for change in changes:
        click.echo(f"{marks[change.how]} {change}")
    sys.exit(1)


def _read(file: Path) -> FrameworkDocument | SchemeDocument:
    return framework_file(file) if kind_of_file(file) == "framework" else scheme_file(file).scheme


def _document(file: Path) -> tuple[FrameworkDocument | SchemeDocument, dict[str, str]]:
    if kind_of_file(file) == "framework":
        return framework_file(file), {}
    checked = scheme_file(file)
    return checked.scheme, dict(checked.framework.titles)


def _loaded(
    document: FrameworkDocument | SchemeDocument,
) -> tuple[FrameworkDocument | SchemeDocument, dict[str, str]]:
    if isinstance(document, FrameworkDocument):
        framework = Framework.objects.filter(key=document.key).order_by("-loaded_at", "-id").first()
        if framework is not None:
            return framework.read, {}
    else:
        version = (
            SchemeVersion.objects.filter(scheme__key=document.key, is_current=True)
            .select_related("framework")
            .first()
        )
        if version is not None:
            return version.read, dict(version.framework.read.titles)
    raise click.ClickException(
        _("Nothing of %(key)s is loaded to compare with. Name two files.") % {"key": document.key}
    )


def _summary(file: Path, found: FrameworkDocument | SchemeDocument) -> str:
    if isinstance(found, FrameworkDocument):
        return _("%(file)s is in order: %(title)s, version %(version)s, %(nodes)d nodes.") % {
            "file": file,
            "title": found.title,
            "version": found.version,
            "nodes": len(found.by_code),
        }
    lines = [
        _("%(file)s is in order: %(title)s, version %(version)s; pathways: %(pathways)s.")
        % {
            "file": file,
            "title": found.title,
            "version": found.version,
            "pathways": ", ".join(pathway.title for pathway in found.pathways),
        }
    ]
    unset = found.unset_rules()
    if unset:
        lines.append(_("Its coordinator will be asked for what it leaves unset:"))
        lines.extend(f"  - {item.title}" + (f" ({item.pathway})" if item.pathway else "") for item in unset)
    return "\n".join(lines)


def _refused(file: Path, refusal: Refusal) -> NoReturn:
    raise click.ClickException("\n".join([f"{file}: {refusal}", *map(str, refusal.details)])) from refusal
