"""The pages of awards in a real browser."""

import pytest
from playwright.sync_api import expect

from collegium.credentials import contexts
from tests.credentials.factories import make_award

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def award(ada):
    return make_award(person=ada)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390, 320])
def test_an_employer_checks_a_name(browser_page, axe, award, width, scheme):
    browser_page.emulate_media(color_scheme=scheme)
    browser_page.set_viewport_size({"width": width, "height": 900})
    browser_page.goto("/register/")
    assert axe(browser_page) == []
    browser_page.get_by_label("Name", exact=True).fill("candi")
    browser_page.wait_for_url("**name=candi**")  # the list narrows as one types; then it is still
    browser_page.get_by_role("link", name="Ada Candidate").click()
    browser_page.wait_for_url(f"**{award.get_absolute_url()}")
    expect(browser_page.get_by_role("heading", name="In force")).to_be_visible()
    assert browser_page.evaluate("document.documentElement.scrollWidth") <= width
    assert axe(browser_page) == []


def test_a_name_that_nobody_has(browser_page, axe, award):
    browser_page.goto("/register/?name=zzz")
    expect(browser_page.get_by_text("Nobody on the register fits that")).to_be_visible()
    assert axe(browser_page) == []


def test_a_badge_is_checked(browser_page, axe, award, tmp_path):
    genuine, altered = tmp_path / "genuine.json", tmp_path / "altered.json"
    text = contexts.write(award.credentials.get().document)
    genuine.write_text(text)
    altered.write_text(text.replace("Ada Candidate", "Eve Stranger"))
    for file, words in (
        (genuine, "This credential is genuine and in force."),
        (altered, "Do not rely on this: it was changed after it was signed, or signed by somebody else."),
    ):
        browser_page.goto("/verify/")
        assert axe(browser_page) == []
        browser_page.locator("input[type=file]").set_input_files(file)
        browser_page.get_by_role("button", name="Check it").click()
        expect(browser_page.get_by_role("heading", name=words)).to_be_visible()
        assert axe(browser_page) == []


def test_the_holder_takes_it_away_and_leaves_the_list(browser_page, sign_in_browser, axe, award, ada):
    sign_in_browser(browser_page, ada)
    browser_page.goto(award.get_absolute_url())
    assert axe(browser_page) == []
    with browser_page.expect_download() as download:
        browser_page.get_by_role("link", name="Badge picture PNG").click()
    assert download.value.suggested_filename == "Ada-Candidate-CMALT.png"
    browser_page.get_by_role("button", name="Take it off the list").click()
    expect(browser_page.get_by_text("Not listed")).to_be_visible()
    with browser_page.expect_navigation():
        browser_page.get_by_role("link", name="Choose the evidence that it names").click()
    assert axe(browser_page) == []
