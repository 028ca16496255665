"""Rows that an action changes: taken for itself first, and looked at again."""

from typing import Any

from django.utils.translation import gettext as _

from collegium.foundation import clock
from collegium.foundation.refusal import Refusal
from collegium.newsletters import rules
from collegium.newsletters.models import Issue, Newsletter
from collegium.people.models import Person


def newsletter(given: Newsletter, by: Person | None) -> Newsletter:
    """``by`` None is the machine, in its rhythm."""
    held = Newsletter.objects.select_for_update(of=("self",)).select_related("ecology").get(pk=given.pk)
    if by is not None and not rules.may_edit(by, held):
        raise Refusal(_("Only its editors look after this newsletter."))
    return held


def issue(given: Issue, by: Person) -> Issue:
    """One that can still be changed; counts as changed now."""
    held = looked_up(given)
    if not rules.may_edit(by, held):
        raise Refusal(_("Only its editors look after this newsletter."))
    if held.is_frozen:
        raise Refusal(_("This issue has gone out, and does not change any more."))
    held.changed_at = clock.now()
    held.save(update_fields=["changed_at"])
    return held


def looked_up(given: Issue) -> Issue:
    return (
        Issue.objects.select_for_update(of=("self",)).select_related("newsletter__ecology").get(pk=given.pk)
    )


def editors(of: Newsletter) -> list[tuple[Person, str]]:
    here = Person.objects.filter(
        circle_memberships__circle=of.editors_id, erased_at__isnull=True, account__is_active=True
    )
    return [(person, "editor") for person in here.order_by("pk")]


def facts(of: Issue, **more: Any) -> dict[str, Any]:
    return {"issue": of.title, "newsletter": of.newsletter.title, **more}
