"""From the award on: the credential, what others can check of it, and the files that are left."""

import copy
import shutil
from pathlib import Path
from typing import Any

from collegium.accreditation import queries
from collegium.credentials import actions, badges, baking, certificates, contexts, exporting, verification
from collegium.credentials.models import Award, Credential
from collegium.credentials.queries import awards, issuing
from collegium.evidence import actions as evidence
from collegium.foundation import clock
from collegium.foundation.refusal import Refusal
from collegium.home.rehearsal.portfolio import Candidacy
from collegium.home.rehearsal.stage import Stage
from collegium.home.rehearsal.telling import Step, day
from collegium.people.models import Audience
from collegium.portfolios import export
from collegium.portfolios import queries as portfolio_queries

REASON = "A rehearsal: shown so that a revocation has been seen once."


def is_awarded(candidacy: Candidacy) -> Award:
    """What a pass makes by itself; where the scheme has not said for how long, the coordinator is asked first."""
    stage = candidacy.stage
    with stage.told.step(candidacy.chapter, f"{candidacy.name} is given the award") as step:
        submission = candidacy.submission
        award = Award.objects.filter(submission=submission).first()
        if award is None:
            step.say(
                "The award waits, since the scheme has not said for how long it is valid. Its coordinator was told."
            )
            stage.answer(step, candidacy.terms.rules.award_validity.path, "the award")
            award = Award.objects.filter(submission=submission).first()
        if not step.check("There is an award", holds=award is not None) or award is None:
            raise Refusal("No award was made.")
        letters = f" ({award.post_nominals})" if award.post_nominals else ""
        until = f"until {day(award.valid_until)}" if award.valid_until else "for life"
        step.say(f"{award.title}{letters}, valid {until}.")
        step.check("It has a credential", holds=awards.current_credential(award) is not None)
        found = Award.objects.listed().filter(pk=award.pk).exists()
        step.check("It is on the public register", holds=found)
    return award


def is_verified(candidacy: Candidacy, award: Award) -> None:
    """By whoever has the file, and asks nobody here."""
    with candidacy.stage.told.step(candidacy.chapter, "A stranger checks the credential") as step:
        document = credential_of(award).document
        _verified(step, "As JSON", contexts.write(document).encode())
        _verified(step, "Inside the picture (PNG)", png(award))
        _verified(step, "Inside the picture (SVG)", svg(award))
        _not_verified(step, "With another name in it", _with_another_name(document), "altered")
        _not_verified(step, "With a later end", _with_another_end(document), "altered")
        signed = {term: held for term, held in document.items() if term != "proof"}
        _not_verified(step, "Without its proof", signed, "unsigned")


def names_evidence(candidacy: Candidacy, award: Award) -> None:
    """The holder chooses what the credential leads to; only what is public can be named."""
    link = next((kept.piece for kept in candidacy.kept if kept.piece.url), None)
    if link is None:
        return
    with candidacy.stage.told.step(
        candidacy.chapter, f"{candidacy.name} chooses the evidence that the credential names"
    ) as step:
        link.refresh_from_db()
        step.refused(
            "Naming evidence that is not public",
            lambda: actions.choose_evidence(award=award, by=candidacy.person, evidence=[link]),
        )
        evidence.set_audience(evidence=link, by=candidacy.person, audience=Audience.PUBLIC)
        actions.choose_evidence(award=award, by=candidacy.person, evidence=[link])
        report = _verified(step, "The new credential", contexts.write(credential_of(award).document).encode())
        step.check(
            f"It leads to “{link.title}”",
            holds=any(title == link.title for title, _url in report.claim.evidence),
        )
        judged = {area.label for area in queries.areas(candidacy.submission, candidacy.terms)}
        step.check(
            f"It has a result for each of the {len(judged)} areas",
            holds=len(report.claim.results) == len(judged),
        )


def is_revoked(candidacy: Candidacy, award: Award) -> None:
    stage = candidacy.stage
    coordinator = stage.cast.coordinator
    with stage.told.step(
        candidacy.chapter, f"{coordinator.name} revokes the award, to see what that looks like"
    ) as step:
        _verified(step, "Before", contexts.write(credential_of(award).document).encode())
        step.refused(
            "Revoking it without a reason", lambda: actions.revoke(award=award, by=coordinator, reason=" ")
        )
        actions.revoke(award=award, by=coordinator, reason=REASON)
        _not_verified(step, "Afterwards, the same file", credential_of(award).document, "revoked")


# Checking -------------------------------------------------------------------------------------------------------------


def credential_of(award: Award) -> Credential:
    """The newest one, whether or not it is still in force."""
    return award.credentials.select_related("status_list", "key").latest("issued_at", "pk")


def png(award: Award) -> bytes:
    return baking.bake_png(
        badges.png(awards.badge_of(award.pathway)), contexts.write(credential_of(award).document)
    )


def svg(award: Award) -> bytes:
    drawn = badges.svg(awards.badge_of(award.pathway))
    return baking.bake_svg(drawn, contexts.write(credential_of(award).document)).encode()


def _verified(step: Step, what: str, given: bytes, fetch: Any = issuing.fetch) -> verification.Report:
    report = verification.verify(given, fetch=fetch, at=clock.now())
    step.check(f"{what}: “{report.summary}”", holds=report.holds is True)
    if report.holds is not True:
        step.list("Why not:", (found.sentence for found in report.findings if found.holds is not True))
    return report


def _not_verified(
    step: Step, what: str, given: bytes | dict[str, Any], code: str, fetch: Any = issuing.fetch
) -> None:
    report = verification.verify(given, fetch=fetch, at=clock.now())
    found = any(finding.code == code and finding.holds is False for finding in report.findings)
    step.check(f"{what}: “{report.summary}”", holds=report.holds is False and found)


def _with_another_name(document: dict[str, Any]) -> dict[str, Any]:
    changed = copy.deepcopy(document)
    for identifier in changed["credentialSubject"]["identifier"]:
        if identifier.get("identityType") == "name":
            identifier["identityHash"] = "Somebody Else"
    return changed


def _with_another_end(document: dict[str, Any]) -> dict[str, Any]:
    return {**copy.deepcopy(document), "validUntil": "2199-12-31T23:59:59Z"}


# What is left -----------------------------------------------------------------------------------------------------------


def leave(candidacy: Candidacy, award: Award, revoked: Award | None, folder: Path, chapter: str) -> None:
    """The files of the first candidate, and the register of all, below ``folder``; each is checked as it lies there."""
    told = candidacy.stage.told
    with told.step(chapter, "The holder takes everything along") as step:
        document = contexts.write(credential_of(award).document)
        _put(folder / "credential.json", document.encode())
        _put(folder / "credential.png", png(award))
        _put(folder / "credential.svg", svg(award))
        _put(folder / "certificate.pdf", certificates.pdf(award))
        step.check("The certificate is a PDF", holds=_is_pdf(folder / "certificate.pdf"))
        portfolio = candidacy.portfolio
        taken = portfolio_queries.snapshot(portfolio)
        brought = portfolio_queries.files_of(portfolio)
        along = portfolio_queries.snapshot(portfolio, with_spare=False)
        _put(folder / "portfolio.pdf", export.pdf(along, brought))
        step.check("The portfolio is a PDF", holds=_is_pdf(folder / "portfolio.pdf"))
        _put(folder / "portfolio.zip", export.html_folder(along, brought))
        step.check(
            "The portfolio that was assessed is in it word for word",
            holds=candidacy.submission.content["sections"] == taken["sections"],
        )
    holder = f"{candidacy.name}, {candidacy.terms.pathway.title}"
    told.files += [
        ("credential.json", f"The credential of {holder} (Open Badges 3.0)"),
        ("credential.png", "The same, inside a picture"),
        ("credential.svg", "The same, inside a drawing"),
        ("certificate.pdf", "The certificate, to be printed"),
        ("portfolio.pdf", "The portfolio, as a tagged document"),
        ("portfolio.zip", "The portfolio, as pages to be opened in any browser (`index.html`)"),
    ]
    _register(candidacy.stage, award, revoked, folder, chapter)


def _register(stage: Stage, award: Award, revoked: Award | None, folder: Path, chapter: str) -> None:
    with stage.told.step(
        chapter, "The register is taken out of the house, and checked from its files alone"
    ) as step:
        out = folder / "register"
        count = exporting.export(out, key=actions.make_first_key())
        step.check(f"{count} awards are in it, as many as were made", holds=count == Award.objects.count())
        fetch = exporting.folder_fetch(out)
        for each in Award.objects.select_related("pathway").order_by("pk"):
            given = (out / "entries" / f"{each.public_id}.json").read_bytes()
            name = f"{each.holder_name}, {each.pathway.title}"
            if revoked is not None and each.pk == revoked.pk:
                _not_verified(step, name, given, "revoked", fetch)
            else:
                _verified(step, name, given, fetch)
        for name in ("credential.json", "credential.png", "credential.svg"):
            _verified(step, f"{name}, without asking this site", (folder / name).read_bytes(), fetch)
        entry = (out / "entries" / f"{award.public_id}.json").read_text(encoding="utf-8")
        changed = entry.replace(award.holder_name, "Somebody Else").encode()
        _not_verified(step, "An entry with another name in it", changed, "altered", fetch)
        index = (out / "index.html").read_text(encoding="utf-8")
        step.check("Its first page names the holder", holds=award.holder_name in index)
        if revoked is not None:
            step.check("It says why an award was revoked", holds=REASON in index)
    stage.told.files.append(("register/", "The public register as signed files, with keys and status lists"))


def _put(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _is_pdf(path: Path) -> bool:
    return path.read_bytes().startswith(b"%PDF-")


def replace(folder: Path, out: Path) -> None:
    """Puts what was made in the place of what an earlier rehearsal left there."""
    out.mkdir(parents=True, exist_ok=True)
    for made in folder.iterdir():
        standing = out / made.name
        if standing.is_dir():
            shutil.rmtree(standing)
        shutil.move(made, standing)
