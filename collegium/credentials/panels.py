"""What awards put on the pages of lower rooms: the bar's footer, a person's page, home, and one's own data."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, cast

from django.db.models import Exists, Subquery
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from collegium.accreditation.models import Submission
from collegium.credentials import contexts
from collegium.credentials.models import Award, CourseBadge
from collegium.credentials.queries import awards, course_badges
from collegium.credentials.tasks import NOTICE
from collegium.design.filters import day_in_words
from collegium.design.places import bar_item, panel, signed_in
from collegium.foundation import clock
from collegium.people.erasure import erases, goes, stays
from collegium.people.export import File, exports
from collegium.people.models import Person
from collegium.people.requests import Request
from collegium.people.waiting import waiting_for, waits
from collegium.portfolios.models import Portfolio

NEW_FOR = timedelta(days=14)

bar_item(
    key="register",
    title=gettext_lazy("Register of holders"),
    url="credentials:register",
    icon="award",
    slot="footer",
    order=30,
)
bar_item(
    key="verify",
    title=gettext_lazy("Check a credential"),
    url="credentials:verify",
    icon="shield-check",
    slot="footer",
    order=31,
)
bar_item(
    key="issuer",
    title=gettext_lazy("Issuer and keys"),
    url="credentials:issuer",
    icon="key",
    slot="footer",
    order=32,
)


bar_item(
    key="my_credentials",
    title=gettext_lazy("My credentials"),
    url="credentials:mine",
    icon="award",
    slot="me",
    order=35,
    shown_to=signed_in,
)


@panel("person.page", order=20)
def awards_of_person(request: HttpRequest, *, person: Person) -> str | None:
    """Listed awards to everybody who may see the page, unlisted ones to their holder."""
    reader = cast("Request", request).person
    held = [award for award in awards.awards_of(person) if award.listed or reader == person]
    if not held:
        return None
    return render_to_string(
        "credentials/held.jinja",
        {"held": [(award, awards.standing(award)) for award in held], "own": reader == person},
        request,
    )


@panel("submission.actions", order=20)
def award_of_submission(request: HttpRequest, *, submission: Submission) -> str | None:
    """What comes after a pass: the way from the outcome to the award."""
    if submission.state != Submission.State.PASSED:
        return None
    award = Award.objects.filter(submission=submission).only("public_id").first()
    return render_to_string("credentials/see_award.jinja", {"award": award}, request) if award else None


@panel("portfolio.overview", order=60)
def award_of_portfolio(request: HttpRequest, *, portfolio: Portfolio, **_context: Any) -> str | None:
    reader = cast("Request", request).person
    if reader is None or portfolio.owner_id != reader.pk:
        return None
    held = list(Award.objects.filter(submission__portfolio=portfolio).for_list().order_by("-granted_at"))
    if not held:
        return None
    return render_to_string(
        "credentials/held.jinja",
        {"held": [(award, awards.standing(award)) for award in held], "own": True},
        request,
    )


waits("awards", lambda person, _now: Exists(Award.objects.filter(person=person)))


@panel("home.next", order=40)
def what_next(request: HttpRequest) -> str | None:
    """A new award to take away, and one that runs out soon."""
    reader = cast("Request", request).person
    if reader is None or not waiting_for(request, "awards"):
        return None
    today = clock.today()
    cards = []
    for award in awards.awards_of(reader):
        if not award.is_in_force:
            continue
        if award.valid_until is not None and award.valid_until <= today + NOTICE:
            cards.append(
                (award, _("Renew by %(day)s") % {"day": day_in_words(award.valid_until)}, "hourglass")
            )
        elif (today - timezone.localdate(award.granted_at)).days < 30:  # noqa: PLR2004 -- a month of novelty
            cards.append((award, _("Your badge and certificate are ready"), "award"))
    if not cards:
        return None
    return render_to_string("credentials/next.jinja", {"cards": cards}, request)


waits(
    "course_badge_since",
    lambda person, _now: Subquery(
        CourseBadge.objects.filter(person=person, revoked_at__isnull=True)
        .order_by("-granted_at", "-pk")
        .values("granted_at")[:1]
    ),
)


@panel("home.next", order=41)
def new_course_badges(request: HttpRequest) -> str | None:
    """For two weeks, so that whoever hears nothing of it by e-mail finds it."""
    reader = cast("Request", request).person
    since = waiting_for(request, "course_badge_since")
    if reader is None or since is None or clock.now() - since >= NEW_FOR:
        return None
    held = course_badges.badges_of(reader)
    new = [each for each in held if each.revoked_at is None and clock.now() - each.granted_at < NEW_FOR]
    return render_to_string("credentials/new_course_badges.jinja", {"badges": new}, request)


@panel("person.page", order=21)
def course_badges_of_person(request: HttpRequest, *, person: Person) -> str | None:
    """To oneself alone: to whom a badge is shown is its holder's choice, each time."""
    if cast("Request", request).person != person:
        return None
    held = course_badges.badges_of(person)
    if not held:
        return None
    badges = [(badge, course_badges.standing(badge)) for badge in held]
    return render_to_string("credentials/course_badges.jinja", {"badges": badges}, request)


@goes
def course_badges_go(person: Person) -> Iterable[str]:
    number = CourseBadge.objects.filter(person=person).count()
    if number:
        yield ngettext(
            "%(number)d badge of a course: copies that you took along can still be checked, its page is gone",
            "%(number)d badges of courses: copies that you took along can still be checked, their pages are gone",
            number,
        ) % {"number": number}


@erases(order=30)
def erase_course_badges(person: Person) -> None:
    CourseBadge.objects.filter(person=person).delete()


@stays
def awards_stay(person: Person) -> list[str]:
    return [
        _(
            "Your award “%(title)s” of %(day)s, on the public register, under the name %(name)s: others rely on it."
        )
        % {"title": award.title, "day": day_in_words(award.granted_at), "name": award.holder_name}
        for award in awards.awards_of(person)
    ]


@exports("awards", title=gettext_lazy("Awards and credentials"))
def my_awards(person: Person) -> tuple[object, list[File]]:
    facts: list[dict[str, Any]] = []
    files: list[File] = []
    for award in awards.awards_of(person):
        facts.append(
            {
                "title": award.title,
                "scheme": award.scheme.title,
                "granted_at": award.granted_at,
                "valid_until": award.valid_until,
                "state": award.state,
                "listed": award.listed,
                "history": [
                    {"state": line.state, "at": line.at, "reason": line.reason}
                    for line in awards.status_history(award)
                ],
            }
        )
        files += [
            (f"{credential.public_id}.json", contexts.write(credential.document).encode())
            for credential in award.credentials.order_by("id")
        ]
    for badge in course_badges.badges_of(person):
        facts.append(
            {
                "title": badge.title,
                "course": badge.iteration.course.title,
                "granted_at": badge.granted_at,
                "weeks": badge.weeks,
                "revoked_at": badge.revoked_at,
                "reason": badge.revoked_because,
            }
        )
        files.append((f"{badge.credential_id}.json", contexts.write(badge.document).encode()))
    return facts, files
