"""Coming and going: the circles, the forum's audience and the last convener."""

import pytest

from collegium.activity.models import Activity
from collegium.communities import actions, rules
from collegium.communities.models import Community, JoinRequest, Membership
from collegium.conversations.models import Forum
from collegium.foundation.refusal import Refusal
from collegium.people.models import Audience, CircleMember
from tests.communities.factories import make_community, make_membership
from tests.factories import make_person

pytestmark = pytest.mark.django_db


def found(by, **fields):
    return actions.found(by=by, **{"title": "Learning technologists", "domain": "How we teach.", **fields})


def in_circle(circle, person):
    return CircleMember.objects.filter(circle=circle, person=person).exists()


def test_founding_makes_a_forum_and_a_convener(cy):
    community = found(cy, audience=Audience.PUBLIC, first_steps=["Say hello", "Say hello", " "])
    assert community.slug == "learning-technologists"
    assert community.first_steps == ["Say hello"]
    assert community.forum.audience == Audience.PUBLIC
    assert community.forum.path == community.get_absolute_url()
    assert in_circle(community.circle, cy)
    assert in_circle(community.facilitators, cy)
    assert community.memberships.get().role == Membership.Role.CONVENER


def test_a_name_that_no_address_shows_still_has_one(cy):
    first = found(cy, title="مجتمع التعلم الإلكتروني")
    second = found(cy, title="مجتمع آخر")
    assert [first.slug, second.slug] == ["community", "community-2"]


def test_the_short_link_is_open_only_where_anybody_may_join(cy):
    assert found(cy).code_closed_at is None
    assert found(cy, joining=Community.Joining.REQUEST).code_closed_at is not None


@pytest.mark.parametrize("title", ["new", "Network"])
def test_a_community_never_stands_at_an_address_of_ours(cy, title):
    assert found(cy, title=title).slug == f"{title.lower()}-2"


def test_joining_twice_is_joining_once(ada, cy):
    community = found(cy)
    first = actions.join(community=community, person=ada)
    assert actions.join(community=community, person=ada) == first
    assert in_circle(community.circle, ada)
    assert not in_circle(community.facilitators, ada)
    assert Activity.objects.filter(verb="community.joined").count() == 1


def test_the_newcomer_and_the_facilitators_are_told(ada, cy):
    actions.join(community=found(cy), person=ada)
    told = {
        (each.verb, concern.person.name) for each in Activity.objects.all() for concern in each.concerns.all()
    }
    assert told == {("community.joined", cy.name), ("community.welcomed", ada.name)}


def test_a_door_that_is_not_open_refuses_in_words(ada, cy):
    community = found(cy, joining=Community.Joining.INVITATION, audience=Audience.SIGNED_IN)
    with pytest.raises(Refusal, match="not open to everybody"):
        actions.join(community=community, person=ada)
    with pytest.raises(Refusal, match="closed"):
        actions.join(community=community, person=ada, way="code")
    assert actions.join(community=community, person=ada, way="course").way == "course"


def test_the_last_convener_first_names_another(ada, cy):
    community = found(cy)
    mine = community.memberships.get(person=cy)
    hers = actions.join(community=community, person=ada)
    with pytest.raises(Refusal, match="without a convener"):
        actions.leave(membership=mine, by=cy)
    with pytest.raises(Refusal, match="without a convener"):
        actions.set_role(membership=mine, by=cy, role="member")
    actions.set_role(membership=hers, by=cy, role="convener")
    actions.leave(membership=mine, by=cy)
    assert not in_circle(community.circle, cy)
    assert not in_circle(community.facilitators, cy)
    assert in_circle(community.facilitators, ada)


def test_whoever_is_alone_may_go(cy):
    community = found(cy)
    actions.leave(membership=community.memberships.get(), by=cy)
    assert not community.memberships.exists()


def test_a_removed_member_is_out_at_once_and_the_open_door_stays_shut(ada, cy, client_of):
    community = found(cy)
    membership = actions.join(community=community, person=ada)
    assert client_of(ada).get(community.get_absolute_url()).status_code == 200
    actions.remove_member(membership=membership, by=cy, reason="Advertised again and again.")
    assert not Forum.objects.visible_to(ada).exists()
    assert client_of(ada).get(community.get_absolute_url()).status_code == 404
    for way in ("open", "code", "course"):
        with pytest.raises(Refusal, match="removed"):
            actions.join(community=community, person=ada, way=way)


def test_a_facilitator_removes_members_and_no_facilitator(ada, bo, cy, eve):
    community = make_community(eve, convener=cy)
    make_membership(community, ada, role="facilitator")
    boss = community.memberships.get(person=cy)
    with pytest.raises(Refusal):
        actions.remove_member(membership=boss, by=ada, reason="No.")
    with pytest.raises(Refusal):
        actions.remove_member(membership=community.memberships.get(person=eve), by=bo, reason="No.")
    with pytest.raises(Refusal, match="reason"):
        actions.remove_member(membership=community.memberships.get(person=eve), by=ada, reason=" ")
    actions.remove_member(membership=community.memberships.get(person=eve), by=ada, reason="Spam.")
    assert not community.memberships.filter(person=eve).exists()


def test_only_a_convener_sets_roles(ada, cy, eve):
    community = make_community(eve, convener=cy)
    helper = make_membership(community, ada, role="facilitator")
    with pytest.raises(Refusal, match="convener"):
        actions.set_role(membership=helper, by=ada, role="convener")
    assert rules.may_set_roles(cy, community)
    assert not rules.may_set_roles(eve, community)


def test_made_private_it_holds_everywhere_in_the_same_moment(cy, eve, client_of):
    community = found(cy, audience=Audience.PUBLIC)
    assert client_of(None).get(community.get_absolute_url()).status_code == 200
    actions.edit(community=community, by=cy, audience=Audience.CIRCLE)
    assert not Forum.objects.visible_to(eve).exists()
    for reader in (None, eve):
        client = client_of(reader)
        assert client.get(community.get_absolute_url()).status_code == 404
        assert community.title not in client.get("/communities/").content.decode()
        assert community.title not in client.get("/communities/network/").content.decode()


def test_a_step_keeps_its_tick_where_it_moves_to(ada, cy):
    community = found(cy, first_steps=["Say hello", "Stand on the map"])
    membership = actions.join(community=community, person=ada)
    actions.tick_step(membership=membership, by=ada, step=1, done=True)
    actions.edit(community=community, by=cy, first_steps=["Stand on the map", "Read the house rules"])
    membership.refresh_from_db()
    assert membership.steps_done == [0]


def test_an_erasure_leaves_no_community_without_a_convener(ada, cy):
    community = make_community(ada, convener=cy)
    actions.part_with_everything(cy)
    assert community.memberships.get().role == Membership.Role.CONVENER
    assert community.memberships.get().person == ada


def test_of_two_answers_to_a_request_the_first_holds(ada, cy, eve):
    community = make_community(convener=cy, joining=Community.Joining.REQUEST)
    make_membership(community, eve, role="facilitator")
    asked = actions.ask_to_join(community=community, by=ada, words="I teach nurses.")
    assert actions.ask_to_join(community=community, by=ada).pk == asked.pk
    same = JoinRequest.objects.get(pk=asked.pk)
    actions.settle_request(request=asked, by=cy, accept=True)
    with pytest.raises(Refusal, match="meanwhile"):
        actions.settle_request(request=same, by=eve, accept=False, answer="Full.")
    assert community.memberships.filter(person=ada, way="request").exists()


def test_an_invitation_is_good_once_and_can_be_taken_back(ada, bo, cy):
    community = make_community(convener=cy, joining=Community.Joining.INVITATION)
    invitation = actions.invite(community=community, by=cy, email="Ada@example.org")
    actions.accept_invitation(invitation=invitation, by=ada)
    with pytest.raises(Refusal, match="used"):
        actions.accept_invitation(invitation=invitation, by=bo)
    second = actions.invite(community=community, by=cy, email="bo@example.org")
    actions.withdraw_invitation(invitation=second, by=cy)
    with pytest.raises(Refusal, match="taken back"):
        actions.accept_invitation(invitation=second, by=bo)


def test_a_convenerless_community_is_rescued_by_the_site_administrator(ada):
    community = make_community(ada)
    administrator = make_person(is_staff=True)
    actions.set_role(membership=community.memberships.get(), by=administrator, role="convener")
    with pytest.raises(Refusal):
        actions.set_role(membership=community.memberships.get(), by=administrator, role="member")
