from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from collegium.design import catalogs

SHOWN = 10


class Command(BaseCommand):
    help = "Gather every text of the package, Python and Jinja2, into its catalogues (collegium/locale)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--locale",
            "-l",
            action="append",
            default=[],
            help="A language; may be given several times. Without it, all that there are.",
        )
        parser.add_argument(
            "--no-location",
            action="store_true",
            help="Places in the code are never recorded: accepted, and the rule.",
        )
        parser.add_argument(
            "--check", action="store_true", help="Change nothing; fail where a catalogue is behind the code."
        )

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002  Django's signature
        gathered = catalogs.gather()
        for language in options["locale"] or catalogs.languages():
            if options["check"]:
                self.compare(language, gathered)
            else:
                came, went = catalogs.update(language, gathered)
                self.stdout.write(f"{language}: {len(gathered)} texts, {came} new, {went} gone")

    def compare(self, language: str, gathered: Any) -> None:
        behind = catalogs.keys(gathered) ^ catalogs.keys(catalogs.read(language))
        if behind:
            shown = "\n".join(f"  {text}" for _context, text in sorted(behind)[:SHOWN])
            raise CommandError(
                f"{language}: {len(behind)} texts differ from the code; `make messages` brings them in.\n{shown}"
            )
