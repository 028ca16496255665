"""Loading versions, answering what they leave unset, and roles in a scheme."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collegium.activity.actions import record
from collegium.activity.verbs import Told, verb
from collegium.foundation import clock
from collegium.foundation.refusal import Refusal
from collegium.people.models import Person
from collegium.schemes import queries, rules
from collegium.schemes.comparison import compare
from collegium.schemes.documents import (
    CheckedScheme,
    FrameworkDocument,
    NodeDocument,
    SchemeDocument,
    WrongDocumentError,
    answer_problems,
    framework_file,
    kind_of_file,
    scheme_file,
)
from collegium.schemes.models import (
    Framework,
    Node,
    Pathway,
    Principle,
    RoleHolding,
    Scheme,
    SchemeVersion,
    UnsetAnswer,
)
from collegium.schemes.words import index_schemes

LOADED = verb("scheme.loaded", history=gettext_lazy("Version %(version)s of %(scheme)s was loaded"))
ANSWERED = verb(
    "scheme.rule_answered",
    history=gettext_lazy("%(actor)s decided the rule “%(rule)s” of %(scheme)s"),
    tells={
        "coordinator": Told(
            gettext_lazy("%(actor)s decided the rule “%(rule)s” of %(scheme)s."), "schemes:by_id"
        )
    },
)
GRANTED = verb(
    "role.granted",
    history=gettext_lazy("%(person)s was given the role “%(role)s” in %(scheme)s"),
    tells={"holder": Told(gettext_lazy("You now have the role “%(role)s” in %(scheme)s."), "schemes:by_id")},
)
WITHDRAWN = verb(
    "role.withdrawn",
    history=gettext_lazy("The role “%(role)s” of %(person)s in %(scheme)s was withdrawn"),
    tells={
        "holder": Told(gettext_lazy("You no longer have the role “%(role)s” in %(scheme)s."), "schemes:by_id")
    },
)


# Loading --------------------------------------------------------------------------------------------------------------


@transaction.atomic
def load_file(path: Path, *, by: Person | None = None) -> SchemeVersion:
    """Loads the scheme in a file, and the framework that it names. Nothing is loaded where anything is wrong."""
    return load_scheme(checked=checked_file(path), by=by)


def checked_file(path: Path) -> CheckedScheme:
    """As `documents.scheme_file`, with every problem in one Refusal."""
    try:
        return scheme_file(path)
    except WrongDocumentError as error:
        raise _wrong(error) from error


@transaction.atomic
def load_framework_file(path: Path, *, by: Person | None = None) -> Framework:
    try:
        document = framework_file(path)
    except WrongDocumentError as error:
        raise _wrong(error) from error
    return load_framework(document=document, by=by)


def load_any_file(path: Path, *, by: Person | None = None) -> Framework | SchemeVersion:
    """A scheme or a framework, as the file says it is."""
    if kind_of_file(path) == "framework":
        return load_framework_file(path, by=by)
    return load_file(path, by=by)


def _wrong(error: WrongDocumentError) -> Refusal:
    return Refusal(
        _("The file has mistakes in it. Nothing was loaded."),
        code="document",
        details=[str(problem) for problem in error.problems],
    )


@transaction.atomic
def load_framework(*, document: FrameworkDocument, by: Person | None = None) -> Framework:
    """Loading the same content again changes nothing; other content under a loaded version is refused."""
    plain = document.to_json()
    sha256 = _hash(plain)
    standing = Framework.objects.filter(key=document.key, version=document.version).first()
    if standing is not None:
        if standing.sha256 != sha256:
            raise _other_content(
                standing.title, standing.version, [str(c) for c in compare(standing.read, document)]
            )
        return standing
    framework = Framework.objects.create(
        key=document.key,
        version=document.version,
        title=document.title,
        document=plain,
        sha256=sha256,
        loaded_by=by,
    )
    _ = framework.read  # remembered by its hash from now on, so that pages need not read it
    _make_nodes(framework, document)
    Principle.objects.bulk_create(
        Principle(framework=framework, code=item.code, title=item.title, position=position)
        for position, item in enumerate(document.principles)
    )
    return framework


def _make_nodes(framework: Framework, document: FrameworkDocument) -> None:
    """One level after the other, so that a parent has its id before its children are made."""
    positions = {node.code: position for position, node in enumerate(document.walk())}
    made: dict[str, Node] = {}
    level: list[NodeDocument] = list(document.nodes)
    while level:
        rows = Node.objects.bulk_create(
            Node(
                framework=framework,
                parent=made.get(node.parent),
                code=node.code,
                title=node.title,
                kind=node.kind.value,
                assessed=node.assessed,
                position=positions[node.code],
            )
            for node in level
        )
        made.update({row.code: row for row in rows})
        level = [child for node in level for child in node.nodes]


@transaction.atomic
def load_scheme(*, checked: CheckedScheme, by: Person | None = None) -> SchemeVersion:
    """A new version becomes the one that new portfolios take, unless a later one is already loaded.

    Loading the same content again changes nothing; other content under a loaded version is refused.
    """
    framework = load_framework(document=checked.framework, by=by)
    document = checked.scheme
    plain = document.to_json()
    sha256 = _hash(plain)
    scheme, _made = Scheme.objects.get_or_create(key=document.key, defaults={"title": document.short_title})
    standing = SchemeVersion.objects.filter(scheme=scheme, version=document.version).first()
    if standing is not None:
        if standing.sha256 != sha256:
            titles = checked.framework.titles
            raise _other_content(
                standing.title,
                standing.version,
                [str(c) for c in compare(standing.read, document, titles=titles)],
            )
        return standing
    is_current = _is_latest(scheme, document)
    if is_current:
        SchemeVersion.objects.filter(scheme=scheme, is_current=True).update(is_current=False)
        Scheme.objects.filter(pk=scheme.pk).update(title=document.short_title)
        scheme.title = document.short_title
    version = SchemeVersion.objects.create(
        scheme=scheme,
        framework=framework,
        version=document.version,
        title=document.title,
        document=plain,
        sha256=sha256,
        loaded_by=by,
        is_current=is_current,
    )
    _ = version.read  # as above
    Pathway.objects.bulk_create(
        Pathway(
            scheme_version=version,
            key=pathway.key,
            title=pathway.title,
            post_nominals=pathway.post_nominals,
            position=position,
        )
        for position, pathway in enumerate(document.pathways)
    )
    index_schemes([scheme.pk])
    record(
        LOADED,
        by=by,
        about=scheme,
        data={"scheme": scheme.title, "version": version.version, "sha256": sha256},
    )
    return version


def _is_latest(scheme: Scheme, document: SchemeDocument) -> bool:
    others = SchemeVersion.objects.filter(scheme=scheme).values_list("document", flat=True)
    return all(document.published >= str(other["published"]) for other in others)


def _hash(plain: Mapping[str, Any]) -> str:
    return hashlib.sha256(
        json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    ).hexdigest()


def _other_content(title: str, version: str, changes: list[str]) -> Refusal:
    return Refusal(
        _(
            "Version %(version)s of “%(title)s” is already loaded with other content, and a loaded version "
            "never changes. Give the file a new version."
        )
        % {"version": version, "title": title},
        code="version",
        details=changes,
    )


# Rules that the scheme has not published --------------------------------------------------------------------------------


@transaction.atomic
def answer_unset_rule(
    *, scheme_version: SchemeVersion, path: str, answer: Any, reason: str, by: Person
) -> UnsetAnswer:
    """Decides a rule that the file leaves unset, in the words of the file; what is published cannot be answered over.

    The answer goes through the same checks as the file. Answering again replaces the answer from now on; the
    earlier one stays in the history.
    """
    if not rules.may_answer_unset_rules(by, scheme_version):
        raise Refusal(_("Only a coordinator of the scheme decides its open rules."))
    if not reason.strip():
        raise Refusal(_("Say why, in a sentence: candidates and assessors will read it."), code="reason")
    published = scheme_version.read
    open_rules = {item.path: item for item in published.unset_rules()}
    # Answering the sections of a pathway may open the words of one of them.
    open_rules |= {item.path: item for item in queries.in_force(scheme_version).unset_rules()}
    if path not in open_rules:
        raise Refusal(
            _("The scheme has published this rule, so there is nothing to decide."), code="published"
        )
    standing = {kept: value for kept, value in queries.answers_of(scheme_version).items() if kept != path}
    problems = answer_problems(
        published.with_answers(standing), scheme_version.framework.read, {path: answer}
    )
    if problems:
        raise Refusal(
            _("The answer does not fit the scheme. Nothing was saved."), code="answer", details=problems
        )
    scheme = scheme_version.scheme
    given = UnsetAnswer.objects.create(
        scheme_version=scheme_version, path=path, answer=answer, reason=reason.strip(), answered_by=by
    )
    record(
        ANSWERED,
        by=by,
        about=scheme,
        concerns=[(person, "coordinator") for person in queries.coordinators(scheme)],
        data={
            "scheme": scheme.title,
            "version": scheme_version.version,
            "path": path,
            "rule": open_rules[path].title,
            "answer": answer,
            "reason": given.reason,
        },
    )
    return given


# Roles ----------------------------------------------------------------------------------------------------------------


@transaction.atomic
def grant_role(
    *,
    scheme: Scheme,
    person: Person,
    kind: str,
    by: Person | None,
    holds_pathway: str = "",
    earlier_assessments: int = 0,
) -> RoleHolding:
    """`by` None is the site's keeper at the command line. Somebody who has the role already keeps it, with the
    award and the number of earlier assessments brought up to date.
    """
    if by is not None and not rules.may_grant_roles(by, scheme):
        raise Refusal(_("Only a coordinator of the scheme gives roles in it."))
    kind = RoleHolding.Kind(kind)
    if kind == RoleHolding.Kind.COORDINATOR:
        holds_pathway, earlier_assessments = "", 0
    if (
        holds_pathway
        and not Pathway.objects.filter(scheme_version__scheme=scheme, key=holds_pathway).exists()
    ):
        raise Refusal(_("The scheme has no pathway of that name."), code="pathway")
    facts = {"holds_pathway": holds_pathway, "earlier_assessments": earlier_assessments}
    holding, made = RoleHolding.objects.update_or_create(
        scheme=scheme,
        person=person,
        kind=kind,
        withdrawn_at=None,
        defaults=facts,
        create_defaults={**facts, "granted_by": by},
    )
    if made:
        record(
            GRANTED,
            by=by,
            about=scheme,
            concerns=[(person, "holder")],
            data={
                "scheme": scheme.title,
                "person": person.name,
                "role": str(kind.label),
                "kind": kind.value,
                **facts,
            },
        )
    return holding


@transaction.atomic
def withdraw_role(*, holding: RoleHolding, by: Person | None) -> RoleHolding:
    """What was done in the role stays. The last coordinator stays one: somebody has to be asked."""
    scheme = holding.scheme
    if by is not None and not rules.may_grant_roles(by, scheme):
        raise Refusal(_("Only a coordinator of the scheme withdraws roles in it."))
    if holding.withdrawn_at is not None:
        return holding
    if (
        holding.kind == RoleHolding.Kind.COORDINATOR
        and not RoleHolding.objects.filter(
            scheme=scheme, kind=RoleHolding.Kind.COORDINATOR, withdrawn_at__isnull=True
        )
        .exclude(pk=holding.pk)
        .exists()
    ):
        raise Refusal(
            _("This is the scheme’s only coordinator. Name another one first: somebody has to be asked."),
            code="last",
        )
    holding.withdrawn_at = clock.now()
    holding.save(update_fields=["withdrawn_at"])
    record(
        WITHDRAWN,
        by=by,
        about=scheme,
        concerns=[(holding.person, "holder")],
        data={
            "scheme": scheme.title,
            "person": holding.person.name,
            "role": str(RoleHolding.Kind(holding.kind).label),
            "kind": holding.kind,
        },
    )
    return holding
