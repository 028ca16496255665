"""Evidence that people made in one step of what they wrote, submitted or took part in."""

from collegium.evidence import actions as evidence
from collegium.evidence import sources
from collegium.evidence.models import SourceKind
from collegium.home.world.years import World


def use(world: World, key: str, kind: SourceKind, pk: int) -> None:
    person = world.people[key]
    source = sources.find(kind, pk, person)
    if source is None:
        raise LookupError(f"{key} cannot use {kind.label} {pk} as evidence.")
    node = source.criteria[0].node if source.criteria else None
    evidence.keep(by=person, source=source, node=node)
