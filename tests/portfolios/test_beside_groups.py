"""What stands beside the members of a writing group and on its meetings: which numbers count, and whose drafts are there."""

import pytest

from collegium.portfolios import actions, anchors, queries
from collegium.portfolios.models import Portfolio
from collegium.portfolios.queries.meetings import drafts_for, own_drafts
from tests.portfolios.factories import make_meeting, make_pair, make_writing_group

pytestmark = pytest.mark.django_db


@pytest.fixture
def group(cmalt, ada, bo, cy):
    return make_writing_group(cmalt, ada, bo, mentor=cy)


@pytest.fixture
def first(cmalt):
    return cmalt.scheme_version.framework.nodes.get(code="1a")


def page_of(portfolio, code="1a"):
    return portfolio.sections.get(node__code=code)


def written_by(person, pathway, write, code="1a"):
    section = page_of(actions.begin(by=person, pathway=pathway), code)
    write(section, section.parts.earliest("pk").component, "<p>Four words of it.</p>", by=person)
    return section


def feedback_between(section, writer, reader, *, thanks):
    asked = actions.ask_feedback(section=section, by=writer, person=reader)
    given = actions.give_feedback(request=asked, words="Clear.", by=reader)
    if thanks:
        actions.thank(feedback=given, by=writer)


def numbers(group):
    return {
        each.person: (each.state, each.begun, each.words, each.asked, each.received, each.thanked, each.given)
        for each in queries.progress(group)
    }


def test_only_the_portfolio_that_was_edited_last_counts(
    group, cmalt, ada, bo, write, django_assert_num_queries
):
    old = written_by(ada, cmalt, write)
    feedback_between(old, ada, bo, thanks=True)
    assert numbers(group) == {
        ada: ("writing", 1, 4, 1, 1, 1, 0),
        bo: ("none", 0, 0, 0, 0, 0, 1),
    }
    newer = actions.begin(by=ada, pathway=cmalt)
    with django_assert_num_queries(1):
        found = {each.person: each for each in queries.progress(group)}
    assert found[ada].portfolio.pk == newer.pk
    assert found[ada].sections == newer.sections.count()
    assert numbers(group) == {
        ada: ("writing", 0, 0, 0, 0, 0, 0),
        bo: ("none", 0, 0, 0, 0, 0, 0),
    }


def test_who_asked_twice_is_counted_twice_and_what_others_gave_is_theirs(group, cmalt, ada, bo, write):
    section = written_by(ada, cmalt, write)
    feedback_between(section, ada, bo, thanks=True)
    other = page_of(section.portfolio, "1b")
    write(other, other.parts.earliest("pk").component)
    feedback_between(other, ada, bo, thanks=False)
    theirs = written_by(bo, cmalt, write)
    feedback_between(theirs, bo, ada, thanks=False)
    found = numbers(group)
    assert found[ada][3:] == (2, 2, 1, 1)
    assert found[bo][3:] == (1, 1, 0, 2)


def test_comments_on_drafts_of_others_count_and_those_on_ones_own_do_not(group, cmalt, ada, bo, write):
    section = written_by(ada, cmalt, write)
    actions.share_with_circle(portfolio=section.portfolio, circle=group.circle, by=ada)
    part = section.parts.earliest("pk")
    anchor = anchors.read(part.html).anchor(0, 4)
    for by in (ada, bo, bo):
        actions.comment(section=section, component=part.component, anchor=anchor, words="Why?", by=by)
    assert {each.person: each.comments for each in queries.progress(group)} == {ada: 0, bo: 2}


@pytest.mark.parametrize(
    ("codes", "state"), [(None, "writing"), ([], "submitted"), (["1a", "1a#2"], "referred")]
)
def test_whether_it_is_with_the_assessors_is_said(group, cmalt, ada, codes, state):
    portfolio = actions.begin(by=ada, pathway=cmalt)
    Portfolio.objects.filter(pk=portfolio.pk).update(open_codes=codes)
    assert [each.state for each in queries.progress(group) if each.person == ada] == [state]


def test_beside_an_iteration_stand_ones_own_and_what_its_circle_writes_and_nothing_of_others(
    group, cmalt, ada, bo, write, django_assert_num_queries
):
    written_by(bo, cmalt, write)
    together = [actions.begin_for_group(by=bo, pathway=cmalt, group=group.circle) for _ in range(4)]
    with django_assert_num_queries(1):
        found = queries.in_iteration(ada, group, cmalt)
    assert found.portfolio is None
    assert found.words == []
    assert found.together == together[:0:-1], "the newest three"
    actions.begin(by=ada, pathway=cmalt)
    own = written_by(ada, cmalt, write).portfolio
    elsewhere = make_writing_group(cmalt, ada, title="Another group")
    for iteration, shared in ((group, together[:0:-1]), (elsewhere, [])):
        found = queries.in_iteration(ada, iteration, cmalt)
        assert found.portfolio == own
        assert (len(found.words), sum(found.words)) == (own.sections.count(), 4)
        assert found.together == shared


def test_a_reader_finds_their_own_drafts_and_those_that_are_shared_and_not_with_whom(
    group, first, cmalt, ada, bo, cy, write, django_assert_num_queries
):
    meeting = make_meeting(group, first)
    own, theirs = written_by(ada, cmalt, write), written_by(bo, cmalt, write)
    found = drafts_for(meeting, ada)
    assert (found.own, found.by_writer) == ([own], {ada.pk: [own]})
    assert drafts_for(meeting, cy).by_writer == {}
    actions.share_with_person(portfolio=theirs.portfolio, person=ada, by=bo)
    actions.share_with_person(portfolio=theirs.portfolio, person=cy, by=bo, section=theirs)
    actions.share_with_person(
        portfolio=own.portfolio, person=cy, by=ada, section=page_of(own.portfolio, "1b")
    )
    with django_assert_num_queries(1):
        found = drafts_for(meeting, ada)
    assert found.own == [own]
    assert found.by_writer == {ada.pk: [own], bo.pk: [theirs]}
    assert not found.by_writer[bo.pk][0].shared, "with whom else, is for its owner to know"
    assert drafts_for(meeting, cy).by_writer == {bo.pk: [theirs]}
    (mine,) = own_drafts(ada, meeting, found)
    assert (mine.with_group, mine.with_friends) == (False, frozenset()), "what is shared is another page"
    group.enrolments.filter(person=bo).update(left_at=meeting.meeting.starts_at)
    assert drafts_for(meeting, cy).by_writer == {}, "who has left writes for no meeting"


def test_only_of_the_next_meeting_it_is_said_who_could_read_it(group, first, cmalt, ada, bo, cy, write):
    written_by(ada, cmalt, write)
    meeting, later = make_meeting(group, first, days=3), make_meeting(group, first, days=10, number=2)
    # A meeting of another group comes before either, and is of no concern here.
    make_meeting(make_writing_group(cmalt, ada, title="Another group"), first, days=1)
    for week in (meeting, later):
        make_pair(week, bo, ada)
    make_pair(meeting, cy, ada)
    make_pair(meeting, ada, bo)
    (mine,) = own_drafts(ada, meeting, drafts_for(meeting, ada))
    assert [(each.pk, each.name) for each in mine.friends] == [(bo.pk, bo.name), (cy.pk, cy.name)]
    (ahead,) = own_drafts(ada, later, drafts_for(later, ada))
    assert ahead.friends is None
