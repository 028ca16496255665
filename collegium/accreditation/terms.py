"""What a scheme says about one pathway, together with what its coordinator answered: what every decision here asks.

A rule that nobody has published or answered stays UNSET: pages show it as such, and a decision that cannot be made
without it is refused with ``decided``.
"""

from dataclasses import dataclass
from typing import TypeVar

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from collegium.foundation.refusal import Refusal
from collegium.schemes.documents import (
    RULES_BY_NAME,
    UNSET,
    FrameworkDocument,
    Level,
    PathwayDocument,
    Rule,
    Rules,
    SchemeDocument,
)
from collegium.schemes.documents.values import Statement
from collegium.schemes.models import Pathway
from collegium.schemes.queries import in_force

T = TypeVar("T")


@dataclass(frozen=True)
class Terms:
    """The scheme, answers included, as it holds for one pathway."""

    scheme: SchemeDocument
    pathway: PathwayDocument
    framework: FrameworkDocument

    @property
    def rules(self) -> Rules:
        return self.pathway.rules

    @property
    def scale(self) -> Rule[tuple[Level, ...]]:
        return self.scheme.scale

    @property
    def declaration(self) -> Rule[tuple[Statement, ...]]:
        return self.scheme.declaration

    @property
    def judged(self) -> tuple[str, ...]:
        """Codes of the sections and criteria that assessors judge; none where the sections themselves are unset."""
        return self.pathway.judged(self.framework) if self.pathway.sections.is_set else ()

    def level_title(self, key: str) -> str:
        if self.scale.value is UNSET:
            return key
        return next((level.title for level in self.scale.value if level.key == key), key)


def terms_of(pathway: Pathway) -> Terms:
    """One query where the pathway came with its scheme version and framework."""
    version = pathway.scheme_version
    scheme = in_force(version)
    return Terms(scheme=scheme, pathway=scheme.pathway(pathway.key), framework=version.framework.read)


def terms_kept(pathway: Pathway) -> Terms:
    """As ``terms_of``, keeping the answers with the version: for a page on which rules ask for the terms again."""
    prefetch_related_objects([pathway.scheme_version], "unset_answers")
    return terms_of(pathway)


def decided(rule: Rule[T]) -> T:
    """The rule's value, for a decision that cannot be made without it; else a Refusal that says whom to ask."""
    if rule.value is UNSET:
        raise Refusal(
            _(
                "The scheme has not published its rule “%(rule)s”, so this cannot be decided yet. "
                "Its coordinator is asked to answer it on the page of the scheme."
            )
            % {"rule": rule_title(rule)},
            code="unset",
            details=(rule.path,),
        )
    return rule.value


def rule_title(rule: Rule[T]) -> str:
    name = rule.path.rpartition("/")[2]
    kind = RULES_BY_NAME.get(name)
    return str(kind.title) if kind is not None else name
