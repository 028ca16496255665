"""What is contributed elsewhere counts towards having taken part: a post, a project, being at a session."""

from django.db.models import Q

from collegium.activity.models import Activity
from collegium.activity.outbox import on
from collegium.conversations.models import Post
from collegium.courses import letters, tasks
from collegium.courses.actions import groups
from collegium.courses.actions.enrolments import note_progress
from collegium.courses.models import Course, Enrolment, GroupInvitation, Iteration, Project
from collegium.events.models import Attendance


@on("post.made")
def note_post(activity: Activity) -> None:
    post = Post.objects.filter(pk=activity.about_id, author__isnull=False).first()
    if post is not None:
        _note(Q(iteration__weeks__thread=post.thread_id, person=post.author_id))


@on("project.submitted")
def note_project(activity: Activity) -> None:
    project = Project.objects.filter(pk=activity.about_id).first()
    if project is not None:
        _note(Q(iteration=project.iteration_id, person=project.person_id))


@on("event.attended")
def note_attendance(activity: Activity) -> None:
    """About the occurrence, whoever was noted: all who were there and have not got there yet are looked at."""
    if activity.about_kind == "events.attendance":
        there = Attendance.objects.filter(pk=activity.about_id)
    else:
        there = Attendance.objects.filter(occurrence=int(activity.about_id))
    for occurrence, person in there.values_list("occurrence", "person"):
        _note(Q(iteration__weeks__meeting=occurrence, person=person))


@on("enrolment.addressed")
def gather_from_addresses(activity: Activity) -> None:
    tasks.follow_addresses.later(int(activity.about_id))


# Writing groups -------------------------------------------------------------------------------------------------------


@on("enrolment.made")
@on("enrolment.left")
def pair_anew(activity: Activity) -> None:
    """Who reads whom at the meetings ahead, whichever way somebody came in or went."""
    enrolment = (
        Enrolment.objects.filter(pk=activity.about_id, iteration__course__shape=Course.Shape.GROUP)
        .select_related("iteration")
        .first()
    )
    if enrolment is not None:
        groups.pair(iteration=enrolment.iteration)


@on("group.invited")
def write_to_address(activity: Activity) -> None:
    """Who is here is told as of everything else; who is not gets a letter."""
    if GroupInvitation.objects.open().filter(pk=activity.about_id).exclude(email="").exists():
        letters.send_group_invitation.later(int(activity.about_id))


@on("iteration.ended")
def keep_report(activity: Activity) -> None:
    iteration = Iteration.objects.filter(pk=activity.about_id, course__shape=Course.Shape.GROUP).first()
    if iteration is not None:
        groups.freeze_report(iteration=iteration)


def _note(which: Q) -> None:
    for enrolment in (
        Enrolment.objects.filter(which, left_at__isnull=True)
        .exclude(took_part_at__isnull=False, completed_at__isnull=False)
        .select_related("iteration", "person")
        .distinct()
    ):
        note_progress(enrolment)
