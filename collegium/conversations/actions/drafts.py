"""Words and files that are not posted yet. Nothing here leaves an activity: a draft is its author's alone."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from collegium.conversations import newcomers, rules
from collegium.conversations.models import Attachment, Draft, Forum, Post, Thread
from collegium.foundation import clock, files, richtext
from collegium.foundation.refusal import Refusal
from collegium.people.models import Person

MOST_FILES = 10  # of one post
DRAFT_MOST = 200_000  # characters


@transaction.atomic
def save_draft(
    *,
    by: Person,
    forum: Forum,
    thread: Thread | None = None,
    title: str = "",
    html: str,
    submission_key: str = "",
) -> Draft | None:
    """Keep what is being written; None when there is nothing left to keep.

    Words that were posted under ``submission_key`` meanwhile are no draft any more, however late they come here.
    """
    if len(html) > DRAFT_MOST:
        raise Refusal(_("That is too long to be kept as a draft."), code="html")
    if not rules.may_read(by, thread or forum):
        raise Refusal(_("This conversation is not open to you any more."), code="gone")
    if submission_key and Post.objects.filter(author=by, submission_key=submission_key).exists():
        return None
    safe = str(richtext.clean(html)) if html.strip() else ""
    title = " ".join(title.split())[:200]
    draft = Draft.objects.filter(person=by, forum=forum, thread=thread).first()
    if not title and not richtext.plain(safe).strip() and "<img" not in safe:
        if draft is not None and not draft.attachments.exists():
            draft.delete()
            return None
        if draft is None:
            return None
    kept, _made = Draft.objects.update_or_create(
        person=by,
        forum=forum,
        thread=thread,
        defaults={"title": title, "html": safe, "saved_at": clock.now()},
    )
    return kept


@transaction.atomic
def drop_draft(*, by: Person, forum: Forum, thread: Thread | None = None) -> None:
    Draft.objects.filter(person=by, forum=forum, thread=thread).delete()


@transaction.atomic
def attach(
    *, by: Person, forum: Forum, thread: Thread | None = None, upload: Any, alt_text: str = ""
) -> Attachment:
    """Bring a file to the draft; it is posted with it. An image needs words for those who cannot see it."""
    if reason := rules.why_not_post(by, thread or forum):
        raise Refusal(reason)
    draft, _made = Draft.objects.get_or_create(person=by, forum=forum, thread=thread)
    if draft.attachments.count() >= MOST_FILES:
        raise Refusal(_("A post carries %(most)s files at most.") % {"most": MOST_FILES}, code="upload")
    blob = files.store(upload, max_bytes=settings.UPLOAD_MAX_BYTES)
    attached = blob.size + sum(draft.attachments.values_list("blob__size", flat=True))
    if too_much := newcomers.too_much(by, forum, attached=attached):
        raise Refusal(too_much, code="upload")
    alt_text = " ".join(alt_text.split())[:1000]
    if files.kind_of(blob.media_type) == "image":
        if not alt_text:
            raise Refusal(
                _("Say in words what the image shows, for those who can’t see it."), code="alt_text"
            )
        # Where a photo was taken is nobody's business here.
        bare = files.without_metadata(blob) if files.may_tell_where(blob) else blob
        if bare is None:
            raise Refusal(_("This image cannot be read. Save it anew, and try again."), code="upload")
        blob = bare
    return Attachment.objects.create(
        draft=draft,
        owner=by,
        blob=blob,
        file_name=files.clean_name(getattr(upload, "name", "") or ""),
        alt_text=alt_text,
    )


@transaction.atomic
def detach(*, attachment: Attachment, by: Person) -> None:
    """Take a file away from a draft."""
    gone, _models = Attachment.objects.filter(pk=attachment.pk, owner=by, draft__isnull=False).delete()
    if not gone:
        raise Refusal(_("This file has been posted, or is not yours: only the post can be taken away."))


def hand_over(post: Post, by: Person | None, files_of: Iterable[int]) -> None:
    """These files go from the draft to the post. What is not the author's own, or posted already, stays where it is."""
    ids = list(dict.fromkeys(files_of))[:MOST_FILES]
    if ids and by is not None:
        Attachment.objects.filter(pk__in=ids, owner=by, post__isnull=True).update(post=post, draft=None)


def drop_posted(draft_id: int) -> None:
    """A draft whose words have been posted goes, with the files that were left in it: mostly none, and then at once."""
    without_files = Draft.objects.filter(pk=draft_id).exclude(
        Exists(Attachment.objects.filter(draft=OuterRef("pk")))
    )
    # Django's own way would look for what hangs on it first.
    if not without_files._raw_delete(using=without_files.db):  # noqa: SLF001
        Draft(pk=draft_id).delete()
