"""Links that unfold, by a web server of our own; and what is handed over and said when somebody leaves."""

import http.server
import threading
from collections.abc import Iterator

import pytest
from django.urls import reverse

from collegium.conversations import tasks
from collegium.conversations.models import LinkCard
from collegium.people.erasure import what_goes, what_stays
from collegium.people.export import EXPORTS
from tests.conversations.factories import make_forum, make_post, make_thread

pytestmark = pytest.mark.django_db

PAGES = {
    "/whole": (
        200,
        "text/html; charset=utf-8",
        """<title>Plain</title><meta property="og:title" content="Rubrics &amp; more">
        <meta property="og:site_name" content="The Journal"><meta name="description" content=" What\n helps ">""",
    ),
    "/plain": (200, "text/html", "<title>Only a title</title>"),
    "/odd": (200, "text/html; charset=base64", "<title>Odd</title>"),
    "/silent": (200, "text/html", "<p>Nothing said.</p>"),
    "/file": (200, "application/pdf", "%PDF"),
    "/gone": (404, "text/html", "<title>Not found</title>"),
    "/hostile": (200, "text/html", "<title>&lt;script&gt;alert(1)&lt;/script&gt;</title>"),
}


class _Pages(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        status, kind, body = PAGES[self.path]
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_args):
        pass


@pytest.fixture
def web(settings) -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.COLLEGIUM_HTTP_TEST_HOSTS = [f"127.0.0.1:{server.server_port}"]
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("path", "title", "finding"),
    [
        ("/whole", "Rubrics & more", ""),
        ("/plain", "Only a title", ""),
        ("/odd", "Odd", ""),
        ("/silent", "", "The page does not say what it is called."),
        ("/file", "", "There is a file, not a page, at this address."),
        ("/gone", "", "The site answers with status 404."),
        ("/hostile", "<script>alert(1)</script>", ""),
    ],
)
def test_what_a_page_says_of_itself(web, path, title, finding):
    found = tasks.found_at(web + path)
    assert (found.title, found.finding) == (title, finding)
    if path == "/whole":
        assert (found.description, found.site) == ("What helps", "The Journal")


def test_a_private_address_is_not_asked():
    assert tasks.found_at("http://127.0.0.1:9/").finding


def test_a_link_unfolds_after_the_post_stands(web, ada, bo, client_of, django_capture_on_commit_callbacks):
    forum = make_forum(ada, bo)
    with django_capture_on_commit_callbacks(execute=True):
        thread = make_thread(forum, ada, html=f"<p>See {web}/hostile and {web}/gone</p>")
    cards = {card.url: card for card in LinkCard.objects.all()}
    assert cards[f"{web}/hostile"].title == "<script>alert(1)</script>"
    assert cards[f"{web}/gone"].finding
    page = client_of(bo).get(reverse("conversations:thread", args=[thread.pk])).content.decode()
    assert page.count('class="link-card"') == 1
    assert "<script>alert(1)" not in page


def test_what_is_handed_over_and_what_stays(ada, bo):
    thread = make_thread(make_forum(ada, bo), ada)
    make_post(thread, ada)
    facts, files = EXPORTS["conversations"].hand_over(ada)
    assert len(facts["posts"]) == 2
    assert list(files) == []
    assert any("2 posts of yours, without your name" in sentence for sentence in what_stays(ada))
    assert not any("draft of a post" in sentence for sentence in what_goes(ada))


def test_ones_own_posts_on_one_page(ada, bo, client_of):
    thread = make_thread(make_forum(ada, bo), ada)
    make_post(thread, bo)
    client = client_of(ada)
    assert "1 post in conversations." in client.get(reverse("conversations:my_posts")).content.decode()
    client.post(reverse("conversations:my_posts"))
    assert thread.posts.filter(removed_at__isnull=True).get().author == bo
