"""The bell tells of what is new without a reload, and asks nothing while nobody looks."""

import pytest
from playwright.sync_api import expect

from tests.factories import make_organisation

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_bell_and_the_list_follow_what_happens(browser_page, sign_in_browser, ada, bo, waved, axe):
    from django.db import transaction

    from collegium.activity.actions import record

    place = make_organisation()

    def wave(what):
        with transaction.atomic():
            record(waved, by=ada, about=place, concerns=[(bo, "friend")], data={"what": what})

    asked = []
    browser_page.on("request", lambda request: asked.append(request.url) if "/bell" in request.url else None)
    browser_page.clock.install()
    sign_in_browser(browser_page, bo)
    browser_page.goto("/notifications/")
    count = browser_page.locator(".bar__count")
    expect(count).to_have_count(0)

    wave("a flag")
    browser_page.clock.run_for(31_000)
    expect(count).to_contain_text("1")
    expect(count).to_be_visible()
    expect(browser_page.get_by_text("waved at you with a flag")).to_be_visible()
    assert axe(browser_page) == []

    browser_page.evaluate("Object.defineProperty(document, 'hidden', {configurable: true, get: () => true})")
    before = len(asked)
    browser_page.clock.run_for(120_000)
    assert len(asked) == before
    wave("a hat")
    browser_page.evaluate("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")
    expect(count).to_contain_text("2")
    expect(browser_page.get_by_text("waved at you with a hat")).to_be_visible()
