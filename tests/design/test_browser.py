"""In a real browser: the gallery is clean for axe-core, fits every width, and works with keys and without scripts."""

import pytest
from playwright.sync_api import expect

from collegium.design import places

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _a_full_bar():
    places.bar_item(key="home", title="Home", url="home", icon="house")
    places.bar_item(key="gallery", title="Parts", url="design:gallery", icon="layers")
    places.bar_item(key="search", title="Search", url="search", icon="search", slot="tools")
    places.bar_item(key="capture", title="Capture", url="capture", icon="plus", slot="tools")
    places.bar_item(key="data", title="My data", url="home", icon="database", slot="me")
    places.identity(lambda request: places.Identity(name="Ada Okafor"))


def test_nothing_for_axe_to_find(browser_page, axe):
    browser_page.emulate_media(reduced_motion="reduce")
    for theme, width in (("light", 1440), ("dark", 390)):
        browser_page.emulate_media(color_scheme=theme)
        browser_page.set_viewport_size({"width": width, "height": 900})
        for path in ("/design/", "/design/appearance/", "/refusing/"):
            browser_page.goto(path)
            assert (theme, width, path, axe(browser_page)) == (theme, width, path, [])


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_nothing_sticks_out(browser_page, direction):
    browser_page.goto("/design/")
    browser_page.evaluate("direction => { document.documentElement.dir = direction }", direction)
    for width in (1440, 1120, 768, 390, 320):
        browser_page.set_viewport_size({"width": width, "height": 800})
        assert browser_page.evaluate("document.documentElement.scrollWidth") == width


def test_keys_lead_to_search_capture_and_help(browser_page):
    browser_page.set_viewport_size({"width": 1440, "height": 900})
    browser_page.goto("/design/")
    browser_page.keyboard.press("/")
    expect(browser_page.locator("#bar-search")).to_be_focused()
    browser_page.keyboard.type("c?/")
    expect(browser_page.locator("#bar-search")).to_have_value("c?/")
    browser_page.keyboard.press("Escape")
    browser_page.evaluate("document.activeElement.blur()")
    browser_page.keyboard.press("?")
    expect(browser_page.locator("#keys-help")).to_be_visible()
    browser_page.keyboard.press("Escape")
    expect(browser_page.locator("#keys-help")).to_be_hidden()
    browser_page.keyboard.press("c")
    browser_page.wait_for_url("**/capture/")


def test_keys_can_be_turned_off(browser_page, live_server):
    browser_page.context.add_cookies([{"name": "shortcuts", "value": "off", "url": live_server.url}])
    browser_page.goto("/design/")
    browser_page.keyboard.press("?")
    expect(browser_page.locator("#keys-help")).to_be_hidden()


def test_a_theme_is_seen_before_it_is_kept(browser_page):
    browser_page.goto("/design/appearance/")
    light = browser_page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    browser_page.get_by_text("Dark", exact=True).click()
    browser_page.wait_for_function(
        "(light) => getComputedStyle(document.documentElement).backgroundColor !== light", arg=light
    )
    with browser_page.expect_navigation():
        browser_page.get_by_role("button", name="Keep this").click()
    expect(browser_page.locator("html")).to_have_attribute("data-theme", "dark")


def test_what_was_typed_is_not_left_by_a_slip(browser_page):
    browser_page.goto("/design/")
    asked = []
    browser_page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    browser_page.evaluate("document.querySelector('#sample').dataset.guard = 'Not saved'")
    browser_page.fill("#sample #id_title", "Audio feedback")
    browser_page.goto("/refusing/")
    assert asked == ["beforeunload"]


def test_without_a_script_menus_and_choices_still_work(browser_page, live_server):
    context = browser_page.context.browser.new_context(
        base_url=live_server.url, java_script_enabled=False, viewport={"width": 390, "height": 800}
    )
    page = context.new_page()
    page.goto("/design/appearance/")
    expect(page.locator("#bar-nav")).to_be_hidden()
    page.get_by_role("button", name="Menu").click()
    expect(page.locator("#bar-nav")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_text("Dark", exact=True).click()
    page.get_by_role("button", name="Keep this").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    context.close()


def test_the_first_tab_leads_past_the_bar(browser_page):
    browser_page.goto("/design/")
    browser_page.keyboard.press("Tab")
    assert browser_page.evaluate("document.activeElement.className") == "skip"
    browser_page.keyboard.press("Enter")
    expect(browser_page.locator("#main")).to_be_focused()


def test_files_are_dropped_and_named(browser_page):
    browser_page.goto("/design/")
    browser_page.evaluate(
        """() => {
            const dropped = new DataTransfer();
            dropped.items.add(new File(["x".repeat(2300)], "<b>slides</b>.pdf"));
            dropped.items.add(new File(["y"], "second.pdf"));
            document.querySelector("[data-file-drop]").dispatchEvent(
                new DragEvent("drop", { dataTransfer: dropped, bubbles: true, cancelable: true }));
        }"""
    )
    expect(browser_page.locator("[data-chosen] li")).to_have_text(["<b>slides</b>.pdf 2 kB"])
    assert browser_page.evaluate("document.querySelector('[data-file-drop] input').files.length") == 1


def test_a_server_says_a_word_at_the_edge(browser_page):
    browser_page.clock.install(time=0)
    browser_page.goto("/design/")
    browser_page.clock.pause_at(3_600)  # it would go by itself after a while
    browser_page.evaluate("htmx.trigger(document.body, 'toast', { value: 'Saved <b>' })")
    toast = browser_page.locator(".toast")
    expect(toast).to_contain_text("Saved <b>")
    toast.get_by_role("button", name="Close").click()
    expect(toast).to_have_count(0)


def test_a_dialog_opens_over_the_page_and_closes(browser_page):
    browser_page.goto("/design/")
    browser_page.get_by_role("button", name="Publish…").click()
    dialog = browser_page.get_by_role("dialog", name="Publish this portfolio?")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_be_hidden()
