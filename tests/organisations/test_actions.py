"""Founding, domains, invitations, leaving: the circle keeps step."""

from datetime import timedelta

import pytest

from collegium.foundation import clock
from collegium.foundation.refusal import Refusal
from collegium.foundation.signing import hashed
from collegium.organisations import actions, queries
from collegium.organisations.models import EmailDomain, Invitation, Membership, Organisation
from collegium.people import actions as people_actions
from tests.factories import make_organisation, make_person

pytestmark = pytest.mark.django_db


def in_step(organisation) -> bool:
    members = set(organisation.memberships.values_list("person_id", flat=True))
    return members == set(organisation.circle.members.values_list("pk", flat=True))


def test_who_founds_it_coordinates_it(cy):
    organisation = actions.found(
        name="  Calderbeck   University ", country="GB", by=cy, ror_id="https://ror.org/03yrm5c26"
    )
    membership = organisation.memberships.get()
    assert (organisation.name, organisation.slug, organisation.ror_id) == (
        "Calderbeck University",
        "calderbeck-university",
        "03yrm5c26",
    )
    assert (membership.person, membership.is_coordinator, membership.way) == (cy, True, "founder")
    assert organisation.circle.name == "Calderbeck University"
    assert in_step(organisation)


def test_two_of_one_name_have_two_addresses(cy):
    slugs = [actions.found(name=name, country="SA", by=cy).slug for name in ("Uni", "Uni", "جامعة", "大学")]
    assert slugs == ["uni", "uni-2", "organisation", "organisation-2"]


def test_one_organisation_has_one_ror_id(cy):
    actions.found(name="First", country="GB", by=cy, ror_id="03yrm5c26")
    with pytest.raises(Refusal, match="First is on the list"):
        actions.found(name="Second", country="GB", by=cy, ror_id="03yrm5c26")
    with pytest.raises(Refusal, match="mistyped"):
        actions.found(name="Second", country="GB", by=cy, ror_id="03yrm5c27")
    assert Organisation.objects.count() == 1


def test_editing_renames_the_circle_too(cy, eve):
    organisation = make_organisation(coordinators=(cy,))
    actions.edit(organisation=organisation, by=cy, name="New name")
    organisation.circle.refresh_from_db()
    assert organisation.circle.name == "New name"
    with pytest.raises(Refusal):
        actions.edit(organisation=organisation, by=eve, name="Taken over")


# Domains --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def administrator(db):
    return make_person(name="Site Administrator", is_staff=True)


@pytest.fixture
def calderbeck(cy):
    return make_organisation(coordinators=(cy,), name="Calderbeck")


@pytest.fixture
def domain(calderbeck, cy):
    return actions.add_domain(organisation=calderbeck, domain="Calderbeck.example", by=cy)


def test_a_domain_opens_nothing_before_it_is_verified(calderbeck, domain):
    person = people_actions.sign_up(email="new@calderbeck.example", name="New", verified=True)
    assert queries.organisations_of(person) == []
    assert domain.domain == "calderbeck.example"


def test_verifying_lets_in_who_is_there_and_who_comes_later_but_nobody_else(
    calderbeck, domain, administrator
):
    early = people_actions.sign_up(email="early@calderbeck.example", name="Early", verified=True)
    unproved = people_actions.sign_up(email="unproved@calderbeck.example", name="Unproved")
    lookalike = people_actions.sign_up(email="x@notcalderbeck.example", name="Lookalike", verified=True)
    actions.verify_domain(email_domain=domain, by=administrator)
    late = people_actions.sign_up(email="late@calderbeck.example", name="Late", verified=True)
    joined = set(
        calderbeck.memberships.filter(way=Membership.Way.DOMAIN).values_list("person__name", flat=True)
    )
    assert joined == {"Early", "Late"}
    assert not {unproved.pk, lookalike.pk} & set(calderbeck.memberships.values_list("person", flat=True))
    assert in_step(calderbeck)
    assert {early, late} <= set(calderbeck.circle.members.all())


def test_joining_is_safe_to_repeat(calderbeck, domain, administrator):
    person = people_actions.sign_up(email="a@calderbeck.example", name="A", verified=True)
    actions.verify_domain(email_domain=domain, by=administrator)
    actions.join_by_domain(person=person)
    actions.join_by_domain(person=person)
    assert Membership.objects.filter(person=person).count() == 1


def test_only_a_site_administrator_vouches(domain, cy, eve):
    for person in (cy, eve):
        with pytest.raises(Refusal):
            actions.verify_domain(email_domain=domain, by=person)
    domain.refresh_from_db()
    assert domain.verified_at is None


@pytest.mark.parametrize("name", ["gmail.com", "not a domain", "GMX.de"])
def test_some_domains_prove_nothing(calderbeck, cy, name):
    with pytest.raises(Refusal):
        actions.add_domain(organisation=calderbeck, domain=name, by=cy)
    assert not EmailDomain.objects.exists()


def test_a_domain_is_verified_for_one_organisation_only(domain, administrator, bo):
    rival = make_organisation(coordinators=(bo,))
    theirs = actions.add_domain(organisation=rival, domain="calderbeck.example", by=bo)
    actions.verify_domain(email_domain=domain, by=administrator)
    with pytest.raises(Refusal, match="theirs"):
        actions.verify_domain(email_domain=theirs, by=administrator)
    with pytest.raises(Refusal, match="theirs"):
        actions.add_domain(organisation=rival, domain="CALDERBECK.example", by=bo)


def test_a_code_from_the_postmaster_verifies_without_an_administrator(domain, cy):
    actions.ask_domain_code(email_domain=domain, mailbox="postmaster", by=cy)
    code = actions.new_domain_code(email_domain=domain)
    domain.refresh_from_db()
    assert (domain.code_sent_to, code in domain.code_hash) == ("postmaster@calderbeck.example", False)
    actions.confirm_domain_code(email_domain=domain, code=f" {code[:4]} {code[4:]} ", by=cy)
    domain.refresh_from_db()
    assert domain.verified_at is not None
    assert domain.code_hash == ""


def test_the_code_goes_to_nobody_but_whoever_runs_the_domain(domain, cy):
    with pytest.raises(Refusal):
        actions.ask_domain_code(email_domain=domain, mailbox="cy", by=cy)


def test_a_code_is_not_to_be_guessed_nor_used_late(domain, cy):
    actions.ask_domain_code(email_domain=domain, mailbox="admin", by=cy)
    code = actions.new_domain_code(email_domain=domain)
    for number in range(5):
        with pytest.raises(Refusal):
            actions.confirm_domain_code(
                email_domain=domain, code=f"{(int(code) + number + 1) % 10**8:08d}", by=cy
            )
    with pytest.raises(Refusal, match="no code to compare"):
        actions.confirm_domain_code(email_domain=domain, code=code, by=cy)
    actions.ask_domain_code(email_domain=domain, mailbox="admin", by=cy)
    code = actions.new_domain_code(email_domain=domain)
    with (
        clock.moved_to(clock.now() + timedelta(hours=25)),
        pytest.raises(Refusal, match="no code to compare"),
    ):
        actions.confirm_domain_code(email_domain=domain, code=code, by=cy)


# Invitations ----------------------------------------------------------------------------------------------------------


def test_an_invitation_is_for_the_first_who_brings_it(calderbeck, cy, bo, eve):
    invitation = actions.invite(organisation=calderbeck, email="Bo@Example.org", by=cy, as_coordinator=True)
    token = actions.new_invitation_token(invitation=invitation)
    kept = Invitation.objects.get(token_hash=hashed(token))
    assert token not in kept.token_hash
    actions.accept_invitation(invitation=kept, by=bo)
    membership = Membership.objects.get(person=bo)
    assert (membership.way, membership.is_coordinator) == ("invitation", True)
    with pytest.raises(Refusal, match="used"):
        actions.accept_invitation(invitation=kept, by=eve)
    assert not Membership.objects.filter(person=eve).exists()
    assert in_step(calderbeck)


def test_an_invitation_runs_out(calderbeck, cy, bo):
    invitation = actions.invite(organisation=calderbeck, email="bo@example.org", by=cy)
    with clock.moved_to(clock.now() + timedelta(days=31)), pytest.raises(Refusal):
        actions.accept_invitation(invitation=invitation, by=bo)
    assert not Membership.objects.filter(person=bo).exists()


def test_inviting_again_voids_the_first_letter(calderbeck, cy):
    first = actions.invite(organisation=calderbeck, email="bo@example.org", by=cy)
    old = actions.new_invitation_token(invitation=first)
    actions.invite(organisation=calderbeck, email="BO@example.org ", by=cy)
    assert Invitation.objects.count() == 1
    assert not Invitation.objects.filter(token_hash=hashed(old)).exists()


def test_a_member_is_not_invited(calderbeck, cy):
    with pytest.raises(Refusal, match="already"):
        actions.invite(organisation=calderbeck, email="CY@example.org", by=cy)


def test_a_member_who_accepts_stays_what_they_were_or_becomes_more(calderbeck, cy, bo):
    actions._join(calderbeck, bo, way=Membership.Way.DOMAIN)
    invitation = actions.invite(
        organisation=calderbeck, email="other@example.org", by=cy, as_coordinator=True
    )
    membership = actions.accept_invitation(invitation=invitation, by=bo)
    assert (membership.way, membership.is_coordinator) == ("domain", True)


# Leaving --------------------------------------------------------------------------------------------------------------


def test_leaving_leaves_the_circle_too(cy, ada):
    organisation = make_organisation(ada, coordinators=(cy,))
    actions.leave(membership=organisation.memberships.get(person=ada), by=ada)
    assert in_step(organisation)
    assert organisation.memberships.count() == 1


def test_the_last_coordinator_names_another_first_unless_alone(cy, ada):
    organisation = make_organisation(ada, coordinators=(cy,))
    mine = organisation.memberships.get(person=cy)
    for attempt in (
        lambda: actions.leave(membership=mine, by=cy),
        lambda: actions.set_coordinator(membership=mine, by=cy, is_coordinator=False),
    ):
        with pytest.raises(Refusal, match="without a coordinator"):
            attempt()
    actions.set_coordinator(membership=organisation.memberships.get(person=ada), by=cy, is_coordinator=True)
    actions.leave(membership=mine, by=cy)
    actions.leave(membership=organisation.memberships.get(person=ada), by=ada)
    assert organisation.memberships.count() == 0
    assert in_step(organisation)


def test_members_do_not_move_each_other(cy, ada, bo):
    organisation = make_organisation(ada, bo, coordinators=(cy,))
    of_bo = organisation.memberships.get(person=bo)
    for attempt in (
        lambda: actions.leave(membership=of_bo, by=ada),
        lambda: actions.set_coordinator(membership=of_bo, by=ada, is_coordinator=True),
        lambda: actions.invite(organisation=organisation, email="x@example.org", by=ada),
        lambda: actions.add_domain(organisation=organisation, domain="x.example", by=ada),
    ):
        with pytest.raises(Refusal):
            attempt()
    actions.leave(membership=of_bo, by=cy)
    assert not organisation.memberships.filter(person=bo).exists()
