"""The stories that a rehearsal goes through, and when each of them goes on."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from collegium.accreditation import actions, queries
from collegium.accreditation.models import JointJudgement
from collegium.credentials.models import Award
from collegium.foundation import clock
from collegium.foundation.refusal import Refusal
from collegium.home.rehearsal import holding, judging
from collegium.home.rehearsal.days import Track, later
from collegium.home.rehearsal.judging import Wanted
from collegium.home.rehearsal.portfolio import Candidacy, next_open
from collegium.home.rehearsal.stage import Stage
from collegium.people.models import Person
from collegium.schemes import queries as schemes
from collegium.schemes.documents import UNSET, OutcomeKind, Relation, SchemeDocument
from collegium.schemes.models import SchemeVersion

Outcome = JointJudgement.Outcome
AGO = dt.timedelta(days=400)  # so that it ends in the past, and credentials are in force today
WRITING = dt.timedelta(days=100)
OPENING = "Before the scheme opens"
LEFT = "What is left"


@dataclass
class Awarded:
    """What the stories came to."""

    first: tuple[Candidacy, Award] | None = None
    revoked: Award | None = None
    ended: list[str] = field(default_factory=list)


# What can be walked -----------------------------------------------------------------------------------------------------


def completable(version: SchemeVersion) -> tuple[list[str], list[str]]:
    """The keys of the pathways that can be completed, and in words why the others can't."""
    keys, why_not = [], []
    for pathway in version.pathways.for_display().order_by("position"):
        plan = schemes.plan(pathway)
        if plan.is_complete:
            keys.append(pathway.key)
            continue
        asked = [
            rule.question
            for rule in plan.unset
            if rule.path in {f"pathways/{pathway.key}/sections", f"pathways/{pathway.key}/requires"}
        ]
        why_not.append(
            f"{pathway.title}: nobody could complete a portfolio on it yet, since its coordinator has still to be asked: "
            + " ".join(f"“{question}”" for question in asked)
        )
    return keys, why_not


def beginning(scheme: SchemeDocument) -> dt.datetime:
    """A working morning some time ago, before a window for submission opens."""
    start = (clock.wall() - AGO).replace(hour=9, minute=15, second=0, microsecond=0)
    windows = [
        rules.submission.value
        for rules in (scheme.rules, *(pathway.rules for pathway in scheme.pathways))
        if rules.submission.value is not UNSET
    ]
    for each in windows:
        if not each.is_rolling and next_open(each, start.date() + WRITING) is None:
            # Its windows carry a year that is over: to the first of them.
            first = dt.date.fromisoformat(min(window.opens for window in each.windows))
            start = dt.datetime.combine(first - WRITING, start.time(), tzinfo=dt.UTC)
    while start.weekday() >= 5:  # noqa: PLR2004  Saturday
        start += dt.timedelta(days=1)
    return start


def expected_steps(pathways: int) -> int:
    """About how many steps there will be, for the progress bar."""
    return 28 + 45 + 22 * (pathways - 1) + 4


def tracks(stage: Stage, keys: Sequence[str], awarded: Awarded) -> list[Track[None]]:
    """Two candidates on the first pathway, one of whom is referred, and one on each of the others."""
    first, *others = keys
    titles = {key: stage.pathway(key).title for key in keys}
    made = [
        _guarded(
            _passes(_candidacy(stage, first, 0, f"passes {titles[first]} at the first attempt"), awarded)
        ),
        _guarded(
            _is_referred(
                _candidacy(stage, first, 1, f"is asked for more on the way to {titles[first]}"), awarded
            )
        ),
    ]
    made += [
        _guarded(_walks_straight(_candidacy(stage, key, number, f"passes {titles[key]}"), awarded))
        for number, key in enumerate(others, start=2)
    ]
    return made


def _candidacy(stage: Stage, key: str, number: int, what: str) -> Candidacy:
    candidacy = Candidacy(stage=stage, key=key, number=number, chapter="")
    candidacy.chapter = f"{candidacy.name} {what}"
    return candidacy


def _guarded(track: Track[None]) -> Track[None]:
    """A refusal that nobody expected ends one story and not the others; the step has noted it as a failure."""
    try:
        yield from track
    except Refusal:
        return


# The stories ------------------------------------------------------------------------------------------------------------


def _passes(candidacy: Candidacy, awarded: Awarded) -> Track[None]:
    """The whole way, with everything that is refused on it."""
    candidacy.begins()
    yield later(6, 18)
    candidacy.asks_mentor()
    yield later(10, 20)
    candidacy.captures(faulty=True, plenty=True)
    yield later(3, 20)
    candidacy.aligns()
    candidacy.plans_to_forget()
    yield later(5, 19)
    yield from candidacy.writes()
    candidacy.checks_readiness(f"{candidacy.name} looks whether all is ready", ready=False)
    yield later(2, 19)
    candidacy.mends()
    candidacy.checks_readiness("The check again", ready=True)
    yield from candidacy.has_referees()
    yield from candidacy.waits_for_window()
    candidacy.hands_in(nominated=_nominated(candidacy), whole=True)
    yield from judging.screened(candidacy)
    yield from judging.assessed(candidacy, Wanted(split=_can_split(candidacy), in_full=True))
    award = holding.is_awarded(candidacy)
    yield later(1, 12)
    holding.is_verified(candidacy, award)
    holding.names_evidence(candidacy, award)
    awarded.first = (candidacy, award)


def _is_referred(candidacy: Candidacy, awarded: Awarded) -> Track[None]:
    """Handed in too early and returned; referred, revised where it was named, and passed; revoked in the end."""
    stage = candidacy.stage
    yield later(2, 10)
    candidacy.begins()
    yield later(12, 20)
    candidacy.captures(faulty=True, plenty=False)
    candidacy.aligns()
    candidacy.plans_to_forget()
    yield later(6, 19)
    candidacy.asks_for_time()
    yield from candidacy.writes()
    yield from candidacy.has_referees()
    yield from candidacy.waits_for_window()
    candidacy.checks_readiness(f"{candidacy.name} looks whether all is ready, and is in a hurry", ready=False)
    candidacy.hands_in()
    yield from judging.screened(candidacy, returned=True)
    yield later(2, 19)
    candidacy.mends()
    candidacy.checks_readiness("The check again", ready=True)
    candidacy.hands_in()
    with stage.told.step(candidacy.chapter, "What can come of it") as step:
        step.check("A return uses up no attempt", holds=candidacy.submission.attempt == 1)
        stage.rule(step, candidacy.pathway, "attempts", "a referral")
        stage.rule(step, candidacy.pathway, "scale", "judging")
        stage.rule(step, candidacy.pathway, "decision", "judging")
        outcome = _less_than_a_pass(candidacy)
        names = [
            " or ".join(title for title in attempt.outcomes.values())
            for attempt in candidacy.terms.rules.attempts.required()
        ]
        step.list("Each attempt may end in:", names)
        if outcome == Outcome.PASS:
            step.say(
                "No level of the scale is short of a pass, so nobody can be referred. This candidate passes, too."
            )
    yield from judging.screened(candidacy)
    wanted = Wanted(outcome=outcome)
    yield from judging.assessed(candidacy, wanted)
    if outcome == Outcome.FAIL:
        awarded.ended.append(f"{candidacy.name}: {queries.candidate_words(candidacy.submission)}")
        return
    if outcome == Outcome.REFER:
        yield from _comes_back(candidacy, wanted)
    award = holding.is_awarded(candidacy)
    yield later(20, 12)
    holding.is_revoked(candidacy, award)
    awarded.revoked = award


def _comes_back(candidacy: Candidacy, wanted: Wanted) -> Track[None]:
    stage = candidacy.stage
    referred = candidacy.submission
    yield later(2, 10)
    with stage.told.step(candidacy.chapter, f"{candidacy.name} reads what the assessors say") as step:
        joint = queries.joint_of(referred)
        marks = queries.joint_draft(joint)
        step.saw(candidacy.person, joint.feedback if joint is not None else "")
        labels = {area.key: area.label for area in queries.areas(referred, candidacy.terms)}
        step.list("Referred:", (f"{labels[key]}: “{marks[key][1]}”" for key in wanted.weak))
        if joint is not None and joint.resubmit_by is None:
            until = clock.today() + dt.timedelta(days=42)
            step.say("The scheme sets no day, or has not said one, so the coordinator does.")
            stage.left_open(
                candidacy.terms.rules.referral_deadline, "the coordinator set a day for this one candidate"
            )
            queries_before = queries.candidate_words(candidacy.submission)
            actions.set_resubmission_date(
                submission=candidacy.submission, by=stage.cast.coordinator, until=until
            )
            step.check(
                "The candidate is told of it",
                holds=queries.candidate_words(candidacy.submission) != queries_before,
            )
            step.saw(candidacy.person, queries.candidate_words(candidacy.submission))
    yield _in_good_time(candidacy)
    revised = candidacy.revises(wanted.weak)
    candidacy.checks_readiness("The check, once more", ready=True)
    yield later(1, 9)
    again = candidacy.hands_in()
    with stage.told.step(candidacy.chapter, "What the assessors will see of it") as step:
        step.check("It is the second attempt", holds=again.attempt == referred.attempt + 1)
        changes = set(queries.reading(candidacy.submission).changes)
        step.check(
            f"Exactly the sections that were revised show as changed ({', '.join(sorted(changes))})",
            holds=changes == revised,
        )
        keys = {area.key for area in queries.areas_to_judge(candidacy.submission, candidacy.terms)}
        step.check("Only what was referred is judged again", holds=keys == set(wanted.weak))
    yield from judging.screened(candidacy)
    yield from judging.assessed(candidacy, Wanted())


def _walks_straight(candidacy: Candidacy, awarded: Awarded) -> Track[None]:
    """From registration to award without a turn."""
    yield later(4 + candidacy.number, 11)
    candidacy.begins()
    yield later(8, 20)
    candidacy.captures(faulty=False, plenty=False)
    candidacy.aligns()
    yield later(4, 19)
    yield from candidacy.writes()
    candidacy.checks_readiness(f"{candidacy.name} looks whether all is ready", ready=True)
    yield from candidacy.has_referees()
    yield from candidacy.waits_for_window()
    candidacy.hands_in()
    yield from judging.screened(candidacy)
    yield from judging.assessed(candidacy, Wanted())
    award = holding.is_awarded(candidacy)
    awarded.ended.append(f"{candidacy.name}: {award.title}")


# What a scheme allows -----------------------------------------------------------------------------------------------------


def _nominated(candidacy: Candidacy) -> Person | None:
    rules = candidacy.terms.rules
    lead = candidacy.stage.cast.panel_of(candidacy.key).lead
    ruled_out = rules.may_not_assess.value
    if ruled_out is not UNSET and ruled_out is not None and Relation.NOMINATED in ruled_out:
        return None
    return lead if rules.nominated_assessor.value is True else None


def _can_split(candidacy: Candidacy) -> bool:
    """With one assessor, or a scale of which every level passes, nobody differs on the outcome."""
    terms = candidacy.terms
    if terms.rules.assessors.required() < 2:  # noqa: PLR2004  two to differ
        return False
    if terms.rules.decision.value is UNSET or terms.scale.value is UNSET:
        return True  # they are about to be answered, and the answers have both kinds of level
    return bool(judging.levels_of(terms)[1])


def _less_than_a_pass(candidacy: Candidacy) -> str:
    terms = candidacy.terms
    if terms.scale.value is not UNSET and not judging.levels_of(terms)[1]:
        return Outcome.PASS
    if judging.knows(candidacy, OutcomeKind.REFERRAL):
        return Outcome.REFER
    return Outcome.FAIL if judging.knows(candidacy, OutcomeKind.FAIL) else Outcome.PASS


def _in_good_time(candidacy: Candidacy) -> dt.datetime:
    """Before the day on which it has to be back."""
    joint = queries.joint_of(candidacy.submission)
    days = 18
    if joint is not None and joint.resubmit_by is not None:
        days = max(min(days, (joint.resubmit_by - clock.today()).days - 4), 0)
    return later(days, 19)
