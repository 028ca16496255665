"""Pages of posts and of threads. Both go on from a key, so that a long one is as quick as a short one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from collegium.conversations.models import Following, Forum, Level, Post, Reaction, Reading, Thread
from collegium.conversations.queries.opening import Opening, reached_in, reader_of
from collegium.conversations.queries.shown import Author, Reader, ShownPost, author_of, shown
from collegium.foundation import clock
from collegium.foundation.listed import CountedUpTo, Listed
from collegium.foundation.prepared import prepared
from collegium.people.models import Person
from collegium.people.queries import faces

POSTS = 50
BEFORE_UNREAD = 3  # posts shown above the first unread one, so that it is understood
BEFORE_WANTED = 10  # above a post that was asked for
THREADS = 40
FEW_THREADS = 12  # of a page that shows other things too
ENOUGH = 100  # unread threads beyond this are not counted
MOST_COUNTED = 100  # new posts of a thread in a list: of more it is said that there are more
NOBODY = 0  # the key of a stranger: nobody has it


@dataclass(frozen=True)
class PostsPage:
    posts: list[ShownPost]
    reader: Reader
    first_unread: int | None  # id of the post above which "new since you were here" stands
    earlier: int | None  # read on with before=
    later: int | None  # read on with after=
    newest: int  # id of the last post shown, from which an open page asks for new ones
    through: int | None  # up to here everything had been read before; None: this reader is not remembered
    level: Level = Level.REPLIES  # at which the reader follows the thread
    has_own_level: bool = False  # and whether they chose it for this very thread


@dataclass(frozen=True)
class ThreadRow:
    thread: Thread
    is_unread: bool
    new_posts: int  # by others, up to ``MOST_COUNTED``
    is_new: bool  # nothing of it was ever read
    starter: Author
    last: Author


@dataclass(frozen=True)
class ThreadsPage:
    rows: list[ThreadRow]
    pinned: list[ThreadRow]  # on the first page, above the others
    after: str | None  # the key with which the list goes on
    unread_only: bool
    reader: Reader
    level: Level  # at which the reader follows the forum

    @property
    def is_empty(self) -> bool:
        return not self.rows and not self.pinned


# Posts ----------------------------------------------------------------------------------------------------------------


def posts_page(
    thread: Thread,
    person: Person | None,
    *,
    around: int | None = None,
    before: int | None = None,
    after: int | None = None,
    size: int = POSTS,
    opening: Opening | None = None,
) -> PostsPage:
    """Without a place: at the first unread post; at the end where all is read; at the beginning for a stranger."""
    reader = opening.reader if opening is not None else reader_of(person, thread)
    reached = opening.reached if opening is not None else reached_in(thread, person)
    through = reached.through
    if before is not None:
        posts = _shown_posts(thread.pk, reader.pk or NOBODY)
        above = list(posts.filter(pk__lt=before).order_by("-pk")[: size + 1])
        has_earlier = len(above) > size
        page, has_later = above[:size][::-1], True
    elif after is not None:
        posts = _shown_posts(thread.pk, reader.pk or NOBODY)
        below = list(posts.filter(pk__gt=after).order_by("pk")[: size + 1])
        page, has_earlier, has_later = below[:size], True, len(below) > size
    else:
        page, has_earlier, has_later = _opened(thread, reader.pk or NOBODY, around, through, size)
    for post in page:
        post.thread = thread
    unread = next(
        (
            post.pk
            for post in page
            if through is not None and post.pk > through and post.author_id != reader.pk
        ),
        None,
    )
    return PostsPage(
        posts=shown(page, reader, through=through, thread_answer=thread.answer_id),
        reader=reader,
        first_unread=unread if through else None,
        earlier=page[0].pk if page and has_earlier else None,
        later=page[-1].pk if page and has_later else None,
        newest=page[-1].pk if page else 0,
        through=through,
        level=reached.level,
        has_own_level=reached.has_own_level,
    )


def _shown_posts(thread: int, reader: int) -> QuerySet[Post]:
    signs = (
        Reaction.objects.filter(post=OuterRef("pk"))
        .order_by()
        .values("kind")
        .annotate(number=Count("pk"), mine=Count("pk", filter=Q(person=reader)))
    )
    return Post.objects.filter(thread=thread).for_display().annotate(given_signs=Listed(signs))


@prepared
def _newest_of(thread: int, reader: int) -> QuerySet[Post]:
    return _shown_posts(thread, reader).order_by("-pk")[: POSTS + 1]


@prepared
def _from(thread: int, reader: int, first: int) -> QuerySet[Post]:
    return _shown_posts(thread, reader).filter(pk__gte=first).order_by("pk")[: POSTS + 1]


@prepared
def _above(thread: int, reader: int, first: int) -> QuerySet[Post]:
    """A few: as many as one is shown to understand what follows, and one more."""
    few = max(BEFORE_UNREAD, BEFORE_WANTED) + 1
    return _shown_posts(thread, reader).filter(pk__lt=first).order_by("-pk")[:few]


def _opened(
    thread: Thread,
    reader: int,
    around: int | None,
    through: int | None,
    size: int,
) -> tuple[list[Post], bool, bool]:
    newest = thread.last_post_id or 0
    if around is not None:
        first, context = around, BEFORE_WANTED
    elif through is None or not through:
        first, context = 0, 0
    elif through >= newest and size == POSTS:
        last = _newest_of(thread.pk, reader)
        return last[:size][::-1], len(last) > size, False
    elif through >= newest:
        first, context = newest, size - 1
    else:
        first, context = through + 1, BEFORE_UNREAD
    if size != POSTS:
        posts = _shown_posts(thread.pk, reader)
        above = list(posts.filter(pk__lt=first).order_by("-pk")[: context + 1]) if context else []
        below = list(posts.filter(pk__gte=first).order_by("pk")[: size + 1])
    else:
        above = _above(thread.pk, reader, first)[: context + 1] if context else []
        below = _from(thread.pk, reader, first)
    has_earlier = len(above) > context
    above = above[:context][::-1]
    has_later = len(below) > size - len(above)
    return [*above, *below[: size - len(above)]], has_earlier, has_later


def read_through(thread: Thread, person: Person | None) -> int | None:
    """The last post that the person had read; 0: none of it; None: a stranger, of whom nothing is remembered."""
    return reached_in(thread, person).through


def new_since(
    thread: Thread, person: Person | None, post_id: int, *, reader: Reader | None = None, size: int = POSTS
) -> list[ShownPost]:
    """What was posted after this one, as a page that stands open shows it."""
    reader = reader or reader_of(person, thread)
    posts = list(_shown_posts(thread.pk, reader.pk or NOBODY).filter(pk__gt=post_id).order_by("pk")[:size])
    for post in posts:
        post.thread = thread
    return shown(posts, reader, thread_answer=thread.answer_id)


def changed_since(thread: Thread, reader: Reader, since: int, *, first: int, last: int) -> list[ShownPost]:
    """Of the posts between these two, those that look otherwise since that moment (see ``Pulse``)."""
    moment = _EPOCH + timedelta(microseconds=min(since, moment_of(clock.now())))  # whatever the address says
    posts = _shown_posts(thread.pk, reader.pk or NOBODY).filter(
        pk__range=(first, last), changed_at__gt=moment
    )
    changed = list(posts.order_by("pk")[:POSTS])
    for post in changed:
        post.thread = thread
    return shown(changed, reader, thread_answer=thread.answer_id)


def moved_out(thread: Thread, *, first: int, last: int) -> list[int]:
    """Of the posts between these two, those that a thread of their own took with it: no open page keeps them."""
    gone = Post.objects.filter(thread__split_from=thread, pk__range=(first, last))
    return list(gone.order_by("pk").values_list("pk", flat=True)[:POSTS])


@dataclass(frozen=True)
class Pulse:
    """What an open page compares: the newest post, and when one last changed, in microseconds since 1970."""

    newest: int
    changed: int


def pulse(thread_id: int, person: Person | None) -> Pulse | None:
    """Of a thread that the person may read, in one query; None if there is no such thread for them."""
    found = _pulse(thread_id, person.pk) if person is not None else list(_beats(thread_id, None))
    return Pulse(found[0][0] or 0, moment_of(found[0][1])) if found else None


def moment_of(changed_at: datetime | None) -> int:
    return (changed_at - _EPOCH) // timedelta(microseconds=1) if changed_at is not None else 0


@prepared
def _pulse(thread: int, person: int) -> "QuerySet[Thread, tuple[int | None, datetime | None]]":
    return _beats(thread, person)


def _beats(thread: int, person: int | None) -> "QuerySet[Thread, tuple[int | None, datetime | None]]":
    return Thread.objects.visible_to(person).filter(pk=thread).values_list("last_post_id", "changed_at")


# Threads --------------------------------------------------------------------------------------------------------------


def threads_page(
    forum: Forum,
    person: Person | None,
    *,
    after: str | None = None,
    unread_only: bool = False,
    size: int = THREADS,
    reader: Reader | None = None,
    followed: tuple[Level, int] | None = None,
) -> ThreadsPage:
    """Newest words first; what is pinned stands above them on the first page. ``after`` is a key of an earlier page.

    ``reader`` and ``followed``: what the caller has read already of who reads here, how closely, and how far.
    """
    reader = reader or reader_of(person, forum)
    level, forum_through = followed or _followed(forum, person)
    if after is None and person is not None and not (unread_only or reader.standing.is_moderator):
        # The page that is opened most has its queries ready.
        pinned = _pinned(forum.pk, person.pk, forum_through)
        page = (_latest_few if size <= FEW_THREADS else _latest)(forum.pk, person.pk, forum_through)
    else:
        threads = Thread.objects.filter(forum=forum).for_display().order_by("-last_posted_at", "-pk")
        if not reader.standing.is_moderator:
            threads = threads.filter(hidden_at__isnull=True)
        if person is not None:
            own = Reading.objects.filter(person=person, thread=OuterRef("pk")).values("read_through")[:1]
            threads = threads.annotate(reached=Coalesce(Subquery(own), Value(forum_through)))
            threads = threads.annotate(new_posts=_new_posts(person.pk))
            if unread_only:
                threads = threads.filter(last_post_id__gt=F("reached"))
        listed = threads.filter(pinned_at__isnull=True)
        place = _place(after)
        if place is not None:
            moment, pk = place
            listed = listed.filter(Q(last_posted_at__lt=moment) | Q(last_posted_at=moment, pk__lt=pk))
        of_pinned = threads.filter(pinned_at__isnull=False).order_by("-pinned_at", "-pk")
        pinned = list(of_pinned[:THREADS]) if after is None else []
        page = list(listed[: size + 1])
    further = _key(page[size - 1]) if len(page) > size else None
    page = page[:size]
    photos = faces(
        {
            each.pk: each
            for thread in (*pinned, *page)
            for each in (thread.started_by, thread.last_post.author if thread.last_post else None)
            if each is not None
        }.values(),
        person,
    )
    return ThreadsPage(
        rows=[_row(thread, reader, photos) for thread in page],
        pinned=[_row(thread, reader, photos) for thread in pinned],
        after=further,
        unread_only=unread_only,
        reader=reader,
        level=level,
    )


def _seen_by(forum: int, person: int, forum_through: int) -> QuerySet[Thread]:
    own = Reading.objects.filter(person=person, thread=OuterRef("pk")).values("read_through")[:1]
    threads = Thread.objects.filter(forum=forum, hidden_at__isnull=True).for_display()
    threads = threads.annotate(reached=Coalesce(Subquery(own), Value(forum_through)))
    return threads.annotate(new_posts=_new_posts(person))


def _new_posts(person: int) -> CountedUpTo:
    """Of a thread that is annotated with how far it has been read."""
    posts = Post.objects.standing().filter(thread=OuterRef("pk"), pk__gt=OuterRef("reached"))
    return CountedUpTo(posts.exclude(author=person).order_by().values("pk")[:MOST_COUNTED])


@prepared
def _pinned(forum: int, person: int, forum_through: int) -> QuerySet[Thread]:
    threads = _seen_by(forum, person, forum_through).filter(pinned_at__isnull=False)
    return threads.order_by("-pinned_at", "-pk")[:THREADS]


@prepared
def _latest_few(forum: int, person: int, forum_through: int) -> QuerySet[Thread]:
    """As a page shows them that has them beside other things."""
    threads = _seen_by(forum, person, forum_through).filter(pinned_at__isnull=True)
    return threads.order_by("-last_posted_at", "-pk")[: FEW_THREADS + 1]


@prepared
def _latest(forum: int, person: int, forum_through: int) -> QuerySet[Thread]:
    threads = _seen_by(forum, person, forum_through).filter(pinned_at__isnull=True)
    return threads.order_by("-last_posted_at", "-pk")[: THREADS + 1]


def _row(thread: Thread, reader: Reader, photos: dict[int, str]) -> ThreadRow:
    reached: int | None = getattr(thread, "reached", None)
    return ThreadRow(
        thread=thread,
        is_unread=reached is not None and (thread.last_post_id or 0) > reached,
        new_posts=getattr(thread, "new_posts", 0),
        is_new=reached is not None and reached == 0,
        starter=author_of(thread.started_by, reader, photos),
        last=author_of(thread.last_post.author if thread.last_post else None, reader, photos),
    )


def _key(thread: Thread) -> str:
    return f"{int(thread.last_posted_at.timestamp() * 1_000_000)}-{thread.pk}"


def _place(key: str | None) -> tuple[datetime, int] | None:
    """Where the list goes on; a key that nobody gave out begins it anew."""
    try:
        micros, _dash, pk = (key or "").partition("-")
        moment = _EPOCH + timedelta(microseconds=int(micros))
        return moment, int(pk[:18])
    except (ValueError, OverflowError):
        return None


_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def _followed(forum: Forum, person: Person | None) -> tuple[Level, int]:
    found = (
        Following.objects.filter(person=person, forum=forum, thread__isnull=True).first()
        if person is not None
        else None
    )
    return (Level(found.level), found.read_through) if found is not None else (Level.REPLIES, 0)


def unread_threads(person: Person, forums: Iterable[Forum]) -> int:
    """How many threads of these forums have something new; not counted beyond ``ENOUGH``. Two queries."""
    reached = {forum.pk: 0 for forum in forums}
    quiet: set[int] = set()
    for following in Following.objects.filter(person=person, forum__in=reached, thread__isnull=True):
        reached[following.forum_id] = following.read_through
        if following.level == Level.NOTHING:
            quiet.add(following.forum_id)
    wanted = Q()
    for forum_id, through in reached.items():
        if forum_id not in quiet:
            wanted |= Q(forum=forum_id, last_post_id__gt=through)
    if not wanted:
        return 0
    own = Reading.objects.filter(person=person, thread=OuterRef("pk")).values("read_through")[:1]
    silenced = Following.objects.filter(person=person, thread__isnull=False, level=Level.NOTHING)
    return (
        Thread.objects.filter(wanted, hidden_at__isnull=True)
        .exclude(pk__in=silenced.values("thread"))
        .annotate(reached=Coalesce(Subquery(own), Value(0)))
        .filter(last_post_id__gt=F("reached"))[:ENOUGH]
        .count()
    )


def unanswered(forum: Forum, *, older_than: timedelta | datetime) -> QuerySet[Thread]:
    """Threads that wait for a first answer, the longest first: begun before the moment, or so long ago."""
    moment = clock.now() - older_than if isinstance(older_than, timedelta) else older_than
    return Thread.objects.filter(
        forum=forum,
        wants_answer=True,
        first_answer_at__isnull=True,
        hidden_at__isnull=True,
        closed_at__isnull=True,
        started_at__lt=moment,
        post_count__gt=0,
    ).order_by("started_at", "pk")
