"""What every page of an iteration begins with: the iteration, if its reader may see it, and who they are in it."""

from typing import Any, cast

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from collegium.conversations.models import Thread
from collegium.courses.models import Iteration, Project, Week
from collegium.courses.queries.iterations import (
    Standing,
    found_by,
    standing_in,
    week_found_by,
    with_standing,
)
from collegium.people.models import Audience, Person
from collegium.people.requests import Request


def person_of(request: HttpRequest) -> Person | None:
    return cast("Request", request).person


def load(request: HttpRequest, slug: str) -> tuple[Iteration, Standing]:
    """One query."""
    found = found_by(slug, person_of(request))
    if found is None:
        raise Http404
    return found


def load_week(request: HttpRequest, slug: str, number: int) -> tuple[Week, Standing]:
    """One query."""
    found = week_found_by(slug, number, person_of(request))
    if found is None:
        raise Http404
    return found


def load_project(request: HttpRequest, project_id: int) -> tuple[Project, Standing]:
    """Two queries."""
    person = person_of(request)
    rows = (
        Project.objects.visible_to(person)
        .for_display()
        .select_related(
            "iteration__course",
            "iteration__forum",
            "iteration__pathway__scheme_version",
            "week",
            "thread",
            "picture",
            "person__photo",
        )
        .defer("iteration__pathway__scheme_version__document")
    )
    project = get_object_or_404(with_standing(rows, person, to="iteration__"), pk=project_id)
    return project, standing_in(project.iteration, person, project)


def frame(iteration: Iteration, found: Standing, current: str) -> dict[str, Any]:
    """What the head of each page needs."""
    return {"iteration": iteration, "standing": found, "current": current}


def reads(thread: Thread | None, iteration: Iteration, found: Standing, person: Person | None) -> bool:
    """Whether what is said there may be shown: the forum is as open as its iteration, and those inside always read it.
    Of a thread that moderators have hidden, or moved elsewhere, the forum it is in decides.
    """
    if thread is None:
        return False
    if thread.hidden_at is not None or thread.forum_id != iteration.forum_id:
        return Thread.objects.visible_to(person).filter(pk=thread.pk).exists()
    return (
        found.is_inside
        or iteration.forum.audience == Audience.PUBLIC
        or (person is not None and iteration.forum.audience == Audience.SIGNED_IN)
    )
