"""What a course tells the map of its ecology: its project bank."""

from collections.abc import Iterator

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from collegium.courses.models import Course, Iteration, Project
from collegium.ecology.flows import Look, Place, Stage, Stream, tells


@tells(order=30)
def of_courses(look: Look) -> Iterator[Place | Stream]:
    """One query: whose ecology it is."""
    iteration = (
        Iteration.objects.visible_to(look.reader)
        .filter(
            Q(ecology=look.ecology.pk) | Q(weeks__ecology=look.ecology.pk), course__shape=Course.Shape.OPEN
        )
        .only("slug")
        .first()
    )
    if iteration is None:
        return
    made = Project.objects.filter(look.within("made_at"), iteration=iteration.pk, removed_at__isnull=True)
    url = reverse("courses:projects", kwargs={"slug": iteration.slug})
    yield Place("projects", _("Project bank"), "lightbulb", Stage.TAKEN_UP, made, _projects, url)
    yield Stream("people", "projects", made, _projects)


def _projects(number: int, written: str) -> str:
    return ngettext("%(num)s project", "%(num)s projects", number) % {"num": written}
