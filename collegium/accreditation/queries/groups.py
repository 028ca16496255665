"""What becomes of the submissions of a writing group."""

from django.db.models import OuterRef, Subquery

from collegium.accreditation.models import Submission
from collegium.courses.models import Enrolment, Iteration
from collegium.people.models import Person

ENDED = Submission.State.PASSED, Submission.State.FAILED


def outcomes(iteration: Iteration) -> list[tuple[Person, str]]:
    """Of members who gave leave to say it, where it is decided: how it ended, in words. One query."""
    if iteration.pathway is None:
        return []
    latest = Submission.objects.filter(
        registration__person=OuterRef("person"),
        registration__pathway__scheme_version__scheme=iteration.pathway.scheme_version.scheme_id,
        submitted_at__date__gte=iteration.starts_on,
        state__in=ENDED,
    ).order_by("-submitted_at", "-pk")
    members = (
        Enrolment.objects.filter(
            iteration=iteration,
            role=Enrolment.Role.PARTICIPANT,
            shows_outcome=True,
            person__erased_at__isnull=True,
        )
        .annotate(outcome=Subquery(latest.values("state")[:1]))
        .filter(outcome__isnull=False)
        .select_related("person")
        .order_by("person__name", "pk")
    )
    return [(each.person, str(Submission.State(each.outcome).label)) for each in members]
