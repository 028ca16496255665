"""A newcomer in a browser: enrols, says something, makes a plan, submits; and every page on the way is clean."""

from datetime import timedelta

import pytest

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
    page.get_by_label("Your words").fill("The person who corrects the captions.")
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
