"""From a poster on a wall to a draft in the right section: a stranger joins, enrols, takes part, makes something of it."""

import re

import pytest
from django.core import mail
from playwright.sync_api import expect

from collegium.communities import actions as communities
from collegium.communities.models import Membership
from collegium.conversations import actions as conversations
from collegium.conversations.models import Post, Thread
from collegium.courses.actions import enrolments
from collegium.courses.models import Enrolment, PlannedWeek, Project, Week
from collegium.evidence.models import Evidence
from collegium.notifications import receiving
from collegium.people.models import Person
from collegium.portfolios.models import Part, Section
from tests.factories import make_person
from tests.journeys.steps import answer_to, code_in_the_last_letter, letters_to

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BOTH = {"widths": (1280, 390)}
SAVED = re.compile(r"Saved \d")
MINE = "ama@example.org"


def test_a_stranger_joins_from_a_poster_says_hello_and_answers_by_mail(
    visit, look, settings, cy, community, course
):
    settings.REPLY_DOMAIN = "reply.example.org"
    page = visit()
    person = join_by_the_poster(page, look, community)
    say_hello(page, look, community)
    answer_by_mail(page, look, cy, person)
    page.goto(community.get_absolute_url())
    page.get_by_role("link", name=course.title).click()
    page.get_by_role("heading", name=course.title).wait_for()


def test_from_enrolling_to_a_draft_in_the_right_section(visit, look, community, course):
    page = visit(member(community))
    enrol(page, look, community, course)
    week = take_part(page, look, course)
    submit(page, look, week)
    use_as_evidence(page, look)
    draft(page, look, week)
    see_what_is_next(page, look)


def test_what_one_said_in_a_week_becomes_evidence_from_its_own_menu(visit, look, community, course):
    person = member(community)
    enrolments.enrol(iteration=course, person=person)
    week = Week.objects.select_related("thread__forum").get(iteration=course, number=2)
    post = conversations.post(
        thread=week.thread, by=person, html="<p>The person who corrects the captions.</p>"
    )
    page = visit(person)
    page.goto(week.thread.get_absolute_url())
    page.locator(f"#post-{post.pk}").get_by_role("button", name="More: the post of Ama Mensah").click()
    choose = page.get_by_role("button", name="Use as evidence for 3a")
    expect(choose).to_be_visible()
    look(page, **BOTH)
    page.reload()  # with its menu closed
    page.locator(f"#post-{post.pk}").get_by_role("button", name="More: the post of Ama Mensah").click()
    choose.click()
    page.wait_for_url("**/evidence/*/")
    expect(page.get_by_text("The person who corrects the captions.").first).to_be_visible()
    look(page, **BOTH)
    kept = Evidence.objects.get()
    assert (kept.owner, kept.source_id) == (person, post.pk)
    assert kept.alignments.get().node.code == "3a"


def member(community):
    person = make_person(name="Ama Mensah", email=MINE)
    communities.join(community=community, person=person)
    return person


def join_by_the_poster(page, look, community):
    page.goto(f"/j/{community.code}")
    expect(page.get_by_role("heading", level=1)).to_have_text(community.title)
    look(page, **BOTH)
    page.get_by_role("button", name="Join: I am new here").click()
    look(page, **BOTH)
    page.get_by_label("Name", exact=True).fill("Ama Mensah")
    page.get_by_label("E-mail address").fill(MINE)
    page.get_by_role("button", name="Make my account").click()
    page.get_by_role("heading", name="Is this your address?").wait_for()
    look(page, **BOTH)
    page.get_by_role("textbox").first.fill(code_in_the_last_letter())
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url(f"**{community.get_absolute_url()}")
    expect(page.get_by_text(f"You belong to {community.title} now.")).to_be_visible()
    expect(page.get_by_role("heading", name="Welcome, Ama Mensah")).to_be_visible()
    look(page, **BOTH)
    assert Membership.objects.get(person__name="Ama Mensah").way == "code"
    page.goto("/")
    expect(page.get_by_text("Say hello in a thread")).to_be_visible()
    look(page, **BOTH)
    page.get_by_role("link", name=community.title).first.click()
    page.get_by_role("heading", name="First steps").wait_for()
    return Person.objects.get(name="Ama Mensah")


def say_hello(page, look, community):
    page.get_by_role("link", name="Begin a thread").first.click()
    page.get_by_label("Title").fill("Hello from Accra")
    page.locator("[data-write] .ProseMirror").click()
    page.keyboard.insert_text("I look after the virtual labs, and I am the only one here who does.")
    look(page, **BOTH)
    page.get_by_role("button", name=re.compile("Begin|Post|Start")).last.click()
    page.wait_for_url(re.compile(r"/conversations/\d+/"))
    look(page, **BOTH)
    page.get_by_role("link", name=community.title).first.click()
    with page.expect_navigation():
        page.get_by_role("button", name=re.compile("Say hello in a thread")).click()
    expect(page.get_by_text("1 of 2")).to_be_visible()
    look(page, **BOTH)


def answer_by_mail(page, look, cy, person):
    thread = Thread.objects.get(title="Hello from Accra")
    conversations.post(
        thread=thread,
        by=cy,
        html="<p>Welcome, Ama! Which labs are they?</p>",
        reply_to=thread.posts.get(),
    )
    letter = letters_to(MINE)[-1]
    assert "Which labs are they?" in letter.body
    raw, recipient = answer_to(letter, "Chemistry, mostly.", by="Ama Mensah <ama@example.org>")
    assert receiving.receive(raw, recipient=recipient, envelope_from=MINE).startswith("250")
    said = Post.objects.get(thread=thread, via="mail")
    assert (said.author, said.html) == (person, "<p>Chemistry, mostly.</p>")
    assert letters_to(MINE)[-1].subject == "Posted: Hello from Accra"
    page.goto(thread.get_absolute_url())
    expect(page.get_by_text("Chemistry, mostly.")).to_be_visible()
    look(page, **BOTH)
    page.goto("/notifications/")
    look(page, **BOTH)


def enrol(page, look, community, course):
    page.goto(community.get_absolute_url())
    page.get_by_role("link", name=course.title).first.click()
    page.wait_for_url(f"**{course.get_absolute_url()}")
    look(page, **BOTH)
    page.get_by_role("link", name="Enrol").first.click()
    page.get_by_label("What do you want from it?").fill("Write down what I do\nBe read by somebody")
    page.get_by_text("What you bring along").click()
    page.get_by_label("I support people who teach").check()
    page.get_by_text("Information for those who are asked").click()
    expect(page.get_by_text("Your name is taken away first.")).to_be_visible()
    expect(page.get_by_label("I have read the information")).not_to_be_checked()
    look(page, **BOTH)
    page.get_by_role("button", name="Enrol").click()
    page.get_by_role("heading", name="My plan").wait_for()
    look(page, **BOTH)
    enrolment = Enrolment.objects.get(person__name="Ama Mensah")
    assert [goal.words for goal in enrolment.goals.all()] == ["Write down what I do", "Be read by somebody"]
    assert enrolment.survey_answers.get().answers["role"] == "I support people who teach"
    assert not enrolment.consents.exists()
    page.get_by_role("link", name="Research: you have not consented").click()
    look(page, **BOTH)
    page.get_by_role("button", name="I have read it, and consent").click()
    expect(page.get_by_text("You have consented")).to_be_visible()
    look(page, **BOTH)
    assert enrolment.consents.filter(withdrawn_at__isnull=True).exists()


def take_part(page, look, course):
    page.goto(course.get_absolute_url())
    page.get_by_role("link", name="To this week").click()
    week = Week.objects.get(iteration=course, number=2)
    page.wait_for_url(f"**{week.get_absolute_url()}")
    look(page, **BOTH)
    page.get_by_role("link", name="Answer it").click()
    page.locator(".words-editor__face").fill("The person who corrects the captions.")
    page.get_by_role("button", name="Say it").click()
    page.get_by_text("You said something").wait_for()
    page.get_by_role("button", name="It is done for me").click()
    page.get_by_text("Done for you").wait_for()
    look(page, **BOTH)
    assert PlannedWeek.objects.get(week=week).state == "done"
    return week


def submit(page, look, week):
    page.get_by_role("link", name="Submit yours").click()
    page.get_by_label("Title", exact=True).fill("A rota for captions")
    page.get_by_label("What it is", exact=True).fill(
        "Three of us correct them in turn; nobody waits for a week."
    )
    expect(page.get_by_label("Week optional", exact=True)).to_have_value(str(week.pk))
    expect(page.get_by_role("checkbox", name=re.compile("^3a"))).to_be_checked()
    look(page, **BOTH)
    page.get_by_role("button", name="Put it into the bank").click()
    page.get_by_role("heading", name="A rota for captions", level=1).wait_for()
    look(page, **BOTH)
    assert [node.code for node in Project.objects.get().nodes.all()] == ["3a"]
    page.get_by_role("link", name="Project bank").first.click()
    expect(page.get_by_text("A rota for captions").first).to_be_visible()
    look(page, **BOTH)


def use_as_evidence(page, look):
    page.get_by_role("link", name="A rota for captions").first.click()
    expect(page.get_by_label("What it speaks for")).to_contain_text("3a")
    page.get_by_role("button", name="Use as evidence").click()
    page.wait_for_url("**/evidence/*/")
    expect(page.get_by_text("“A rota for captions” is kept, for 3a.")).to_be_visible()
    look(page, **BOTH)
    assert Evidence.objects.get().alignments.get().node.code == "3a"


def draft(page, look, week):
    page.goto(week.get_absolute_url())
    page.get_by_role("button", name="Begin the draft").click()
    page.wait_for_selector(".desk--ready")
    section = Section.objects.get(node=week.draft_node)
    expect(page).to_have_url(re.compile(f"{section.get_absolute_url()}$"))
    page.get_by_role("textbox", name="Description", exact=True).click()
    page.keyboard.type("Captions were always late.")
    expect(page.locator("#description [data-state]")).to_have_text(SAVED)
    look(page, **BOTH)
    assert (
        Part.objects.get(section=section, component="description").html == "<p>Captions were always late.</p>"
    )
    page.goto(week.get_absolute_url())
    expect(page.get_by_role("link", name="Continue the draft")).to_be_visible()
    look(page, **BOTH)


def see_what_is_next(page, look):
    page.goto("/")
    look(page, **BOTH)
    assert mail.outbox
