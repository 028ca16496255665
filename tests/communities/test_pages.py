"""Every page of a community: what it asks of the database, who may not, and names that are hard to set."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse

from collegium.communities import actions
from collegium.communities.models import Community, Invitation, Membership
from collegium.communities.words import index_communities
from collegium.conversations.actions.moderation import take_measure
from collegium.conversations.models import Post, Thread
from collegium.foundation import clock
from collegium.people.models import Audience, CircleMember, Person
from collegium.people.words import WORDS, entry
from tests.communities.factories import make_community, make_membership
from tests.factories import make_person

pytestmark = pytest.mark.django_db
LONG = "Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh von und zu Immenstadt-Süd"
ARABIC = "مجتمع الممارسة في التعليم الإلكتروني"


def page(name, community, **more):
    return reverse(f"communities:{name}", kwargs={"slug": community.slug, **more})


def make_thread(community, by, **fields):
    thread = Thread.objects.create(
        forum=community.forum,
        title=fields.pop("title", "How do you mark 300 essays?"),
        started_by=by,
        post_count=1,
        **fields,
    )
    post = Post.objects.create(thread=thread, author=by, html="<p>Well?</p>", posted_at=thread.started_at)
    thread.last_post = post
    thread.save()
    return thread


def fill(community, number, convener):
    """So many of everything that stands on the community's pages."""
    for each in range(number):
        member = make_person(name=f"Member {each}")
        make_membership(community, member, may_be_asked=True, joined_at=clock.now() - timedelta(days=60))
        thread = make_thread(community, member, title=f"Thread {each}", is_newcomers=True)
        actions.add_to_repertoire(
            community=community, by=convener, title=f"Link {each}", url="https://example.org/"
        )
        actions.add_to_repertoire(community=community, by=convener, title="Post", post=thread.posts.get())
        written = actions.start_page(
            community=community, by=convener, title=f"Page {each}", html="<p>One.</p>"
        )
        actions.write_page(page=written, by=convener, html="<p>Two.</p>", on_revision=1)
        actions.place_on_map(community=community, person=member, country="GB", town="York" if each else "")
        actions.link(source=community, target=make_community(member), by=convener, words="Neighbours")
        actions.invite(community=community, by=convener, email=f"guest{each}@example.org")
        asker = make_person(name=f"Asker {each}")
        community.join_requests.create(person=asker, words="Please.")


# The list pages that are counted: the same number for one thing and for three.
QUERIES = {
    "list": 6,
    "community": 12,
    "directory": 7,
    "repertoire": 7,
    "map": 6,
    "care": 10,
    "manage": 9,
    "links": 7,
    "page_history": 7,
    "network": 8,
}


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize("name", QUERIES)
def test_a_page_asks_the_same_for_one_and_for_three(name, number, cy, client_of, django_assert_num_queries):
    community = make_community(convener=cy, first_steps=["Say hello"])
    fill(community, number, cy)
    if name in {"list", "network"}:
        address = reverse(f"communities:{name}")
    elif name == "page_history":
        address = page(name, community, page_slug="page-0")
    else:
        address = page(name, community)
    client = client_of(cy)
    assert client.get(address).status_code == 200
    with django_assert_num_queries(QUERIES[name]):
        client.get(address)


def test_a_stranger_sees_what_is_public_and_names_nobody_who_did_not_agree(cy, client_of):
    shy = make_person(name="Shy Member", name_audience=Audience.SIGNED_IN)
    community = make_community(shy, convener=cy, audience=Audience.PUBLIC)
    answer = client_of(None).get(community.get_absolute_url()).content.decode()
    assert community.domain in answer
    assert shy.name not in answer
    assert cy.name not in answer
    Person.objects.filter(pk=cy.pk).update(name_audience=Audience.PUBLIC)
    assert cy.name in client_of(None).get(community.get_absolute_url()).content.decode()


@pytest.mark.parametrize("name", ["directory", "map", "care", "choices", "poster", "leave"])
def test_what_is_the_members_own_is_theirs(name, ada, cy, eve, client_of):
    community = make_community(ada, convener=cy)
    address = page(name, community)
    assert client_of(ada).get(address).status_code == 200
    assert client_of(eve).get(address).status_code == 403
    assert client_of(None).get(address).status_code == 302


@pytest.mark.parametrize("name", ["manage", "edit", "close", "links"])
def test_a_member_does_not_lead(name, ada, cy, client_of):
    community = make_community(ada, convener=cy)
    assert client_of(cy).get(page(name, community)).status_code == 200
    assert client_of(ada).get(page(name, community)).status_code == 403


@pytest.mark.parametrize("title", [LONG, ARABIC])
def test_hard_names_stand_on_every_page(title, cy, client_of):
    member = make_person(name=title)
    community = make_community(member, convener=cy, title=title)
    make_thread(community, member, title=title)
    actions.place_on_map(community=community, person=member, country="EG")
    client = client_of(cy)
    for name in ("community", "directory", "map", "care", "manage", "repertoire", "poster"):
        answer = client.get(page(name, community))
        assert answer.status_code == 200
        assert title in answer.content.decode()
    assert title[:10] in client.get(reverse("communities:network")).content.decode()


def test_three_hundred_members_page_by_page(cy, client_of):
    community = make_community(convener=cy)
    people = Person.objects.bulk_create([Person(name=f"Member {each:03d}") for each in range(300)])
    WORDS.put(*map(entry, people))
    Membership.objects.bulk_create([Membership(community=community, person=each) for each in people])
    CircleMember.objects.bulk_create([CircleMember(circle=community.circle, person=each) for each in people])
    Community.objects.filter(pk=community.pk).update(member_count=301)
    client = client_of(cy)
    first = client.get(page("directory", community)).content.decode()
    assert first.count("directory__one") == 60
    assert "301 members" in client.get(community.get_absolute_url()).content.decode()
    assert "Member 299" in client.get(page("directory", community) + "?page=5").content.decode()
    assert "Member 123" in client.get(page("directory", community) + "?q=123").content.decode()


def test_founding_by_the_form(ada, client_of):
    client = client_of(ada)
    empty = client.post(reverse("communities:found"), {"title": ""})
    assert empty.status_code == 422
    answer = client.post(
        reverse("communities:found"),
        {
            "title": "Feedback that lands",
            "domain": "How feedback is read.",
            "joining": "open",
            "audience": "signed_in",
            "language": "en-gb",
            "welcome": "Hello.\n\nStay <as> you like.",
            "first_steps": "Say hello\n\nStand on the map",
        },
        follow=True,
    )
    assert answer.status_code == 200
    community = Community.objects.get()
    assert community.first_steps == ["Say hello", "Stand on the map"]
    assert "Say hello" in answer.content.decode()


def test_a_first_step_is_ticked_off(ada, cy, client_of):
    community = make_community(ada, convener=cy, first_steps=["Say hello", "Stand on the map"])
    client = client_of(ada)
    client.post(page("tick", community, step=0), {"done": "yes"})
    assert community.memberships.get(person=ada).steps_done == [0]
    assert "first-step--done" in client.get(community.get_absolute_url()).content.decode()
    assert client.post(page("tick", community, step=7), {"done": "yes"}).status_code == 409


# Ways in --------------------------------------------------------------------------------------------------------------


def test_a_stranger_comes_by_the_poster_and_lands_a_member(ada, cy, client_of):
    community = make_community(convener=cy, audience=Audience.CIRCLE)
    client = client_of(None)
    address = reverse("communities:join_code", kwargs={"code": community.code})
    landing = client.get(address)
    assert community.title in landing.content.decode()
    wished = client.post(address, {"do": "sign-up"})
    assert wished["Location"] == f"{reverse('account_signup')}?next=%2Fj%2F{community.code}"
    client.force_login(ada.account)  # signing up keeps the session's wish
    session = client.session
    assert session["communities.wanted_code"] == community.code
    back = client.get(address)
    assert back["Location"] == community.get_absolute_url()
    assert community.memberships.get(person=ada).way == "code"


def test_signed_in_one_joins_by_a_press_and_not_by_looking(ada, cy, client_of):
    community = make_community(convener=cy)
    address = reverse("communities:join_code", kwargs={"code": community.code})
    client = client_of(ada)
    assert client.get(address).status_code == 200
    assert not community.memberships.filter(person=ada).exists()
    client.post(address, {"do": "join"})
    assert community.memberships.filter(person=ada).exists()


def test_a_closed_link_tells_nothing_and_a_renewed_one_is_another(ada, cy, client_of):
    community = make_community(convener=cy)
    address = reverse("communities:join_code", kwargs={"code": community.code})
    client_of(cy).post(page("set_code", community), {"do": "close"})
    closed = client_of(ada).get(address)
    assert closed.status_code == 410
    assert community.title not in closed.content.decode()
    client_of(cy).post(page("set_code", community), {"do": "renew"})
    assert client_of(ada).get(address).status_code == 404
    community.refresh_from_db()
    assert (
        client_of(ada).get(reverse("communities:join_code", kwargs={"code": community.code})).status_code
        == 200
    )


def test_the_poster_is_a_page_and_a_pdf_with_the_code(cy, client_of):
    community = make_community(convener=cy, title=ARABIC)
    client = client_of(cy)
    html = client.get(page("poster", community)).content.decode()
    assert f"/j/{community.code}" in html
    assert "<svg" in html
    paper = client.get(page("poster_pdf", community))
    assert paper["Content-Type"] == "application/pdf"
    assert paper.content.startswith(b"%PDF")


def test_an_invitation_goes_by_letter_and_lets_one_in(ada, cy, client_of, django_capture_on_commit_callbacks):
    community = make_community(convener=cy, audience=Audience.CIRCLE, joining="invitation")
    with django_capture_on_commit_callbacks(execute=True):
        client_of(cy).post(page("invite", community), {"email": "ada@example.org", "words": "Come!"})
    (letter,) = mail.outbox
    assert letter.to == ["ada@example.org"]
    path = re.search(r"/communities/invitation/[\w-]+/", letter.body)[0]
    client = client_of(ada)
    assert "Come!" in client.get(path).content.decode()
    client.post(path)
    assert community.memberships.get(person=ada).way == "invitation"
    assert client_of(make_person()).get(path).status_code == 410


def test_a_taken_back_invitation_opens_nothing(ada, cy, client_of, django_capture_on_commit_callbacks):
    community = make_community(convener=cy, joining="invitation")
    client = client_of(cy)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(page("invite", community), {"email": "ada@example.org"})
    path = re.search(r"/communities/invitation/[\w-]+/", mail.outbox[0].body)[0]
    invitation = Invitation.objects.get()
    assert "ada@example.org" in client.get(page("manage", community)).content.decode()
    client.post(page("withdraw_invitation", community, invitation_id=invitation.pk))
    assert client_of(ada).post(path).status_code == 409
    assert not community.memberships.filter(person=ada).exists()


def test_asking_and_being_answered(ada, cy, client_of):
    community = make_community(convener=cy, joining="request")
    client_of(ada).post(page("ask", community), {"words": "I teach nurses."})
    asked = community.join_requests.get()
    address = reverse("communities:request", kwargs={"request_id": asked.pk})
    assert client_of(make_person()).get(address).status_code == 404
    assert client_of(ada).post(address, {"do": "accept"}).status_code == 403
    assert "I teach nurses." in client_of(cy).get(address).content.decode()
    assert client_of(cy).post(address, {"do": "decline", "answer": ""}).status_code == 422
    client_of(cy).post(address, {"do": "decline", "answer": "We are full; come in May."})
    assert "come in May" in client_of(ada).get(address).content.decode()


def test_the_removed_are_told_why_and_nobody_else(ada, cy, eve, client_of):
    community = make_community(ada, convener=cy, audience=Audience.CIRCLE)
    address = page("remove", community, person_id=ada.pk)
    assert client_of(cy).post(address, {"reason": ""}).status_code == 422
    client_of(cy).post(address, {"reason": "Advertised."})
    told = reverse("communities:removed", kwargs={"community_id": community.pk})
    assert "Advertised." in client_of(ada).get(told).content.decode()
    assert client_of(eve).get(told).status_code == 404


def test_from_the_poster_over_sign_up_and_a_code_to_membership(cy, client):
    """The whole way of a stranger: nothing of their wish is lost while the address is verified."""
    community = make_community(convener=cy, audience=Audience.CIRCLE)
    address = reverse("communities:join_code", kwargs={"code": community.code})
    door = client.post(address, {"do": "sign-up"})["Location"]
    about_to = f"You are on the way to joining {community.title}"
    assert about_to in client.get(door).content.decode()
    assert about_to not in client.get(reverse("account_signup")).content.decode()  # turned to something else
    client.post(
        door,
        {
            "email": "new@example.org",
            "name": "New Person",
            "password1": "",
            "time_zone": "Europe/Dublin",
            "next": address,
        },
    )
    code = re.search(r'<p class="code">([^<]+)</p>', mail.outbox[-1].alternatives[0].content)[1]
    assert about_to in client.get("/account/confirm-email/").content.decode()
    assert about_to in client.post("/account/confirm-email/", {"code": "wrong"}).content.decode()
    landed = client.post("/account/confirm-email/", {"code": code}, follow=True)
    assert landed.redirect_chain[-1][0] == community.get_absolute_url()
    assert community.memberships.get(person__name="New Person").way == "code"


def test_signing_in_by_a_code_says_which_community_one_joins_until_its_link_is_closed(ada, cy, client):
    community = make_community(convener=cy, audience=Audience.CIRCLE)
    address = reverse("communities:join_code", kwargs={"code": community.code})
    door = client.post(address, {"do": "sign-in"})["Location"]
    about_to = f"You are on the way to joining {community.title}"
    assert about_to in client.get(door).content.decode()
    asked = client.post(reverse("account_request_login_code"), {"email": ada.account.email, "next": address})
    assert about_to in client.get(asked["Location"]).content.decode()
    code = re.search(r'<p class="code">([^<]+)</p>', mail.outbox[-1].alternatives[0].content)[1]
    actions.close_code(community=community, by=cy)
    assert about_to not in client.get(asked["Location"]).content.decode()
    actions.open_code(community=community, by=cy)
    landed = client.post(asked["Location"], {"code": code}, follow=True)
    assert landed.redirect_chain[-1][0] == community.get_absolute_url()
    assert community.memberships.filter(person=ada).exists()


def test_what_a_moderator_decides_ends_the_membership_at_once(ada, cy, client_of):
    community = make_community(ada, convener=cy, audience=Audience.CIRCLE)
    thread = make_thread(community, ada)
    take_measure(kind="remove", post=thread.posts.get(), by=cy, reason="Advertised again.")
    assert not community.memberships.filter(person=ada).exists()
    assert client_of(ada).get(community.get_absolute_url()).status_code == 404
    community.refresh_from_db()
    assert community.member_count == 1


def test_search_names_only_what_its_reader_may_see(ada, cy, eve, client_of):
    secret = make_community(ada, convener=cy, title="Feedback in secret", audience=Audience.CIRCLE)
    public = make_community(convener=cy, title="Feedback for all")
    index_communities([secret.pk, public.pk])
    address = reverse("home:search") + "?q=feedback"
    assert secret.get_absolute_url() in client_of(ada).get(address).content.decode()
    seen = client_of(eve).get(address).content.decode()
    assert public.get_absolute_url() in seen
    assert secret.get_absolute_url() not in seen
    assert "in secret" not in seen
