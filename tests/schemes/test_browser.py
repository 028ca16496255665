"""The pages in a real browser: nothing for axe-core to find, at both widths, and no wider than the screen."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from collegium.schemes import actions
from tests.schemes.conftest import shipped

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(cy, browser_page, sign_in_browser):
    """A page on which the coordinator of three versions is signed in."""
    for name in ("cmalt-2024", "cmalt", "advance-he-fellowship"):
        version = actions.load_scheme(checked=shipped(name))
        actions.grant_role(scheme=version.scheme, person=cy, kind="coordinator", by=None)
    sign_in_browser(browser_page, cy)
    return browser_page


ADDRESSES = [
    ("schemes:list", {}, ""),
    ("schemes:scheme", {"key": "cmalt"}, ""),
    ("schemes:pathway", {"key": "cmalt", "pathway_key": "senior"}, ""),
    ("schemes:pathway", {"key": "advance-he-fellowship", "pathway_key": "associate-fellow"}, ""),
    ("schemes:history", {"key": "cmalt"}, ""),
    ("schemes:open_rules", {"key": "cmalt"}, ""),
    ("schemes:answer", {"key": "cmalt"}, "?path=rules/split decision"),
    ("schemes:answer", {"key": "cmalt"}, "?path=pathways/associate/requires"),
    ("schemes:roles", {"key": "cmalt"}, "?q=convener"),
]


@pytest.mark.parametrize("width", [1280, 320])
def test_nothing_for_axe_to_find(page, axe, width):
    page.set_viewport_size({"width": width, "height": 900})
    found = {}
    for name, arguments, query in ADDRESSES:
        address = reverse(name, kwargs=arguments) + query
        page.goto(address)
        found[address] = axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
    assert {address: findings for address, findings in found.items() if findings} == {}


def test_a_rule_is_decided_with_the_keyboard_alone(page):
    page.goto(reverse("schemes:answer", kwargs={"key": "cmalt"}) + "?path=rules/referral deadline")
    page.get_by_label("How long does a candidate have").focus()
    page.keyboard.type("3")
    page.get_by_label("Why").focus()
    page.keyboard.type("Time to gather new evidence.")
    page.get_by_role("button", name="Decide").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/open-rules/")
    page.goto(reverse("schemes:scheme", kwargs={"key": "cmalt"}))
    expect(page.get_by_text("because: Time to gather new evidence.")).to_be_visible()
