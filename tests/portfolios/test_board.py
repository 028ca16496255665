import pytest
from django.urls import reverse

from collegium.foundation.refusal import Refusal
from collegium.portfolios import actions, queries, rules
from collegium.portfolios.models import Example, Portfolio
from tests.factories import make_circle, make_evidence, make_person
from tests.portfolios.factories import make_writing_group


@pytest.fixture
def node_of(cmalt):
    return lambda code: cmalt.scheme_version.framework.nodes.get(code=code)


@pytest.fixture
def put(ada, portfolio, node_of):
    def add(title, code=None):
        return actions.add_example(
            portfolio=portfolio, title=title, node=node_of(code) if code else None, by=ada
        )

    return add


def column(portfolio, code):
    return next(each for each in queries.board(portfolio).columns if each.planned.code == code)


def titles(portfolio, code):
    return [card.title for card in column(portfolio, code).cards]


def where(name, portfolio, *more):
    return reverse(f"portfolios:{name}", args=[portfolio.pk, *more])


# What it says ---------------------------------------------------------------------------------------------------------


def test_gaps_enough_and_surplus_in_words(portfolio, put):
    assert (column(portfolio, "1a").state, column(portfolio, "1a").says) == ("none", "A gap: nothing yet")
    put("Audio feedback", "1a")
    assert column(portfolio, "1a").says == "Enough"
    put("Padlet", "1a")
    assert column(portfolio, "1a").state == "enough"
    put("Polls", "1a")
    assert column(portfolio, "1a").says == "Surplus: one to spare"
    put("Screencasts", "1a")
    assert column(portfolio, "1a").says == "Surplus: 2 to spare"


def test_where_two_are_required_one_is_thin_and_what_is_optional_is_no_gap(ada, cmalt, node_of):
    senior = cmalt.scheme_version.pathways.get(key="senior")
    portfolio = actions.begin(by=ada, pathway=senior)
    actions.add_example(portfolio=portfolio, title="One", node=node_of("5"), by=ada)
    assert column(portfolio, "5").says == "Thin: 1 of 2"
    cmalt_portfolio = actions.begin(by=ada, pathway=cmalt)
    assert column(cmalt_portfolio, "3b").state == "open"


def test_what_is_left_over_is_offered_to_the_section_of_free_choice(portfolio, put, psf, ada):
    put("Escape room in the library")
    laid = queries.board(portfolio)
    assert [card.title for card in laid.left_over] == ["Escape room in the library"]
    assert laid.free.planned.code == "5"
    other = actions.begin(by=ada, pathway=psf)
    assert queries.board(other).free is None  # a framework without such a section offers none


def test_statements_and_plans_have_no_column(portfolio):
    codes = {each.planned.code for each in queries.board(portfolio).columns}
    assert codes == {"1a", "1b", "1c", "2a", "2b", "3a", "3b", "4", "5"}


# Moving ---------------------------------------------------------------------------------------------------------------


def test_cards_are_moved_within_a_section_to_another_and_back(ada, portfolio, put, node_of):
    cards = {title: put(title, "1a") for title in "ABC"}

    def move(title, code, position=None):
        actions.move_example(
            example=cards[title], node=node_of(code) if code else None, position=position, by=ada
        )

    move("C", "1a", 0)
    assert titles(portfolio, "1a") == ["C", "A", "B"]
    move("A", "1b")
    move("B", "1b", 0)
    assert titles(portfolio, "1b") == ["B", "A"]
    assert titles(portfolio, "1a") == ["C"]
    move("A", None)
    assert [card.title for card in queries.board(portfolio).left_over] == ["A"]
    positions = Example.objects.filter(node__code="1b").values_list("position", flat=True)
    assert list(positions) == [0]
    move("B", "1b", 999)
    assert titles(portfolio, "1b") == ["B"]


def test_what_is_no_section_of_the_pathway_is_refused(ada, portfolio, put, node_of):
    card = put("A", "1a")
    with pytest.raises(Refusal):
        actions.move_example(example=card, node=node_of("6"), position=None, by=ada)
    with pytest.raises(Refusal):
        actions.add_example(portfolio=portfolio, title="  ", by=ada)
    actions.remove_example(example=Example.objects.get(), by=ada)
    with pytest.raises(Refusal, match="meanwhile"):
        actions.move_example(example=card, node=None, position=None, by=ada)


def test_a_board_is_full_at_some_point(ada, portfolio):
    Example.objects.bulk_create(Example(portfolio=portfolio, title=str(each)) for each in range(200))
    with pytest.raises(Refusal, match="full"):
        actions.add_example(portfolio=portfolio, title="One more", by=ada)


# What comes of a card -------------------------------------------------------------------------------------------------


def test_a_card_becomes_evidence_once(ada, put):
    card = put("Audio feedback", "1a")
    piece = actions.make_evidence(example=card, by=ada)
    assert actions.make_evidence(example=card, by=ada) == piece
    assert (piece.owner, piece.title, piece.audience) == (ada, "Audio feedback", "private")
    assert piece.alignments.get().node.code == "1a"
    card.refresh_from_db()
    assert card.evidence == piece


def test_a_section_begins_with_a_card_and_another_page_where_there_may_be_one(
    ada, portfolio, put, section_of
):
    first, second = put("Escape room", "5"), put("Chatbots & co", "5")
    section = actions.begin_section(example=first, by=ada)
    assert section == section_of("5")
    assert section.title == "Escape room"
    assert section.parts.get(component="description").html == "<p>Escape room</p>"
    assert actions.begin_section(example=second, by=ada).key == "5#2"
    again = put("Another", "1a")
    actions.begin_section(example=again, by=ada)
    with pytest.raises(Refusal, match="begun already"):
        actions.begin_section(example=put("More", "1a"), by=ada)
    with pytest.raises(Refusal, match="under a section first"):
        actions.begin_section(example=put("Loose"), by=ada)


def test_its_evidence_is_placed_in_the_section_that_begins_with_it(ada, portfolio, node_of):
    piece = make_evidence(ada)
    card = actions.add_example(portfolio=portfolio, title="", evidence=piece, node=node_of("1a"), by=ada)
    assert card.title == piece.title
    section = actions.begin_section(example=card, by=ada)
    assert section.placements.get().evidence == piece


def test_nothing_is_begun_in_a_locked_section(ada, portfolio, put):
    card = put("A", "1a")
    actions.lock(portfolio=portfolio, by=None, open_codes=[])
    card.portfolio.refresh_from_db()
    with pytest.raises(Refusal):
        actions.begin_section(example=card, by=ada)


# Pages and who may ----------------------------------------------------------------------------------------------------


def test_by_plain_forms_and_by_htmx(ada, portfolio, node_of, client_of):
    client = client_of(ada)
    board = where("board", portfolio)
    assert client.post(board, {"title": "Audio feedback", "node": ""}).status_code == 302
    card = Example.objects.get()
    node = node_of("1a").pk
    said = client.post(
        where("move_example", portfolio, card.pk), {"node": node}, headers={"HX-Request": "true"}
    ).content.decode()
    assert "“Audio feedback” is in 1a" in said
    assert "number 1 of 1. Enough." in said
    assert "<html" not in said
    client.post(where("example", portfolio, card.pk), {"title": "Audio"})
    assert "Audio" in client.get(board).content.decode()
    assert client.post(where("move_example", portfolio, card.pk), {"node": "nonsense"}).status_code == 302
    assert client.post(where("example_evidence", portfolio, card.pk)).status_code == 302
    assert client.post(where("example_begins", portfolio, card.pk)).status_code == 302
    client.post(where("example", portfolio, card.pk), {"remove": "1"})
    assert not Example.objects.exists()


def test_strangers_find_no_board_readers_change_none(ada, bo, eve, portfolio, put, client_of):
    card = put("A", "1a")
    actions.share_with_person(portfolio=portfolio, person=bo, by=ada)
    assert client_of(eve).get(where("board", portfolio)).status_code == 404
    assert client_of(bo).get(where("board", portfolio)).status_code == 200
    for name in ("move_example", "example", "example_evidence", "example_begins"):
        assert client_of(eve).post(where(name, portfolio, card.pk)).status_code == 404
        assert client_of(bo).post(where(name, portfolio, card.pk)).status_code == 403
    assert client_of(bo).post(where("board", portfolio), {"title": "B"}).status_code == 403
    assert client_of(bo).post(where("show_board", portfolio), {}).status_code == 403


def test_titles_are_shown_to_a_circle_without_any_words(ada, bo, portfolio, put, client_of):
    put("Audio feedback", "1a")
    circle = make_circle(ada, bo)
    assert client_of(bo).get(where("board", portfolio)).status_code == 404
    client_of(ada).post(where("show_board", portfolio), {"circle": circle.pk})
    assert "Audio feedback" in client_of(bo).get(where("board", portfolio)).content.decode()
    assert client_of(bo).get(where("portfolio", portfolio)).status_code == 404
    circle.memberships.filter(person=bo).delete()
    assert client_of(bo).get(where("board", portfolio)).status_code == 404
    portfolio.refresh_from_db()
    with pytest.raises(Refusal):
        actions.show_board(portfolio=portfolio, circle=make_circle(bo), by=ada)
    client_of(ada).post(where("show_board", portfolio), {"hide": "1"})
    portfolio.refresh_from_db()
    assert portfolio.board_circle is None


def test_side_by_side_as_far_as_each_shows_it(
    ada, bo, cy, eve, cmalt, portfolio, put, node_of, section_of, client_of
):
    group = make_writing_group(cmalt, ada, bo, mentor=cy)
    put("Audio feedback", "1a")
    put("Padlet", "2a")
    put("Loose thing")
    page = reverse("portfolios:boards", args=[group.slug])
    assert client_of(eve).get(page).status_code == 404
    assert "Audio feedback" not in client_of(cy).get(page).content.decode()
    actions.share_with_circle(portfolio=portfolio, section=section_of("1a"), circle=group.circle, by=ada)
    seen = client_of(cy).get(page).content.decode()
    assert "Audio feedback" in seen
    assert "Padlet" not in seen
    assert "Loose thing" not in seen
    actions.show_board(portfolio=portfolio, circle=group.circle, by=ada)
    seen = client_of(cy).get(page).content.decode()
    assert "Padlet" in seen
    assert "Loose thing" in seen


@pytest.mark.parametrize("number", [1, 3])
def test_the_board_asks_the_same_for_one_card_and_for_three(
    ada, portfolio, put, client_of, django_assert_num_queries, number
):
    for each in range(number):
        put(f"Card {each}", ["1a", "2a", None][each])
    client = client_of(ada)
    client.get(where("board", portfolio))
    with django_assert_num_queries(9):
        assert client.get(where("board", portfolio)).status_code == 200


@pytest.mark.parametrize("number", [1, 3])
def test_boards_side_by_side_ask_the_same_for_one_and_for_three(
    cy, cmalt, node_of, client_of, django_assert_num_queries, number
):
    people = [make_person() for _ in range(number)]
    group = make_writing_group(cmalt, *people, mentor=cy)
    for person in people:
        portfolio = actions.begin(by=person, pathway=cmalt)
        actions.add_example(portfolio=portfolio, title="One", node=node_of("1a"), by=person)
        actions.show_board(portfolio=portfolio, circle=group.circle, by=person)
    client, page = client_of(cy), reverse("portfolios:boards", args=[group.slug])
    client.get(page)
    with django_assert_num_queries(11):
        assert client.get(page).content.decode().count("<li><bdi>One</bdi></li>") == number


def test_a_pathway_without_sections_has_an_empty_board(ada, cmalt, client_of):
    associate = cmalt.scheme_version.pathways.get(key="associate")
    portfolio = Portfolio.objects.get(pk=actions.begin(by=ada, pathway=associate).pk)
    assert client_of(ada).get(where("board", portfolio)).status_code == 200
    assert rules.may_use_board(ada, portfolio)
