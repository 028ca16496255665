from typing import Any

from django.core.management.base import BaseCommand

from collegium.design import catalogs


class Command(BaseCommand):
    help = "Compile the catalogues of collegium/locale for Django; needs no GNU gettext."

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002  Django's signature
        for language, translated in catalogs.compile_all():
            if options["verbosity"]:
                self.stdout.write(f"{language}: {translated} texts")
