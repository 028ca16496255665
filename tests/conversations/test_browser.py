"""A conversation in Chromium: written in the editor, kept while one types, new posts without reloading, no trap for anybody."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from collegium.conversations import actions
from collegium.conversations.models import Draft, Mention
from collegium.people.models import CircleMember
from tests.conversations.factories import make_forum, make_many_posts, make_post, make_thread
from tests.conversations.test_actions import PNG

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def thread(ada, bo, cy):
    thread = make_thread(make_forum(ada, bo, cy, moderators=(cy,)), ada, title="Rubrics that help")
    actions.read(person=bo, thread=thread, through=thread.last_post_id)
    return thread


def words_of(page):
    """The editor. By its name alone it could be the plain field that it is about to take the place of."""
    return page.locator(".write__words").and_(page.get_by_role("textbox", name="Your words"))


def test_a_reply_in_the_editor_with_a_mention_and_a_draft(thread, bo, browser_page, sign_in_browser, axe):
    sign_in_browser(browser_page, bo)
    browser_page.goto(reverse("conversations:thread", args=[thread.pk]))
    words = words_of(browser_page)
    words.click()
    browser_page.keyboard.type("Ask @ad")
    browser_page.get_by_role("option", name="Ada Candidate").wait_for()
    assert axe(browser_page) == []
    browser_page.keyboard.press("Enter")
    browser_page.keyboard.type("about it.")
    expect(browser_page.locator(".write__state")).to_have_text("The draft is saved")
    assert "about it." in Draft.objects.get().html
    browser_page.reload()
    words_of(browser_page).get_by_text("about it.").wait_for()
    browser_page.get_by_role("button", name="Post the reply").click()
    expect(browser_page.get_by_role("article").get_by_text("about it.")).to_be_visible()
    assert Mention.objects.count() == 1
    assert not Draft.objects.exists()
    expect(words_of(browser_page)).to_have_text("")


def test_who_is_quicker_than_the_editor_loses_no_word(thread, bo, browser_page, sign_in_browser):
    late = []

    def hold(route):
        late.append(route)

    browser_page.route("**/django_prose_editor/editor*.js*", hold)
    sign_in_browser(browser_page, bo)
    browser_page.goto(reverse("conversations:thread", args=[thread.pk]))
    browser_page.locator("textarea.write__source").click()
    browser_page.keyboard.type("I began early, ")
    late.pop().continue_()
    browser_page.keyboard.type("and I went on while it came.")
    expect(words_of(browser_page)).to_have_text("I began early, and I went on while it came.")
    expect(words_of(browser_page)).to_be_focused()
    browser_page.get_by_role("button", name="Post the reply").click()
    expect(browser_page.get_by_role("article").get_by_text("went on while it came.")).to_be_visible()


def test_new_posts_come_by_themselves_and_take_no_focus(thread, ada, bo, browser_page, sign_in_browser):
    sign_in_browser(browser_page, bo)
    browser_page.goto(reverse("conversations:thread", args=[thread.pk]))
    words_of(browser_page).click()
    browser_page.keyboard.type("I am writing")
    new = make_post(thread, ada, html="<p>Just said.</p>")
    browser_page.evaluate(
        "htmx.ajax('GET', document.getElementById('newer').getAttribute('hx-get'), {target: '#newer', swap: 'outerHTML'})"
    )
    browser_page.locator(f"#post-{new.pk}").wait_for()
    expect(browser_page.locator("#new-says")).to_have_text("1 new post")
    browser_page.keyboard.type(" on")
    expect(words_of(browser_page)).to_have_text("I am writing on")


def test_it_opens_at_what_is_new(thread, ada, bo, browser_page, sign_in_browser):
    make_many_posts(thread, 30, ada)
    thread.refresh_from_db()
    actions.read(person=bo, thread=thread, through=thread.last_post_id)
    make_many_posts(thread, 30, ada)
    sign_in_browser(browser_page, bo)
    browser_page.goto(reverse("conversations:thread", args=[thread.pk]))
    line = browser_page.get_by_text("New since you were here")
    expect(line).to_be_in_viewport()


def test_every_page_is_clean_and_narrow(thread, bo, cy, browser_page, sign_in_browser, axe):
    make_post(
        thread,
        bo,
        html="<p>Say https://example.org/a/very/long/address/that/goes/on/and/on/and/on/and/on</p>",
    )
    actions.edit_post(post=thread.posts.first(), by=thread.started_by, html="<p>Changed</p>")
    post = thread.posts.last()
    addresses = [
        reverse("conversations:forum", args=[thread.forum_id]),
        reverse("conversations:new_thread", args=[thread.forum_id]),
        reverse("conversations:thread", args=[thread.pk]),
        reverse("conversations:move", args=[thread.pk]),
        reverse("conversations:split", args=[thread.pk]),
        reverse("conversations:remove_post", args=[post.pk]),
        reverse("conversations:post_history", args=[thread.posts.first().pk]),
        reverse("conversations:my_posts"),
    ]
    sign_in_browser(browser_page, cy)
    browser_page.set_viewport_size({"width": 320, "height": 700})
    for address in addresses:
        for scheme in ("light", "dark"):
            browser_page.emulate_media(color_scheme=scheme)
            browser_page.goto(address)
            browser_page.wait_for_load_state("networkidle")
            assert axe(browser_page) == [], address
            assert browser_page.evaluate("document.documentElement.scrollWidth") <= 320, address


def test_a_picture_in_the_words(thread, bo, browser_page, sign_in_browser, axe):
    sign_in_browser(browser_page, bo)
    browser_page.goto(reverse("conversations:thread", args=[thread.pk]))
    words_of(browser_page).click()
    browser_page.keyboard.type("Look: ")
    browser_page.get_by_role("button", name="Picture").click()
    asked = browser_page.get_by_role("dialog", name="A picture for your words")
    asked.get_by_label("The picture").set_input_files(
        {"name": "dot.png", "mimeType": "image/png", "buffer": PNG}
    )
    asked.get_by_role("button", name="Put it in").click()
    asked.get_by_role("alert").get_by_text("Say in words what the image shows").wait_for()
    assert axe(browser_page) == []
    asked.get_by_label("What it shows").fill("A dot")
    asked.get_by_role("button", name="Put it in").click()
    expect(asked).to_have_count(0)
    expect(words_of(browser_page).get_by_role("img", name="A dot")).to_have_count(1)
    browser_page.get_by_role("button", name="Post the reply").click()
    expect(browser_page.get_by_role("article").get_by_role("img", name="A dot")).to_have_count(1)
    assert thread.posts.last().attachments.get().alt_text == "A dot"


def test_a_post_that_changes_is_drawn_anew_and_the_focus_stays_in_it(
    thread, ada, bo, browser_page, sign_in_browser
):
    first = thread.posts.get()
    sign_in_browser(browser_page, bo)
    browser_page.goto(reverse("conversations:thread", args=[thread.pk]))
    link = browser_page.locator(f"#post-{first.pk} a[data-reply]")
    link.focus()
    actions.edit_post(post=first, by=ada, html="<p>Said otherwise.</p>")
    ask = "htmx.ajax('GET', document.getElementById('newer').getAttribute('hx-get'), {target: '#newer', swap: 'outerHTML'})"
    browser_page.evaluate(ask)
    expect(browser_page.locator(f"#post-{first.pk}").get_by_text("Said otherwise.")).to_be_visible()
    expect(browser_page.locator(f"#post-{first.pk} a[data-reply]")).to_be_focused()
    CircleMember.objects.filter(circle=thread.forum.members, person=bo).delete()
    browser_page.evaluate(ask)
    expect(browser_page.locator("#newer").get_by_text("is not open to you any more")).to_be_visible()
    expect(browser_page.locator("#newer[hx-get]")).to_have_count(0)


def test_a_sign_is_given_and_taken_back_without_losing_the_place(thread, bo, browser_page, sign_in_browser):
    sign_in_browser(browser_page, bo)
    browser_page.goto(reverse("conversations:thread", args=[thread.pk]))
    signs = browser_page.locator(f"#signs-{thread.posts.get().pk}")
    signs.get_by_role("button", name="Give a sign").press("Enter")
    signs.locator(".menu__item").first.press("Enter")
    given = signs.locator(".sign")
    expect(given).to_have_attribute("aria-pressed", "true")
    expect(given).to_be_focused()
    browser_page.keyboard.press("Enter")
    expect(given).to_have_count(0)
    expect(signs.get_by_role("button", name="Give a sign")).to_be_focused()
