"""Every page of people, organisations, notifications and home in a real browser: axe-core clean, and whole at 320 pixels."""

import re

import pytest
from django.db import transaction
from django.urls import reverse
from playwright.sync_api import expect

from collegium.activity.actions import record
from collegium.activity.outbox import HANDLERS
from collegium.activity.verbs import VERBS
from collegium.notifications.models import Notification
from collegium.organisations.models import EmailDomain
from collegium.people import actions as people_actions
from collegium.people.fields import FIELDS
from collegium.schemes import actions as schemes
from tests.factories import make_organisation, make_person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world(settings, ada, bo):
    """A scheme on the shelf; Ada with everything filled in; an organisation; something told; a name of eighty letters."""
    schemes.load_file(settings.SCHEMES_DIRECTORY / "cmalt.yaml")
    people_actions.edit_profile(
        person=ada,
        by=ada,
        role="Lecturer in nursing education",
        town="Sligo",
        country="IE",
        languages=["en", "ga"],
        specialisms=["feedback by audio", "placements"],
        links=[{"title": "Notes", "url": "https://ada.example/" + "a" * 90}],
        orcid="0000-0002-1825-0097",
        biography="I teach.\n\nأعلّم وأتعلّم.",
    )
    people_actions.set_field_audience(person=ada, by=ada, **dict.fromkeys(FIELDS, "signed_in"))
    long = make_person(name="Wolfeschlegelsteinhausenbergerdorff" * 2 + " Schaferswes")
    organisation = make_organisation(
        bo,
        long,
        make_person(name="ليلى بنت عبد الرحمن الشريف"),
        coordinators=(ada,),
        slug="calderbeck",
        website="https://c.example",
    )
    EmailDomain.objects.create(organisation=organisation, domain="calderbeck.example")
    # One that is told and that no room does anything else with: here it is about an organisation.
    verb = next(verb for verb in VERBS.values() if verb.tells and verb.name not in HANDLERS)
    role, told = next(iter(verb.tells.items()))
    facts = set(re.findall(r"%\((\w+)\)", f"{verb.history} {told.says}")) - {"actor"}
    with transaction.atomic():
        record(
            verb, by=bo, about=organisation, concerns=[(ada, role)], data=dict.fromkeys(facts, "Something")
        )
    return long


ADDRESSES = [
    "/",
    "/profile/",
    "/my-data/",
    "/my-data/delete",
    "/search/?q=cmalt",
    "/roles/",
    "/organisations/",
    "/organisations/new",
    "/organisations/calderbeck/",
    "/organisations/calderbeck/manage",
    "/notifications/",
    "/notifications/preferences",
    "/account/email/",
    "/account/password/change/",
    "/account/2fa/",
    "/account/sessions/",
    "/account/logout/",
]
OF_STRANGERS = [
    "/",
    "/account/login/",
    "/account/signup/",
    "/account/password/reset/",
    "/search/",
    "/goodbye/",
]


def look(page, axe, address, troubles):
    page.set_viewport_size({"width": 1280, "height": 900})
    answer = page.goto(address)
    assert answer.status == 200, address
    troubles += [f"{address}: {finding}" for finding in axe(page)]
    page.set_viewport_size({"width": 320, "height": 700})
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        troubles.append(f"{address}: wider than 320 pixels")


def test_pages_of_a_person(browser_page, sign_in_browser, axe, ada, world):
    sign_in_browser(browser_page, ada)
    troubles: list[str] = []
    for address in [*ADDRESSES, ada.get_absolute_url(), world.get_absolute_url()]:
        look(browser_page, axe, address, troubles)
    assert troubles == []
    assert Notification.objects.filter(person=ada).count() == 1


def test_pages_of_a_stranger_in_the_dark(browser_page, axe, world):
    browser_page.emulate_media(color_scheme="dark")
    troubles: list[str] = []
    for address in OF_STRANGERS:
        look(browser_page, axe, address, troubles)
    assert troubles == []


def test_a_page_works_with_the_keyboard(browser_page, sign_in_browser, ada, db):
    page = browser_page
    sign_in_browser(page, ada)
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.set_viewport_size({"width": 1500, "height": 900})
    page.locator("body").press("/")
    page.keyboard.type("cand")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=cand")
    expect(page.locator("#found")).to_contain_text("Ada Candidate")


def test_searching_while_typing(browser_page, sign_in_browser, ada, db):
    page = browser_page
    sign_in_browser(page, ada)
    page.goto(reverse("home:search"))
    page.fill("#search-q", "ada ca")
    page.locator("#search-q").press("n")
    expect(page.locator("#found")).to_contain_text("Ada Candidate")
    page.wait_for_url(re.compile(r"q=ada(\+|%20)can"))


def test_sign_up_sends_the_readers_time_zone(browser_page, db):
    from collegium.people.models import Person

    page = browser_page
    page.goto("/account/signup/")
    page.fill("input[name=name]", "New Person")
    page.fill("input[name=email]", "new@example.org")
    page.evaluate("document.querySelector('[data-time-zone]').value = 'Europe/Dublin'")
    page.click("button:has-text('Make my account')")
    page.wait_for_url("**/account/confirm-email/")
    assert Person.objects.get().time_zone == "Europe/Dublin"


# The search field of every page ---------------------------------------------------------------------------------------


@pytest.fixture
def wide(browser_page, sign_in_browser, ada, bo):
    """Ada's front page, wide enough for the search field to stand in the bar."""
    make_organisation(name="Candlewick College", slug="candlewick")
    sign_in_browser(browser_page, ada)
    browser_page.set_viewport_size({"width": 1500, "height": 900})
    browser_page.goto("/roles/")
    return browser_page


def test_hits_are_offered_while_one_types_and_chosen_with_the_keys(wide, axe):
    page, field = wide, wide.locator("#bar-search")
    expect(field).to_have_attribute("role", "combobox")
    field.press_sequentially("cand")
    options = page.locator("#bar-search-list [role=option]")
    expect(options).to_have_count(3)  # somebody, the college, and all of it
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(page.locator(".bar__search [role=status]")).to_contain_text("2 suggestions")
    assert axe(page) == []
    field.press("ArrowDown")
    field.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    expect(field).to_have_attribute("aria-activedescendant", options.nth(1).get_attribute("id"))
    field.press("ArrowUp")
    expect(options.nth(0)).to_have_attribute("aria-selected", "true")
    field.press("Escape")
    expect(page.locator("#bar-search-list")).to_be_hidden()
    expect(field).to_have_value("cand")
    field.press("ArrowDown")
    expect(options).to_have_count(3)
    # Candidate and college, in whatever order they were found.
    page.locator("#bar-search-list [role=option]", has_text="Candlewick").click()
    page.wait_for_url("**/organisations/candlewick/")


def test_enter_looks_for_what_was_typed_whatever_is_still_on_its_way(wide):
    page, field = wide, wide.locator("#bar-search")
    held = []

    def hold(route):  # an answer that does not come
        held.append(route)

    page.route("**/search/quick/**", hold)
    field.press_sequentially("cand")
    field.press("Enter")
    page.wait_for_url("**/search/?q=cand")
    expect(page.locator("#found")).to_contain_text("Ada Candidate")


def test_an_older_answer_does_not_come_over_a_newer_one(wide):
    page, field = wide, wide.locator("#bar-search")
    slow = []

    def answer(route):
        if "q=candlew" in route.request.url:
            route.continue_()
        else:
            slow.append(route)

    page.route("**/search/quick/**", answer)
    with page.expect_request("**/search/quick/?q=cand"):
        field.press_sequentially("cand")
    field.press_sequentially("lew")
    options = page.locator("#bar-search-list [role=option]")
    expect(options.first).to_contain_text("Candlewick")
    for route in slow:
        route.abort()
    expect(options).to_have_count(2)
    field.press("ArrowDown")
    field.press("Enter")
    page.wait_for_url("**/organisations/candlewick/")


def test_the_page_of_the_search_in_both_lights(browser_page, sign_in_browser, axe, ada, world):
    page = browser_page
    make_person(name="Adam Cmalt")
    sign_in_browser(page, ada)
    troubles: list[str] = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for address in ("/search/?q=cmalt", "/search/?q=cmalt&kind=schemes", "/search/?q=nothing+like+it"):
            look(page, axe, address, troubles)
    assert troubles == []


def test_what_is_found_is_announced_and_narrowed_without_leaving_the_field(
    browser_page, sign_in_browser, ada, world
):
    page = browser_page
    sign_in_browser(page, ada)
    page.goto("/search/")
    page.locator("#search-q").press_sequentially("cmalt")
    expect(page.locator("#search-said")).to_contain_text("found")
    expect(page.locator("#search-q")).to_be_focused()
    page.select_option("#search-time", "week")
    expect(page.locator("#found")).to_contain_text("Nothing found")
    page.get_by_role("link", name="Look everywhere").click()
    expect(page.locator(".search-hits .row").first).to_contain_text("CMALT")
