"""In a real browser: the gallery is clean for axe-core, fits every width, and works with keys and without scripts."""

import pytest

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


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_nothing_for_axe_to_find(browser_page, axe, theme, width):
    browser_page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    browser_page.set_viewport_size({"width": width, "height": 900})
    for path in ("/design/", "/design/appearance/", "/refusing/"):
        browser_page.goto(path)
        assert axe(browser_page) == []


@pytest.mark.parametrize("width", [1440, 1120, 768, 390, 320])
def test_nothing_sticks_out(browser_page, width):
    browser_page.set_viewport_size({"width": width, "height": 800})
    browser_page.goto("/design/")
    assert browser_page.evaluate("document.documentElement.scrollWidth") == width


def test_nothing_sticks_out_from_the_right_either(browser_page):
    browser_page.set_viewport_size({"width": 320, "height": 800})
    browser_page.goto("/design/")
    browser_page.evaluate("document.documentElement.dir = 'rtl'")
    assert browser_page.evaluate("document.documentElement.scrollWidth") == 320


def test_keys_lead_to_search_capture_and_help(browser_page):
    browser_page.set_viewport_size({"width": 1440, "height": 900})
    browser_page.goto("/design/")
    browser_page.keyboard.press("/")
    assert browser_page.evaluate("document.activeElement.id") == "bar-search"
    browser_page.keyboard.type("c?/")
    assert browser_page.input_value("#bar-search") == "c?/"
    browser_page.keyboard.press("Escape")
    browser_page.evaluate("document.activeElement.blur()")
    browser_page.keyboard.press("?")
    assert browser_page.locator("#keys-help").is_visible()
    browser_page.keyboard.press("Escape")
    assert not browser_page.locator("#keys-help").is_visible()
    browser_page.keyboard.press("c")
    browser_page.wait_for_url("**/capture/")


def test_keys_can_be_turned_off(browser_page, live_server):
    browser_page.context.add_cookies([{"name": "shortcuts", "value": "off", "url": live_server.url}])
    browser_page.goto("/design/")
    browser_page.keyboard.press("?")
    assert not browser_page.locator("#keys-help").is_visible()


def test_a_theme_is_seen_before_it_is_kept(browser_page):
    browser_page.goto("/design/appearance/")
    light = browser_page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    browser_page.get_by_text("Dark", exact=True).click()
    assert browser_page.evaluate("getComputedStyle(document.documentElement).backgroundColor") != light
    browser_page.get_by_role("button", name="Keep this").click()
    browser_page.wait_for_load_state()
    assert browser_page.get_attribute("html", "data-theme") == "dark"


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
    assert not page.locator("#bar-nav").is_visible()
    page.get_by_role("button", name="Menu").click()
    assert page.locator("#bar-nav").is_visible()
    page.keyboard.press("Escape")
    page.get_by_text("Dark", exact=True).click()
    page.get_by_role("button", name="Keep this").click()
    assert page.get_attribute("html", "data-theme") == "dark"
    context.close()


def test_the_first_tab_leads_past_the_bar(browser_page):
    browser_page.goto("/design/")
    browser_page.keyboard.press("Tab")
    assert browser_page.evaluate("document.activeElement.className") == "skip"
    browser_page.keyboard.press("Enter")
    assert browser_page.evaluate("document.activeElement.id") == "main"
