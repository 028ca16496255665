"""Read the map: what is busy, what is silent, who is not heard; with a keyboard, on a phone, at night, on paper."""

import os
import re

import pytest
from playwright.sync_api import expect

from tests.ecology.mapped import figure_one
from tests.factories import make_person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LOOKS = os.environ.get("COLLEGIUM_LOOKS", "")  # a folder for pictures, for whoever wants to look at them


@pytest.fixture
def cy(site):
    return make_person(name="Cy Convener")


@pytest.fixture
def community(cy):
    members = [make_person(name=name) for name in ("Ada Candidate", "Bo Lead", "ليلى حسن", "Mo Quiet")]
    return figure_one(cy, *members)


def picture(page, name, **options):
    if LOOKS:
        page.screenshot(path=f"{LOOKS}/map-{name}.png", **options)


def test_read_the_map(visit, look, community, cy):
    page = visit(cy)
    page.goto(community.get_absolute_url())
    page.get_by_role("navigation", name="Pages of this community").get_by_role(
        "link", name="Ecology map"
    ).click()
    expect(page.get_by_role("heading", name="Map of the ecology")).to_be_visible()
    look(page, widths=(1280, 390), themes=("light", "dark"))
    for width in (1280, 390):
        for theme in ("light", "dark") if LOOKS else ():
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=theme)
            picture(page, f"{width}-{theme}", full_page=True)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(color_scheme="light")
    # A place is reached with the keyboard, says its numbers, and leads to where it is.
    wide = page.locator(".eco--wide")
    river = wide.get_by_role("link", name="The river: ")
    river.focus()
    expect(river.locator(".eco-labels")).to_be_visible()
    expect(wide.get_by_role("link", name="Library: ").locator(".eco-labels")).to_be_hidden()
    picture(page, "focus")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('svg.eco--wide') !== null")
    # In words, for whoever looks after it.
    unheard = page.get_by_role("region", name="Not heard")
    expect(unheard.get_by_role("link", name="Mo Quiet", exact=True)).to_be_visible()
    expect(unheard.get_by_role("link", name="Another that never spoke")).to_be_visible()
    # Another time, and a table in another order.
    page.get_by_role("link", name="7 days").click()
    expect(page.locator(".plot__note")).to_have_text("the last 7 days")
    page.get_by_text("The same as tables").click()
    page.get_by_role("table", name="What flows").get_by_role("link", name="To", exact=True).click()
    expect(page).to_have_url(re.compile(r"time=7&streams=to"))
    page.goto(f"/ecologies/{community.ecology_id}/map/")
    wide.get_by_role("link", name="The river: ").press("Enter")
    expect(page).to_have_url(re.compile(rf"/ecologies/{community.ecology_id}/river/$"))


def test_strangers_see_numbers_and_no_names(visit, look, community):
    page = visit()
    page.goto(f"/ecologies/{community.ecology_id}/map/")
    unheard = page.get_by_role("region", name="Not heard")
    expect(unheard).to_contain_text("One member has not published or said anything yet")
    expect(page.get_by_text("Mo Quiet")).to_have_count(0)
    page.get_by_role("link", name="On paper").click()
    expect(page.get_by_role("heading", name="CMALT cMOOC")).to_be_visible()
    page.emulate_media(media="print")
    if LOOKS:
        page.pdf(path=f"{LOOKS}/map.pdf", prefer_css_page_size=True)
