import datetime as dt
import io
import zipfile

import pytest
from django.urls import reverse

from collegium.activity.models import Activity
from collegium.evidence.rules import may_read
from collegium.foundation import clock
from collegium.foundation.refusal import Refusal
from collegium.portfolios import actions, queries, rules
from collegium.portfolios.models import Portfolio, Section, Share
from tests.factories import make_circle, make_evidence


@pytest.fixture
def read_by():
    """Which sections of a portfolio somebody may read."""

    def keys(person):
        return [section.key for section in Section.objects.visible_to(person).select_related("node")]

    return keys


def soon(days=7):
    return clock.now() + dt.timedelta(days=days)


def test_a_portfolio_is_private_until_its_owner_says_otherwise(ada, bo, eve, portfolio):
    assert list(Portfolio.objects.visible_to(ada)) == [portfolio]
    assert [list(Portfolio.objects.visible_to(person)) for person in (bo, eve, None)] == [[], [], []]


def test_a_mentor_reads_it_and_sees_its_progress_and_changes_nothing(ada, bo, portfolio, section_of):
    actions.set_mentor(portfolio=portfolio, mentor=bo, by=ada)
    assert list(Portfolio.objects.visible_to(bo)) == [portfolio]
    assert rules.may_see_progress(bo, portfolio)
    assert not rules.may_manage(bo, portfolio)
    assert not rules.may_write(bo, section_of("1a"))


def test_a_portfolio_shared_with_a_person_is_read_by_that_person(ada, bo, eve, portfolio):
    actions.share_with_person(portfolio=portfolio, person=bo, by=ada)
    assert list(Portfolio.objects.visible_to(bo)) == [portfolio]
    assert not rules.may_see_progress(bo, portfolio)
    assert not Portfolio.objects.visible_to(eve)
    told = Activity.objects.get(verb="portfolio.shared").concerns.get()
    assert (told.person, told.role) == (bo, "reader")


def test_a_section_that_is_shared_shows_that_section_only(ada, bo, portfolio, section_of, read_by):
    actions.share_with_person(portfolio=portfolio, person=bo, section=section_of("1b"), by=ada)
    assert read_by(bo) == ["1b"]
    assert not Portfolio.objects.visible_to(bo)
    assert Activity.objects.get(verb="portfolio.section_shared").concerns.get().person == bo


def test_a_circle_reads_what_is_shared_with_it_as_long_as_one_is_in_it(ada, bo, eve, portfolio):
    circle = make_circle(ada, bo)
    actions.share_with_circle(portfolio=portfolio, circle=circle, by=ada)
    assert list(Portfolio.objects.visible_to(bo)) == [portfolio]
    circle.memberships.filter(person=bo).delete()
    assert not Portfolio.objects.visible_to(bo)
    with pytest.raises(Refusal):
        actions.share_with_circle(portfolio=portfolio, circle=make_circle(eve), by=ada)


def test_a_share_ends_on_its_day_or_when_its_owner_ends_it(ada, bo, portfolio):
    with clock.moved_to(clock.now()):
        share = actions.share_with_person(portfolio=portfolio, person=bo, expires_at=soon(2), by=ada)
        clock.advance(dt.timedelta(days=1))
        assert Portfolio.objects.visible_to(bo)
        clock.advance(dt.timedelta(days=1))
        assert not Portfolio.objects.visible_to(bo)
        share = actions.share_with_person(portfolio=portfolio, person=bo, by=ada)
        assert Portfolio.objects.visible_to(bo)
        actions.end_share(share=share, by=ada)
        assert not Portfolio.objects.visible_to(bo)
        with pytest.raises(Refusal):
            actions.share_with_person(portfolio=portfolio, person=bo, expires_at=clock.now(), by=ada)


def test_sharing_again_with_the_same_person_changes_the_day(ada, bo, portfolio):
    actions.share_with_person(portfolio=portfolio, person=bo, by=ada)
    actions.share_with_person(portfolio=portfolio, person=bo, expires_at=soon(), by=ada)
    assert Share.objects.get().expires_at is not None
    with pytest.raises(Refusal):
        actions.share_with_person(portfolio=portfolio, person=ada, by=ada)


@pytest.mark.parametrize("audience", ["signed_in", "circle"])
def test_an_audience_lets_its_people_read(ada, bo, portfolio, audience):
    circle = make_circle(ada, bo) if audience == "circle" else None
    actions.set_audience(portfolio=portfolio, audience=audience, circle=circle, by=ada)
    assert list(Portfolio.objects.visible_to(bo)) == [portfolio]
    assert not Portfolio.objects.visible_to(None)


def test_everyone_on_the_web_is_reached_by_publishing_only(ada, portfolio):
    with pytest.raises(Refusal):
        actions.set_audience(portfolio=portfolio, audience="public", by=ada)
    with pytest.raises(Refusal):
        actions.set_audience(portfolio=portfolio, audience="circle", by=ada)


# Links ----------------------------------------------------------------------------------------------------------------


def test_a_link_opens_it_without_an_account_until_its_day(ada, portfolio, section_of, write, client_of):
    write(section_of("1a"), "reflection", "<p>Only for whoever has the link</p>")
    with clock.moved_to(clock.now()):
        token = actions.share_by_link(portfolio=portfolio, expires_at=soon(2), label="A friend", by=ada)
        address = reverse("portfolios:shared", args=[token])
        page = client_of(None).get(address)
        assert "Only for whoever has the link" in page.content.decode()
        assert page["X-Robots-Tag"] == "noindex, nofollow"
        assert page["Referrer-Policy"] == "no-referrer"
        clock.advance(dt.timedelta(days=2))
        assert client_of(None).get(address).status_code == 404


def test_the_token_of_a_link_is_kept_nowhere(ada, portfolio):
    token = actions.share_by_link(portfolio=portfolio, expires_at=soon(), by=ada)
    share = Share.objects.get()
    assert len(share.token_hash) == 64
    assert token not in str(list(Share.objects.values()))
    assert token not in str(list(Activity.objects.values()))


def test_an_ended_link_and_one_that_never_was_answer_alike(ada, portfolio, client_of):
    token = actions.share_by_link(portfolio=portfolio, expires_at=soon(), by=ada)
    actions.end_share(share=Share.objects.get(), by=ada)
    ended = client_of(None).get(reverse("portfolios:shared", args=[token]))
    never = client_of(None).get(reverse("portfolios:shared", args=["never-was"]))
    assert (ended.status_code, never.status_code) == (404, 404)


def test_a_link_to_a_section_shows_that_section_only(ada, portfolio, section_of, write, client_of):
    write(section_of("1a"), "reflection", "<p>Words of 1a</p>")
    write(section_of("1b"), "reflection", "<p>Words of 1b</p>")
    token = actions.share_by_link(portfolio=portfolio, section=section_of("1b"), expires_at=soon(), by=ada)
    page = client_of(None).get(reverse("portfolios:shared", args=[token])).content.decode()
    assert "Words of 1b" in page
    assert "Words of 1a" not in page


def test_a_link_is_shown_once_and_can_be_ended_on_the_page(ada, portfolio, client_of):
    client = client_of(ada)
    address = reverse("portfolios:sharing", args=[portfolio.pk])
    made = client.post(
        reverse("portfolios:share_link", args=[portfolio.pk]),
        {"label": "A friend", "expires_on": (clock.today() + dt.timedelta(days=3)).isoformat()},
    )
    link = made.content.decode().split("http://testserver/shared/")[1].split("/")[0]
    assert client_of(None).get(reverse("portfolios:shared", args=[link])).status_code == 200
    again = client.get(address).content.decode()
    assert "A friend" in again
    assert link not in again
    client.post(reverse("portfolios:end_share", args=[portfolio.pk, Share.objects.get().pk]))
    assert client_of(None).get(reverse("portfolios:shared", args=[link])).status_code == 404


# Publishing -----------------------------------------------------------------------------------------------------------


def test_a_published_portfolio_is_read_by_everyone_at_a_readable_address(
    ada, portfolio, section_of, write, client_of
):
    write(section_of("1a"), "reflection", "<p>For the world</p>")
    actions.publish(portfolio=portfolio, slug="ada-on-feedback", licence="CC-BY-4.0", by=ada)
    page = client_of(None).get("/p/ada-on-feedback/")
    assert "For the world" in page.content.decode()
    assert "https://creativecommons.org/licenses/by/4.0/" in page.content.decode()
    actions.unpublish(portfolio=portfolio, by=ada)
    assert client_of(None).get("/p/ada-on-feedback/").status_code == 404
    assert portfolio.audience == "private"


def test_an_optional_section_that_was_never_begun_is_neither_published_nor_taken_along(
    ada, portfolio, section_of, write, client_of
):
    write(section_of("1a"), "reflection", "<p>For the world</p>")
    actions.publish(portfolio=portfolio, slug="ada", licence="CC-BY-4.0", by=ada)
    desk, taken = client_of(ada), f"/portfolios/{portfolio.pk}/"

    def shown():
        public = client_of(None).get("/p/ada/").content.decode()
        with zipfile.ZipFile(
            io.BytesIO(desk.get(reverse("portfolios:export_pages", args=[portfolio.pk])).content)
        ) as folder:
            names = folder.namelist()
        both = {'id="section-3b"' in public, "section-3b.html" in names}
        # What is asked for, and not written yet, is shown as such.
        assert 'id="section-2a"' in public
        assert "section-2a.html" in names
        assert section_of("3b").get_absolute_url() in desk.get(taken).content.decode()
        return both

    assert shown() == {False}
    handed_in = queries.snapshot(Portfolio.objects.for_display().get(pk=portfolio.pk))
    assert "3b" in [each["key"] for each in handed_in["sections"]]
    write(section_of("3b"), "reflection", "<p>A policy</p>")
    assert shown() == {True}


def test_another_audience_takes_it_off_the_web(ada, portfolio, client_of):
    actions.publish(portfolio=portfolio, slug="ada", licence="CC0-1.0", by=ada)
    actions.set_audience(portfolio=portfolio, audience="signed_in", by=ada)
    assert not portfolio.is_published
    assert client_of(None).get("/p/ada/").status_code == 404


def test_an_address_is_given_once(ada, cmalt, portfolio):
    actions.publish(portfolio=portfolio, slug="ada", licence="CC-BY-4.0", by=ada)
    other = actions.begin(by=ada, pathway=cmalt)
    with pytest.raises(Refusal, match="choose another"):
        actions.publish(portfolio=other, slug="ada", licence="CC-BY-4.0", by=ada)
    for wrong in ("Ada/../x", "", "ada--x", "-ada"):
        with pytest.raises(Refusal):
            actions.publish(portfolio=other, slug=wrong, licence="CC-BY-4.0", by=ada)
    with pytest.raises(Refusal):
        actions.publish(portfolio=other, slug="other", licence="mine", by=ada)


def test_nothing_is_published_that_shows_people_who_have_not_agreed(ada, portfolio, section_of):
    piece = make_evidence(ada, title="The class")
    piece.people_shown.create(who="My students", permission="asked")
    actions.place(section=section_of("1a"), evidence=piece, by=ada)
    with pytest.raises(Refusal) as caught:
        actions.publish(portfolio=portfolio, slug="ada", licence="CC-BY-4.0", by=ada)
    assert caught.value.details == ("The class",)
    piece.people_shown.update(permission="agreed")
    actions.publish(portfolio=portfolio, slug="ada", licence="CC-BY-4.0", by=ada)


def test_a_published_page_keeps_what_is_between_writer_and_assessors(ada, portfolio, section_of, client_of):
    piece = make_evidence(ada, kind="link", url="https://example.org/", access="the password is swordfish")
    piece.people_shown.create(who="Maria Secret", permission="agreed")
    actions.place(section=section_of("1a"), evidence=piece, by=ada)
    asked, _may = queries.declaration_asked(portfolio)
    actions.declare(portfolio=portfolio, by=ada, statements=asked, signed_name="Ada Signature")
    actions.publish(portfolio=portfolio, slug="ada", licence="CC-BY-4.0", by=ada)
    page = client_of(None).get("/p/ada/").content.decode()
    assert "https://example.org/" in page
    for secret in ("swordfish", "Maria Secret", "Ada Signature"):
        assert secret not in page


# Evidence is read with what it is placed in -----------------------------------------------------------------------------


def test_evidence_is_read_by_whoever_reads_where_it_is_placed(ada, bo, eve, portfolio, section_of):
    piece = make_evidence(ada)
    other = make_evidence(ada)
    assert not may_read(bo, piece)
    actions.place(section=section_of("1b"), evidence=piece, by=ada)
    actions.share_with_person(portfolio=portfolio, person=bo, section=section_of("1b"), by=ada)
    assert may_read(bo, piece)
    assert not may_read(bo, other)
    assert not may_read(eve, piece)


def test_a_link_opens_the_evidence_too_in_the_session_that_opened_it(ada, portfolio, section_of, client_of):
    piece = make_evidence(ada)
    actions.place(section=section_of("1a"), evidence=piece, by=ada)
    token = actions.share_by_link(portfolio=portfolio, expires_at=soon(), by=ada)
    reader, stranger = client_of(None), client_of(None)
    reader.get(reverse("portfolios:shared", args=[token]))
    request = type("Request", (), {"session": reader.session})
    assert may_read(None, piece, request)
    assert not may_read(None, piece, type("Request", (), {"session": stranger.session}))
    actions.end_share(share=Share.objects.get(), by=ada)
    assert not may_read(None, piece, request)


def test_a_placement_gives_no_way_to_somebody_elses_evidence(ada, bo, section_of, portfolio):
    theirs = make_evidence(bo)
    section_of("1a").placements.create(evidence=theirs)  # as a fault elsewhere might
    assert not may_read(ada, theirs)
