"""Whether a link still leads somewhere, what stood there, and films that are told of by their address; sites on loopback."""

from datetime import timedelta

import pytest

from collegium.activity.models import Activity
from collegium.ecology import describing, films, tasks
from collegium.ecology.actions import library as actions
from collegium.ecology.models import Resource
from collegium.foundation import clock, http
from tests.ecology.factories import make_ecology

DOI = "10.1234/abc"
REGISTERED = (
    '{"type": "journal-article", "title": ["A framework"], "author": [{"family": "Cochrane", "given": "T", "ORCID": "x"},'
    ' {"name": "ALT"}], "issued": {"date-parts": [[2017, null]]}, "container-title": ["RLT"], "publisher": "ALT",'
    ' "abstract": "<jats:p>What was found.</jats:p>", "is-referenced-by-count": 3, "volume": "24"}'
)


# Describing -----------------------------------------------------------------------------------------------------------


def test_a_doi_is_described_by_its_register(site, settings):
    settings.COLLEGIUM_DOI_RESOLVER = site.url
    site.pages[f"/{DOI}"] = (200, {"Content-Type": describing.CSL_JSON}, REGISTERED)
    for typed in (DOI, f"https://doi.org/{DOI.upper()}", f"doi: {DOI}"):
        csl = describing.describe(typed).csl
        assert csl == {
            "type": "article-journal",
            "title": "A framework",
            "author": [{"family": "Cochrane", "given": "T"}, {"literal": "ALT"}],
            "issued": {"date-parts": [[2017]]},
            "container-title": "RLT",
            "publisher": "ALT",
            "abstract": "What was found.",
            "volume": "24",
            "DOI": DOI,
        }
    assert site.asked[-1][1]["accept"] == describing.CSL_JSON


@pytest.mark.parametrize(
    "answer",
    [
        (404, {}, b""),
        (200, {}, b"<html>"),
        (200, {}, b"[1]"),
        (200, {}, b'{"type": "journal-article"}'),
        (200, {}, b"[" * 100_000),
        (500, {}, b""),
    ],
)
def test_a_doi_that_its_register_says_nothing_of_is_kept_as_it_is(site, settings, answer):
    settings.COLLEGIUM_DOI_RESOLVER = site.url
    site.pages[f"/{DOI}"] = answer
    assert describing.describe(DOI).csl == {"type": "article-journal", "title": DOI, "DOI": DOI}


def test_an_article_on_a_page_says_what_it_is(site):
    head = "".join(
        f'<meta name="{name}" content="{content}">'
        for name, content in (
            ("citation_title", "On audio"),
            ("citation_author", "Salmon, Gilly"),
            ("citation_author", "Bo Blogger"),
            ("citation_publication_date", "2019/05/14"),
            ("citation_journal_title", "A journal"),
            ("citation_volume", "3"),
            ("citation_firstpage", "29"),
            ("citation_lastpage", "41"),
        )
    )
    address = site.page("/article", "<p>Words.</p>" * 40, head)
    described = describing.describe(address)
    assert described.csl.pop("accessed")
    assert described.csl == {
        "type": "article-journal",
        "title": "On audio",
        "author": [{"family": "Salmon", "given": "Gilly"}, {"family": "Blogger", "given": "Bo"}],
        "issued": {"date-parts": [[2019, 5, 14]]},
        "container-title": "A journal",
        "volume": "3",
        "page": "29-41",
        "URL": address,
        "abstract": described.csl.get("abstract"),
    }


def test_a_page_is_frozen_without_its_scripts_and_a_file_goes_by_its_name(site):
    page = site.page(
        "/words", "<article><p>" + "What it says. " * 60 + "</p><script>alert(1)</script></article>"
    )
    described = describing.describe(page)
    assert "What it says." in described.frozen
    assert "script" not in described.frozen
    site.pages["/slides%20one.pdf"] = (200, {"Content-Type": "application/pdf"}, b"%PDF-1.7")
    described = describing.describe(f"{site.url}/slides%20one.pdf")
    assert (described.csl["title"], described.frozen) == ("slides one.pdf", "")


@pytest.mark.parametrize("status", [404, 410, 500])
def test_where_nothing_answers_a_sentence_says_so(site, status):
    site.pages["/gone"] = (status, {}, b"")
    with pytest.raises(http.Unreachable, match=r"\w+ .*\."):
        describing.describe(f"{site.url}/gone")
    with pytest.raises(http.Unreachable, match="private network"):
        describing.describe("http://127.0.0.1:8999/")


# Links ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def kept(db, ada, site):
    url = site.page("/kept", "<article><p>" + "What stood there. " * 60 + "</p></article>")
    return actions.keep(
        ecology=make_ecology(ada), by=ada, csl={"type": "webpage", "title": "Kept", "URL": url}
    )


def look(resource, times=1):
    for _each in range(times):
        tasks.look_at_resource(resource.pk)
    return Resource.objects.get(pk=resource.pk)


def told():
    return [
        (each.verb, [concern.person.name for concern in each.concerns.all()])
        for each in Activity.objects.filter(verb="resource.rotten")
    ]


def test_what_answers_is_frozen_once(kept, site):
    found = look(kept)
    assert (found.link_answers, found.link_finding, found.link_failing_since) == (True, "", None)
    assert "What stood there." in found.frozen_html
    site.page("/kept", "<p>" + "Something else. " * 60 + "</p>")
    assert look(kept).frozen_html == found.frozen_html


def test_a_link_that_leads_on_leads_somewhere(kept, site):
    site.pages["/kept"] = (301, {"Location": "/new"}, b"")
    site.page("/new", "<p>" + "Moved words. " * 60 + "</p>")
    found = look(kept)
    assert (found.link_answers, found.link_failing_since) == (True, None)
    assert "Moved words." in found.frozen_html


@pytest.mark.parametrize("status", [404, 410])
def test_what_is_gone_is_rotten_at_once_and_told_once(kept, site, ada, status):
    look(kept)
    site.pages["/kept"] = (status, {}, b"")
    found = look(kept)
    assert (found.link_answers, found.link_failures) == (False, 1)
    assert found.link_failing_since
    assert "What stood there." in found.frozen_html
    since = found.link_failing_since
    assert look(kept, 3).link_failing_since == since
    assert told() == [("resource.rotten", [ada.name])]


@pytest.mark.parametrize("failing", ["500", "503", "slow", "none"])
def test_what_is_down_is_rotten_when_it_is_so_twice(kept, site, ada, failing, monkeypatch):
    look(kept)
    if failing == "none":
        site.stop()
    elif failing == "slow":
        real = http.check
        monkeypatch.setattr(http, "check", lambda url: real(url, timeout=0.2))
        site.pages["/kept"] = lambda _headers: (site.stopping.wait(2), (200, {}, b"late"))[1]
    else:
        site.pages["/kept"] = (int(failing), {}, b"")
    found = look(kept)
    assert (found.link_answers, found.link_failures, found.link_failing_since) == (False, 1, None)
    assert told() == []
    found = look(kept)
    assert found.link_failing_since
    assert found.link_finding.endswith((".", "later."))
    look(kept)
    assert told() == [("resource.rotten", [ada.name])]


def test_one_bad_day_is_forgotten_and_a_new_failure_is_told_anew(kept, site):
    well = site.pages["/kept"]
    site.pages["/kept"] = (503, {}, b"")
    look(kept)
    site.pages["/kept"] = well
    assert look(kept).link_failures == 0
    site.pages["/kept"] = (503, {}, b"")
    assert look(kept).link_failing_since is None
    site.pages["/kept"] = (404, {}, b"")
    assert look(kept).link_failing_since
    site.pages["/kept"] = well
    assert look(kept).link_failing_since is None
    site.pages["/kept"] = (410, {}, b"")
    look(kept)
    assert len(told()) == 2


@pytest.mark.parametrize("status", [401, 403, 429])
def test_a_site_that_lets_no_program_in_says_nothing_of_the_page(kept, site, status):
    site.pages["/kept"] = (status, {}, b"")
    found = look(kept, 3)
    assert (found.link_answers, found.link_failures, found.link_failing_since) == (None, 0, None)
    assert found.link_finding
    assert told() == []


def test_who_looks_when(kept, site, django_capture_on_commit_callbacks):
    def asked():
        before = len(site.asked)
        with django_capture_on_commit_callbacks(execute=True):
            tasks.look_at_resources_again()
        return len(site.asked) > before

    assert asked()
    assert not asked()
    site.pages["/kept"] = (503, {}, b"")
    with clock.moved_to(clock.now() + timedelta(days=31)):
        assert asked()
        assert not asked()
    # One that may only have been down is looked at again the next day, and then with all others.
    with clock.moved_to(clock.now() + timedelta(days=32)):
        assert asked()
    with clock.moved_to(clock.now() + timedelta(days=33)):
        assert not asked()
    Resource.objects.update(removed_at=clock.now())
    with clock.moved_to(clock.now() + timedelta(days=90)):
        assert not asked()


# Films ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "watch"),
    [
        (
            "https://www.youtube.com/watch?v=abcdefghijk&t=1m5s",
            "https://www.youtube.com/watch?v=abcdefghijk&t=65s",
        ),
        ("https://youtu.be/abcdefghijk?si=follows-me", "https://www.youtube.com/watch?v=abcdefghijk"),
        ("https://m.youtube.com/shorts/abcdefghijk", "https://www.youtube.com/watch?v=abcdefghijk"),
        ("https://www.youtube-nocookie.com/embed/abcdefghijk", "https://www.youtube.com/watch?v=abcdefghijk"),
        ("https://vimeo.com/123456", "https://vimeo.com/123456"),
        ("https://player.vimeo.com/video/123456?h=0123456789", "https://vimeo.com/123456/0123456789"),
        ("https://vimeo.com/channels/staff/123456", "https://vimeo.com/123456"),
        ("https://www.youtube.com/@somebody", None),
        ("https://www.youtube.com/watch?v=too-short", None),
        ("https://youtube.com.evil.example/watch?v=abcdefghijk", None),
        ("https://vimeo.com/somebody", None),
        ("https://page.example/watch?v=abcdefghijk", None),
        ("http://[broken", None),
        ("", None),
    ],
)
def test_a_film_is_known_by_its_address(address, watch):
    film = films.at(address)
    assert (film.watch if film else None) == watch


@pytest.mark.django_db
def test_a_film_unfolds_into_a_card_that_asks_nobody(ada, client):
    resource = actions.keep(
        ecology=make_ecology(ada),
        by=ada,
        csl={"type": "motion_picture", "title": "A film", "URL": "https://youtu.be/abcdefghijk?si=x"},
    )
    client.force_login(ada.account)
    page = client.get(resource.get_absolute_url()).content.decode()
    assert "Watch it at YouTube" in page
    assert "<iframe" not in page
    assert not any(f'src="https://{host}' in page for host in ("www.youtube", "i.ytimg", "youtu.be"))
