"""What is not posted yet, saved as one types; and files, of drafts and of posts."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from collegium.conversations import actions
from collegium.conversations.forms import PostForm, as_paragraphs
from collegium.conversations.models import Attachment, Forum, Thread
from collegium.conversations.views import replying
from collegium.conversations.views.loading import readable_file, readable_forum, readable_thread
from collegium.design.errors import refused
from collegium.design.shortcuts import render, wants_fragment
from collegium.foundation import files
from collegium.foundation.refusal import Refusal
from collegium.people.requests import SignedInRequest, signed_in


@require_http_methods(["POST"])
@signed_in
def save_in_forum(request: SignedInRequest, forum_id: int) -> HttpResponseBase:
    return _save(request, readable_forum(request, forum_id), None)


@require_http_methods(["POST"])
@signed_in
def save_in_thread(request: SignedInRequest, thread_id: int) -> HttpResponseBase:
    thread = readable_thread(request, thread_id)
    return _save(request, thread.forum, thread)


def _save(request: SignedInRequest, forum: Forum, thread: Thread | None) -> HttpResponseBase:
    try:
        draft = actions.save_draft(
            by=request.person,
            forum=forum,
            thread=thread,
            title=request.POST.get("title", ""),
            html=request.POST.get("html", ""),
            submission_key=request.POST.get("submission_key", "")[:40],
        )
    except Refusal as refusal:
        return JsonResponse({"sentence": str(refusal)}, status=422)
    return JsonResponse({"saved_at": draft.saved_at.isoformat() if draft is not None else None})


@require_http_methods(["POST"])
@signed_in
def attach_in_forum(request: SignedInRequest, forum_id: int) -> HttpResponseBase:
    return _attach(request, readable_forum(request, forum_id), None)


@require_http_methods(["POST"])
@signed_in
def attach_in_thread(request: SignedInRequest, thread_id: int) -> HttpResponseBase:
    thread = readable_thread(request, thread_id)
    return _attach(request, thread.forum, thread)


def _attach(request: SignedInRequest, forum: Forum, thread: Thread | None) -> HttpResponseBase:
    """The file goes to the draft. Without JavaScript the words go along, and the page comes back with both. The editor, which
    puts a picture into the words, is told where it is.
    """
    form = PostForm(request.POST, request.FILES)
    if form.is_valid() and not form.cleaned_data.get("upload"):
        form.add_error("upload", _("Choose a file first."))
    fresh = replying.bring_upload(request, form, forum, thread) if not form.errors else None
    if request.headers.get("Accept") == "application/json":
        return _picture(fresh, form)
    if not wants_fragment(request):
        actions.save_draft(
            by=request.person,
            forum=forum,
            thread=thread,
            title=request.POST.get("title", ""),
            html=as_paragraphs(request.POST.get("html", "")),
        )
        if form.errors:
            return refused(
                request,
                _sentences(form),
                kept=_("Your words are kept as a draft."),
                back=_writing(forum, thread),
            )
        return redirect(_writing(forum, thread))
    draft = replying.draft_of(request.person, forum, thread)
    shown = form if form.errors else PostForm()
    return render(
        request,
        "conversations/attached.jinja",
        {"form": shown, "attached": replying.attached(draft), "forum": forum, "thread": thread},
    )


def _sentences(form: PostForm) -> str:
    return " ".join(str(error) for errors in form.errors.values() for error in errors)


def _picture(fresh: Attachment | None, form: PostForm) -> JsonResponse:
    if fresh is None:
        return JsonResponse({"sentence": _sentences(form)}, status=422)
    if files.kind_of(fresh.blob.media_type) != "image":
        actions.detach(attachment=fresh, by=fresh.owner)
        return JsonResponse(
            {"sentence": _("Only a picture can stand in the words. Attach other files.")}, status=422
        )
    size = max(files.THUMBNAIL_SIZES)
    can_be_small = files.thumbnail(fresh.blob, size) is not None
    address = reverse("conversations:file", args=[fresh.pk])
    address = reverse("conversations:thumbnail", args=[fresh.pk, size]) if can_be_small else address
    return JsonResponse({"address": address, "alt": fresh.alt_text}, status=201)


def _writing(forum: Forum, thread: Thread | None) -> str:
    """Where the words are written that the file belongs to."""
    if thread is None:
        return reverse("conversations:new_thread", kwargs={"forum_id": forum.pk})
    newest = f"?around={thread.last_post_id}" if thread.last_post_id else ""
    return f"{thread.get_absolute_url()}{newest}#reply"


@require_http_methods(["POST"])
@signed_in
def detach(request: SignedInRequest, attachment_id: int) -> HttpResponseBase:
    attachment = get_object_or_404(
        Attachment.objects.select_related("draft__forum", "draft__thread"),
        pk=attachment_id,
        owner=request.person,
    )
    draft = attachment.draft
    if draft is None:
        raise Http404
    try:
        actions.detach(attachment=attachment, by=request.person)
    except Refusal as refusal:
        return refused(request, str(refusal), back=_writing(draft.forum, draft.thread))
    if not wants_fragment(request):
        return redirect(_writing(draft.forum, draft.thread))
    return render(
        request,
        "conversations/attached.jinja",
        {
            "form": PostForm(),
            "attached": replying.attached(draft),
            "forum": draft.forum,
            "thread": draft.thread,
        },
    )


@require_http_methods(["GET", "HEAD"])
def file(request: HttpRequest, attachment_id: int) -> HttpResponseBase:
    attachment = readable_file(request, attachment_id)
    return files.serve(attachment.blob, name=attachment.file_name, request=request)


@require_http_methods(["GET", "HEAD"])
def thumbnail(request: HttpRequest, attachment_id: int, size: int) -> HttpResponseBase:
    attachment = readable_file(request, attachment_id)
    if size not in files.THUMBNAIL_SIZES:
        raise Http404
    small = files.thumbnail(attachment.blob, size)
    if small is None:
        return HttpResponse(status=404)
    return files.serve(small, name=attachment.file_name, request=request)
