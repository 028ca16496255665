"""A newcomer in a browser: enrols, says something, makes a plan, submits; and every page on the way is clean."""

from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from collegium.courses.actions import triggers
from collegium.courses.models import Enrolment, Mapping, Project
from collegium.foundation import clock
from collegium.people.models import Audience
from tests.courses.factories import make_iteration, make_week
from tests.credentials.factories import make_pathway

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_newcomer_takes_part(browser_page, sign_in_browser, axe, cy, ada):
    pathway = make_pathway()
    starts_on = clock.today() - timedelta(days=15)
    iteration = make_iteration(
        cy,
        pathway=pathway,
        audience=Audience.PUBLIC,
        starts_on=starts_on,
        title="Spring",
        time_zone="UTC",
        information_sheet="What we look at.",
    )
    for number in (1, 2, 3, 4):
        week = make_week(
            iteration,
            number=number,
            title=f"Theme {number}",
            trigger_title="Who was not in the room?",
            activity_html="<p>Draw it.</p>",
        )
        for node in pathway.scheme_version.framework.nodes.filter(assessed=True)[:3]:
            Mapping.objects.create(week=week, node=node)
        triggers.trigger(week=week)
    page = browser_page
    sign_in_browser(page, ada)
    page.goto(iteration.get_absolute_url())
    assert axe(page) == []
    page.get_by_role("link", name="Enrol").first.click()
    page.get_by_label("What do you want from it?").fill("Be read")
    assert axe(page) == []
    page.get_by_role("button", name="Enrol").click()
    page.get_by_role("button", name="Give me a plan from today").click()
    page.get_by_text("on days of your own, then with everybody").first.wait_for()
    assert axe(page) == []
    page.goto(iteration.weeks.get(number=3).get_absolute_url())
    assert axe(page) == []
    page.locator(".words-editor__face").fill("The person who corrects the captions.")
    page.get_by_role("button", name="Say it").click()
    page.get_by_text("You said something").wait_for()
    page.get_by_role("link", name="Submit yours").click()
    page.get_by_label("Title", exact=True).fill("Captions")
    page.get_by_label("What it is").first.fill("A rota.")
    page.get_by_role("button", name="Put it into the bank").click()
    page.get_by_role("heading", name="Captions").wait_for()
    assert axe(page) == []
    enrolment = Enrolment.objects.get(person=ada)
    assert enrolment.goals.get().words == "Be read"
    assert not enrolment.consents.exists()
    assert Project.objects.get().week.number == 3


def test_who_is_quicker_than_the_editor_loses_no_word(browser_page, sign_in_browser, cy):
    late = []

    def hold(route):
        late.append(route)

    browser_page.route("**/django_prose_editor/editor*.js*", hold)
    week = make_week(make_iteration(cy), trigger_title="Why?", trigger_html="", activity_html="")
    sign_in_browser(browser_page, cy)
    browser_page.goto(reverse("courses:edit_week", args=[week.iteration.slug, week.number]))
    browser_page.locator("textarea[name=activity_html]").click()
    browser_page.keyboard.type("Draw it, ")
    late.pop().continue_()
    browser_page.keyboard.type("and say why.")
    words = browser_page.get_by_role("textbox", name="Activity").and_(
        browser_page.locator("[contenteditable]")
    )
    expect(words).to_have_text("Draw it, and say why.")
    tools = browser_page.get_by_role("toolbar").last
    tools.get_by_role("button", name="Bold").press("Enter")
    browser_page.keyboard.type(" Now.")  # not a key is struck beside the words
    expect(words.locator("strong")).to_have_text("Now.")


def test_a_facilitator_writes_a_triggering_event_in_the_editor(browser_page, sign_in_browser, axe, cy):
    week = make_week(
        make_iteration(cy),
        trigger_title="Why?",
        trigger_html="<p>Bring <strong>one</strong> picture.</p>",
        activity_html="<p>Draw it.</p>",
    )
    page = browser_page
    sign_in_browser(page, cy)
    page.goto(reverse("courses:edit_week", args=[week.iteration.slug, week.number]))
    words = page.get_by_role("textbox", name="What it asks")
    expect(words.locator("strong")).to_have_text("one")
    assert axe(page) == []
    words.click()
    words.press("Control+End")
    words.press_sequentially(" And say why.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("And say why.")).to_be_visible()
    week.refresh_from_db()
    assert week.trigger_html == "<p>Bring <strong>one</strong> picture. And say why.</p>"
    assert week.activity_html == "<p>Draw it.</p>"
