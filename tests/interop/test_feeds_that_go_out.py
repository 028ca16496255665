"""Our feeds are judged by programs that are not ours, with the worst that sources bring in them.

Atom, RSS and OPML by feedsmith and feedparser; JSON Feed by the types of its version 1.1, which TypeScript's compiler
checks. Where COLLEGIUM_FEEDVALIDATOR names the command of W3C's feed validator, it has the last word.
"""

import datetime as dt
import json
import os
import shlex
import subprocess
from pathlib import Path

import feedparser
import pytest
from django.urls import reverse

from collegium.ecology.actions import river as actions
from collegium.ecology.models import Enclosure, Tag
from collegium.foundation import clock
from collegium.people.models import Audience
from tests.ecology.factories import make_ecology, make_item, make_source

pytestmark = [pytest.mark.interop, pytest.mark.django_db]
HERE = Path(__file__).parent
NOON = dt.datetime(2026, 11, 2, 12, tzinfo=dt.UTC)
CC_BY = "https://creativecommons.org/licenses/by/4.0/"
FORMS = ["atom", "rss", "json", "opml"]
TITLES = [
    "Plain",
    "<script>alert(1)</script> & <b>bold</b> &amp; \"quoted\" 'twice' ]]>",
    "bell \x07, form feed \x0c, null-like \x01 and \ufffe",
    "עברית \u202eright to left\u202c and 👩\u200d🏫 beyond the plane \U0001f9ea",
    "A\ttab and\na line",
    "]]><![CDATA[ <!-- -- > <?xml version='1.0'?> <!DOCTYPE x>",
    "&lt;already&gt; &nbsp; &#x26;",
    "",
]
VALIDATOR = os.environ.get("COLLEGIUM_FEEDVALIDATOR", "")


@pytest.fixture(autouse=True)
def _autumn(settings):
    settings.SITE_URL = "https://collegium.example"
    with clock.moved_to(NOON):
        yield


@pytest.fixture
def course(ada, cy):
    """A public river in which everything flows that has a title of the above."""
    course = make_ecology(ada, editors=(cy,), audience=Audience.PUBLIC, title="Course & <co> \x0b “quoted”")
    for number, title in enumerate(TITLES):
        source = make_source(
            course,
            title=f"Blog of {title}"[:300],
            rights=title[:300],
            feed_url=f"https://blog.example/feed?n={number}&x=<y>",
        )
        item = make_item(
            source,
            title=title,
            summary=f"About: {title}",
            html=f"<p>All of it &amp; more</p><img src='https://blog.example/{number}.png' alt=''>",
            author_name=title,
            licence_url=CC_BY if number % 2 else "",
            language=["en", "cy", "not a language", ""][number % 4],
            edited_at=NOON - dt.timedelta(days=400)
            if number % 2
            else NOON,  # "edited" before it was published
            published_at=NOON + dt.timedelta(days=9) if number == 3 else NOON - dt.timedelta(hours=number),
            url="" if number == 4 else f"https://blog.example/{number}?a=1&b=%20",
        )
        for said in ("CMALT", "R&D <x>"):
            Tag.objects.create(item=item, name=said.lower(), said=said, flows_at=item.flows_at)
        Enclosure.objects.create(
            item=item,
            url=f"https://blog.example/{number}.mp3?a&b",
            media_type=["audio/mpeg", "no type"][number % 2],
            size=None if number % 3 else 5,
            seconds=60,
        )
    return course


@pytest.fixture
def written(course, client_of, tmp_path):
    """What a form of the river says, as a file: of all of it, of one hashtag, and where nothing is found."""

    def found(form, query=""):
        response = client_of(None).get(reverse("ecology:feed", args=[course.pk, form]) + query)
        assert response.status_code == 200
        file = tmp_path / f"river.{form}"
        file.write_bytes(response.content)
        return file

    return found


def run(*command):
    ran = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


@pytest.mark.parametrize("query", ["", "?tag=cmalt&kind=post", "?words=nothing-has-these"])
@pytest.mark.parametrize("form", FORMS)
def test_another_program_reads_all_of_it(form, query, written, libraries):
    file = written(form, query)
    read = json.loads(run("node", HERE / "read-feed.mjs", "--libraries", libraries, "--feed", file))
    assert read["format"] == form
    feed = read["feed"]
    items = {
        "atom": lambda: feed.get("entries", []),
        "rss": lambda: feed.get("items", []),
        "json": lambda: feed.get("items", []),
        "opml": lambda: feed.get("body", {}).get("outlines", []),
    }[form]()
    empty = 1 if form == "opml" else 0  # a list of sources without any leads to the page
    assert len(items) == (empty if "words" in query else len(TITLES))
    said = {"opml": "text"}.get(form, "title")
    assert all(each.get(said) or each.get("content_text") or each.get("content_html") for each in items)


@pytest.mark.parametrize("form", ["atom", "rss"])
def test_feedparser_finds_nothing_to_mend(form, written):
    read = feedparser.parse(written(form).read_bytes())
    assert not read.bozo, read.get("bozo_exception")
    assert len(read.entries) == len(TITLES)
    titles = {entry.title for entry in read.entries}
    assert "Plain" in titles
    assert not any("\x07" in title for title in titles)
    for entry in read.entries:
        assert entry.link.startswith("https://")
        assert entry.id.startswith("https://collegium.example/items/")
        assert entry.published_parsed <= NOON.utctimetuple()
    assert len({entry.id for entry in read.entries}) == len(TITLES)


@pytest.mark.parametrize("query", ["", "?words=nothing-has-these"])
def test_json_feed_is_of_its_type(query, written, libraries, tmp_path):
    said = json.loads(written("json", query).read_bytes())
    for each in said["items"]:
        each.pop("_collegium")  # an extension may say what it likes
        for name in ("date_published", "date_modified"):
            assert dt.datetime.fromisoformat(each[name]).tzinfo is not None
    check = tmp_path / "check.ts"
    check.write_text(
        'import type Feed from "@json-feed-types/1_1";\n'
        f"export const feed: Feed = {json.dumps(said)};\n"
        # Were the types not found, anything would pass: this must not.
        "// @ts-expect-error -- a number is no title\n"
        'export const wrong: Feed = {version: "https://jsonfeed.org/version/1.1", title: 1, items: []};\n'
    )
    (tmp_path / "node_modules").symlink_to(libraries / "node_modules")
    compiler = libraries / "node_modules" / "typescript" / "bin" / "tsc"
    run("node", compiler, "--noEmit", "--strict", "--skipLibCheck", "--moduleResolution", "node",
        "--module", "es2020", "--target", "es2020", check)  # fmt: skip


if (
    VALIDATOR
):  # no package brings it: whoever has it names it, and nothing here claims to have asked it otherwise

    @pytest.mark.parametrize("query", ["", "?tag=cmalt", "?words=nothing-has-these"])
    @pytest.mark.parametrize("form", ["atom", "rss", "opml"])
    def test_the_validator_of_w3c_says_that_it_is_valid(form, query, written):
        """Level A: what is wrong. A file has no address of its own, so that it names another one is no fault."""
        run(*shlex.split(VALIDATOR), written(form, query).as_uri(), "A")


def test_a_private_address_gives_the_same_forms(ada, course, client_of):
    token = actions.feed_token(person=ada)
    for form in FORMS:
        response = client_of(None).get(reverse("ecology:private_feed", args=[token, form]))
        assert response.status_code == 200
        assert response.headers["Cache-Control"] == "private, no-cache"
        assert b"Blog of Plain" in response.content
