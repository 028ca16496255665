"""A mentor and a few people who write: from a plan that lays itself out to the report at the end."""

import re
from datetime import time, timedelta

import pytest
from playwright.sync_api import expect

from collegium.courses.actions import groups, iterations
from collegium.courses.actions.groups import Times
from collegium.courses.models import Iteration, Pair, Week
from collegium.events.models import Attendance
from collegium.foundation import clock
from collegium.portfolios import actions as portfolios
from collegium.portfolios.models import Comment, Example, Feedback, Section
from tests.journeys.steps import in_the_editor, letters_to, select

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BOTH = {"widths": (1280, 390)}
DRAFT = (
    "<p>In the spring I changed how first-year students hear what I think of their essays.</p>"
    "<p>So I recorded three minutes of audio for each of them on the day they handed in.</p>"
)


def test_a_group_is_laid_out_its_members_join_and_it_kicks_off(visit, look, put_clock_to, cmalt, ada, bo, cy):
    mentor = visit(cy)
    group = lay_out(mentor, look, cmalt)
    invite_and_open(mentor, look)
    join(visit(ada), visit(bo), look, group)
    kick_off(mentor, look, put_clock_to, group)


def lay_out(page, look, cmalt):
    page.goto("/learn/")
    look(page, **BOTH)
    page.get_by_role("link", name="writing group").first.click()
    page.get_by_label("Name of the group").fill("The Thursday writers")
    page.get_by_label("Portfolios for").select_option(str(cmalt.pk))
    look(page, **BOTH)
    page.get_by_role("button", name="Lay out the meetings").click()
    page.get_by_role("heading", name="The plan of the group").wait_for()
    look(page, **BOTH)
    group = Iteration.objects.get()
    assert [group.weeks.first().kind, group.weeks.last().kind] == ["kick_off", "showcase"]
    return group


def invite_and_open(page, look):
    page.get_by_label("Names or e-mail addresses").fill("ada@example.org\nbo@example.org")
    page.get_by_role("button", name="Invite them").click()
    expect(page.get_by_text("2 invitations go out when you open the group.")).to_be_visible()
    page.get_by_role("button", name="Open the group").click()
    expect(page.get_by_text("The group is open").first).to_be_visible()
    look(page, **BOTH)


def join(hers, his, look, group):
    for page, address in ((hers, "ada@example.org"), (his, "bo@example.org")):
        link = re.search(r"https?://\S+/learn/groups/\S+", letters_to(address)[-1].body).group()
        page.goto(link)
        look(page, **BOTH)
        page.get_by_role("button", name="Yes, I take part").click()
        expect(page.get_by_text("Welcome to the group.")).to_be_visible()
        look(page, **BOTH)
    hers.goto("/")
    expect(hers.get_by_text(group.weeks.first().title).first).to_be_visible()
    look(hers, **BOTH)


def kick_off(page, look, put_clock_to, group):
    week = Week.objects.select_related("meeting").get(iteration=group, number=1)
    put_clock_to(week.meeting.starts_at + timedelta(minutes=5))
    page.goto(group.get_absolute_url())
    page.get_by_role("link", name="Prepare for it").click()
    page.get_by_role("group", name="Who was there").get_by_label("Ada Candidate").check()
    with page.expect_navigation():
        page.get_by_role("button", name="Note it").click()
    expect(page.get_by_role("group", name="Who was there").get_by_label("Ada Candidate")).to_be_checked()
    in_the_editor(page, "Notes of the meeting").fill("We drew our boards. Everybody has a gap in 3b.")
    with page.expect_navigation():
        page.get_by_role("button", name="Keep them").click()
    expect(page.locator("#notes")).to_contain_text("Everybody has a gap in 3b.")
    look(page, **BOTH)
    assert Attendance.objects.get().person.name == "Ada Candidate"


# A meeting on a section -----------------------------------------------------------------------------------------------


@pytest.fixture
def group(ada, bo, cy, cmalt):
    """Under way, with the kick-off ahead."""
    made = groups.lay_out(
        by=cy,
        title="The Thursday writers",
        pathway=cmalt,
        times=Times(
            first=clock.today() + timedelta(days=3), weekday=(clock.today().weekday() + 3) % 7, hour=time(12)
        ),
        time_zone="UTC",
    )
    groups.open_group(iteration=made, by=cy)
    for person in (ada, bo):
        groups.accept_invitation(invitation=groups.invite(iteration=made, by=cy, person=person), by=person)
    return made


def test_a_draft_is_shared_read_and_thanked_for_and_the_report_says_so(
    visit, look, put_clock_to, cmalt, ada, bo, cy, group
):
    first, second = group.weeks.select_related("meeting", "draft_node")[:2]
    put_clock_to(first.meeting.ends_at + timedelta(hours=1))
    assert Pair.objects.filter(week=second, reader=bo, writer=ada).exists()
    hers, his = visit(ada), visit(bo)
    section = write_and_share(hers, look, second)
    read_and_comment(his, look, section)
    thank(hers, look, section)
    fill_a_gap(hers, look, section.portfolio)
    report(visit(cy), hers, look, put_clock_to, group)


def write_and_share(page, look, week):
    page.goto(week.iteration.get_absolute_url())
    page.get_by_role("link", name="Prepare for it").click()
    look(page, **BOTH)
    page.get_by_role("button", name="Begin the draft").click()
    page.wait_for_selector(".desk--ready")
    section = Section.objects.get(portfolio__owner__name="Ada Candidate", node=week.draft_node)
    expect(page).to_have_url(re.compile(f"{section.get_absolute_url()}$"))
    portfolios.write(
        section=section, component="description", html=DRAFT, on_revision=0, by=section.portfolio.owner
    )
    page.goto(week.get_absolute_url())
    page.get_by_role("button", name="Ask Bo Assessor to read it").click()
    expect(page.get_by_text("Asked. It is on their page of drafts to read.")).to_be_visible()
    look(page, **BOTH)
    page.goto(week.get_absolute_url())
    expect(page.get_by_text("Bo Assessor reads it")).to_be_visible()
    look(page, **BOTH)
    return section


def read_and_comment(page, look, section):
    page.goto("/")
    expect(page.get_by_text("A draft to read")).to_be_visible()
    look(page, **BOTH)
    page.get_by_role("link", name="A draft to read").click()
    look(page, **BOTH)
    page.get_by_role("link", name=section.name).first.click()
    page.get_by_role("link", name="Read and comment").click()
    page.wait_for_url(f"**{section.get_absolute_url()}")
    select(page, "three minutes of audio")
    page.locator(".comment-here").click()
    page.locator("#comment-words").fill("Why three?")
    page.get_by_role("button", name="Comment", exact=True).click()
    expect(page.locator("mark.passage", has_text="three minutes of audio")).to_be_visible()
    look(page, **BOTH)
    assert Comment.objects.get().exact == "three minutes of audio"
    page.get_by_role("link", name=re.compile("feedback", re.IGNORECASE)).first.click()
    give = page.get_by_role("button", name="Give feedback")
    expect(give).to_be_visible()
    page.get_by_role("textbox").last.fill("I see the students. I do not see you yet.")
    with page.expect_navigation():
        give.click()
    look(page, **BOTH)
    assert Feedback.objects.get().by.name == "Bo Assessor"


def thank(page, look, section):
    page.goto(section.get_absolute_url())
    expect(page.locator(".note", has_text="Why three?")).to_be_visible()
    page.get_by_role("link", name="Share it, and ask for feedback").first.click()
    page.get_by_label("A word of thanks, if you like").fill("That is the question.")
    page.get_by_role("button", name="Thank Bo Assessor").click()
    expect(page.get_by_text("That is the question.")).to_be_visible()
    look(page, **BOTH)
    assert Feedback.objects.get().thanks == "That is the question."


def fill_a_gap(page, look, portfolio):
    page.goto(portfolio.get_absolute_url())
    page.get_by_role("link", name="Gap board").first.click()
    expect(page.locator(".board-live")).to_be_visible()
    page.get_by_label("An example from your practice").fill("Polls in lectures")
    page.get_by_role("button", name="Put it on the board").click()
    card = page.locator("[data-thing]", has_text="Polls in lectures")
    card.focus()
    page.keyboard.press("Alt+ArrowLeft")
    expect(page.locator("[data-board-says]")).to_contain_text("“Polls in lectures” is in")
    expect(card).to_be_focused()
    look(page, **BOTH)
    assert Example.objects.get().node is not None


def report(mentors, hers, look, put_clock_to, group):
    last = group.weeks.select_related("meeting").last()
    put_clock_to(last.meeting.ends_at + timedelta(days=2))
    iterations.end(iteration=group)
    mentors.goto(group.get_absolute_url())
    look(mentors, **BOTH)
    mentors.get_by_role("link", name="Report").first.click()
    mentors.get_by_role("heading", name="Report of the group").wait_for()
    expect(mentors.get_by_role("row", name=re.compile("Ada Candidate"))).to_contain_text("1")
    in_the_editor(mentors, "Closing words").fill("You came as six and leave as six.")
    with mentors.expect_navigation():
        mentors.locator("#closing").get_by_role("button", name="Save").click()
    expect(mentors.locator("#closing")).to_contain_text("leave as six")
    look(mentors, **BOTH)
    answer = mentors.request.get(f"{group.get_absolute_url()}report.pdf")
    assert answer.body().startswith(b"%PDF")
    hers.goto(f"{group.get_absolute_url()}report/")
    hers.get_by_role("textbox", name="What the group was to you").fill("The only people who asked.")
    with hers.expect_navigation():
        hers.locator("#sayings").get_by_role("button", name="Save").click()
    expect(hers.get_by_text("The only people who asked.").first).to_be_visible()
    look(hers, **BOTH)
