"""Comments, the gap board and turns as people use them, in a real browser."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from collegium.portfolios import actions, anchors
from collegium.portfolios.models import Comment, Example
from tests.factories import make_circle
from tests.journeys.steps import focus_at_swaps

pytestmark = pytest.mark.browser

DRAFT = (
    "<p>In the spring I changed how first-year students hear what I think of their essays. Written comments had come"
    " too late, and few came to collect them.</p><p>So I recorded three minutes of audio for each of them on the day"
    " they handed in. Two colleagues thought that it would take longer, and for the first week they were right.</p>"
    "<p>After that a recording took me eight minutes where writing had taken a quarter of an hour.</p>"
)


@pytest.fixture
def draft(section_of, write):
    section = section_of("1a")
    write(section, "description", DRAFT)
    write(
        section,
        "reflection",
        "<p>What surprised me was the tone: I praised more than I do in the margin.</p>",
    )
    return section


@pytest.fixture
def opened(browser_page, sign_in_browser):
    def as_person(person, address):
        sign_in_browser(browser_page, person)
        browser_page.goto(address)
        return browser_page

    return as_person


def on(section, passage, by, words):
    text = anchors.read(section.parts.get(component="description").html)
    start = text.words.index(passage)
    return actions.comment(
        section=section,
        component="description",
        anchor=text.anchor(start, start + len(passage)),
        words=words,
        by=by,
    )


def select(page, words):
    """As a mouse would: from the first to the last character of these words."""
    page.evaluate(
        """(words) => {
          const walker = document.createTreeWalker(document.querySelector("[data-commentable]"), NodeFilter.SHOW_TEXT);
          while (walker.nextNode()) {
            const at = walker.currentNode.data.indexOf(words);
            if (at < 0) continue;
            getSelection().setBaseAndExtent(walker.currentNode, at, walker.currentNode, at + words.length);
            return;
          }
          throw new Error("not found: " + words);
        }""",
        words,
    )


def shot(page, name):
    """Only where somebody wants to look."""
    folder = os.environ.get("SCREENSHOTS")
    if folder:
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def test_a_passage_is_selected_and_commented_on_beside_the_words(ada, bo, draft, opened, axe):
    actions.share_with_person(portfolio=draft.portfolio, section=draft, person=bo, by=ada)
    on(draft, "few came to collect them", bo, "How many? A number would carry this.")
    page = opened(bo, draft.get_absolute_url())
    select(page, "three minutes of audio")
    page.locator(".comment-here").click()
    expect(page.locator("[data-comment-chosen] q")).to_have_text("three minutes of audio")
    page.locator("#comment-words").fill("Why three?")
    page.get_by_role("button", name="Comment", exact=True).click()
    expect(page.locator("mark.passage", has_text="three minutes of audio")).to_be_visible()
    made = Comment.objects.get(words="Why three?")
    assert made.exact == "three minutes of audio"
    expect(page.locator(f"#comment-{made.pk}")).to_be_visible()
    page.wait_for_function(  # each beside its passage, once the letters have come
        """() => {
          const [passage, note] = [".passage", ".note"].map((one) => document.querySelector(one).getBoundingClientRect().y);
          return Math.abs(passage - note) < 120;
        }"""
    )
    page.locator("[data-comment-details] summary").click()
    expect(page.get_by_label("Which passage")).to_be_visible()  # for whoever selects nothing
    page.locator("[data-comment-details] summary").click()
    assert axe(page) == []
    shot(page, "reading")


def test_a_comment_is_changed_where_it_stands_and_another_ones_draft_of_a_reply_stays(
    ada, bo, draft, opened, axe
):
    actions.share_with_person(portfolio=draft.portfolio, section=draft, person=bo, by=ada)
    first = on(draft, "few came to collect them", bo, "How many? A number would carry this.")
    own = on(draft, "they were right", ada, "Check with Cy.")
    page = opened(ada, draft.get_absolute_url())
    page.wait_for_selector(".desk--ready")
    theirs, mine = page.locator(f"#comment-{first.pk}"), page.locator(f"#comment-{own.pk}")
    theirs.locator("summary", has_text="Reply").click()
    theirs.get_by_label("Your reply").fill("Eleven of forty.")
    mine.locator("summary", has_text="Change").click()
    mine.get_by_label("Your comment").fill("Check with Cy and Di.")
    mine.get_by_role("button", name="Keep the change").click()
    expect(mine.locator(".note__words")).to_have_text("Check with Cy and Di.")
    expect(theirs.get_by_label("Your reply")).to_have_value("Eleven of forty.")
    expect(mine.get_by_role("link", name=re.compile("changed"))).to_be_visible()
    assert axe(page) == []
    mine.get_by_role("link", name=re.compile("changed")).click()
    expect(page.get_by_text("Check with Cy.", exact=True)).to_be_visible()
    assert axe(page) == []


def test_by_keyboard_from_a_selection(ada, bo, draft, opened):
    actions.share_with_person(portfolio=draft.portfolio, section=draft, person=bo, by=ada)
    page = opened(bo, draft.get_absolute_url())
    select(page, "praised more")
    page.keyboard.press("Control+Alt+m")
    expect(page.locator("#comment-words")).to_be_focused()
    page.keyboard.type("In which words?")
    page.get_by_role("button", name="Comment", exact=True).press("Enter")
    expect(page.locator("mark.passage", has_text="praised more")).to_be_visible()
    assert Comment.objects.get().part.component == "reflection"


def test_the_writer_sees_them_beside_the_editor_and_answers_without_leaving(ada, bo, draft, opened, axe):
    actions.share_with_person(portfolio=draft.portfolio, section=draft, person=bo, by=ada)
    on(draft, "few came to collect them", bo, "How many? A number would carry this.")
    page = opened(ada, draft.get_absolute_url())
    page.wait_for_selector(".desk--ready")
    assert page.evaluate("CSS.highlights.get('passages').size") == 1
    page.get_by_role("textbox", name="Description", exact=True).press("Control+Home")
    page.keyboard.type("Well. ")
    page.locator(".note summary", has_text="Reply").click()
    page.locator(".note textarea").fill("Eleven of forty.")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".note", has_text="Eleven of forty.")).to_be_visible()
    expect(page.locator("#description [data-state]")).to_contain_text("Saved")
    assert page.evaluate("CSS.highlights.get('passages').size") == 1
    assert axe(page) == []
    shot(page, "desk")


def test_cards_are_moved_by_keyboard_and_by_mouse_and_it_is_said(ada, cmalt, portfolio, opened, axe):
    nodes = {node.code: node for node in cmalt.scheme_version.framework.nodes.all()}
    for title, code in (
        ("Audio feedback, first years", "1a"),
        ("Lecture capture that nobody watched", "1a"),
        ("Padlet in seminars", "1a"),
        ("Accessible PDFs", "3a"),
        ("Escape room in the library", None),
    ):
        actions.add_example(portfolio=portfolio, title=title, node=nodes.get(code), by=ada)
    page = opened(ada, f"{portfolio.get_absolute_url()}board/")
    card = page.locator("[data-thing]", has_text="Padlet in seminars")
    had_the_focus = focus_at_swaps(page, "board")
    card.focus()
    page.keyboard.press("Alt+ArrowRight")
    expect(page.locator("[data-board-says]")).to_contain_text("“Padlet in seminars” is in 1b")
    expect(page.locator("[data-thing]", has_text="Padlet in seminars")).to_be_focused()
    assert had_the_focus() == [card.get_attribute("id")]  # or a key that is pressed just then is lost
    assert Example.objects.get(title="Padlet in seminars").node.code == "1b"
    page.locator("[data-thing]", has_text="Lecture capture").drag_to(
        page.locator(f'[data-list="{nodes["2a"].pk}"]')
    )
    expect(page.locator("[data-board-says]")).to_contain_text("is in 2a")
    page.get_by_role("button", name="Offer it as Specialist area").click()
    expect(page.locator("[data-board-says]")).to_contain_text("is in 5 Specialist area")
    page.get_by_label("An example from your practice").fill("Polls in lectures")
    page.get_by_role("button", name="Put it on the board").click()
    expect(page.locator("[data-thing]", has_text="Polls in lectures")).to_be_visible()
    assert axe(page) == []
    shot(page, "board")


@pytest.fixture
def board(ada, cmalt, portfolio, opened):
    """A gap board with six cards, and ``at(section)``: its column."""
    nodes = {node.code: node for node in cmalt.scheme_version.framework.nodes.all()}
    for title, code in (
        ("Audio feedback", "1a"),
        ("Padlet", "1a"),
        ("Accessible PDFs", "3a"),
        ("Escape room", None),
    ):
        actions.add_example(portfolio=portfolio, title=title, node=nodes.get(code), by=ada)
    page = opened(ada, f"{portfolio.get_absolute_url()}board/")
    expect(page.locator(".board-live")).to_be_visible()

    def at(code):
        return page.locator(f'[data-list="{nodes[code].pk}"]')

    return page, at


def card_on(page, title):
    return page.locator("[data-thing]", has_text=title)


def middle_of(locator):
    locator.scroll_into_view_if_needed()
    box = locator.bounding_box()
    return {"x": box["x"] + min(60, box["width"] / 2), "y": box["y"] + min(20, box["height"] / 2)}


class Finger:
    """One finger on the glass, as the browser gets it from a touch screen."""

    def __init__(self, page):
        self.glass = page.context.new_cdp_session(page)

    def _sends(self, kind, *points):
        self.glass.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})

    def presses(self, at):
        self._sends("touchStart", at)

    def moves(self, *through):
        for point in through:
            self._sends("touchMove", point)

    def lets_go(self):
        self._sends("touchEnd")


def test_a_finger_that_presses_drags_a_card(board):
    page, at = board
    finger, card = Finger(page), card_on(page, "Padlet")
    at("1b").scroll_into_view_if_needed()
    start, goal = middle_of(card), middle_of(at("1b"))
    finger.presses(start)
    expect(card).to_have_class(re.compile("is-dragged"))
    finger.moves({"x": start["x"] + 5, "y": start["y"] + 5}, goal)
    expect(at("1b")).to_have_class(re.compile("is-over"))
    finger.lets_go()
    expect(page.locator("[data-board-says]")).to_contain_text("“Padlet” is in 1b")
    expect(page.locator(".in-hand")).to_have_count(0)
    assert Example.objects.get(title="Padlet").node.code == "1b"


def test_a_finger_that_moves_at_once_scrolls(board):
    page, _at = board
    page.set_viewport_size({"width": 390, "height": 600})
    finger = Finger(page)
    start = middle_of(card_on(page, "Padlet"))
    was = page.evaluate("scrollY")
    finger.presses(start)
    finger.moves(*({"x": start["x"], "y": start["y"] - step} for step in range(10, 160, 10)))
    finger.lets_go()
    page.wait_for_function("(was) => scrollY > was + 50", arg=was)
    expect(page.locator(".in-hand, .is-dragged")).to_have_count(0)
    assert Example.objects.get(title="Padlet").node.code == "1a"


def test_a_drag_is_called_off_with_escape_and_a_card_is_put_before_another(board):
    page, at = board
    start, goal = middle_of(card_on(page, "Padlet")), middle_of(at("2a"))
    start = middle_of(card_on(page, "Padlet"))
    page.mouse.move(**start)
    page.mouse.down()
    page.mouse.move(**goal, steps=4)
    expect(page.locator(".in-hand")).to_be_visible()
    page.keyboard.press("Escape")
    page.mouse.up()
    expect(page.locator(".in-hand")).to_have_count(0)
    assert Example.objects.get(title="Padlet").node.code == "1a"
    before = middle_of(card_on(page, "Audio feedback"))
    page.mouse.move(**middle_of(card_on(page, "Padlet")))
    page.mouse.down()
    page.mouse.move(before["x"], before["y"] - 12, steps=4)
    page.mouse.up()
    expect(page.locator("[data-board-says]")).to_contain_text("“Padlet” is in 1a")
    assert Example.objects.get(title="Padlet").position == 0


def test_moves_that_overlap_are_all_made_and_typed_words_stay(board):
    """Three keys as quick as they can be pressed, on an answer that takes its time, while a title is being typed."""
    page, at = board
    waiting = []
    page.route("**/move/", lambda route: waiting.insert(0, route))
    card_on(page, "Padlet").focus()
    for _ in range(2):
        page.keyboard.press("Alt+ArrowRight")
    card_on(page, "Escape room").locator("summary").click()
    title = card_on(page, "Escape room").get_by_label("Title")
    title.fill("Escape room in the library")
    for number in range(2):
        for _tick in range(1500):  # the next is sent when the one before it is answered
            if len(waiting) > number:
                break
            page.wait_for_timeout(20)
        assert len(waiting) > number, "No move was sent."
        waiting[0].continue_()
    expect(at("1c").locator("[data-thing]", has_text="Padlet")).to_be_visible()
    expect(title).to_have_value("Escape room in the library")
    expect(title).to_be_focused()
    card_on(page, "Escape room").get_by_role("button", name="Rename").click()
    expect(page.locator("[data-board-says]")).to_contain_text("It is called “Escape room in the library” now")


def test_a_turn_is_taken_and_words_are_written(ada, bo, cmalt, opened, axe):
    circle = make_circle(ada, bo, name="Northern writers")
    portfolio = actions.begin_for_group(by=ada, pathway=cmalt, group=circle)
    section = portfolio.sections.get(node__code="1a")
    page = opened(bo, portfolio.get_absolute_url())
    assert axe(page) == []
    shot(page, "group")
    page.goto(section.get_absolute_url())
    page.get_by_role("button", name="Write here").click()
    page.wait_for_selector(".desk--ready")
    page.get_by_role("textbox", name="Description", exact=True).click()
    page.keyboard.type("What we wrote together.")
    expect(page.locator("#description [data-state]")).to_contain_text("Saved")
    page.get_by_role("button", name="End my turn").click()
    expect(page.get_by_role("button", name="Write here")).to_be_visible()
    page.goto(f"{portfolio.get_absolute_url()}ledger/")
    expect(page.get_by_role("row", name="Bo Assessor")).to_contain_text("4")
    assert axe(page) == []
    shot(page, "ledger")
