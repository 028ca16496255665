"""Search as one types, and the pages of moderation, looked at by a browser and by axe-core."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from collegium.conversations.queries.search import write_index
from tests.conversations.factories import make_forum, make_post, make_thread

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def post(ada, bo, cy):
    forum = make_forum(ada, cy, moderators=(bo,), title="Assessors’ corner")
    made = make_post(make_thread(forum, cy, title="Reading week"), ada, html="<p>Zebras have stripes.</p>")
    write_index(made.thread.posts.all())
    return made


def test_search_finds_while_one_types(browser_page, sign_in_browser, axe, post, ada):
    sign_in_browser(browser_page, ada)
    browser_page.goto(reverse("conversations:search"))
    browser_page.get_by_label("Words to look for").press_sequentially("zeb")
    browser_page.locator("mark", has_text="Zebras").wait_for()
    browser_page.wait_for_url("**q=zeb**")  # all of it, and then the page is still
    assert axe(browser_page) == []
    browser_page.get_by_role("link", name="Only here").click()
    browser_page.locator("mark", has_text="Zebras").wait_for()
    browser_page.get_by_text("Only in Assessors’ corner.").wait_for()


def test_a_report_is_decided_and_answered(browser_page, sign_in_browser, axe, post, ada, bo, cy):
    page = browser_page
    sign_in_browser(page, cy)
    page.goto(reverse("conversations:report", args=[post.pk]))
    assert axe(page) == []
    page.get_by_label("It advertises").check()
    page.get_by_role("button", name="Send it to the moderators").click()
    page.get_by_text("Thank you. The moderators have it").wait_for()
    sign_in_browser(page, bo)
    page.goto(reverse("conversations:moderation", args=[post.thread.forum_id]))
    assert axe(page) == []
    page.get_by_role("link", name="Reading week").click()
    expect(page.get_by_label("Hide this post")).to_be_visible()
    assert axe(page) == []
    page.get_by_label("Hide this post").check()
    page.get_by_label("Why").fill("It is not about assessing.")
    page.get_by_role("button", name="Do it, and tell them").click()
    page.get_by_text("Done. The person is told").wait_for()
    assert axe(page) == []
    sign_in_browser(page, ada)
    page.goto(reverse("conversations:my_measures"))
    assert axe(page) == []
    page.get_by_role("link", name="The post is hidden").click()
    page.get_by_label("What you would say to it").fill("It is.")
    assert axe(page) == []
    page.get_by_role("button", name="Appeal").click()
    page.get_by_text("Your appeal is with the moderators.").wait_for()
    post.refresh_from_db()
    assert post.hidden_at is not None
