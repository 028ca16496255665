"""The words of a part as they are kept: safe HTML in which evidence stands as ``<figure data-evidence="ID"></figure>``."""

import re
from html import escape

from django.utils.safestring import SafeString, mark_safe

from collegium.foundation import richtext

# ``clean`` leaves a figure with its evidence, perhaps a language, and whatever was written in it.
_EMBEDDED = re.compile(r'<figure\b[^>]*\bdata-evidence="(\d+)"[^>]*>(.*?)</figure>', re.DOTALL)
_IN_PARAGRAPH = re.compile(r"<p>\s*(<figure data-evidence=\"\d+\"></figure>)\s*</p>")
_A_TAG = re.compile(r"</?[a-zA-Z][^>]*>")
_OWN_IMAGE = re.compile(r'<img\b[^>]*\bsrc="/evidence/(\d+)/[^"]*"[^>]*>')
_EMPTY = re.compile(r"(?:<p(?: [^>]*)?>(?:\s|&nbsp;|\xa0|<br>)*</p>\s*)+\Z")


def tidy(written: str) -> SafeString:
    """What came from the editor, or from a plain field, as it is kept."""
    html = written if _A_TAG.search(written) else paragraphs(written)
    safe = _EMBEDDED.sub(r'<figure data-evidence="\1"></figure>', richtext.clean(html))
    safe = _IN_PARAGRAPH.sub(r"\1", safe)
    return mark_safe(_EMPTY.sub("", safe))  # noqa: S308 -- cleaned above, and only taken from since


def paragraphs(text: str) -> str:
    """Plain text as HTML: an empty line begins a new paragraph."""
    blocks = (block.strip() for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n")))
    return "".join(
        f"<p>{escape(block, quote=False).replace(chr(10), '<br>')}</p>" for block in blocks if block
    )


def evidence_in(html: str) -> list[int]:
    """The ids of all evidence that the words need: embedded, or as the source of an image."""
    images = (int(number) for number in _OWN_IMAGE.findall(html))
    return list(dict.fromkeys([*richtext.embedded_evidence(html), *images]))


def with_images_from(html: str, addresses: dict[int, str]) -> str:
    """The same words with each image of ours taken from another address, such as a file in an exported folder."""

    def moved(match: re.Match[str]) -> str:
        address = addresses.get(int(match.group(1)), "")
        return re.sub(r'src="[^"]*"', f'src="{escape(address)}"', match.group(0)) if address else ""

    return _OWN_IMAGE.sub(moved, html)
