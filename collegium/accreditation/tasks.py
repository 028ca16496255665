"""Background work: looking at links, writing to referees."""

import datetime as dt

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from collegium.accreditation import actions
from collegium.accreditation.models import Referee, Submission
from collegium.accreditation.queries import links_in
from collegium.foundation import background, clock, http, letters, signing

REFEREE_LINK = "referee"
REFEREE_DAYS = 90  # a link is a key: it is not good for ever; the candidate can have a new one sent
MOST_LINKS = 150


@background.task()
def screen_by_machine(submission_id: int) -> None:
    """Follows every link of a submission, and says of each whether it answers. Safe to repeat."""
    submission = (
        Submission.objects.select_related("screening")
        .filter(pk=submission_id, screening__checked_at__isnull=True)
        .first()
    )
    if submission is None:
        return
    findings = []
    for link in links_in(submission.content)[:MOST_LINKS]:
        found = http.check(link.url)
        findings.append(
            {
                "code": "link-answers" if found.answers else "link",
                "sentence": _("%(what)s answers.") % {"what": link.what}
                if found.answers
                else _("%(what)s does not answer: %(reason)s") % {"what": link.what, "reason": found.reason},
                "where": link.section_key,
                "url": link.url,
                "holds": found.answers,
            }
        )
    actions.note_check(submission=submission, findings=findings)


@background.task()
def write_to_referee(referee_id: int) -> None:
    """The letter with their own link. The token is made here and kept nowhere else."""
    referee = (
        Referee.objects.select_related("registration__person", "registration__pathway__scheme_version")
        .filter(pk=referee_id)
        .first()
    )
    if referee is None or not referee.is_waiting:
        return
    expires = clock.now() + dt.timedelta(days=REFEREE_DAYS)
    token = signing.make(REFEREE_LINK, referee.pk, expires)
    registration = referee.registration
    letters.send(
        to=referee.email,
        template="accreditation/letter_to_referee",
        context={
            "referee": referee,
            "candidate": registration.person,
            "pathway": registration.pathway,
            "scheme": registration.pathway.scheme_version,
            "address": settings.SITE_URL + reverse("accreditation:reference", kwargs={"token": token}),
            "expires": expires,
        },
        language=registration.person.language,
    )
