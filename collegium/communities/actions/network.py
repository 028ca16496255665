"""Links from one community to another."""

from django.db import transaction
from django.utils.translation import gettext as _

from collegium.activity.actions import record
from collegium.communities import rules
from collegium.communities.actions import verbs
from collegium.communities.models import Community, CommunityLink
from collegium.foundation.refusal import Refusal
from collegium.people.models import Audience, Person


@transaction.atomic
def link(*, source: Community, target: Community, by: Person, words: str = "") -> CommunityLink:
    """One community points to another that ``by`` can see. Said again, its words are changed."""
    if not rules.may_link(by, source):
        raise Refusal(_("Only a facilitator of the community links it to another one."))
    if source == target:
        raise Refusal(_("A community is linked to another one, not to itself."), code="target")
    if not Community.objects.visible_to(by).filter(pk=target.pk).exists():
        raise Refusal(_("There is no such community that you can see."), code="target")
    made, _is_new = CommunityLink.objects.update_or_create(
        source=source, target=target, defaults={"words": words.strip()[:200], "made_by": by}
    )
    # A private community is not named in another one's log.
    is_known = target.audience != Audience.CIRCLE
    record(
        verbs.LINKED,
        by=by,
        about=source,
        data={"title": source.title, "other": target.title if is_known else _("another community")},
    )
    return made


@transaction.atomic
def unlink(*, community_link: CommunityLink, by: Person) -> None:
    """Either end takes it away: nobody is pointed to against their will."""
    ends = (community_link.source, community_link.target)
    if not any(rules.may_link(by, end) for end in ends):
        raise Refusal(_("Only a facilitator of one of the two communities takes the link away."))
    record(
        verbs.UNLINKED,
        by=by,
        about=community_link.source,
        data={"title": community_link.source.title, "other": _("another community")},
    )
    community_link.delete()
