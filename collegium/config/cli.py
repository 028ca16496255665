"""The command line. Each command loads Django only when it runs, so that ``--help`` answers at once."""

import importlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from collegium import __version__
from collegium.config import environment

if TYPE_CHECKING:
    from collegium.home.blogs.serving import Blogs

# name: (module, attribute, one line for --help). The module is loaded when the command runs.
ELSEWHERE = {
    "scheme": ("collegium.schemes.commands", "scheme", "Check, load, list and compare schemes."),
    "verify": (
        "collegium.credentials.commands",
        "verify",
        "Say what holds of a credential, and what does not.",
    ),
    "register": (
        "collegium.credentials.commands",
        "register",
        "Export the public register as signed, static files.",
    ),
    "search": ("collegium.foundation.commands", "search", "Write the search index anew."),
    "ecology": ("collegium.ecology.commands", "ecology", "Fetch what the sources have that is new."),
    "keys": ("collegium.credentials.commands", "keys", "List and rotate the issuer's keys."),
}


class Commands(click.Group):
    """Our own commands, and those that live in the rooms that they speak of."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), *ELSEWHERE])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in ELSEWHERE:
            return super().get_command(ctx, cmd_name)
        _start_django()
        module, attribute, _ = ELSEWHERE[cmd_name]
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = []
        for name in self.list_commands(ctx):
            command = super().get_command(ctx, name)
            if command is None or not command.hidden:
                rows.append((name, command.get_short_help_str(80) if command else ELSEWHERE[name][2]))
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def _start_django(**settings: str) -> None:
    """Sets up Django; ``settings`` are put into the environment first, for this process and those that it starts."""
    os.environ.update(settings)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "collegium.config.settings")
    import django

    django.setup()


def _manage(*arguments: str) -> None:
    from django.core.management import call_command

    call_command(*arguments)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="collegium")
def main() -> None:
    """Peer accreditation for people who teach with technology.

    Settings come from the environment; docs/operations.md lists them. `collegium COMMAND --help` says more.
    """


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, help="Port to listen on.")
@click.option("--workers", type=click.IntRange(1, 64), help="Web workers (COLLEGIUM_WORKERS).")
@click.option(
    "--migrate/--no-migrate", default=True, show_default=True, help="Bring the database up to date first."
)
def serve(host: str, port: int, workers: int | None, migrate: bool) -> None:  # noqa: FBT001  # a click option
    """Run the web workers and the background consumer, for real use. Ctrl-C or SIGTERM stops both in peace."""
    _start_django()
    _prepare(migrate=migrate)
    sys.exit(_supervise(host, port, workers or int(environment.WORKERS.read())))


def _prepare(*, migrate: bool) -> None:
    if migrate:
        _manage("migrate", "--verbosity=0")
    _manage("compilemessages", "--verbosity=0")
    _manage("collectstatic", "--no-input", "--verbosity=0")
    from collegium.credentials.actions import make_first_key

    make_first_key()


def _supervise(host: str, port: int, workers: int) -> int:
    from collegium.config.supervisor import run

    return run(host=host, port=port, workers=workers)


@main.command(hidden=True)
def consume() -> None:
    """Do background work until told to stop; `serve` starts this beside the web workers."""
    _start_django()
    from collegium.config.supervisor import consume_until_stopped

    consume_until_stopped()


@main.command()
@click.option("--listen", help="host:port for the mail server's LMTP (COLLEGIUM_LMTP_LISTEN).")
def mail(listen: str | None) -> None:
    """Take letters from the mail server over LMTP until told to stop; `serve` does so too where a port is set."""
    _start_django()
    listen = listen or environment.LMTP_LISTEN.read().strip()
    if not listen:
        raise click.ClickException("Say where to listen: --listen 127.0.0.1:8024, or COLLEGIUM_LMTP_LISTEN.")
    if not environment.REPLY_DOMAIN.read().strip():
        raise click.ClickException("Say which domain's letters these are: COLLEGIUM_REPLY_DOMAIN.")
    from collegium.config.supervisor import take_letters_until_stopped

    take_letters_until_stopped(listen)


@main.command()
@click.option("--port", default=8000, show_default=True, help="Port to listen on.")
@click.option("--reset", is_flag=True, help="Throw the demo's database away and begin afresh.")
@click.option("--load-only", is_flag=True, help="Make the demo world and stop.")
def demo(port: int, reset: bool, load_only: bool) -> None:  # noqa: FBT001  # click options
    """Make the demo world, once, and serve it. For looking around: anybody may sign in as anybody."""
    data = environment.HOME_DIRECTORY / "var" / "demo"
    done = data / "world-is-complete"
    if reset or not done.exists():
        shutil.rmtree(data, ignore_errors=True)
    site = f"http://127.0.0.1:{port}"
    from collegium.home.blogs.serving import Blogs, Server

    blogs = Blogs.of(data, near=port + 1)
    blogs.hub = site
    _start_django(
        COLLEGIUM_MODE="demo",
        COLLEGIUM_HTTP_TEST_HOSTS=",".join(blogs.hosts),  # of all that is on loopback only these
        COLLEGIUM_DATA=str(data),
        COLLEGIUM_SITE_URL=site,
        DATABASE_URL="",
        REDIS_URL="",
        EMAIL_URL="",
    )
    _prepare(migrate=True)
    with Server(blogs) as server:
        if not done.exists():
            _load_world(blogs)
            blogs.keep(data)
            done.write_text(site)
        if load_only:
            return
        _greet(site, blogs, made_at=done.read_text() or site)
        if not server.is_up:
            click.echo(
                f"The blogs of the demo lie on port {blogs.port}, which is taken: nothing new comes from them.\n"
            )
        sys.exit(_supervise("127.0.0.1", port, 1))


def _load_world(blogs: "Blogs") -> None:
    from collegium.home.world.loading import load

    with _progress("Making the demo world") as advance:
        load(advance, blogs=blogs)


class _progress:  # noqa: N801  # reads as a verb where it is used
    """``advance(done, total, words)``: a bar on a terminal, a line now and then where output is kept in a file."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.bar: Any = None

    def __enter__(self) -> Callable[[int, int, str], None]:
        self.bar = click.progressbar(
            length=1000, label=self.title, item_show_func=lambda words: words or "", file=sys.stderr, width=30
        )
        self.bar.__enter__()
        return self._advance

    def _advance(self, done: int, total: int, words: str) -> None:
        position = round(1000 * done / max(total, 1))
        self.bar.update(position - self.bar.pos, words)

    def __exit__(self, *trouble: object) -> None:
        self.bar.__exit__(*trouble)


def _greet(site: str, blogs: "Blogs", *, made_at: str) -> None:
    from collegium.home.world.cast import CAST

    click.echo(f"\nCollegium is at {site}\n")
    click.echo(f"Sign in with one click at {site}/demo/ as, for example:")
    for member in CAST[:8]:
        click.echo(f"  {member.name:<28} {member.shows}")
    click.echo(f"\nLetters that were sent: {site}/demo/mail")
    click.echo(f"Blogs that flow together in the river: http://127.0.0.1:{blogs.port}/")
    if made_at != site:
        click.echo(
            f"\nThis world was made at {made_at}: its credentials and letters carry that address, and are confirmed"
            " there alone. RESET=1 makes it anew for this one.\n"
        )
    click.echo("Ctrl-C stops; `make demo` goes on where you left; `make demo RESET=1` starts afresh.\n")


@main.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder for what is made."
)
@click.option("--portfolios-only", is_flag=True, help="Without the course and the writing group.")
def rehearse(file: Path, out: Path, *, portfolios_only: bool) -> None:
    """Walk a scheme FILE end to end on a throw-away database, and leave what people would get in a folder.

    Candidates go from registration to award; then an open course and a writing group on the way to it are walked, week
    by week.
    """
    with tempfile.TemporaryDirectory(prefix="collegium-rehearsal-") as scratch:
        _start_django(
            COLLEGIUM_MODE="rehearsal",
            COLLEGIUM_DATA=scratch,
            COLLEGIUM_SITE_URL="https://rehearsal.example",
            COLLEGIUM_REPLY_DOMAIN="reply.rehearsal.example",
            COLLEGIUM_LOG_LEVEL="WARNING",
            DATABASE_URL="",
            REDIS_URL="",
        )
        _manage("migrate", "--run-syncdb", "--verbosity=0")
        from collegium.foundation.fulltext import make_missing

        make_missing()  # no migration ran that would have
        from collegium.foundation.refusal import Refusal
        from collegium.home.rehearsal import rehearse as walk

        try:
            with _progress(f"Rehearsing {file.name}") as advance:
                rehearsed = walk(file, out, advance, portfolios_only=portfolios_only)
        except Refusal as refusal:
            raise click.ClickException("\n".join([str(refusal), *map(str, refusal.details)])) from refusal
    for line in rehearsed.lines:
        click.echo(line)
    click.echo(f"What was made is in {out}; report.md tells the story.")


@main.command()
@click.option("--email", prompt="E-mail address")
@click.option("--name", prompt="Name")
@click.option("--password", help="Left out, they sign in by a code sent to the address.")
def createadmin(email: str, name: str, password: str | None) -> None:
    """Make a site administrator, or make an existing person one."""
    _start_django()
    from collegium.foundation.refusal import Refusal
    from collegium.people.actions import make_site_administrator

    try:
        person = make_site_administrator(email=email, name=name, password=password)
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from refusal
    click.echo(f"{person.name} is a site administrator, and signs in as {email}.")


@main.command()
def migrate() -> None:
    """Bring the database up to date."""
    _start_django()
    _manage("migrate")
