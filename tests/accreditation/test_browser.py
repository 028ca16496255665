"""What only a real browser shows: saving as one writes, a lost connection, and that everybody can use the pages."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from collegium.accreditation import actions
from collegium.accreditation.models import Judgement, Mark
from collegium.portfolios import actions as portfolios

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def page_of(name, **kwargs):
    return reverse(f"accreditation:{name}", kwargs=kwargs)


def test_a_judgement_is_saved_as_one_writes_and_survives_a_lost_connection(
    stage, assessing, browser_page, sign_in_browser
):
    page = browser_page
    sign_in_browser(page, stage.lead)
    assignment = stage.assignment(assessing, stage.lead)
    page.goto(assignment.get_absolute_url())
    first, status = page.locator("#area-0"), page.locator("[data-status]")
    first.get_by_role("radio", name="Adequate", exact=True).check()
    first.get_by_role("textbox").fill("You name what you did.")
    expect(status).to_contain_text("Saved")
    expect(page.locator("[data-judged-words]")).to_have_text("1")
    mark = Mark.objects.get(judgement__assignment=assignment)
    assert (mark.section_key, mark.level, mark.comment) == ("1a", "adequate", "You name what you did.")

    page.context.set_offline(True)
    page.locator("#area-1").get_by_role("textbox").fill("Written in a tunnel.")
    expect(page.get_by_text("No connection.")).to_be_visible()
    page.context.set_offline(False)
    page.goto("/accreditation/assess/")
    page.goto(assignment.get_absolute_url())
    expect(page.locator("#area-1").get_by_role("textbox")).to_have_value("Written in a tunnel.")
    expect(status).to_contain_text("Saved")
    assert (
        Mark.objects.get(judgement__assignment=assignment, section_key="1b").comment == "Written in a tunnel."
    )


def test_signed_out_meanwhile_nothing_is_lost(stage, assessing, browser_page, sign_in_browser):
    page = browser_page
    sign_in_browser(page, stage.lead)
    assignment = stage.assignment(assessing, stage.lead)
    page.goto(assignment.get_absolute_url())
    page.context.clear_cookies()
    page.locator("#area-0").get_by_role("textbox").fill("Still here.")
    expect(page.get_by_text("You were signed out.")).to_be_visible()
    sign_in_browser(page, stage.lead)
    page.goto(assignment.get_absolute_url())
    expect(page.locator("#area-0").get_by_role("textbox")).to_have_value("Still here.")


def test_a_judgement_sealed_in_another_tab_is_said_and_not_overwritten(
    stage, assessing, browser_page, sign_in_browser
):
    page = browser_page
    sign_in_browser(page, stage.lead)
    assignment = stage.assignment(assessing, stage.lead)
    page.goto(assignment.get_absolute_url())
    stage.judge(assessing, stage.lead)
    page.locator("#area-0").get_by_role("textbox").fill("Too late.")
    expect(page.locator("[data-status]")).to_contain_text("Your judgement is sealed")
    assert not Mark.objects.filter(comment="Too late.").exists()
    assert Judgement.objects.get(assignment=assignment).is_sealed


@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_on_any_page(stage, assessing, browser_page, sign_in_browser, axe, width):
    page = browser_page
    page.set_viewport_size({"width": width, "height": 844})
    stage.judge(assessing, stage.lead, weak=("3a",))
    assignment, own = stage.assignment(assessing, stage.second), stage.assignment(assessing, stage.lead)
    submission, registration = {"submission_id": assessing.pk}, {"registration_id": stage.registration.pk}
    look(
        page,
        axe,
        sign_in_browser,
        {
            stage.candidate: [
                page_of("mine"),
                page_of("registration", **registration),
                page_of("ask_extension", **registration),
                page_of("submission", **submission),
                page_of("read", **submission),
                page_of("withdraw", **submission),
            ],
            stage.coordinator: [
                page_of("manage"),
                page_of("managed", **submission),
                page_of("allocation", **submission),
                page_of("release", assignment_id=own.pk),
            ],
            stage.lead: [page_of("assess"), own.get_absolute_url()],
            stage.second: [assignment.get_absolute_url(), page_of("seal", assignment_id=assignment.pk)],
        },
    )
    stage.judge(assessing, stage.second)
    actions.save_joint(submission=assessing, by=stage.lead, feedback="Well read.", outcome="refer", marks={})
    look(
        page,
        axe,
        sign_in_browser,
        {stage.lead: [page_of("reconciliation", **submission), page_of("outcome", **submission)]},
    )
    stage.reconcile(assessing, outcome="refer", weak=("3a",), note="We read it again.")
    portfolios.write(
        section=stage.section("3a"),
        component="reflection",
        html="<p>New.</p>",
        on_revision=0,
        by=stage.candidate,
    )
    look(
        page,
        axe,
        sign_in_browser,
        {
            stage.candidate: [page_of("submission", **submission), page_of("submit", **registration)],
            stage.coordinator: [page_of("managed", **submission), page_of("resubmission_date", **submission)],
        },
    )
    again = stage.submit()
    look(page, axe, sign_in_browser, {stage.coordinator: [page_of("screening", submission_id=again.pk)]})
    actions.accept(submission=again, by=stage.coordinator)
    actions.allot(submission=again, assessor=stage.lead, role="lead", by=stage.coordinator)
    invited = stage.assignment(again, stage.lead)
    look(page, axe, sign_in_browser, {stage.lead: [invited.get_absolute_url()]})
    stage.answer(again, stage.lead)
    look(page, axe, sign_in_browser, {stage.lead: [invited.get_absolute_url()]})


def look(page, axe, sign_in_browser, pages):
    for person, addresses in pages.items():
        sign_in_browser(page, person)
        for address in addresses:
            answer = page.goto(address)
            assert answer.status == 200, address
            assert axe(page) == [], address
            wider = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert wider <= 0, f"{address} is {wider} pixels too wide"
