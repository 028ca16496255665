"""``collegium search``: the index of words, written anew."""

import click

from collegium.foundation import fulltext


@click.command()
@click.argument("names", nargs=-1)
def search(names: tuple[str, ...]) -> None:
    """Write the search index anew, or only the tables NAMED: after a restore, or a release that reads words otherwise.

    People can search and write meanwhile.
    """
    unknown = set(names) - fulltext.INDEXES.keys()
    if unknown:
        raise click.ClickException(
            f"There is no index {', '.join(sorted(unknown))}; there are {', '.join(sorted(fulltext.INDEXES))}."
        )
    fulltext.make_missing()
    for name in names or sorted(fulltext.INDEXES):
        done = 0
        for done in fulltext.INDEXES[name].rebuild():
            click.echo(f"\r{name}: {done}", nl=False, err=True)
        click.echo(f"\r{name}: {done} entries")
