"""What people say in the forums: threads with their replies, what answered, what was reported."""

import itertools
from collections.abc import Sequence
from functools import partial
from typing import Any

from django.core.files.base import ContentFile

from collegium.communities import actions as communities
from collegium.conversations import actions as conversations
from collegium.conversations.actions import moderation
from collegium.conversations.models import Forum, Measure, Post, Thread
from collegium.courses.models import Week
from collegium.evidence.models import SourceKind
from collegium.home.world import crowd, kept, scenes, words
from collegium.home.world.years import Plain, World
from collegium.people.models import CircleMember

PAUSE = 0.35  # days between a post and the next one, where nothing else is said


class Conversation:
    """A thread while it is told: what was posted in it so far."""

    def __init__(self, world: World, told: Plain) -> None:
        self.world = world
        self.told = told
        self.thread: Thread | None = None
        self.posts: list[Post] = []

    @property
    def forum(self) -> Forum:
        where = self.told["where"]
        if where in self.world.communities:
            return self.world.communities[where].forum
        return self.world.iterations[where].forum

    def begin(self) -> None:
        by = self.world.people[self.told["by"]]
        files = [
            conversations.attach(
                by=by,
                forum=self.forum,
                upload=ContentFile(scenes.picture(each["scene"], each["name"]), name=each["name"]),
                alt_text=each["alt"],
            )
            for each in self.told.get("files", ())
        ]
        self.thread = conversations.start_thread(
            forum=self.forum,
            by=by,
            title=self.told["title"],
            html=words.post(self.told["text"]),
            wants_answer=self.told.get("wants_answer", True),
            attachments=files,
        )
        self.posts.append(self.thread.posts.get())
        self._after(self.told)

    def in_week(self) -> Thread:
        """The thread of a week is opened by the course itself."""
        week = Week.objects.select_related("thread__forum").get(
            iteration=self.world.iterations[self.told["where"]], number=self.told["of_week"]
        )
        if week.thread is None:
            raise LookupError(f"Week {week} has no thread yet.")
        return week.thread

    def reply(self, said: Plain) -> None:
        if self.thread is None:
            self.thread = self.in_week()
            self.posts.append(self.thread.posts.order_by("pk")[0])
        to = said.get("to")
        self.posts.append(
            conversations.post(
                thread=self.thread,
                by=self.world.people[said["by"]],
                html=words.post(said["text"]),
                reply_to=self.posts[to] if to is not None else None,
            )
        )
        self._after(said)

    def _after(self, said: Plain) -> None:
        post, people = self.posts[-1], self.world.people
        for kind, who in said.get("reacts", {}).items():
            for key in who if isinstance(who, list) else self._some(who):
                conversations.react(post=post, by=people[key], kind=kind)
        if said.get("answers"):
            asked_by = people[self.told["by"]] if "by" in self.told else people[said["answers"]]
            conversations.mark_answer(thread=post.thread, by=asked_by, post=post)
        if pinned_by := said.get("pinned"):
            conversations.pin(thread=post.thread, by=people[pinned_by])
        for report in said.get("reported", ()):
            moderation.report(
                post=post, by=people[report["by"]], reason=report["reason"], words=report["words"]
            )
        if shelved := said.get("kept"):
            communities.add_to_repertoire(
                community=self.world.communities[self.told["where"]],
                by=people[shelved["by"]],
                title=shelved["title"],
                why=shelved["why"],
                post=post,
            )
        if used_by := said.get("used_by"):
            kept.use(self.world, used_by, SourceKind.POST, post.pk)
        if taken_by := said.get("care"):
            communities.take_care(
                community=self.world.communities[self.told["where"]], by=people[taken_by], thread=post.thread
            )

    # What was done about the post that began it, what its author said to that, and what another moderator answered.

    def measure(self, done: Plain) -> None:
        moderation.take_measure(
            kind=done["kind"],
            post=self.posts[0],
            by=self.world.people[done["by"]],
            reason=" ".join(done["reason"].split()),
        )

    def _measure(self) -> Measure:
        found: Measure = Measure.objects.select_related("forum", "person").get(post=self.posts[0])
        return found

    def appeal(self, appealed: Plain) -> None:
        moderation.appeal(
            measure=self._measure(),
            by=self.world.people[self.told["by"]],
            words=" ".join(appealed["words"].split()),
        )

    def answer(self, answered: Plain) -> None:
        moderation.answer_appeal(
            measure=self._measure(),
            by=self.world.people[answered["by"]],
            answer=" ".join(answered["words"].split()),
            lifts=answered["lifts"],
        )

    def _some(self, count: int) -> list[str]:
        """So many of those who may: others each time."""
        forum = self.forum
        inside = set(CircleMember.objects.filter(circle=forum.members_id).values_list("person_id", flat=True))
        here = [
            each.key
            for each in crowd.participants()
            if each.key in self.world.people and self.world.people[each.key].pk in inside
        ]
        if not here:
            return []
        start = self.posts[-1].pk * 13
        return [here[(start + 7 * number) % len(here)] for number in range(min(count, len(here)))]


def plan_talk(world: World) -> None:
    for told in itertools.chain(
        words.read("talk"), words.read("talk_of_communities"), words.read("moderation")
    ):
        plan_thread(world, told)


def plan_thread(world: World, told: Plain) -> None:
    conversation = Conversation(world, told)
    at = 0.0
    if "of_week" not in told:
        at = _days_ago(world, told)
        world.at(at, told["title"], conversation.begin)
    replies: Sequence[Any] = told.get("replies", ())
    for said in replies:
        at = _days_ago(world, said) if "ago" in said or "day" in said else at - said.get("after", PAUSE)
        if at < 0:
            raise LookupError(f"{told.get('title') or told['of_week']}: {said['by']} writes in the future.")
        name = world_name(said["by"])
        world.at(
            at,
            f"{name} in {told.get('title') or 'the thread of the week'}",
            partial(conversation.reply, said),
        )

    for step, act in (
        ("measure", conversation.measure),
        ("appeal", conversation.appeal),
        ("answer", conversation.answer),
    ):
        if step in told:
            world.at(_days_ago(world, told[step]), f"{told['title']}: {step}", partial(act, told[step]))


def world_name(key: str) -> str:
    return next((each.name for each in crowd.participants() if each.key == key), key)


def _days_ago(world: World, told: Plain) -> float:
    """``ago``: days before today; ``day``: of the course, as [week, day of that week]."""
    if "ago" in told:
        return float(told["ago"])
    number, day = told["day"]
    return world.week(number, day)
