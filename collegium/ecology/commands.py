"""``collegium ecology``: the sources, asked here and now."""

import sys
import threading
import time
from collections.abc import Callable

import click
from django.db.models import Q, QuerySet

from collegium.ecology import doctor, fetching, tasks, words
from collegium.ecology.identity import address_key
from collegium.ecology.models import Source
from collegium.foundation import clock

_ENDED = {
    "new": "with something new",
    "unchanged": "without anything new",
    "not_modified": "not sent at all, since nothing was new",
    "failed": "not to be read",
    "gone": "gone for good",
}
_FETCHED = (Source.State.FOLLOWED, Source.State.FAILING)


@click.group()
def ecology() -> None:
    """Sources and what they bring."""


@ecology.command()
@click.option("--all", "everything", is_flag=True, help="Also those that are not due yet.")
@click.option(
    "--source",
    "named",
    multiple=True,
    metavar="NUMBER|ADDRESS",
    help="This one alone, due or not; may be said again.",
)
@click.option("--workers", type=click.IntRange(1, 32), default=4, show_default=True, help="At once.")
@click.option("--quiet", is_flag=True, help="Only the summary.")
def fetch(workers: int, named: tuple[str, ...], *, everything: bool, quiet: bool) -> None:
    """Fetch once what is due, and say what came of it. Beside a running server this does no harm.

    Ends with 0; with 1 where a source that was named could not be read; with 2 where there is no such source.
    """
    if everything and named:
        raise click.UsageError("--all and --source do not go together.")
    begun = time.monotonic()
    if named:
        summary = _fetch_named([_source(each) for each in named], quiet=quiet)
    else:
        summary = _fetch_due(workers, everything=everything, quiet=quiet)
    words.index_due()
    _say(summary, time.monotonic() - begun)
    if named and (summary.looked < len(set(named)) or {"failed", "gone"} & set(summary.ended)):
        sys.exit(1)


def _source(said: str) -> Source:
    known: QuerySet[Source] = Source.objects.all()
    key = address_key(said)
    wanted = (
        Q(pk=int(said)) if said.isascii() and said.isdigit() else Q(feed_key=key) | Q(moves__from_key=key)
    )
    found = known.filter(wanted).first() or known.filter(page_url=said).first()
    if found is None:
        raise click.BadParameter(f"There is no source {said}.", param_hint="--source")
    return found


def _fetch_named(sources: list[Source], *, quiet: bool) -> fetching.Summary:
    summary = fetching.Summary()
    with _bar(len(sources), quiet=quiet) as seen:
        for source in {each.pk: each for each in sources}.values():
            if source.state not in _FETCHED:
                click.echo(f"{source} is {source.get_state_display().lower()}: it is not fetched.", err=True)
                continue
            Source.objects.filter(pk=source.pk, next_at__gt=clock.now()).update(next_at=clock.now())
            outcome = fetching.fetch(source.pk)
            if outcome.what == "passed":
                click.echo(f"{source} is being fetched by somebody else at this moment.", err=True)
                continue
            summary.add(outcome)
            seen(outcome)
    return summary


def _fetch_due(workers: int, *, everything: bool, quiet: bool) -> fetching.Summary:
    if everything:
        Source.objects.filter(state__in=_FETCHED, next_at__gt=clock.now()).update(next_at=clock.now())
    with _bar(Source.objects.due().count(), quiet=quiet) as seen:
        return fetching.fetch_round(workers=workers, seen=seen)


class _bar:  # noqa: N801 -- a context manager, used as a word
    """How far it is, on standard error: as a bar on a terminal, and elsewhere as a line at the beginning."""

    def __init__(self, number: int, *, quiet: bool) -> None:
        said = _number(number, "source")
        self._bar = click.progressbar(
            length=max(number, 1), label=f"Fetching {said}", file=sys.stderr, width=30, hidden=quiet
        )
        self._lock = threading.Lock()  # workers are threads

    def __enter__(self) -> Callable[[fetching.Outcome], None]:
        self._bar.__enter__()
        return self._seen

    def __exit__(self, *fault: object) -> None:
        self._bar.__exit__(None, None, None)

    def _seen(self, outcome: fetching.Outcome) -> None:
        with self._lock:
            self._bar.update(1)
        tasks.after(outcome)


def _number(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _say(summary: fetching.Summary, seconds: float) -> None:
    click.echo(
        f"{_number(summary.looked, 'source')} in {seconds:.1f} s: {_number(summary.new_items, 'new item')}, "
        f"{summary.changed_items} changed, "
        f"{summary.bytes_read / 1_000_000:.1f} MB read."
    )
    for what, said in _ENDED.items():
        if number := summary.ended.get(what):
            click.echo(f"{number:>7} {said}")
    for key, number in sorted(summary.findings.items(), key=lambda each: -each[1]):
        click.echo(f"{number:>12} {doctor.words(key).wrong}")
