"""Each state of a submission by each actor: what may be done, as a table; and the page of each deed agrees with it."""

import pytest
from django.urls import reverse

from collegium.accreditation import actions, rules
from collegium.accreditation.models import Assignment, Submission
from tests.factories import make_assessor, make_person

pytestmark = pytest.mark.django_db

State = Submission.State

# The deeds on a submission, in the order of the table's columns, each with its page.
DEEDS = {
    "see": (rules.may_see, "submission"),
    "read": (rules.may_read, "read"),
    "withdraw": (rules.may_withdraw, "withdraw"),
    "manage": (rules.may_manage, "managed"),
    "screen": (rules.may_screen, "screening"),
    "allot": (rules.may_allot, "allocation"),
    "compare": (rules.may_compare, "reconciliation"),
    "reconcile": (rules.may_reconcile, "outcome"),
    "set date": (rules.may_set_resubmission_date, "resubmission_date"),
    "outcome": (rules.may_see_outcome, None),
}

NOTHING = ""
TABLE = {
    # who          : what they may do
    State.RECEIVED: {
        "candidate": "see read withdraw",
        "coordinator": "see read manage screen",
        "lead": NOTHING,
        "second": NOTHING,
        "invited": NOTHING,
        "assessor": NOTHING,
        "stranger": NOTHING,
    },
    State.RETURNED: {
        "candidate": "see read",
        "coordinator": "see read manage",
        "lead": NOTHING,
        "second": NOTHING,
        "invited": NOTHING,
        "assessor": NOTHING,
        "stranger": NOTHING,
    },
    State.ACCEPTED: {
        "candidate": "see read withdraw",
        "coordinator": "see read manage allot",
        "lead": "see read",
        "second": "see read",
        "invited": "see",
        "assessor": NOTHING,
        "stranger": NOTHING,
    },
    State.ASSESSING: {
        "candidate": "see read withdraw",
        "coordinator": "see read manage allot",
        "lead": "see read",
        "second": "see read",
        "invited": NOTHING,
        "assessor": NOTHING,
        "stranger": NOTHING,
    },
    State.RECONCILING: {
        "candidate": "see read withdraw",
        "coordinator": "see read manage compare",
        "lead": "see read compare reconcile",
        "second": "see read compare",
        "invited": NOTHING,
        "assessor": NOTHING,
        "stranger": NOTHING,
    },
    State.REFERRED: {
        "candidate": "see read outcome",
        "coordinator": "see read manage compare outcome|set date",
        "lead": "see read compare outcome",
        "second": "see read compare outcome",
        "invited": NOTHING,
        "assessor": NOTHING,
        "stranger": NOTHING,
    },
    State.PASSED: {
        "candidate": "see read outcome",
        "coordinator": "see read manage compare outcome",
        "lead": "see read compare outcome",
        "second": "see read compare outcome",
        "invited": NOTHING,
        "assessor": NOTHING,
        "stranger": NOTHING,
    },
    State.WITHDRAWN: {
        "candidate": "see read",
        "coordinator": "see read manage",
        "lead": NOTHING,
        "second": NOTHING,
        "invited": NOTHING,
        "assessor": NOTHING,
        "stranger": NOTHING,
    },
}


def _allowed(words):
    plain, _, more = words.partition("|")
    return {*plain.split(), *([more] if more else [])}


@pytest.fixture
def in_state(stage):
    """``in_state(State.PASSED)``: a submission that came there by the actions, and everybody by name."""

    def to(state):
        submission = stage.submit()
        people = {
            "candidate": stage.candidate,
            "coordinator": stage.coordinator,
            "lead": stage.lead,
            "second": stage.second,
            "invited": make_person(name="Ines Invited"),
            "assessor": make_person(name="Olu Assessor"),
            "stranger": make_person(name="Eve Stranger"),
        }
        for name in ("invited", "assessor"):
            make_assessor(people[name], stage.scheme, holds_pathway="cmalt")
        if state == State.RETURNED:
            actions.send_back(submission=submission, by=stage.coordinator, reasons="Something.")
        elif state not in {State.RECEIVED, State.WITHDRAWN}:
            actions.accept(submission=submission, by=stage.coordinator)
            _assess(stage, submission, state, people)
        if state == State.WITHDRAWN:
            actions.withdraw(submission=submission, by=stage.candidate)
        return Submission.objects.for_display().get(pk=submission.pk), people

    return to


def _assess(stage, submission, state, people):
    if state == State.ACCEPTED:
        # A third place, so that somebody agreed, somebody is asked, and it is still looking.
        Submission.objects.filter(pk=submission.pk).update(extra_places=1)
    for person, role in ((stage.lead, "lead"), (stage.second, "second")):
        actions.allot(submission=submission, assessor=person, role=role, by=stage.coordinator)
        stage.answer(submission, person)
    if state == State.ACCEPTED:
        actions.allot(submission=submission, assessor=people["invited"], role="second", by=stage.coordinator)
    if state in {State.RECONCILING, State.REFERRED, State.PASSED}:
        weak = ("1a",) if state == State.REFERRED else ()
        stage.judge(submission, stage.lead, weak=weak)
        stage.judge(submission, stage.second, weak=weak)
        if state == State.REFERRED:
            stage.reconcile(submission, outcome="refer", weak=weak)
        if state == State.PASSED:
            stage.reconcile(submission, outcome="pass")


@pytest.mark.parametrize("state", TABLE)
def test_who_may_do_what_in_each_state(in_state, state):
    submission, people = in_state(state)
    assert submission.state == state
    found = {
        name: {deed for deed, (rule, _page) in DEEDS.items() if rule(person, submission)}
        for name, person in people.items()
    }
    assert found == {name: _allowed(words) for name, words in TABLE[state].items()}
    assert not any(rule(None, submission) for rule, _page in DEEDS.values()), "a stranger at the door"


@pytest.mark.parametrize("state", TABLE)
def test_the_pages_agree_with_the_table(in_state, client_of, state):
    """200 or a redirect where it is allowed; 404 for who can't see the submission, 403 for who can and may not."""
    submission, people = in_state(state)
    for name, words in TABLE[state].items():
        client, allowed = client_of(people[name]), _allowed(words)
        for deed, (_rule, page) in DEEDS.items():
            if page is None:
                continue
            answer = client.get(reverse(f"accreditation:{page}", kwargs={"submission_id": submission.pk}))
            expected = {200, 302} if deed in allowed else {403} if "see" in allowed else {404}
            assert answer.status_code in expected, f"{name} at {page}: {answer.status_code}"


@pytest.mark.parametrize("state", TABLE)
def test_no_deed_is_done_by_post_where_it_is_not_allowed(in_state, client_of, state):
    submission, people = in_state(state)
    before = Submission.objects.filter(pk=submission.pk).values().get()
    posts = {
        "withdraw": ("withdraw", {}),
        "screening": ("screen", {"outcome": "accept"}),
        "allocation": ("allot", {"assessor": people["assessor"].pk, "role": "second"}),
        "reconciliation": ("reconcile", {"outcome": "pass", "feedback": "x", "do": "save"}),
        "outcome": ("reconcile", {}),
        "resubmission_date": ("set date", {"until": "2099-01-01"}),
        "add_place": ("add place", {}),
    }
    for name, words in TABLE[state].items():
        client, allowed = client_of(people[name]), _allowed(words)
        for page, (deed, data) in posts.items():
            if deed in allowed or (
                deed == "add place" and name == "coordinator" and state == State.RECONCILING
            ):
                continue
            answer = client.post(
                reverse(f"accreditation:{page}", kwargs={"submission_id": submission.pk}), data
            )
            assert answer.status_code in {403, 404}, f"{name} at {page}: {answer.status_code}"
    assert Submission.objects.filter(pk=submission.pk).values().get() == before
    assert not submission.assignments.filter(assessor=people["assessor"]).exists()


# Assignments ----------------------------------------------------------------------------------------------------------

ON_ASSIGNMENT = {
    "answer": rules.may_answer_invitation,
    "judge": rules.may_judge,
    "step back": rules.may_step_back,
    "release": rules.may_release,
    "change lead": rules.may_change_lead,
}


@pytest.mark.parametrize(
    ("moment", "allowed"),
    [
        (
            "invited",
            {
                "own": {"answer"},
                "coordinator": {"release", "change lead"},
                "other": set(),
                "candidate": set(),
            },
        ),
        (
            "accepted",
            {
                "own": {"judge", "step back"},
                "coordinator": {"release", "change lead"},
                "other": set(),
                "candidate": set(),
            },
        ),
        (
            "sealed",
            {"own": set(), "coordinator": {"release", "change lead"}, "other": set(), "candidate": set()},
        ),
        ("declined", {"own": set(), "coordinator": set(), "other": set(), "candidate": set()}),
        ("decided", {"own": set(), "coordinator": set(), "other": set(), "candidate": set()}),
    ],
)
def test_an_assignment_from_asked_to_done(stage, submitted, moment, allowed):
    actions.accept(submission=submitted, by=stage.coordinator)
    actions.allot(submission=submitted, assessor=stage.lead, role="lead", by=stage.coordinator)
    assignment = actions.allot(
        submission=submitted, assessor=stage.second, role="second", by=stage.coordinator
    )
    if moment == "declined":
        stage.answer(submitted, stage.second, accepts=False, reason="No time.")
    elif moment != "invited":
        stage.answer(submitted, stage.second)
        stage.answer(submitted, stage.lead)
    if moment in {"sealed", "decided"}:
        stage.judge(submitted, stage.second)
    if moment == "decided":
        stage.judge(submitted, stage.lead)
        stage.reconcile(submitted, outcome="pass")
    assignment = Assignment.objects.for_display().get(pk=assignment.pk)
    people = {
        "own": stage.second,
        "coordinator": stage.coordinator,
        "other": stage.lead,
        "candidate": stage.candidate,
    }
    found = {
        name: {deed for deed, rule in ON_ASSIGNMENT.items() if rule(person, assignment)}
        for name, person in people.items()
    }
    assert found == allowed


def test_a_coordinator_has_no_hand_in_their_own(stage, in_state):
    from tests.factories import make_coordinator

    make_coordinator(stage.candidate, stage.scheme)
    submission, _people = in_state(State.RECEIVED)
    for rule in (rules.may_manage, rules.may_screen, rules.may_allot, rules.may_compare):
        assert not rule(stage.candidate, submission)


def test_registrations_and_extensions(stage, eve):
    registration = stage.registration
    extension = actions.ask_extension(
        registration=registration,
        by=stage.candidate,
        reason="Leave.",
        until=registration.valid_until.replace(year=registration.valid_until.year + 1),
    )
    table = {
        rules.may_see_registration: {stage.candidate, stage.coordinator},
        rules.may_ask_extension: {stage.candidate},
        rules.may_name_referee: {stage.candidate},
        rules.may_submit: {stage.candidate},
    }
    everybody = [stage.candidate, stage.coordinator, stage.lead, eve]
    for rule, allowed in table.items():
        assert {person for person in everybody if rule(person, registration)} == allowed, rule.name
    assert [person for person in everybody if rules.may_answer_extension(person, extension)] == [
        stage.coordinator
    ]
