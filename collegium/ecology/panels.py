"""The river in the bar; what goes, and what is handed over, when somebody leaves."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from collegium.design.places import bar_item, signed_in
from collegium.ecology.actions import river as actions
from collegium.ecology.models import Claim, FeedAddress, Following, Mark, Mute, Reading
from collegium.people.erasure import erases, goes
from collegium.people.export import File, exports
from collegium.people.models import Person

bar_item(key="river", title=_("River"), url="ecology:river", icon="waves", order=40, shown_to=signed_in)


# Mine -----------------------------------------------------------------------------------------------------------------


@exports("river", title=_("River"))
def my_reading(person: Person) -> tuple[object, list[File]]:
    marks = Mark.objects.filter(person=person).select_related("item").order_by("pk")
    mutes = Mute.objects.filter(person=person).select_related("source").order_by("pk")
    readings = Reading.objects.filter(person=person).select_related("ecology").order_by("pk")
    claims = Claim.objects.filter(person=person).select_related("source").order_by("pk")
    added = Following.objects.filter(added_by=person).select_related("source", "ecology").order_by("pk")
    address = FeedAddress.objects.filter(person=person).first()
    return {
        "marks": [
            {
                "title": str(each.item),
                "url": each.item.url,
                "read_at": each.read_at,
                "saved_at": each.saved_at,
            }
            for each in marks
        ],
        "mutes": [
            {"source": str(each.source or ""), "hashtag": each.tag, "since": each.muted_at} for each in mutes
        ],
        "read_through": [{"river": each.ecology.title, "until": each.read_through} for each in readings],
        "my_sources": [
            {
                "title": str(each.source),
                "feed_url": each.source.feed_url,
                "since": each.made_at,
                "verified_at": each.verified_at,
            }
            for each in claims
        ],
        "sources_that_i_added": [
            {
                "title": str(each.source),
                "feed_url": each.source.feed_url,
                "to": each.ecology.title,
                "at": each.added_at,
            }
            for each in added
        ],
        "private_feed_since": address.made_at if address else None,
    }, []


@goes
def marks_go(person: Person) -> Iterable[str]:
    saved = Mark.objects.filter(person=person, saved_at__isnull=False).count()
    if saved:
        yield ngettext("%(num)s item that you saved", "%(num)s items that you saved", saved) % {"num": saved}
    if Mark.objects.filter(person=person).exists() or Reading.objects.filter(person=person).exists():
        yield str(_("What you have read and muted in rivers"))


@erases(order=50)
def forget_reading(person: Person) -> None:
    actions.forget_reader(person=person)
