"""Sources in a real browser: registered by the front page, seen flowing; with no fault that axe-core finds."""

import pytest
from playwright.sync_api import expect

from collegium.ecology.models import Claim
from tests.ecology.factories import make_ecology, make_source

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("width", [1280, 390])
def test_a_blog_is_registered_by_its_front_page(browser_page, sign_in_browser, axe, site, ada, width):
    site.feed("/feed.xml", title="Ada writes", posts=("On feedback", "On time"))
    front = site.page(
        head='<link rel="alternate" type="application/rss+xml" href="/feed.xml">', body="Words " * 60
    )
    ecology = make_ecology(ada, title="Open course", hashtag="oer")
    page = browser_page
    page.set_viewport_size({"width": width, "height": 900})
    sign_in_browser(page, ada)
    page.goto(f"/ecologies/{ecology.pk}/sources/")
    assert axe(page) == []
    page.get_by_role("link", name="Add the first one").click()
    expect(page.get_by_role("heading", name="Add a source")).to_be_visible()
    assert axe(page) == []
    page.get_by_label("Address").fill(front)
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_role("heading", name="Ada writes")).to_be_visible()
    expect(page.get_by_text("On feedback", exact=True)).to_be_visible()
    assert axe(page) == []
    first = page.locator(".candidate").first
    first.get_by_label("Only what has #oer").uncheck()
    first.get_by_label("This is mine").check()
    first.get_by_role("button", name="Follow it").click()
    expect(page.get_by_role("heading", name="Ada writes", level=1)).to_be_visible()
    expect(page.get_by_text("On feedback", exact=True)).to_be_visible()
    assert axe(page) == []
    assert Claim.objects.get().person == ada


def test_a_source_in_trouble_can_be_read_by_everybody(browser_page, sign_in_browser, axe, ada, cy):
    ecology = make_ecology(ada, editors=(cy,))
    source = make_source(ecology, state="failing", finding="html")
    make_source(ecology)
    sign_in_browser(browser_page, cy)
    for path in (
        f"/sources/{source.pk}/",
        f"/ecologies/{ecology.pk}/sources/",
        f"/ecologies/{ecology.pk}/sources/import/",
    ):
        browser_page.goto(path)
        assert axe(browser_page) == [], path
