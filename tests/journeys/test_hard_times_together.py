"""What goes wrong among people: no scripts, two presses, two facilitators, somebody let go, names that are long or run the other way."""

import pytest
from playwright.sync_api import expect

from collegium.activity.models import Activity
from collegium.communities import actions as communities
from collegium.communities.models import Membership
from collegium.conversations import actions as conversations
from collegium.conversations.models import Post, Thread
from collegium.courses.actions import enrolments
from collegium.courses.models import Enrolment
from collegium.people.models import Audience
from tests.factories import make_person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WIDTHS = {"widths": (1280, 390, 320)}
LONG = "Wilhelmina-Maximiliane " + "Oberschmidt" * 5 + "-X"
ARABIC = "عبد الرحمن بن محمد بن عبد العزيز الأنصاري"


@pytest.fixture
def thread(cy, community):
    return conversations.start_thread(
        forum=community.forum, by=cy, title="What do you do about captions?", html="<p>Ours are late.</p>"
    )


def belong(community, *people):
    for person in people:
        communities.join(community=community, person=person)


def test_without_scripts_one_joins_posts_and_enrols(visit, ada, community, course):
    page = visit(ada, java_script_enabled=False)
    page.goto(f"/j/{community.code}")
    page.get_by_role("button", name="Join", exact=True).click()
    expect(page.get_by_text(f"You belong to {community.title} now.")).to_be_visible()

    page.get_by_role("link", name="Begin a thread").first.click()
    page.get_by_label("Title").fill("Hello")
    page.get_by_label("Your words", exact=True).fill("First line.\n\nSecond line.")
    page.get_by_role("button", name="Post it").click()
    page.wait_for_url("**/conversations/*/")
    assert Post.objects.get(author=ada).html == "<p>First line.</p><p>Second line.</p>"
    page.get_by_label("Your words", exact=True).fill("And a word more.")
    page.get_by_role("button", name="Post the reply").click()
    expect(page.get_by_text("And a word more.")).to_be_visible()

    page.goto(community.get_absolute_url())
    page.get_by_role("link", name=course.title).click()
    page.get_by_role("link", name="Enrol").first.click()
    page.get_by_role("button", name="Enrol").click()
    expect(page.get_by_role("heading", name="My plan")).to_be_visible()
    page.goto(course.weeks.get(number=2).get_absolute_url())
    page.get_by_label("Your words").fill("Somebody who lip-reads.")
    page.get_by_role("button", name="Say it").click()
    expect(page.get_by_text("You said something")).to_be_visible()
    assert Enrolment.objects.get(person=ada).role == "participant"


def test_what_is_sent_twice_is_there_once(visit, ada, community, course):
    enrolments.enrol(iteration=course, person=ada)
    page = visit(ada)
    week = course.weeks.get(number=2)
    page.goto(week.get_absolute_url())
    page.locator(".words-editor__face").fill("Somebody who lip-reads.")
    page.get_by_role("button", name="Say it").dblclick()
    expect(page.get_by_text("You said something")).to_be_visible()
    assert Post.objects.filter(author=ada).count() == 1

    page.goto(f"/conversations/forums/{community.forum_id}/new")
    page.get_by_label("Title").fill("Hello")
    page.locator("[data-write] .ProseMirror").click()
    page.keyboard.insert_text("It is me.")
    page.get_by_role("button", name="Post it").dblclick()
    page.wait_for_url("**/conversations/*/")
    assert Thread.objects.filter(started_by=ada).count() == 1


@pytest.mark.parametrize(
    ("audience", "says"),
    [
        (Audience.SIGNED_IN, "Only members can post here."),
        (Audience.CIRCLE, "or it is private to somebody else"),
    ],
)
def test_who_is_let_go_while_writing_is_told_so_and_keeps_the_words(
    audience, says, visit, look, cy, ada, community, thread
):
    communities.edit(community=community, by=cy, audience=audience)
    belong(community, ada)
    page = visit(ada)
    page.goto(thread.get_absolute_url())
    page.locator("[data-write] .ProseMirror").click()
    page.keyboard.insert_text("Half a page that took me an hour.")
    communities.remove_member(
        membership=Membership.objects.get(community=community, person=ada), by=cy, reason="You asked to."
    )
    page.locator("[data-write]").get_by_role("button", name="Post the reply").click()
    expect(page.get_by_text(says)).to_be_visible()
    expect(page.get_by_label("What you wrote is not lost.")).to_have_value(
        "Half a page that took me an hour."
    )
    look(page, **WIDTHS)
    assert not Post.objects.filter(author=ada).exists()
    page.goto("/notifications/")
    expect(page.get_by_text(community.title).first).to_be_visible()
    look(page, **WIDTHS)


def test_two_facilitators_who_pin_at_once_both_find_it_pinned(visit, cy, bo, community, thread):
    belong(community, bo)
    communities.set_role(
        membership=Membership.objects.get(community=community, person=bo), by=cy, role="facilitator"
    )
    pages = [visit(cy), visit(bo)]
    for page in pages:
        page.goto(thread.get_absolute_url())
    for page in pages:
        page.get_by_text("As a moderator").click()
    for page in pages:
        with page.expect_navigation():
            page.get_by_role("button", name="Pin it").click()
        page.get_by_text("As a moderator").click()
        expect(page.get_by_role("button", name="Unpin it")).to_be_visible()
    thread.refresh_from_db()
    assert thread.pinned_by == cy
    assert Activity.objects.filter(verb="thread.pinned").count() == 1


def test_long_names_and_names_from_right_to_left_fit_everywhere(visit, look, community, course, thread):
    assert len(LONG) == 80
    long, arabic = (make_person(name=name) for name in (LONG, ARABIC))
    belong(community, long, arabic)
    for person in (long, arabic):
        enrolments.enrol(iteration=course, person=person)
        conversations.post(thread=thread, by=person, html=f"<p>{person.name} greets you.</p>")
    page = visit(arabic)
    week = course.weeks.get(number=2)
    for address in (
        community.get_absolute_url(),
        f"{community.get_absolute_url()}members/",
        thread.get_absolute_url(),
        course.get_absolute_url(),
        week.get_absolute_url(),
        "/",
    ):
        page.goto(address)
        look(page, **WIDTHS)
