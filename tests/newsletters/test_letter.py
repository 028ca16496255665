"""An issue as a letter: what mail programs need, what it says as text, and what it does not do."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from lxml import html as markup

from collegium.foundation import clock
from collegium.newsletters import actions, sending
from collegium.newsletters.models import Section
from tests.newsletters.factories import make_issue

pytestmark = pytest.mark.django_db


@pytest.fixture
def issue(newsletter, cy):
    made = make_issue(newsletter, cy, words="Good morning.")
    feature = actions.add_section(
        issue=made,
        by=cy,
        kind="feature",
        title="Assessing <together>",
        body=(
            '<h3>First</h3><p>A <a href="/communities/">link</a> of ours, <a href="https://example.org/?a=1&amp;b=2">one</a>'
            " elsewhere.</p><ul><li>One</li><li>Two</li></ul><blockquote><p>Said.</p></blockquote>"
            '<p><img src="/conversations/files/7/" alt="Two people at a table"></p>'
        ),
        by_line="Ada & Bo",
    )
    actions.add_entry(
        section=feature,
        by=cy,
        title="A post",
        url="https://blog.example/post",
        words="What it says & more.",
        author_name="Bo",
        source_name="Bo’s blog",
        licence_url="https://creativecommons.org/licenses/by/4.0/",
    )
    actions.add_entry(
        section=feature,
        by=cy,
        title="A meeting",
        url="/events/7/",
        happens_at=datetime(2026, 6, 12, 13, 0, tzinfo=UTC),
    )
    actions.add_section(issue=made, by=cy, kind="case_study", title="Nothing yet")
    return made


@pytest.fixture
def letter(issue):
    return sending.render(issue).filled(stop="https://collegium.example/stop?a=1&b=2")


def test_it_is_laid_out_as_mail_programs_need_it(letter):
    page = markup.fromstring(letter.html)
    for table in page.iter("table"):
        assert table.get("role") == "presentation"
    sheet = page.find_class("sheet")[0]
    assert "max-width: 600px" in sheet.get("style")
    assert 'width="600"' in letter.html  # for Outlook, which knows no max-width
    for tag in ("h1", "h2", "h3", "h4", "li", "blockquote"):
        for element in page.iter(tag):
            assert element.get("style"), tag
    for cell in page.xpath("//td[@class]"):
        assert cell.get("style")
    widths = [int(each) for each in re.findall(r"(?<!max-)width: ?(\d+)px", letter.html)]
    assert all(width <= 600 for width in widths)


def test_dark_and_small_screens_and_print_are_thought_of(letter):
    head = letter.html[: letter.html.index("</head>")]
    assert '<meta name="color-scheme" content="light dark"' in head
    assert "@media (prefers-color-scheme: dark)" in head
    assert "@media only screen and (max-width: 480px)" in head
    assert "@media print" in head
    dark = head[head.index("(prefers-color-scheme: dark)") :]
    assert dark.count("!important") > 5  # or what stands in the elements would win


def test_it_loads_nothing_and_tells_nobody_who_read_it(letter):
    assert not re.search(r"<(img|link|script|iframe|object|video|audio|form|input|base)\b", letter.html)
    assert "url(" not in letter.html
    assert "@import" not in letter.html
    assert "src=" not in letter.html
    assert len(letter.html) < 102_400  # beyond that Gmail cuts it off


def test_every_link_is_a_whole_address(letter, settings):
    page = markup.fromstring(letter.html)
    links = [element.get("href") for element in page.iter("a")]
    assert all(each.startswith(("https://", settings.SITE_URL + "/")) for each in links)
    assert f"{settings.SITE_URL}/communities/" in links
    assert "https://example.org/?a=1&b=2" in links
    assert "https://collegium.example/stop?a=1&b=2" in links
    assert f"{settings.SITE_URL}/newsletters/weekly-news/1/" in links


def test_a_picture_is_a_link_with_its_words(letter):
    assert "Picture: Two people at a table" in letter.html
    assert "Picture: Two people at a table" in letter.text


def test_the_text_says_the_same(letter, settings):
    text = letter.text
    for words in (
        "Good morning.",
        "Assessing <together>",
        "By Ada & Bo",
        "- One",
        "What it says & more.",
        "Bo · Bo’s blog · Creative Commons Attribution 4.0",
        "https://blog.example/post",
        "https://collegium.example/stop?a=1&b=2",
        "12 June 2026",
        "14:00",  # in London
        "(Europe/London)",
    ):
        assert words in text, words
    assert "Nothing yet" not in text  # a section without anything in it
    assert all(len(line) <= 76 or "://" in line for line in text.splitlines())
    assert "<p" not in text
    assert f"{settings.SITE_URL}/events/7/" in text


def test_words_of_people_are_words(newsletter, cy):
    issue = make_issue(newsletter, cy, words="Hello.")
    section = issue.sections.get(kind="from_editors")
    actions.add_entry(section=section, by=cy, title="<script>alert(1)</script>", words="</td></table>{{ x }}")
    letter = sending.render(issue)
    assert "<script>" not in letter.html
    assert "&lt;script&gt;" in letter.html
    assert "{{ x }}" in letter.text
    assert letter.html.count("</table>") == sending.render(issue).html.count("</table>")


def test_it_is_written_in_the_language_of_the_newsletter(newsletter, cy, settings):
    newsletter.language = "de"
    newsletter.save()
    issue = make_issue(newsletter, cy, words="Guten Morgen.")
    assert '<html lang="de"' in sending.render(issue).html


def test_a_long_issue_stays_whole(newsletter, cy):
    issue = make_issue(newsletter, cy, words="Hello.")
    for number in range(20):
        section = actions.add_section(issue=issue, by=cy, kind="feature", title=f"Feature {number}")
        for each in range(5):
            actions.add_entry(section=section, by=cy, title=f"Entry {each}", words="word " * 60)
    letter = sending.render(issue)
    assert letter.text.count("Entry 4") == 20
    assert Section.objects.filter(issue=issue).count() == 21


def test_the_same_issue_gives_the_same_hash(issue):
    first = sending.frozen(issue)
    assert first is not None
    assert first.sha256 == sending.seal(issue.title, first.html, first.text)
    assert first.written_for == issue.changed_at
    with clock.moved_to(clock.now() + timedelta(days=1)):
        assert sending.frozen(issue) is not None
