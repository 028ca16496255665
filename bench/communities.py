"""Communities, conversations, a course and events, as large as is wanted: each size brings 1,000 posts and 100 people.

Everybody belongs to the commons, which has half of all posts, and takes part in one course; each group of a hundred has a
community of its own besides. So at size 1,000 the measured person stands in a forum with half a million posts, a community
and a course of a hundred thousand, and a week's thread of fifty-four thousand posts.
"""

import random
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Model

from bench.copying import multiply, newest, settle
from bench.world import COUNTRIES, in_bulk, signed_in
from collegium.activity.models import Activity, Concern
from collegium.communities.models import Community, Membership, RepertoireItem
from collegium.conversations.models import Following, Forum, Level, Post, Reaction, Reading, Thread
from collegium.conversations.queries.search import POSTS as WORDS_OF_POSTS
from collegium.courses import surveys
from collegium.courses.models import (
    Appreciation,
    Course,
    Enrolment,
    Iteration,
    Mapping,
    PlannedWeek,
    Project,
    Week,
)
from collegium.ecology.models import Ecology
from collegium.events import actions as events
from collegium.events.models import Answer, Event, Occurrence
from collegium.foundation import clock
from collegium.foundation.models import Job
from collegium.notifications.models import Notification
from collegium.people.models import Account, Audience, Circle, CircleMember, Person
from collegium.people.words import WORDS as WORDS_OF_PEOPLE
from collegium.schemes import actions as schemes

PEOPLE = 100
THREADS_EACH = 10  # in the commons, and as many in the community of each group
IN_THE_FIRST = 50  # of each forum: the thread that is opened is one full page
POSTS_A_THREAD = 47  # all others; with those in the week's thread 1,000
IN_THE_WEEK = 54  # so that its last page is full at every size
FOLLOWERS = 10  # of a hundred people in each community: who hears of each post
WEEKS = 7
THIS_WEEK = 4
DAYS = 60  # over which it was all written
SYLLABLES = "ba co di fe gu la mi no pe ra sti tor va wen li mar so tu na qui".split()  # noqa: SIM905  # as in world
RARE = "zeitgeber"


class Language:
    """Words as common and as rare as those of a language: the n-th is chosen one n-th as often as the first."""

    def __init__(self, chance: random.Random, words: int = 3000) -> None:
        self.chance = chance
        known = {
            "".join(chance.choices(SYLLABLES, k=chance.choice([1, 2, 2, 3, 4]))) for _ in range(words * 2)
        }
        self.words = ["feedback", "accessibility", *sorted(known)[:words]]
        self.weights = [1 / place for place in range(10, len(self.words) + 10)]

    def sentence(self, words: int) -> str:
        return " ".join(self.chance.choices(self.words, self.weights, k=words)).capitalize()

    def post(self) -> str:
        length = self.chance.choice([1, 1, 1, 2, 2, 4])
        return "".join(f"<p>{self.sentence(self.chance.randrange(8, 24))}.</p>" for _ in range(length))


# What a group has, in the order in which it is copied, and what must differ.
GROUP: dict[type[Model], dict[str, str]] = {
    Account: {"email": "{column} || '.' || copies.n"},
    Person: {"name": "{column} || '-' || copies.n"},
    Circle: {},
    CircleMember: {},
    Forum: {},
    Ecology: {},
    Community: {"slug": "{column} || '-' || copies.n", "code": "{column} || '-' || copies.n"},
    Membership: {},
    Thread: {},
    Post: {},
    Reaction: {},
    Reading: {},
    Following: {},
    RepertoireItem: {},
    Activity: {},
    Concern: {},
    Notification: {},
    Event: {"uid": "{uuid}"},
    Event.circles.through: {},
    Event.communities.through: {},
    Occurrence: {"code": "{column} || '-' || copies.n"},
    Answer: {},
    Enrolment: {},
    PlannedWeek: {},
    Project: {},
    Appreciation: {},
}


def build(size: int) -> dict[str, str]:
    """Fills the database; returns the addresses and the session that the measuring needs."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=OFF")  # this connection only: nobody minds if a bench is lost
            cursor.execute("PRAGMA cache_size=-400000")
    language = Language(random.Random(7))  # noqa: S311  # the same world each time
    host = _people(language, ["Host"])[0]
    commons = _community(language, "Commons", host)
    course = _course(language, host)
    _meeting(language, "Open hour", host, commons, times=12)
    shared = newest(GROUP)
    people = _people(language, [f"{language.sentence(1)} {language.sentence(1)} {n}" for n in range(PEOPLE)])
    own = _community(language, "Group", people[0])
    _meeting(language, "Reading circle", people[0], own, times=3)
    for community in (commons, own):
        _join(community, people[1:] if community == own else people)
    threads = [*_threads(language, commons.forum, people), *_threads(language, own.forum, people)]
    _take_part(language, course, people)
    _log(language, threads, people)
    Job.objects.all().delete()  # nobody is to be told of this world
    for _done in WORDS_OF_POSTS.rebuild():
        pass
    group = newest(GROUP)
    multiply(GROUP, size, shared=shared)
    _multiply_words(size, group, shared, own.forum_id)
    _count_anew(size, commons, course)
    for _done in WORDS_OF_PEOPLE.rebuild():
        pass
    settle()
    return _one_who_is_measured(language, people[40], commons, own, course)


def _people(language: Language, names: list[str]) -> list[Person]:
    since = clock.now() - timedelta(days=300)
    first = Account.objects.count()
    accounts = in_bulk(
        Account,
        [Account(email=f"p{first + n}@bench.example", password="!") for n in range(len(names))],  # noqa: S106  # no password
    )
    return in_bulk(
        Person,
        [
            Person(account=account, name=name, country=language.chance.choice(COUNTRIES), joined_at=since)
            for account, name in zip(accounts, names, strict=True)
        ],
    )


def _ecology(forum: Forum) -> Ecology:
    return Ecology.objects.create(
        title=forum.title,
        path=forum.path,
        audience=forum.audience,
        members=forum.members,
        editors=forum.moderators,
        forum=forum,
    )


def _community(language: Language, title: str, convener: Person) -> Community:
    slug = title.lower()
    circle, leaders = (Circle.objects.create(name=title) for _ in range(2))
    forum = Forum.objects.create(
        title=title,
        path=f"/communities/{slug}/",
        members=circle,
        moderators=leaders,
        audience=Audience.CIRCLE,
    )
    community = Community.objects.create(
        title=title,
        slug=slug,
        code=slug,
        domain=language.sentence(30),
        people=language.sentence(20),
        practice=language.sentence(20),
        circle=circle,
        facilitators=leaders,
        forum=forum,
        ecology=_ecology(forum),
        first_steps=[language.sentence(6) for _ in range(3)],
        made_by=convener,
        member_count=1,
    )
    Membership.objects.create(community=community, person=convener, role=Membership.Role.CONVENER)
    CircleMember.objects.create(circle=circle, person=convener)
    CircleMember.objects.create(circle=leaders, person=convener)
    in_bulk(
        RepertoireItem,
        [
            RepertoireItem(
                community=community, title=language.sentence(4), url="https://example.org/", position=n
            )
            for n in range(6)
        ],
    )
    return community


def _join(community: Community, people: list[Person]) -> None:
    since = clock.now() - timedelta(days=200)
    in_bulk(Membership, [Membership(community=community, person=each, joined_at=since) for each in people])
    in_bulk(
        CircleMember, [CircleMember(circle=community.circle, person=each, since=since) for each in people]
    )
    in_bulk(
        Following,
        [
            Following(
                person=each,
                forum=community.forum,
                level=Level.EVERYTHING if number < FOLLOWERS else Level.REPLIES,
            )
            for number, each in enumerate(people[-PEOPLE + 1 :])
        ],
    )
    community.member_count += len(people)
    community.save(update_fields=["member_count"])


def _threads(language: Language, forum: Forum, people: list[Person]) -> list[Thread]:
    chance, now = language.chance, clock.now()
    threads = in_bulk(
        Thread,
        [
            Thread(
                forum=forum,
                title=language.sentence(6),
                started_by=chance.choice(people),
                started_at=now - timedelta(days=DAYS, minutes=n),
            )
            for n in range(THREADS_EACH)
        ],
    )
    for number, thread in enumerate(threads):
        _posts(language, thread, people, POSTS_A_THREAD if number else IN_THE_FIRST)
    return threads


def _posts(language: Language, thread: Thread, people: list[Person], number: int) -> None:
    chance, now = language.chance, clock.now()
    times = sorted(now - timedelta(minutes=chance.randrange(3000, DAYS * 1440)) for _ in range(number))
    posts: list[Post] = in_bulk(
        Post,
        [
            Post(thread=thread, author=chance.choice(people), html=language.post(), posted_at=at)
            for at in times
        ],
    )
    for post in chance.sample(posts, min(12, number)):
        earlier = [each for each in posts if each.pk < post.pk]
        if earlier:
            post.reply_to = chance.choice(earlier)
            post.save(update_fields=["reply_to"])
    in_bulk(
        Reaction,
        [
            Reaction(post=post, person=person, kind="thanks")
            for post in posts[::3]
            for person in chance.sample(people, 2)
        ],
    )
    in_bulk(
        Reading,
        [
            Reading(person=person, thread=thread, read_through=chance.choice(posts).pk)
            for person in chance.sample(people, 20)
        ],
    )
    thread.post_count = len(posts)
    thread.last_post, thread.last_posted_at = posts[-1], posts[-1].posted_at
    thread.first_answer_at = posts[1].posted_at
    thread.save()


def _meeting(language: Language, title: str, host: Person, community: Community, *, times: int) -> Event:
    return events.plan(
        by=host,
        title=title,
        starts_at=clock.now() + timedelta(days=2),
        minutes=60,
        time_zone="Europe/London",
        audience=Audience.CIRCLE,
        communities=[community],
        repeats=Event.Repeats.WEEKLY,
        times=times,
        agenda=f"<p>{language.sentence(30)}</p>",
        meeting_url="https://meet.example.org/open",
    )


# The course -----------------------------------------------------------------------------------------------------------


def _course(language: Language, host: Person) -> Iteration:
    pathway = schemes.load_file(settings.SCHEMES_DIRECTORY / "cmalt.yaml").pathways.get(key="cmalt")
    circle, leaders = (Circle.objects.create(name="Course") for _ in range(2))
    forum = Forum.objects.create(
        title="Course", path="/learn/course/", members=circle, moderators=leaders, audience=Audience.CIRCLE
    )
    begins = clock.today() - timedelta(days=7 * (THIS_WEEK - 1) + 1)
    iteration = Iteration.objects.create(
        course=Course.objects.create(title="Course", slug="the-course", summary=language.sentence(20)),
        title="Course",
        slug="course",
        state=Iteration.State.RUNNING,
        starts_on=begins,
        time_zone="Europe/London",
        audience=Audience.CIRCLE,
        pathway=pathway,
        circle=circle,
        facilitators=leaders,
        forum=forum,
        ecology=_ecology(forum),
        rubric=[{"key": each.key, "question": each.question} for each in surveys.aspects()],
    )
    Enrolment.objects.create(iteration=iteration, person=host, role=Enrolment.Role.FACILITATOR)
    CircleMember.objects.create(circle=circle, person=host)
    CircleMember.objects.create(circle=leaders, person=host)
    nodes = list(pathway.scheme_version.framework.nodes.filter(assessed=True)[:WEEKS])
    meeting = events.plan(
        by=host,
        title="Webinar",
        starts_at=clock.now() + timedelta(days=1),
        minutes=60,
        time_zone="Europe/London",
        audience=Audience.CIRCLE,
        circles=[circle, leaders],
        meeting_url="https://meet.example.org/course",
    ).occurrences.get()
    for number in range(1, WEEKS + 1):
        _week(language, iteration, number, meeting if number == THIS_WEEK else None)
        Mapping.objects.create(week=iteration.weeks.get(number=number), node=nodes[number - 1], strength=2)
    return iteration


def _week(language: Language, iteration: Iteration, number: int, meeting: Occurrence | None) -> None:
    starts_on = iteration.starts_on + timedelta(days=7 * (number - 1))
    has_begun = number <= THIS_WEEK
    moment = clock.now() - timedelta(days=7 * (THIS_WEEK - number) + 1)
    week = Week.objects.create(
        iteration=iteration,
        number=number,
        title=language.sentence(4),
        starts_on=starts_on,
        summary=language.sentence(20),
        trigger_title=language.sentence(5),
        trigger_html=f"<p>{language.sentence(60)}</p>",
        trigger_at=moment,
        announced_at=moment if has_begun else None,
        triggered_at=moment if has_begun else None,
        activity_html=f"<p>{language.sentence(60)}</p>",
        prompts=[language.sentence(12) for _ in range(4)],
        meeting=meeting,
    )
    if has_begun:
        week.thread = Thread.objects.create(
            forum=iteration.forum,
            title=week.trigger_title,
            started_at=moment,
            last_posted_at=moment,
            about_kind="courses.week",
            about_id=str(week.pk),
            pinned_at=moment if number == THIS_WEEK else None,
            wants_answer=False,
            post_count=1,
        )
        week.trigger_post = Post.objects.create(
            thread=week.thread, author=None, html=week.trigger_html, via=Post.Via.MACHINE, posted_at=moment
        )
        Thread.objects.filter(pk=week.thread.pk).update(last_post=week.trigger_post)
        week.save()


def _take_part(language: Language, iteration: Iteration, people: list[Person]) -> None:
    chance = language.chance
    enrolments = in_bulk(Enrolment, [Enrolment(iteration=iteration, person=each) for each in people])
    in_bulk(CircleMember, [CircleMember(circle=iteration.circle, person=each) for each in people])
    week = iteration.weeks.get(number=THIS_WEEK)
    assert week.thread is not None  # it has begun
    now = clock.now()
    in_bulk(
        Post,
        [
            Post(
                thread=week.thread,
                author=chance.choice(people),
                html=language.post(),
                posted_at=now - timedelta(minutes=IN_THE_WEEK - n),
            )
            for n in range(IN_THE_WEEK)
        ],
    )
    in_bulk(
        PlannedWeek,
        [PlannedWeek(enrolment=each, week=week, state=PlannedWeek.State.TO_DO) for each in enrolments],
    )
    projects = in_bulk(
        Project,
        [
            Project(
                iteration=iteration,
                week=week,
                person=each,
                title=language.sentence(4),
                description=language.sentence(40),
                url="https://example.org/",
            )
            for each in people[:10]
        ],
    )
    marks = {each["key"]: 3 for each in iteration.rubric}
    in_bulk(
        Appreciation,
        [
            Appreciation(project=project, person=people[20 + n], marks=marks, words=language.sentence(10))
            for n, project in enumerate(projects)
        ],
    )
    meetings = [
        week.meeting_id,
        *Occurrence.objects.filter(event__title="Open hour").values_list("pk", flat=True)[:2],
    ]
    in_bulk(
        Answer,
        [
            Answer(occurrence_id=meeting, person=each, coming=Answer.Coming.YES)
            for meeting in meetings
            for each in people[:30]
        ],
    )


def _log(language: Language, threads: list[Thread], people: list[Person]) -> None:
    """Each fifth post in the log, and told to two people."""
    now = clock.now()
    posts = list(Post.objects.filter(thread__in=threads).select_related("thread__forum").order_by("pk"))[::5]
    made = in_bulk(
        Activity,
        [
            Activity(
                verb="post.made",
                actor_id=post.author_id,
                about_kind="conversations.post",
                about_id=str(post.pk),
                at=post.posted_at,
                handed_over_at=now,
                data={
                    "title": post.thread.title,
                    "forum": post.thread.forum.title,
                    "excerpt": language.sentence(12),
                    "thread": post.thread_id,
                    "forum_id": post.thread.forum_id,
                },
            )
            for post in posts
        ],
    )
    told = [(activity, person) for activity in made for person in language.chance.sample(people, 2)]
    in_bulk(
        Concern, [Concern(activity=activity, person=person, role="mentioned") for activity, person in told]
    )
    in_bulk(
        Notification,
        [
            Notification(activity=activity, person=person, role="mentioned", read_at=now if n % 10 else None)
            for n, (activity, person) in enumerate(told)
        ],
    )


# Many -----------------------------------------------------------------------------------------------------------------


def _multiply_words(
    size: int, group: dict[type[Model], int], shared: dict[type[Model], int], own_forum: int
) -> None:
    """The index of words, copied as the posts were. Copy after copy: SQLite writes it well only if keys ascend."""
    name = WORDS_OF_POSTS.name
    is_sqlite = connection.vendor == "sqlite"
    columns = "title, body, stems" if is_sqlite else "title, body, words"
    own = f"'in{own_forum}'" if is_sqlite else str(own_forum)
    new = f"'in' || ({own_forum} + %s)" if is_sqlite else f"{own_forum} + %s"
    # PostgreSQL has the scope among the words too.
    copied = f"ts_delete(words, '@{own_forum}') || quote_literal('@' || ({own_forum} + %s))::tsvector"
    copied = "stems" if is_sqlite else f"CASE WHEN scope = {own} THEN {copied} ELSE words END"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMPORARY TABLE pattern AS SELECT rowid AS of_row, scope, {columns} FROM {name}"  # noqa: S608  # its own name
            f" WHERE rowid > {shared[Post]} ORDER BY rowid"
        )
        for copy in range(1, size):
            cursor.execute(
                f"INSERT INTO {name} (rowid, scope, {columns})"  # noqa: S608  # as above
                f" SELECT of_row + %s, CASE WHEN scope = {own} THEN {new} ELSE scope END, title, body, {copied}"
                " FROM pattern ORDER BY of_row",
                [copy * group[Post], *[copy * group[Forum]] * (1 if is_sqlite else 2)],
            )
        cursor.execute("DROP TABLE pattern")


def _count_anew(size: int, commons: Community, course: Iteration) -> None:
    """What joining and posting would have kept in step where the copies share a row."""
    Community.objects.filter(pk=commons.pk).update(member_count=1 + PEOPLE * size)
    for thread in Thread.objects.filter(forum=course.forum):
        posts = thread.posts.order_by("-pk")
        newest_post = posts[0]
        Thread.objects.filter(pk=thread.pk).update(
            post_count=posts.count(), last_post=newest_post, last_posted_at=newest_post.posted_at
        )


def _one_who_is_measured(
    language: Language, person: Person, commons: Community, own: Community, course: Iteration
) -> dict[str, str]:
    """A member of all three who is there often; somebody who said something that nobody else says."""
    thread = commons.forum.threads.order_by("pk")[0]
    other = own.forum.threads.order_by("pk")[0]
    lone = Post.objects.filter(thread=thread).order_by("pk")[7]
    Post.objects.filter(pk=lone.pk).update(html=f"<p>{language.sentence(12)} {RARE}.</p>")
    lone.refresh_from_db()
    WORDS_OF_POSTS.put(*[entry for entry in WORDS_OF_POSTS.rows(lone.pk - 1)[0] if entry.key == lone.pk])  # type: ignore[misc]  # it has rows
    in_week = course.weeks.get(number=THIS_WEEK)
    assert in_week.thread is not None  # it has begun
    return {
        "session": signed_in(person),
        "thread": thread.get_absolute_url(),
        "other_thread": other.get_absolute_url(),
        "long_thread": in_week.thread.get_absolute_url(),
        "community": commons.get_absolute_url(),
        "threads": f"/conversations/forums/{commons.forum_id}/",
        "week": in_week.get_absolute_url(),
        "feed": f"/calendar/{events.feed_token(person=person)}.ics",
        "rare": RARE,
        "followers": str(Following.objects.filter(forum=commons.forum, level=Level.EVERYTHING).count()),
        "few_followers": str(Following.objects.filter(forum=own.forum, level=Level.EVERYTHING).count()),
    }
