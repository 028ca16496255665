"""An issue from its draft to a mailbox: edited by mouse, keyboard and words, read and left by somebody without an account."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from collegium.foundation import clock
from collegium.newsletters.models import Issue, Newsletter, Subscription
from collegium.people.models import Audience
from tests.communities.factories import make_community
from tests.ecology.factories import make_item, make_source
from tests.journeys.steps import focus_at_swaps, in_the_editor, letters_to

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BOTH = {"widths": (1280, 390)}
TITLES = ("Annotating together", "A QR code on a door", "Captions for everybody")


@pytest.fixture
def harvest(cy, ada, site):
    """A public community of cy's, in whose river three things have come."""
    community = make_community(
        ada, convener=cy, title="Learning technologists", slug="technologists", audience=Audience.PUBLIC
    )
    for number, title in enumerate(TITLES):
        source = make_source(community.ecology, title=f"Blog {number}")
        at = clock.now() - timedelta(hours=number + 1)
        make_item(source, title=title, summary=f"What is said about it: {title}.", flows_at=at)
    return community


def test_an_issue_goes_from_its_draft_into_a_mailbox(visit, look, harvest, cy):
    editor, reader = visit(cy), visit()
    begin(editor, look, harvest)
    subscribe(reader, look)
    draft(editor, look)
    order_and_cut(editor, look)
    write(editor, look)
    preview_and_send(editor, look)
    read_and_leave(reader, look)


def begin(page, look, community):
    page.goto(community.get_absolute_url())
    page.get_by_role("link", name="Begin a newsletter of it").click()
    page.get_by_label("Name", exact=True).fill("Northern Lights")
    in_the_editor(page, re.compile("What it is about")).fill("Every Friday, in five minutes.")
    page.get_by_label("Everyone on the web").check()
    look(page, **BOTH)
    page.get_by_role("button", name="Begin it").click()
    expect(page.get_by_role("heading", name="The editors’ desk")).to_be_visible()
    look(page, **BOTH)
    assert Newsletter.objects.get().about == "<p>Every Friday, in five minutes.</p>"


def subscribe(page, look):
    page.goto("/newsletters/")
    page.get_by_role("link", name="Northern Lights").click()
    look(page, **BOTH)
    page.get_by_label("Your e-mail address").fill("reader@example.org")
    page.get_by_role("button", name="Subscribe").click()
    expect(page.get_by_text("Look into your mail").first).to_be_visible()
    look(page)
    asks = letters_to("reader@example.org")[-1]
    page.goto(re.search(r"https?://\S+/newsletters/confirm/\S+", asks.body).group())
    look(page, **BOTH)
    page.get_by_role("button", name="Yes, subscribe me").click()
    expect(page.get_by_role("heading", name="You are subscribed")).to_be_visible()
    look(page)


def draft(page, look):
    page.get_by_role("button", name="Draft an issue now").click()
    expect(page.get_by_text("Drafted.").first).to_be_visible()
    expect(page.locator(".sheet__name")).to_have_count(3)
    look(page, **BOTH)


def order_and_cut(page, look):
    names = page.locator(".sheet__name")
    first, second, third = names.all_inner_texts()
    says = page.locator("[data-says]")
    grip = page.get_by_role("button", name=f"Move “{first}”")
    had_the_focus = focus_at_swaps(page, "sheet")
    grip.press("ArrowDown")
    expect(names).to_have_text([second, first, third])
    expect(says).to_have_text(f"“{first}” is in “From the river” now, number 2 of 3.")
    expect(grip).to_be_focused()
    for key in ("ArrowDown", "ArrowUp", "ArrowUp"):  # each has its turn
        grip.press(key)
    expect(says).to_have_text(f"“{first}” is in “From the river” now, number 1 of 3.")
    expect(names).to_have_text([first, second, third])
    assert had_the_focus() == [grip.get_attribute("id")] * 4  # or a key that is pressed just then is lost
    # By mouse: the last before the first. In a window that need not scroll meanwhile.
    page.set_viewport_size({"width": 1280, "height": 1800})
    held = page.get_by_role("button", name=f"Move “{third}”")
    start, goal = held.bounding_box(), names.first.bounding_box()
    page.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(goal["x"] + 30, goal["y"] + 30, steps=4)
    page.mouse.move(goal["x"] + 30, goal["y"] + 4)
    expect(page.locator(".in-hand")).to_have_text(third)
    page.mouse.up()
    expect(names).to_have_text([third, first, second])
    # Words that are typed outlive what else is pressed.
    page.locator("summary", has_text=second).click()
    words = page.get_by_label("Words").and_(page.locator(":visible"))
    words.fill("Half a sent")
    page.get_by_role("button", name=f"Cut “{first}”").click()
    expect(names).to_have_text([third, second])
    expect(words).to_have_value("Half a sent")
    words.fill("A whole sentence of the editor’s.")
    words.locator("xpath=ancestor::form").get_by_role("button", name="Save").click()
    expect(page.locator(".sheet__words", has_text="A whole sentence")).to_be_visible()
    page.locator("summary", has_text="One is cut").click()
    look(page)
    page.get_by_role("button", name="Put it back").click()
    expect(names).to_have_count(3)


def write(page, look):
    page.get_by_label("A section of your own").select_option("feature")
    page.get_by_role("button", name="Write it").last.click()
    page.get_by_role("textbox", name="Heading").fill("A year of annotating")
    in_the_editor(page, re.compile("^Words")).fill("We began with one article and four pens.")
    page.get_by_label("Who wrote it").fill("Ada Candidate")
    look(page, **BOTH)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="A year of annotating")).to_be_visible()
    page.get_by_role("button", name="Section “A year of annotating” further up").click()
    expect(page.locator("[data-says]")).to_contain_text("The section “A year of annotating” is number")
    look(page, **BOTH)


def preview_and_send(page, look):
    page.get_by_role("link", name="Preview").click()
    framed = page.locator("iframe").get_attribute("src")
    assert "We began with one article and four pens." in page.request.get(framed).text()
    look(page, **BOTH)
    page.get_by_role("link", name="As text").click()
    expect(page.get_by_role("region", name="The letter as text")).to_contain_text("A whole sentence")
    look(page, **BOTH)
    page.get_by_role("link", name="Back to the sheet").click()
    page.locator("summary", has_text="Send it now").click()
    page.get_by_role("button", name="Send it now").click()
    expect(page.get_by_text("It goes out now.").first).to_be_visible()
    look(page, **BOTH)
    assert Issue.objects.get().is_frozen


def read_and_leave(page, look):
    letter = letters_to("reader@example.org")[-1]
    assert "We began with one article and four pens." in letter.body
    assert "A whole sentence of the editor’s." in letter.alternatives[0].content
    page.goto(letter.extra_headers["Archived-At"].strip("<>"))
    expect(page.get_by_role("heading", name="A year of annotating")).to_be_visible()
    look(page, **BOTH)
    page.get_by_role("link", name="Northern Lights").first.click()
    page.get_by_role("searchbox", name="Search the archive").fill("pens")
    page.get_by_role("button", name="Search").last.click()
    expect(page.get_by_text("One issue has these words.")).to_be_visible()
    look(page, **BOTH)
    # What a mail program does for its reader.
    stop = re.search(r"<(https?://[^>]+)>", letter.extra_headers["List-Unsubscribe"]).group(1)
    assert page.request.post(stop, form={"List-Unsubscribe": "One-Click"}).ok
    assert Subscription.objects.get().state == Subscription.State.ENDED
    page.goto(stop)
    expect(page.get_by_role("heading", name="You are unsubscribed")).to_be_visible()
    look(page, **BOTH)
