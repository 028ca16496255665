"""Taking part: enrolling, one's own plan and goals, surveys, consent to research; and what is reached on the way."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collegium.activity.actions import record
from collegium.activity.verbs import Told, verb
from collegium.communities import actions as communities
from collegium.courses import moments, rules, surveys
from collegium.courses.models import (
    Address,
    Consent,
    Enrolment,
    Goal,
    Iteration,
    PlannedWeek,
    SurveyAnswers,
    Week,
)
from collegium.courses.queries import progress
from collegium.foundation import clock
from collegium.foundation.refusal import Refusal
from collegium.people.models import CircleMember, Person

Role = Enrolment.Role

MADE = verb(
    "enrolment.made",
    history=gettext_lazy("%(actor)s enrolled."),
    tells={
        "taken_in": Told(gettext_lazy("%(actor)s took you into %(title)s."), "courses:iteration_of_enrolment")
    },
)
ADDRESSED = verb("enrolment.addressed", history=gettext_lazy("%(actor)s said where they publish."))
LEFT = verb(
    "enrolment.left",
    history=gettext_lazy("%(person)s left."),
    tells={
        "let_go": Told(
            gettext_lazy("You don’t take part in %(title)s any more."), "courses:iteration_of_enrolment"
        )
    },
)
# The letter is that of the badge which comes of either: one joy, one letter.
TOOK_PART = verb("enrolment.took_part", history=gettext_lazy("%(person)s has taken part in %(title)s."))
COMPLETED = verb(
    "enrolment.completed",
    history=gettext_lazy("%(person)s has completed %(title)s."),
    tells={
        "participant": Told(
            gettext_lazy("You have completed %(title)s. Well done."),
            "courses:iteration_of_enrolment",
            by_email=False,
        )
    },
)

MOST_GOALS = 12
MOST_ADDRESSES = 10
DAYS_IN_A_WEEK = 7


@transaction.atomic
def enrol(
    *,
    iteration: Iteration,
    person: Person,
    role: str = Role.PARTICIPANT,
    by: Person | None = None,
    addresses: Iterable[Mapping[str, Any] | str] = (),
    hashtag_names: Iterable[str] = (),
    goals: Iterable[str] = (),
) -> Enrolment:
    """Join the iteration's circle, and the community of its course. Who left earlier takes up where they were.

    By oneself through an open door; a facilitator (``by``) takes people into a closed iteration, and gives the other roles.
    ``addresses``: of a blog, profile or channel, as text or as {"kind", "url", "in_public"}. Safe to repeat.
    """
    by = by or person
    _require_way_in(iteration, person, role, by)
    enrolment, is_new = Enrolment.objects.get_or_create(
        iteration=iteration, person=person, defaults={"role": role, "enrolled_at": clock.now()}
    )
    is_back = enrolment.left_at is not None
    if is_back:
        enrolment.left_at = None
        enrolment.role = role
    elif role != Role.PARTICIPANT:
        enrolment.role = role
    enrolment.save(update_fields=["left_at", "role"])
    CircleMember.objects.get_or_create(circle_id=iteration.circle_id, person=person)
    if enrolment.role in {Role.MENTOR, Role.FACILITATOR}:
        CircleMember.objects.get_or_create(circle_id=iteration.facilitators_id, person=person)
    if iteration.course.community is not None:
        communities.join(community=iteration.course.community, person=person, way="course")
    for goal in goals:
        if goal.strip():
            add_goal(enrolment=enrolment, by=person, words=goal)
    if addresses or hashtag_names:
        set_addresses(enrolment=enrolment, by=person, addresses=addresses, hashtag_names=hashtag_names)
    if is_new or is_back:
        record(
            MADE,
            by=by,
            about=enrolment,
            concerns=[(person, "taken_in")],
            data={"title": iteration.title, "person": person.name},
        )
    return enrolment


def _require_way_in(iteration: Iteration, person: Person, role: str, by: Person) -> None:
    if by.pk != person.pk or role != Role.PARTICIPANT:
        if not rules.may_take_in(by, iteration):
            raise Refusal(_("Only those who facilitate it can take people in."), code="not_yours")
    elif not rules.may_enrol(person, iteration) and not _is_in(iteration, person):
        raise Refusal(_why_not(iteration), code="closed")


@transaction.atomic
def leave(*, enrolment: Enrolment, by: Person) -> Enrolment:
    """Out of the circles on the next request. What one wrote and made stays where others answered it; the way back is open.

    A facilitator can let somebody go. The last facilitator first names another.
    """
    iteration = enrolment.iteration
    if not (rules.may_leave(by, enrolment) or rules.may_take_in(by, iteration)):
        raise Refusal(_("Only they themselves, or who facilitates it, can do that."), code="not_yours")
    if enrolment.left_at is not None:
        return enrolment
    runs = CircleMember.objects.filter(circle=iteration.facilitators_id)
    if runs.filter(person=enrolment.person_id).exists() and runs.count() == 1:
        raise Refusal(
            _("%(title)s would be left without anybody who runs it. Name another facilitator first.")
            % {"title": iteration.title},
            code="last",
        )
    _part(enrolment)
    record(
        LEFT,
        by=by,
        about=enrolment,
        concerns=[(enrolment.person, "let_go")],
        data={"title": iteration.title, "person": enrolment.person.name},
    )
    return enrolment


def part_with_everything(person: Person) -> None:
    """For an erasure: nobody is kept from going."""
    for enrolment in Enrolment.objects.filter(person=person).select_related("iteration"):
        _part(enrolment)


def _part(enrolment: Enrolment) -> None:
    iteration = enrolment.iteration
    enrolment.left_at = enrolment.left_at or clock.now()
    enrolment.guides = False
    enrolment.save(update_fields=["left_at", "guides"])
    CircleMember.objects.filter(
        circle__in=[iteration.circle_id, iteration.facilitators_id], person=enrolment.person_id
    ).delete()


@transaction.atomic
def set_role(*, enrolment: Enrolment, by: Person, role: str) -> Enrolment:
    """Facilitators and mentors are in the circle that runs it; the last one stays in it."""
    iteration = enrolment.iteration
    if not rules.may_take_in(by, iteration):
        raise Refusal(_("Only those who facilitate it can do that."), code="not_yours")
    role = Role(role)
    runs = CircleMember.objects.filter(circle=iteration.facilitators_id)
    if role == Role.PARTICIPANT:
        if runs.filter(person=enrolment.person_id).exists() and runs.count() == 1:
            raise Refusal(
                _("%(title)s would be left without anybody who runs it. Name another facilitator first.")
                % {"title": iteration.title},
                code="last",
            )
        runs.filter(person=enrolment.person_id).delete()
    else:
        CircleMember.objects.get_or_create(circle_id=iteration.facilitators_id, person_id=enrolment.person_id)
    enrolment.role = role
    enrolment.save(update_fields=["role"])
    return enrolment


# What one says of oneself ---------------------------------------------------------------------------------------------


@transaction.atomic
def set_addresses(
    *,
    enrolment: Enrolment,
    by: Person,
    addresses: Iterable[Mapping[str, Any] | str],
    hashtag_names: Iterable[str] = (),
) -> Enrolment:
    """In the place of those that were there."""
    _own(by, enrolment)
    wanted: dict[str, Address] = {}
    for given in addresses:
        each = {"url": given} if isinstance(given, str) else dict(given)
        url = str(each["url"]).strip()
        if not url:
            continue
        if not url.lower().startswith(("https://", "http://")) or any(sign.isspace() for sign in url):
            raise Refusal(
                _("“%(url)s” is not an address: it begins with https://.") % {"url": url[:80]},
                code="addresses",
            )
        kind = each.get("kind") or _guessed_kind(url)
        wanted[url] = Address(
            enrolment=enrolment,
            kind=Address.Kind(kind),
            url=url[:2000],
            in_public=bool(each.get("in_public", True)),
        )
    if len(wanted) > MOST_ADDRESSES:
        raise Refusal(_("Ten addresses are enough for one person."), code="addresses")
    enrolment.addresses.all().delete()
    Address.objects.bulk_create(wanted.values())
    names = [name.strip().lstrip("@#")[:100] for name in hashtag_names]
    enrolment.hashtag_names = list(dict.fromkeys(name for name in names if name))[:MOST_ADDRESSES]
    enrolment.save(update_fields=["hashtag_names"])
    if any(each.in_public for each in wanted.values()):
        record(ADDRESSED, by=by, about=enrolment, data={"title": enrolment.iteration.title})
    return enrolment


def _guessed_kind(url: str) -> str:
    host = url.split("/", 3)[2].lower()
    if any(word in host for word in ("youtube", "vimeo", "peertube", "soundcloud", "twitch")):
        return Address.Kind.CHANNEL
    if any(word in host for word in ("orcid", "researchgate", "linkedin", "mastodon", "bsky", "scholar.")):
        return Address.Kind.PROFILE
    return Address.Kind.BLOG


@transaction.atomic
def add_goal(*, enrolment: Enrolment, by: Person, words: str, shown: bool = False) -> Goal:
    _own(by, enrolment)
    words = words.strip()
    if not words:
        raise Refusal(_("Say in a few words what you want from it."), code="words")
    if enrolment.goals.count() >= MOST_GOALS:
        raise Refusal(_("Twelve goals are enough. Which one matters least?"), code="words")
    return Goal.objects.create(enrolment=enrolment, words=words[:300], shown=shown)


@transaction.atomic
def reach_goal(*, goal: Goal, by: Person, reached: bool = True) -> Goal:
    _own(by, goal.enrolment)
    goal.reached_at = (goal.reached_at or clock.now()) if reached else None
    goal.save(update_fields=["reached_at"])
    return goal


@transaction.atomic
def show_goal(*, goal: Goal, by: Person, shown: bool) -> Goal:
    _own(by, goal.enrolment)
    goal.shown = shown
    goal.save(update_fields=["shown"])
    return goal


@transaction.atomic
def remove_goal(*, goal: Goal, by: Person) -> None:
    _own(by, goal.enrolment)
    goal.delete()


@transaction.atomic
def answer_survey(
    *, enrolment: Enrolment, by: Person, survey: str, answers: Mapping[str, Any]
) -> SurveyAnswers:
    """The questions are kept as they were asked. Answering again takes the place of what was there."""
    _own(by, enrolment, even_after=True)
    iteration = enrolment.iteration
    asked = iteration.entry_survey if survey == SurveyAnswers.Survey.ENTRY else iteration.exit_survey
    questions = surveys.read(asked)
    if not questions:
        raise Refusal(_("Nothing is asked here."), code="nothing")
    fitting = surveys.fitting(questions, answers)
    if left := surveys.missing(questions, fitting):
        raise Refusal(
            _("One question is asked of everybody who answers: “%(question)s”") % {"question": left[0].words},
            code="missing",
        )
    kept, _is_new = SurveyAnswers.objects.update_or_create(
        enrolment=enrolment,
        survey=SurveyAnswers.Survey(survey),
        defaults={
            "questions": [each.as_data() for each in questions],
            "answers": fitting,
            "given_at": clock.now(),
        },
    )
    return kept


@transaction.atomic
def consent(*, enrolment: Enrolment, by: Person) -> Consent:
    """To research, with the information as it stands now. A thing apart: nothing in the course depends on it. Safe to repeat."""
    _own(by, enrolment)
    sheet = enrolment.iteration.information_sheet.strip()
    if not sheet:
        raise Refusal(_("No research is done here, so there is nothing to consent to."), code="nothing")
    in_force = enrolment.consents.filter(withdrawn_at__isnull=True).first()
    return in_force or Consent.objects.create(enrolment=enrolment, sheet=sheet, given_at=clock.now())


@transaction.atomic
def withdraw_consent(*, enrolment: Enrolment, by: Person) -> None:
    """At any time, also after the end and after leaving, without a reason. From the next reading on the answers are out."""
    _own(by, enrolment, even_after=True)
    enrolment.consents.filter(withdrawn_at__isnull=True).update(withdrawn_at=clock.now())


@transaction.atomic
def offer_guidance(*, enrolment: Enrolment, by: Person, offers: bool = True) -> Enrolment:
    """Veterans only: whoever took part in an earlier iteration of the course helps newcomers find their way."""
    _own(by, enrolment)
    if offers and not progress.was_here_before(enrolment):
        raise Refusal(
            _("Guides have taken part in an earlier iteration. Next time it can be you."), code="newcomer"
        )
    enrolment.guides = offers
    enrolment.save(update_fields=["guides"])
    return enrolment


# One's own plan -------------------------------------------------------------------------------------------------------


@transaction.atomic
def plan_week(
    *,
    enrolment: Enrolment,
    week: Week,
    by: Person,
    due_on: date | None = None,
    state: str = PlannedWeek.State.TO_DO,
    note: str = "",
) -> PlannedWeek:
    """One's own day for a week (None: with everybody), whether it is done or left out, and a note that nobody else sees."""
    _own(by, enrolment)
    if week.iteration_id != enrolment.iteration_id:
        raise Refusal(_("That week belongs to another iteration."), code="week")
    planned, _is_new = PlannedWeek.objects.update_or_create(
        enrolment=enrolment,
        week=week,
        defaults={
            "due_on": due_on,
            "state": PlannedWeek.State(state),
            "note": note.strip(),
            "changed_at": clock.now(),
        },
    )
    if planned.state == PlannedWeek.State.DONE:
        note_progress(enrolment)
    return planned


@transaction.atomic
def catch_up(*, enrolment: Enrolment, by: Person, days_per_week: int = 4) -> list[PlannedWeek]:
    """A plan from today: a day of one's own for each week that has begun and to which one has not contributed, one after another.

    It runs beside the course until it meets it: a week whose last day comes later than one's own would stays with
    everybody. Weeks that are done or left out stay as they are. Again, later, is a new plan from that day.
    """
    _own(by, enrolment)
    if not 1 <= days_per_week <= DAYS_IN_A_WEEK * 4:
        raise Refusal(_("Take between one day and four weeks for each."), code="days_per_week")
    zone = enrolment.iteration.time_zone
    today = moments.today_in(zone)
    found = progress.progress(enrolment)
    due = today
    made = []
    for line in found.weeks:
        if line.is_contributed or line.is_left_out:
            continue
        due += timedelta(days=days_per_week)
        last_day = line.week.starts_on + timedelta(days=DAYS_IN_A_WEEK - 1)
        own_day: date | None = due
        if last_day >= due:  # one has met the course: from here on with everybody
            own_day, due = None, last_day
        if own_day is not None or (line.planned is not None and line.planned.due_on is not None):
            note = line.planned.note if line.planned else ""
            made.append(plan_week(enrolment=enrolment, week=line.week, by=by, due_on=own_day, note=note))
    return made


@transaction.atomic
def with_everybody(*, enrolment: Enrolment, by: Person) -> None:
    """Give up one's own days; what is done stays done."""
    _own(by, enrolment)
    enrolment.plan.update(due_on=None, changed_at=clock.now())


@transaction.atomic
def note_progress(enrolment: Enrolment) -> Enrolment:
    """Record what the iteration's own thresholds call having taken part, and having completed it: each once, whatever repeats."""
    if enrolment.took_part_at is not None and enrolment.completed_at is not None:
        return enrolment
    found = progress.progress(enrolment)
    for reached, field, verb_ in (
        (found.has_taken_part, "took_part_at", TOOK_PART),
        (found.has_completed, "completed_at", COMPLETED),
    ):
        if not reached or getattr(enrolment, field) is not None:
            continue
        # Whoever sets it records it: of two at the same moment, one.
        if Enrolment.objects.filter(pk=enrolment.pk, **{f"{field}__isnull": True}).update(
            **{field: clock.now()}
        ):
            record(
                verb_,
                by=None,
                about=enrolment,
                concerns=[(enrolment.person, role) for role in verb_.tells],
                data={
                    "title": enrolment.iteration.title,
                    "person": enrolment.person.name,
                    "weeks": found.contributed,
                },
            )
    enrolment.refresh_from_db(fields=["took_part_at", "completed_at"])
    return enrolment


def _own(by: Person, enrolment: Enrolment, *, even_after: bool = False) -> None:
    if not (rules.may_plan(by, enrolment) or (even_after and enrolment.person_id == by.pk)):
        raise Refusal(_("That is theirs alone to do."), code="not_yours")


def _is_in(iteration: Iteration, person: Person) -> bool:
    return CircleMember.objects.filter(circle=iteration.circle_id, person=person).exists()


def _why_not(iteration: Iteration) -> str:
    if iteration.state == Iteration.State.DRAFTED or not rules.is_open_to_all(iteration):
        return _("One is taken in here by those who run it.")
    if iteration.state == Iteration.State.CANCELLED:
        return _("It does not take place.")
    if iteration.state in rules.UNDER_WAY:
        return _("Enrolment closed on its last day. There may be a next iteration.")
    return _("It is over. There may be a next iteration.")
