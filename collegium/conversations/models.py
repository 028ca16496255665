"""Forum, thread and post; what each person has read and follows; reports and measures."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from collegium.foundation import clock
from collegium.foundation.addresses import address
from collegium.foundation.models import Blob
from collegium.people.models import Audience, Circle, CircleMember, Person


class Level(models.TextChoices):
    """How closely a thread or a forum is followed."""

    EVERYTHING = "everything", _("Everything")
    REPLIES = "replies", _("Replies to you and mentions")
    DIGEST = "digest", _("A digest")
    NOTHING = "nothing", _("Nothing")


class ForumQuerySet(models.QuerySet["Forum"]):
    def visible_to(self, person: Person | int | None) -> Self:
        """The person's key does as well, in a query that is prepared."""
        if person is None:
            return self.filter(audience=Audience.PUBLIC)
        circles = CircleMember.objects.filter(person=person).values("circle")
        return self.filter(
            Q(audience__in=[Audience.PUBLIC, Audience.SIGNED_IN])
            | Q(members__in=circles)
            | Q(moderators__in=circles)
        )


class Forum(models.Model):
    """A place for threads. The room that opened it keeps ``members``, ``moderators``, ``audience`` and ``path`` in step."""

    title = models.CharField(max_length=200)
    path = models.CharField(
        max_length=300
    )  # where its page is, "/communities/…": a room above knows, this one does not
    # Who may read: PUBLIC, SIGNED_IN, or CIRCLE for the members alone. Who may post: the members and moderators.
    audience = models.CharField(max_length=12, choices=Audience, default=Audience.CIRCLE)
    members = models.ForeignKey(Circle, on_delete=models.PROTECT, related_name="forums")
    moderators = models.ForeignKey(Circle, on_delete=models.PROTECT, related_name="moderated_forums")
    answer_within_hours = models.PositiveSmallIntegerField(
        default=48
    )  # after that a first post waits for somebody
    opened_at = models.DateTimeField(default=clock.now)
    closed_at = models.DateTimeField(null=True, blank=True)  # readable, and nobody posts any more

    objects = ForumQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="conversations_forum_never_private", condition=~Q(audience=Audience.PRIVATE)
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return self.path


# What a profile shows and a post does not: lists that would be read for each author on a page.
_OF_A_PROFILE = ("languages", "specialisms", "links", "biography")


class ThreadQuerySet(models.QuerySet["Thread"]):
    def visible_to(self, person: Person | int | None) -> Self:
        """Threads of forums that the person may read; a hidden one only for those who moderate there."""
        readable = self.filter(forum__in=Forum.objects.visible_to(person).values("pk"))
        if person is None:
            return readable.filter(hidden_at__isnull=True)
        moderated = CircleMember.objects.filter(person=person).values("circle")
        return readable.filter(Q(hidden_at__isnull=True) | Q(forum__moderators__in=moderated))

    def for_display(self) -> Self:
        return self.select_related("forum", "started_by", "last_post__author").defer(
            *(f"{who}__{field}" for who in ("started_by", "last_post__author") for field in _OF_A_PROFILE),
            "last_post__html",
        )


class Thread(models.Model):
    forum = models.ForeignKey(Forum, on_delete=models.PROTECT, related_name="threads")
    title = models.CharField(_("title"), max_length=200)
    started_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="threads")
    started_at = models.DateTimeField(default=clock.now)
    # Kept in step by every action that adds or removes a post.
    post_count = models.PositiveIntegerField(default=0)  # posts that can be read
    last_post = models.ForeignKey(
        "conversations.Post", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    last_posted_at = models.DateTimeField(default=clock.now)
    first_answer_at = models.DateTimeField(null=True, blank=True)  # the first post by somebody else
    is_newcomers = models.BooleanField(
        default=False
    )  # begun with the first post that its author made in the forum
    wants_answer = models.BooleanField(default=True)  # False: an announcement, which waits for nobody
    answer = models.ForeignKey(
        "conversations.Post", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )  # "this answered it"
    pinned_at = models.DateTimeField(null=True, blank=True)
    pinned_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    hidden_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField(
        null=True, blank=True
    )  # when one of its posts last began to look otherwise
    # What the thread is about, where a room above opened it beneath something: a week, a project, an item.
    about_kind = models.CharField(max_length=60, blank=True)
    about_id = models.CharField(max_length=40, blank=True)
    split_from = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    objects = ThreadQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["forum", "-last_posted_at", "-id"], name="conversations_latest"),
            models.Index(
                fields=["forum", "started_at"],
                condition=Q(first_answer_at__isnull=True, wants_answer=True, hidden_at__isnull=True),
                name="conversations_unanswered",
            ),
            models.Index(fields=["about_kind", "about_id"], name="conversations_thread_about"),
            models.Index(
                fields=["forum", "-pinned_at"],
                condition=Q(pinned_at__isnull=False),
                name="conversations_pinned",
            ),
            models.Index(fields=["forum", "last_post"], name="conversations_newest_post"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return address("conversations:thread", thread_id=self.pk)


class PostQuerySet(models.QuerySet["Post"]):
    def visible_to(self, person: Person | None) -> Self:
        """Posts of threads that the person may read. A removed one keeps its place and loses its words; a hidden one is
        there for its author and for moderators: see ``queries.shown``.
        """
        return self.filter(thread__in=Thread.objects.visible_to(person).values("pk"))

    def standing(self) -> Self:
        return self.filter(removed_at__isnull=True, hidden_at__isnull=True)

    def for_display(self) -> Self:
        """With ``has_files`` and ``has_links``, so that nobody asks for what no post of a page has."""
        return (
            self.select_related("author", "reply_to__author")
            .defer(*(f"{who}__{field}" for who in ("author", "reply_to__author") for field in _OF_A_PROFILE))
            .annotate(
                has_files=Exists(Attachment.objects.filter(post=OuterRef("pk"))),
                has_links=Exists(PostLink.objects.filter(post=OuterRef("pk"))),
            )
        )


class Post(models.Model):
    class Via(models.TextChoices):
        WEB = "web", _("on the web")
        MAIL = "mail", _("by e-mail")
        MACHINE = "machine", _("on its day, by itself")

    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="posts")
    author = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="posts")
    html = models.TextField()  # safe HTML; empty once removed
    posted_at = models.DateTimeField(default=clock.now)
    edited_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)  # its author or a moderator took it away
    removed_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    hidden_at = models.DateTimeField(
        null=True, blank=True
    )  # a moderator hid it; can be appealed and shown again
    changed_at = models.DateTimeField(
        null=True, blank=True
    )  # edited, taken away, hidden, shown, or the answer now
    reply_to = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="replies"
    )
    via = models.CharField(max_length=8, choices=Via, default=Via.WEB)
    # Of the letter that it came by: the same letter twice is one post. Empty for the web.
    message_id = models.CharField(max_length=300, blank=True)
    # Made by the browser for each form: a form sent twice is one post. Empty where there was none.
    submission_key = models.CharField(max_length=40, blank=True)

    objects = PostQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["thread", "id"], name="conversations_post_in_thread"),
            models.Index(fields=["author", "-id"], name="conversations_post_by"),
            models.Index(fields=["posted_at"], name="conversations_post_when"),
            # Whether somebody has said something in a thread in which ten thousand others have.
            models.Index(fields=["thread", "author"], name="conversations_post_in_by"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["message_id"], condition=~Q(message_id=""), name="conversations_post_letter_once"
            ),
            models.UniqueConstraint(
                fields=["author", "submission_key"],
                condition=~Q(submission_key=""),
                name="conversations_post_form_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.author} in {self.thread}"

    def get_absolute_url(self) -> str:
        """The thread, opened where this post is."""
        return address("conversations:post", post_id=self.pk)


class PostVersion(models.Model):
    """What a post said before an edit."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="versions")
    html = models.TextField()
    replaced_at = models.DateTimeField(default=clock.now)
    replaced_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.post}, until {self.replaced_at:%Y-%m-%d %H:%M}"


class Attachment(models.Model):
    """A file with a post; with a draft until it is posted."""

    post = models.ForeignKey(
        Post, null=True, blank=True, on_delete=models.CASCADE, related_name="attachments"
    )
    draft = models.ForeignKey(
        "conversations.Draft", null=True, blank=True, on_delete=models.CASCADE, related_name="attachments"
    )
    owner = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=200)
    alt_text = models.CharField(_("text alternative"), max_length=1000, blank=True)
    made_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="conversations_attachment_to_one",
                condition=Q(post__isnull=False) ^ Q(draft__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.file_name


class Draft(models.Model):
    """Words that are not posted yet: one for each person and thread, or for each person and new thread in a forum."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="drafts")
    forum = models.ForeignKey(Forum, on_delete=models.CASCADE, related_name="+")
    thread = models.ForeignKey(Thread, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    title = models.CharField(max_length=200, blank=True)
    html = models.TextField(blank=True)
    saved_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "thread"],
                condition=Q(thread__isnull=False),
                name="conversations_draft_reply_once",
            ),
            models.UniqueConstraint(
                fields=["person", "forum"],
                condition=Q(thread__isnull=True),
                name="conversations_draft_thread_once",
            ),
        ]

    def __str__(self) -> str:
        return self.title or str(self.thread)


class Mention(models.Model):
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="mentions")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="mentions")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "person"], name="conversations_mention_once")]

    def __str__(self) -> str:
        return f"{self.person} in {self.post}"


class Reaction(models.Model):
    class Kind(models.TextChoices):
        THANKS = "thanks", _("Thank you")
        AGREE = "agree", _("I see it so too")
        IDEA = "idea", _("That gives me an idea")
        CHEER = "cheer", _("Well done")

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="reactions")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="reactions")
    kind = models.CharField(max_length=8, choices=Kind)
    made_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["post", "person", "kind"], name="conversations_reaction_once")
        ]

    def __str__(self) -> str:
        return self.kind


class LinkCard(models.Model):
    """What a linked page says of itself, fetched once for all posts; shown as a card under them."""

    url = models.URLField(max_length=2000)
    url_hash = models.CharField(max_length=64, unique=True)  # sha256 hex of the address
    title = models.CharField(max_length=300, blank=True)
    description = models.CharField(max_length=600, blank=True)
    site = models.CharField(max_length=120, blank=True)
    fetched_at = models.DateTimeField(null=True, blank=True)  # None: not asked yet
    finding = models.CharField(max_length=300, blank=True)  # a sentence where it did not answer

    def __str__(self) -> str:
        return self.title or self.url


class PostLink(models.Model):
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="links")
    card = models.ForeignKey(LinkCard, on_delete=models.PROTECT, related_name="posts")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["post", "card"], name="conversations_postlink_once")]

    def __str__(self) -> str:
        return str(self.card)


class Reading(models.Model):
    """How far somebody has read in a thread."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="readings")
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="readings")
    read_through = models.PositiveBigIntegerField()  # id of the last post that was read
    read_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "thread"], name="conversations_reading_once")
        ]

    def __str__(self) -> str:
        return f"{self.person} in {self.thread}"


class Following(models.Model):
    """At which level somebody follows a thread, or a whole forum. No row for a thread: as the forum; none there: replies."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="followings")
    forum = models.ForeignKey(Forum, on_delete=models.CASCADE, related_name="followings")
    thread = models.ForeignKey(
        Thread, null=True, blank=True, on_delete=models.CASCADE, related_name="followings"
    )
    level = models.CharField(max_length=12, choices=Level)
    # Posts up to this id count as read everywhere in the forum: set on joining and by "all is read".
    read_through = models.PositiveBigIntegerField(default=0)
    since = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "thread"],
                condition=Q(thread__isnull=False),
                name="conversations_following_thread_once",
            ),
            models.UniqueConstraint(
                fields=["person", "forum"],
                condition=Q(thread__isnull=True),
                name="conversations_following_forum_once",
            ),
        ]
        indexes = [models.Index(fields=["forum", "level", "person"], name="conversations_followers")]

    def __str__(self) -> str:
        return f"{self.person}: {self.level}"


class Report(models.Model):
    """Somebody says that a post should not stand as it does."""

    class Reason(models.TextChoices):
        HURTS = "hurts", _("It hurts somebody")
        PRIVATE = "private", _("It shows something private")
        SPAM = "spam", _("It advertises")
        RIGHTS = "rights", _("It belongs to somebody else")
        OTHER = "other", _("Something else")

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="reports")
    by = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="reports")
    reason = models.CharField(_("why"), max_length=8, choices=Reason)
    words = models.TextField(_("what you would say about it"), blank=True)
    made_at = models.DateTimeField(default=clock.now)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    measure = models.ForeignKey(
        "conversations.Measure", null=True, blank=True, on_delete=models.SET_NULL, related_name="reports"
    )  # None once settled: nothing was done

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "by"], name="conversations_report_once")]

    def __str__(self) -> str:
        return f"{self.reason}: {self.post}"


class MeasureQuerySet(models.QuerySet["Measure"]):
    def in_force(self) -> Self:
        return self.filter(Q(until__isnull=True) | Q(until__gt=clock.now()), lifted_at__isnull=True)


class Measure(models.Model):
    """What moderators did, to a post or to a person in one forum, with its reason and the appeal against it."""

    class Kind(models.TextChoices):
        HIDE = "hide", _("The post is hidden")
        WARN = "warn", _("A warning")
        MUTE = "mute", _("Reads, and does not post for a time")
        REMOVE = "remove", _("Is no longer a member")

    forum = models.ForeignKey(Forum, on_delete=models.CASCADE, related_name="measures")
    kind = models.CharField(max_length=8, choices=Kind)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="measures")  # whom it concerns
    post = models.ForeignKey(Post, null=True, blank=True, on_delete=models.SET_NULL, related_name="measures")
    reason = models.TextField(_("reason"))  # said to the person
    by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=clock.now)
    until = models.DateTimeField(null=True, blank=True)
    appeal = models.TextField(_("what you would say to it"), blank=True)
    appealed_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    answer = models.TextField(blank=True)
    lifted_at = models.DateTimeField(null=True, blank=True)

    objects = MeasureQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["person", "forum"], name="conversations_measure_on")]

    def __str__(self) -> str:
        return f"{self.kind}: {self.person}"
