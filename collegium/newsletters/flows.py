"""What newsletters tell the map of an ecology: the issues that went out, and what of the river and of the talk stood in them."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from collegium.ecology.flows import Look, Place, Stage, Stream, tells
from collegium.newsletters.models import Entry, Issue, Newsletter


@tells(order=80)
def of_newsletters(look: Look) -> Iterator[Place | Stream]:
    """Of those that draw from here; where nobody founded one there is no such place."""
    seen = Newsletter.objects.visible_to(look.reader).filter(ecology=look.ecology.pk)
    first = seen.order_by("pk").first()
    if first is None:
        return
    issues = Issue.objects.out().filter(look.within("begun_at"), newsletter__in=seen.values("pk"))
    yield Place(
        "newsletter", _("Newsletter"), "mail", Stage.BECOMES, issues, _issues, first.get_absolute_url()
    )
    entries = Entry.objects.kept().filter(issue__in=issues.values("pk"))
    yield Stream("river", "newsletter", entries.filter(item__isnull=False), _entries, "becomes")
    yield Stream("conversation", "newsletter", entries.filter(thread__isnull=False), _entries, "becomes")
    yield Stream("library", "newsletter", entries.filter(resource__isnull=False), _entries, "becomes")


def _issues(number: int, written: str) -> str:
    return ngettext("%(num)s issue", "%(num)s issues", number) % {"num": written}


def _entries(number: int, written: str) -> str:
    return ngettext("%(num)s piece", "%(num)s pieces", number) % {"num": written}
