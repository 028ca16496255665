"""The section page as a writer uses it, in a real browser."""

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import expect

from collegium.evidence.models import Evidence
from collegium.portfolios.models import Part
from tests.factories import make_evidence

pytestmark = pytest.mark.browser

SAVED = re.compile(r"Saved \d")


@pytest.fixture
def desk(browser_page, sign_in_browser, ada, portfolio, section_of):
    """``desk("1a")``: the page of a section, ready to be written on."""

    def opened(key="1a", page=None):
        page = page or browser_page
        sign_in_browser(page, ada)
        page.goto(section_of(key).get_absolute_url())
        page.wait_for_selector(".desk--ready")
        return page

    return opened


@pytest.fixture
def another_browser(request, live_server):
    """Another device: it shares neither cookies nor storage with the first."""
    chromium = request.getfixturevalue("_chromium")
    opened = []

    def context(**options):
        opened.append(chromium.new_context(base_url=live_server.url, locale="en-GB", **options))
        return opened[-1]

    yield context
    for each in opened:
        each.close()


def words(page, title):
    return page.get_by_role("textbox", name=title, exact=True)


def state(page, component):
    return page.locator(f"#{component} [data-state]")


def stored(component="reflection"):
    return Part.objects.get(section__node__code="1a", component=component).html


def test_words_save_themselves_and_count_as_one_types(desk):
    page = desk()
    words(page, "Reflection").click()
    page.keyboard.type("I learnt to ask first.")
    expect(page.locator("#section-words")).to_contain_text("5 words")
    expect(state(page, "reflection")).to_have_text(SAVED)
    assert stored() == "<p>I learnt to ask first.</p>"


def test_who_is_quicker_than_the_editor_loses_no_word(
    browser_page, sign_in_browser, ada, portfolio, section_of
):
    page, late = browser_page, []

    def hold(route):
        late.append(route)

    page.route("**/django_prose_editor/editor*.js*", hold)
    sign_in_browser(page, ada)
    page.goto(section_of("1a").get_absolute_url(), wait_until="domcontentloaded")
    page.locator("#reflection textarea").focus()
    page.keyboard.type("I began early, ")
    for route in late:
        route.continue_()
    page.keyboard.type("and went on.")
    expect(words(page, "Reflection").and_(page.locator("[contenteditable]"))).to_have_text(
        "I began early, and went on."
    )
    expect(state(page, "reflection")).to_have_text(SAVED)
    assert "and went on." in stored()


def test_tools_and_keys_write_what_the_server_keeps(desk):
    page = desk()
    words(page, "Description").click()
    page.get_by_role("toolbar", name="Tools: Description").get_by_role(
        "button", name="Heading", exact=True
    ).click()
    page.keyboard.type("What I did")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+b")
    page.keyboard.type("Slowly")
    page.keyboard.press("Shift+Home")
    page.keyboard.press("Control+k")
    page.get_by_label("Address").fill("example.org/slowly")
    page.keyboard.press("Enter")
    expect(state(page, "description")).to_have_text(SAVED)
    assert stored("description") == (
        "<h2>What I did</h2>"
        '<p><a href="https://example.org/slowly" rel="noopener noreferrer"><strong>Slowly</strong></a></p>'
    )


def test_a_passage_is_marked_with_a_principle_and_unmarked(desk):
    page = desk()
    words(page, "Reflection").click()
    page.keyboard.type("All of this passage")
    page.keyboard.press("Shift+Home")
    principle = page.get_by_role("button", name=re.compile("Mark the selected passage: Keep up to date"))
    principle.first.click()
    expect(principle.first).to_have_attribute("aria-pressed", "true")
    expect(page.locator('[data-principle-words="P2"]')).to_have_text("4 words marked here")
    expect(state(page, "reflection")).to_have_text(SAVED)
    assert Part.objects.get(section__node__code="1a", component="reflection").marks == {"P2": 4}
    principle.first.click()
    expect(principle.first).to_have_attribute("aria-pressed", "false")


def test_evidence_goes_into_the_words_and_is_listed_beside_them(desk, ada, section_of):
    piece = make_evidence(ada, title="Field note")
    piece.alignments.create(node=section_of("1a").node, strength=3)
    page = desk()
    words(page, "Evidence").click()
    page.get_by_role("button", name="Put into the words").click()
    expect(page.locator("#evidence-beside")).to_contain_text("in your words")
    assert stored("evidence") == f'<figure data-evidence="{piece.pk}"></figure>'
    page.reload()
    page.wait_for_selector(".desk--ready")
    expect(words(page, "Evidence")).to_contain_text("Field note")


def test_an_image_is_brought_into_the_words_with_its_own_words(desk):
    page = desk()
    out = io.BytesIO()
    Image.new("RGB", (40, 30), (20, 90, 100)).save(out, "PNG")
    words(page, "Impact").click()
    page.get_by_role("toolbar", name="Tools: Impact").get_by_role("button", name="Image").click()
    page.locator("#image-upload").set_input_files(
        {"name": "wall.png", "mimeType": "image/png", "buffer": out.getvalue()}
    )
    page.get_by_role("button", name="Put it in").click()
    expect(page.locator("[data-image-trouble]")).to_contain_text("What is to be seen in it")
    page.get_by_label("What is to be seen in it").fill("A green wall.")
    page.get_by_role("button", name="Put it in").click()
    expect(words(page, "Impact").get_by_alt_text("A green wall.")).to_be_visible()
    expect(state(page, "impact")).to_have_text(SAVED)
    assert stored("impact") == f'<figure data-evidence="{Evidence.objects.get().pk}"></figure>'


def test_a_lost_network_loses_no_word(desk):
    page = desk()
    words(page, "Reflection").click()
    page.keyboard.type("Before.")
    expect(state(page, "reflection")).to_have_text(SAVED)
    page.context.set_offline(True)
    page.keyboard.type(" In the tunnel.")
    expect(state(page, "reflection")).to_contain_text("Not saved: no network")
    page.context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(state(page, "reflection")).to_have_text(SAVED)
    assert stored() == "<p>Before. In the tunnel.</p>"


def test_an_expired_session_loses_no_word(desk, sign_in_browser, ada):
    page = desk()
    page.context.clear_cookies(name="sessionid")
    words(page, "Reflection").click()
    page.keyboard.type("Written after the session was over.")
    expect(state(page, "reflection")).to_contain_text("Your session has expired")
    expect(state(page, "reflection").get_by_role("link", name="Sign in")).to_have_attribute(
        "target", "_blank"
    )
    assert stored() == ""
    sign_in_browser(page, ada)  # as in another tab
    page.evaluate("dispatchEvent(new Event('focus'))")
    expect(state(page, "reflection")).to_have_text(SAVED)
    assert stored() == "<p>Written after the session was over.</p>"


def test_words_that_were_left_on_the_device_are_offered_on_return(desk, section_of):
    page = desk()
    part = section_of("1a").parts.get(component="reflection").pk
    page.evaluate(
        """async ([name, key, at]) => {
            const { Drawer } = await import("/static/design/js/sealed.js");
            await new Drawer(name, key).keep({html: "<p>From yesterday.</p>", revision: 0, at});
        }""",
        [
            f"words:{page.locator('[data-desk]').get_attribute('data-person')}:{part}",
            page.locator("[data-desk]").get_attribute("data-device-key"),
            1_700_000_000_000,
        ],
    )
    page.reload()
    page.wait_for_selector(".desk--ready")
    expect(page.locator("#reflection")).to_contain_text("that were not saved")
    page.get_by_role("button", name="Use these words").click()
    expect(state(page, "reflection")).to_have_text(SAVED)
    assert stored() == "<p>From yesterday.</p>"
    page.reload()
    page.wait_for_selector(".desk--ready")
    expect(page.get_by_role("button", name="Use these words")).to_have_count(0)


def test_two_places_at_once_are_shown_and_both_are_kept(desk, another_browser):
    page = desk()
    other = desk(page=another_browser().new_page())
    words(other, "Reflection").click()
    other.keyboard.type("From the train.")
    expect(state(other, "reflection")).to_have_text(SAVED)
    words(page, "Reflection").click()
    page.keyboard.type("From my desk.")
    expect(page.locator("#reflection .difference")).to_be_visible()
    expect(page.locator("#reflection .difference del").first).to_be_visible()
    page.get_by_role("button", name="Keep both").click()
    expect(words(page, "Reflection")).to_contain_text("From the train.")
    expect(words(page, "Reflection")).to_contain_text("From my desk.")
    expect(state(page, "reflection")).to_have_text(SAVED)
    assert stored() == "<p>From the train.</p><hr><p>From my desk.</p>"


def test_another_tab_of_the_same_browser_follows(desk):
    page = desk()
    other = desk(page=page.context.new_page())
    words(page, "Reflection").click()
    page.keyboard.type("Here first.")
    expect(words(other, "Reflection")).to_have_text("Here first.")


def test_nothing_pasted_runs_or_watches(desk):
    page = desk()
    words(page, "Reflection").click()
    page.evaluate(
        """() => {
            const data = new DataTransfer();
            data.setData("text/html", '<p>Pasted <img src="https://example.org/x.png" onerror="window.ran = 1">' +
              '<a href="javascript:window.ran = 2">x</a></p><script>window.ran = 3</' + 'script>');
            document.activeElement.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
        }"""
    )
    expect(state(page, "reflection")).to_have_text(SAVED)
    assert page.evaluate("window.ran") is None
    page.troubles.clear()  # the browser says that it blocked the handler
    assert stored() in {"<p>Pasted x</p>", "<p>Pasted <a>x</a></p>"}


def test_without_javascript_words_are_typed_into_a_plain_field(
    another_browser, sign_in_browser, ada, section_of
):
    page = another_browser(java_script_enabled=False).new_page()
    sign_in_browser(page, ada)
    page.goto(section_of("1a").get_absolute_url())
    page.locator("#reflection textarea").fill("First.\n\nSecond.")
    page.locator("#reflection").get_by_role("button", name="Save").click()
    page.wait_for_url("**#reflection")
    assert stored() == "<p>First.</p><p>Second.</p>"


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_the_pages_are_accessible(desk, axe, portfolio, ada, section_of, fill, width, scheme):
    fill(portfolio)
    piece = make_evidence(ada, title="Field note")
    section_of("1a").placements.create(evidence=piece)
    page = desk()
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    found = {"section": axe(page)}
    for name in (
        "",
        "read/",
        "readiness/",
        "declaration/",
        "sharing/",
        "publish/",
        "export/",
        "elsewhere/",
        "details/",
        "history/",
    ):
        page.goto(f"{portfolio.get_absolute_url()}{name}")
        found[name] = axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
    assert {name: lines for name, lines in found.items() if lines} == {}
