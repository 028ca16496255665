"""What goes wrong while somebody writes: no scripts, no mouse, no network, no session, two tabs. Nothing typed is lost."""

import re

import pytest
from playwright.sync_api import expect

from collegium.accreditation import actions as accreditation
from collegium.accreditation.models import Submission
from collegium.evidence.models import Evidence
from collegium.foundation import clock
from collegium.portfolios import actions as portfolios
from collegium.portfolios.models import Part
from tests.journeys.steps import code_in_the_last_letter, sign, write_the_rest

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SAVED = re.compile(r"Saved \d")


@pytest.fixture
def portfolio(ada, cmalt):
    return portfolios.begin(by=ada, pathway=cmalt, title="On feedback")


@pytest.fixture
def section(portfolio):
    return portfolio.sections.get(node__code="1a")


def stored(section, component="reflection"):
    return Part.objects.get(section=section, component=component).html


def reflection(page):
    return page.get_by_role("textbox", name="Reflection", exact=True)


def state(page):
    return page.locator("#reflection [data-state]")


def open_desk(page, section):
    page.goto(section.get_absolute_url())
    page.wait_for_selector(".desk--ready")


def test_without_scripts_one_captures_writes_and_submits(visit, ada, team, portfolio, section):
    page = visit(ada, java_script_enabled=False)
    page.goto("/evidence/capture")
    page.get_by_label("A link or a note").fill("They asked for it again the week after.")
    page.get_by_role("button", name="Keep it").click()
    page.wait_for_url("**/evidence/*/")
    assert Evidence.objects.get().kind == "note"

    page.goto(section.get_absolute_url())
    page.locator("#reflection textarea").fill("First I thought so.\n\nThen I asked.")
    page.locator("#reflection").get_by_role("button", name="Save").click()
    page.wait_for_url("**#reflection")
    expect(page.locator("#reflection textarea")).to_have_value(re.compile("First I thought so"))
    assert stored(section) == "<p>First I thought so.</p><p>Then I asked.</p>"

    write_the_rest(portfolio)
    registration = accreditation.register(person=ada, pathway=portfolio.pathway, by=ada)
    page.goto(registration.get_absolute_url())
    page.get_by_role("link", name="Submit your portfolio").click()
    expect(page.get_by_role("button", name="Submit")).to_be_visible()
    for statement in page.locator("[name=statements]").all():
        statement.check()
    page.get_by_role("button", name="Submit").click()
    page.wait_for_url("**/submissions/*/")
    assert Submission.objects.get().state == Submission.State.RECEIVED


def test_with_the_keyboard_alone_through_a_section(visit, ada, section):
    page = visit(ada)
    open_desk(page, section)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    for _step in range(60):
        page.keyboard.press("Tab")
        focused = page.evaluate("document.activeElement.getAttribute('aria-label')")
        assert page.evaluate("document.activeElement.matches(':focus-visible')"), focused
        if focused == "Reflection":
            break
    page.keyboard.type("Reached by keys.")
    page.keyboard.press("Shift+Home")
    page.keyboard.press("Shift+Tab")  # back into the tools: one stop, arrows within
    assert page.evaluate("document.activeElement.closest('[role=toolbar]') !== null")
    for _step in range(20):
        if page.evaluate("document.activeElement.getAttribute('aria-label')") == "Bold":
            break
        page.keyboard.press("ArrowRight")
    expect(state(page)).to_have_text(SAVED)
    with page.expect_response("**/parts/reflection/"):
        page.keyboard.press("Enter")
    expect(reflection(page).locator("strong")).to_have_text("Reached by keys.")
    expect(state(page)).to_have_text(SAVED)
    assert stored(section) == "<p><strong>Reached by keys.</strong></p>"


def test_a_lost_network_keeps_the_words_and_saves_them_later(visit, ada, section):
    page = visit(ada)
    open_desk(page, section)
    page.context.set_offline(True)
    reflection(page).click()
    page.keyboard.type("Written in a tunnel.")
    expect(state(page)).to_contain_text("no network")
    assert stored(section) == ""
    page.context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(state(page)).to_have_text(SAVED)
    assert stored(section) == "<p>Written in a tunnel.</p>"


def test_an_expired_session_keeps_the_words_until_one_has_signed_in_again(visit, ada, section):
    page = visit(ada)
    open_desk(page, section)
    page.context.clear_cookies(name="sessionid")
    reflection(page).click()
    page.keyboard.type("Still here.")
    expect(state(page)).to_contain_text("Your session has expired")
    with page.context.expect_page() as opened:
        state(page).get_by_role("link", name="Sign in").click()
    door = opened.value
    door.get_by_label("E-mail address").first.fill(ada.account.email)
    door.get_by_role("button", name="Send me a code").click()
    door.wait_for_url("**/login/code/**")
    door.get_by_role("textbox").first.fill(code_in_the_last_letter())
    door.get_by_role("button", name="Go on").click()
    door.wait_for_url("**/portfolios/signed-in/")
    door.close()
    page.evaluate("dispatchEvent(new Event('focus'))")
    expect(state(page)).to_have_text(SAVED)
    assert stored(section) == "<p>Still here.</p>"


def test_unsent_words_on_a_shared_computer_wait_for_their_writer_and_are_read_by_nobody_else(
    visit, ada, bo, sign_in_browser, section
):
    kept = "Object.entries(localStorage).map(String).join()"
    page = visit(ada)
    page.clock.set_fixed_time(clock.now())  # all of it happens within a moment, however long it takes
    open_desk(page, section)
    page.context.clear_cookies(name="sessionid")
    reflection(page).click()
    page.keyboard.type("Not for Bo.")
    expect(state(page)).to_contain_text("Your session has expired")
    page.goto("/")
    sign_in_browser(page, ada)
    page.goto("/")
    page.get_by_role("button", name="You: Ada Candidate").click()
    with page.expect_navigation():
        page.get_by_role("button", name="Sign out").click()
    assert stored(section) == ""

    sign_in_browser(page, bo)
    page.goto("/")
    assert "collegium:words:" in page.evaluate(kept)
    assert "Not for Bo" not in page.evaluate(kept)

    page.context.clear_cookies(name="sessionid")
    sign_in_browser(page, ada)
    open_desk(page, section)
    expect(page.get_by_role("textbox", name="Reflection", exact=True)).to_have_text("Not for Bo.")
    expect(state(page)).to_have_text(SAVED)
    assert stored(section) == "<p>Not for Bo.</p>"
    assert "collegium:words:" not in page.evaluate(kept)


def test_two_devices_that_write_the_same_part_lose_nothing(visit, ada, section):
    desk, train = visit(ada), visit(ada)
    open_desk(desk, section)
    open_desk(train, section)
    reflection(train).click()
    train.keyboard.type("From the train.")
    expect(state(train)).to_have_text(SAVED)
    reflection(desk).click()
    desk.keyboard.type("From my desk.")
    expect(desk.locator("#reflection .difference")).to_be_visible()
    desk.get_by_role("button", name="Keep both").click()
    expect(state(desk)).to_have_text(SAVED)
    assert stored(section) == "<p>From the train.</p><hr><p>From my desk.</p>"


def test_strangers_see_nothing_of_a_draft(visit, ada, eve, portfolio, section):
    write_the_rest(portfolio)
    sign(portfolio)
    for page, status in ((visit(), 200), (visit(eve), 404)):
        answer = page.goto(section.get_absolute_url())
        assert answer.status == status
        assert "second-year group" not in page.content()
    assert "/account/login/" in visit().goto(portfolio.get_absolute_url()).url
