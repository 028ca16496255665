"""Formatted words written in a plain field: what an author types becomes safe HTML, and comes back as it was typed."""

import re

from django.utils.html import escape

from collegium.foundation import richtext

_ADDRESS = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]]")
_ITEM = re.compile(r"^[-*•]\s+")
_NUMBERED = re.compile(r"^\d{1,2}[.)]\s+")
_TAG = re.compile(r"</?[a-z][a-z0-9]*[\s>/]", re.IGNORECASE)
_HEADING = re.compile(r"^#{1,4}\s+")


def is_html(typed: str) -> bool:
    """Whether it came from the editor, or somebody types tags and means them."""
    return _TAG.search(typed) is not None


def as_html(text: str) -> str:
    """Blank lines part paragraphs; lines that begin with a dash or a number are lists, with # a heading; addresses are links."""
    blocks = re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip())
    return str(richtext.clean("".join(_block(block) for block in blocks if block.strip())))


def _block(block: str) -> str:
    lines = [line.strip() for line in block.split("\n") if line.strip()]
    html = ""
    while lines:
        for mark, tag in ((_ITEM, "ul"), (_NUMBERED, "ol")):
            run = _run(lines, mark)
            if run:
                html += (
                    f"<{tag}>"
                    + "".join(f"<li>{_line(mark.sub('', line))}</li>" for line in run)
                    + f"</{tag}>"
                )
                lines = lines[len(run) :]
                break
        else:
            if _HEADING.match(lines[0]):
                html += f"<h3>{_line(_HEADING.sub('', lines[0]))}</h3>"
                lines = lines[1:]
                continue
            plain = _until_marked(lines)
            html += "<p>" + "<br>".join(_line(line) for line in plain) + "</p>"
            lines = lines[len(plain) :]
    return html


def _run(lines: list[str], mark: re.Pattern[str]) -> list[str]:
    found = []
    for line in lines:
        if not mark.match(line):
            break
        found.append(line)
    return found


def _until_marked(lines: list[str]) -> list[str]:
    found = [lines[0]]
    for line in lines[1:]:
        if any(mark.match(line) for mark in (_ITEM, _NUMBERED, _HEADING)):
            break
        found.append(line)
    return found


def _line(line: str) -> str:
    out: list[str] = []
    last = 0
    for match in _ADDRESS.finditer(line):
        out.append(escape(line[last : match.start()]))
        out.append(f'<a href="{escape(match.group())}">{escape(match.group())}</a>')
        last = match.end()
    return "".join([*out, escape(line[last:])])


def as_text(html: str) -> str:
    """As ``as_html`` would take it, as far as plain words can say it."""
    text = re.sub(r"<li>\s*(?:<p>)?", "<li>- ", html)
    text = re.sub(r"<h[2-4][^>]*>", lambda found: found.group() + "# ", text)
    lines = richtext.plain(text).split("\n")
    out: list[str] = []
    for line in lines:
        is_item = line.startswith("- ")
        if out and not (is_item and out[-1].startswith("- ")):
            out.append("")
        out.append(line)
    return "\n".join(out)
