"""Letters by e-mail: written once, sent as HTML and as text.

A letter is a template that extends ``letters/letter.jinja``; its text is made from its HTML, so the two never differ.
Whoever calls this waits for the mail server: outside allauth's own codes that is a background task, never a page.
"""

import contextlib
import contextvars
import secrets
import textwrap
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string
from django.utils import translation

WIDTH = 76
_BLOCKS = {
    "p": "\n\n",
    "h1": "\n\n",
    "h2": "\n\n",
    "ul": "\n\n",
    "ol": "\n\n",
    "hr": "\n\n",
    "div": "\n\n",
    "li": "\n",
    "h3": "\n\n",
    "h4": "\n\n",
    "blockquote": "\n\n",
    "pre": "\n\n",
    "tr": "\n",
}
_line: contextvars.ContextVar[BaseEmailBackend | None] = contextvars.ContextVar("line", default=None)
_UNSEEN = frozenset({"style", "script", "title", "head"})

# Of the room that keeps track of letters: where a letter to this address returns to if it cannot be delivered ("" for
# nowhere in particular), and whether nothing is written to it because letters came back.
_return_path: list[Callable[[str], str]] = []
_is_stopped: list[Callable[[str], bool]] = []


def returns(*, to: Callable[[str], str], stopped: Callable[[str], bool]) -> None:
    """Registers who keeps track; there is one."""
    _return_path[:], _is_stopped[:] = [to], [stopped]


@contextlib.contextmanager
def one_connection() -> Iterator[None]:
    """Letters that are sent within go to the mail server over one connection, opened for the first of them.

    After one that could not be sent the next has a new connection: what the old one would take is not known.
    """
    if _line.get() is not None:
        yield
        return
    line = get_connection()
    token = _line.set(line)
    try:
        yield
    finally:
        _line.reset(token)
        line.close()


def _deliver(message: EmailMultiAlternatives) -> None:
    line = _line.get()
    if line is None:
        message.send()
        return
    try:
        line.open()  # nothing, if it is open
        line.send_messages([message])
    except BaseException:
        with contextlib.suppress(OSError):
            line.close()
        raise


@dataclass(frozen=True)
class Letter:
    """What is in it, as HTML and as text. It may have blanks, for one that many get: see ``write``."""

    subject: str
    html: str
    text: str
    blanks: Mapping[str, str] = field(default_factory=dict)

    def filled(self, **values: str) -> "Letter":
        """With each reader's own words in the blanks, all of them."""
        html, text = self.html, self.text
        for name, blank in self.blanks.items():
            html = html.replace(blank, escape(values[name]))
            text = text.replace(blank, values[name])
        return Letter(self.subject, html, text)


def write(
    *,
    template: str,
    context: Mapping[str, Any],
    subject: str = "",
    language: str | None = None,
    blanks: Collection[str] = (),
) -> Letter:
    """The letter ``<template>.jinja`` in the reader's language.

    ``subject`` empty takes the template's own block ``subject``. ``language`` None is that of the present request, and
    "" the site's. Templates get ``site_url``, since every link in a letter is a whole address. ``blanks`` are names that
    the template prints where each reader's own words will stand: what many get is so written once.
    """
    seal = secrets.token_hex(8)  # nobody who writes what is in a letter knows it
    gaps = {name: f"\ue000{seal}{number}\ue001" for number, name in enumerate(blanks)}
    with translation.override(
        translation.get_language() if language is None else language or settings.LANGUAGE_CODE
    ):
        html = render_to_string(
            f"{template}.jinja", {"site_url": settings.SITE_URL, "given_subject": subject, **context, **gaps}
        )
    text, title = as_text(html)
    # A line break in the subject would be a header of its own.
    return Letter(" ".join((subject or title).split()), html, text, gaps)


def dispatch(
    letter: Letter,
    *,
    to: str | Sequence[str],
    headers: Mapping[str, str] | None = None,
    alternatives: Sequence[tuple[str, str]] = (),
    attachments: Sequence[tuple[str, bytes, str]] = (),
    sender: str = "",
    in_spite_of_returns: bool = True,
) -> bool:
    """Hand it to the mail server, whose exceptions pass. See ``send``."""
    readers = [to] if isinstance(to, str) else list(to)
    if not in_spite_of_returns and any(stopped(each) for stopped in _is_stopped for each in readers):
        return False
    path = _return_path[0](readers[0]) if _return_path and len(readers) == 1 else ""
    sender = sender or settings.DEFAULT_FROM_EMAIL
    message = EmailMultiAlternatives(
        subject=letter.subject,
        body=letter.text,
        from_email=path or sender,  # what the mail servers see
        to=readers,
        headers={**({"From": sender} if path else {}), **(headers or {})},
    )
    message.attach_alternative(letter.html, "text/html")
    for content, media_type in alternatives:
        message.attach_alternative(content, media_type)
    for name, attached, media_type in attachments:
        message.attach(name, attached, media_type)
    _deliver(message)
    return True


def send(
    *,
    to: str | Sequence[str],
    template: str,
    context: Mapping[str, Any],
    subject: str = "",
    language: str | None = None,
    headers: Mapping[str, str] | None = None,
    alternatives: Sequence[tuple[str, str]] = (),
    attachments: Sequence[tuple[str, bytes, str]] = (),
    sender: str = "",
    in_spite_of_returns: bool = True,
) -> bool:
    """Write a letter and send it; exceptions of the mail server pass.

    ``alternatives`` are (content, media type) of the same said otherwise, such as a calendar's request; ``attachments``
    are (name, content, media type). ``sender`` is another From than the house's.

    False where nothing was sent because letters to the address came back; ``in_spite_of_returns`` is for what its reader
    has asked for just now, such as a code.
    """
    return dispatch(
        write(template=template, context=context, subject=subject, language=language),
        to=to,
        headers=headers,
        alternatives=alternatives,
        attachments=attachments,
        sender=sender,
        in_spite_of_returns=in_spite_of_returns,
    )


def as_text(html: str) -> tuple[str, str]:
    """What a letter says, as text of an even width, and its title."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.text(), " ".join("".join(reader.title).split())


class _Reader(HTMLParser):
    """Knows the few elements that ``letters/letter.jinja`` and its letters use."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.title: list[str] = []
        self._pieces: list[str] = []
        self._unseen = 0
        self._in_title = False
        self._link: tuple[str, int] | None = None  # its address, and where its words begin

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in _UNSEEN:
            self._in_title = tag == "title"
            self._unseen += 1
        elif tag == "br":
            self._pieces.append("\n")
        elif tag == "a":
            self._link = (given.get("href") or "", len(self._pieces))
        elif tag in _BLOCKS:
            self._pieces.append(_BLOCKS[tag] + {"li": "- ", "hr": "--"}.get(tag, ""))

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._in_title = False
            self._unseen -= 1
        elif tag == "a" and self._link is not None:
            address, start = self._link
            words = "".join(self._pieces[start:]).strip()
            if address and address != words:
                self._pieces.append(f":\n{address}\n" if words else address)
            self._link = None
        elif tag in _BLOCKS and tag != "li":
            self._pieces.append("\n\n")

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title.append(data)
        elif not self._unseen:
            squeezed = " ".join(data.split())
            lead = " " if data[:1].isspace() else ""
            trail = " " if squeezed and data[-1:].isspace() else ""
            self._pieces.append(f"{lead}{squeezed}{trail}" if squeezed else " ")

    def text(self) -> str:
        paragraphs = "".join(self._pieces).split("\n\n")
        laid = ["\n".join(_wrapped(line) for line in part.split("\n") if line.strip()) for part in paragraphs]
        return "\n\n".join(part for part in laid if part) + "\n"


def _wrapped(line: str) -> str:
    written = " ".join(line.split())
    if "://" in written and " " not in written:
        return written  # a link that is broken is no link
    return textwrap.fill(
        written,
        WIDTH,
        break_long_words=False,
        break_on_hyphens=False,
        subsequent_indent="  " if written.startswith("- ") else "",
    )
