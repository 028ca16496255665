"""A portfolio that several write: begun with a circle, pages of one's own, what is set aside, what one takes along."""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collegium.activity.actions import record
from collegium.activity.verbs import verb
from collegium.design.filters import day_in_words
from collegium.foundation import clock, richtext
from collegium.foundation.refusal import Refusal
from collegium.people.models import Circle, Person
from collegium.portfolios import passages
from collegium.portfolios.actions.beginning import add_instance, begin
from collegium.portfolios.actions.guarding import require_open, touch
from collegium.portfolios.actions.writing import write
from collegium.portfolios.models import Part, Portfolio, Revision, Section, SetAside
from collegium.portfolios.queries.plans import plan_of
from collegium.portfolios.words import index_portfolios, index_sections
from collegium.schemes.models import Node, Pathway

GROUP_BEGUN = verb(
    "portfolio.group_begun", history=gettext_lazy("%(actor)s began “%(title)s” with %(group)s")
)
OWN_PAGE_ADDED = verb(
    "portfolio.own_page_added", history=gettext_lazy("%(actor)s began a page of their own on %(section)s")
)
COPY_TAKEN = verb(
    "portfolio.copy_taken", history=gettext_lazy("%(actor)s took a copy of %(section)s into “%(title)s”")
)
BROUGHT_IN = verb(
    "portfolio.words_brought_in", history=gettext_lazy("%(actor)s brought set-aside words into %(section)s")
)


@transaction.atomic
def begin_for_group(*, by: Person, pathway: Pathway, group: Circle, title: str = "") -> Portfolio:
    """Shared pages for each section of the pathway. It is kept by whoever begins it, and written by all in the circle."""
    if not by.circles.filter(pk=group.pk).exists():
        raise Refusal(_("You can begin it only with a circle that you belong to."))
    portfolio = begin(
        by=by,
        pathway=pathway,
        title=title.strip() or _("%(group)s: %(pathway)s") % {"group": group.name, "pathway": pathway.title},
    )
    portfolio.group = group
    portfolio.save(update_fields=["group"])
    index_portfolios([portfolio.pk])
    record(GROUP_BEGUN, by=by, about=portfolio, data={"title": portfolio.title, "group": group.name})
    return portfolio


@transaction.atomic
def set_aside(*, section: Section, component: str, html: str, by: Person) -> SetAside | None:
    """Keep words that came when it was somebody else's turn. None where they say nothing that is not there."""
    part = Part.objects.filter(section=section, component=component).first()
    words = passages.tidy(html)
    if part is None or not richtext.plain(words) or richtext.is_same(words, part.html):
        return None
    kept, _made = SetAside.objects.update_or_create(
        part=part, person=by, defaults={"html": words, "at": clock.now()}
    )
    return kept


@transaction.atomic
def bring_in(*, aside: SetAside, by: Person) -> Part:
    """Put behind what stands there now; needs the turn."""
    part = Part.objects.select_related(
        "section__portfolio__pathway__scheme_version", "section__portfolio__group", "section__node"
    ).get(pk=aside.part_id)
    section = part.section
    saved = write(
        section=section,
        component=part.component,
        html=f"{part.html}{aside.html}",
        on_revision=part.revision,
        by=by,
    )
    aside.delete()
    record(BROUGHT_IN, by=by, about=section.portfolio, data={"section": str(section)})
    return saved


@transaction.atomic
def let_go(*, aside: SetAside, by: Person) -> None:  # noqa: ARG001 -- one's own words, of which nobody else knew
    aside.delete()


@transaction.atomic
def add_own_page(*, portfolio: Portfolio, node: Node, by: Person) -> Section:
    """A page beside the shared ones that only its member writes and all in the group read."""
    planned = next((each for each in plan_of(portfolio.pathway).sections if each.node.pk == node.pk), None)
    if planned is None or portfolio.group_id is None:
        raise Refusal(_("This portfolio has no pages of one's own on that."))
    Portfolio.objects.select_for_update().get(pk=portfolio.pk)
    standing = Section.objects.filter(portfolio=portfolio, node=node)
    own = standing.filter(writer=by).first()
    if own is not None:
        return own
    highest = max(standing.values_list("instance", flat=True), default=0)
    section = Section.objects.create(portfolio=portfolio, node=node, instance=highest + 1, writer=by)
    Part.objects.bulk_create(
        Part(section=section, component=component.key) for component in planned.components
    )
    record(OWN_PAGE_ADDED, by=by, about=portfolio, data={"section": str(node)})
    touch(portfolio)
    return section


@transaction.atomic
def take_copy(*, section: Section, into: Portfolio, by: Person) -> Section:
    """Into an empty page of one's own portfolio, with all who wrote it named. Evidence stays with whom it belongs to."""
    if into.group_id is not None or into.owner_id != by.pk:
        raise Refusal(_("Choose a portfolio of your own to take it into."))
    planned = plan_of(into.pathway).section(section.node.code)
    if planned is None:
        raise Refusal(
            _("“%(title)s” has no section “%(section)s”.")
            % {"title": into.title, "section": section.node.title}
        )
    pages = list(
        Section.objects.filter(portfolio=into, node=planned.node)
        .select_related("node", "portfolio__pathway__scheme_version__framework", "portfolio__group")
        .order_by("instance")
    )
    empty = next(
        (page for page in pages if page.is_open and not page.parts.filter(words__gt=0).exists()), None
    )
    if empty is None and len(pages) >= planned.max_instances:
        raise Refusal(
            _("“%(section)s” of “%(title)s” has words already, so nothing was copied over them.")
            % {"title": into.title, "section": section.node.title}
        )
    page = empty or add_instance(portfolio=into, node=planned.node, by=by)
    require_open(page)
    parts = {part.component: part for part in page.parts.all()}
    for part in section.parts.all():
        there = parts.get(part.component)
        if there is not None and part.html:
            write(section=page, component=part.component, html=part.html, on_revision=there.revision, by=by)
    others = list(
        Revision.objects.filter(part__section=section, saved_by__isnull=False)
        .exclude(saved_by=by)
        .order_by("saved_by__name")
        .values_list("saved_by__name", flat=True)
        .distinct()
    )
    page.title = page.title or section.title
    page.credit = _credit(others, section.portfolio.title)[:1000]
    page.save(update_fields=["title", "credit"])
    index_sections([page.pk])
    record(COPY_TAKEN, by=by, about=into, data={"section": str(section.node), "title": into.title})
    return page


def _credit(others: list[str], title: str) -> str:
    day = day_in_words(clock.today())
    if not others:
        return _("Taken from the group portfolio “%(title)s”, %(day)s") % {"title": title, "day": day}
    return _("Written with %(names)s in the group portfolio “%(title)s”, %(day)s") % {
        "names": ", ".join(others),
        "title": title,
        "day": day,
    }
