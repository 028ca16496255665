"""A forum's threads, and beginning one."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from collegium.conversations import actions, queries, rules
from collegium.conversations.forms import LEVEL_WORDS, FollowForm, ThreadForm
from collegium.conversations.models import Level
from collegium.conversations.views import replying
from collegium.conversations.views.loading import number, readable_forum, reader
from collegium.design.errors import refused
from collegium.design.shortcuts import render
from collegium.foundation.refusal import Refusal, require
from collegium.people.requests import SignedInRequest, signed_in


@require_http_methods(["GET", "HEAD"])
def show(request: HttpRequest, forum_id: int) -> HttpResponse:
    forum = readable_forum(request, forum_id)
    person = reader(request)
    page = queries.threads_page(
        forum,
        person,
        after=request.GET.get("after"),
        unread_only=person is not None and request.GET.get("show") == "unread",
    )
    return render(
        request,
        "conversations/forum.jinja",
        {
            "forum": forum,
            "page": page,
            "level": page.level,
            "levels": Level,
            "level_words": LEVEL_WORDS,
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new_thread(request: SignedInRequest, forum_id: int) -> HttpResponseBase:
    forum = readable_forum(request, forum_id)
    standing = rules.standing(request.person, forum)
    require(allowed=standing.may_post, because=standing.silence or _("Only members can begin a thread here."))
    draft = replying.draft_of(request.person, forum, None)
    if request.method == "POST":
        form = ThreadForm(request.POST, request.FILES, is_moderator=standing.is_moderator)
        if form.is_valid() and (answer := _begin(request, forum_id, form)) is not None:
            return answer
        draft = replying.draft_of(request.person, forum, None)
    else:
        initial = replying.from_draft(draft)
        if draft is None and (named := number(request, "to")) is not None:
            initial["html"] = replying.to_somebody(named, forum)
        form = ThreadForm(initial=initial, is_moderator=standing.is_moderator)
    return render(
        request,
        "conversations/new_thread.jinja",
        {
            "forum": forum,
            "form": form,
            "draft": draft,
            "attached": replying.attached(draft),
            "says": replying.says(),
        },
        status=422 if form.is_bound else 200,
    )


def _begin(request: SignedInRequest, forum_id: int, form: ThreadForm) -> HttpResponseBase | None:
    forum = readable_forum(request, forum_id)
    fresh = replying.bring_upload(request, form, forum, None)
    if form.errors:
        return None
    facts = form.cleaned_data
    try:
        thread = actions.start_thread(
            forum=forum,
            by=request.person,
            title=facts["title"],
            html=facts["html"],
            wants_answer=not facts.get("is_announcement"),
            pinned=bool(facts.get("pinned")),
            attachments=replying.files_to_post(request, form, fresh),
            submission_key=facts["submission_key"],
        )
    except Refusal as refusal:
        form.add_error(refusal.code if refusal.code in form.fields else None, str(refusal))
        return None
    return redirect(thread)


@require_http_methods(["POST"])
@signed_in
def follow(request: SignedInRequest, forum_id: int) -> HttpResponseBase:
    forum = readable_forum(request, forum_id)
    form = FollowForm(request.POST)
    if not form.is_valid():
        return refused(request, _("There is no such way of following."), back=forum.path)
    actions.follow(person=request.person, level=form.cleaned_data["level"], forum=forum)
    messages.success(request, _("Saved what you hear of “%(forum)s”.") % {"forum": forum.title})
    return redirect("conversations:forum", forum_id=forum.pk)


@require_http_methods(["POST"])
@signed_in
def read_all(request: SignedInRequest, forum_id: int) -> HttpResponseBase:
    forum = readable_forum(request, forum_id)
    actions.read_all(person=request.person, forum=forum)
    messages.success(request, _("All threads are marked as read."))
    return redirect("conversations:forum", forum_id=forum.pk)


@require_http_methods(["GET", "HEAD"])
@signed_in
def names(request: SignedInRequest, forum_id: int) -> HttpResponseBase:
    """Members whose name begins so, for the list under an @: asked by those who belong there only."""
    forum = readable_forum(request, forum_id)
    require(allowed=rules.may_read_as_member(request.person, forum))
    found = queries.named_like(forum, request.person, request.GET.get("q", "")[:60])
    return render(request, "conversations/names.jinja", {"people": found})
