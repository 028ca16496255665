from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import PermissionDenied

from collegium.accreditation.models import Submission
from collegium.accreditation.rules import holds
from collegium.activity.models import Activity
from collegium.activity.outbox import HANDLERS
from collegium.credentials import actions, handlers, verification
from collegium.credentials.models import Award, Credential, IssuerKey, StatusList
from collegium.credentials.queries import issuing
from collegium.credentials.tasks import remind_of_renewals
from collegium.foundation import clock, crypto
from collegium.foundation.refusal import Refusal
from collegium.schemes.actions import answer_unset_rule
from collegium.schemes.models import Pathway
from tests.credentials.factories import make_award, make_passed, make_pathway, make_scheme
from tests.factories import make_coordinator, make_evidence, make_person, make_portfolio

pytestmark = pytest.mark.django_db
DAY = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _day():
    with clock.moved_to(DAY):
        yield


def checked(credential):
    return verification.verify(credential.document, fetch=issuing.fetch, at=clock.now())


def verbs(award):
    return list(
        Activity.objects.filter(about_kind="credentials.award", about_id=str(award.pk))
        .order_by("id")
        .values_list("verb", flat=True)
    )


# Granting -------------------------------------------------------------------------------------------------------------


def test_a_pass_makes_an_award_and_a_credential_that_verifies(ada):
    award = actions.grant(submission=make_passed(person=ada))
    assert (award.title, award.post_nominals, award.holder_name) == (
        "Certified Member of ALT",
        "CMALT",
        ada.name,
    )
    assert (award.valid_from, award.valid_until) == (date(2026, 3, 1), date(2029, 3, 1))
    report = checked(award.credentials.get())
    assert (report.holds, report.claim.holder) == (True, ada.name)
    assert report.claim.results == (
        ("1a Constraints and benefits", "Strong"),
        ("5 Specialist area", "Adequate"),
        ("5 Specialist area", "Strong"),
    )
    assert verbs(award) == ["award.granted"]


def test_the_address_of_the_holder_is_in_it_only_as_a_hash(ada):
    credential = make_award(person=ada).credentials.get()
    assert ada.account.email not in str(credential.document)


def test_granting_again_gives_the_same_award(ada):
    submission = make_passed(person=ada)
    assert actions.grant(submission=submission) == actions.grant(submission=submission)
    assert (Award.objects.count(), Credential.objects.count()) == (1, 1)


@pytest.mark.parametrize("state", [state for state in Submission.State if state != Submission.State.PASSED])
def test_only_a_pass_makes_an_award(state):
    submission = make_passed()
    Submission.objects.filter(pk=submission.pk).update(state=state)
    with pytest.raises(Refusal):
        actions.grant(submission=submission)


def test_the_pass_itself_makes_the_award():
    handlers_of_pass = [name for name, _handler in HANDLERS["submission.passed"]]
    assert "collegium.credentials.handlers.award" in handlers_of_pass


def test_a_holder_counts_as_one_until_the_award_runs_out(ada):
    award = make_award(person=ada)
    assert holds(ada, {"cmalt"}, award.scheme)
    with clock.moved_to(datetime(2029, 3, 2, tzinfo=UTC)):
        assert not holds(ada, {"cmalt"}, award.scheme)


def test_a_renewal_begins_where_the_award_ends(ada):
    award = make_award(person=ada)
    with clock.moved_to(datetime(2028, 12, 1, tzinfo=UTC)):
        renewed = make_award(person=ada, kind=Submission.Kind.RENEWAL)
        assert (renewed.renews, renewed.valid_until) == (award, date(2032, 3, 1))
    with clock.moved_to(datetime(2033, 1, 1, tzinfo=UTC)):
        late = make_award(person=ada, kind=Submission.Kind.RENEWAL)
        assert (late.renews, late.valid_until) == (renewed, date(2036, 1, 1))


def test_an_award_waits_for_a_rule_that_nobody_has_published(ada, cy):
    scheme = make_scheme("advance-he-fellowship")
    make_coordinator(cy, scheme)
    pathway = Pathway.objects.current().get(scheme_version__scheme=scheme, key="fellow")
    submission = make_passed(person=ada, pathway=pathway)
    passed = Activity(
        verb="submission.passed", about_kind="accreditation.submission", about_id=str(submission.pk)
    )
    handlers.award(passed)
    assert Award.objects.count() == 0
    told = Activity.objects.get(verb="award.waiting")
    assert [concern.person for concern in told.concerns.all()] == [cy]
    answer_unset_rule(
        scheme_version=pathway.scheme_version,
        path="rules/award validity",
        answer="5 years",
        reason="As in similar schemes.",
        by=cy,
    )
    handlers.award_what_waited(
        Activity(verb="scheme.rule_answered", about_kind="schemes.scheme", about_id=str(scheme.pk))
    )
    assert Award.objects.get().valid_until == date(2031, 3, 1)


# Keys -----------------------------------------------------------------------------------------------------------------


def test_the_first_key_is_made_once_and_its_secret_is_not_readable():
    key = actions.make_first_key()
    assert actions.make_first_key() == key
    secret = issuing.private_key(key).private_bytes_raw()
    assert secret not in bytes(key.private_encrypted)
    with pytest.raises(crypto.SecretUnreadable):
        crypto.decrypt(bytes(key.private_encrypted).decode(), purpose="something else")


def test_what_an_old_key_signed_stays_good(ada):
    old = make_award(person=ada).credentials.get()
    new_key = actions.rotate_key(by=None)
    new = make_award().credentials.get()
    assert (old.key != new_key, new.key) == (True, new_key)
    assert (checked(old).holds, checked(new).holds) == (True, True)
    assert len(issuing.did_document()["verificationMethod"]) == 2
    assert IssuerKey.objects.filter(retired_at__isnull=True).count() == 1


# Places ---------------------------------------------------------------------------------------------------------------


def test_each_place_of_a_list_is_given_once():
    places = [actions._shuffled(number, "seed") for number in range(2_000)]
    assert len(set(places)) == 2_000
    assert all(0 <= place < 131_072 for place in places)
    assert places != sorted(places)


def test_a_full_list_is_followed_by_another():
    first = make_award().credentials.get()
    StatusList.objects.update(taken=131_072)
    second = make_award().credentials.get()
    assert (first.status_list.number, second.status_list.number) == (1, 2)
    assert checked(second).holds is True


# Revoking -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def coordinator(cy):
    make_coordinator(cy, make_scheme())
    return cy


def test_a_revoked_award_shows_so_in_every_copy(ada, coordinator):
    award = make_award(person=ada)
    first = award.credentials.get()
    second = actions.issue(award=award, by=coordinator)
    actions.revoke(award=award, by=coordinator, reason="The evidence was somebody else's.")
    for credential in (first, second):
        assert checked(credential).summary == "This credential was genuine, and its issuer has revoked it."
    assert [(line.state, line.reason) for line in award.history.all()] == [
        ("active", ""),
        ("revoked", "The evidence was somebody else's."),
    ]
    assert not holds(ada, {"cmalt"}, award.scheme)


def test_revoking_one_leaves_the_others(coordinator):
    one, other = make_award(), make_award()
    actions.revoke(award=one, by=coordinator, reason="A reason.")
    assert checked(other.credentials.get()).holds is True


def test_revoking_twice_is_once(coordinator):
    award = make_award()
    actions.revoke(award=award, by=coordinator, reason="A reason.")
    actions.revoke(award=award, by=coordinator, reason="Another.")
    assert verbs(award) == ["award.granted", "award.revoked"]


def test_a_reinstated_award_has_a_new_credential_and_the_old_stays_revoked(ada, coordinator):
    award = make_award(person=ada)
    old = award.credentials.get()
    actions.revoke(award=award, by=coordinator, reason="A mistake.")
    award = actions.reinstate(award=award, by=coordinator, reason="It was a mistake.")
    new = award.credentials.get(superseded_at__isnull=True)
    assert (checked(old).holds, checked(new).holds) == (False, True)
    assert holds(ada, {"cmalt"}, award.scheme)


def test_who_may_not_revoke(ada, bo, coordinator):
    award = make_award(person=ada)
    own = make_award(person=coordinator)
    for person, which in ((ada, award), (bo, award), (coordinator, own)):
        with pytest.raises(PermissionDenied):
            actions.revoke(award=which, by=person, reason="A reason.")
    with pytest.raises(Refusal):
        actions.revoke(award=award, by=coordinator, reason="  ")
    with pytest.raises(Refusal):
        actions.reinstate(award=award, by=coordinator, reason="It was never revoked.")


# Evidence and listing -------------------------------------------------------------------------------------------------


def test_chosen_evidence_is_named_in_a_new_credential(ada):
    award = make_award(person=ada)
    old = award.credentials.get()
    link = make_evidence(ada, title="Recording", audience="public")
    new = actions.choose_evidence(award=award, by=ada, evidence=[link])
    assert [entry["name"] for entry in new.document["evidence"]] == ["Recording"]
    old.refresh_from_db()
    assert old.superseded_at is not None
    assert (checked(old).holds, checked(new).holds) == (True, True)
    assert "evidence" not in actions.choose_evidence(award=award, by=ada, evidence=[]).document


def test_a_published_portfolio_is_named_too(ada):
    pathway = make_pathway()
    portfolio = make_portfolio(ada, pathway, title="My portfolio", slug="ada", audience="public")
    award = make_award(person=ada, pathway=pathway, portfolio=portfolio)
    credential = actions.choose_evidence(award=award, by=ada, evidence=[], with_portfolio=True)
    assert [entry["id"] for entry in credential.document["evidence"]] == [issuing.absolute("/p/ada/")]
    portfolio.audience = "private"
    portfolio.save()
    with pytest.raises(Refusal):
        actions.choose_evidence(award=award, by=ada, evidence=[], with_portfolio=True)


def test_private_evidence_and_that_of_others_is_not_named(ada, bo):
    award = make_award(person=ada)
    for evidence in (
        make_evidence(ada),
        make_evidence(ada, audience="signed_in"),
        make_evidence(bo, audience="public"),
    ):
        with pytest.raises(Refusal):
            actions.choose_evidence(award=award, by=ada, evidence=[evidence])
    with pytest.raises(PermissionDenied):
        actions.choose_evidence(award=award, by=bo, evidence=[])


def test_only_the_holder_says_whether_it_is_listed(ada, bo, coordinator):
    award = make_award(person=ada)
    for person in (bo, coordinator):
        with pytest.raises(PermissionDenied):
            actions.set_listed(award=award, by=person, listed=False)
    assert actions.set_listed(award=award, by=ada, listed=False).listed is False


@pytest.mark.parametrize(("rule", "allowed"), [("yes", True), ("no", False)])
def test_a_scheme_may_list_every_holder(ada, coordinator, rule, allowed):
    award = make_award(person=ada)
    answer_unset_rule(
        scheme_version=award.pathway.scheme_version,
        path="rules/unlisted holders",
        answer=rule == "yes",
        reason="Asked our members.",
        by=coordinator,
    )
    if allowed:
        assert actions.set_listed(award=award, by=ada, listed=False).listed is False
    else:
        with pytest.raises(Refusal):
            actions.set_listed(award=award, by=ada, listed=False)


# Renewal --------------------------------------------------------------------------------------------------------------


def test_a_holder_is_told_once_that_an_award_runs_out(ada):
    award = make_award(person=ada)
    remind_of_renewals()
    assert verbs(award) == ["award.granted"]
    with clock.moved_to(datetime(2028, 10, 1, tzinfo=UTC)):
        remind_of_renewals()
        remind_of_renewals()
    assert verbs(award) == ["award.granted", "award.renewal_due"]


def test_no_reminder_of_what_was_renewed(ada):
    award = make_award(person=ada)
    with clock.moved_to(datetime(2028, 10, 1, tzinfo=UTC)):
        make_award(person=ada, kind=Submission.Kind.RENEWAL)
        remind_of_renewals()
    assert verbs(award) == ["award.granted"]


def test_the_award_stays_when_the_account_goes():
    person = make_person(name="Gone Soon")
    award = make_award(person=person, pathway=make_pathway("senior"))
    person.account.delete()
    award.refresh_from_db()
    assert (award.holder_name, checked(award.credentials.get()).holds) == ("Gone Soon", True)
