"""Who may see, change and use a piece of evidence."""

from collections.abc import Callable

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from collegium.evidence.models import Evidence, SourceKind
from collegium.evidence.sources import Source
from collegium.foundation.rulebook import rule
from collegium.people.models import Person
from collegium.people.rules import ANYONE_SIGNED_IN, OWNER

Reader = Callable[[Person | None, Evidence, HttpRequest | None], bool]

_readers: list[Reader] = []


def register_reader(reads: Reader) -> Reader:
    """A higher room says who reads evidence with it, such as whoever may read a portfolio that it is placed in.

    The function is asked only when the evidence's own audience does not settle it. The request is there for what
    travels with it, such as a share link; it is None where nobody asks over the web.
    """
    _readers.append(reads)
    return reads


def may_read(person: Person | None, evidence: Evidence, request: HttpRequest | None = None) -> bool:
    """Whether this person, or a stranger, may see it: by its audience, or through what it is placed in."""
    if person is not None and evidence.owner_id == person.pk:
        return True
    return Evidence.objects.visible_to(person).filter(pk=evidence.pk).exists() or any(
        reads(person, evidence, request) for reads in _readers
    )


@rule(ANYONE_SIGNED_IN, says=_("see evidence that its owner shows to them"))
def may_see(person: Person, evidence: Evidence) -> bool:
    return may_read(person, evidence)


@rule(ANYONE_SIGNED_IN, says=_("capture evidence of their practice: links, notes and files"))
def may_capture(person: Person, owner: Person) -> bool:
    return person.pk == owner.pk


@rule(
    ANYONE_SIGNED_IN,
    says=_("keep as evidence a post or a project that they can read, and their own attendance of an event"),
)
def may_keep(person: Person, source: Source) -> bool:
    return source.kind != SourceKind.ATTENDANCE or (
        source.author is not None and source.author.pk == person.pk
    )


@rule(OWNER, says=_("change their evidence, say who is shown in it, and what it speaks for"))
def may_edit(person: Person, evidence: Evidence) -> bool:  # noqa: ARG001  # the role settles it
    return True


@rule(OWNER, says=_("say who can see their evidence"))
def may_set_audience(person: Person, evidence: Evidence) -> bool:  # noqa: ARG001  # the role settles it
    return True


@rule(OWNER, says=_("remove their evidence"))
def may_remove(person: Person, evidence: Evidence) -> bool:  # noqa: ARG001  # the role settles it
    return True
