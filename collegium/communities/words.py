"""The words of communities, for whoever looks for one."""

from collections.abc import Iterable

from collegium.communities.models import Community
from collegium.foundation import fulltext

BATCH = 500


def _entry(community: Community) -> fulltext.Entry:
    return fulltext.Entry(
        key=community.pk,
        title=community.title,
        body=f"{community.domain}\n{community.people}\n{community.practice}",
        language=community.language,
    )


def _rows(after: int) -> tuple[list[fulltext.Entry], int | None]:
    rows = list(Community.objects.filter(pk__gt=after).order_by("pk")[:BATCH])
    return [_entry(each) for each in rows], rows[-1].pk if len(rows) == BATCH else None


COMMUNITIES = fulltext.Index("communities_community_words", rows=_rows)


def index_communities(community_ids: Iterable[int]) -> None:
    """Bring the index in step with these communities as they are now. Safe to repeat."""
    wanted = set(community_ids)
    found = list(Community.objects.filter(pk__in=wanted))
    COMMUNITIES.put(*[_entry(each) for each in found])
    COMMUNITIES.remove(sorted(wanted - {each.pk for each in found}))
