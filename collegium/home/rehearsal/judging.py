"""From screening to outcome: a coordinator and as many assessors as the scheme says."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from collegium.accreditation import actions, queries, rules
from collegium.accreditation.models import Assignment, JointJudgement, Judgement, Submission
from collegium.accreditation.queries import Area
from collegium.accreditation.terms import Terms, terms_of
from collegium.foundation.refusal import Refusal
from collegium.home.rehearsal.cast import Panel
from collegium.home.rehearsal.days import Track, later
from collegium.home.rehearsal.portfolio import Candidacy
from collegium.home.rehearsal.stage import Stage
from collegium.home.rehearsal.telling import Step, counted, quoted
from collegium.people.models import Person
from collegium.schemes.documents import UNSET, OutcomeKind, Quantity, Relation, Split

Outcome = JointJudgement.Outcome
Role = Assignment.Role

MET = (
    "It is clear what you did and why, and the evidence carries it.",
    "You say what you learnt as plainly as what you did. I could follow each step.",
    "A convincing account. The voices of those concerned are there, and you listen to them.",
    "You weigh one thing against another, and say what you gave up. That is what I looked for.",
    "The example is small and well chosen, and what came of it is shown and not only said.",
)
NOT_MET = (
    "I see what you did, and not yet what you learnt from it. Please say what you would do otherwise, and what you have changed.",
    "The account is there and the reflection is thin. One honest paragraph on what did not work would carry it.",
    "Please say more of your own part, and of how you know that it made a difference.",
)
JOINT = (
    "We read this as an account of practice that is thought through, and the evidence bears it out.",
    "We both found this convincing, and would like to see it shared.",
    "Clear, honest and well evidenced.",
)


@dataclass
class Wanted:
    """How the assessors are to judge, so that the rehearsal comes by what it has to show."""

    outcome: str = Outcome.PASS
    split: bool = False
    in_full: bool = False  # with all that is refused on the way
    weak: list[str] = field(default_factory=list)  # keys of the areas that are not met


# Screening --------------------------------------------------------------------------------------------------------------


def screened(candidacy: Candidacy, *, returned: bool = False) -> Track[None]:
    """The machine has looked already; the coordinator looks at what it found, and accepts or returns."""
    stage, submission = candidacy.stage, candidacy.submission
    coordinator = stage.cast.coordinator
    with stage.told.step(candidacy.chapter, "The portfolio has been received") as step:
        step.saw(candidacy.person, queries.candidate_words(submission))
    yield later(2, 11)
    verb = "returns it with reasons" if returned else "accepts it for assessment"
    with stage.told.step(
        candidacy.chapter, f"{coordinator.name} looks whether everything is there, and {verb}"
    ) as step:
        screening = submission.screening
        step.check("The machine has followed every link", holds=screening.checked_at is not None)
        well = [found for found in screening.findings if found["holds"]]
        amiss = [found["sentence"] for found in screening.findings if not found["holds"]]
        if amiss:
            step.list(f"The machine found {len(well)} points in order, and these not:", amiss)
        else:
            step.say(f"The machine found all {len(well)} points in order.")
        if returned:
            step.refused(
                "Returning it without a reason",
                lambda: actions.send_back(submission=submission, by=coordinator, reasons=""),
            )
            reasons = "Before your assessors can begin, please put this right: " + " ".join(amiss)
            actions.send_back(submission=submission, by=coordinator, reasons=reasons)
        else:
            actions.accept(submission=submission, by=coordinator, note="Complete.")
            step.refused(
                "Screening it a second time", lambda: actions.accept(submission=submission, by=coordinator)
            )
        step.saw(candidacy.person, queries.candidate_words(candidacy.submission))


# Allocation -------------------------------------------------------------------------------------------------------------


def allotted(candidacy: Candidacy, wanted: Wanted) -> Track[list[Assignment]]:
    """As many assessors as the scheme says, one of them leading; who judged before is asked first."""
    stage, submission = candidacy.stage, candidacy.submission
    coordinator = stage.cast.coordinator
    title = f"{coordinator.name} looks for assessors"
    with stage.told.step(candidacy.chapter, title) as step:
        panel = panel_for(stage, step, candidacy.key)
        number = queries.places(submission, candidacy.terms)
        before = queries.former_assessors(submission)
        if before:
            step.say(
                "Who judged before is asked first: " + ", ".join(row.assessor.name for row in before) + "."
            )
            chosen = [(row.assessor, row.role) for row in before][:number]
            if not any(role == Role.LEAD for _person, role in chosen):
                chosen[0] = (chosen[0][0], Role.LEAD)
        else:
            seconds = panel.seconds[: number - 1]
            chosen = [(panel.lead, Role.LEAD), *((person, Role.SECOND) for person in seconds)]
        if wanted.in_full:
            _told_of_candidates(candidacy, step)
            _refused_ones(candidacy, step, panel)
        asked = [_ask(candidacy, step, person, role) for person, role in chosen]
        if wanted.in_full:
            step.refused(
                "Asking one more than there are places",
                lambda: actions.allot(
                    submission=submission, assessor=panel.seconds[-1], role=Role.SECOND, by=coordinator
                ),
            )
    made = yield from _answered(candidacy, asked, panel, declines=wanted.in_full and not before)
    return made


def panel_for(stage: Stage, step: Step, key: str) -> Panel:
    """The rules that allocation cannot do without, answered where they are unset, and people who fulfil them."""
    pathway = stage.pathway(key)
    number = stage.rule(step, pathway, "assessors", "finding assessors")
    keys = stage.rule(step, pathway, f"pathways/{key}/assessed by", "finding assessors")
    lead_after = stage.rule(step, pathway, "lead after", "naming a lead assessor")
    # The award that most pathways accept, so that a few people can judge all of them.
    scheme = terms_of(pathway).scheme
    holds = max(keys, key=lambda each: len(scheme.assessable_by_holders_of(each)))
    panel = stage.cast.panel(holds, places=number, lead_after=lead_after or 0)
    stage.cast.judged_by[key] = holds
    stage.cast.note_award(stage.cast.colleague, holds)
    return panel


def gathered(stage: Stage, keys: Sequence[str], chapter: str) -> None:
    """Before anybody hands in: who can judge."""
    with stage.told.step(chapter, f"{stage.cast.coordinator.name} gathers assessors") as step:
        for key in keys:
            stage.rule(step, stage.pathway(key), f"pathways/{key}/assessed by", "finding assessors")
        for key in keys:
            panel_for(stage, step, key)
            terms = terms_of(stage.pathway(key))
            number, after = terms.rules.assessors.required(), terms.rules.lead_after.required()
            asked = terms.pathway.assessed_by.required()
            titles = [each.title for each in terms.scheme.pathways if each.key in asked]
            may_lead = (
                "any of them may lead"
                if after is None
                else f"one may lead after {counted(after, 'assessment')} as second assessor"
            )
            step.say(
                f"{terms.pathway.title} is judged by {number}, from among holders of {' or '.join(titles)}; {may_lead}."
            )
        step.list(
            "They are invented, and hold awards that were made elsewhere:",
            (
                f"{person.name}, {stage.pathway(panel.holds).title}"
                for panel in stage.cast.panels.values()
                for person in (panel.lead, *panel.seconds)
            ),
            most=30,
        )


def _told_of_candidates(candidacy: Candidacy, step: Step) -> None:
    lines = []
    for each in queries.candidates_for(candidacy.submission):
        facts = [f"{each.load} in hand", f"{each.done} done as second"]
        if each.may_lead:
            facts.append("may lead")
        said = " ".join([*each.conflicts, each.why]).strip()
        lines.append(f"{each.person.name}: {', '.join(facts)}. {said}".strip())
    step.list("The list of those who could judge it, with load and conflicts:", lines, most=20)


def _refused_ones(candidacy: Candidacy, step: Step, panel: Panel) -> None:
    """Whom the rules keep from judging, and whom they say a conflict of."""
    stage, submission, terms = candidacy.stage, candidacy.submission, candidacy.terms
    cast = stage.cast

    def ask(person: Person, role: str = Role.SECOND) -> None:
        actions.allot(submission=submission, assessor=person, role=role, by=cast.coordinator)

    first = Role.SECOND if queries.places(submission, terms) > 1 else Role.LEAD
    step.refused(
        f"Asking {cast.stranger.name}, who is no assessor",
        lambda: ask(cast.stranger, first),
        "not-an-assessor",
    )
    step.refused(
        f"Asking {cast.unawarded.name}, who does not hold the award",
        lambda: ask(cast.unawarded, first),
        "not-eligible",
    )
    found = queries.candidates_for(submission, only=[cast.colleague])
    step.check(
        f"That {cast.colleague.name} is of the candidate's own organisation is said",
        holds=any(
            conflict.relation is Relation.SAME_ORGANISATION for each in found for conflict in each.found
        ),
    )
    ruled_out = terms.rules.may_not_assess.value
    if ruled_out is UNSET:
        step.refused(
            f"Asking {cast.colleague.name} without a reason", lambda: ask(cast.colleague, first), "reason"
        )
        stage.left_open(
            terms.rules.may_not_assess,
            "whoever asks an assessor in spite of a conflict has to give a reason, which is kept",
        )
    elif ruled_out is not None and Relation.SAME_ORGANISATION in ruled_out:
        step.refused(f"Asking {cast.colleague.name}", lambda: ask(cast.colleague, first), "conflict")
    else:
        step.say(
            f"The scheme does not rule {cast.colleague.name} out; the coordinator asks somebody else all the same."
        )
    lead_after = terms.rules.lead_after.value
    if lead_after is not UNSET and lead_after:
        step.refused(
            f"Asking {panel.seconds[0].name} to lead, who has not judged often enough",
            lambda: ask(panel.seconds[0], Role.LEAD),
            "not-a-lead",
        )


def _ask(candidacy: Candidacy, step: Step, person: Person, role: str) -> Assignment:
    """With a reason where there is a conflict on which the scheme has said nothing."""
    submission = candidacy.submission
    found = next(iter(queries.candidates_for(submission, only=[person])))
    reason = ""
    if any(conflict.forbids is None for conflict in found.found):
        reason = "Nobody else with this experience is free, and the candidate has been told."
        step.say(
            f"Of {person.name} it is said: {' '.join(found.conflicts)} A reason is asked for, and given."
        )
    asked = candidacy.stage.deciding(
        step,
        lambda: actions.allot(
            submission=submission,
            assessor=person,
            role=role,
            by=candidacy.stage.cast.coordinator,
            reason=reason,
        ),
        "allocation",
    )
    step.say(f"{person.name} is asked, as {str(asked.get_role_display()).lower()}.")
    return asked


def _answered(
    candidacy: Candidacy, asked: Sequence[Assignment], panel: Panel, *, declines: bool
) -> Track[list[Assignment]]:
    """Each says whether they can; one does not, and somebody else is asked."""
    stage = candidacy.stage
    made: list[Assignment] = []
    for number, first in enumerate(asked):
        assignment = first
        yield later(1, 9 + number)
        says_no = declines and number == len(asked) - 1 and assignment.role == Role.SECOND
        with stage.told.step(
            candidacy.chapter,
            f"{assignment.assessor.name} {'declines' if says_no else 'agrees to judge'}",
        ) as step:
            if says_no:
                step.refused(
                    "Declining without a word",
                    lambda assignment=assignment: actions.answer_invitation(  # type: ignore[misc]  # bound at once
                        assignment=assignment, by=assignment.assessor, accepts=False
                    ),
                )
                reason = "I am away for the whole of that month."
                actions.answer_invitation(
                    assignment=assignment, by=assignment.assessor, accepts=False, reason=reason
                )
                step.saw(candidacy.person, queries.candidate_words(candidacy.submission))
                spare = next(person for person in panel.seconds if person.pk not in _asked_already(candidacy))
                assignment = _ask(candidacy, step, spare, Role.SECOND)
            actions.answer_invitation(assignment=assignment, by=assignment.assessor, accepts=True)
            if says_no:
                step.say(f"{assignment.assessor.name} agrees on the same day.")
            step.saw(candidacy.person, queries.candidate_words(candidacy.submission))
            made.append(assignment)
    return made


def _asked_already(candidacy: Candidacy) -> set[int]:
    return set(candidacy.submission.assignments.values_list("assessor_id", flat=True))


# Judging ----------------------------------------------------------------------------------------------------------------


def levels_of(terms: Terms) -> tuple[list[str], list[str]]:
    """The levels that make an area pass by the decision rule, and those that do not."""
    decision, scale = terms.rules.decision.required(), terms.scale.required()
    good = [level.key for level in scale if level.key in decision.levels]
    bad = [level.key for level in scale if level.key not in decision.levels]
    return good, bad


def weak_areas(terms: Terms, areas: Sequence[Area]) -> list[str]:
    """The fewest areas that have to be weak for it not to be a pass, and one more where that is one of many."""
    decision = terms.rules.decision.required()
    if decision.areas is Quantity.EVERY:
        count = 2 if len(areas) >= 4 else 1  # noqa: PLR2004  enough for a referral to name more than one
    else:
        count = max(len(areas) - decision.areas + 1, 1)
    start = min(1, max(len(areas) - count, 0))
    return [area.key for area in areas[start : start + count]]


def judged(candidacy: Candidacy, assignments: Sequence[Assignment], wanted: Wanted) -> Track[None]:
    """Each for themselves, and sealed; nobody sees another's before the last is in."""
    stage = candidacy.stage
    told = stage.told
    with told.step(candidacy.chapter, "What is judged, and on which scale") as step:
        stage.rule(step, candidacy.pathway, "scale", "judging")
        stage.rule(step, candidacy.pathway, "decision", "judging")
        terms = candidacy.terms
        submission = candidacy.submission
        areas = queries.areas_to_judge(submission, terms)
        good, bad = levels_of(terms)
        if (wanted.split or wanted.outcome != Outcome.PASS) and not wanted.weak:
            wanted.weak = weak_areas(terms, areas)
        step.list(
            f"{counted(len(areas), 'area')}, on the scale {', '.join(level.title for level in terms.scale.required())}:",
            (area.label for area in areas),
            most=20,
        )
        if submission.attempt > 1:
            changes = queries.reading(submission).changes
            step.list(
                "Assessors see what has changed since:", (str(change.title) for change in changes.values())
            )
    for number, assignment in enumerate(assignments):
        yield later(9 + 4 * number, 15)
        weak: Collection[str] = wanted.weak
        if wanted.split:
            weak = wanted.weak if number == 1 else ()
        marks = _marks(areas, weak, good, bad, number)
        with told.step(candidacy.chapter, f"{assignment.assessor.name} judges, and seals") as step:
            if wanted.in_full and number == 0:
                half = dict(list(marks.items())[: max(len(marks) // 2, 1)])
                actions.save_judgement(assignment=assignment, by=assignment.assessor, marks=half)
                step.refused(
                    "Sealing a judgement that is not complete",
                    lambda assignment=assignment: actions.seal_judgement(  # type: ignore[misc]  # bound at once
                        assignment=assignment, by=assignment.assessor
                    ),
                    "incomplete",
                )
            actions.save_judgement(
                assignment=assignment,
                by=assignment.assessor,
                overall=_overall(candidacy.name, weak),
                marks=marks,
            )
            actions.seal_judgement(assignment=assignment, by=assignment.assessor)
            step.list("Levels:", _as_listed(terms, areas, marks), most=20)
            _still_sealed(candidacy, step, assignments, number)
            step.saw(candidacy.person, queries.candidate_words(candidacy.submission))


def _still_sealed(candidacy: Candidacy, step: Step, assignments: Sequence[Assignment], number: int) -> None:
    submission = candidacy.submission
    mine = Judgement.objects.select_related("assignment__submission__registration").get(
        assignment=assignments[number]
    )
    step.check("The candidate sees nothing of it", holds=not rules.may_see_judgement(candidacy.person, mine))
    if number + 1 < len(assignments):
        other = assignments[number + 1].assessor
        step.check(
            f"{other.name} does not see it before sealing their own",
            holds=not rules.may_see_judgement(other, mine)
            and queries.comparison(submission, candidacy.terms) is None,
        )
    elif len(assignments) > 1:
        other = assignments[0].assessor
        step.check(
            f"With the last one sealed, {other.name} may see it", holds=rules.may_see_judgement(other, mine)
        )


def _marks(
    areas: Sequence[Area], weak: Collection[str], good: Sequence[str], bad: Sequence[str], number: int
) -> dict[str, tuple[str, str]]:
    marks = {}
    for place, area in enumerate(areas):
        if area.key in weak and bad:
            marks[area.key] = (bad[0], NOT_MET[(place + number) % len(NOT_MET)])
        else:
            level = good[(place * (number + 1)) % len(good)]
            marks[area.key] = (level, MET[(place + 2 * number) % len(MET)])
    return marks


def _overall(name: str, weak: Collection[str]) -> str:
    if weak:
        return (
            f"{name} writes about real work, and I learnt from it. In the areas that I name, a little more is needed "
            "before I can say that they are met."
        )
    return f"I read this with pleasure. {name} knows what was done, why, and for whom, and does not hide what went wrong."


def _as_listed(terms: Terms, areas: Sequence[Area], marks: Mapping[str, tuple[str, str]]) -> list[str]:
    return [f"{area.label}: {terms.level_title(marks[area.key][0])}" for area in areas]


# One judgement, one outcome ---------------------------------------------------------------------------------------------


def reconciled(candidacy: Candidacy, assignments: Sequence[Assignment], wanted: Wanted) -> Track[None]:
    """The lead brings the judgements together; where they differ on the outcome, it is settled as the scheme says."""
    stage, told = candidacy.stage, candidacy.stage.told
    lead = next(each for each in assignments if each.role == Role.LEAD).assessor
    yield later(2, 10)
    terms, submission = candidacy.terms, candidacy.submission
    settles = lead
    with told.step(candidacy.chapter, f"{lead.name} brings the judgements together") as step:
        compared = queries.comparison(submission, terms)
        if (
            not step.check("Every judgement is open to those who gave one", holds=compared is not None)
            or compared is None
        ):
            raise Refusal("The judgements are not open.")
        step.say(f"The assessors read: {quoted(compared.in_words())}")
        is_split = bool(queries.is_split(submission, terms, compared))
        if wanted.split:
            step.check("The assessors differ on the outcome, as they were meant to", holds=is_split)
        if is_split:
            _save_joint(candidacy, lead, wanted, note="")
            step.refused(
                "Giving an outcome without saying how the difference was settled",
                lambda: actions.give_outcome(submission=submission, by=lead),
                "split-note",
                "split-coordinator",
                "split-third",
            )
            settles = _who_settles(candidacy, step, lead)
    if is_split and terms.rules.split_decision.value is Split.THIRD:
        assignments = yield from _third(candidacy, assignments)
    yield later(1, 14)
    with told.step(candidacy.chapter, f"{settles.name} gives the outcome") as step:
        note = (
            "We talked for an hour, read what we differ on together, and agreed that what is asked for is there."
            if is_split
            else ""
        )
        if wanted.outcome != Outcome.PASS:
            stage.rule(step, candidacy.pathway, "attempts", "an outcome other than a pass")
        _save_joint(candidacy, settles, wanted, note=note)
        found = candidacy.submission
        allowed = queries.allowed_outcomes(found, candidacy.terms)
        step.say(f"At attempt {found.attempt} the scheme knows: {', '.join(allowed.values())}.")
        stage.deciding(step, lambda: actions.give_outcome(submission=found, by=settles), "the outcome")
        states = {
            Outcome.PASS: Submission.State.PASSED,
            Outcome.REFER: Submission.State.REFERRED,
            Outcome.FAIL: Submission.State.FAILED,
        }
        step.check(
            f"The outcome is: {allowed.get(wanted.outcome, wanted.outcome)}",
            holds=candidacy.submission.state == states[Outcome(wanted.outcome)],
        )
        if note:
            step.say(f"How it was settled is kept: “{note}”")
        step.saw(candidacy.person, queries.candidate_words(candidacy.submission))


def _who_settles(candidacy: Candidacy, step: Step, lead: Person) -> Person:
    way = candidacy.terms.rules.split_decision.value
    coordinator = candidacy.stage.cast.coordinator
    if way is UNSET:
        step.say("The scheme has not published how a split is settled: the lead settles it, and says how.")
        candidacy.stage.left_open(
            candidacy.terms.rules.split_decision,
            "the assessors differed, and their lead settled it and said how",
        )
    else:
        step.say(f"When assessors differ, the scheme says: {way.value}.")
    return coordinator if way is Split.COORDINATOR else lead


def _third(candidacy: Candidacy, assignments: Sequence[Assignment]) -> Track[list[Assignment]]:
    """One more assessor, who judges without seeing the others."""
    stage = candidacy.stage
    yield later(1, 9)
    with stage.told.step(candidacy.chapter, f"{stage.cast.coordinator.name} asks one more assessor") as step:
        submission = candidacy.submission
        actions.add_place(submission=submission, by=stage.cast.coordinator)
        panel = panel_for(stage, step, candidacy.key)
        asked = _asked_already(candidacy)
        spare = next(person for person in panel.seconds if person.pk not in asked)
        assignment = _ask(candidacy, step, spare, Role.SECOND)
        actions.answer_invitation(assignment=assignment, by=spare, accepts=True)
        step.saw(candidacy.person, queries.candidate_words(candidacy.submission))
    yield later(8, 15)
    with stage.told.step(candidacy.chapter, f"{spare.name} judges, and seals") as step:
        terms, submission = candidacy.terms, candidacy.submission
        areas = queries.areas_to_judge(submission, terms)
        good, bad = levels_of(terms)
        marks = _marks(areas, (), good, bad, len(assignments))
        actions.save_judgement(
            assignment=assignment, by=spare, overall=_overall(candidacy.name, ()), marks=marks
        )
        actions.seal_judgement(assignment=assignment, by=spare)
        step.list("Levels:", _as_listed(terms, areas, marks), most=20)
    return [*assignments, assignment]


def _save_joint(candidacy: Candidacy, by: Person, wanted: Wanted, *, note: str) -> None:
    terms, submission = candidacy.terms, candidacy.submission
    areas = queries.areas_to_judge(submission, terms)
    good, bad = levels_of(terms)
    weak = wanted.weak if wanted.outcome != Outcome.PASS else []
    marks = {
        area.key: (bad[0], NOT_MET[0])
        if area.key in weak
        else (good[place % len(good)], JOINT[place % len(JOINT)])
        for place, area in enumerate(areas)
    }
    feedback = {
        Outcome.PASS: "Thank you for letting us read this. It is honest, it is well evidenced, and we learnt from it.",
        Outcome.REFER: "You are nearly there. Please look again at the areas that we name; the rest stands as it is.",
        Outcome.FAIL: "We valued much of it, and could not see that all that is asked for is met.",
    }[Outcome(wanted.outcome)]
    actions.save_joint(
        submission=submission,
        by=by,
        outcome=wanted.outcome,
        feedback=feedback,
        note=note,
        referred_sections=weak if wanted.outcome == Outcome.REFER else (),
        marks=marks,
    )


# All of it --------------------------------------------------------------------------------------------------------------


def assessed(candidacy: Candidacy, wanted: Wanted) -> Track[None]:
    """From allocation to outcome."""
    yield later(2, 11)
    assignments = yield from allotted(candidacy, wanted)
    yield from judged(candidacy, assignments, wanted)
    yield from reconciled(candidacy, assignments, wanted)


def knows(candidacy: Candidacy, kind: OutcomeKind, attempt: int = 1) -> bool:
    """Whether an attempt can end so in this scheme."""
    attempts = candidacy.terms.rules.attempts.required()
    return attempt <= len(attempts) and attempts[attempt - 1].allows(kind)
