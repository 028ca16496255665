"""The cast, and what browser tests need."""

import os
import shutil
from collections.abc import Iterator

import pytest
from django.test import Client

from tests.factories import make_person

CHROMIUM_PLACES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Without these a headless browser asks its maker's hosts all the time.
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


# How long a browser test waits for a state that has to come, in milliseconds: how fast it comes is not what is tested.
PATIENCE = 45_000


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--slow-browser",
        type=float,
        default=1,
        metavar="RATE",
        help="let Chromium run so many times slower, as on an old machine under load: what is a matter of luck shows",
    )


def chromium() -> str | None:
    named = os.environ.get("COLLEGIUM_CHROMIUM")
    return named or next((found for name in CHROMIUM_PLACES if (found := shutil.which(name))), None)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    lacking = {
        "browser": None if chromium() else "no Chromium found: install it or name it in COLLEGIUM_CHROMIUM",
        "interop": None if shutil.which("node") and shutil.which("npm") else "no Node found",
        "mail": None
        if shutil.which("postfix", path="/usr/sbin:/sbin:" + os.environ.get("PATH", "")) and os.geteuid() == 0
        else "no Postfix found, or not the right to start one",
    }
    for item in items:
        for marker, reason in lacking.items():
            if reason and item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(autouse=True)
def _no_rate_limits_between_tests() -> Iterator[None]:
    from django.core.cache import cache

    cache.clear()
    yield
    cache.clear()


# The cast -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def ada(db):
    """The candidate."""
    return make_person(name="Ada Candidate", email="ada@example.org")


@pytest.fixture
def bo(db):
    """An assessor."""
    return make_person(name="Bo Assessor", email="bo@example.org")


@pytest.fixture
def cy(db):
    """A convener; coordinates schemes in tests that need one."""
    return make_person(name="Cy Convener", email="cy@example.org")


@pytest.fixture
def eve(db):
    """A stranger with an account: signed in, and with no business here."""
    return make_person(name="Eve Stranger", email="eve@example.org")


@pytest.fixture
def client_of():
    """``client_of(person)``: a client that is signed in as that person; ``client_of(None)``: nobody."""

    def sign_in(person=None) -> Client:
        client = Client()
        if person is not None:
            client.force_login(person.account)
        return client

    return sign_in


# The browser ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def _chromium(request):
    from playwright.sync_api import expect, sync_playwright

    rate = request.config.getoption("--slow-browser")

    def slow(page) -> None:
        page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": rate})

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_FLAGS)
        expect.set_options(timeout=PATIENCE)
        opens = browser.new_context

        def new_context(**options):
            context = opens(**options)
            context.set_default_timeout(PATIENCE)
            if rate > 1:
                context.on("page", slow)
            return context

        browser.new_context = new_context
        yield browser
        browser.close()


@pytest.fixture
def browser_page(_chromium, live_server):
    """A fresh Playwright page on the live server, with ``base_url`` set. Errors in the page's console fail the test."""
    context = _chromium.new_context(
        base_url=live_server.url,
        viewport={"width": 1280, "height": 900},
        locale="en-GB",
        reduced_motion="reduce",
    )
    page = context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
    page.troubles = troubles
    yield page
    context.close()
    # A request that is refused, or cut off because one goes on to another page, is said in the console too; it is the
    # test that judges those.
    told = ("Failed to load resource", "htmx:afterRequest", "htmx:sendAbort", "Response Status Error Code 40")
    assert [trouble for trouble in troubles if not any(each in trouble for each in told)] == []


@pytest.fixture
def sign_in_browser(live_server, client_of):
    """``sign_in_browser(page, person)``: hands the browser a session of that person."""

    def sign_in(page, person) -> None:
        client = client_of(person)
        page.context.add_cookies(
            [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
        )

    return sign_in


@pytest.fixture
def axe():
    """``axe(page)``: what axe-core finds against WCAG 2.2 AA, as readable lines; an empty list is clean."""
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import Error

    options = {
        "runOnly": {
            "type": "tag",
            "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
        }
    }

    # What is looked at is a page that stands still: its letters have come, and nothing fades or slides any more.
    still = """async () => {
      const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
      await frame();
      await document.fonts.ready;
      const moves = document.getAnimations().filter((each) =>
        each.playState === "running" && each.effect?.getComputedTiming().endTime !== Infinity);
      await Promise.allSettled(moves.map((each) => each.finished));
      await frame();
    }"""

    def looked(page):
        page.wait_for_load_state()
        page.evaluate(still)
        return Axe().run(page, options=options).response

    def findings(page) -> list[str]:
        try:
            results = looked(page)
        except (
            Error
        ) as gone:  # a press had led on to another page, which came while the old one was looked at
            if "navigat" not in str(gone):
                raise
            results = looked(page)
        return [
            f"{violation['id']}: {violation['help']} — {node['html'][:200]}"
            for violation in results["violations"]
            for node in violation["nodes"]
        ]

    return findings
