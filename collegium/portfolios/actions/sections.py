"""What stands in a section beside its words: evidence, dimensions, a title of its own."""

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collegium.activity.actions import record
from collegium.activity.verbs import verb
from collegium.evidence.models import Evidence
from collegium.foundation.refusal import Refusal
from collegium.people.models import Person
from collegium.portfolios.actions.guarding import require_open, touch
from collegium.portfolios.models import Placement, Section
from collegium.portfolios.queries.plans import plan_of
from collegium.portfolios.words import index_sections
from collegium.schemes.models import Node

SECTION_NAMED = verb("portfolio.section_named", history=gettext_lazy("%(actor)s named %(section)s"))
SECTION_TAGGED = verb(
    "portfolio.section_tagged", history=gettext_lazy("%(actor)s said which dimensions %(section)s speaks for")
)
PLACED = verb("portfolio.evidence_placed", history=gettext_lazy("%(actor)s placed evidence in %(section)s"))
UNPLACED = verb(
    "portfolio.evidence_unplaced", history=gettext_lazy("%(actor)s took evidence out of %(section)s")
)


@transaction.atomic
def place(*, section: Section, evidence: Evidence, by: Person) -> Placement:
    """Put evidence beside the words of a section. Whoever may read the section may then read it too."""
    require_open(section)
    portfolio = section.portfolio
    if evidence.owner_id != (portfolio.owner_id if portfolio.group_id is None else by.pk):
        raise Refusal(_("Only your own evidence can be placed in your portfolio."))
    placement, is_new = Placement.objects.get_or_create(section=section, evidence=evidence)
    if is_new:
        record(
            PLACED, by=by, about=section.portfolio, data={"section": str(section), "evidence": evidence.title}
        )
        touch(section.portfolio)
    return placement


@transaction.atomic
def unplace(*, section: Section, evidence: Evidence, by: Person) -> None:
    require_open(section)
    placement = Placement.objects.filter(section=section, evidence=evidence).first()
    if placement is None:
        return
    if placement.embedded:
        raise Refusal(
            _("“%(title)s” stands in your words: take it out there, then it can be taken from beside them.")
            % {"title": evidence.title}
        )
    placement.delete()
    record(
        UNPLACED, by=by, about=section.portfolio, data={"section": str(section), "evidence": evidence.title}
    )
    touch(section.portfolio)


@transaction.atomic
def tag(*, section: Section, nodes: Iterable[Node], by: Person) -> None:
    """Say which dimensions of the framework the section also speaks for: these, and no others."""
    require_open(section)
    wanted = list(nodes)
    known = {each.node.pk for each in plan_of(section.portfolio.pathway).dimensions}
    if any(node.pk not in known for node in wanted):
        raise Refusal(_("One of these is not a dimension of this framework."))
    section.dimensions.set(wanted)
    record(
        SECTION_TAGGED,
        by=by,
        about=section.portfolio,
        data={"section": str(section), "dimensions": [node.code for node in wanted]},
    )
    touch(section.portfolio)


@transaction.atomic
def name_section(*, section: Section, title: str, by: Person) -> None:
    """An own title; an empty one gives the framework's title back."""
    require_open(section)
    section.title = title.strip()
    section.save(update_fields=["title"])
    index_sections([section.pk])
    record(SECTION_NAMED, by=by, about=section.portfolio, data={"section": str(section)})
    touch(section.portfolio)
