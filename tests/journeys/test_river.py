"""What a stranger's blog says flows into a course, is kept, talked about and lit, and becomes evidence with a frozen copy."""

import hashlib
import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from collegium.conversations.models import Post
from collegium.courses.actions import enrolments
from collegium.courses.models import Week
from collegium.ecology.actions import take_in
from collegium.ecology.models import Flow, Item, Mark, Mute
from collegium.ecology.reading import ReadEntry, ReadFeed
from collegium.evidence.models import Evidence
from collegium.foundation import clock
from tests.ecology.factories import make_source
from tests.factories import make_person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

EVERYWHERE = {"widths": (1280, 390), "themes": ("light", "dark")}
CAPTIONS = "Who corrects the captions?"
WORDS = "Every lecture has captions now, and nobody had asked who reads them."


@pytest.fixture
def ama(course):
    person = make_person(name="Ama Mensah", email="ama@example.org")
    enrolments.enrol(iteration=course, person=person)
    return person


@pytest.fixture
def caption(course):
    """Two posts of a blog and one of another, brought as a round of fetching would; all of the week that is running."""
    blog = make_source(course.ecology, title="Notes from the north", rights="© Zoë North")
    other = make_source(course.ecology, title="Shouting daily")
    now = clock.now()

    def entry(name, title, words, hours):
        url = f"https://{name}.example/{title.casefold().replace(' ', '-').strip('?')}"
        return ReadEntry(
            guid=url,
            url=url,
            title=title,
            summary=words,
            html=f"<p>{words}</p>",
            author_name="Zoë North" if name == "north" else "A. Loud",
            published_at=now - timedelta(hours=hours),
            tags=("accessibility",),
            language="en",
            licence_url="https://creativecommons.org/licenses/by/4.0/" if name == "north" else "",
        )

    for source, entries in (
        (blog, (entry("north", CAPTIONS, WORDS, 1), entry("north", "A quiet week", "Nothing to tell.", 3))),
        (other, (entry("loud", "TEN TOOLS YOU NEED", "Buy them all.", 2),)),
    ):
        take_in(source=source, feed=ReadFeed(format="rss2.0", entries=entries), at=now)
    return Item.objects.get(title=CAPTIONS)


def test_what_flows_in_a_course_is_talked_about(visit, look, course, ama, caption):
    page = visit(ama)
    page.goto(f"/ecologies/{course.ecology_id}/")
    expect(page.get_by_role("link", name=CAPTIONS)).to_be_visible()
    look(page, **EVERYWHERE)
    page.get_by_role("link", name="To the river").click()
    first = page.locator(f"#item-{caption.pk}")
    expect(first).to_contain_text("Zoë North")
    expect(first).to_contain_text("Notes from the north")
    look(page, **EVERYWHERE)
    first.get_by_role("link", name="Talk").click()
    expect(
        page.get_by_role("region", name="Licence").get_by_role("link", name="Creative Commons")
    ).to_be_visible()
    page.get_by_role("textbox", name="What do you want to say about it?").fill("Our students do, and well.")
    look(page, **EVERYWHERE)
    page.get_by_role("button", name="Say it").click()
    expect(page.get_by_text("Our students do, and well.")).to_be_visible()
    post = Post.objects.get(author=ama)
    assert (post.thread.forum, post.thread.about_id) == (course.forum, str(caption.pk))
    page.goto(caption.get_absolute_url())
    expect(page.locator(".item-thread")).to_contain_text("1 post")
    look(page, **EVERYWHERE)


def test_it_becomes_evidence_for_what_the_week_is_about(visit, look, course, ama, caption):
    week = Week.objects.get(iteration=course, number=2)
    assert Flow.objects.filter(ecology=week.ecology, item=caption).exists()
    page = visit(ama)
    page.goto("/river/")
    page.locator(f"#item-{caption.pk}").get_by_role("link", name=CAPTIONS).click()
    chosen = page.get_by_role("combobox", name="What it speaks for").locator("option:checked")
    expect(chosen).to_have_text(re.compile("^for 3a"))
    page.get_by_role("button", name="Use as evidence").click()
    page.wait_for_url("**/evidence/*/")
    expect(page.get_by_text(WORDS).first).to_be_visible()
    expect(page.get_by_text("by Zoë North").first).to_be_visible()
    look(page, **EVERYWHERE)
    kept = Evidence.objects.get()
    assert (kept.owner, kept.source_id) == (ama, caption.pk)
    assert [each.node.code for each in kept.alignments.all()] == ["3a"]
    assert WORDS in kept.frozen_html
    assert kept.frozen_sha256 == hashlib.sha256(kept.frozen_html.encode()).hexdigest()
    # What its author writes afterwards changes nothing of it.
    Item.objects.update(title="Gone", summary="Gone", html="<p>Gone</p>")
    page.reload()
    expect(page.get_by_text(WORDS).first).to_be_visible()


def test_saving_and_muting_with_the_keyboard_alone(visit, look, ama, caption):
    page = visit(ama)
    page.goto("/river/")
    page.keyboard.press("j")
    first = page.locator(f"#item-{caption.pk}")
    expect(first.locator(".item__title a")).to_be_focused()
    first.get_by_role("button", name="Save").press("Enter")
    saved = first.get_by_role("button", name="Saved")
    expect(saved).to_have_attribute("aria-pressed", "true")
    expect(saved).to_be_focused()
    assert Mark.objects.get(person=ama, item=caption).saved_at is not None

    page.get_by_role("button", name="More: TEN TOOLS YOU NEED").press("Enter")
    page.get_by_role("button", name="Mute “Shouting daily”").press("Enter")
    expect(page.get_by_role("link", name="TEN TOOLS YOU NEED")).to_have_count(0)
    expect(page.get_by_role("link", name=CAPTIONS)).to_be_visible()
    look(page, **EVERYWHERE)
    page.get_by_role("link", name="Muted (1)").press("Enter")
    expect(page.get_by_role("heading", name="Muted", exact=True)).to_be_visible()
    page.locator(".mutes__one", has_text="Shouting daily").get_by_role("button").press("Enter")
    expect(page.get_by_text("is in your rivers again")).to_be_visible()
    assert not Mute.objects.exists()
    page.goto("/river/?saved=1")
    expect(page.locator(".item")).to_have_count(1)
    look(page, **EVERYWHERE)


def test_a_facilitator_lights_what_others_should_not_miss(visit, look, course, cy, ama, caption):
    page = visit(cy)
    page.goto(f"/ecologies/{course.ecology_id}/river/")
    page.get_by_role("button", name=f"More: {CAPTIONS}").press("Enter")
    page.get_by_role("link", name=f"Highlight or take out: {course.title}", exact=True).press("Enter")
    page.get_by_role("textbox", name="Why").fill("Read the last paragraph before Thursday.")
    look(page, **EVERYWHERE)
    page.get_by_role("button", name="Highlight it").press("Enter")
    expect(page.locator(f"#item-{caption.pk}")).to_contain_text("Read the last paragraph before Thursday.")
    stranger = visit()
    stranger.goto(f"/ecologies/{course.ecology_id}/")
    lit = stranger.get_by_role("region", name="Highlighted")
    expect(lit).to_contain_text("Read the last paragraph before Thursday.")
    look(stranger, **EVERYWHERE)
    page = visit(ama)
    page.goto("/river/?highlighted=1")
    expect(page.locator(".item")).to_have_count(1)
