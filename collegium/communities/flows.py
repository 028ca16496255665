"""What a community tells the map of its ecology: the communities that it is linked with, and what it keeps."""

from collections.abc import Iterator

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from collegium.communities.models import Community, CommunityLink, RepertoireItem
from collegium.ecology.flows import SINGLED_OUT, Look, Place, Stage, Stream, people, tells
from collegium.people.models import CircleMember

NAMED = 4


@tells(order=20)
def of_communities(look: Look) -> Iterator[Place | Stream]:
    """One query: the community itself, and those that it is linked with, the largest first."""
    own_links = CommunityLink.objects.filter(source__ecology=look.ecology.pk).values("target")
    links_here = CommunityLink.objects.filter(target__ecology=look.ecology.pk).values("source")
    found = list(
        Community.objects.visible_to(look.reader)
        .filter(Q(ecology=look.ecology.pk) | Q(pk__in=own_links) | Q(pk__in=links_here))
        .distinct()
        .order_by("-member_count", "pk")
        .only("title", "slug", "circle", "member_count", "ecology")
    )
    own = next((each for each in found if each.ecology_id == look.ecology.pk), None)
    if own is None:
        return
    kept = RepertoireItem.objects.filter(look.within("added_at"), community=own.pk)
    url = reverse("communities:repertoire", kwargs={"slug": own.slug})
    yield Place("repertoire", _("Repertoire"), "archive", Stage.TAKEN_UP, kept, _things, url)
    yield Stream("conversation", "repertoire", kept.filter(post__isnull=False), _things)
    here = CircleMember.objects.filter(circle=look.ecology.members_id).values("person")
    for each in [one for one in found if one.pk != own.pk][:NAMED]:
        key = f"community-{each.pk}"
        url = each.get_absolute_url()
        yield Place(key, each.title, "users-round", Stage.BECOMES, each.member_count, _members, url)
        both = CircleMember.objects.filter(circle=each.circle_id, person__in=here)
        yield Stream("conversation", key, both, _in_both, kind="link", floor=SINGLED_OUT)


def _things(number: int, written: str) -> str:
    return ngettext("%(num)s thing kept", "%(num)s things kept", number) % {"num": written}


def _members(number: int, written: str) -> str:
    return ngettext("%(num)s member", "%(num)s members", number) % {"num": written}


def _in_both(number: int, written: str) -> str:
    return _("%(people)s in both") % {"people": people(number, written)}
