"""With a real server on loopback that stands for the web."""

import contextlib
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from collegium.evidence import actions, tasks
from collegium.evidence.models import Evidence
from collegium.foundation import clock
from collegium.foundation.models import Derived
from tests.evidence.factories import make_image, upload
from tests.factories import make_evidence

PAGES = {
    "/page": (
        200,
        "text/html; charset=utf-8",
        "<html><head><title>\n What we &amp; they learnt </title></head><svg><title>x</title></svg>",
    ),
    "/file": (200, "application/pdf", "<title>no</title>"),
    "/large": (200, "text/html", "<title>Large</title>" + "x" * 600_000),
}


class Web(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        status, kind, body = PAGES.get(self.path, (404, "text/html", "<title>Not found</title>"))
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(body.encode())

    def log_message(self, *args) -> None:
        pass


@pytest.fixture(scope="module")
def web() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Web)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def site(web, settings):
    settings.COLLEGIUM_HTTP_TEST_HOSTS = [web]
    return f"http://{web}"


def capture(person, url: str, run) -> Evidence:
    with run(execute=True):
        evidence = actions.capture(by=person, url=url)
    evidence.refresh_from_db()
    return evidence


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/page", (True, "What we & they learnt", "")),
        ("/file", (True, "file (127.0.0.1)", "")),
        ("/large", (True, "large (127.0.0.1)", "")),
        ("/gone", (False, "gone (127.0.0.1)", "The site answers, but there is no page at this address.")),
    ],
)
def test_a_captured_link_is_looked_at_after_the_commit(
    ada, site, django_capture_on_commit_callbacks, path, found
):
    evidence = capture(ada, site + path, django_capture_on_commit_callbacks)
    assert (evidence.link_answers, evidence.title, evidence.link_finding) == found
    assert evidence.link_checked_at is not None


@pytest.mark.django_db
def test_a_changed_link_is_looked_at_and_a_changed_title_is_not_a_reason(
    ada, site, django_capture_on_commit_callbacks
):
    evidence = capture(ada, site + "/gone", django_capture_on_commit_callbacks)
    with clock.moved_to(clock.now() + timedelta(days=1)), django_capture_on_commit_callbacks(execute=True):
        actions.edit(evidence=evidence, by=ada, title="Another")
    evidence.refresh_from_db()
    assert clock.now() - evidence.link_checked_at < timedelta(hours=1)
    with django_capture_on_commit_callbacks(execute=True):
        actions.edit(evidence=evidence, by=ada, url=site + "/page")
    evidence.refresh_from_db()
    assert (evidence.link_answers, evidence.title) == (True, "Another")


@pytest.mark.django_db
def test_a_private_address_is_a_finding(ada, settings, django_capture_on_commit_callbacks):
    settings.COLLEGIUM_HTTP_TEST_HOSTS = []
    evidence = capture(ada, "http://127.0.0.1/admin", django_capture_on_commit_callbacks)
    assert evidence.link_answers is False
    assert "private network" in evidence.link_finding


@pytest.mark.django_db
def test_evidence_that_is_gone_meanwhile_is_no_fault(ada):
    tasks.check_link(12345)


@pytest.mark.django_db
def test_links_are_looked_at_again_oldest_first_a_part_each_day(
    ada, site, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(tasks, "A_DAYS_WORTH", 2)
    long_ago = clock.now() - timedelta(days=40)
    link = {"kind": "link", "url": site + "/page", "body": "", "title": "Mine"}
    never = make_evidence(ada, **link)
    old = make_evidence(ada, **link, link_checked_at=long_ago)
    less_old = make_evidence(ada, **link, link_checked_at=long_ago + timedelta(days=1))
    fresh = make_evidence(ada, **link, link_checked_at=clock.now())
    note = make_evidence(ada)
    before = {evidence.pk: evidence.link_checked_at for evidence in Evidence.objects.all()}
    with django_capture_on_commit_callbacks(execute=True):
        tasks.check_links_again()
    looked_at = {
        evidence.pk for evidence in Evidence.objects.all() if evidence.link_checked_at != before[evidence.pk]
    }
    assert looked_at == {never.pk, old.pk}
    assert looked_at.isdisjoint({less_old.pk, fresh.pk, note.pk})


@pytest.mark.django_db
def test_small_pictures_are_made_before_anybody_looks(ada, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        image = make_image(ada)
        actions.capture(by=ada, upload=upload())
    assert sorted(Derived.objects.values_list("blob", "variant")) == [
        (image.blob_id, "webp-1024"),
        (image.blob_id, "webp-640"),
    ]
    tasks.make_thumbnails(12345)
