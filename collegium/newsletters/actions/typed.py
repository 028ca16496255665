"""What editors and nominators type: one line, a few words, an address."""

from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from collegium.foundation.refusal import Refusal

WORDS = 600
URL = 2000


def words(typed: str) -> str:
    plain = " ".join(typed.split())
    if len(plain) > WORDS:
        raise Refusal(
            _("%(most)s characters at most: more belongs into a section of its own.") % {"most": WORDS},
            code="words",
        )
    return plain


def address(typed: str) -> str:
    """A whole web address, or a path of this site; nothing that runs."""
    plain = typed.strip()
    if not plain:
        return ""
    parts = urlsplit(plain)
    is_path = not parts.scheme and not parts.netloc and plain.startswith("/") and "\\" not in plain
    if len(plain) > URL or not (is_path or (parts.scheme in {"http", "https"} and parts.netloc)):
        raise Refusal(_("That is no web address."), code="url")
    return plain


def line(typed: str, most: int) -> str:
    return " ".join(typed.split())[:most]
