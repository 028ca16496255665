"""One post: where it stands, changing it, what it said before, taking it away, signs."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from collegium.conversations import actions, queries, rules, words
from collegium.conversations.forms import EditForm
from collegium.conversations.models import Post, Reaction
from collegium.conversations.views import replying
from collegium.conversations.views.loading import number as number_of
from collegium.conversations.views.loading import place_of, readable_post, reader
from collegium.design.errors import refused
from collegium.design.shortcuts import render, wants_fragment
from collegium.foundation import richtext
from collegium.foundation.refusal import Refusal, require
from collegium.people.requests import SignedInRequest, signed_in

MINE = 30


@require_http_methods(["GET", "HEAD"])
def show(request: HttpRequest, post_id: int) -> HttpResponseBase:
    return redirect(place_of(readable_post(request, post_id)))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def edit(request: SignedInRequest, post_id: int) -> HttpResponseBase:
    post = readable_post(request, post_id)
    require(allowed=rules.may_edit(request.person, post), because=_("Only its author can change a post."))
    form = EditForm(request.POST or None, initial={"html": post.html})
    if form.is_valid():
        try:
            actions.edit_post(post=post, by=request.person, html=form.cleaned_data["html"])
        except Refusal as refusal:
            form.add_error("html" if refusal.code == "html" else None, str(refusal))
        else:
            return redirect(place_of(post))
    return render(
        request,
        "conversations/edit_post.jinja",
        {
            "post": post,
            "thread": post.thread,
            "forum": post.thread.forum,
            "form": form,
            "says": replying.says(),
        },
        status=422 if form.is_bound else 200,
    )


@require_http_methods(["GET", "HEAD"])
def history(request: HttpRequest, post_id: int) -> HttpResponseBase:
    """What it said before each change, with what changed. Of a post that was taken away nothing is left."""
    post = readable_post(request, post_id)
    page_reader = queries.reader_of(reader(request), post.thread)
    shown = queries.shown([post], page_reader)[0]
    require(allowed=shown.is_readable, because=_("This post has been taken away or hidden."))
    versions = list(post.versions.order_by("-pk")[:50])
    newer = [post.html, *(version.html for version in versions)]
    changes = [
        (version.replaced_at, richtext.difference(version.html, after))
        for version, after in zip(versions, newer, strict=False)
    ]
    return render(
        request,
        "conversations/history.jinja",
        {
            "post": post,
            "thread": post.thread,
            "forum": post.thread.forum,
            "author": shown.author,
            "changes": changes,
            "first": versions[-1].html if versions else post.html,
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def remove(request: SignedInRequest, post_id: int) -> HttpResponseBase:
    post = readable_post(request, post_id)
    require(
        allowed=rules.may_remove(request.person, post),
        because=_("Only its author or a moderator can take a post away."),
    )
    if request.method == "POST":
        try:
            actions.remove_post(post=post, by=request.person)
        except Refusal as refusal:
            return refused(request, str(refusal), back=place_of(post))
        messages.success(request, _("The post is taken away. Its place in the thread stays."))
        return redirect(place_of(post))
    return render(
        request,
        "conversations/remove_post.jinja",
        {
            "post": post,
            "thread": post.thread,
            "forum": post.thread.forum,
            "is_own": post.author_id == request.person.pk,
        },
    )


@require_http_methods(["POST"])
@signed_in
def react(request: SignedInRequest, post_id: int) -> HttpResponseBase:
    """A sign of this ``kind``; pressed again, it is taken back."""
    post = readable_post(request, post_id)
    require(allowed=rules.may_react(request.person, post), because=_("Only members can do that here."))
    kind = request.POST.get("kind", "")
    try:
        if Reaction.objects.filter(post=post, person=request.person, kind=kind).exists():
            actions.unreact(post=post, by=request.person, kind=kind)
        else:
            actions.react(post=post, by=request.person, kind=kind)
    except Refusal as refusal:
        return refused(request, str(refusal), back=place_of(post))
    if not wants_fragment(request):
        return redirect(place_of(post))
    page_reader = queries.reader_of(request.person, post.thread)
    shown = queries.shown([post], page_reader, thread_answer=post.thread.answer_id)[0]
    return render(request, "conversations/signs.jinja", {"each": shown, "kinds": Reaction.Kind.choices})


@require_http_methods(["POST"])
@signed_in
def unread(request: SignedInRequest, post_id: int) -> HttpResponse:
    post = readable_post(request, post_id)
    actions.unread_from(person=request.person, post=post)
    messages.success(request, _("The thread is unread from that post on."))
    return redirect("conversations:forum", forum_id=post.thread.forum_id)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def mine(request: SignedInRequest) -> HttpResponseBase:
    """One's own posts, the newest first; a POST takes all of them away."""
    if request.method == "POST":
        number = actions.remove_all_posts(by=request.person)
        messages.success(
            request,
            ngettext("%(num)s post is taken away.", "%(num)s posts are taken away.", number)
            % {"num": number},
        )
        return redirect("conversations:my_posts")
    before = number_of(request, "before")
    own = Post.objects.filter(author=request.person, removed_at__isnull=True).select_related("thread__forum")
    page = list((own.filter(pk__lt=before) if before is not None else own).order_by("-pk")[: MINE + 1])
    visible = set(
        Post.objects.visible_to(request.person)
        .filter(pk__in=[post.pk for post in page])
        .values_list("pk", flat=True)
    )
    return render(
        request,
        "conversations/mine.jinja",
        {
            "posts": [(post, words.excerpt(post.html), post.pk in visible) for post in page[:MINE]],
            "further": page[MINE - 1].pk if len(page) > MINE else None,
            "number": own.count(),
        },
    )
