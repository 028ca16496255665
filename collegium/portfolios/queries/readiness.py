"""The readiness check: each rule of the scheme that is not met yet, in a sentence, with the place where it can be met."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from collegium.foundation import richtext
from collegium.portfolios.models import Portfolio
from collegium.portfolios.queries.desk import Desk, DeskSection, desk
from collegium.schemes import queries as schemes
from collegium.schemes import requirements
from collegium.schemes.documents import UNSET, UnsetRule


@dataclass(frozen=True)
class Finding:
    """One thing looked at. ``holds`` says whether all is well; what does not ``hinder`` is said and nothing more."""

    code: str
    sentence: str
    url: str
    section_key: str = ""
    holds: bool = False
    hinders: bool = True
    is_owners: bool = False  # its place opens for the owner alone


@dataclass(frozen=True)
class Readiness:
    findings: list[Finding]

    @property
    def open(self) -> list[Finding]:
        """What still stands between the portfolio and its submission."""
        return [finding for finding in self.findings if not finding.holds and finding.hinders]

    @property
    def remarks(self) -> list[Finding]:
        return [finding for finding in self.findings if not finding.holds and not finding.hinders]

    @property
    def met(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.holds]

    @property
    def is_ready(self) -> bool:
        return not self.open


def readiness(portfolio: Portfolio) -> Readiness:
    return check(desk(portfolio))


def check(laid: Desk, *, with_met: bool = True) -> Readiness:
    """The desk must have been laid with its words. ``with_met=False`` leaves out most of what is well already."""
    portfolio = laid.portfolio
    findings = [*_elsewhere(laid)] if portfolio.made_elsewhere else [*_components(laid, with_met=with_met)]
    findings += _requirements(laid)
    findings += _principles(laid)
    if not portfolio.made_elsewhere:
        findings += _bounds(laid, with_met=with_met)
        findings += _images(laid)
    findings += _evidence(laid)
    findings += _declaration(laid)
    findings += _unset(laid)
    if portfolio.group_id is not None:
        findings.append(
            Finding(
                "group",
                _("A group portfolio is not handed in: each of you takes what they wrote into their own."),
                portfolio.get_absolute_url(),
            )
        )
    if not portfolio.is_free:
        # Of what is locked nothing can be changed, and it has been judged: only what is open is looked at.
        locked = {each.key for each in laid if not each.section.is_open}
        findings = [finding for finding in findings if finding.section_key not in locked]
    return Readiness(findings)


# Sections -------------------------------------------------------------------------------------------------------------


def _asked_for(laid: Desk) -> set[str]:
    """Codes that every portfolio on the pathway needs, whatever else it chooses."""
    tree = laid.plan.requirement
    found: set[str] = set()
    if tree is not None:
        parts = tree.parts if isinstance(tree, requirements.All) else (tree,)
        found = {part.code for part in parts if isinstance(part, requirements.Instances)}
    return found | {each.code for each in laid.plan.sections if each.required is True}


def _components(laid: Desk, *, with_met: bool) -> Iterator[Finding]:
    asked = _asked_for(laid)
    for each in laid:
        code = each.section.node.code
        if not each.is_begun:
            if code in asked:
                yield Finding(
                    "section-empty",
                    _("%(section)s has not been begun.") % {"section": each.label},
                    each.url,
                    each.key,
                )
            continue
        for component in each.missing:
            yield Finding(
                "component-missing",
                _("%(component)s is missing in %(section)s.")
                % {"component": component.title, "section": each.label},
                f"{each.url}#{component.key}",
                each.key,
            )
        if with_met and not each.missing:
            yield Finding(
                "section-complete",
                _("%(section)s has all its parts.") % {"section": each.label},
                each.url,
                each.key,
                holds=True,
            )


def _requirements(laid: Desk) -> Iterator[Finding]:
    tree = laid.plan.requirement
    overview = laid.portfolio.get_absolute_url()
    if tree is None:
        return
    missing = laid.plan.unmet(laid.complete)
    said_already = _said_one_by_one(laid)
    said_already.update(laid.declaration_codes)
    dimensions = {each.code for each in laid.plan.dimensions}
    for each in missing:
        is_single = isinstance(each.requirement, requirements.Instances) and each.requirement.count == 1
        if is_single and each.codes[0] in said_already:
            continue
        place = next((on for on in laid if on.section.node.code in each.codes and not on.is_complete), None)
        sentence = each.sentence
        if each.requirement.says:
            sentence = _("Not met yet: %(rule)s") % {"rule": each.sentence}
        if len(each.codes) == 1 and each.codes[0] in dimensions:
            sentence = _("No complete section speaks for %(dimension)s yet.") % {
                "dimension": laid.plan.titles[each.codes[0]]
            }
        yield Finding(
            "dimension-untagged" if set(each.codes) & dimensions else "requirement",
            sentence,
            place.url if place else f"{overview}#sections",
            place.key if place else "",
        )
    if not missing:
        yield Finding(
            "requirement",
            _("Everything that %(pathway)s asks for is there.") % {"pathway": laid.portfolio.pathway.title},
            overview,
            holds=True,
        )


def _said_one_by_one(laid: Desk) -> set[str]:
    """Codes of which an own sentence says already what is missing."""
    asked = _asked_for(laid)
    if laid.portfolio.made_elsewhere:
        return {each.section.node.code for each in laid if not each.is_complete} & asked
    return {
        each.section.node.code
        for each in laid
        if (each.is_begun and each.missing) or (not each.is_begun and each.section.node.code in asked)
    }


def _bounds(laid: Desk, *, with_met: bool) -> Iterator[Finding]:
    for each in laid:
        low, high = each.bounds
        if not each.words or (low is None and high is None):
            continue
        facts = {"section": each.label, "words": each.words, "low": low, "high": high}
        if low is not None and each.words < low:
            yield Finding(
                "words-few",
                ngettext(
                    "%(section)s has one word; at least %(low)d are asked for.",
                    "%(section)s has %(words)d words; at least %(low)d are asked for.",
                    each.words,
                )
                % facts,
                each.url,
                each.key,
            )
        elif high is not None and each.words > high:
            yield Finding(
                "words-many",
                _("%(section)s has %(words)d words; at most %(high)d are asked for.") % facts,
                each.url,
                each.key,
            )
        elif with_met:
            yield Finding(
                "words",
                _("%(section)s has %(words)d words, which is within its bounds.") % facts,
                each.url,
                each.key,
                holds=True,
            )
    rule = laid.plan.pathway.words
    if rule is not None and rule.value is not UNSET and laid.words:
        low, high = rule.value.least, rule.value.most
        facts = {"words": laid.words, "low": low, "high": high}
        where = laid.portfolio.get_absolute_url()
        if high is not None and laid.words > high:
            yield Finding(
                "words-many",
                _("The portfolio has %(words)d words in all; at most %(high)d are asked for.") % facts,
                where,
            )
        elif low is not None and laid.words < low:
            yield Finding(
                "words-few",
                _("The portfolio has %(words)d words in all; at least %(low)d are asked for.") % facts,
                where,
            )


def _principles(laid: Desk) -> Iterator[Finding]:
    """Sections that have to refer to the principles, as the framework says of some."""
    if laid.portfolio.made_elsewhere:
        return
    for each in laid:
        if each.planned is None or not each.planned.must_refer_to_principles or not each.is_begun:
            continue
        is_marked = any(component.part and component.part.marks for component in each.components)
        yield Finding(
            "principles-unmarked",
            _("%(section)s has passages marked with a principle.") % {"section": each.label}
            if is_marked
            else _("%(section)s has to refer to the principles: mark the passages that do.")
            % {"section": each.label},
            f"{each.url}#principles",
            each.key,
            holds=is_marked,
        )


# Evidence and images --------------------------------------------------------------------------------------------------


def _evidence(laid: Desk) -> Iterator[Finding]:
    seen: set[int] = set()
    for each in laid:
        for placement in each.placements:
            evidence = placement.evidence
            if evidence.pk in seen:
                continue
            seen.add(evidence.pk)
            where = evidence.get_absolute_url()
            if evidence.kind == "image" and not evidence.alt_text.strip():
                yield Finding(
                    "image-without-alternative",
                    _("The image “%(title)s” has no text for those who cannot see it.")
                    % {"title": evidence.title},
                    where,
                    each.key,
                )
            if getattr(placement, "people_open", False):
                yield Finding(
                    "people-without-permission",
                    _("“%(title)s” shows people who have not agreed yet.") % {"title": evidence.title},
                    where,
                    each.key,
                )
            if evidence.url and evidence.link_answers is False:
                yield Finding(
                    "link-silent",
                    _("The link of “%(title)s” does not answer. %(why)s")
                    % {"title": evidence.title, "why": evidence.link_finding},
                    where,
                    each.key,
                )
            elif evidence.url and evidence.link_answers:
                yield Finding(
                    "link",
                    _("The link of “%(title)s” answers.") % {"title": evidence.title},
                    where,
                    each.key,
                    holds=True,
                )


def _images(laid: Desk) -> Iterator[Finding]:
    for each in laid:
        for component in each.components:
            html = component.part.html if component.part else ""
            lacking = richtext.images_without_alt(html) if "<img" in html else 0
            if lacking:
                yield Finding(
                    "image-without-alternative",
                    ngettext(
                        "An image in %(section)s has no text for those who cannot see it.",
                        "%(count)d images in %(section)s have no text for those who cannot see them.",
                        lacking,
                    )
                    % {"section": each.label, "count": lacking},
                    f"{each.url}#{component.key}",
                    each.key,
                )


# The whole ------------------------------------------------------------------------------------------------------------


def _elsewhere(laid: Desk) -> Iterator[Finding]:
    portfolio = laid.portfolio
    where = reverse("portfolios:elsewhere", kwargs={"portfolio_id": portfolio.pk})
    if not portfolio.elsewhere_url and portfolio.elsewhere_blob_id is None:
        yield Finding("elsewhere-missing", _("The address or the file of the portfolio is missing."), where)
    elif portfolio.elsewhere_url and portfolio.elsewhere_answers is False:
        yield Finding(
            "link-silent",
            _("The address of the portfolio does not answer. %(why)s") % {"why": portfolio.elsewhere_finding},
            where,
        )
    elif portfolio.elsewhere_url and portfolio.elsewhere_answers:
        yield Finding("link", _("The address of the portfolio answers."), where, holds=True)
    asked = _asked_for(laid)
    for each in laid:
        if not each.is_complete and each.section.node.code in asked:
            yield Finding(
                "elsewhere-unplaced",
                _("It is not said where %(section)s is.") % {"section": each.label},
                where,
                each.key,
            )


def _declaration(laid: Desk) -> Iterator[Finding]:
    asked = list(laid.plan.declaration)
    if not asked:
        return
    where = reverse("portfolios:declaration", kwargs={"portfolio_id": laid.portfolio.pk})
    signed = laid.portfolio.signed
    if signed is None:
        yield Finding("declaration-missing", _("The declaration is not signed yet."), where, is_owners=True)
    elif signed.statements != asked:
        yield Finding(
            "declaration-missing",
            _("The declaration was signed with other words than the scheme has now: sign it again."),
            where,
            is_owners=True,
        )
    else:
        yield Finding("declaration", _("The declaration is signed."), where, holds=True, is_owners=True)


def _unset(laid: Desk) -> Iterator[Finding]:
    where = laid.portfolio.scheme.get_absolute_url()
    for rule in unset_for_writing(laid.plan):
        yield Finding(
            "rule-unset",
            _("The scheme has not said: %(question)s Its coordinator is asked.")
            % {"question": rule.question},
            where,
            hinders=False,
        )


def unset_for_writing(plan: schemes.PathwayPlan) -> list[UnsetRule]:
    """What somebody who is about to begin should know is not settled."""
    return [rule for rule in plan.unset if _concerns_writing(rule.path)]


def _concerns_writing(path: str) -> bool:
    """Of all that a scheme can leave unset, what a writer stumbles over: sections, requirement, words, declaration."""
    return path.startswith("declaration") or path.endswith(("/sections", "/requires", "/words"))


def by_section(findings: list[Finding], laid: Desk) -> list[tuple[DeskSection | None, list[Finding]]]:
    """In reading order, what belongs to no section last."""
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(finding.section_key, []).append(finding)
    ordered: list[tuple[DeskSection | None, list[Finding]]] = [
        (each, groups.pop(each.key)) for each in laid if each.key in groups
    ]
    rest = [finding for found in groups.values() for finding in found]
    return [*ordered, (None, rest)] if rest else ordered
