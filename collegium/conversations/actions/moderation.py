"""Reports, measures and appeals. Whatever is done to somebody has a reason that they are told, and a way to answer."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collegium.activity.actions import record
from collegium.activity.verbs import Told, verb
from collegium.conversations import rules
from collegium.conversations.actions.counting import locked, recount
from collegium.conversations.models import Forum, Measure, Post, Report, Thread
from collegium.foundation import clock
from collegium.foundation.refusal import Refusal
from collegium.people.models import CircleMember, Person

LONGEST_MUTE = timedelta(days=366)
WORDS_MOST = 4000

# Whoever reported and whoever decided is not named to the person concerned: the page says what was done, and why.
REPORTED = verb(
    "post.reported",
    history=gettext_lazy("A post in “%(title)s” was reported"),
    tells={
        "moderator": Told(gettext_lazy("%(actor)s reports a post in “%(title)s”"), "conversations:moderate")
    },
)
REPORT_SETTLED = verb(
    "post.report_settled",
    history=gettext_lazy("%(actor)s looked at what was reported in “%(title)s”, and let it stand"),
    tells={
        "reporter": Told(
            gettext_lazy(
                "A moderator of %(forum)s has looked at the post that you reported in “%(title)s”, and let it stand"
            ),
            "conversations:report",
            by_email=False,
        )
    },
)
MEASURE_TAKEN = verb(
    "measure.taken",
    history=gettext_lazy("%(actor)s took a measure in %(forum)s"),
    tells={
        "concerned": Told(
            gettext_lazy(
                "A moderator of %(forum)s has done something that concerns you. Read what and why, and how to appeal"
            ),
            "conversations:measure",
        ),
    },
)
REPORT_ACTED_ON = verb(
    "post.report_acted_on",
    history=gettext_lazy("%(actor)s acted on what was reported in “%(title)s”"),
    tells={
        "reporter": Told(
            gettext_lazy("Thank you: a moderator of %(forum)s has acted on what you reported in “%(title)s”"),
            "conversations:report",
            by_email=False,
        )
    },
)
MEASURE_LIFTED = verb(
    "measure.lifted",
    history=gettext_lazy("%(actor)s took a measure in %(forum)s back"),
    tells={
        "concerned": Told(
            gettext_lazy("A moderator of %(forum)s has taken back what they had done"),
            "conversations:measure",
        )
    },
)
MEASURE_APPEALED = verb(
    "measure.appealed",
    history=gettext_lazy("%(actor)s appealed in %(forum)s"),
    tells={
        "moderator": Told(
            gettext_lazy("%(actor)s appeals against a measure in %(forum)s"), "conversations:measure"
        )
    },
)
MEASURE_ANSWERED = verb(
    "measure.answered",
    history=gettext_lazy("%(actor)s answered an appeal in %(forum)s"),
    tells={"concerned": Told(gettext_lazy("Your appeal in %(forum)s is answered"), "conversations:measure")},
)


@transaction.atomic
def report(*, post: Post, by: Person, reason: str, words: str = "") -> Report:
    """Tell the moderators. A second report by the same person before it is settled says it anew."""
    if not rules.may_report(by, post):
        raise Refusal(_("This post is not there for you to report: it is your own, or has been taken away."))
    if reason not in Report.Reason.values:
        raise Refusal(_("Choose what is wrong with it."), code="reason")
    words = _kept(words)
    if reason == Report.Reason.OTHER and not words:
        raise Refusal(_("Say in a sentence what is wrong with it."), code="words")
    made, is_new = Report.objects.select_for_update().get_or_create(
        post=post, by=by, defaults={"reason": reason, "words": words, "made_at": clock.now()}
    )
    if not is_new:
        if made.settled_at is not None:
            raise Refusal(
                _("You have reported this post before, and a moderator has decided."), code="settled"
            )
        made.reason, made.words = reason, words
        made.save(update_fields=["reason", "words"])
        return made
    thread = post.thread
    record(
        REPORTED,
        by=by,
        about=post,
        # Nobody is told of a report against themselves.
        concerns=[
            (moderator, "moderator")
            for moderator in rules.moderators_of(thread.forum)
            if moderator.pk != post.author_id
        ],
        data={"title": thread.title, "forum": thread.forum.title},
    )
    return made


@transaction.atomic
def let_stand(*, post: Post, by: Person) -> int:
    """A moderator has looked at the reports, and nothing needs doing. Gives how many were open. Safe to repeat."""
    thread = locked(post.thread)
    if not rules.may_moderate(by, thread):
        raise Refusal(_("Only a moderator can do that."))
    if post.author_id == by.pk:
        raise Refusal(_("Another moderator decides about what you wrote yourself."))
    reporters = _settle(post, by, None)
    if reporters:
        record(
            REPORT_SETTLED,
            by=by,
            about=post,
            concerns=[(reporter, "reporter") for reporter in reporters],
            data={"title": thread.title, "forum": thread.forum.title},
        )
    return len(reporters)


@transaction.atomic
def take_measure(*, kind: str, post: Post, by: Person, reason: str, until: datetime | None = None) -> Measure:
    """Hide the post, or warn, mute or remove its author. In force from the next request on, and told with its reason."""
    thread = locked(post.thread)
    post = Post.objects.select_for_update(of=("self",)).select_related("author").get(pk=post.pk)
    post.thread = thread
    if not rules.may_take_measure(by, post):
        raise Refusal(_("Only a moderator can do that, and nobody about what they wrote themselves."))
    reason = _kept(reason)
    if not reason:
        raise Refusal(_("Say why: the person is told, and can answer."), code="reason")
    person = post.author
    if person is None:
        raise Refusal(_("Nobody stands behind this post any more: take it away instead."), code="kind")
    if kind == Measure.Kind.HIDE and not rules.is_standing(post):
        raise Refusal(_("This post is hidden or taken away already."), code="kind")
    until = _end_of(kind, person, thread.forum, until)
    measure = Measure.objects.create(
        forum=thread.forum,
        kind=kind,
        person=person,
        post=post,
        reason=reason,
        by=by,
        at=clock.now(),
        until=until,
    )
    if kind == Measure.Kind.HIDE:
        _hide(post, thread)
    elif kind == Measure.Kind.REMOVE:
        _remove(thread.forum, person, by, reason)
    reporters = _settle(post, by, measure)
    record(
        MEASURE_TAKEN,
        by=by,
        about=measure,
        concerns=[(person, "concerned")],
        data=_facts(measure),
    )
    if reporters:
        record(
            REPORT_ACTED_ON,
            by=by,
            about=post,
            concerns=[(reporter, "reporter") for reporter in reporters],
            data={"title": thread.title, "forum": thread.forum.title},
        )
    return measure


@transaction.atomic
def act_on_member(
    *, kind: str, forum: Forum, person: Person, by: Person, reason: str, until: datetime | None = None
) -> Measure:
    """Warn, mute or remove a member for what no single post shows. Told with its reason, and open to an appeal, all the same."""
    forum = Forum.objects.select_for_update().get(pk=forum.pk)
    if not rules.may_act_on_members(by, forum):
        raise Refusal(_("Only a moderator can do that."))
    if person.pk == by.pk:
        raise Refusal(_("Another moderator decides about you."), code="person")
    reason = _kept(reason)
    if not reason:
        raise Refusal(_("Say why: the person is told, and can answer."), code="reason")
    if kind == Measure.Kind.HIDE:
        raise Refusal(_("Hiding is for a post: decide about it where it stands."), code="kind")
    if kind == Measure.Kind.WARN and not rules.MEMBER.held_by(person, forum):
        raise Refusal(_("%(name)s is not a member any more.") % {"name": person.name}, code="kind")
    until = _end_of(kind, person, forum, until)
    measure = Measure.objects.create(
        forum=forum, kind=kind, person=person, reason=reason, by=by, at=clock.now(), until=until
    )
    if kind == Measure.Kind.REMOVE:
        _remove(forum, person, by, reason)
    record(MEASURE_TAKEN, by=by, about=measure, concerns=[(person, "concerned")], data=_facts(measure))
    return measure


@transaction.atomic
def lift(*, measure: Measure, by: Person) -> Measure:
    """Show the post again, or end what was asked, before its time. Whoever was removed can join again. Safe to repeat."""
    measure = _held(measure)
    if measure.lifted_at is not None:
        return measure
    if not rules.may_lift(by, measure):
        raise Refusal(_("Only another moderator can take it back."))
    _lift(measure)
    record(
        MEASURE_LIFTED,
        by=by,
        about=measure,
        concerns=[(measure.person, "concerned")],
        data=_facts(measure),
    )
    return measure


@transaction.atomic
def appeal(*, measure: Measure, by: Person, words: str) -> Measure:
    """The person's own side of it, once. It goes to moderators other than the one who decided, where there are any."""
    measure = _held(measure)
    if measure.appealed_at is not None and measure.person_id == by.pk:
        raise Refusal(_("You have appealed already: once is what everybody has."), code="twice")
    if not rules.may_appeal(by, measure):
        raise Refusal(
            _("Against this there is no appeal: it concerns somebody else, or has been taken back.")
        )
    words = _kept(words)
    if not words:
        raise Refusal(_("Say in your own words why it should be decided otherwise."), code="words")
    measure.appeal, measure.appealed_at = words, clock.now()
    measure.save(update_fields=["appeal", "appealed_at"])
    judges = list(rules.other_moderators(measure)) or ([measure.by] if measure.by is not None else [])
    record(
        MEASURE_APPEALED,
        by=by,
        about=measure,
        concerns=[(judge, "moderator") for judge in judges],
        data=_facts(measure),
    )
    return measure


@transaction.atomic
def answer_appeal(*, measure: Measure, by: Person, answer: str, lifts: bool) -> Measure:
    """Decide on the appeal, with an answer in words: the measure stands, or is taken back."""
    measure = _held(measure)
    if measure.answered_at is not None:
        raise Refusal(_("Another moderator has answered it already."), code="answered")
    if not rules.may_answer_appeal(by, measure):
        raise Refusal(_("Another moderator than the one who decided answers an appeal."))
    answer = _kept(answer)
    if not answer:
        raise Refusal(_("Say why, whichever way you decide."), code="answer")
    measure.answer, measure.answered_at, measure.answered_by = answer, clock.now(), by
    measure.save(update_fields=["answer", "answered_at", "answered_by"])
    if lifts and measure.lifted_at is None:
        _lift(measure)
    record(
        MEASURE_ANSWERED,
        by=by,
        about=measure,
        concerns=[(measure.person, "concerned")],
        data=_facts(measure),
    )
    return measure


@transaction.atomic
def forget_words(*, person: Person) -> None:
    """For an erasure: that something was reported or done stays, for moderators to count; what was said goes."""
    Report.objects.filter(by=person).update(words="")
    Measure.objects.filter(person=person).update(reason="", appeal="", answer="")


def _held(measure: Measure) -> Measure:
    """The measure as it is now; whoever else decides about it waits."""
    return (
        Measure.objects.select_for_update(of=("self",))
        .select_related("forum", "person", "by", "post")
        .get(pk=measure.pk)
    )


def _kept(words: str) -> str:
    return words.replace("\0", "").strip()[:WORDS_MOST]


def _facts(measure: Measure) -> dict[str, Any]:
    return {
        "forum": measure.forum.title,
        "kind": measure.kind,
        "post": measure.post_id,
        "thread": measure.post.thread_id if measure.post is not None else None,
    }


def _end_of(kind: str, person: Person, forum: Forum, until: datetime | None) -> datetime | None:
    """The end that this kind has, or a Refusal where it cannot be done."""
    if kind in {Measure.Kind.MUTE, Measure.Kind.REMOVE}:
        if rules.MODERATOR.held_by(person, forum):
            raise Refusal(
                _("%(name)s moderates here too. Whoever named them can release them first.")
                % {"name": person.name},
                code="kind",
            )
        if not rules.MEMBER.held_by(person, forum):
            raise Refusal(_("%(name)s is not a member any more.") % {"name": person.name}, code="kind")
    if kind == Measure.Kind.MUTE:
        if until is None or not clock.now() < until <= clock.now() + LONGEST_MUTE:
            raise Refusal(_("Say until when: a day to come, within a year."), code="until")
        return until
    if kind not in Measure.Kind.values:
        raise Refusal(_("Choose what is to be done."), code="kind")
    return None


def _hide(post: Post, thread: Thread) -> None:
    """With a thread that holds nothing else, its title goes too."""
    post.hidden_at = post.changed_at = clock.now()
    post.save(update_fields=["hidden_at", "changed_at"])
    if thread.answer_id == post.pk:
        thread.answer = None
        thread.save(update_fields=["answer"])
    if not thread.posts.standing().exists():
        thread.hidden_at = post.hidden_at
        thread.save(update_fields=["hidden_at"])
    recount(thread)


def _lift(measure: Measure) -> None:
    measure.lifted_at = clock.now()
    measure.save(update_fields=["lifted_at"])
    post = measure.post
    if measure.kind != Measure.Kind.HIDE or post is None or post.hidden_at is None:
        return
    thread = locked(post.thread)
    post.hidden_at, post.changed_at = None, clock.now()
    post.save(update_fields=["hidden_at", "changed_at"])
    if thread.hidden_at is not None:
        thread.hidden_at = None
        thread.save(update_fields=["hidden_at"])
    recount(thread)


def _remove(forum: Forum, person: Person, by: Person, reason: str) -> None:
    """The room that keeps the members ends the membership; where none answers, the circle at least is left now."""
    if not any(remover(forum, person, by, reason) for remover in rules.REMOVERS):
        CircleMember.objects.filter(circle=forum.members_id, person=person).delete()


def _settle(post: Post, by: Person, measure: Measure | None) -> list[Person]:
    """The open reports of the post are answered by this; gives who made them."""
    reports = list(
        Report.objects.filter(post=post, settled_at__isnull=True)
        .select_related("by")
        .select_for_update(of=("self",))
    )
    Report.objects.filter(pk__in=[report.pk for report in reports]).update(
        settled_at=clock.now(), settled_by=by, measure=measure
    )
    return [report.by for report in reports if report.by_id != post.author_id]
