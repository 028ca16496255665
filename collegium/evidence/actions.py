"""What is done to evidence. Each function is one transaction and leaves one activity."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction
from django.db.models import F
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from collegium.activity.actions import record
from collegium.activity.verbs import verb
from collegium.evidence import provenance, queries
from collegium.evidence.models import Alignment, Evidence, PersonShown
from collegium.evidence.sources import Source
from collegium.evidence.words import index_evidence
from collegium.foundation import clock, files, richtext
from collegium.foundation.http import LinkCheck
from collegium.foundation.models import Blob
from collegium.foundation.refusal import Refusal
from collegium.people.models import Audience, Circle, CircleMember, Person
from collegium.schemes.models import Node, Principle

CAPTURED = verb("evidence.captured", history=gettext_lazy("%(actor)s captured “%(title)s”"))
EDITED = verb("evidence.edited", history=gettext_lazy("%(actor)s changed “%(title)s”"))
REMOVED = verb("evidence.removed", history=gettext_lazy("%(actor)s removed “%(title)s”"))
ALIGNED = verb("evidence.aligned", history=gettext_lazy("%(actor)s aligned “%(title)s” to %(to)s"))
UNALIGNED = verb(
    "evidence.unaligned", history=gettext_lazy("%(actor)s no longer aligns “%(title)s” to %(to)s")
)
REALIGNED = verb("evidence.realigned", history=gettext_lazy("%(actor)s changed what “%(title)s” speaks for"))
AUDIENCE_SET = verb(
    "evidence.audience_set", history=gettext_lazy("%(actor)s changed who can see “%(title)s”")
)
PERMISSION_NOTED = verb(
    "evidence.permission_noted", history=gettext_lazy("%(actor)s noted who is shown in “%(title)s”")
)
LINK_CHECKED = verb("evidence.link_checked", history=gettext_lazy("The link of “%(title)s” was checked"))

TITLE_MOST = 200
FREE_KINDS = frozenset({Evidence.Kind.TESTIMONIAL, Evidence.Kind.DATA, Evidence.Kind.DOCUMENT})
_LINES = {
    "title": TITLE_MOST,
    "said_by": 200,
    "access": 300,
    "alt_text": 1000,
}  # with the length of each column
_WORDS = ("title", "description", "impact", "said_by", "access", "alt_text")


@transaction.atomic
def capture(
    *,
    by: Person,
    title: str = "",
    kind: str | None = None,
    url: str = "",
    upload: Any = None,
    body: str = "",
    description: str = "",
    impact: str = "",
    happened_on: date | None = None,
    alt_text: str = "",
    said_by: str = "",
    access: str = "",
    audience: str = Audience.PRIVATE,
    circle: Circle | None = None,
    people_shown: Iterable[str | Mapping[str, str]] = (),
    file_name: str = "",
) -> Evidence:
    """Keep a link, a file or a note: one of them is enough; what kind it is, and a title, are found if not given.

    ``people_shown`` are names, or mappings with ``who``, ``permission`` and ``note``.
    """
    url = _good_url(url)
    body = richtext.clean(body) if body.strip() else ""
    if upload is None and not url and not richtext.plain(body):
        raise Refusal(_("Give a link, a file or a note: one of them is enough."), code="nothing")
    blob = _kept_file(upload, by, file_name) if upload is not None else None
    name = files.clean_name(file_name or getattr(upload, "name", "") or "") if blob else ""
    evidence = Evidence(
        owner=by,
        title=title,
        kind=_kind(kind, blob, url, name),
        url=url,
        blob=blob,
        file_name=name,
        body=body,
        description=description,
        impact=impact,
        happened_on=happened_on,
        alt_text=alt_text,
        said_by=said_by,
        access=access,
    )
    _tidy(evidence)
    if not evidence.title:
        evidence.title = _guessed_title(evidence)
    evidence.save()
    for shown in people_shown:
        _add_person_shown(evidence, {"who": shown} if isinstance(shown, str) else shown)
    _open_to(evidence, audience, circle)
    index_evidence([evidence.pk])
    facts = {
        "title": evidence.title,
        "kind": evidence.kind,
        "has_link": bool(url),
        "has_file": blob is not None,
    }
    record(CAPTURED, by=by, about=evidence, data=facts)
    return evidence


@transaction.atomic
def edit(
    *, evidence: Evidence, by: Person, upload: Any = None, file_name: str = "", **changes: Any
) -> Evidence:
    """Change the fields named; a new ``upload`` takes the place of the file. A changed link is checked anew."""
    known = {*_WORDS, "kind", "happened_on", "body", "url"}
    if unknown := changes.keys() - known:
        raise TypeError(f"Evidence is not edited by {sorted(unknown)}.")
    before = evidence.url
    if "url" in changes:
        changes["url"] = _good_url(changes["url"])
    if "body" in changes:
        changes["body"] = richtext.clean(changes["body"]) if changes["body"].strip() else ""
    for name, value in changes.items():
        setattr(evidence, name, value)
    if upload is not None:
        evidence.blob = _kept_file(upload, evidence.owner, file_name, instead_of=evidence.blob)
        evidence.file_name = files.clean_name(file_name or upload.name or "")
        is_said = evidence.kind == Evidence.Kind.TESTIMONIAL or "kind" in changes
        evidence.kind = _kind(
            evidence.kind if is_said else None, evidence.blob, evidence.url, evidence.file_name
        )
    _tidy(evidence)
    if not evidence.title:
        raise Refusal(_("Evidence needs a title, so that you find it again."), code="title")
    if not (evidence.blob_id or evidence.url or evidence.source_kind or richtext.plain(evidence.body)):
        raise Refusal(_("Evidence needs a link, a file or a note."), code="nothing")
    if evidence.audience not in {Audience.PRIVATE, Audience.CIRCLE}:
        _require_showable(evidence)
    if evidence.url != before:
        evidence.link_checked_at = evidence.link_answers = None
        evidence.link_finding = ""
    evidence.edited_at = clock.now()
    evidence.save()
    index_evidence([evidence.pk])
    has_new_link = bool(evidence.url) and evidence.url != before
    facts = {"title": evidence.title, "has_link": has_new_link, "has_file": upload is not None}
    record(EDITED, by=by, about=evidence, data=facts)
    return evidence


@transaction.atomic
def remove(*, evidence: Evidence, by: Person) -> None:
    """Erase it. What was handed in stays in the submission's own frozen copy."""
    record(REMOVED, by=by, about=evidence, data={"title": evidence.title})
    key = evidence.pk
    evidence.delete()
    index_evidence([key])


@transaction.atomic
def keep(*, by: Person, source: Source, node: Node | None = None) -> tuple[Evidence, bool]:
    """Keep what stands at a place of this site, with a copy that does not change with it; True if it is new.

    Asked for the same place again, it is the same piece, as it was kept first. ``node`` is one of those that the week or
    the project names: the piece is aligned to it in the same step.
    """
    named = {criterion.node.pk: criterion for criterion in source.criteria}
    if node is not None and node.pk not in named:
        raise Refusal(_("That criterion is not named there. Keep it first, and then say what it speaks for."))
    at = clock.now()
    words = Evidence(title=source.title, url=source.link)
    _tidy(words)
    evidence, is_new = Evidence.objects.get_or_create(
        owner=by,
        source_kind=source.kind,
        source_id=source.pk,
        defaults={
            "title": words.title or str(source.kind.label),
            "kind": Evidence.Kind.LINK if words.url else Evidence.Kind.NOTE,
            "url": words.url,
            "happened_on": source.happened_on,
            "source_url": source.url,
            "source_title": _line(source.place, TITLE_MOST),
            "source_author": source.author,
            "source_name": source.name,
            "source_at": source.at,
            "frozen_html": source.html,
            "frozen_sha256": provenance.fingerprint(source.html),
            "frozen_at": at,
            "captured_at": at,
            "edited_at": at,
        },
    )
    if is_new:
        index_evidence([evidence.pk])
        if source.author is not None and source.author.pk != by.pk:
            # Their words in one's own evidence: asked for, as for anybody who is seen or heard in it.
            note = _("their words, kept from this site")
            _add_person_shown(evidence, {"who": source.name, "note": note})
        facts = {"title": evidence.title, "kind": evidence.kind, "from": str(source.kind)}
        record(
            CAPTURED, by=by, about=evidence, data={**facts, "has_link": bool(words.url), "has_file": False}
        )
    if node is not None and not evidence.alignments.filter(node=node).exists():
        align(evidence=evidence, by=by, node=node, strength=named[node.pk].strength)
    return evidence, is_new


@transaction.atomic
def forget_author(*, person: Person) -> None:
    """For an erasure: what others kept of this person's words stays with them, without the name."""
    kept = Evidence.objects.filter(source_author=person).exclude(owner=person)
    PersonShown.objects.filter(evidence__in=kept, who=F("evidence__source_name")).update(
        who=_("somebody who has left")
    )
    keys = list(kept.values_list("pk", flat=True))
    kept.update(source_name="", source_author=None)
    index_evidence(keys)


# What it speaks for ---------------------------------------------------------------------------------------------------


@transaction.atomic
def align(
    *,
    evidence: Evidence,
    by: Person,
    node: Node | None = None,
    principle: Principle | None = None,
    strength: int = Alignment.Strength.PRIMARILY,
) -> Alignment:
    """Say that it speaks for one criterion or one principle, and how strongly; said again, the strength changes."""
    if (node is None) == (principle is None):
        raise TypeError("Evidence is aligned to one criterion or to one principle.")
    strength = _good_strength(strength)
    alignment, is_new = Alignment.objects.get_or_create(
        evidence=evidence, node=node, principle=principle, defaults={"strength": strength}
    )
    if is_new or alignment.strength != strength:
        alignment.strength = strength
        alignment.save(update_fields=["strength"])
        data = {"title": evidence.title, "to": _code(node, principle), "strength": strength}
        record(ALIGNED, by=by, about=evidence, data=data)
    return alignment


@transaction.atomic
def unalign(
    *, evidence: Evidence, by: Person, node: Node | None = None, principle: Principle | None = None
) -> None:
    """No longer say so; nothing happens if it was not said."""
    gone, _models = Alignment.objects.filter(evidence=evidence, node=node, principle=principle).delete()
    if gone:
        record(UNALIGNED, by=by, about=evidence, data={"title": evidence.title, "to": _code(node, principle)})


@transaction.atomic
def realign(*, evidence: Evidence, by: Person, strengths: Mapping[Node | Principle, int]) -> bool:
    """Say of many criteria and principles at once how strongly it speaks for each (0: not); False if nothing changed.

    Those that are not named stay as they are.
    """
    existing = {
        (alignment.node_id, alignment.principle_id): alignment
        for alignment in Alignment.objects.select_for_update().filter(evidence=evidence)
    }
    changed = False
    for target, wanted in strengths.items():
        node, principle = (target, None) if isinstance(target, Node) else (None, target)
        known = existing.get((node.pk if node else None, principle.pk if principle else None))
        if not wanted:
            if known is not None:
                known.delete()
                changed = True
            continue
        strength = _good_strength(wanted)
        if known is None:
            Alignment.objects.create(evidence=evidence, node=node, principle=principle, strength=strength)
            changed = True
        elif known.strength != strength:
            known.strength = strength
            known.save(update_fields=["strength"])
            changed = True
    if changed:
        record(REALIGNED, by=by, about=evidence, data={"title": evidence.title})
    return changed


def _code(node: Node | None, principle: Principle | None) -> str:
    target = node or principle
    return target.code if target is not None else ""


def _good_strength(strength: int) -> int:
    if strength not in Alignment.Strength.values:
        raise Refusal(_("Evidence speaks for something directly, primarily, or it may also; nothing else."))
    return strength


# Who sees it, and who is seen in it -----------------------------------------------------------------------------------


@transaction.atomic
def set_audience(*, evidence: Evidence, by: Person, audience: str, circle: Circle | None = None) -> Evidence:
    """Say who can see it. Refused while an image cannot be heard, or somebody shown has not agreed."""
    before = (evidence.audience, evidence.circle_id)
    _open_to(evidence, audience, circle)
    if (evidence.audience, evidence.circle_id) != before:
        record(AUDIENCE_SET, by=by, about=evidence, data={"title": evidence.title, "audience": audience})
    return evidence


def _open_to(evidence: Evidence, audience: str, circle: Circle | None) -> None:
    if audience not in Audience.values:
        raise Refusal(_("There is no such audience."))
    if audience == Audience.CIRCLE:
        if circle is None:
            raise Refusal(_("Which circle may see it?"), code="circle")
        if not CircleMember.objects.filter(circle=circle, person=evidence.owner_id).exists():
            raise Refusal(_("You can show it to circles that you are in yourself."), code="circle")
    if audience not in {Audience.PRIVATE, Audience.CIRCLE}:
        _require_showable(evidence)
    evidence.audience = audience
    evidence.circle = circle if audience == Audience.CIRCLE else None
    evidence.save(update_fields=["audience", "circle"])


def _require_showable(evidence: Evidence) -> None:
    if evidence.kind == Evidence.Kind.IMAGE and not evidence.alt_text:
        raise Refusal(
            _("Before everyone sees the image, say in words what it shows: for those who can't see it."),
            code="alt_text",
        )
    unanswered = [shown.who for shown in evidence.people_shown.all() if queries.is_open(shown)]
    if unanswered:
        raise Refusal(
            ngettext(
                "Somebody shown in it has not agreed yet. Ask them, or make them unrecognisable, before everyone sees it.",
                "%(count)s shown in it have not agreed yet. Ask them, or make them unrecognisable, before everyone sees it.",
                len(unanswered),
            )
            % {"count": len(unanswered)},
            code="permission",
            details=unanswered,
        )


@transaction.atomic
def add_person_shown(
    *,
    evidence: Evidence,
    by: Person,
    who: str,
    permission: str = PersonShown.Permission.UNASKED,
    note: str = "",
) -> PersonShown:
    """Note that somebody, or a group, is to be seen or heard in it, and whether they agreed."""
    shown = _add_person_shown(evidence, {"who": who, "permission": permission, "note": note})
    record(PERMISSION_NOTED, by=by, about=evidence, data={"title": evidence.title})
    return shown


@transaction.atomic
def note_permission(*, shown: PersonShown, by: Person, permission: str, note: str = "") -> PersonShown:
    shown.permission = _good_permission(permission)
    shown.note = _line(note, 300)
    shown.save(update_fields=["permission", "note"])
    record(PERMISSION_NOTED, by=by, about=shown.evidence, data={"title": shown.evidence.title})
    return shown


@transaction.atomic
def remove_person_shown(*, shown: PersonShown, by: Person) -> None:
    record(PERMISSION_NOTED, by=by, about=shown.evidence, data={"title": shown.evidence.title})
    shown.delete()


def _add_person_shown(evidence: Evidence, said: Mapping[str, str]) -> PersonShown:
    who = _line(said.get("who", ""), 200)
    if not who:
        raise Refusal(_("Who is shown? A name, or words such as “my students of 2025”."), code="who")
    permission = _good_permission(said.get("permission") or PersonShown.Permission.UNASKED)
    return PersonShown.objects.create(
        evidence=evidence, who=who, permission=permission, note=_line(said.get("note", ""), 300)
    )


def _good_permission(permission: str) -> str:
    if permission not in PersonShown.Permission.values:
        raise Refusal(_("They agreed, can't be recognised, were asked, or were not asked yet; nothing else."))
    return permission


# The machine ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def note_link(*, evidence: Evidence, found: LinkCheck, page_title: str = "") -> Evidence:
    """Keep what a look at the link found, and the page's own title where ours was only guessed from the address."""
    evidence.link_checked_at = clock.now()
    evidence.link_answers = found.answers
    evidence.link_finding = found.reason[:300]
    page_title = _line(page_title, TITLE_MOST)
    if page_title and evidence.title == _title_of_link(evidence.url):
        evidence.title = page_title
    evidence.save(update_fields=["link_checked_at", "link_answers", "link_finding", "title"])
    if evidence.title == page_title:
        index_evidence([evidence.pk])
    record(LINK_CHECKED, by=None, about=evidence, data={"title": evidence.title, "answers": found.answers})
    return evidence


# Making good what was typed -------------------------------------------------------------------------------------------


def _line(words: str, most: int) -> str:
    """One line without control characters, cut at a word."""
    words = re.sub(r"[\s\x00-\x1f\x7f]+", " ", words).strip()
    if len(words) <= most:
        return words
    cut = words[: most - 1]
    return (cut.rpartition(" ")[0] or cut).rstrip(" ,.;:") + "…"


def _tidy(evidence: Evidence) -> None:
    """Cut what is a line to a line that fits, and take control characters out of the rest."""
    for name, most in _LINES.items():
        setattr(evidence, name, _line(getattr(evidence, name) or "", most))
    for name in ("description", "impact"):
        words = (getattr(evidence, name) or "").replace("\r\n", "\n").strip()
        setattr(evidence, name, re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "", words))


_is_web_address = URLValidator(schemes=["http", "https"])


def _good_url(url: str) -> str:
    url = url.strip()
    if not url:
        return ""
    if "://" not in url and re.match(r"[\w-]+(\.[\w-]+)+(/|$)", url):
        url = f"https://{url}"
    try:
        _is_web_address(url)
        parts = urlsplit(url)
    except (ValidationError, ValueError) as fault:
        raise Refusal(_("This is not a web address: it should begin with https://."), code="url") from fault
    if parts.username is not None or parts.password is not None:
        raise Refusal(
            _(
                "The address holds a user name or a password. Give it without, and say under “how to get in” what is needed."
            ),
            code="url",
        )
    if len(url) > 2000:  # noqa: PLR2004 -- as long as the field
        raise Refusal(_("The address is longer than 2000 characters. Is there a shorter one?"), code="url")
    return url


def _kept_file(upload: Any, owner: Person, file_name: str, instead_of: Blob | None = None) -> Blob:
    room = queries.room(owner)
    left = room.left + (instead_of.size if instead_of is not None else 0)
    blob = files.store(upload, max_bytes=room.most_a_file, name=file_name)
    is_counted = Evidence.objects.filter(owner=owner, blob=blob).exists()
    if blob.size > left and not is_counted:
        raise Refusal(
            _("There is no room left for it: your files may have %(most)s together, and it needs %(needed)s.")
            % {"most": files.in_words(room.most), "needed": files.in_words(blob.size)},
            code="no-room",
        )
    return blob


def _kind(kind: str | None, blob: Blob | None, url: str, name: str = "") -> str:
    """The kind by what it is; a kind that was said holds where content can't tell, as with a testimonial."""
    if kind and kind not in Evidence.Kind.values:
        raise Refusal(_("There is no such kind of evidence."))
    if blob is None:
        if kind == Evidence.Kind.NOTE and url:
            return Evidence.Kind.LINK
        return kind or (Evidence.Kind.LINK if url else Evidence.Kind.NOTE)
    by_content = files.kind_of(blob.media_type) or Evidence.Kind.DOCUMENT
    if not kind or kind in FREE_KINDS or kind == by_content:
        return kind or by_content
    raise Refusal(
        _("“%(name)s” is no %(kind)s.") % {"name": name, "kind": str(Evidence.Kind(kind).label).lower()},
        code="kind",
    )


def _guessed_title(evidence: Evidence) -> str:
    if evidence.file_name:
        stem = evidence.file_name.rpartition(".")[0] or evidence.file_name
        return _line(re.sub(r"[_\-]+|(?<=\w)\.(?=\w)", " ", stem), TITLE_MOST) or evidence.file_name
    if evidence.url:
        return _title_of_link(evidence.url)
    first = next(iter(richtext.plain(evidence.body).splitlines()), "")
    return _line(first, 80)


def _title_of_link(url: str) -> str:
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    last = unquote(parts.path.rstrip("/").rpartition("/")[2])
    last = re.sub(r"\.(html?|php|aspx?)$", "", last)
    words = re.sub(r"[_\-+]+", " ", last).strip()
    return _line(f"{words} ({host})" if words else host, TITLE_MOST)


def as_html(words: str) -> str:
    """Plain words as the safe HTML of a note: a paragraph for each block of lines."""
    blocks = [block.strip() for block in re.split(r"\n\s*\n", words.replace("\r\n", "\n")) if block.strip()]
    return "".join(f"<p>{escape(block).replace(chr(10), '<br>')}</p>" for block in blocks)
