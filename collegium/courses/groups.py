"""A writing group's meetings, laid out from what a pathway asks for: never from the name of a scheme.

Kick-off (plan and gaps; yields the opening statement where there is one), then a meeting for each section, then the
showcase (yields the plans for afterwards where there are such). Where the framework tags accounts with many dimensions,
a cluster of dimensions takes the place of a section, and each meeting yields a draft of an account.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.utils.translation import gettext as _

from collegium.courses import prompts
from collegium.foundation.refusal import Refusal
from collegium.schemes.documents import NodeKind
from collegium.schemes.models import Node
from collegium.schemes.queries import PathwayPlan, PlannedSection

KICK_OFF, MEETING, SHOWCASE = "kick_off", "meeting", "showcase"
MOST_SKIPPED = 200
LATEST = 400  # days between two meetings, after which whatever is skipped is a mistake


@dataclass(frozen=True)
class PlannedMeeting:
    kind: str
    title: str
    summary: str
    prompts: tuple[str, ...]
    draft: Node | None = None  # what the meeting yields a draft of
    nodes: tuple[Node, ...] = ()  # all that it speaks of
    agenda: tuple[str, ...] = field(default=())


def meetings(plan: PathwayPlan, *, in_parts: bool = False) -> list[PlannedMeeting]:
    """In their order. ``in_parts``: a section that is written in several parts gets a meeting for each of them."""
    written = [each for each in plan.sections if each.kind != NodeKind.DECLARATION]
    if not written:
        raise Refusal(
            _("%(title)s has not published what a portfolio holds, so no meetings can be laid out from it.")
            % {"title": plan.pathway.title},
            code="pathway",
            details=[str(each.question) for each in plan.unset],
        )
    opening = [each for each in written if each.kind == NodeKind.STATEMENT]
    closing = [each for each in written if each.kind == NodeKind.PLAN]
    between = [each for each in written if each not in opening and each not in closing]
    laid = [
        _meeting(
            plan,
            KICK_OFF,
            _("Kick-off: plan and gaps"),
            _("We get to know each other, plan our portfolios and find the gaps."),
            opening,
        )
    ]
    if plan.dimensions:
        laid += _for_dimensions(plan, between)
    else:
        laid += _for_sections(plan, between, in_parts=in_parts)
    laid.append(
        _meeting(
            plan,
            SHOWCASE,
            _("Showcase of specialist areas"),
            _("Each of us shows what they are known for, and says what is still to be done."),
            closing,
        )
    )
    return laid


def days(first: date, weekday: int, every: int, count: int, skipped: Iterable[date] = ()) -> list[date]:
    """So many days: the first such weekday from ``first`` on, then every so many weeks. Where nobody meets, a week later."""
    closed = set(skipped)
    day = first + timedelta(days=(weekday - first.weekday()) % 7)
    found: list[date] = []
    while len(found) < count:
        tried = day
        while day in closed:
            day += timedelta(weeks=1)
            if (day - tried).days > LATEST:
                raise Refusal(_("No day is left on which the group could meet."), code="skipped")
        found.append(day)
        day += timedelta(weeks=every)
    return found


def skipped_days(typed: str) -> list[date]:
    """One day a line or between commas; “2027-03-29 to 2027-04-09” is all days from one to the other."""
    found: set[date] = set()
    for piece in typed.replace("\n", ",").split(","):
        said = piece.strip()
        if not said:
            continue
        first, _to, last = (part.strip() for part in _parted(said))
        try:
            begin = date.fromisoformat(first)
            end = date.fromisoformat(last) if last else begin
        except ValueError:
            raise Refusal(
                _("“%(day)s” is not a day. Write it like 2027-03-29, or 2027-03-29 to 2027-04-09.")
                % {"day": said[:40]},
                code="skipped",
            ) from None
        if not 0 <= (end - begin).days <= MOST_SKIPPED:
            raise Refusal(
                _("From the earlier to the later day, and not more than half a year."), code="skipped"
            )
        found |= {begin + timedelta(days=number) for number in range((end - begin).days + 1)}
    return sorted(found)


def skipped_in_words(skipped: Sequence[str]) -> str:
    """As ``skipped_days`` takes it, days in a row as one span."""
    spans: list[tuple[date, date]] = []
    for day in sorted(date.fromisoformat(each) for each in skipped):
        if spans and (day - spans[-1][1]).days == 1:
            spans[-1] = (spans[-1][0], day)
        else:
            spans.append((day, day))
    return "\n".join(
        first.isoformat() if first == last else f"{first.isoformat()} to {last.isoformat()}"
        for first, last in spans
    )


# Beneath --------------------------------------------------------------------------------------------------------------


def _parted(said: str) -> tuple[str, str, str]:
    for sign in (" to ", "..", "–", "—"):
        if sign in said:
            return said.partition(sign)
    return said, "", ""


def _for_sections(
    plan: PathwayPlan, sections: Sequence[PlannedSection], *, in_parts: bool
) -> list[PlannedMeeting]:
    nodes = plan.framework.by_code
    heaps: dict[str, list[PlannedSection]] = {}
    for section in sections:
        parent = "" if in_parts else nodes[section.code].parent
        heaps.setdefault(parent or section.code, []).append(section)
    laid = []
    for code, heap in heaps.items():
        whole = nodes[code]
        label = _label(heap[0]) if heap[0].code == code else whole.label
        guidance = heap[0].guidance if len(heap) == 1 else whole.guidance
        names = _(" · ").join(_label(each, short=True) for each in heap)
        laid.append(_meeting(plan, MEETING, label, " ".join(guidance.split()) or names, heap))
    return laid


def _for_dimensions(plan: PathwayPlan, sections: Sequence[PlannedSection]) -> list[PlannedMeeting]:
    """A meeting for each cluster; what is written for it is a page of the section that repeats, tagged with them."""
    known = plan.framework.by_code
    account = next((each for each in sections if each.repeats), sections[0] if sections else None)
    heaps: dict[str, list[Node]] = {}
    for dimension in plan.dimensions:
        heaps.setdefault(known[dimension.code].parent or dimension.code, []).append(dimension.node)
    laid = []
    components = [each.key for each in account.components] if account else []
    for code, nodes in heaps.items():
        group = known[code]
        guidance = " ".join(group.guidance.split())
        span = f"{nodes[0].code}–{nodes[-1].code}" if len(nodes) > 1 else nodes[0].code
        asked = prompts.of_sections(
            plan.framework.key, [code, *(node.code for node in nodes)], components, most=len(nodes) + 3
        )
        laid.append(
            PlannedMeeting(
                kind=MEETING,
                title=f"{group.title} ({span})",
                summary=guidance or span,
                prompts=tuple(asked),
                draft=account.node if account else nodes[0],
                nodes=tuple(nodes),
                agenda=prompts.agenda(MEETING),
            )
        )
    return laid


def _meeting(
    plan: PathwayPlan, kind: str, title: str, summary: str, sections: Sequence[PlannedSection]
) -> PlannedMeeting:
    components = list(dict.fromkeys(each.key for section in sections for each in section.components))
    asked = list(prompts.of_kind(kind))
    if sections:
        asked += prompts.of_sections(
            plan.framework.key, [each.code for each in sections], components, most=max(4, 3 * len(sections))
        )
    return PlannedMeeting(
        kind=kind,
        title=title[:200],
        summary=summary,
        prompts=tuple(asked),
        draft=sections[0].node if sections else None,
        nodes=tuple(each.node for each in sections),
        agenda=prompts.agenda(kind),
    )


def _label(section: PlannedSection, *, short: bool = False) -> str:
    title = section.short if short else section.title
    return f"{section.code} {title}" if section.is_coded else title
