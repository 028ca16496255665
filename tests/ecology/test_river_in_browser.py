"""The river as it is read: with a keyboard, on a phone, at night, in any script."""

import os
import re

import pytest
from playwright.sync_api import expect

from collegium.ecology.actions import river as actions
from collegium.ecology.models import Appearance, Enclosure, Mark, Tag, Version
from collegium.people.models import Audience
from tests.conversations.factories import make_forum
from tests.ecology.factories import make_ecology, make_item, make_source

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LOOKS = os.environ.get("COLLEGIUM_LOOKS", "")  # a folder for pictures, for whoever wants to look at them


@pytest.fixture
def world(ada, bo, cy):
    forum = make_forum(ada, moderators=(cy,), audience=Audience.PUBLIC)
    course = make_ecology(
        ada,
        cy,
        editors=(cy,),
        audience=Audience.PUBLIC,
        title="CMALT cMOOC 2026",
        hashtag="cmaltcmooc",
        forum=forum,
    )
    week = make_ecology(
        ada, audience=Audience.PUBLIC, within=course, title="Week 2: Teaching, learning and assessment"
    )
    blog = make_source(course, week, title="Notes from a learning technologist", language="en")
    channel = make_source(course, title="قناة التعليم المفتوح", language="ar")
    long = make_source(
        course, title="A blog with a title of eighty characters, which is as long as names may be here"
    )
    posts = [
        make_item(
            blog,
            title="What my students told me about audio feedback, and what I changed because of it",
            summary="Three years ago I began to record what I think of each draft. It took me longer, and I was not sure that anybody listened. "
            * 2,
            html="<h2>How it began</h2><p>Three years ago I began to <strong>record</strong> what I think of each draft.</p><p>It took me longer.</p>",
            licence_url="https://creativecommons.org/licenses/by-sa/4.0/",
            author_name="Ada Candidate",
        ),
        make_item(
            channel,
            title="التغذية الراجعة الصوتية في التعليم العالي",
            summary="كيف نستخدم الصوت في التقييم؟",
            language="ar",
            kind="video",
            author_name="ليلى حسن",
        ),
        make_item(
            blog,
            title="",
            summary="Anyone else tried rubrics in a spreadsheet? Works better than I feared. #cmaltcmooc",
            kind="note",
            author_name="Ada Candidate",
        ),
        make_item(
            long,
            title="Episode 12: Practice logs that somebody outside signs",
            kind="audio",
            author_name="A name of eighty characters, which is as long as a name may be in this place ok",
        ),
    ]
    for each in posts:
        for said in ("CMALTcMOOC", "assessment"):
            Tag.objects.create(item=each, name=said.lower(), said=said, flows_at=each.flows_at)
    Enclosure.objects.create(
        item=posts[3],
        url="https://media.example/12.mp3",
        media_type="audio/mpeg",
        size=24_000_000,
        seconds=1980,
    )
    Version.objects.create(
        item=posts[0],
        title="What my students told me",
        summary="Before.",
        html="<p>Three years ago I began to record.</p>",
        content_sha256="x",
    )
    Appearance.objects.create(
        item=posts[0], source=channel, guid_key="x", content_sha256="x", url="https://copy.example/1"
    )
    actions.highlight(
        flow=posts[0].flows.get(ecology=course),
        by=cy,
        words="A reflection that says what changed and for whom: read it before Thursday.",
    )
    actions.talk(item=posts[0], ecology=course, by=cy, words="What would you ask her?")
    return {"course": course, "posts": posts, "reader": ada, "editor": cy}


def picture(page, name):
    if LOOKS:
        page.screenshot(path=f"{LOOKS}/{name}.png", full_page=True)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing(width, scheme, world, browser_page, sign_in_browser, axe):
    page, course, post = browser_page, world["course"], world["posts"]
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    sign_in_browser(page, world["editor"])
    for name, where in {
        "river": "/river/",
        "narrowed": "/river/?tag=assessment&kind=audio&unread=1",
        "hub": f"/ecologies/{course.pk}/",
        "stream": f"/ecologies/{course.pk}/river/",
        "item": f"{post[0].get_absolute_url()}?versions=1",
        "audio": post[3].get_absolute_url(),
        "edit": f"/ecologies/{course.pk}/items/{post[0].pk}/",
        "mutes": "/river/muted/",
        "feeds": "/river/feeds/",
    }.items():
        page.goto(where)
        picture(page, f"{name}-{width}-{scheme}")
        assert axe(page) == [], name
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name


def test_j_and_k_go_from_item_to_item(world, browser_page, sign_in_browser):
    page = browser_page
    sign_in_browser(page, world["reader"])
    page.goto("/river/")
    titles = page.locator(".item__title a")
    page.keyboard.press("j")
    expect(titles.nth(0)).to_be_focused()
    page.keyboard.press("j")
    expect(titles.nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(titles.nth(0)).to_be_focused()


def test_what_is_scrolled_past_is_read_and_saving_keeps_the_focus(world, browser_page, sign_in_browser):
    page, post = browser_page, world["posts"][0]
    sign_in_browser(page, world["reader"])
    page.set_viewport_size({"width": 390, "height": 300})
    page.goto("/river/")
    first = page.locator(f"#item-{post.pk}")
    first.get_by_role("button", name="Save").click()
    saved = first.get_by_role("button", name="Saved")
    expect(saved).to_have_attribute("aria-pressed", "true")
    expect(saved).to_be_focused()
    first.scroll_into_view_if_needed()
    expect(first).to_have_attribute("data-seen", "yes")
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    expect(first).to_have_class(re.compile("item--passed"))
    assert Mark.objects.get(person=world["reader"], item=post).read_at is not None
