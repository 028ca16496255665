"""The wire format: an award as an OpenBadgeCredential (Open Badges 3.0 on Verifiable Credentials 2.0), without its proof."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from collegium.credentials import contexts, proofs

CONTEXTS: Final = (contexts.CREDENTIALS_V2, contexts.OPEN_BADGES)


@dataclass(frozen=True)
class Issuer:
    """Who says it: a DID, and how people call it."""

    did: str
    name: str
    url: str
    description: str = ""
    email: str = ""

    def profile(self) -> dict[str, Any]:
        return _without_empty(
            {
                "id": self.did,
                "type": ["Profile"],
                "name": self.name,
                "url": self.url,
                "description": self.description,
                "email": self.email,
            }
        )


@dataclass(frozen=True)
class Level:
    """A level of the scheme's scale, lowest first in the list that it stands in."""

    key: str
    title: str
    suffices: bool


@dataclass(frozen=True)
class AssessedSection:
    """A part that was judged: the criterion that it answers and, where there is one, the level it was given."""

    key: str
    code: str
    title: str
    level: str = ""
    """Key of a ``Level``; empty where the scheme does not publish levels."""


@dataclass(frozen=True)
class Achievement:
    """What the award is for. Its address is a page that people can read."""

    address: str
    name: str
    description: str
    criteria: str
    criteria_address: str
    framework: str
    version: str
    language: str
    image: str
    image_caption: str
    creator: Issuer | None = None
    levels: Sequence[Level] = ()
    tags: Sequence[str] = ()
    kind: str = "Certification"
    """One of the standard's achievement types."""


@dataclass(frozen=True)
class Holder:
    """Who holds it. The e-mail address goes in only as a salted hash: it proves, and tells nothing."""

    name: str
    email: str = ""
    salt: str = ""
    did: str = ""

    def identifiers(self) -> list[dict[str, Any]]:
        named = [_identity("name", self.name, hashed=False)]
        if self.email:
            named.append(_identity("emailAddress", self.email.strip().lower(), hashed=True, salt=self.salt))
        return named


@dataclass(frozen=True)
class EvidenceLink:
    """Evidence that the holder chose to show, at an address of its own."""

    address: str
    title: str
    genre: str = ""
    description: str = ""


def email_hash(email: str, salt: str) -> str:
    """As the standard writes it: ``sha256$`` and the hash of the address followed by the salt."""
    return f"sha256${hashlib.sha256(f'{email.strip().lower()}{salt}'.encode()).hexdigest()}"


def _identity(kind: str, value: str, *, hashed: bool, salt: str = "") -> dict[str, Any]:
    entry: dict[str, Any] = {
        "type": "IdentityObject",
        "hashed": hashed,
        "identityHash": email_hash(value, salt) if hashed else value,
        "identityType": kind,
    }
    return {**entry, "salt": salt} if hashed else entry


def _without_empty(held: dict[str, Any]) -> dict[str, Any]:
    return {term: value for term, value in held.items() if value not in ("", [], None)}


def _image(address: str, caption: str) -> dict[str, Any]:
    return {"id": address, "type": "Image", "caption": caption}


def _result_address(achievement: Achievement, section: AssessedSection) -> str:
    return f"{achievement.address}#result-{_fragment(section.key)}"


def _fragment(key: str) -> str:
    return key.replace("#", "-").replace(" ", "-")


def _result_description(achievement: Achievement, section: AssessedSection) -> dict[str, Any]:
    address = _result_address(achievement, section)
    described: dict[str, Any] = {
        "id": address,
        "type": ["ResultDescription"],
        "name": f"{section.code} {section.title}".strip(),
        "resultType": "RubricCriterionLevel" if achievement.levels else "Status",
    }
    if achievement.levels:
        described["rubricCriterionLevel"] = [
            {
                "id": f"{address}-{_fragment(level.key)}",
                "type": ["RubricCriterionLevel"],
                "name": level.title,
                "level": level.title,
            }
            for level in achievement.levels
        ]
        enough = next((level for level in achievement.levels if level.suffices), None)
        if enough:
            described["requiredLevel"] = f"{address}-{_fragment(enough.key)}"
    return described


def _result(achievement: Achievement, section: AssessedSection) -> dict[str, Any]:
    address = _result_address(achievement, section)
    titles = {level.key: level.title for level in achievement.levels}
    if section.level in titles:
        return {
            "type": ["Result"],
            "resultDescription": address,
            "achievedLevel": f"{address}-{_fragment(section.level)}",
            "value": titles[section.level],
        }
    return {"type": ["Result"], "resultDescription": address, "status": "Completed"}


def achievement_document(achievement: Achievement, sections: Sequence[AssessedSection]) -> dict[str, Any]:
    return _without_empty(
        {
            "id": achievement.address,
            "type": ["Achievement"],
            "achievementType": achievement.kind,
            "name": achievement.name,
            "description": achievement.description,
            "criteria": {"id": achievement.criteria_address, "narrative": achievement.criteria},
            "creator": achievement.creator.profile() if achievement.creator else None,
            "image": _image(achievement.image, achievement.image_caption),
            "inLanguage": achievement.language,
            "version": achievement.version,
            "tag": list(achievement.tags),
            "alignment": [
                {
                    "type": ["Alignment"],
                    "targetCode": section.code,
                    "targetName": section.title,
                    "targetFramework": achievement.framework,
                    "targetType": "CFItem",
                    "targetUrl": f"{achievement.criteria_address}#{_fragment(section.code)}",
                }
                for section in {section.code: section for section in sections}.values()
            ],
            "resultDescription": [_result_description(achievement, section) for section in sections],
        }
    )


def credential(
    *,
    address: str,
    issuer: Issuer,
    achievement: Achievement,
    holder: Holder,
    sections: Sequence[AssessedSection],
    evidence: Sequence[EvidenceLink],
    awarded_at: datetime,
    valid_from: datetime,
    valid_until: datetime | None,
    status: dict[str, Any],
    licence_number: str = "",
) -> dict[str, Any]:
    """The credential to sign. Signing refuses it if any of its terms were unknown to the contexts."""
    subject = _without_empty(
        {
            "id": holder.did,
            "type": ["AchievementSubject"],
            "identifier": holder.identifiers(),
            "licenseNumber": licence_number,
            "achievement": achievement_document(achievement, sections),
            "result": [_result(achievement, section) for section in sections],
        }
    )
    return _without_empty(
        {
            "@context": list(CONTEXTS),
            "id": address,
            "type": ["VerifiableCredential", "OpenBadgeCredential"],
            "name": achievement.name,
            "description": achievement.description,
            "image": _image(achievement.image, achievement.image_caption),
            "issuer": issuer.profile(),
            "awardedDate": proofs.stamp(awarded_at),
            "validFrom": proofs.stamp(valid_from),
            "validUntil": proofs.stamp(valid_until) if valid_until else None,
            "credentialSubject": subject,
            "credentialStatus": status,
            "evidence": [
                _without_empty(
                    {
                        "id": link.address,
                        "type": ["Evidence"],
                        "name": link.title,
                        "genre": link.genre,
                        "description": link.description,
                    }
                )
                for link in evidence
            ],
        }
    )
