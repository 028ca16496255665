"""Courses, their iterations and weeks: planned, opened, run, moved, copied forward, cancelled."""

from collections.abc import Iterable
from datetime import date, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from collegium.activity.actions import record
from collegium.activity.verbs import Told, verb
from collegium.communities.models import Community
from collegium.conversations import actions as conversations
from collegium.courses import moments, rules, surveys
from collegium.courses.actions import ecologies
from collegium.courses.models import Course, DesignDecision, Enrolment, Iteration, Mapping, Nudge, Week
from collegium.ecology.actions import open_ecology
from collegium.events import actions as events
from collegium.events.models import Occurrence
from collegium.foundation import clock, richtext
from collegium.foundation.refusal import Refusal
from collegium.people.models import Audience, Circle, CircleMember, Person
from collegium.schemes.models import Node, Pathway

State = Iteration.State

OPENED = verb("iteration.opened", history=gettext_lazy("%(actor)s opened %(title)s for enrolment."))
STARTED = verb(
    "iteration.started",
    history=gettext_lazy("%(title)s began."),
    tells={
        "participant": Told(gettext_lazy("%(title)s begins today: %(week)s."), "courses:iteration_by_id"),
    },
)
ENDED = verb(
    "iteration.ended",
    history=gettext_lazy("%(title)s ended."),
    tells={
        "participant": Told(
            gettext_lazy("%(title)s has come to its end. What you have made stays, and so do the people."),
            "courses:iteration_by_id",
        ),
    },
)
ARCHIVED = verb("iteration.archived", history=gettext_lazy("%(actor)s put %(title)s into the archive."))
CANCELLED = verb(
    "iteration.cancelled",
    history=gettext_lazy("%(actor)s cancelled %(title)s: %(because)s"),
    tells={
        "participant": Told(
            gettext_lazy("%(title)s does not take place: %(because)s"), "courses:iteration_by_id"
        )
    },
)
COPIED = verb("iteration.copied", history=gettext_lazy("%(actor)s copied %(source)s forward to %(title)s."))
DECIDED = verb("iteration.decided", history=gettext_lazy("%(actor)s wrote down a design decision."))
MOVED = verb(
    "week.moved",
    history=gettext_lazy("%(actor)s moved “%(week)s” to %(day)s."),
    tells={
        "participant": Told(
            gettext_lazy("“%(week)s” of %(title)s now begins on %(day)s."), "courses:week_by_id"
        )
    },
)

_COURSE_FIELDS = frozenset({"title", "summary", "community"})
_ITERATION_FIELDS = frozenset(
    {
        "title",
        "about",
        "starts_on",
        "time_zone",
        "audience",
        "enrol_until",
        "hashtag",
        "pathway",
        "entry_survey",
        "exit_survey",
        "rubric",
        "information_sheet",
        "weeks_for_participation",
        "weeks_for_completion",
        "pair_rule",
        "closing_words",
    }
)
_TRIGGER_FIELDS = frozenset({"trigger_title", "trigger_html", "trigger_at"})
_WEEK_FIELDS = (
    frozenset(
        {
            "title",
            "kind",
            "starts_on",
            "summary",
            "activity_html",
            "prompts",
            "draft_node",
            "drafts_due_on",
            "meeting",
        }
    )
    | _TRIGGER_FIELDS
)


# Courses and iterations -----------------------------------------------------------------------------------------------


@transaction.atomic
def create_course(
    *,
    by: Person,
    title: str,
    summary: str,
    shape: str = Course.Shape.OPEN,
    community: Community | None = None,
    slug: str = "",
) -> Course:
    """What iterations follow each other in. ``community``: where its people stay; they join it on enrolling."""
    _allow(rules.may_create_course(by, None))
    title = _needed(title, _("A course needs a title."), "title")
    if community is not None:
        _allow(
            _looks_after(by, community), _("Only those who look after the community can hold courses in it.")
        )
    return Course.objects.create(
        title=title[:200],
        slug=_free_slug(Course, slug or slugify(title), "course"),
        shape=Course.Shape(shape),
        summary=_needed(summary, _("Say in a few sentences what it is."), "summary"),
        community=community,
        made_by=by,
        made_at=clock.now(),
    )


@transaction.atomic
def edit_course(*, course: Course, by: Person, **fields: Any) -> Course:
    """By whoever facilitates any of its iterations."""
    _known(fields, _COURSE_FIELDS)
    _allow(runs_course(by, course))
    if "title" in fields:
        fields["title"] = _needed(fields["title"], _("A course needs a title."), "title")[:200]
    if (community := fields.get("community")) is not None and community.pk != course.community_id:
        _allow(
            _looks_after(by, community), _("Only those who look after the community can hold courses in it.")
        )
    _set(course, fields)
    return course


@transaction.atomic
def draft_iteration(
    *,
    course: Course,
    by: Person,
    title: str,
    starts_on: date,
    time_zone: str = "UTC",
    audience: str = Audience.CIRCLE,
    pathway: Pathway | None = None,
    slug: str = "",
    **fields: Any,
) -> Iteration:
    """A plan that only its facilitators see; ``by`` is the first of them.

    Where nothing else is given it asks the house's own surveys and has its small rubric.
    """
    _known(fields, _ITERATION_FIELDS)
    _allow(course.made_by_id == by.pk or runs_course(by, course))
    title = _needed(title, _("An iteration needs a title."), "title")[:200]
    slug = _free_slug(Iteration, slug or slugify(title), "iteration")
    circle = Circle.objects.create(name=title)
    facilitators = Circle.objects.create(name=_("Facilitators of %(title)s") % {"title": title})
    CircleMember.objects.create(circle=facilitators, person=by)
    is_open = course.shape == Course.Shape.OPEN
    given: dict[str, Any] = {
        "entry_survey": [each.as_data() for each in surveys.entry()] if is_open else [],
        "exit_survey": [each.as_data() for each in surveys.leaving()],
        "rubric": [{"key": each.key, "question": each.question} for each in surveys.aspects()],
        **fields,
        "time_zone": time_zone,
        "audience": audience,
    }
    _fit_iteration(given)
    path = reverse("courses:iteration", kwargs={"slug": slug})
    # Nobody but the two circles reads along while it is being planned.
    forum = conversations.open_forum(
        title=title, path=path, audience=Audience.CIRCLE, members=circle, moderators=facilitators
    )
    iteration = Iteration.objects.create(
        course=course,
        title=title,
        slug=slug,
        starts_on=starts_on,
        pathway=pathway,
        circle=circle,
        facilitators=facilitators,
        forum=forum,
        ecology=open_ecology(
            title=title,
            path=path,
            audience=Audience.CIRCLE,
            members=circle,
            editors=facilitators,
            forum=forum,
            hashtag=given.get("hashtag", ""),
        ),
        made_by=by,
        made_at=clock.now(),
        **given,
    )
    CircleMember.objects.create(circle=circle, person=by)
    Enrolment.objects.create(
        iteration=iteration, person=by, role=Enrolment.Role.FACILITATOR, enrolled_at=clock.now()
    )
    return iteration


@transaction.atomic
def edit_iteration(*, iteration: Iteration, by: Person, **fields: Any) -> Iteration:
    """Another time zone keeps the hours as the clocks show them; another first day is for ``move_week`` or a plan."""
    _known(fields, _ITERATION_FIELDS)
    _allow(rules.may_run(by, iteration))
    if iteration.state in {State.ARCHIVED, State.CANCELLED}:
        raise Refusal(_("It is over, and stays as it was."), code="over")
    _fit_iteration(fields)
    if "title" in fields:
        fields["title"] = _needed(fields["title"], _("An iteration needs a title."), "title")[:200]
    if (
        iteration.state != State.DRAFTED
        and fields.get("starts_on", iteration.starts_on) != iteration.starts_on
    ):
        raise Refusal(
            _("People have planned with this day. Move the weeks instead: they are told."), code="starts_on"
        )
    if (zone := fields.get("time_zone", iteration.time_zone)) != iteration.time_zone:
        for week in iteration.weeks.filter(trigger_at__isnull=False, triggered_at__isnull=True):
            if week.trigger_at is not None:
                week.trigger_at = moments.rezoned(week.trigger_at, iteration.time_zone, zone)
                week.save(update_fields=["trigger_at"])
    if "starts_on" in fields and (days := (fields["starts_on"] - iteration.starts_on).days):
        for week in iteration.weeks.all():
            _shift(week, days, fields.get("time_zone", iteration.time_zone))
    _set(iteration, fields)
    if {"title", "audience"} & fields.keys():
        Circle.objects.filter(pk=iteration.circle_id).update(name=iteration.title)
        conversations.set_forum(
            forum=iteration.forum,
            title=iteration.title,
            audience=Audience.CIRCLE if iteration.state == State.DRAFTED else iteration.audience,
        )
    ecologies.keep_in_step(iteration)
    return iteration


@transaction.atomic
def open_iteration(*, iteration: Iteration, by: Person) -> Iteration:
    """From now on it is seen, and people enrol. It needs weeks to begin with."""
    _allow(rules.may_run(by, iteration))
    _locked(iteration, State.DRAFTED)
    if not iteration.weeks.exists():
        raise Refusal(_("Plan at least one week first: that is what people decide by."), code="weeks")
    _to(iteration, State.OPEN)
    if iteration.audience != Audience.CIRCLE:
        conversations.set_forum(forum=iteration.forum, audience=iteration.audience)
    ecologies.keep_in_step(iteration)
    record(OPENED, by=by, about=iteration, data=_title(iteration))
    return iteration


@transaction.atomic
def start(*, iteration: Iteration, by: Person | None = None) -> Iteration:
    """On its first day by itself (``by`` None). Safe to repeat."""
    if by is not None:
        _allow(rules.may_run(by, iteration))
    if _locked(iteration, State.OPEN, State.RUNNING).state == State.RUNNING:
        return iteration
    _to(iteration, State.RUNNING)
    first = iteration.weeks.first()
    record(
        STARTED,
        by=by,
        about=iteration,
        data={**_title(iteration), "week": first.title if first else ""},
    )
    return iteration


@transaction.atomic
def end(*, iteration: Iteration, by: Person | None = None) -> Iteration:
    """After its last week by itself. What goes on, goes on: the forum stays open until it is put into the archive.

    Triggering events that have not gone out stay unsent, and nobody enrols any more. Safe to repeat.
    """
    if by is not None:
        _allow(rules.may_run(by, iteration))
    if _locked(iteration, State.RUNNING, State.ENDED).state == State.ENDED:
        return iteration
    _to(iteration, State.ENDED)
    record(ENDED, by=by, about=iteration, data=_title(iteration))
    return iteration


@transaction.atomic
def archive(*, iteration: Iteration, by: Person) -> Iteration:
    """To be read, and not to be added to: the forum is closed, nudges of it end."""
    _allow(rules.may_run(by, iteration))
    _locked(iteration, State.ENDED)
    _to(iteration, State.ARCHIVED)
    conversations.close_forum(forum=iteration.forum)
    ecologies.close(iteration)
    _end_nudges(iteration)
    record(ARCHIVED, by=by, about=iteration, data=_title(iteration))
    return iteration


@transaction.atomic
def cancel(*, iteration: Iteration, by: Person, because: str) -> Iteration:
    """It does not take place, or not any further.

    Its meetings that are still ahead are cancelled, save those that a community, or a week of another living iteration, shares; its
    triggering events stay unsent and its nudges end; all who enrolled are told why. What people wrote, made and
    planned stays theirs and readable, and the forum stays open for them to talk about it. There is no way back: one
    copies it forward.
    """
    _allow(rules.may_run(by, iteration))
    because = _needed(because, _("Say why: those who enrolled are told."), "because")[:300]
    _locked(iteration, *rules.CHANGEABLE)
    was_shown = iteration.state != State.DRAFTED
    for occurrence in (
        Occurrence.objects.ahead()
        .filter(weeks__iteration=iteration, starts_at__gt=clock.now())
        .select_related("event")
        .distinct()
    ):
        if _is_ours_alone(occurrence, iteration):
            events.cancel_occurrence(occurrence=occurrence, by=by, because=because)
    iteration.cancelled_because = because
    iteration.save(update_fields=["cancelled_because"])
    _to(iteration, State.CANCELLED)
    ecologies.close(iteration)
    _end_nudges(iteration)
    if was_shown:
        record(CANCELLED, by=by, about=iteration, data={**_title(iteration), "because": because})
    return iteration


@transaction.atomic
def copy_forward(
    *, iteration: Iteration, by: Person, title: str, starts_on: date, what: str, why: str, slug: str = ""
) -> Iteration:
    """A new plan after the pattern of this one, with the first line of its log: what is to change, and why.

    Weeks keep their distances, their hours by the clocks there, texts, prompts and mapping; forum and circles are new,
    and nobody is taken along: people, threads and meetings belong to the iteration in which they met.
    """
    _allow(rules.may_run(by, iteration))
    copied = draft_iteration(
        course=iteration.course,
        by=by,
        title=title,
        starts_on=starts_on,
        slug=slug,
        time_zone=iteration.time_zone,
        audience=iteration.audience,
        pathway=iteration.pathway,
        about=iteration.about,
        hashtag=iteration.hashtag,
        entry_survey=iteration.entry_survey,
        exit_survey=iteration.exit_survey,
        rubric=iteration.rubric,
        information_sheet=iteration.information_sheet,
        weeks_for_participation=iteration.weeks_for_participation,
        weeks_for_completion=iteration.weeks_for_completion,
        pair_rule=iteration.pair_rule,
    )
    copied.copied_from = iteration
    copied.save(update_fields=["copied_from"])
    days = (starts_on - iteration.starts_on).days
    for week in iteration.weeks.prefetch_related("mappings"):
        made = Week.objects.create(
            iteration=copied,
            number=week.number,
            kind=week.kind,
            title=week.title,
            starts_on=week.starts_on + timedelta(days=days),
            summary=week.summary,
            trigger_title=week.trigger_title,
            trigger_html=week.trigger_html,
            trigger_at=moments.shifted(week.trigger_at, days, copied.time_zone) if week.trigger_at else None,
            activity_html=week.activity_html,
            prompts=week.prompts,
            draft_node_id=week.draft_node_id,
            drafts_due_on=week.drafts_due_on + timedelta(days=days) if week.drafts_due_on else None,
        )
        Mapping.objects.bulk_create(
            Mapping(week=made, node_id=each.node_id, strength=each.strength) for each in week.mappings.all()
        )
    ecologies.keep_in_step(copied)
    decide(iteration=copied, by=by, what=what, why=why)
    record(COPIED, by=by, about=copied, data={**_title(copied), "source": iteration.title})
    return copied


@transaction.atomic
def decide(*, iteration: Iteration, by: Person, what: str, why: str) -> DesignDecision:
    """A line in the log of design decisions. It is not changed afterwards: a better insight is a further line."""
    _allow(rules.may_run(by, iteration))
    decision = DesignDecision.objects.create(
        iteration=iteration,
        what=_needed(what, _("Say what you changed, or keep as it was."), "what"),
        why=_needed(why, _("Say why: what you saw that led to it."), "why"),
        by=by,
        at=clock.now(),
    )
    record(DECIDED, by=by, about=iteration, data=_title(iteration))
    return decision


# Weeks ----------------------------------------------------------------------------------------------------------------


@transaction.atomic
def set_week(
    *, iteration: Iteration, by: Person, number: int, trigger_time: time | None = None, **fields: Any
) -> Week:
    """Make the week with this number, or change what is given of it.

    A new one begins seven days after the one before. A triggering event without a moment of its own goes out at
    ``trigger_time`` by the clocks of the iteration, nine in the morning unless said, on the week's first day. Once it has gone
    out it stays as it was sent. The first day of a week that people have planned with is changed by ``move_week`` alone.
    """
    _known(fields, _WEEK_FIELDS)
    _allow(rules.may_run(by, iteration))
    if iteration.state not in rules.CHANGEABLE:
        raise Refusal(_("It is over, and its weeks stay as they were."), code="over")
    for name in ("trigger_html", "activity_html"):
        if name in fields:
            fields[name] = richtext.clean(fields[name])
    if "prompts" in fields:
        fields["prompts"] = [line.strip() for line in fields["prompts"] if line.strip()]
    if not fields.get("title", "-").strip():
        raise Refusal(_("A week needs a title."), code="title")
    week = iteration.weeks.filter(number=number).first()
    is_new = week is None
    if week is None:
        week = Week(iteration=iteration, number=number, title=str(number), starts_on=_next_start(iteration))
    elif (
        iteration.state != State.DRAFTED and fields.get("starts_on", week.starts_on) != week.starts_on
    ) or week.triggered_at is not None:
        fields = _without_what_stands(week, fields)
    for name, value in fields.items():
        setattr(week, name, value)
    if week.triggered_at is None:
        _set_moment(week, iteration, fields, trigger_time)
    _in_order(week, iteration, is_new=is_new)
    week.save()
    ecologies.keep_in_step(iteration)
    return week


def _without_what_stands(week: Week, fields: dict[str, Any]) -> dict[str, Any]:
    """Refuses what cannot be changed any more; the same value again is no change."""
    if week.triggered_at is not None and any(
        fields.get(name, getattr(week, name)) != getattr(week, name) for name in _TRIGGER_FIELDS
    ):
        raise Refusal(
            _("The triggering event has gone out. Add to it in its thread, where everybody sees it."),
            code="trigger_title",
        )
    if fields.get("starts_on", week.starts_on) != week.starts_on:
        raise Refusal(_("People have planned with this day. Move the week: they are told."), code="starts_on")
    return fields


def _set_moment(week: Week, iteration: Iteration, fields: dict[str, Any], hour: time | None) -> None:
    if not week.trigger_title:
        week.trigger_at = None
    elif hour is not None or (week.trigger_at is None and "trigger_at" not in fields):
        week.trigger_at = moments.at(week.starts_on, hour or moments.IN_THE_MORNING, iteration.time_zone)
    elif "starts_on" in fields and "trigger_at" not in fields and week.trigger_at is not None:
        local = week.trigger_at.astimezone(ZoneInfo(iteration.time_zone))
        week.trigger_at = moments.at(week.starts_on, local.time(), iteration.time_zone)


@transaction.atomic
def map_week(*, week: Week, by: Person, node: Node, strength: int = Mapping.Strength.PRIMARILY) -> Mapping:
    """What the week's activity speaks for. Again with another strength: that one holds."""
    _allow(rules.may_run(by, week))
    if strength not in Mapping.Strength.values:
        raise Refusal(_("There is no such strength."), code="strength")
    mapping, _is_new = Mapping.objects.update_or_create(week=week, node=node, defaults={"strength": strength})
    return mapping


@transaction.atomic
def unmap_week(*, week: Week, by: Person, node: Node) -> None:
    _allow(rules.may_run(by, week))
    Mapping.objects.filter(week=week, node=node).delete()


@transaction.atomic
def remove_week(*, week: Week, by: Person) -> None:
    """Out of a plan that nobody else has seen. The weeks after it move up in number; their days stay."""
    _allow(rules.may_run(by, week))
    if week.iteration.state != State.DRAFTED:
        raise Refusal(_("People have planned with this week. It can be moved, and what it asks can change."))
    iteration, number, ecology = week.iteration, week.number, week.ecology
    week.delete()
    if ecology is not None:
        ecology.delete()
    for later in iteration.weeks.filter(number__gt=number).order_by("number"):
        later.number -= 1
        later.save(update_fields=["number"])
    ecologies.keep_in_step(iteration)


@transaction.atomic
def move_week(*, week: Week, by: Person, starts_on: date, and_following: bool = False) -> Week:
    """To another first day. Its triggering event, its day for drafts and its meeting follow by as many days, at the same hour by
    the clocks there; so do those of the weeks after it with ``and_following``.

    Refused once its triggering event has gone out, and where it would pass the week before or after it. Dates that people set for
    themselves stay theirs. All who take part are told; the event is announced anew if its announcement had gone out and it is again more than two
    days ahead. A meeting shared with a community or another iteration stays where it is: it is not this week's alone.
    """
    _allow(rules.may_run(by, week))
    iteration = week.iteration
    if iteration.state not in rules.CHANGEABLE:
        raise Refusal(_("It is over, and its weeks stay as they were."), code="over")
    week = Week.objects.select_for_update().get(pk=week.pk)
    week.iteration = iteration
    if week.triggered_at is not None or (week.thread_id is not None):
        raise Refusal(_("This week has begun; it does not move any more."), code="begun")
    days = (starts_on - week.starts_on).days
    if not days:
        return week
    moving = [week]
    if and_following:
        moving += list(iteration.weeks.filter(number__gt=week.number, triggered_at__isnull=True))
    for each in moving:
        each.iteration = iteration
        _shift(each, days, iteration.time_zone, by=by)
    week = moving[0]
    if not and_following:
        _in_order(week, iteration, is_new=False)
    else:
        before = iteration.weeks.filter(number__lt=week.number, starts_on__gte=week.starts_on)
        if before.exists():
            _refuse_order()
    ecologies.keep_in_step(iteration)
    if iteration.state != State.DRAFTED:
        record(
            MOVED,
            by=by,
            about=week,
            data={**_title(iteration), "week": week.title, "day": week.starts_on.isoformat()},
        )
    return week


@transaction.atomic
def plan_meeting(
    *,
    week: Week,
    by: Person,
    day: date,
    hour: time,
    minutes: int = 60,
    title: str = "",
    meeting_url: str = "",
    agenda: str = "",
) -> Occurrence:
    """The week's live session, for all who take part: their calendars get it. ``hour`` by the clocks of the iteration."""
    _allow(rules.may_run(by, week))
    iteration = week.iteration
    event = events.plan(
        by=by,
        title=title or f"{iteration.title}: {week.title}"[:200],
        starts_at=moments.at(day, hour, iteration.time_zone),
        minutes=minutes,
        time_zone=iteration.time_zone,
        audience=Audience.CIRCLE,
        circles=[iteration.circle, iteration.facilitators],
        agenda=agenda,
        meeting_url=meeting_url,
    )
    return share_meeting(week=week, by=by, occurrence=event.occurrences.get())


@transaction.atomic
def share_meeting(*, week: Week, by: Person, occurrence: Occurrence | None) -> Occurrence:
    """Take a session that is planned already; one may serve the weeks of several courses."""
    _allow(rules.may_run(by, week))
    week.meeting = occurrence
    week.save(update_fields=["meeting"])
    return occurrence  # type: ignore[return-value]  # as it was given


# Beneath --------------------------------------------------------------------------------------------------------------


def runs_course(person: Person, course: Course) -> bool:
    return (
        course.made_by_id == person.pk
        or CircleMember.objects.filter(person=person, circle__facilitated_iteration__course=course).exists()
    )


def ends_on(iteration: Iteration) -> date:
    """The last day: the seventh of the week that begins last."""
    last = iteration.weeks.aggregate(last=Max("starts_on"))["last"] or iteration.starts_on
    return last + timedelta(days=6)


def _looks_after(person: Person, community: Community) -> bool:
    return CircleMember.objects.filter(circle=community.facilitators_id, person=person).exists()


def _shift(week: Week, days: int, time_zone: str, *, by: Person | None = None) -> None:
    week.starts_on += timedelta(days=days)
    if week.drafts_due_on:
        week.drafts_due_on += timedelta(days=days)
    if week.trigger_at is not None and week.triggered_at is None:
        week.trigger_at = moments.shifted(week.trigger_at, days, time_zone)
        if week.trigger_at - moments.ANNOUNCED_AHEAD > clock.now():
            week.announced_at = None
    week.save(update_fields=["starts_on", "drafts_due_on", "trigger_at", "announced_at"])
    meeting = week.meeting
    if (
        by is not None
        and meeting is not None
        and meeting.cancelled_at is None
        and meeting.starts_at > clock.now()
        and _is_ours_alone(meeting, week.iteration)
    ):
        events.move_occurrence(
            occurrence=meeting, by=by, starts_at=moments.shifted(meeting.starts_at, days, time_zone)
        )


def _is_ours_alone(meeting: Occurrence, iteration: Iteration) -> bool:
    """Planned for this iteration, and no week of another one that goes on meets there."""
    shared = (
        Week.objects.filter(meeting=meeting)
        .exclude(iteration=iteration)
        .exclude(iteration__state__in=[State.CANCELLED, State.ARCHIVED])
    )
    return (
        meeting.event.circles.filter(pk=iteration.circle_id).exists()
        and not meeting.event.communities.exists()
        and not shared.exists()
    )


def _next_start(iteration: Iteration) -> date:
    last = iteration.weeks.order_by("-starts_on").first()
    return last.starts_on + timedelta(days=7) if last else iteration.starts_on


def _in_order(week: Week, iteration: Iteration, *, is_new: bool) -> None:
    others = iteration.weeks.all() if is_new else iteration.weeks.exclude(pk=week.pk)
    if (
        others.filter(number__lt=week.number, starts_on__gte=week.starts_on).exists()
        or others.filter(number__gt=week.number, starts_on__lte=week.starts_on).exists()
    ):
        _refuse_order()
    if week.starts_on < iteration.starts_on:
        raise Refusal(_("A week can’t begin before the iteration does."), code="starts_on")


def _refuse_order() -> None:
    raise Refusal(_("Weeks keep their order: this day lies before or beyond another week."), code="starts_on")


def _fit_iteration(fields: dict[str, Any]) -> None:
    if "time_zone" in fields and not moments.is_zone(fields["time_zone"]):
        raise Refusal(_("There is no such time zone."), code="time_zone")
    if fields.get("audience") == Audience.PRIVATE or fields.get("audience", "circle") not in Audience.values:
        raise Refusal(_("Say who can see it."), code="audience")
    for name in ("about", "closing_words"):
        if name in fields:
            fields[name] = richtext.clean(fields[name])
    if "hashtag" in fields:
        fields["hashtag"] = fields["hashtag"].strip().lstrip("#")
        if any(sign.isspace() or not (sign.isalnum() or sign == "_") for sign in fields["hashtag"]):
            raise Refusal(_("A hashtag is one word of letters and digits."), code="hashtag")


def _locked(iteration: Iteration, *states: str) -> Iteration:
    """The row as it is now, kept from others until the end; refused in any other state."""
    now = Iteration.objects.select_for_update().get(pk=iteration.pk)
    iteration.state = now.state
    if now.state not in states:
        raise Refusal(
            _("That can’t be done now: %(title)s is “%(state)s”.")
            % {"title": iteration.title, "state": now.get_state_display()},
            code="state",
        )
    return iteration


def _to(iteration: Iteration, state: str) -> None:
    iteration.state = state
    iteration.save(update_fields=["state"])


def _end_nudges(iteration: Iteration) -> None:
    Nudge.objects.filter(iteration=iteration, ended_at__isnull=True).update(
        ended_at=clock.now(), next_on=None
    )


def _title(iteration: Iteration) -> dict[str, str]:
    return {"title": iteration.title}


def _set(row: Course | Iteration, fields: dict[str, Any]) -> None:
    for name, value in fields.items():
        setattr(row, name, value)
    if fields:
        row.save(update_fields=list(fields))


def _known(fields: Iterable[str], known: frozenset[str]) -> None:
    if unknown := set(fields) - known:
        raise TypeError(f"There is no {', '.join(sorted(unknown))}.")


def _needed(words: str, otherwise: str, code: str) -> str:
    words = words.strip()
    if not words:
        raise Refusal(otherwise, code=code)
    return words


def _allow(allowed: bool, because: str = "") -> None:  # noqa: FBT001  # reads as a sentence where it is called
    if not allowed:
        raise Refusal(because or _("Only those who facilitate it can do that."), code="not_yours")


def _free_slug(model: type[Course | Iteration], wanted: str, otherwise: str) -> str:
    base = wanted[:70].strip("-") or otherwise
    taken = set(model.objects.filter(slug__startswith=base).values_list("slug", flat=True)) | RESERVED
    return next(
        slug
        for number in range(1, len(taken) + 3)
        if (slug := base if number == 1 else f"{base}-{number}") not in taken
    )


# Words that stand in addresses below /learn/ themselves.
RESERVED = frozenset(
    {
        "new",
        "weeks",
        "iterations",
        "enrolments",
        "projects",
        "courses",
        "groups",
        "nudges",
        "plan",
        "pictures",
    }
)


def weeks_in_words(count: int) -> str:
    return ngettext("%(count)s week", "%(count)s weeks", count) % {"count": count}
