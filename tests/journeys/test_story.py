"""From a stranger at the front page to a credential that another stranger verifies, each step in a browser.

Where typing the whole of it would only take time, the actions that the pages call do the rest.
"""

import io
import re

import pytest
from django.core import mail
from PIL import Image
from playwright.sync_api import expect

from collegium.accreditation import actions as accreditation
from collegium.accreditation.models import Assignment, Submission
from collegium.accreditation.queries import areas_to_judge
from collegium.accreditation.terms import terms_of
from collegium.credentials.models import Award
from collegium.evidence.models import Evidence
from collegium.people.models import Person
from collegium.portfolios.models import Part, Portfolio, Section
from tests.journeys.steps import code_in_the_last_letter, write_the_rest

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BOTH = {"widths": (1280, 390), "themes": ("light", "dark")}
SAVED = re.compile(r"Saved \d")


def test_from_sign_up_to_a_credential_that_strangers_verify(site, cmalt, team, visit, look, tmp_path):
    coordinator, lead, second = team
    mine = visit()
    ada = sign_up(mine, look)
    say_who_one_is(mine, look)
    picture = capture(mine, look, site)
    align(mine, look, picture)
    portfolio = begin(mine, look)
    write(mine, look, portfolio, picture)
    see_what_is_missing(mine, look, portfolio)
    submission = submit(mine, look, portfolio)
    assert submission.content["owner"]["name"] == ada.name
    assert {each["id"] for each in submission.content["evidence"]} == {picture.pk}

    desk = visit(coordinator)
    screen(desk, look)
    allot(desk, look, submission, lead=lead, second=second)
    theirs, hers = visit(lead), visit(second)
    for page, person in ((theirs, lead), (hers, second)):
        accept_invitation(page, look, person)
    judge_by_hand(theirs, look, submission, lead, weak="1a")
    judge(hers, look, submission, second, weak="1a")
    reconcile(theirs, look, submission, outcome="Referral", weak="1a")

    again = revise(mine, look, submission, portfolio)
    screen(desk, look)
    allot(desk, look, again, lead=lead, second=second)
    for page, person in ((theirs, lead), (hers, second)):
        accept_invitation(page, look, person)
    expect(theirs.get_by_text("What changed here")).to_have_count(1)
    expect(theirs.locator(".changes ins")).to_contain_text("what I would do otherwise")
    for page, person in ((theirs, lead), (hers, second)):
        judge(page, look, again, person)
    reconcile(theirs, look, again, outcome="Pass")

    credential = receive(mine, look, tmp_path)
    stranger = visit()
    verify(stranger, look, credential, ada.name)
    look_up(stranger, look, ada.name)


# The candidate --------------------------------------------------------------------------------------------------------


def sign_up(page, look):
    page.goto("/")
    look(page, **BOTH)
    page.get_by_role("link", name="Make an account").first.click()
    look(page)
    page.get_by_label("Name", exact=True).fill("Ada Ōkonkwo")
    page.get_by_label("E-mail address").fill("ada@example.org")
    page.get_by_role("button", name="Make my account").click()
    page.get_by_role("heading", name="Is this your address?").wait_for()
    look(page)
    assert mail.outbox[-1].to == ["ada@example.org"]
    page.get_by_role("textbox").first.fill(code_in_the_last_letter())
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What next?")
    expect(page.get_by_role("heading", name="To begin with")).to_be_visible()
    look(page, **BOTH)
    return Person.objects.get(name="Ada Ōkonkwo")


def say_who_one_is(page, look):
    page.get_by_role("link", name="Say who you are").click()
    page.get_by_label("Role optional", exact=True).fill("Lecturer in nursing")
    page.get_by_label("Who sees: Role").select_option(label="Everyone signed in")
    look(page)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Lecturer in nursing")).to_be_visible()
    look(page)


def capture(page, look, site):
    page.keyboard.press("c")
    page.wait_for_url("**/evidence/capture")
    look(page, widths=(1280, 390))
    page.get_by_label("A link or a note").fill(f"{site}/schemes/")
    page.get_by_role("button", name="Keep it").click()
    page.wait_for_url("**/evidence/*/")

    page.keyboard.press("c")
    page.wait_for_url("**/evidence/capture")
    expect(page.get_by_label("A link or a note")).to_be_focused()
    page.keyboard.insert_text("A student said: I listen to it on the bus, twice.")
    page.get_by_role("button", name="Keep it").click()
    page.wait_for_url("**/evidence/*/")

    page.keyboard.press("c")
    page.wait_for_url("**/evidence/capture")
    page.set_input_files(
        "input[type=file]", {"name": "board.png", "mimeType": "image/png", "buffer": _picture()}
    )
    page.get_by_role("button", name="Keep it").click()
    page.wait_for_url("**/evidence/*/")
    page.get_by_role("link", name="Say what the image shows").click()
    page.get_by_label("Text alternative").fill("A whiteboard with three columns of notes.")
    page.get_by_label("Title").fill("The board after the session")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The board after the session")
    look(page, **BOTH)
    kept = Evidence.objects.order_by("pk")
    assert [each.kind for each in kept] == ["link", "note", "image"]
    assert kept[0].link_answers
    return kept[2]


def align(page, look, picture):
    with page.expect_response("**/align"):
        page.get_by_role("group", name="1a").get_by_text("directly").click()
    page.locator("#alignments", has_text="1a").wait_for()
    page.goto("/evidence/")
    expect(page.locator(".evidence-card")).to_have_count(3)
    look(page, **BOTH)
    assert picture.alignments.get().node.code == "1a"


def begin(page, look):
    page.get_by_role("link", name="Portfolio", exact=True).click()
    look(page)
    page.goto("/portfolios/begin/")
    look(page)
    page.get_by_role("link", name="CMALT", exact=True).click()
    look(page)
    page.get_by_role("button", name="Begin").click()
    page.wait_for_url("**/portfolios/*/")
    look(page, **BOTH)
    return Portfolio.objects.get()


def write(page, look, portfolio, picture):
    page.get_by_role("link", name="1a").first.click()
    page.wait_for_selector(".desk--ready")
    page.get_by_role("textbox", name="Description", exact=True).click()
    page.keyboard.type("I recorded my feedback, and asked who had listened.")
    expect(page.locator("#description [data-state]")).to_have_text(SAVED)
    page.keyboard.press("Shift+Home")
    expect(page.get_by_role("button", name=re.compile("Mark the selected passage")).first).to_be_visible()
    with page.expect_response("**/parts/description/"):  # the mark is kept too, and not the words alone
        page.locator("[data-principle-button=P1]").click()
    expect(page.locator("[data-principle-button=P1]")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("textbox", name="Evidence", exact=True).click()
    page.get_by_role("button", name="Put into the words").click()
    expect(page.locator("#evidence-beside")).to_contain_text("in your words")
    expect(page.locator("#evidence [data-state]")).to_have_text(SAVED)
    look(page, **BOTH)
    page.reload()
    page.wait_for_selector(".desk--ready")
    expect(page.get_by_role("textbox", name="Description", exact=True)).to_contain_text("who had listened")
    expect(page.get_by_role("textbox", name="Evidence", exact=True)).to_contain_text(picture.title)
    marked = Part.objects.get(section__portfolio=portfolio, section__node__code="1a", component="description")
    assert marked.marks == {"P1": 9}


def see_what_is_missing(page, look, portfolio):
    page.goto(f"/portfolios/{portfolio.pk}/readiness/")
    expect(page.get_by_text("Reflection is missing in 1a")).to_be_visible()
    look(page, **BOTH)
    page.get_by_text("Reflection is missing in 1a").click()
    page.wait_for_url("**/sections/**")
    write_the_rest(portfolio)
    page.goto(f"/portfolios/{portfolio.pk}/readiness/")
    expect(page.get_by_text("The declaration is not signed yet")).to_be_visible()
    page.get_by_text("The declaration is not signed yet").click()
    page.get_by_role("heading", name="Declaration").wait_for()
    look(page)
    for statement in page.get_by_role("checkbox").all():
        statement.check()
    with page.expect_navigation():
        page.get_by_role("button", name="Sign").click()
    page.goto(f"/portfolios/{portfolio.pk}/readiness/")
    expect(page.get_by_text("Yes. Everything that CMALT asks for is there.")).to_be_visible()
    expect(page.get_by_role("link", name="Register for CMALT")).to_be_visible()
    look(page)


def submit(page, look, portfolio):
    page.goto(f"/portfolios/{portfolio.pk}/")
    look(page)
    page.get_by_role("link", name="Register for CMALT").click()
    look(page)
    page.get_by_role("button", name="Register").click()
    page.wait_for_url("**/registrations/*/")
    look(page, **BOTH)
    page.get_by_role("link", name="Submit your portfolio").click()
    look(page, **BOTH)
    expect(page.get_by_text("Everything that the scheme asks for is there")).to_be_visible()
    tab = page.context.new_page()
    tab.goto(page.url)
    for form in (page, tab):
        for statement in form.locator("[name=statements]").all():
            statement.check()
    page.get_by_role("button", name="Submit").dblclick()
    page.wait_for_url("**/submissions/*/")
    tab.get_by_role("button", name="Submit").click()
    tab.wait_for_url("**/submissions/*/")
    assert tab.url == page.url
    tab.close()
    expect(page.get_by_text("We have your portfolio")).to_be_visible()
    look(page, **BOTH)
    submission = Submission.objects.get()
    letters = [letter for letter in mail.outbox if letter.to == ["ada@example.org"]]
    assert submission.sha256[:12] in letters[-1].body
    page.goto(f"/portfolios/{portfolio.pk}/sections/{portfolio.sections.get(node__code='1a').pk}/")
    expect(page.get_by_text("This section is locked")).to_be_visible()
    look(page)
    return submission


def revise(page, look, submission, portfolio):
    page.goto("/")
    page.get_by_role("link", name=re.compile("nearly there")).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Nearly there")
    expect(page.get_by_role("heading", name="One area comes back to you")).to_be_visible()
    look(page, **BOTH)
    closed = Section.objects.get(portfolio=portfolio, node__code="2a")
    page.goto(closed.get_absolute_url())
    expect(page.get_by_text("This section is locked")).to_be_visible()
    expect(page.locator(".writing")).to_have_count(0)
    opened = Section.objects.get(portfolio=portfolio, node__code="1a")
    page.goto(opened.get_absolute_url())
    page.wait_for_selector(".desk--ready")
    page.get_by_role("textbox", name="Reflection", exact=True).click()
    page.keyboard.press("Control+End")
    page.keyboard.type(" Now I say what I would do otherwise.")
    expect(page.locator("#reflection [data-state]")).to_have_text(SAVED)
    page.goto(submission.registration.get_absolute_url())
    page.get_by_role("link", name="Submit again").click()
    expect(page.get_by_role("button", name="Submit again")).to_be_visible()
    for statement in page.locator("[name=statements]").all():
        statement.check()
    look(page)
    page.get_by_role("button", name="Submit again").click()
    page.wait_for_url("**/submissions/*/")
    return Submission.objects.get(previous=submission)


def receive(page, look, tmp_path):
    award = Award.objects.get()
    page.goto("/notifications/")
    look(page, **BOTH)
    page.goto("/")
    look(page)
    page.goto(award.submission.get_absolute_url())
    expect(page.get_by_role("heading", level=1)).to_have_text("You have passed")
    look(page)
    page.get_by_role("link", name="See your award").click()
    expect(page.get_by_text("In force").first).to_be_visible()
    look(page, **BOTH)
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("JSON")).first.click()
    kept = tmp_path / "credential.json"
    download.value.save_as(kept)
    return kept


# Coordinator and assessors --------------------------------------------------------------------------------------------


def screen(page, look):
    page.goto("/accreditation/manage/")
    look(page, **BOTH)
    page.get_by_role("link", name="Ada Ōkonkwo").first.click()
    look(page)
    page.get_by_role("link", name="Screen it").click()
    look(page, **BOTH)
    with page.expect_navigation():
        page.get_by_role("button", name="Accept for assessment").click()


def allot(page, look, submission, *, lead, second):
    page.goto(f"/accreditation/manage/submissions/{submission.pk}/")
    page.get_by_role("link", name="Find assessors").click()
    look(page, **BOTH)
    with page.expect_navigation():
        page.get_by_role("button", name=f"Ask {lead.name} to lead").click()
    page.get_by_role("button", name=f"Ask {second.name} as second assessor").click()
    expect(page.get_by_text("Every place is taken")).to_be_visible()
    look(page)


def accept_invitation(page, look, person):
    assert any(person.account.email in letter.to for letter in mail.outbox)
    page.goto("/accreditation/assess/")
    look(page)
    page.get_by_role("link", name="Ada Ōkonkwo").first.click()
    look(page)
    page.get_by_label("Yes, and nothing stands in the way").check()
    page.get_by_role("button", name="Send the answer").click()
    expect(page.get_by_role("button", name="Look over and seal")).to_be_visible()


def judge_by_hand(page, look, submission, person, *, weak):
    look(page, **BOTH)
    for area in page.locator(".judging__area--judged").all():
        code = area.locator(".judge__code").inner_text()
        level = "Inadequate" if code == weak else "Adequate"
        area.get_by_role("radio", name=level, exact=True).check()
        area.get_by_role("textbox").fill(f"On {code}: I can see what you did, and why.")
    page.get_by_label("Overall comment").fill("Clear and personal.")
    expect(page.locator("[data-status]")).to_contain_text("Saved")
    page.get_by_role("button", name="Look over and seal").click()
    look(page)
    _seal(page, submission, person)


def judge(page, look, submission, person, *, weak=""):
    assignment = Assignment.objects.get(submission=submission, assessor=person, state="accepted")
    accreditation.save_judgement(
        assignment=assignment,
        by=person,
        overall="I enjoyed reading it.",
        marks={
            area.key: ("inadequate" if area.key == weak else "strong", f"I followed you in {area.key}.")
            for area in areas_to_judge(submission, terms_of(submission.pathway))
        },
    )
    page.goto(assignment.get_absolute_url())
    page.get_by_role("button", name="Look over and seal").click()
    _seal(page, submission, person)


def _seal(page, submission, person):
    with page.expect_navigation():
        page.get_by_role("button", name="Seal it").click()
    assert Assignment.objects.get(
        submission=submission, assessor=person, state="accepted"
    ).judgement.is_sealed


def reconcile(page, look, submission, *, outcome, weak=""):
    page.goto("/accreditation/assess/")
    page.get_by_role("link", name="Ada Ōkonkwo").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("The judgements on")
    look(page, **BOTH)
    for area in page.locator("section.compare__area").all():
        if not (levels := area.get_by_role("radio", name="Adequate", exact=True)).count():
            continue
        is_weak = bool(weak) and area.locator("h2").inner_text().startswith(f"{weak} ")
        (area.get_by_role("radio", name="Inadequate", exact=True) if is_weak else levels).check()
        area.get_by_role("textbox").fill("Say what you learnt." if is_weak else "Clear, and shown.")
    page.get_by_label("Feedback to the candidate").fill("We liked it, and learnt from it.")
    page.get_by_role("radio", name=outcome, exact=True).check()
    if weak:
        page.get_by_role("checkbox", name=re.compile(f"^{weak} ")).check()
    page.get_by_role("button", name="See it as the candidate will").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("As the candidate will read it")
    look(page)
    with page.expect_navigation():
        page.get_by_role("button", name="Give this outcome").click()


# Strangers ------------------------------------------------------------------------------------------------------------


def verify(page, look, credential, name):
    page.goto("/verify/")
    look(page, **BOTH)
    page.set_input_files("input[type=file]", credential)
    page.get_by_role("button", name="Check it").click()
    expect(page.locator(".finding--no")).to_have_count(0)
    expect(page.locator(".finding--yes").first).to_be_visible()
    expect(page.locator("#result")).to_contain_text(name)
    look(page, **BOTH)
    tampered = credential.with_name("tampered.json")
    tampered.write_text(credential.read_text().replace("Certified Member", "Certified Master"))
    page.set_input_files("input[type=file]", tampered)
    page.get_by_role("button", name="Check it").click()
    expect(page.locator(".finding--no").first).to_be_visible()
    look(page)


def look_up(page, look, name):
    page.goto("/register/")
    page.get_by_label("Name").fill("okonkwo")  # it narrows as one types
    page.wait_for_url("**name=okonkwo**")
    expect(page.get_by_role("link", name=name)).to_be_visible()
    look(page, **BOTH)
    page.get_by_role("link", name=name).click()
    expect(page.get_by_text("This award is genuine and in force today.")).to_be_visible()
    look(page, **BOTH)


def _picture():
    out = io.BytesIO()
    Image.new("RGB", (320, 240), (20, 90, 100)).save(out, "PNG")
    return out.getvalue()
