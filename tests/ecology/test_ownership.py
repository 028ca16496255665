"""Whether a page says whose it is."""

import pytest

from collegium.ecology import actions, ownership, tasks
from collegium.ecology.models import Claim
from tests.ecology.factories import make_ecology, make_source

pytestmark = pytest.mark.django_db


@pytest.fixture
def claim(site, ada):
    source = make_source(make_ecology(ada), feed_url=site.feed(), page_url=f"{site.url}/")
    return actions.claim(source=source, by=ada)


def test_a_link_back_with_rel_me_shows_it(site, claim):
    (ours,) = ownership.addresses_of(claim)
    site.page(body=f'<p>By <a rel="nofollow ME" href="{ours}">Ada</a></p>')
    assert ownership.look(claim) == Claim.How.REL_ME
    site.page(Link=f'<{ours}>; rel="me"')
    assert ownership.look(claim) == Claim.How.REL_ME


def test_a_link_without_rel_me_or_to_somebody_else_shows_nothing(site, claim, bo):
    (ours,) = ownership.addresses_of(claim)
    site.page(
        body=f'<a href="{ours}">Ada</a> <a rel="me" href="{ours.replace(str(claim.person_id), str(bo.pk))}">Bo</a>'
    )
    assert ownership.look(claim) is None


@pytest.mark.parametrize("where", ["body", "feed"])
def test_the_token_on_the_page_or_in_the_feed_shows_it(site, claim, where):
    if where == "body":
        site.page(body=f"<!-- {claim.token} -->")
    else:
        site.page()
        site.feed(extra=f"<copyright>{claim.token}</copyright>")
    assert ownership.look(claim) == Claim.How.TOKEN


def test_the_token_on_a_page_that_says_it_is_not_there_counts_for_nothing(site, claim):
    site.pages["/"] = (404, {}, claim.token)
    assert ownership.look(claim) is None


def test_somebody_elses_token_shows_nothing(site, claim, bo):
    claim.source.followings.get().ecology.members.members.add(bo)
    other = actions.claim(source=claim.source, by=bo)
    site.page(body=other.token)
    assert ownership.look(claim) is None
    assert ownership.look(other) == Claim.How.TOKEN


def test_the_look_is_written_down(site, claim):
    site.page()
    tasks.look_for_claim(claim.pk)
    claim.refresh_from_db()
    assert claim.looked_at is not None
    assert claim.verified_at is None
    site.page(body=claim.token)
    tasks.look_for_claim(claim.pk)
    claim.refresh_from_db()
    assert claim.how == Claim.How.TOKEN
    tasks.look_for_claim(claim.pk + 1)  # gone meanwhile


def test_a_site_that_does_not_answer_shows_nothing(claim, settings):
    settings.COLLEGIUM_HTTP_TEST_HOSTS = []
    assert ownership.look(claim) is None
