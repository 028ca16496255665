"""A rule's value as a person would say it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from babel import numbers
from django.utils.dateparse import parse_date
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from collegium.design import filters
from collegium.schemes.documents import (
    CHAPTERS,
    UNSET,
    Attempt,
    Decision,
    Duration,
    Fee,
    Membership,
    OutcomeKind,
    Quantity,
    Referees,
    Relation,
    Renewal,
    Rule,
    RuleKind,
    Rules,
    SchemeDocument,
    Split,
    Submission,
    Words,
)
from collegium.schemes.requirements import number_in_words


@dataclass(frozen=True)
class Said:
    """A sentence, and a list under it where there is more than one thing to say."""

    sentence: str
    points: tuple[str, ...] = ()


RELATIONS: Mapping[Relation, Any] = {
    Relation.SELF: gettext_lazy("the candidate"),
    Relation.MENTOR: gettext_lazy("the candidate’s mentor"),
    Relation.REFEREE: gettext_lazy("a referee of the candidate"),
    Relation.ASSESSOR: gettext_lazy("an assessor of the submission"),
    Relation.CRITICAL_FRIEND: gettext_lazy("a critical friend who read drafts"),
    Relation.SAME_ORGANISATION: gettext_lazy("somebody of the same organisation"),
    Relation.LINE_MANAGER: gettext_lazy("the candidate’s line manager"),
    Relation.FAMILY: gettext_lazy("family or a personal friend"),
    Relation.NOMINATED: gettext_lazy("somebody whom the candidate nominated"),
}

SPLITS: Mapping[Split, Any] = {
    Split.RECONCILE: gettext_lazy("They talk until they agree on one judgement."),
    Split.LEAD: gettext_lazy("They talk; where they cannot agree, the lead assessor decides."),
    Split.THIRD: gettext_lazy("A third assessor reads the portfolio."),
    Split.COORDINATOR: gettext_lazy("The scheme’s coordinator decides."),
}


def say(name: str, rule: Rule[Any], scheme: SchemeDocument) -> Said | None:
    """One of the scheme's rules by its name; None where it is unset."""
    if rule.value is UNSET:
        return None
    if rule.value is None:
        return Said(_("For life.") if name == "award validity" else _NONE[name]())
    return _SAY[name](rule.value, scheme)


_NONE: Mapping[str, Callable[[], str]] = {
    "membership": lambda: _("No membership is asked for."),
    "registration validity": lambda: _("A registration does not run out."),
    "registration extension": lambda: _("A registration is not extended."),
    "mentors": lambda: _("There are no mentors."),
    "referees": lambda: _("No referees are asked for."),
    "lead after": lambda: _("There is no lead assessor."),
    "may not assess": lambda: _("Nobody is ruled out but the candidate."),
    "time to outcome": lambda: _("No time is aimed at."),
    "referral deadline": lambda: _("There is no deadline."),
    "appeals": lambda: _("An outcome cannot be appealed."),
    "renewal": lambda: _("The award is not renewed."),
}


def joined(words: Sequence[str], *, last: str = "") -> str:
    """With commas, and a word before the last: a, b and c."""
    if len(words) < 2:  # noqa: PLR2004 - nothing to join
        return "".join(words)
    pattern = last or _("%(first)s and %(last)s")
    return pattern % {"first": ", ".join(words[:-1]), "last": words[-1]}


def either(words: Sequence[str]) -> str:
    return joined(words, last=_("%(first)s or %(last)s"))


def nothing(name: str) -> str:
    """What it means when a rule says none; empty where a rule cannot say so."""
    return _NONE[name]() if name in _NONE else ""


@dataclass(frozen=True)
class SaidRule:
    """One rule as a page shows it."""

    kind: RuleKind
    rule: Rule[Any]
    said: Said | None  # None: unset


def chapters(
    rules: Rules, scheme: SchemeDocument, *, only: Sequence[str] | None = None
) -> list[tuple[str, list[SaidRule]]]:
    """The rules under the headings that a reader looks for them, in words."""
    found: dict[str, list[SaidRule]] = {key: [] for key in CHAPTERS}
    for kind, rule in rules.by_name():
        if only is None or kind.name in only:
            found[kind.chapter].append(SaidRule(kind, rule, say(kind.name, rule, scheme)))
    return [(str(CHAPTERS[key]), said) for key, said in found.items() if said]


def _membership(value: Membership, scheme: SchemeDocument) -> Said:
    partners = {partner.key: partner.short for partner in scheme.partners}
    of = either([partners.get(key, key) for key in value.of])
    if value.candidates and value.holders:
        sentence = _("Candidates and holders are members of %(of)s.")
    elif value.holders:
        sentence = _("Holders are members of %(of)s; candidates need not be.")
    elif value.candidates:
        sentence = _("Candidates are members of %(of)s.")
    else:
        sentence = _("Membership of %(of)s is possible and not asked for.")
    return Said(sentence % {"of": of}, (value.says,) if value.says else ())


def _submission(value: Submission, _scheme: SchemeDocument) -> Said:
    if value.is_rolling:
        return Said(_("At any time."))
    return Said(
        _("In windows:"),
        tuple(
            _("%(opens)s to %(closes)s") % {"opens": _day(window.opens), "closes": _day(window.closes)}
            for window in value.windows
        ),
    )


def _day(written: str) -> str:
    whole = parse_date(written) if len(written) == len("2024-01-15") else None
    if whole is not None:
        return filters.day_in_words(whole)
    month, day = written.split("-")[-2:]
    return _("%(day)d %(month)s") % {"day": int(day), "month": MONTHS[int(month)]}


def _assessors(value: int, _scheme: SchemeDocument) -> Said:
    return Said(
        ngettext(
            "%(number)s assessor reads the portfolio.",
            "%(number)s assessors read the portfolio, each without the other.",
            value,
        )
        % {"number": number_in_words(value).capitalize()}
    )


def _lead_after(value: int, _scheme: SchemeDocument) -> Said:
    if value == 0:
        return Said(_("Any assessor may lead."))
    return Said(
        ngettext(
            "After %(number)s assessment as second assessor.",
            "After %(number)s assessments as second assessor.",
            value,
        )
        % {"number": number_in_words(value)}
    )


def _may_not_assess(value: Sequence[Relation], _scheme: SchemeDocument) -> Said:
    words = either([str(RELATIONS[relation]) for relation in value])
    return Said(_("An assessor may not be %(who)s.") % {"who": words})


def _decision(value: Decision, scheme: SchemeDocument) -> Said:
    levels = scheme.scale.value
    titles = {} if levels is UNSET else {level.key: level.title for level in levels}
    words = either([f"“{titles.get(key, key)}”" for key in value.levels])
    if value.areas is Quantity.EVERY:
        return Said(_("Every assessed area is judged %(levels)s.") % {"levels": words})
    return Said(
        ngettext(
            "At least %(number)s assessed area is judged %(levels)s.",
            "At least %(number)s assessed areas are judged %(levels)s.",
            value.areas,
        )
        % {"number": number_in_words(value.areas), "levels": words}
    )


def _attempts(value: Sequence[Attempt], _scheme: SchemeDocument) -> Said:
    points = []
    for number, attempt in enumerate(value, start=1):
        outcomes = either([f"“{attempt.outcomes[kind]}”" for kind in OutcomeKind if attempt.allows(kind)])
        points.append(
            _("The first attempt ends in %(outcomes)s.") % {"outcomes": outcomes}
            if number == 1
            else _("Attempt %(number)d ends in %(outcomes)s.") % {"number": number, "outcomes": outcomes}
        )
    sentence = ngettext("%(number)s attempt.", "%(number)s attempts.", len(value))
    return Said(sentence % {"number": number_in_words(len(value)).capitalize()}, tuple(points))


def _renewal(value: Renewal, _scheme: SchemeDocument) -> Said:
    return Said(_("A holder hands in:"), (*value.asks, *filter(None, (value.lapse, value.exempt))))


def _referees(value: Referees, _scheme: SchemeDocument) -> Said:
    points = [value.must] if value.must else []
    if value.see:
        points.append(_("They see: %(what)s") % {"what": value.see[:1].lower() + value.see[1:]})
    if value.may_not_be:
        who = either([str(RELATIONS[relation]) for relation in value.may_not_be])
        points.append(_("None of them may be %(who)s.") % {"who": who})
    return Said(
        _("%(number)s %(called)s.")
        % {"number": number_in_words(value.number).capitalize(), "called": value.called.lower()},
        tuple(points),
    )


def _duration(value: Duration, _scheme: SchemeDocument) -> Said:
    return Said(value.in_words())


def _text(value: str, _scheme: SchemeDocument) -> Said:
    return Said(value)


_SAY: Mapping[str, Callable[[Any, SchemeDocument], Said]] = {
    "membership": _membership,
    "registration validity": _duration,
    "registration extension": _text,
    "mentors": _text,
    "submission": _submission,
    "evidence": lambda value, _scheme: Said("", tuple(value)),
    "referees": _referees,
    "unlisted holders": lambda value, _scheme: Said(
        _("A holder may choose not to be listed on the public register.")
        if value
        else _("Every holder is listed on the public register.")
    ),
    "nominated assessor": lambda value, _scheme: Said(
        _("A candidate may name somebody they would like to be read by.")
        if value
        else _("A candidate has no say in who assesses.")
    ),
    "assessors": _assessors,
    "lead after": _lead_after,
    "may not assess": _may_not_assess,
    "time to outcome": _duration,
    "decision": _decision,
    "split decision": lambda value, _scheme: Said(str(SPLITS[value])),
    "attempts": _attempts,
    "referral deadline": _duration,
    "appeals": _text,
    "award validity": _duration,
    "renewal": _renewal,
}


def amount(fee: Fee) -> str:
    """An amount as the reader's language writes it; nothing where it is unset."""
    if fee.amount.value is UNSET:
        return ""
    if fee.amount.value == 0:
        return _("free")
    return numbers.format_currency(
        fee.amount.value,
        fee.currency,
        locale=filters.locale(),
        currency_digits=fee.amount.value != fee.amount.value.to_integral_value(),
        format=None if fee.amount.value != fee.amount.value.to_integral_value() else "¤#,##0",
    )


def words_of(rule: Rule[Words] | None) -> str:
    """The bounds in words; nothing where none are spoken of or they are unset."""
    return "" if rule is None or rule.value is UNSET else rule.value.in_words()


def date_of(written: str) -> str:
    """A date that may be a year, a month or a day."""
    whole = parse_date(written) if len(written) == len("2024-01-15") else None
    if whole is not None:
        return filters.day_in_words(whole)
    if "-" in written:
        year, month = written.split("-")[:2]
        return _("%(month)s %(year)s") % {"month": MONTHS[int(month)], "year": year}
    return written
