"""Badges of courses, one by one; and each day: who has half a year left is told, once."""

from datetime import timedelta

from django.db.models import CharField, Exists, OuterRef
from django.db.models.functions import Cast

from collegium.activity.models import Activity
from collegium.credentials import actions
from collegium.credentials.models import Award
from collegium.credentials.queries.course_badges import enrolment_of
from collegium.foundation import background, clock

NOTICE = timedelta(days=183)


@background.periodic(minutes=60 * 12)
def remind_of_renewals() -> None:
    today = clock.today()
    told = Activity.objects.filter(
        verb=actions.RENEWAL_DUE.name,
        about_kind=Award._meta.label_lower,
        about_id=Cast(OuterRef("pk"), CharField()),
    )
    due = Award.objects.in_force().filter(
        valid_until__lte=today + NOTICE, person__account__isnull=False, renewed_by__isnull=True
    )
    for award in due.exclude(Exists(told)).select_related("person").order_by("pk"):
        actions.remind_of_renewal(award=award)


@background.task()
def issue_course_badge(enrolment_id: int, kind: str) -> None:
    enrolment = enrolment_of(enrolment_id)
    if enrolment is not None:
        actions.issue_course_badge(enrolment=enrolment, kind=kind)
