"""Which page a week of a course, or a meeting of a group, leads to."""

import pytest
from django.urls import reverse

from collegium.courses.models import Mapping
from collegium.portfolios import actions, queries
from collegium.portfolios.queries.meetings import drafts_for, own_drafts
from collegium.portfolios.queries.plans import plan_of
from tests.courses.factories import make_enrolment, make_iteration, make_week
from tests.portfolios.factories import make_meeting, make_pair, make_writing_group

pytestmark = pytest.mark.django_db


def node(pathway, code):
    return pathway.scheme_version.framework.nodes.get(code=code)


@pytest.fixture
def account(psf):
    """The section of which several pages are written, each tagged with dimensions."""
    return next(each.node for each in plan_of(psf).sections if each.repeats and each.components)


@pytest.fixture
def weeks(psf, account, ada, cy):
    """Two weeks that lead to the same section, and speak for other dimensions of it."""
    iteration = make_iteration(cy, pathway=psf)
    make_enrolment(iteration, ada)
    made = []
    for codes in (("A1", "A2"), ("V1", "V2")):
        week = make_week(iteration, draft_node=account)
        for code in codes:
            Mapping.objects.create(week=week, node=node(psf, code))
        made.append(week)
    return made


def begin(client, week):
    return client.post(reverse("portfolios:draft_for_week", args=[week.pk]))


def test_each_week_begins_a_page_of_its_own_tagged_with_what_it_speaks_for(
    weeks, account, psf, ada, client_of
):
    client = client_of(ada)
    pages = [begin(client, week) for week in weeks]
    assert [each.status_code for each in pages] == [302, 302]
    portfolio = queries.own_on(ada, psf)
    written = portfolio.sections.filter(node=account).order_by("instance")
    tags = [sorted(each.dimensions.values_list("code", flat=True)) for each in written]
    assert ["A1", "A2"] in tags
    assert ["V1", "V2"] in tags
    assert pages[0].url != pages[1].url
    # Pressed again, it is the same page.
    assert [begin(client, week).url for week in weeks] == [each.url for each in pages]
    assert portfolio.sections.filter(node=account).count() == written.count()


def test_a_page_that_somebody_tagged_themselves_is_found(weeks, account, psf, ada, write, client_of):
    portfolio = actions.begin(by=ada, pathway=psf)
    first = portfolio.sections.filter(node=account).order_by("instance").first()
    write(first, first.parts.earliest("pk").component)
    actions.tag(section=first, nodes=[node(psf, "V2")], by=ada)
    early, late = weeks
    assert queries.draft_for(portfolio, late) == first
    assert queries.draft_for(portfolio, early) != first
    page = client_of(ada).get(late.get_absolute_url()).content.decode()
    assert "Continue the draft" in page
    assert first.get_absolute_url() in page
    assert "Begin the draft" in client_of(ada).get(early.get_absolute_url()).content.decode()


def test_a_week_that_names_no_dimensions_leads_to_the_first_page(cmalt, ada, cy, django_assert_num_queries):
    week = make_week(make_iteration(cy, pathway=cmalt), draft_node=node(cmalt, "1a"))
    Mapping.objects.create(week=week, node=node(cmalt, "1a"))
    portfolio = actions.begin(by=ada, pathway=cmalt)
    with django_assert_num_queries(1):
        assert queries.draft_for(portfolio, week).key == "1a"
    assert actions.draft_of_week(portfolio=portfolio, week=week, by=ada).key == "1a"


# At a meeting ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def meeting(cmalt, ada, bo, cy):
    """Ada and Bo write for it; Bo reads Ada."""
    group = make_writing_group(cmalt, ada, bo, mentor=cy)
    meeting = make_meeting(group, node(cmalt, "1a"))
    make_pair(meeting, bo, ada)
    return meeting


def draft(pathway, person, write):
    section = actions.begin(by=person, pathway=pathway).sections.get(node__code="1a")
    write(section, "description", "<p>Half a page of mine.</p>", by=person)
    return section


def test_a_writer_is_offered_to_let_the_group_or_the_friend_read_it_until_the_meeting(
    meeting, cmalt, ada, bo, write, client_of
):
    client = client_of(ada)
    address = meeting.get_absolute_url()
    assert "Let it be read until after the meeting" not in client.get(address).content.decode()
    section = draft(cmalt, ada, write)
    page = client.get(address).content.decode()
    assert "Let it be read until after the meeting" in page
    assert "Share it with the group" in page
    assert f"Ask {bo.name} to read it" in page
    where = reverse("portfolios:until_meeting", args=[section.portfolio_id, section.pk])
    assert where in page
    client.post(where, {"week": meeting.pk})
    page = client.get(address).content.decode()
    assert "the group reads it" in page
    assert "Share it with the group" not in page
    assert "Let it be read until after the meeting" not in client_of(bo).get(address).content.decode()


def test_beside_each_member_stands_the_draft_that_the_reader_may_open_and_nothing_of_the_others(
    meeting, cmalt, ada, bo, cy, write, client_of
):
    section = draft(cmalt, ada, write)
    hidden = draft(cmalt, bo, write)
    address = meeting.get_absolute_url()
    for reader in (bo, cy):
        page = client_of(reader).get(address).content.decode()
        assert section.get_absolute_url() not in page
    actions.share_with_circle(portfolio=section.portfolio, circle=meeting.iteration.circle, by=ada)
    for reader in (bo, cy):
        page = client_of(reader).get(address).content.decode()
        assert "Draft is in:" in page
        assert section.get_absolute_url() in page
    assert hidden.get_absolute_url() not in client_of(cy).get(address).content.decode()


def test_at_a_meeting_on_dimensions_the_page_that_is_tagged_with_them_is_the_draft(
    psf, account, ada, bo, write
):
    group = make_writing_group(psf, ada, bo)
    meeting = make_meeting(group, account)
    Mapping.objects.create(week=meeting, node=node(psf, "A1"))
    portfolio = actions.begin(by=ada, pathway=psf)
    first = portfolio.sections.filter(node=account).order_by("instance").first()
    second = actions.add_instance(portfolio=portfolio, node=account, by=ada)
    for section, code in ((first, "V1"), (second, "A1")):
        write(section, section.parts.earliest("pk").component)
        actions.tag(section=section, nodes=[node(psf, code)], by=ada)
    assert [each.section for each in own_drafts(ada, meeting, drafts_for(meeting, ada))] == [second]
