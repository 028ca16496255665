"""Comments beside the words that they are about."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import QuerySet
from django.utils.safestring import SafeString, mark_safe

from collegium.foundation.prepared import prepared
from collegium.people.models import Person
from collegium.portfolios import anchors
from collegium.portfolios.models import Comment, Part, Section

LEAD = 90  # characters of a paragraph by which one knows it in a list


@dataclass(frozen=True)
class Note:
    """A comment with its replies. ``at`` is where its passage is in the words now, None where it is gone."""

    comment: Comment
    component: str
    at: tuple[int, int] | None
    replies: tuple[Comment, ...]

    @property
    def was_changed(self) -> bool:
        """The passage reads otherwise than when it was commented on."""
        return self.at is not None and self.comment.passage != self.comment.exact


@dataclass(frozen=True)
class Paragraph:
    number: int
    lead: str


@dataclass
class Commented:
    """The notes on a section: those beside a part, in the order of its words, and its words with the passages marked."""

    notes: list[Note] = field(default_factory=list)
    texts: dict[str, anchors.Text] = field(default_factory=dict)

    @property
    def open(self) -> list[Note]:
        return [note for note in self.notes if not note.comment.is_resolved]

    @property
    def settled(self) -> list[Note]:
        return [note for note in self.notes if note.comment.is_resolved]

    def beside(self, component: str) -> list[Note]:
        return [note for note in self.open if note.component == component]

    def people(self) -> list[Person]:
        said = [each for note in self.notes for each in (note.comment, *note.replies)]
        return [each.by for each in said if each.by is not None]

    def marked(self, component: str, html: str) -> SafeString:
        """Safe HTML with a ``<mark>`` for each open comment's passage."""
        text = self.texts.get(component)
        if text is None or text.html != html:
            return mark_safe(html)  # noqa: S308 -- cleaned when it was saved
        return text.marked(
            [(*note.at, str(note.comment.pk)) for note in self.beside(component) if note.at is not None]
        )

    @property
    def passages(self) -> list[dict[str, object]]:
        """For the module that shows them in the editor."""
        return [
            {
                "id": note.comment.pk,
                "component": note.component,
                "exact": note.comment.exact,
                "prefix": note.comment.prefix,
            }
            for note in self.open
            if note.at is not None
        ]


@prepared
def _comments_on(section: int) -> "QuerySet[Comment]":
    return Comment.objects.filter(part__section=section).for_display().order_by("pk")


def comments_on(section: Section, parts: Iterable[Part]) -> Commented:
    """One query. The parts are the section's, with their words."""
    said = _comments_on(section.pk)
    found = Commented()
    if not said:
        return found
    replies: dict[int, list[Comment]] = {}
    for each in said:
        if each.reply_to_id is not None:
            replies.setdefault(each.reply_to_id, []).append(each)
    by_part: dict[int, list[Comment]] = {}
    for each in said:
        if each.reply_to_id is None:
            by_part.setdefault(each.part_id, []).append(each)
    for part in parts:
        roots = by_part.pop(part.pk, [])
        if not roots:
            continue
        text = found.texts[part.component] = anchors.read(part.html)
        laid = [
            Note(each, part.component, _where(text, each), tuple(replies.get(each.pk, ()))) for each in roots
        ]
        end = len(text.words)
        found.notes += sorted(laid, key=lambda note: (note.at or (end, end), note.comment.pk))
    return found


def _where(text: anchors.Text, comment: Comment) -> tuple[int, int] | None:
    end = comment.start + len(comment.exact)
    if text.words[comment.start : end] == comment.exact:
        return comment.start, end
    return anchors.find(text, anchors.Anchor(comment.exact, comment.prefix, comment.suffix, comment.start))


def paragraphs(html: str) -> list[Paragraph]:
    """What a reader without a script chooses a passage from."""
    text = anchors.read(html)
    return [
        Paragraph(number, _lead(text.words[start:end]))
        for number, (start, end) in enumerate(text.paragraphs())
    ]


def paragraph_anchor(html: str, number: int) -> anchors.Anchor | None:
    text = anchors.read(html)
    there = text.paragraphs()
    if not 0 <= number < len(there):
        return None
    start, end = there[number]
    return text.anchor(start, min(end, start + anchors.LONGEST))


def _lead(words: str) -> str:
    words = words.strip()
    return words if len(words) <= LEAD else f"{words[:LEAD].rsplit(' ', 1)[0]}…"


def comment_seen_by(person: Person, comment_id: int) -> Comment | None:
    """A comment on a section that they may read."""
    return (
        Comment.objects.filter(
            pk=comment_id, part__section__in=Section.objects.visible_to(person).values("pk")
        )
        .select_related("part__section__node", "part__section__portfolio__owner", "reply_to", "by")
        .first()
    )
