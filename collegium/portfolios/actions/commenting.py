"""Comments on a passage: made, replied to, settled, taken back; and kept at their passage while the words change."""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collegium.activity.actions import record
from collegium.activity.verbs import Told, verb
from collegium.foundation import clock
from collegium.foundation.refusal import Refusal
from collegium.people.models import Person
from collegium.portfolios import anchors
from collegium.portfolios.models import Comment, CommentVersion, Part, Section
from collegium.portfolios.queries.groups import writers_of

LONGEST = 5_000

COMMENTED = verb(
    "comment.made",
    history=gettext_lazy("%(actor)s commented on %(section)s"),
    tells={
        "writer": Told(gettext_lazy("%(actor)s commented on your %(section)s"), "portfolios:comment"),
        "replied_to": Told(
            gettext_lazy("%(actor)s replied to your comment on %(section)s"), "portfolios:comment"
        ),
    },
)
SETTLED = verb(
    "comment.settled",
    history=gettext_lazy("%(actor)s settled a comment on %(section)s"),
    tells={
        "reader": Told(
            gettext_lazy("%(actor)s settled your comment on %(section)s"),
            "portfolios:comment",
            by_email=False,
        )
    },
)
REOPENED = verb("comment.reopened", history=gettext_lazy("%(actor)s opened a comment on %(section)s again"))
CHANGED = verb("comment.changed", history=gettext_lazy("%(actor)s changed a comment on %(section)s"))
TAKEN_BACK = verb("comment.taken_back", history=gettext_lazy("%(actor)s took back a comment on %(section)s"))


@transaction.atomic
def comment(*, section: Section, component: str, anchor: anchors.Anchor, words: str, by: Person) -> Comment:
    """On a passage of the words as they stand now; the anchor may be of a moment ago."""
    words = _said(words)
    part = Part.objects.select_for_update().filter(section=section, component=component).first()
    if part is None:
        raise Refusal(_("This section has no such part."))
    text = anchors.read(part.html)
    found = anchors.find(text, anchor)
    exact = text.anchor(*found) if found else None
    if exact is None:
        raise Refusal(
            _("The passage was changed while you read. Choose it again; your comment is still in the field.")
        )
    made = Comment.objects.create(
        part=part,
        by=by,
        words=words,
        passage=exact.exact,
        exact=exact.exact,
        prefix=exact.prefix,
        suffix=exact.suffix,
        start=exact.start,
    )
    record(
        COMMENTED,
        by=by,
        about=made,
        concerns=[(person, "writer") for person in writers_of(section)],
        data={"section": str(section)},
    )
    return made


@transaction.atomic
def reply(*, comment: Comment, words: str, by: Person) -> Comment:
    """A reply to a reply stands under the first comment, as all of them do."""
    words = _said(words)
    first = comment.reply_to or comment
    section = first.part.section
    made = Comment.objects.create(part=first.part, reply_to=first, by=by, words=words)
    spoke = [first.by, *(each.by for each in first.replies.select_related("by"))]
    concerns = [(person, "replied_to") for person in spoke if person is not None]
    concerns += [(person, "writer") for person in writers_of(section)]
    record(COMMENTED, by=by, about=made, concerns=concerns, data={"section": str(section)})
    return made


@transaction.atomic
def change_comment(*, comment: Comment, words: str, by: Person) -> None:
    """What it said before is kept, for whoever may read the comment. Nobody is told a second time."""
    words = _said(words)
    now = Comment.objects.select_for_update().filter(pk=comment.pk).first()
    if now is None or not now.words:
        raise Refusal(_("This comment was taken back meanwhile, so it cannot be changed."))
    if words == now.words:
        return
    CommentVersion.objects.create(comment=now, words=now.words)
    comment.words, comment.edited_at = words, clock.now()
    comment.save(update_fields=["words", "edited_at"])
    record(CHANGED, by=by, about=comment, data={"section": str(comment.part.section)})


@transaction.atomic
def settle_comment(*, comment: Comment, by: Person) -> None:
    if comment.reply_to_id is not None or comment.is_resolved:
        return
    comment.resolved_at, comment.resolved_by = clock.now(), by
    comment.save(update_fields=["resolved_at", "resolved_by"])
    concerns = [(comment.by, "reader")] if comment.by else []
    record(SETTLED, by=by, about=comment, concerns=concerns, data={"section": str(comment.part.section)})


@transaction.atomic
def reopen_comment(*, comment: Comment, by: Person) -> None:
    if not comment.is_resolved:
        return
    comment.resolved_at = comment.resolved_by = None
    comment.save(update_fields=["resolved_at", "resolved_by"])
    record(REOPENED, by=by, about=comment, data={"section": str(comment.part.section)})


@transaction.atomic
def take_back(*, comment: Comment, by: Person) -> None:
    """What others replied to it stays; what it said goes, and what it had said before."""
    record(TAKEN_BACK, by=by, about=comment, data={"section": str(comment.part.section)})
    if comment.replies.exists():
        comment.versions.all().delete()
        comment.words, comment.edited_at = "", None
        comment.save(update_fields=["words", "edited_at"])
    else:
        comment.delete()


def follow_passages(part: Part) -> None:
    """After each save: passages are kept in step with the words a little at a time, so that they survive a lot of it."""
    anchored = list(Comment.objects.filter(part=part, reply_to__isnull=True))
    if not anchored:
        return
    text = anchors.read(part.html)
    changed = []
    for each in anchored:
        found = anchors.find(text, anchors.Anchor(each.exact, each.prefix, each.suffix, each.start))
        now = text.anchor(*found) if found else None
        if now is not None:
            each.exact, each.prefix, each.suffix, each.start = now.exact, now.prefix, now.suffix, now.start
        if now is not None or not each.is_lost:
            each.is_lost = now is None
            changed.append(each)
    Comment.objects.bulk_update(changed, ["exact", "prefix", "suffix", "start", "is_lost"])


def _said(words: str) -> str:
    words = words.strip()
    if not words:
        raise Refusal(_("Write what you want to say first."))
    if len(words) > LONGEST:
        raise Refusal(_("A comment has room for %(count)d characters: make it two.") % {"count": LONGEST})
    return words
