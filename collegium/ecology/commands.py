"""``collegium ecology``: the sources, asked here and now."""

import sys
import time

import click

from collegium.ecology import doctor, fetching, tasks
from collegium.ecology.models import Source
from collegium.foundation import clock

_ENDED = {
    "new": "with something new",
    "unchanged": "without anything new",
    "not_modified": "not sent at all, since nothing was new",
    "failed": "not to be read",
    "gone": "gone for good",
}


@click.group()
def ecology() -> None:
    """Sources and what they bring."""


@ecology.command()
@click.option("--all", "everything", is_flag=True, help="Also those that are not due yet.")
@click.option("--workers", type=click.IntRange(1, 32), default=4, show_default=True, help="At once.")
@click.option("--quiet", is_flag=True, help="Only the summary.")
def fetch(workers: int, *, everything: bool, quiet: bool) -> None:
    """Fetch once what is due, and say what came of it. Beside a running server this does no harm."""
    if everything:
        Source.objects.filter(
            state__in=[Source.State.FOLLOWED, Source.State.FAILING], next_at__gt=clock.now()
        ).update(next_at=clock.now())
    due = Source.objects.due().count()
    begun = time.monotonic()
    with click.progressbar(
        length=max(due, 1), label=f"Fetching {due} sources", file=sys.stderr, width=30, hidden=quiet
    ) as bar:

        def seen(outcome: fetching.Outcome) -> None:
            bar.update(1)
            tasks.after(outcome)

        summary = fetching.fetch_round(workers=workers, seen=seen)
    spent = time.monotonic() - begun
    click.echo(
        f"{summary.looked} sources in {spent:.1f} s: {summary.new_items} new items, {summary.changed_items} changed, "
        f"{summary.bytes_read / 1_000_000:.1f} MB read."
    )
    for what, words in _ENDED.items():
        if number := summary.ended.get(what):
            click.echo(f"{number:>7} {words}")
    for key, number in sorted(summary.findings.items(), key=lambda each: -each[1]):
        click.echo(f"{number:>12} {doctor.words(key).wrong}")
