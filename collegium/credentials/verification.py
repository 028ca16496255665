"""What holds of a credential that somebody shows, and what does not: each in its own sentence.

Nothing here knows this site: issuers, keys and lists are fetched by the function that is handed in, so the same code
runs on the page, on the command line, and over a folder of files.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from collegium.credentials import baking, contexts, dids, linkeddata, proofs, statuslists
from collegium.design.filters import day_in_words
from collegium.foundation import http

_JWT: Final = re.compile(r"^[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*(~.*)?$", re.DOTALL)
_TIME: Final = re.compile(
    r"^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$", re.ASCII
)
_INDEX: Final = re.compile(r"^[0-9]{1,10}$", re.ASCII)
MAX_STATUS_ENTRIES: Final = 4
BADGE_TYPES: Final = frozenset({"OpenBadgeCredential", "AchievementCredential"})


class Point(StrEnum):
    """What is looked at, in the order in which it is told."""

    READABLE = "readable"
    TERMS = "terms"
    SIGNATURE = "signature"
    ISSUER = "issuer"
    DATES = "dates"
    STATUS = "status"


@dataclass(frozen=True)
class Finding:
    """One answer. ``holds`` is None where it could not be found out. ``code`` is for programs, the rest for people."""

    point: Point
    code: str
    holds: bool | None
    sentence: str
    detail: str = ""


@dataclass(frozen=True)
class Claim:
    """What the credential says, read as text: whether it is true, the findings tell."""

    title: str = ""
    holder: str = ""
    holder_email_hashed: bool = False
    issuer: str = ""
    issuer_name: str = ""
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    awarded: datetime | None = None
    criteria: str = ""
    criteria_address: str = ""
    address: str = ""
    results: tuple[tuple[str, str], ...] = ()
    evidence: tuple[tuple[str, str], ...] = ()


@dataclass
class Report:
    form: str = ""
    claim: Claim = field(default_factory=Claim)
    document: dict[str, Any] | None = None
    findings: list[Finding] = field(default_factory=list)

    def add(self, point: Point, code: str, sentence: str, *, holds: bool | None, detail: str = "") -> None:
        self.findings.append(Finding(point, code, holds, sentence, detail))

    def about(self, point: Point) -> list[Finding]:
        return [finding for finding in self.findings if finding.point is point]

    @property
    def holds(self) -> bool | None:
        """True: all of it. False: something does not. None: nothing speaks against it, but not all could be asked."""
        answers = [finding.holds for finding in self.findings]
        if False in answers:
            return False
        return None if None in answers or not answers else True

    @property
    def summary(self) -> str:
        """The one sentence for somebody who has five seconds."""
        broken = {finding.code for finding in self.findings if finding.holds is False}
        signed = any(finding.code == "signed" for finding in self.findings)
        for code, (sentence, genuine) in self._worst().items():
            if code in broken and (signed or not genuine):
                return sentence
        if broken:
            return _("Do not rely on this credential: something in it does not hold.")
        if self.holds is None:
            if signed:
                return _("The signature is good, but not everything about it could be checked.")
            return _("It could not be checked, so it is neither confirmed nor refuted.")
        return _("This credential is genuine and in force.")

    @staticmethod
    def _worst() -> Mapping[str, tuple[str, bool]]:
        """The gravest first; and whether the sentence calls the credential genuine, which a signature must bear out."""
        return {
            "altered": (
                _("Do not rely on this: it was changed after it was signed, or signed by somebody else."),
                False,
            ),
            "stranger": (_("Do not rely on this: whoever signed it is not who it names as issuer."), False),
            "key-revoked": (
                _("Do not rely on this: its issuer no longer trusts the key that signed it."),
                False,
            ),
            "unsigned": (_("Do not rely on this: nobody has signed it."), False),
            "unsupported": (_("This credential cannot be checked here."), False),
            "unreadable": (_("There is no credential in this that could be checked."), False),
            "revoked": (_("This credential was genuine, and its issuer has revoked it."), True),
            "suspended": (_("This credential is genuine, and its issuer has suspended it for now."), True),
            "expired": (_("This credential is genuine, and has expired."), True),
            "not-yet-valid": (_("This credential is genuine, and not in force yet."), True),
        }


# Reading --------------------------------------------------------------------------------------------------------------


class _NotReadable(Exception):  # noqa: N818 -- an answer
    def __init__(self, sentence: str, *, code: str = "unreadable") -> None:
        super().__init__(sentence)
        self.code = code


def _form(given: bytes | str | Mapping[str, Any]) -> tuple[str, bytes | str | Mapping[str, Any]]:
    """What it looks like, by its content: JSON, PNG, SVG or JWT."""
    if isinstance(given, Mapping):
        return "json", given
    if isinstance(given, bytes):
        if len(given) > baking.MAX_BYTES:
            raise _NotReadable(_("The file is larger than ten million bytes, so it was not read."))
        if given.startswith(baking.PNG):
            return "png", given
        try:
            text = given.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise _NotReadable(_("The file is neither JSON nor a PNG or SVG picture.")) from None
    else:
        text = given
    text = text.strip()
    if not text:
        raise _NotReadable(_("There is nothing in it."))
    if _JWT.match(text):
        return "jwt", text
    if text.startswith("<") and "<svg" in text[:4_000]:
        return "svg", text
    return "json", text


def _read(given: bytes | str | Mapping[str, Any], report: Report) -> dict[str, Any]:
    report.form, content = _form(given)
    if report.form == "png" and isinstance(content, bytes):
        content = baking.unbake_png(content)
    elif report.form == "svg" and isinstance(content, str):
        content = baking.unbake_svg(content.encode())
    if report.form == "jwt" or (isinstance(content, str) and _JWT.match(content.strip())):
        raise _NotReadable(
            _(
                "It is signed as a JWT. That proof form is not supported here; only Data Integrity proofs are."
            ),
            code="unsupported",
        )
    read = linkeddata.parse(content) if isinstance(content, str | bytes) else dict(content)
    if isinstance(read, list) and len(read) == 1:
        read = read[0]
    if not isinstance(read, dict):
        raise _NotReadable(
            _("This is JSON, but not one credential: an object with names and values is expected.")
        )
    wrapped = read.get("verifiableCredential")
    if wrapped is not None and "credentialSubject" not in read:
        inner = wrapped[0] if isinstance(wrapped, list) and len(wrapped) == 1 else wrapped
        if not isinstance(inner, dict):
            raise _NotReadable(_("This is a collection of several credentials. Show one at a time."))
        read = inner
    if read.get("type") == "Assertion" or "badge" in read:
        raise _NotReadable(
            _("This is a badge of an older standard (Open Badges 2), which has no proof of this form."),
            code="unsupported",
        )
    if "VerifiableCredential" not in _many(read.get("type")):
        raise _NotReadable(_("This is JSON, but it does not say that it is a credential."))
    return read


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _first(value: Any) -> dict[str, Any]:
    found = _many(value)
    return found[0] if found and isinstance(found[0], dict) else {}


def _text(value: Any) -> str:
    """Text as it stands, or with its language beside it; bounded, for it is a stranger's."""
    if isinstance(value, dict):
        value = value.get("@value")
    if isinstance(value, list):
        value = next((_text(item) for item in value), "")
    return value[:2_000] if isinstance(value, str) else ""


def _web(value: Any) -> str:
    """An address that may be linked to."""
    text = _text(value)
    return text if text.startswith(("https://", "http://")) else ""


def moment(value: Any) -> datetime | None:
    """A time with its zone, as credentials must give it; None if it is not one."""
    found = _TIME.match(value) if isinstance(value, str) else None
    if found is None:
        return None
    try:
        return datetime.fromisoformat(f"{value[:19]}{found[8].replace('Z', '+00:00')}").astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def issuer_of(document: Mapping[str, Any]) -> str:
    issuer = document.get("issuer")
    return _text(issuer.get("id")) if isinstance(issuer, dict) else _text(issuer)


def _claim(document: dict[str, Any]) -> Claim:
    subject = _first(document.get("credentialSubject"))
    achievement = _first(subject.get("achievement"))
    criteria = _first(achievement.get("criteria"))
    issuer = document.get("issuer")
    holder, hashed = "", False
    for entry in _many(subject.get("identifier")):
        if not isinstance(entry, dict):
            continue
        if entry.get("identityType") == "name" and entry.get("hashed") is False:
            holder = _text(entry.get("identityHash"))
        hashed = hashed or (entry.get("identityType") == "emailAddress" and entry.get("hashed") is True)
    names = {
        entry["id"]: _text(entry.get("name"))
        for entry in _many(achievement.get("resultDescription"))
        if isinstance(entry, dict) and isinstance(entry.get("id"), str)
    }
    results = tuple(
        (names[entry["resultDescription"]], _text(entry.get("value")) or _text(entry.get("status")))
        for entry in _many(subject.get("result"))[:200]
        if isinstance(entry, dict)
        and isinstance(entry.get("resultDescription"), str)
        and entry["resultDescription"] in names
    )
    evidence = tuple(
        (_text(entry.get("name")) or _text(entry.get("id")), _web(entry.get("id")))
        for entry in _many(document.get("evidence"))[:200]
        if isinstance(entry, dict)
    )
    return Claim(
        title=_text(achievement.get("name")) or _text(document.get("name")),
        holder=holder or _text(subject.get("name")),
        holder_email_hashed=hashed,
        issuer=issuer_of(document),
        issuer_name=_text(issuer.get("name")) if isinstance(issuer, dict) else "",
        valid_from=moment(document.get("validFrom") or document.get("issuanceDate")),
        valid_until=moment(document.get("validUntil") or document.get("expirationDate")),
        awarded=moment(document.get("awardedDate")),
        criteria=_text(criteria.get("narrative")),
        criteria_address=_web(criteria.get("id")),
        address=_text(document.get("id")),
        results=results,
        evidence=evidence,
    )


# Checking -------------------------------------------------------------------------------------------------------------


def day(when: datetime) -> str:
    """The day in UTC: that is what the issuer wrote, wherever the reader is."""
    return day_in_words(when.date())


def verify(given: bytes | str | Mapping[str, Any], *, fetch: dids.Fetch, at: datetime) -> Report:
    """Everything that can be said about ``given`` at the moment ``at``. Never raises for what a stranger sends."""
    report = Report()
    try:
        document = _read(given, report)
    except _NotReadable as problem:
        report.add(Point.READABLE, problem.code, str(problem), holds=False)
        return report
    except (linkeddata.Unsound, baking.NotBaked) as problem:
        report.add(Point.READABLE, "unreadable", str(problem), holds=False)
        return report
    report.document = document
    report.claim = _claim(document)
    forms = {
        "json": _("It is a credential, read from JSON."),
        "png": _("It is a credential, read from a PNG picture."),
        "svg": _("It is a credential, read from an SVG picture."),
    }
    if BADGE_TYPES.isdisjoint(_many(document.get("type"))):
        kind = _(
            "It is a credential, but not an Open Badge: what it says about a person may be of another kind."
        )
        report.add(Point.READABLE, "readable", kind, holds=True)
    else:
        report.add(Point.READABLE, "readable", forms[report.form], holds=True)
    if _terms(document, report):
        _signature(document, report, fetch=fetch)
    _dates(report, document, at=at)
    _status(document, report, fetch=fetch, at=at)
    return report


def _terms(document: dict[str, Any], report: Report) -> bool:
    """Whether every term means something. If not, no signature can say anything, so none is looked at."""
    try:
        linkeddata.canonicalise({term: held for term, held in document.items() if term != "proof"})
    except contexts.UnknownContext as problem:
        report.add(
            Point.TERMS,
            "unknown-context",
            _("It uses words by a definition that is not known here, so its meaning cannot be checked."),
            holds=None,
            detail=problem.address[:300],
        )
        report.add(
            Point.SIGNATURE, "unchecked", _("Without it, the signature cannot be checked either."), holds=None
        )
        return False
    except linkeddata.Unsound as problem:
        report.add(Point.TERMS, "undefined-term", str(problem), holds=False, detail=problem.term[:300])
        report.add(Point.SIGNATURE, "unchecked", _("So the signature was not looked at."), holds=None)
        return False
    report.add(
        Point.TERMS,
        "terms",
        _("Every term in it has a known meaning, so the signature covers all of it."),
        holds=True,
    )
    return True


def _signature(document: dict[str, Any], report: Report, *, fetch: dids.Fetch) -> None:
    try:
        proof = proofs.read(document)
    except proofs.NoProof as problem:
        code = "unsigned" if not document.get("proof") else "unsupported"
        report.add(Point.SIGNATURE, code, str(problem), holds=False)
        return
    issuer = issuer_of(document)
    try:
        known = dids.signing_key(proof.method, fetch=fetch)
    except http.Unreachable as problem:
        report.add(
            Point.SIGNATURE,
            "unchecked",
            _("The signature could not be checked, for want of the issuer's key."),
            holds=None,
        )
        report.add(
            Point.ISSUER,
            "unreachable",
            _("The issuer cannot be reached just now to ask for its key. Try again later."),
            holds=None,
            detail=f"{proof.method[:200]}: {problem}",
        )
        return
    except dids.Unresolvable as problem:
        report.add(
            Point.SIGNATURE,
            "unchecked",
            _("The signature could not be checked, for want of the issuer's key."),
            holds=None,
        )
        report.add(Point.ISSUER, "no-key", str(problem), holds=False, detail=proof.method[:300])
        return
    try:
        good = proof.holds(known.key)
    except linkeddata.Unsound as problem:
        report.add(Point.SIGNATURE, "altered", str(problem), holds=False)
        return
    if not good:
        report.add(
            Point.SIGNATURE,
            "altered",
            _(
                "The signature does not fit: the credential was changed after it was signed, or signed with another key."
            ),
            holds=False,
        )
    else:
        report.add(
            Point.SIGNATURE,
            "signed",
            _("The signature fits: nothing was changed since it was signed on %(day)s.") % {"day": day(made)}
            if (made := moment(proof.created))
            else _("The signature fits: nothing was changed since it was signed."),
            holds=True,
        )
    _issuer(report, issuer, known, proof, good=good)


def _issuer(report: Report, issuer: str, known: dids.SigningKey, proof: proofs.Proof, *, good: bool) -> None:
    if issuer != known.controller:
        report.add(
            Point.ISSUER,
            "stranger",
            _("It names “%(issuer)s” as its issuer, but the key belongs to “%(signer)s”.")
            % {"issuer": issuer[:120], "signer": known.controller[:120]},
            holds=False,
        )
        return
    until = moment(known.expires) or moment(proof.expires)
    created = moment(proof.created)
    if known.revoked or (until is not None and created is not None and created > until):
        report.add(
            Point.ISSUER,
            "key-revoked",
            _("The key is the issuer's, but the issuer says not to trust it any more."),
            holds=False,
            detail=proof.method[:300],
        )
        return
    if not good:
        report.add(
            Point.ISSUER,
            "unproved",
            _(
                "It names a key of “%(issuer)s”, but without a signature that fits, nothing shows that they said this."
            )
            % {"issuer": issuer[:120]},
            holds=None,
        )
        return
    name = report.claim.issuer_name
    if issuer.startswith("did:web:"):
        site = issuer.removeprefix("did:web:").split(":")[0].replace("%3A", ":").replace("%3a", ":")
        sentence = _("The site %(site)s publishes this key as its own, so it is the issuer.") % {"site": site}
    else:
        # A did:key proves that one key signed, and nothing about whose key it is.
        report.add(
            Point.ISSUER,
            "nameless",
            _(
                "The issuer is only a key, with no site behind it. That it belongs to “%(name)s” is not proved."
            )
            % {"name": name or pgettext("an issuer without a name", "nobody named")},
            holds=None,
            detail=issuer[:300],
        )
        return
    report.add(Point.ISSUER, "issuer", sentence, holds=True, detail=issuer[:300])


def _dates(report: Report, document: dict[str, Any], *, at: datetime) -> None:
    claim = report.claim
    given = {
        name: document[name]
        for name in ("validFrom", "validUntil", "issuanceDate", "expirationDate")
        if document.get(name) is not None
    }
    if any(moment(value) is None for value in given.values()):
        report.add(
            Point.DATES,
            "dates-unreadable",
            _("A date in it is not readable, so its validity is not known."),
            holds=False,
        )
    elif claim.valid_from is None and claim.valid_until is None:
        report.add(Point.DATES, "dates", _("It names no dates between which it is valid."), holds=True)
    elif claim.valid_from is not None and at < claim.valid_from:
        report.add(
            Point.DATES,
            "not-yet-valid",
            _("It is not valid yet: it begins on %(day)s.") % {"day": day(claim.valid_from)},
            holds=False,
        )
    elif claim.valid_until is not None and at > claim.valid_until:
        report.add(
            Point.DATES,
            "expired",
            _("It has expired: it was valid until %(day)s.") % {"day": day(claim.valid_until)},
            holds=False,
        )
    elif claim.valid_until is None:
        sentence = _("It is valid since %(day)s, without an end.")
        report.add(Point.DATES, "dates", sentence % {"day": day(claim.valid_from or at)}, holds=True)
    else:
        sentence = _("It is valid today, and until %(day)s.")
        report.add(Point.DATES, "dates", sentence % {"day": day(claim.valid_until)}, holds=True)


# Status ---------------------------------------------------------------------------------------------------------------


def _status(document: dict[str, Any], report: Report, *, fetch: dids.Fetch, at: datetime) -> None:
    entries = _many(document.get("credentialStatus"))
    if not entries:
        report.add(
            Point.STATUS, "no-status", _("Its issuer keeps no list by which it could be revoked."), holds=True
        )
        return
    if len(entries) > MAX_STATUS_ENTRIES:
        report.add(
            Point.STATUS, "unknown-status", _("It names more status lists than can be asked."), holds=None
        )
        return
    for entry in entries:
        _status_entry(entry, issuer_of(document), report, fetch=fetch, at=at)


def _status_entry(entry: Any, issuer: str, report: Report, *, fetch: dids.Fetch, at: datetime) -> None:
    kind = _text(entry.get("type")) if isinstance(entry, dict) else ""
    if not isinstance(entry, dict) or kind != "BitstringStatusListEntry":
        report.add(
            Point.STATUS,
            "unknown-status",
            _(
                "Its status is kept in a form that is not known here (“%(form)s”), so whether it was revoked is not known."
            )
            % {"form": kind[:60] or "?"},
            holds=None,
        )
        return
    address, purpose, index = (
        _text(entry.get("statusListCredential")),
        entry.get("statusPurpose"),
        entry.get("statusListIndex"),
    )
    place = int(index) if isinstance(index, str) and _INDEX.match(index) else -1
    if purpose not in statuslists.PURPOSES or place < 0 or not _web(address):
        report.add(
            Point.STATUS,
            "unknown-status",
            _(
                "It does not say in a known way where its status stands, so whether it was revoked is not known."
            ),
            holds=None,
        )
        return
    try:
        bits = _list(address, issuer, str(purpose), fetch=fetch, at=at)
        marked = bits[place]
    except http.Unreachable as problem:
        report.add(
            Point.STATUS,
            "list-unreachable",
            _(
                "The issuer's status list cannot be reached just now, so whether it was revoked is not known. Try again later."
            ),
            holds=None,
            detail=f"{address[:200]}: {problem}",
        )
    except IndexError:
        report.add(
            Point.STATUS,
            "unknown-status",
            _("Its place is not on the issuer's status list, so whether it was revoked is not known."),
            holds=None,
            detail=address[:300],
        )
    except statuslists.UnreadableList as problem:
        report.add(
            Point.STATUS,
            "list-unknown",
            _("%(problem)s So whether it was revoked is not known.") % {"problem": problem},
            holds=None,
            detail=address[:300],
        )
    else:
        if not marked:
            sentence = (
                _("It is not revoked: its issuer's list says so.")
                if purpose == "revocation"
                else _("It is not suspended: its issuer's list says so.")
            )
            report.add(Point.STATUS, "in-force", sentence, holds=True, detail=address[:300])
        elif purpose == "revocation":
            report.add(
                Point.STATUS, "revoked", _("Its issuer has revoked it."), holds=False, detail=address[:300]
            )
        else:
            report.add(
                Point.STATUS,
                "suspended",
                _("Its issuer has suspended it."),
                holds=False,
                detail=address[:300],
            )


def _list(address: str, issuer: str, purpose: str, *, fetch: dids.Fetch, at: datetime) -> statuslists.Bits:
    """The issuer's own list: signed by it, for this purpose, and in date. Raises UnreadableList, in words."""
    try:
        found = linkeddata.parse(fetch(address))
        if not isinstance(found, dict):
            raise statuslists.UnreadableList(_("What stands at the address of the status list is not one."))
        types: Iterable[Any] = _many(found.get("type"))
        if "BitstringStatusListCredential" not in types or issuer_of(found) != issuer:
            raise statuslists.UnreadableList(_("The status list that it names is not one of its issuer's."))
        linkeddata.check_shape(found)
        proof = proofs.read(found)
        known = dids.signing_key(proof.method, fetch=fetch)
        good = proof.holds(known.key) and known.controller == issuer and not known.revoked
    except (linkeddata.Unsound, contexts.UnknownContext, proofs.NoProof, dids.Unresolvable):
        raise statuslists.UnreadableList(
            _("The issuer's status list is not signed in a way that can be checked.")
        ) from None
    if not good:
        raise statuslists.UnreadableList(_("The issuer's status list was changed by somebody else."))
    until = moment(found.get("validUntil"))
    if until is not None and at > until:
        raise statuslists.UnreadableList(_("The issuer's status list is out of date."))
    subject = _first(found.get("credentialSubject"))
    if purpose not in _many(subject.get("statusPurpose")):
        raise statuslists.UnreadableList(_("The status list that it names serves another purpose."))
    return statuslists.decode(subject.get("encodedList"))
