"""A stage with CMALT as it ships, a browser for each person, and the look that every passed page has to bear."""

import functools
from datetime import timedelta

import pytest
from django.conf import settings as shipped

from collegium.communities import actions as communities
from collegium.courses import tasks
from collegium.courses.actions import iterations
from collegium.foundation import clock
from collegium.people.models import Audience
from collegium.schemes.actions import checked_file, load_scheme
from collegium.schemes.models import Pathway
from tests.factories import make_assessor, make_coordinator, make_person


@functools.cache
def _cmalt():
    return checked_file(shipped.SCHEMES_DIRECTORY / "cmalt.yaml")


@pytest.fixture
def site(live_server, settings):
    """The site knows its own address, and may look at itself, so that links to it answer without a network."""
    settings.SITE_URL = live_server.url
    settings.COLLEGIUM_HTTP_TEST_HOSTS = [live_server.url.partition("://")[2]]
    return live_server.url


@pytest.fixture
def cmalt(site, transactional_db):
    version = load_scheme(checked=_cmalt())
    return Pathway.objects.for_display().get(scheme_version=version, key="cmalt")


@pytest.fixture
def team(cmalt):
    """Coordinator, lead and second assessor: one organisation for none of them, so no conflict of interest."""
    people = [make_person(name=name) for name in ("Cy Convener", "Bo Lead", "Di Second")]
    scheme = cmalt.scheme_version.scheme
    make_coordinator(people[0], scheme)
    make_assessor(people[1], scheme, holds_pathway="cmalt", earlier_assessments=3)
    make_assessor(people[2], scheme, holds_pathway="senior")
    return people


@pytest.fixture
def visit(_chromium, site, sign_in_browser):
    """``visit(person)``: a page in a browser of their own; ``visit()``: of a stranger. A script's error fails the test."""
    opened, troubles = [], []

    def begin(person=None, **options):
        context = _chromium.new_context(
            base_url=site,
            **{
                "viewport": {"width": 1280, "height": 900},
                "locale": "en-GB",
                "reduced_motion": "reduce",
                **options,
            },
        )
        opened.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on(
            "console",
            lambda said: troubles.append(f"{page.url}: {said.text}") if said.type == "error" else None,
        )
        if person is not None:
            sign_in_browser(page, person)
        return page

    yield begin
    for context in opened:
        context.close()
    # A request that is refused, or cut off because one goes on to another page, is said in the console too.
    told = ("Failed to load resource", "htmx:afterRequest", "htmx:sendAbort", "Response Status Error Code 40")
    assert [trouble for trouble in troubles if not any(each in trouble for each in told)] == []


@pytest.fixture
def look(axe):
    """``look(page)``: nothing for axe-core to find, and nothing wider than the window, at each width and theme asked for."""

    def at(page, *, widths=(1280,), themes=("light",)):
        for width in widths:
            page.set_viewport_size({"width": width, "height": 900})
            for theme in themes:
                page.emulate_media(color_scheme=theme)
                assert (page.url, width, theme, axe(page)) == (page.url, width, theme, [])
            wider = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert (page.url, width, max(wider, 0)) == (page.url, width, 0)
        page.set_viewport_size({"width": widths[0], "height": 900})
        page.emulate_media(color_scheme=themes[0])

    return at


@pytest.fixture
def community(cy, site):
    """Open to whoever has its short link; ``cy`` convenes it."""
    return communities.found(
        by=cy,
        title="Learning technologists of the North",
        domain="How teaching changes when the tools do.",
        people="We answer each other within two days.",
        practice="A shelf of things that worked, and of things that did not.",
        joining="open",
        audience=Audience.SIGNED_IN,
        welcome="<p>Good that you are here. Nobody needs to be an expert.</p>",
        first_steps=["Say hello in a thread", "Enrol in the open course"],
    )


@pytest.fixture
def course(cy, cmalt, community):
    """An open course of the community in its second week: its triggering event has gone out."""
    iteration = iterations.draft_iteration(
        course=iterations.create_course(
            by=cy,
            title="Towards a portfolio",
            summary="Seven weeks, each of which leaves a draft in your portfolio.",
            community=community,
        ),
        by=cy,
        title="Towards a portfolio: autumn",
        starts_on=clock.today() - timedelta(days=8),
        time_zone="UTC",
        audience=Audience.PUBLIC,
        pathway=cmalt,
        information_sheet="We look at how people write when they write together.\n\nYour name is taken away first.",
    )
    nodes = {node.code: node for node in cmalt.scheme_version.framework.nodes.all()}
    for number, (title, trigger, code) in enumerate(
        (
            ("What we choose", "A tool that you have given up", "1a"),
            ("Who is in the room", "Somebody who could not take part", "3a"),
            ("What comes next", "A letter from your students", "2a"),
        ),
        start=1,
    ):
        week = iterations.set_week(
            iteration=iteration,
            by=cy,
            number=number,
            title=title,
            summary="An hour, or two if it takes you.",
            trigger_title=trigger,
            trigger_html="<p>Tell us what happened, and what you would do now.</p>",
            activity_html="<p>Read two answers before you write your own.</p>",
            prompts=["Who was it?", "What did it cost them?"],
            draft_node=nodes[code],
        )
        iterations.map_week(week=week, by=cy, node=nodes[code])
    iterations.open_iteration(iteration=iteration, by=cy)
    tasks.start_and_end()
    tasks.trigger_what_is_due()
    iteration.refresh_from_db()
    return iteration


@pytest.fixture
def put_clock_to(monkeypatch):
    """``put_clock_to(moment)`` for the browser too: a clock moved in the test's thread would not be so in the server's."""
    real = clock.wall

    def put(moment):
        ahead = moment - real()
        monkeypatch.setattr(clock, "wall", lambda: real() + ahead)
        tasks.start_and_end()
        tasks.prepare_meetings()

    return put
