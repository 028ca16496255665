"""Who may do what in a course. ``thing`` is an Iteration, or a row that has an ``iteration`` or an ``enrolment``."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from collegium.courses.models import Appreciation, Enrolment, Iteration, Project
from collegium.courses.moments import today_in
from collegium.foundation.rulebook import Role, rule
from collegium.people.models import Audience, CircleMember, Person
from collegium.people.rules import ANYONE_SIGNED_IN

State = Iteration.State

UNDER_WAY = frozenset({State.OPEN, State.RUNNING})
# People go on after the last week, until it is put into the archive.
ALIVE = frozenset({State.OPEN, State.RUNNING, State.ENDED})
CHANGEABLE = frozenset({State.DRAFTED, State.OPEN, State.RUNNING})


def iteration_of(thing: Any) -> Iteration | None:
    if isinstance(thing, Iteration):
        return thing
    found = getattr(thing, "iteration", None)
    if found is None and (enrolment := getattr(thing, "enrolment", None)) is not None:
        found = enrolment.iteration
    if found is None and (project := getattr(thing, "project", None)) is not None:
        found = project.iteration
    return found if isinstance(found, Iteration) else None


def _takes_part(person: Person, thing: Any) -> bool:
    iteration = iteration_of(thing)
    return (
        iteration is not None
        and CircleMember.objects.filter(circle=iteration.circle_id, person=person).exists()
    )


def _facilitates(person: Person, thing: Any) -> bool:
    iteration = iteration_of(thing)
    return (
        iteration is not None
        and CircleMember.objects.filter(circle=iteration.facilitators_id, person=person).exists()
    )


def _owns(person: Person, thing: Any) -> bool:
    owner = getattr(getattr(thing, "enrolment", thing), "person_id", None)
    return owner == person.pk


PARTICIPANT = Role(
    key="course_participant",
    title=_("Participant in a course"),
    description=_("Enrolled in an iteration of a course, or a member of a writing group."),
    held_by=_takes_part,
)
FACILITATOR = Role(
    key="course_facilitator",
    title=_("Facilitator of a course"),
    description=_("Plans and runs an iteration; mentors of a writing group are among them."),
    held_by=_facilitates,
)
ONESELF = Role(
    key="enrolled_person",
    title=_("Whose enrolment it is"),
    description=_("The person whose plan, goals, answers or project it is."),
    held_by=_owns,
)


@rule(ANYONE_SIGNED_IN, says=_("plan a course, and facilitate its iterations"))
def may_create_course(person: Person, thing: object) -> bool:  # noqa: ARG001  # the role settles it
    return True


@rule(FACILITATOR, says=_("change an iteration, its weeks and its people, and log design decisions"))
def may_run(person: Person, thing: Any) -> bool:  # noqa: ARG001  # the role settles it
    return True


@rule(FACILITATOR, says=_("see how participation goes over the weeks, in numbers"))
def may_see_participation(person: Person, thing: Any) -> bool:  # noqa: ARG001  # the role settles it
    return True


@rule(FACILITATOR, says=_("read survey answers of those who consented to research, without their names"))
def may_read_answers(person: Person, thing: Any) -> bool:  # noqa: ARG001  # the role settles it
    return True


@rule(ANYONE_SIGNED_IN, says=_("enrol in an open iteration while its enrolment lasts"))
def may_enrol(person: Person, iteration: Iteration) -> bool:  # noqa: ARG001  # the door is open to each alike
    return is_open_to_all(iteration) and is_enrolling(iteration)


@rule(FACILITATOR, says=_("take somebody into a closed iteration, or let them go"))
def may_take_in(person: Person, iteration: Iteration) -> bool:  # noqa: ARG001  # the role settles it
    return iteration.state in CHANGEABLE


@rule(PARTICIPANT, FACILITATOR, says=_("see who takes part, and what they show of their goals and addresses"))
def may_see_people(person: Person, thing: Any) -> bool:  # noqa: ARG001  # the role settles it
    return True


@rule(
    ONESELF,
    says=_("make their own plan, set goals, answer surveys, and give or withdraw consent to research"),
)
def may_plan(person: Person, enrolment: Enrolment) -> bool:  # noqa: ARG001  # the role settles it
    return enrolment.left_at is None


@rule(ONESELF, says=_("leave an iteration"))
def may_leave(person: Person, enrolment: Enrolment) -> bool:  # noqa: ARG001  # the role settles it
    return enrolment.left_at is None


@rule(PARTICIPANT, FACILITATOR, says=_("submit to the project bank"))
def may_submit(person: Person, iteration: Iteration) -> bool:  # noqa: ARG001  # the role settles it
    return iteration.state in ALIVE


@rule(ONESELF, says=_("change what they submitted to the project bank"))
def may_edit_project(person: Person, project: Project) -> bool:  # noqa: ARG001  # the role settles it
    return project.removed_at is None


@rule(ONESELF, FACILITATOR, says=_("take a project out of the bank"))
def may_remove_project(person: Person, project: Project) -> bool:  # noqa: ARG001  # the role settles it
    return project.removed_at is None


@rule(PARTICIPANT, FACILITATOR, says=_("appreciate and discuss other people’s projects"))
def may_appreciate(person: Person, project: Project) -> bool:
    return project.person_id != person.pk and project.removed_at is None and project.iteration.state in ALIVE


@rule(PARTICIPANT, FACILITATOR, says=_("discuss a project"))
def may_discuss(person: Person, project: Project) -> bool:  # noqa: ARG001  # the role settles it
    return project.removed_at is None and project.iteration.state in ALIVE


@rule(ONESELF, says=_("take back what they said of a project"))
def may_take_back(person: Person, appreciation: Appreciation) -> bool:  # noqa: ARG001  # the role settles it
    return True


def is_open_to_all(iteration: Iteration) -> bool:
    return iteration.audience in {Audience.PUBLIC, Audience.SIGNED_IN}


def is_enrolling(iteration: Iteration) -> bool:
    """Late-comers are welcome while it runs, unless a last day was set."""
    return iteration.state in UNDER_WAY and (
        iteration.enrol_until is None or today_in(iteration.time_zone) <= iteration.enrol_until
    )
