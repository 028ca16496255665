"""A forum with its circles; threads and posts by way of the actions, which is how they come about."""

from itertools import count
from typing import Any

from collegium.conversations import actions
from collegium.conversations.models import Forum, Post, Thread
from collegium.people.models import Audience, Person
from tests.factories import make_circle

_numbers = count(1)


def make_forum(
    *members: Person, moderators: tuple[Person, ...] = (), audience: str = Audience.CIRCLE, **fields: Any
) -> Forum:
    number = next(_numbers)
    return Forum.objects.create(
        **{
            "title": f"Forum {number}",
            "path": f"/communities/forum-{number}/",
            "audience": audience,
            "members": make_circle(*members, name=f"Members {number}"),
            "moderators": make_circle(*moderators, name=f"Moderators {number}"),
            **fields,
        }
    )


def make_thread(forum: Forum, by: Person | None = None, **fields: Any) -> Thread:
    """Begun by ``by``, who is to be a member; by the machine if nobody is named."""
    return actions.start_thread(
        forum=forum,
        by=by,
        **{"title": f"Thread {next(_numbers)}", "html": "<p>What do you think?</p>", **fields},
    )


def make_post(thread: Thread, by: Person | None = None, **fields: Any) -> Post:
    return actions.post(thread=thread, by=by, **{"html": f"<p>Words {next(_numbers)}.</p>", **fields})


def make_many_posts(thread: Thread, number: int, *authors: Person) -> list[Post]:
    """Rows alone, for long threads; the thread's counts are kept in step."""
    made = Post.objects.bulk_create(
        Post(thread=thread, author=authors[each % len(authors)], html=f"<p>Post {each}.</p>")
        for each in range(number)
    )
    actions.recount(thread)
    return made
