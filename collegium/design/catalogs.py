"""Translations: every text of the package gathered into `collegium/locale/<language>/LC_MESSAGES/django.po`.

Babel does it all, so that neither gathering nor compiling needs the GNU gettext programs. Places in the code are not
recorded: they would change the catalogue with every line that moves. The compiled files are made by the set-up.
"""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from babel.messages import extract, pofile
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo

PACKAGE = Path(__file__).parent.parent
LOCALES = PACKAGE / "locale"
METHODS = [
    ("**/migrations/**", "ignore"),
    ("**.py", "python"),
    ("**/templates/**.jinja", "jinja2"),
]
OPTIONS = {
    "**/templates/**.jinja": {"newstyle_gettext": "true", "silent": "false", "extensions": "jinja2.ext.do"},
}
KEYWORDS = {
    **extract.DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
COMMENT_TAGS = ["Translators:"]
NO_DATE = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


def gather() -> Catalog:
    """All texts that the package shows, with the notes that its authors left for translators."""
    catalog = Catalog(project="Collegium", charset="utf-8", creation_date=NO_DATE, revision_date=NO_DATE)
    found = extract.extract_from_dir(
        PACKAGE,
        method_map=METHODS,
        options_map=OPTIONS,
        keywords=KEYWORDS,
        comment_tags=COMMENT_TAGS,
        strip_comment_tags=True,
    )
    for _file, _line, message, comments, context in found:
        catalog.add(message, auto_comments=comments, context=context)
    return catalog


def languages() -> list[str]:
    return sorted(path.parent.parent.name for path in LOCALES.glob("*/LC_MESSAGES/django.po"))


def po_file(language: str) -> Path:
    return LOCALES / language / "LC_MESSAGES" / "django.po"


def read(language: str) -> Catalog:
    path = po_file(language)
    if not path.exists():
        return Catalog(
            locale=language,
            domain="django",
            header_comment=f"# Collegium in another language: {language}. Gathered by `make messages`.",
            project="Collegium",
            version="1",
            copyright_holder="the people of Collegium",
            msgid_bugs_address="the project’s issues",
            last_translator="the people of Collegium",
            language_team=language,
            charset="utf-8",
            fuzzy=False,
        )
    with path.open("rb") as source:
        return pofile.read_po(source, locale=language)


def keys(catalog: Catalog) -> set[tuple[str, str]]:
    return {
        (message.context or "", message.id if isinstance(message.id, str) else message.id[0])
        for message in catalog
        if message.id
    }


def update(language: str, gathered: Catalog) -> tuple[int, int]:
    """Writes the language's catalogue anew; returns how many texts came and how many went."""
    catalog = read(language)
    before, after = keys(catalog), keys(gathered)
    catalog.update(gathered, no_fuzzy_matching=True)
    catalog.creation_date = catalog.revision_date = NO_DATE
    path = po_file(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as target:
        pofile.write_po(target, catalog, width=100, no_location=True, sort_output=True, ignore_obsolete=True)
    return len(after - before), len(before - after)


def is_translated(message: Message) -> bool:
    said = message.string or ""
    return all([said] if isinstance(said, str) else said) and not message.fuzzy


def compile_all() -> Iterator[tuple[str, int]]:
    """Makes the files that Django reads; yields each language and how many of its texts are translated."""
    for language in languages():
        catalog = read(language)
        target = po_file(language).with_suffix(".mo")
        fresh = target.with_suffix(".new")
        with fresh.open("wb") as written:
            write_mo(written, catalog)
        fresh.replace(target)
        yield language, sum(1 for message in catalog if message.id and is_translated(message))
