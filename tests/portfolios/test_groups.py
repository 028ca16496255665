"""A portfolio that several write: one at a time, nothing lost, and who contributed what."""

import datetime as dt
import threading

import pytest
from django.db import connections
from django.urls import reverse

from collegium.evidence import rules as evidence_rules
from collegium.foundation import clock
from collegium.foundation.refusal import Refusal
from collegium.people.erasure import erasers
from collegium.portfolios import actions, queries, rules
from collegium.portfolios.models import Portfolio, Revision, Section, SetAside, Turn
from tests.factories import make_circle, make_evidence, make_person

QUIET = dt.timedelta(minutes=16)


@pytest.fixture
def circle(ada, bo):
    return make_circle(ada, bo, name="Northern writers")


@pytest.fixture
def together(ada, cmalt, circle):
    return actions.begin_for_group(by=ada, pathway=cmalt, group=circle)


@pytest.fixture
def shared(together):
    """A shared section, anew from the database each time."""
    return lambda code="1a": Section.objects.select_related(
        "node", "portfolio__pathway__scheme_version", "portfolio__group"
    ).get(portfolio=together, node__code=code, writer__isnull=True)


def say(section, words, by, component="description"):
    part = section.parts.get(component=component)
    return actions.write(
        section=section, component=component, html=f"<p>{words}</p>", on_revision=part.revision, by=by
    )


def leave(circle, person):
    circle.memberships.filter(person=person).delete()


def where(name, *numbers):
    return reverse(f"portfolios:{name}", args=numbers)


# Begun ----------------------------------------------------------------------------------------------------------------


def test_begun_with_a_circle_that_one_is_in(ada, bo, eve, cmalt, circle, together):
    assert (together.group, together.owner) == (circle, ada)
    assert list(Portfolio.objects.visible_to(bo)) == [together]
    assert list(Portfolio.objects.visible_to(eve)) == []
    with pytest.raises(Refusal):
        actions.begin_for_group(by=eve, pathway=cmalt, group=circle)


def test_it_is_nobodys_own_portfolio_and_stands_in_a_list_apart(ada, bo, together):
    assert list(queries.begun(ada)) == []
    assert queries.at_hand(ada) == (None, [])
    assert queries.group_portfolios(bo) == [together]


# Turns ----------------------------------------------------------------------------------------------------------------


def test_one_writes_at_a_time_and_the_other_is_told_who_and_since_when(ada, bo, shared):
    with clock.moved_to(dt.datetime(2027, 3, 1, 14, 3, tzinfo=dt.UTC)):
        actions.take_turn(section=shared(), by=ada)
        say(shared(), "Mine.", ada)
        for attempt in (
            lambda: actions.take_turn(section=shared(), by=bo),
            lambda: say(shared(), "No, mine.", bo),
        ):
            with pytest.raises(actions.NotYourTurn, match=r"Ada Candidate has been writing here since 14:03"):
                attempt()
        actions.pass_turn(section=shared(), by=bo)  # of no effect
        assert Turn.objects.get().person == ada
        actions.pass_turn(section=shared(), by=ada)
        say(shared(), "Now mine.", bo)
        assert Turn.objects.get().person == bo


def test_other_sections_are_free_meanwhile(ada, bo, shared):
    actions.take_turn(section=shared("1a"), by=ada)
    actions.take_turn(section=shared("2a"), by=bo)
    assert Turn.objects.count() == 2


def test_after_a_silence_somebody_else_goes_on_and_nothing_is_lost(ada, bo, shared):
    start = clock.now()
    say(shared(), "What Ada wrote.", ada)
    with clock.moved_to(start + QUIET):
        actions.take_turn(section=shared(), by=bo)
        say(shared(), "What Ada wrote. And Bo.", bo)
        assert queries.turn_of(shared()).person == bo
    assert Revision.objects.filter(html="<p>What Ada wrote.</p>", saved_by=ada).exists()


def test_each_save_keeps_the_turn(ada, bo, shared):
    start = clock.now()
    for minutes in (0, 10, 20, 30):
        with clock.moved_to(start + dt.timedelta(minutes=minutes)):
            say(shared(), f"Words after {minutes}.", ada)
    with clock.moved_to(start + dt.timedelta(minutes=40)), pytest.raises(actions.NotYourTurn):
        actions.take_turn(section=shared(), by=bo)


def test_words_that_come_too_late_are_set_aside_for_their_writer_alone(ada, bo, shared, client_of):
    start = clock.now()
    section = shared()
    say(section, "Together.", ada)
    with clock.moved_to(start + QUIET):
        say(shared(), "Together. Bo goes on.", bo)
        late = {"html": "<p>Together. What Ada had typed.</p>", "on_revision": 1}
        address = where("write", section.portfolio_id, section.pk, "description")
        answer = client_of(ada).post(address, late, headers={"Accept": "application/json"})
        assert answer.status_code == 422
        assert "set aside" in answer.json()["sentence"]
        client_of(ada).post(address, late)  # and without a script
        kept = SetAside.objects.get()
        assert (kept.person, kept.html) == (ada, "<p>Together. What Ada had typed.</p>")
        page = section.get_absolute_url()
        assert "What Ada had typed" in client_of(ada).get(page).content.decode()
        assert "What Ada had typed" not in client_of(bo).get(page).content.decode()
        assert client_of(bo).post(where("set_aside", kept.pk)).status_code == 404
        client_of(ada).post(where("set_aside", kept.pk))  # not her turn: still kept
        assert SetAside.objects.exists()
        actions.pass_turn(section=shared(), by=bo)
        client_of(ada).post(where("set_aside", kept.pk))
    html = shared().parts.get(component="description").html
    assert html == "<p>Together. Bo goes on.</p><p>Together. What Ada had typed.</p>"
    assert not SetAside.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_the_turn_at_once_one_has_it(ada, bo, cmalt):
    circle = make_circle(ada, bo)
    portfolio = actions.begin_for_group(by=ada, pathway=cmalt, group=circle)
    number = portfolio.sections.get(node__code="1a").pk
    barrier = threading.Barrier(2)
    answers = []

    def member(person):
        try:
            section = Section.objects.select_related("portfolio", "node").get(pk=number)
            barrier.wait(10)
            actions.take_turn(section=section, by=person)
            answers.append("taken")
        except Refusal as refusal:
            answers.append(refusal.code)
        except Exception as fault:  # noqa: BLE001 -- a thread's fault would be silent
            answers.append(repr(fault))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=member, args=[person]) for person in (ada, bo)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(30)
    assert sorted(answers) == ["taken", "turn"]
    assert Turn.objects.count() == 1


# Spaces ---------------------------------------------------------------------------------------------------------------


def test_a_page_of_ones_own_is_read_by_all_and_written_by_one(ada, bo, eve, together, shared, client_of):
    page = actions.add_own_page(portfolio=together, node=shared().node, by=bo)
    assert actions.add_own_page(portfolio=together, node=shared().node, by=bo) == page
    assert rules.may_write(bo, page)
    assert not rules.may_write(ada, page)
    assert client_of(ada).get(page.get_absolute_url()).status_code == 200
    assert client_of(eve).get(page.get_absolute_url()).status_code == 404
    address = where("write", together.pk, page.pk, "description")
    assert client_of(ada).post(address, {"html": "<p>x</p>", "on_revision": 0}).status_code == 403
    assert client_of(bo).post(address, {"html": "<p>x</p>", "on_revision": 0}).status_code == 302
    assert client_of(ada).post(where("remove_section", together.pk, page.pk)).status_code == 403
    assert client_of(bo).post(where("remove_section", together.pk, page.pk)).status_code == 302
    assert not Section.objects.filter(pk=page.pk).exists()


# Who is in the circle -------------------------------------------------------------------------------------------------


def test_leaving_takes_effect_at_once_for_whoever_began_it_too(ada, bo, circle, together, shared, client_of):
    section = shared()
    say(section, "What Ada wrote.", ada)
    leave(circle, ada)
    client = client_of(ada)
    for name, numbers in (
        ("portfolio", [together.pk]),
        ("read", [together.pk]),
        ("ledger", [together.pk]),
        ("board", [together.pk]),
        ("section", [together.pk, section.pk]),
        ("sharing", [together.pk]),
    ):
        assert client.get(where(name, *numbers)).status_code == 404
    assert client.post(where("take_turn", together.pk, section.pk)).status_code == 404
    assert rules.may_manage(bo, together)  # somebody has to keep it
    assert [(each.person, each.is_member) for each in queries.ledger(together)] == [(ada, False), (bo, True)]


def test_joining_takes_effect_at_once(eve, circle, together, client_of):
    assert client_of(eve).get(together.get_absolute_url()).status_code == 404
    circle.members.add(eve)
    assert client_of(eve).get(together.get_absolute_url()).status_code == 200


def test_evidence_of_a_member_is_read_by_the_group_until_they_leave(ada, bo, circle, together, shared):
    piece = make_evidence(bo)
    with pytest.raises(Refusal):
        actions.place(section=shared(), evidence=piece, by=ada)
    actions.place(section=shared(), evidence=piece, by=bo)
    assert evidence_rules.may_read(ada, piece)
    leave(circle, bo)
    assert not evidence_rules.may_read(ada, piece)
    assert queries.snapshot(together)["evidence"] == []


def test_nobody_embeds_the_evidence_of_somebody_else(ada, bo, shared):
    piece = make_evidence(bo)
    part = shared().parts.get(component="evidence")
    actions.write(
        section=shared(),
        component="evidence",
        html=f'<figure data-evidence="{piece.pk}"></figure>',
        on_revision=part.revision,
        by=ada,
    )
    assert not shared().placements.exists()
    assert not evidence_rules.may_read(ada, piece)


# The ledger -----------------------------------------------------------------------------------------------------------


def test_words_that_came_and_went_by_person_and_section(ada, bo, circle, together, shared):
    say(shared(), "one two three four", ada)
    say(shared(), "one two three four five", ada)  # the same sitting
    actions.pass_turn(section=shared(), by=ada)
    say(shared(), "one two five six", bo)
    say(shared("2a"), "alone here", bo)
    found = {each.person: each for each in queries.ledger(together)}
    assert (found[ada].added, found[ada].removed, found[ada].sittings) == (5, 0, 1)
    assert (found[bo].added, found[bo].removed, found[bo].sittings) == (3, 2, 2)
    assert [(each.section.node.code, each.added) for each in found[bo].sections] == [("1a", 1), ("2a", 2)]


def test_what_others_wrote_is_deleted_by_nobody(ada, bo, together, shared):
    say(shared(), "What Bo wrote.", bo)
    with pytest.raises(Refusal):
        actions.delete(portfolio=together, by=ada)
    with pytest.raises(Refusal):
        actions.remove_instance(section=shared(), by=ada)


def test_the_ledger_page_is_for_the_group(ada, bo, eve, together, shared, client_of):
    say(shared(), "What Bo wrote.", bo)
    assert "Bo Assessor" in client_of(ada).get(where("ledger", together.pk)).content.decode()
    actions.share_with_person(portfolio=together, person=eve, by=ada)
    assert client_of(eve).get(where("ledger", together.pk)).status_code == 403


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize(("page", "count"), [("ledger", 11), ("portfolio", 14)])
def test_the_pages_ask_the_same_for_one_writer_and_for_three(
    ada, circle, together, shared, client_of, django_assert_num_queries, page, count, number
):
    for each in range(number):
        person = make_person(name=f"Writer {each}")
        circle.members.add(person)
        say(shared(["1a", "2a", "2b"][each]), "Words.", person)
        actions.add_own_page(portfolio=together, node=shared().node, by=person)
    client, address = client_of(ada), where(page, together.pk)
    client.get(address)
    with django_assert_num_queries(count):
        assert client.get(address).status_code == 200


# Not handed in, but taken along ---------------------------------------------------------------------------------------


def test_nobody_hands_it_in_for_all(ada, together, client_of):
    with pytest.raises(Refusal, match="Nobody declares for all"):
        actions.declare(portfolio=together, by=ada, statements=[], signed_name="Ada")
    codes = {finding.code for finding in queries.readiness(together).open}
    assert "group" in codes
    assert "not handed in" in client_of(ada).get(together.get_absolute_url()).content.decode()


def test_nobody_publishes_it_for_all(ada, together):
    with pytest.raises(Refusal, match="not published by one for all"):
        actions.publish(portfolio=together, by=ada, slug="ours", licence="CC-BY-4.0")


def test_pages_of_ones_own_take_no_room_from_shared_ones(ada, bo, together, shared):
    node = shared("5").node
    for person in (ada, bo):
        actions.add_own_page(portfolio=together, node=node, by=person)
    for _each in range(3):
        actions.add_instance(portfolio=together, node=node, by=ada)
    with pytest.raises(Refusal):
        actions.add_instance(portfolio=together, node=node, by=ada)


def test_a_copy_names_who_else_wrote_it_wherever_it_is_read(ada, bo, cmalt, together, shared, client_of):
    say(shared(), "What Bo wrote.", bo)
    own = actions.begin(by=ada, pathway=cmalt)
    page = actions.take_copy(section=shared(), into=own, by=ada)
    assert page.portfolio == own
    assert page.parts.get(component="description").html == "<p>What Bo wrote.</p>"
    assert page.credit.startswith("Written with Bo Assessor in the group portfolio")
    taken = queries.snapshot(own, only=page)
    assert taken["sections"][0]["credit"] == page.credit
    assert "Written with Bo Assessor" in client_of(ada).get(page.get_absolute_url()).content.decode()
    assert "Written with Bo Assessor" in client_of(ada).get(where("read", own.pk)).content.decode()
    with pytest.raises(Refusal, match="has words already"):
        actions.take_copy(section=shared(), into=own, by=ada)


def test_a_copy_goes_only_into_ones_own_and_takes_no_ones_evidence(
    ada, bo, cmalt, together, shared, client_of
):
    piece = make_evidence(bo)
    part = shared().parts.get(component="evidence")
    actions.write(
        section=shared(),
        component="evidence",
        html=f'<p>See.</p><figure data-evidence="{piece.pk}"></figure>',
        on_revision=part.revision,
        by=bo,
    )
    of_bo = actions.begin(by=bo, pathway=cmalt)
    with pytest.raises(Refusal):
        actions.take_copy(section=shared(), into=of_bo, by=ada)
    own = actions.begin(by=ada, pathway=cmalt)
    page = where("copy_section", together.pk, shared().pk)
    assert own.title in client_of(ada).get(page).content.decode()
    assert client_of(ada).post(page, {"into": of_bo.pk}).status_code == 404
    assert client_of(ada).post(page, {"into": own.pk}).status_code == 302
    assert not own.sections.get(node__code="1a").placements.exists()


# Pages ----------------------------------------------------------------------------------------------------------------


def test_reading_and_writing_by_turns_on_the_page(ada, bo, together, shared, client_of):
    section = shared()
    page = section.get_absolute_url()
    assert "Write here" in client_of(bo).get(page).content.decode()
    client_of(bo).post(where("take_turn", together.pk, section.pk))
    assert "data-desk" in client_of(bo).get(page).content.decode()
    seen = client_of(ada).get(page).content.decode()
    assert "Bo Assessor is writing here" in seen
    assert "data-desk " not in seen
    client_of(ada).post(where("take_turn", together.pk, section.pk))
    assert Turn.objects.get().person == bo
    client_of(bo).post(where("pass_turn", together.pk, section.pk))
    assert "Write here" in client_of(ada).get(page).content.decode()


def test_begun_on_a_page(ada, circle, cmalt, client_of):
    page = where("begin_group", cmalt.pk)
    assert client_of(ada).get(page).status_code == 200
    assert client_of(ada).post(page, {"circle": make_circle().pk}).status_code == 422
    answer = client_of(ada).post(page, {"circle": circle.pk, "title": "Ours"})
    assert answer["Location"] == Portfolio.objects.get(title="Ours").get_absolute_url()


def test_comments_tell_those_who_wrote_there(ada, bo, together, shared):
    say(shared(), "What Bo wrote.", bo)
    assert queries.writers_of(shared()) == [bo]
    assert queries.writers_of(shared("2a")) == [ada]


def test_what_several_wrote_outlives_the_account_of_whoever_began_it(ada, bo, together, shared):
    say(shared(), "What Ada wrote.", ada)
    actions.add_own_page(portfolio=together, node=shared().node, by=ada)
    for erase in erasers():
        erase(ada)
    together.refresh_from_db()
    assert together.owner == bo
    assert shared().parts.get(component="description").html == "<p>What Ada wrote.</p>"
    assert not Section.objects.filter(writer=ada).exists()
