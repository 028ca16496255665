"""Pages that members write together: nothing is overwritten unseen, and every version stays."""

from django.db import transaction
from django.utils.safestring import SafeString
from django.utils.text import slugify
from django.utils.translation import gettext as _

from collegium.activity.actions import record
from collegium.communities import rules
from collegium.communities.actions import verbs
from collegium.communities.models import Community, Page, PageRevision
from collegium.foundation import clock, richtext
from collegium.foundation.refusal import Refusal
from collegium.people import names
from collegium.people.models import Person

RESERVED = frozenset({"new"})


class Conflict(Refusal):
    """Somebody saved the page meanwhile: ``current`` is what stands, ``difference`` how ``mine`` differs from it."""

    def __init__(self, current: Page, mine: SafeString) -> None:
        super().__init__(
            _("Somebody saved this page meanwhile. Both versions are here: bring them together, and save."),
            code="conflict",
        )
        self.current = current
        self.mine = mine
        self.difference = richtext.difference(current.html, mine)


@transaction.atomic
def start_page(*, community: Community, by: Person, title: str, html: str = "") -> Page:
    """A new page; one with the same title is not made twice."""
    _may_write(community, by)
    title = names.clean(title)
    if not title:
        raise Refusal(_("A page needs a title."), code="title")
    if community.pages.filter(title__iexact=title).exists():
        raise Refusal(_("There is a page with this title already."), code="title")
    page = Page.objects.create(community=community, title=title, slug=_free_slug(community, title))
    return write_page(page=page, by=by, html=html, on_revision=0, note=_("The page was started"))


@transaction.atomic
def write_page(*, page: Page, by: Person, html: str, on_revision: int, note: str = "") -> Page:
    """Save a new version. Saving the same words again changes nothing. Raises ``Conflict`` if it was saved meanwhile."""
    _may_write(page.community, by)
    held = Page.objects.select_for_update().select_related("community").get(pk=page.pk)
    words = richtext.clean(html)
    if words == held.html and held.revision:
        return held
    # The number of the version decides, on a database that locks no rows too.
    moved = Page.objects.filter(pk=held.pk, revision=on_revision).update(html=words, revision=on_revision + 1)
    if not moved:
        raise Conflict(held, words)
    held.html, held.revision = words, on_revision + 1
    PageRevision.objects.create(
        page=held,
        number=held.revision,
        html=words,
        saved_by=by,
        saved_at=clock.now(),
        note=note.strip()[:200],
    )
    record(
        verbs.PAGE_WRITTEN,
        by=by,
        about=held,
        data={"title": held.community.title, "page": held.title},
    )
    return held


def restore(*, revision: PageRevision, by: Person) -> Page:
    """Write an earlier version again, on top of what stands: nothing is taken out of the history."""
    page = revision.page
    return write_page(
        page=page,
        by=by,
        html=revision.html,
        on_revision=page.revision,
        note=_("Back to version %(number)s") % {"number": revision.number},
    )


def _may_write(community: Community, by: Person) -> None:
    if not rules.may_write(by, community):
        raise Refusal(_("Members of the community write on its pages, while it is open."))


def _free_slug(community: Community, title: str) -> str:
    base = slugify(title)[:70].strip("-_") or "page"
    taken = set(community.pages.filter(slug__startswith=base).values_list("slug", flat=True)) | RESERVED
    return next(
        slug
        for number in range(1, len(taken) + 2)
        if (slug := base if number == 1 else f"{base}-{number}") not in taken
    )
