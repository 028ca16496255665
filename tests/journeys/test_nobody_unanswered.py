"""A facilitator answers whom nobody answered; a report is decided about, appealed against, and answered by another."""

import re

import pytest
from playwright.sync_api import expect

from collegium.communities import actions as communities
from collegium.communities.models import Care
from collegium.conversations import actions as conversations
from collegium.conversations.models import Measure, Thread
from tests.factories import make_person
from tests.journeys.steps import letters_to

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BOTH = {"widths": (1280, 390)}


@pytest.fixture
def newcomer(community):
    person = make_person(name="Ama Mensah", email="ama@example.org")
    communities.join(community=community, person=person)
    return person


@pytest.fixture
def thread(community, newcomer):
    return conversations.start_thread(
        forum=community.forum,
        by=newcomer,
        title="Does anybody else run virtual labs?",
        html="<p>I am the only one here who does.</p>",
    )


@pytest.fixture
def second(community, cy, bo):
    communities.set_role(
        membership=communities.join(community=community, person=bo), by=cy, role="facilitator"
    )
    return bo


def test_a_newcomer_whom_nobody_answered_is_answered_and_told(
    visit, look, community, newcomer, thread, second
):
    theirs = visit(second)
    theirs.goto("/")
    expect(theirs.get_by_text("One post waits for an answer.")).to_be_visible()
    look(theirs, **BOTH)
    theirs.locator(".card", has_text="Nobody unanswered").get_by_role("link", name=community.title).click()
    theirs.get_by_role("heading", name="Nobody unanswered").wait_for()
    expect(theirs.get_by_text("A newcomer’s first post")).to_be_visible()
    look(theirs, **BOTH)
    theirs.get_by_role("button", name="I see to it").click()
    theirs.wait_for_url(f"**{thread.get_absolute_url()}")
    assert Care.objects.get().taken_by == second
    theirs.locator("[data-write] .ProseMirror").click()
    theirs.keyboard.insert_text("We do, in chemistry. Shall we talk on Thursday?")
    theirs.locator("[data-write]").get_by_role("button", name=re.compile("Reply|Post|Send")).last.click()
    expect(theirs.locator(".post", has_text="Shall we talk on Thursday?")).to_be_visible()
    look(theirs, **BOTH)
    theirs.goto(f"{community.get_absolute_url()}care/")
    expect(theirs.get_by_text("Nobody waits")).to_be_visible()
    expect(theirs.get_by_role("heading", name="How long a first reply takes")).to_be_visible()
    look(theirs, **BOTH)
    assert Care.objects.get().done_at is not None

    assert "Shall we talk on Thursday?" in letters_to("ama@example.org")[-1].body
    hers = visit(newcomer)
    hers.goto("/notifications/")
    look(hers, **BOTH)
    hers.get_by_role("link", name=re.compile("Bo Assessor")).first.click()
    hers.wait_for_url(re.compile(thread.get_absolute_url()))
    expect(hers.locator(".post", has_text="Shall we talk on Thursday?")).to_be_visible()
    look(hers, **BOTH)


def test_a_report_is_decided_appealed_and_answered_by_another(
    visit, look, cy, community, newcomer, thread, second
):
    reporter = make_person(name="Nia Reader", email="nia@example.org")
    communities.join(community=community, person=reporter)
    post = thread.posts.get()
    page = visit(reporter)
    page.goto(thread.get_absolute_url())
    page.locator(f"#post-{post.pk}").get_by_role("button", name="More: the post of Ama Mensah").click()
    page.get_by_role("link", name="Report it").click()
    page.get_by_label("It advertises").check()
    look(page, **BOTH)
    page.get_by_role("button", name="Send it to the moderators").click()
    page.get_by_text("Thank you. The moderators have it").wait_for()

    theirs = visit(second)
    theirs.goto("/")
    theirs.get_by_role("link", name="One report or appeal waits").click()
    look(theirs, **BOTH)
    theirs.get_by_role("link", name=thread.title).click()
    theirs.get_by_label("Hide this post").check()
    theirs.get_by_label("Why").fill("It reads like an advertisement for your labs.")
    look(theirs, **BOTH)
    theirs.get_by_role("button", name="Do it, and tell them").click()
    theirs.get_by_text("Done. The person is told").wait_for()

    hers = visit(newcomer)
    hers.goto("/notifications/")
    look(hers, **BOTH)
    hers.get_by_role("link", name=re.compile("something that concerns you")).click()
    hers.get_by_label("What you would say to it").fill("I sell nothing. I look for company.")
    look(hers, **BOTH)
    hers.get_by_role("button", name="Appeal").click()
    hers.get_by_text("Your appeal is with the moderators.").wait_for()

    others = visit(cy)
    others.goto("/")
    others.get_by_role("link", name="One report or appeal waits").click()
    others.locator("#appeals").get_by_role("link").first.click()
    others.locator("#answer").get_by_role("textbox").fill("You are right: it stands again. Sorry.")
    others.locator("#answer").get_by_label("It is taken back").check()
    look(others, **BOTH)
    others.get_by_role("button", name="Answer").click()
    others.get_by_role("heading", name="The answer").wait_for()
    look(others, **BOTH)
    measure = Measure.objects.get()
    assert measure.answered_by == cy
    hers.goto(f"/conversations/measures/{measure.pk}/")
    expect(hers.get_by_text("it stands again")).to_be_visible()
    look(hers, **BOTH)
    assert Thread.objects.get().posts.get().hidden_at is None
