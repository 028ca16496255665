"""The form under a thread and the one that begins one: what both do with drafts and files."""

from typing import Any

from django.db.models import QuerySet
from django.utils.html import format_html
from django.utils.translation import gettext as _

from collegium.conversations import actions, queries
from collegium.conversations.forms import PostForm
from collegium.conversations.models import Attachment, Draft, Forum, Post, Thread
from collegium.conversations.queries import ShownFile
from collegium.conversations.words import members_of
from collegium.foundation.refusal import Refusal
from collegium.people.models import Person
from collegium.people.requests import SignedInRequest


def draft_of(person: Person, forum: Forum, thread: Thread | None) -> Draft | None:
    return Draft.objects.filter(person=person, forum=forum, thread=thread).first()


def attached(draft: Draft | None) -> list[ShownFile]:
    if draft is None:
        return []
    return [queries.shown_file(each) for each in draft.attachments.select_related("blob").order_by("pk")]


def from_draft(draft: Draft | None, reply_to: Post | None = None) -> dict[str, Any]:
    """What the form begins with."""
    initial: dict[str, Any] = {"reply_to": reply_to.pk if reply_to is not None else None}
    if draft is not None:
        initial |= {"html": draft.html, "title": draft.title}
    return initial


def to_somebody(person_id: int, forum: Forum) -> str:
    """What a thread begins with that is to reach one of the members: their name, as a mention. Empty for anybody else."""
    person = members_of(forum).filter(pk=person_id).first()
    if person is None:
        return ""
    return str(format_html('<p><a href="{}">@{}</a> </p>', person.get_absolute_url(), person.name))


def bring_upload(
    request: SignedInRequest, form: PostForm, forum: Forum, thread: Thread | None
) -> Attachment | None:
    """A file that was chosen and not attached yet goes to the draft first; a refusal is said at its field."""
    upload = form.cleaned_data.get("upload")
    if upload is None:
        return None
    try:
        return actions.attach(
            by=request.person,
            forum=forum,
            thread=thread,
            upload=upload,
            alt_text=form.cleaned_data["alt_text"],
        )
    except Refusal as refusal:
        form.add_error("alt_text" if refusal.code == "alt_text" else "upload", str(refusal))
        return None


def files_to_post(request: SignedInRequest, form: PostForm, fresh: Attachment | None) -> QuerySet[Attachment]:
    chosen = {*form.cleaned_data["attachments"], *([fresh.pk] if fresh is not None else [])}
    return Attachment.objects.filter(pk__in=chosen, owner=request.person, post__isnull=True)


def says() -> dict[str, str]:
    """What the editor's script says, in the reader's language."""
    return {
        "tools": _("Tools"),
        "bold": _("Bold"),
        "italic": _("Italic"),
        "bullets": _("List"),
        "numbers": _("Numbered list"),
        "quote": _("Quotation"),
        "link": _("Link"),
        "link_address": _("Address of the link"),
        "picture": _("Picture"),
        "picture_offline": _("There is no network at the moment. Try again when there is."),
        "picture_trouble": _("The picture could not be put in."),
        "undo": _("Undo"),
        "redo": _("Redo"),
        "saving": _("Saving the draft …"),
        "saved": _("The draft is saved"),
        "offline": _("No connection: the draft is kept on this device"),
        "expired": _("You are signed out: the draft is kept on this device. Sign in again in another tab."),
        "refused": _("The draft could not be saved; it is kept on this device"),
        "left": _("These words were left on this device."),
        "suggestions": _("Members"),
        "replying": _("You reply to %(name)s"),
    }
