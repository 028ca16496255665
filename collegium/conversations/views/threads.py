"""A thread: reading it, replying, and what its starter and moderators do with it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from collegium.conversations import actions, queries, rules, words
from collegium.conversations.forms import LEVEL_WORDS, FollowForm, MoveForm, PostForm, SplitForm
from collegium.conversations.models import Forum, Level, Post, Reaction, Thread
from collegium.conversations.queries import Opening, PostsPage
from collegium.conversations.views import replying
from collegium.conversations.views.loading import number, opened, place_of, readable_thread, reader
from collegium.design.errors import refused
from collegium.design.shortcuts import render, wants_fragment
from collegium.foundation.refusal import Refusal, require
from collegium.people.models import CircleMember, Person
from collegium.people.requests import SignedInRequest, signed_in


@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest, thread_id: int) -> HttpResponseBase:
    """The thread where its reader left off; a POST is a reply."""
    if request.method == "POST":
        return reply(request, thread_id)
    opening = opened(request, thread_id)
    thread, person = opening.thread, reader(request)
    page = queries.posts_page(
        thread,
        person,
        opening=opening,
        around=number(request, "around"),
        before=number(request, "before"),
        after=number(request, "after"),
    )
    if person is not None:
        _note_read(opening, person, page, after=number(request, "after"))
    quoted = _quoted(thread, number(request, "reply_to"))
    return _page(request, opening, page, quoted=quoted)


def _note_read(opening: Opening, person: Person, page: PostsPage, *, after: int | None) -> None:
    """What was shown is read, if nothing unread lies before it. It is noted on a GET: to have opened it is to have seen it,
    and whoever has no JavaScript has no other way to say so.
    """
    through = page.through or 0
    if page.newest <= through:
        return
    reaches = after if after is not None else (page.posts[0].pk - 1 if page.posts else 0)
    if page.earlier is None or reaches <= through:
        actions.read(
            person=person,
            thread=opening.thread,
            through=page.newest,
            for_the_first_time=not opening.reached.has_begun,
        )


def _quoted(thread: Thread, post_id: int | None) -> Post | None:
    if post_id is None:
        return None
    return Post.objects.filter(thread=thread, pk=post_id).standing().select_related("author").first()


def _opens(request: HttpRequest, page: PostsPage) -> str:
    """Where the page is scrolled to: at what is new, or at the end where all of a long thread is read."""
    if request.method == "POST" or {"around", "before", "after"} & request.GET.keys():
        return ""
    return "new" if page.first_unread is not None else "end" if page.earlier and not page.later else ""


def _page(
    request: HttpRequest,
    opening: Opening,
    page: PostsPage,
    *,
    form: PostForm | None = None,
    quoted: Post | None = None,
    status: int = 200,
) -> HttpResponse:
    person, thread = reader(request), opening.thread
    standing = page.reader.standing
    request.forum_reader = page.reader  # type: ignore[attr-defined]  # for our own panel, drawn for each post
    context: dict[str, Any] = {
        "thread": thread,
        "forum": thread.forum,
        "page": page,
        "standing": standing,
        "quoted": quoted,
        "quoted_words": words.excerpt(quoted.html) if quoted is not None else "",
        "kinds": Reaction.Kind.choices,
        "levels": Level,
        "level_words": LEVEL_WORDS,
        "form": None,
        "opens": _opens(request, page),
        "first": page.posts[0].pk if page.posts else 0,
        "since": queries.moment_of(thread.changed_at),
        "starter": queries.shown_author(thread.started_by, page.reader),
    }
    if person is not None:
        context |= {"level": page.level, "has_own_level": page.has_own_level}
    if person is not None and standing.may_post:
        draft = opening.draft
        context |= {
            "form": form or PostForm(initial=replying.from_draft(draft, quoted)),
            "draft": draft,
            "attached": replying.attached(draft) if opening.has_files else [],
            "says": replying.says(),
        }
    return render(request, "conversations/thread.jinja", context, status=status)


@signed_in
def reply(request: SignedInRequest, thread_id: int) -> HttpResponseBase:
    opening = opened(request, thread_id)
    thread, standing = opening.thread, opening.reader.standing
    require(allowed=standing.belongs, because=_("Only members can post here."))
    form = PostForm(request.POST, request.FILES)
    quoted = None
    if form.is_valid():
        quoted = _quoted(thread, form.cleaned_data["reply_to"])
        made = _post(request, form, thread, quoted)
        if made is not None:
            return redirect(place_of(made))
    if not standing.may_post:
        # The words are kept: whoever has to wait finds them again.
        actions.save_draft(
            by=request.person, forum=thread.forum, thread=thread, html=form.cleaned_data.get("html", "")
        )
        kept = _("Your words are kept as a draft.")
        return refused(request, standing.silence, kept=kept, back=thread.get_absolute_url())
    opening = opened(request, thread_id)  # a file may have made the draft that it now belongs to
    page = queries.posts_page(thread, request.person, opening=opening, around=thread.last_post_id)
    return _page(request, opening, page, form=form, quoted=quoted, status=422)


def _post(request: SignedInRequest, form: PostForm, thread: Thread, quoted: Post | None) -> Post | None:
    """The reply; None where the form says why not."""
    fresh = replying.bring_upload(request, form, thread.forum, thread)
    if form.errors:
        return None
    try:
        return actions.post(
            thread=thread,
            by=request.person,
            html=form.cleaned_data["html"],
            reply_to=quoted,
            submission_key=form.cleaned_data["submission_key"],
            attachments=replying.files_to_post(request, form, fresh),
        )
    except Refusal as refusal:
        form.add_error(refusal.code if refusal.code in form.fields else None, str(refusal))
        return None


@require_http_methods(["GET", "HEAD"])
def new_posts(request: HttpRequest, thread_id: int) -> HttpResponseBase:
    """What an open page asks for every few seconds: nothing (204) at the price of one query, or the new posts, and those of
    the page that look otherwise now. Once the thread is not open to its reader any more it says so, and asks no more.
    """
    first, after, since = (number(request, name) or 0 for name in ("first", "after", "since"))
    pulse = queries.pulse(thread_id, reader(request))
    if pulse is None and wants_fragment(request):
        return render(request, "conversations/gone.jinja", {"is_signed_in": reader(request) is not None})
    if pulse is not None and pulse.newest <= after and pulse.changed <= since:
        return HttpResponse(status=204)
    thread = readable_thread(request, thread_id)
    page_reader = queries.reader_of(reader(request), thread)
    request.forum_reader = page_reader  # type: ignore[attr-defined]  # as in ``_page``
    posts = queries.new_since(thread, reader(request), after, reader=page_reader)
    return render(
        request,
        "conversations/new_posts.jinja",
        {
            "thread": thread,
            "posts": posts,
            "changed": queries.changed_since(thread, page_reader, since, first=first, last=after),
            "moved_out": queries.moved_out(thread, first=first, last=after),
            "first": first,
            "after": posts[-1].pk if posts else max(after, thread.last_post_id or 0),
            "since": queries.moment_of(thread.changed_at),
            "reader": page_reader,
            "kinds": Reaction.Kind.choices,
        },
    )


@require_http_methods(["POST"])
@signed_in
def follow(request: SignedInRequest, thread_id: int) -> HttpResponseBase:
    thread = readable_thread(request, thread_id)
    form = FollowForm(request.POST)
    if not form.is_valid():
        return refused(request, _("There is no such way of following."), back=thread.get_absolute_url())
    actions.follow(person=request.person, level=form.cleaned_data["level"], thread=thread)
    messages.success(request, str(LEVEL_WORDS[Level(form.cleaned_data["level"])]))
    return redirect(thread)


@require_http_methods(["POST"])
@signed_in
def mark_read(request: SignedInRequest, thread_id: int) -> HttpResponseBase:
    thread = readable_thread(request, thread_id)
    actions.read(person=request.person, thread=thread, through=thread.last_post_id or 0)
    return redirect("conversations:forum", forum_id=thread.forum_id)


@require_http_methods(["POST"])
@signed_in
def mark_answer(request: SignedInRequest, thread_id: int) -> HttpResponseBase:
    """``post`` is the one that answered it; without one, nothing did."""
    thread = readable_thread(request, thread_id)
    require(
        allowed=rules.may_mark_answer(request.person, thread),
        because=_("Only whoever started the thread, or a moderator, can say what answered it."),
    )
    given = request.POST.get("post", "")
    post = get_object_or_404(Post, thread=thread, pk=given) if given.isascii() and given.isdecimal() else None
    try:
        actions.mark_answer(thread=thread, by=request.person, post=post)
    except Refusal as refusal:
        return refused(request, str(refusal), back=thread.get_absolute_url())
    return redirect(post if post is not None else thread)


_ARRANGING = {"pin": actions.pin, "unpin": actions.unpin, "close": actions.close, "reopen": actions.reopen}


@require_http_methods(["POST"])
@signed_in
def arrange(request: SignedInRequest, thread_id: int) -> HttpResponseBase:
    """Pin, unpin, close or reopen: ``do`` says which."""
    thread = _moderated(request, thread_id)
    action = _ARRANGING.get(request.POST.get("do", ""))
    if action is None:
        return refused(request, _("There is nothing of that kind to do."), back=thread.get_absolute_url())
    try:
        action(thread=thread, by=request.person)
    except Refusal as refusal:
        return refused(request, str(refusal), back=thread.get_absolute_url())
    return redirect(thread)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def move(request: SignedInRequest, thread_id: int) -> HttpResponseBase:
    thread = _moderated(request, thread_id)
    moderated = CircleMember.objects.filter(person=request.person).values("circle")
    forums = (
        Forum.objects.filter(moderators__in=moderated, closed_at__isnull=True)
        .exclude(pk=thread.forum_id)
        .order_by("title", "pk")
    )
    form = MoveForm(request.POST or None, forums=forums)
    if form.is_valid():
        try:
            moved = actions.move(thread=thread, by=request.person, forum=form.cleaned_data["forum"])
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("It is in %(forum)s now.") % {"forum": moved.forum.title})
            return redirect(moved)
    return render(
        request,
        "conversations/move.jinja",
        {"thread": thread, "forum": thread.forum, "form": form, "has_forums": forums.exists()},
        status=422 if form.is_bound else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def split(request: SignedInRequest, thread_id: int) -> HttpResponseBase:
    """Choose posts, from ``from`` on, that become a thread of their own."""
    thread = _moderated(request, thread_id)
    form = SplitForm(request.POST or None)
    chosen = {int(each) for each in request.POST.getlist("posts") if each.isascii() and each.isdecimal()}
    if form.is_valid():
        posts = Post.objects.filter(thread=thread, pk__in=chosen)
        try:
            made = actions.split(
                thread=thread, by=request.person, posts=posts, title=form.cleaned_data["title"]
            )
        except Refusal as refusal:
            form.add_error("title" if refusal.code == "title" else None, str(refusal))
        else:
            messages.success(request, _("The posts are a thread of their own now."))
            return redirect(made)
    start = number(request, "from")
    page = queries.posts_page(thread, request.person, after=(start or 1) - 1)
    return render(
        request,
        "conversations/split.jinja",
        {
            "thread": thread,
            "forum": thread.forum,
            "form": form,
            "page": page,
            "chosen": chosen or ({start} if start else set()),
        },
        status=422 if form.is_bound else 200,
    )


def _moderated(request: SignedInRequest, thread_id: int) -> Thread:
    thread = readable_thread(request, thread_id)
    require(allowed=rules.may_moderate(request.person, thread), because=_("Only a moderator can do that."))
    return thread
