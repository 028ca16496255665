"""The library: a list put in order, an item kept, a file looked at and brought, and a portfolio that cites what it refers to."""

import pytest
from playwright.sync_api import expect

from collegium.ecology.actions import library, reading_lists
from collegium.ecology.models import Entry, Resource
from collegium.people.models import CircleMember
from collegium.portfolios import actions as portfolios
from tests.ecology.factories import make_item, make_source

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BIBTEX = b"""@book{salmon2011, author = {Salmon, Gilly}, title = {E-moderating}, year = 2011, publisher = {Routledge}}
@article{cochrane2017, author = {Cochrane, Thomas}, title = {Developing a {CMALT} {cMOOC}}, year = 2017, doi = {10.3402/rlt.1}}
@article{broken, title = }
"""
WIDE_AND_NARROW = {"widths": (1280, 390), "themes": ("light", "dark")}


@pytest.fixture
def shelf(course, ada):
    """The library of the course: Ada belongs to it, Cy facilitates."""
    CircleMember.objects.create(circle=course.circle, person=ada)
    return course.ecology


def keep(ecology, by, title, **csl):
    return library.keep(
        ecology=ecology, by=by, csl={"type": "book", "title": title, **csl}, why=f"{title} helps."
    )


def order(reading_list):
    return [each.resource.title for each in Entry.objects.filter(reading_list=reading_list)]


def test_a_facilitator_puts_the_reading_of_a_week_in_order(visit, look, shelf, course, cy, ada):
    for title in ("One", "Two", "Three"):
        keep(shelf, cy, title)
    page = visit(cy)
    week = course.weeks.get(number=2)
    page.goto(week.get_absolute_url())
    page.get_by_role("button", name="Put a list together").click()
    expect(page.get_by_role("heading", name=week.title, level=1)).to_be_visible()
    for number, title in enumerate(("One", "Two", "Three"), 1):
        page.get_by_label("From the library").select_option(title)
        page.get_by_role("button", name="Put it on", exact=True).click()
        expect(page.locator("[data-thing]")).to_have_count(number)
    look(page, **WIDE_AND_NARROW)
    reading_list = shelf.reading_lists.get()
    saved = page.locator("[data-arrange]")
    titles = page.locator("[data-thing] h2")

    # By the arrow keys on a grip, which keeps the focus.
    grip = page.get_by_role("button", name="Move “Three”: drag it, or press the arrow keys")
    grip.focus()
    page.keyboard.press("ArrowUp")
    expect(titles).to_have_text(["One", "Three", "Two"])
    page.keyboard.press("Home")
    expect(titles).to_have_text(["Three", "One", "Two"])
    expect(page.locator("[data-arrange-says]")).to_have_text("“Three” is now number 1 of 3.")
    expect(grip).to_be_focused()

    # By its buttons.
    page.get_by_role("button", name="Move “Three” down").click()
    expect(titles).to_have_text(["One", "Three", "Two"])

    # By dragging.
    target = page.locator("[data-thing]").nth(2).bounding_box()
    start = page.get_by_role("button", name="Move “One”: drag it").bounding_box()
    page.mouse.move(start["x"] + 5, start["y"] + 5)
    page.mouse.down()
    page.mouse.move(start["x"] + 5, target["y"] + target["height"] / 2, steps=5)
    page.mouse.move(start["x"] + 5, target["y"] + target["height"] - 2, steps=5)
    page.mouse.up()
    expect(titles).to_have_text(["Three", "Two", "One"])
    keys = [
        str(each.pk)
        for title in ("Three", "Two", "One")
        for each in reading_list.entries.all()
        if each.resource.title == title
    ]
    expect(saved).to_have_attribute("data-saved", " ".join(keys))
    assert order(reading_list) == ["Three", "Two", "One"]

    # Whoever takes part sees it on the page of the week.
    reader = visit(ada)
    reader.goto(week.get_absolute_url())
    to_read = reader.locator("#reading")
    expect(to_read.get_by_role("listitem")).to_have_text(["Three", "Two", "One"])
    look(reader, **WIDE_AND_NARROW)


def test_a_list_is_put_in_order_without_a_script(visit, shelf, cy):
    reading_list = reading_lists.make_list(ecology=shelf, by=cy, title="First steps")
    for title in ("One", "Two"):
        resource = keep(shelf, cy, title)
        reading_lists.put_on_list(reading_list=reading_list, by=cy, resource=resource)
    page = visit(cy, java_script_enabled=False)
    page.goto(reading_list.get_absolute_url())
    expect(page.get_by_role("button", name="drag it")).to_have_count(0)
    page.get_by_role("button", name="Move “Two” up").click()
    expect(page.locator("[data-thing] h2")).to_have_text(["Two", "One"])
    assert order(reading_list) == ["Two", "One"]


def test_an_item_is_kept_and_a_file_is_looked_at_before_it_is_brought(visit, look, shelf, ada):
    item = make_item(make_source(shelf, title="Bo writes"), title="On audio", author_name="Bo Blogger")
    page = visit(ada)
    page.goto(item.get_absolute_url())
    page.get_by_role("link", name="Keep in a library").click()
    expect(page.get_by_role("heading", name="Keep it in a library")).to_be_visible()
    look(page, **WIDE_AND_NARROW)
    page.get_by_label("Why do you recommend it?").fill("My students answered it.")
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_role("heading", name="On audio", level=1)).to_be_visible()
    expect(page.locator("blockquote")).to_contain_text("My students answered it.")
    look(page, **WIDE_AND_NARROW)

    page.goto(f"/ecologies/{shelf.pk}/library/")
    look(page, **WIDE_AND_NARROW)
    page.get_by_role("link", name="Bring a file").click()
    page.get_by_label("File").set_input_files(
        {"name": "mine.bib", "mimeType": "text/plain", "buffer": BIBTEX}
    )
    page.get_by_role("button", name="See what is in it").click()
    expect(page.get_by_role("heading", name="Is this what you want to bring?")).to_be_visible()
    expect(page.get_by_text("E-moderating")).to_be_visible()
    look(page, **WIDE_AND_NARROW)
    assert Resource.objects.count() == 1
    page.get_by_role("button", name="Bring these 2").click()
    expect(page.get_by_text("2 resources are new in the library.")).to_be_visible()
    page.get_by_role("link", name="To the library").click()
    expect(page.get_by_role("link", name="Developing a CMALT cMOOC")).to_be_visible()


def test_what_a_portfolio_refers_to_stands_at_its_end(visit, look, shelf, ada, cmalt):
    keep(
        shelf,
        ada,
        "Developing a framework",
        type="article-journal",
        DOI="10.3402/rlt.1",
        author=[{"family": "Cochrane", "given": "T"}],
    )
    portfolio = portfolios.begin(by=ada, pathway=cmalt)
    section = portfolio.sections.get(node__code="1a")
    words = '<p>As <a href="https://doi.org/10.3402/RLT.1">he says</a>; see <a href="https://plain.example/page">a page</a>.</p>'
    portfolios.write(section=section, component="description", html=words, on_revision=0, by=ada)
    page = visit(ada, permissions=["clipboard-read", "clipboard-write"])
    page.goto(portfolio.get_absolute_url())
    page.get_by_role("link", name="Bibliography").click()
    expect(page.locator(".cited__entry")).to_have_count(2)
    expect(page.locator(".cited__entry").nth(1)).to_contain_text("Cochrane, T.")
    look(page, **WIDE_AND_NARROW)
    page.get_by_role("link", name="IEEE").click()
    expect(page.locator(".cited__entry").first).to_contain_text("[1]")
    page.get_by_role("button", name="Copy it").click()
    expect(page.get_by_text("Copied")).to_be_visible()
    assert "Cochrane" in page.evaluate("navigator.clipboard.readText()")
    page.get_by_role("button", name="Put it there").click()
    expect(page.get_by_text("It stands there in the style IEEE", exact=False)).to_be_visible()
    page.goto(f"/portfolios/{portfolio.pk}/read/")
    expect(page.locator("#bibliography li")).to_have_count(2)
    look(page, **WIDE_AND_NARROW)


def test_a_film_and_a_file_are_shown_without_asking_anybody(visit, look, shelf, ada, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    film = keep(shelf, ada, "A film", type="motion_picture", URL="https://youtu.be/abcdefghijk")
    page = visit(ada)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(film.get_absolute_url())
    expect(page.get_by_role("link", name="Watch it at YouTube")).to_have_attribute(
        "href", "https://www.youtube.com/watch?v=abcdefghijk"
    )
    look(page, **WIDE_AND_NARROW)
    assert [
        url
        for url in asked
        if "localhost" not in url and "127.0.0.1" not in url and not url.startswith("data:")
    ] == []
    page.goto(f"/ecologies/{shelf.pk}/library/add/?by-hand")
    page.get_by_label("Title", exact=True).fill("Notes of mine")
    page.get_by_label("File").set_input_files(
        {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"Words."}
    )
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_text("in your words who may use it").first).to_be_visible()
    look(page, **WIDE_AND_NARROW)
