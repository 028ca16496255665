"""Pictures of the pages, from the demo world, for the README and for whoever wants to look: ``make screenshots``.

The world is made in a scratch folder and served as it is in use. Each page is visited as the member of the cast whom it
concerns, at two widths, by day and by night, and kept as ``docs/screenshots/<page>-<width>-<theme>.webp``.
"""

import argparse
import contextlib
import io
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "screenshots"
WIDTHS = (1280, 390)
THEMES = ("light", "dark")
HEIGHT = 900
QUALITY = 75
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-sync",
]


@dataclass(frozen=True)
class Shot:
    """One page. ``before`` does what somebody does there before there is something to look at."""

    name: str
    path: str
    who: int | None = None
    before: Callable[[Any], None] | None = None


# The world ------------------------------------------------------------------------------------------------------------


def start_django(data: Path, site: str, blogs: Any) -> None:
    os.environ.update(
        COLLEGIUM_MODE="demo",
        COLLEGIUM_DATA=str(data),
        COLLEGIUM_SITE_URL=site,
        DATABASE_URL="",
        REDIS_URL="",
        EMAIL_URL="",
        COLLEGIUM_HTTP_TEST_HOSTS=",".join(blogs.hosts),
        DJANGO_SETTINGS_MODULE="collegium.config.settings",
    )
    import django

    django.setup()


def make_world(blogs: Any) -> None:
    from collegium.credentials.actions import make_first_key
    from collegium.home.blogs.serving import Server
    from collegium.home.world.loading import load

    make_first_key()
    with Server(blogs):
        load(lambda done, total, words: None, blogs=blogs)  # noqa: ARG005  # as the loader calls it; nobody watches


def shots() -> list[Shot]:
    """Every page that the pictures show, found in the world by what it is, as people find it."""
    from django.urls import reverse as url

    from collegium.accreditation.models import Assignment, Submission
    from collegium.credentials.models import Award
    from collegium.people.models import Person
    from collegium.portfolios.models import Portfolio, Section
    from collegium.schemes import queries as schemes
    from collegium.schemes.models import SchemeVersion

    def somebody(key: str) -> Person:
        return Person.objects.get(account__email__istartswith=key)

    def submission(state: str, **more: Any) -> Submission:
        found = Submission.objects.filter(state=state, **more).order_by("-submitted_at").first()
        if found is None:
            raise SystemExit(f"In this world no submission is {state}.")
        return found

    def coordinator(about: Submission) -> int:
        return schemes.coordinators(about.scheme)[0].pk

    writer = somebody("fergal.")
    portfolio = Portfolio.objects.get(owner=writer)
    section = Section.objects.get(portfolio=portfolio, node__code="1b")
    evidence = section.placements.filter(evidence__kind="image").first() or section.placements.first()
    organisation = writer.circles.exclude(organisation=None).get().organisation
    public = Portfolio.objects.filter(
        published_at__isnull=False, slug="maeve"
    ).first() or Portfolio.objects.filter(published_at__isnull=False).latest("published_at")
    received = submission("received")
    accepted = submission("accepted", assignments=None)
    reconciling = submission("reconciling")
    joint = reconciling.assignments.get(role="lead", state="accepted")
    reading = (
        Assignment.objects.filter(
            state="accepted",
            submission__state="assessing",
            judgement__sealed_at=None,
            judgement__isnull=False,
        ).first()
        or Assignment.objects.filter(state="accepted", submission__state="assessing", judgement=None).first()
    )
    if reading is None:
        raise SystemExit("In this world nobody is judging.")
    referred = submission("referred", following=None)
    assessing = submission("assessing", attempt=1)
    award = Award.objects.filter(
        submission__state="passed", submission__registration__person=public.owner
    ).latest("granted_at")
    scheme = SchemeVersion.objects.get(scheme__key="cmalt", is_current=True).scheme
    pathway = url("schemes:pathway", args=["cmalt", "cmalt"])
    credential = json.dumps(award.credentials.get(superseded_at=None).document)

    def check(page: Any) -> None:
        page.get_by_label("or the credential itself").fill(credential)
        page.get_by_role("button", name="Check it").click()
        page.wait_for_load_state("load")

    def settle(page: Any) -> None:
        page.wait_for_selector(".desk--ready")

    return [
        Shot("start", "/"),
        Shot("sign-in", url("account_login")),
        Shot("demo-cast", url("demo:cast")),
        Shot("home", "/", writer.pk),
        Shot("profile", url("people:profile"), writer.pk),
        Shot("person", public.owner.get_absolute_url(), writer.pk),
        Shot("organisation", organisation.get_absolute_url(), writer.pk),
        Shot("roles", url("home:roles"), coordinator(received)),
        Shot("my-data", url("people:my_data"), writer.pk),
        Shot("schemes", url("schemes:list")),
        Shot("scheme", scheme.get_absolute_url()),
        Shot("pathway", pathway),
        Shot("open-rules", url("schemes:open_rules", args=["cmalt"]), coordinator(received)),
        Shot("evidence-list", url("evidence:list"), writer.pk),
        Shot("capture", url("evidence:capture"), writer.pk),
        Shot("evidence", evidence.evidence.get_absolute_url(), writer.pk),
        Shot("portfolio", portfolio.get_absolute_url(), writer.pk),
        Shot("section", section.get_absolute_url(), writer.pk, settle),
        Shot("readiness", url("portfolios:readiness", args=[portfolio.pk]), writer.pk),
        Shot("sharing", url("portfolios:sharing", args=[portfolio.pk]), writer.pk),
        Shot("public-portfolio", url("portfolios:public", args=[public.slug])),
        Shot("registration", referred.registration.get_absolute_url(), referred.candidate.pk),
        Shot("submission", assessing.get_absolute_url(), assessing.candidate.pk),
        Shot("referral", referred.get_absolute_url(), referred.candidate.pk),
        Shot("manage", url("accreditation:manage"), coordinator(received)),
        Shot("screening", url("accreditation:screening", args=[received.pk]), coordinator(received)),
        Shot("allocation", url("accreditation:allocation", args=[accepted.pk]), coordinator(accepted)),
        Shot("assess", url("accreditation:assess"), joint.assessor_id),
        Shot("judge", url("accreditation:assignment", args=[reading.pk]), reading.assessor_id),
        Shot(
            "reconciliation",
            url("accreditation:reconciliation", args=[reconciling.pk]),
            joint.assessor_id,
        ),
        Shot("outcome", url("accreditation:submission", args=[award.submission_id]), public.owner_id),
        Shot("award", award.get_absolute_url()),
        Shot("register", url("credentials:register")),
        Shot("verify", url("credentials:verify"), None, check),
        Shot("notifications", url("notifications:list"), coordinator(received)),
        Shot("demo-mail", url("demo:mail")),
        Shot("gallery", url("design:gallery")),
        *together(somebody),
    ]


def together(somebody: Callable[[str], Any]) -> list[Shot]:
    """Communities, the open course and the writing group, as those see them who are in them."""
    from django.urls import reverse as url

    from collegium.conversations.models import Thread
    from collegium.courses.models import Course, Iteration, Week
    from collegium.events.models import Occurrence
    from collegium.foundation import clock
    from collegium.portfolios.models import Comment, Portfolio

    facilitator, mentor, late, member, carer = (
        somebody(key).pk for key in ("jean", "aoife.", "ximena@", "chidi.", "rhodri@")
    )
    running = Iteration.objects.filter(state=Iteration.State.RUNNING)
    course = running.filter(course__shape=Course.Shape.OPEN).order_by("-circle__members").first()
    group = (
        running.filter(course__shape=Course.Shape.GROUP, facilitators__members=mentor, circle__members=member)
        .order_by("pk")
        .first()
    )
    community = course.course.community
    week = course.weeks.filter(starts_on__lte=clock.today()).latest("starts_on")
    meeting = Week.objects.filter(iteration=group, starts_on__gte=clock.today()).earliest("starts_on")
    longest = Thread.objects.filter(forum=community.forum).order_by("-post_count").first()
    ahead = Occurrence.objects.visible_to(somebody("ximena@")).ahead().order_by("starts_at").first()
    read = Comment.objects.order_by("pk").first().part.section
    board = Portfolio.objects.filter(owner=member).own().first()
    return [
        Shot("home-facilitator", "/", facilitator),
        Shot("home-mentor", "/", mentor),
        Shot("home-participant", "/", late),
        Shot("learn", url("courses:list"), late),
        Shot("course", course.get_absolute_url()),
        Shot("week", week.get_absolute_url(), late),
        Shot("plan", url("courses:plan", args=[course.slug]), late),
        Shot("project-bank", url("courses:projects", args=[course.slug]), late),
        Shot("participation", url("courses:participation", args=[course.slug]), facilitator),
        Shot("design-decisions", url("courses:design", args=[course.slug]), facilitator),
        Shot("communities", url("communities:list"), late),
        Shot("community", community.get_absolute_url(), late),
        Shot("network", url("communities:network")),
        Shot("map", url("communities:map", args=[community.slug]), late),
        Shot("poster", url("communities:poster", args=[community.slug]), facilitator),
        Shot("care", url("communities:care", args=[community.slug]), carer),
        Shot("thread", longest.get_absolute_url(), late),
        Shot("events", url("events:list"), late),
        Shot("event", ahead.get_absolute_url(), late),
        Shot("group", group.get_absolute_url(), member),
        Shot("meeting", meeting.get_absolute_url(), member),
        Shot("timeline", url("courses:timeline", args=[group.slug]), member),
        Shot("drafts-to-read", url("portfolios:drafts"), mentor),
        Shot("comments", read.get_absolute_url(), read.portfolio.owner_id),
        Shot("gap-board", url("portfolios:board", args=[board.pk]), member),
        Shot("preferences", url("notifications:preferences"), late),
        *everywhere(course, late, facilitator),
    ]


def everywhere(course: Any, late: int, facilitator: int) -> list[Shot]:
    """What the open course gathers from everywhere, and what it sends out."""
    from django.urls import reverse as url

    from collegium.ecology.models import Flow, ReadingList, Resource
    from collegium.newsletters.models import Issue

    ecology = course.ecology
    lit = (
        Flow.objects.filter(ecology=ecology, highlighted_at__isnull=False).order_by("-highlighted_at").first()
    )
    kept = Resource.objects.filter(ecology=ecology, removed_at__isnull=True).order_by("pk").first()
    read = ReadingList.objects.filter(ecology=ecology).order_by("pk").first()
    sent = Issue.objects.filter(state=Issue.State.SENT).order_by("-number").first()
    draft = Issue.objects.filter(state=Issue.State.DRAFT).order_by("-number").first()
    of_ecology = {"ecology_id": ecology.pk}
    of_draft = {"slug": draft.newsletter.slug, "number": draft.number}
    editor = draft.newsletter.editors.members.order_by("pk").first().pk
    return [
        Shot("river", url("ecology:river"), late),
        Shot("stream", url("ecology:stream", kwargs=of_ecology), facilitator),
        Shot("hub", url("ecology:ecology", kwargs=of_ecology)),
        Shot("item", lit.item.get_absolute_url(), late),
        Shot("sources", url("ecology:sources", kwargs=of_ecology), facilitator),
        Shot("ecology-map", url("ecology:map", kwargs=of_ecology), facilitator),
        Shot("library", url("ecology:library", kwargs=of_ecology), late),
        Shot("resource", kept.get_absolute_url(), late),
        Shot("reading-list", read.get_absolute_url(), late),
        Shot("newsletter", sent.newsletter.get_absolute_url()),
        Shot("issue", sent.get_absolute_url()),
        Shot("newsletter-desk", url("newsletters:desk", args=[draft.newsletter.slug]), editor),
        Shot("issue-sheet", url("newsletters:edit", kwargs=of_draft), editor),
        Shot("search", url("home:search") + "?q=feedback", late),
    ]


# The server -----------------------------------------------------------------------------------------------------------


def free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


@contextlib.contextmanager
def served(port: int) -> Iterator[None]:
    """The environment is the one that ``start_django`` has set."""
    command = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    command += [
        "--blocking-threads",
        "4",
        "--no-ws",
        "--log-level",
        "warning",
        "collegium.config.wsgi:application",
    ]
    process = subprocess.Popen(command, cwd=ROOT)  # noqa: S603  # ourselves
    try:
        for _attempt in range(200):
            with contextlib.suppress(OSError), urlopen(f"http://127.0.0.1:{port}/healthz"):
                break
            time.sleep(0.2)
        yield
    finally:
        process.terminate()
        process.wait(30)


# The pictures ---------------------------------------------------------------------------------------------------------


def take(
    wanted: Sequence[Shot],
    site: str,
    folder: Path,
    *,
    whole: bool,
    widths: Sequence[int],
    themes: Sequence[str],
) -> None:
    from playwright.sync_api import sync_playwright

    found = os.environ.get("COLLEGIUM_CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if not found:
        raise SystemExit("No Chromium found: install it or name it in COLLEGIUM_CHROMIUM.")
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found,
            args=FLAGS,
            env={**os.environ, "LANGUAGE": "en_GB"},  # how the browser writes days in its own controls
        )
        keys: dict[int | None, Any] = {None: None}
        for who in {shot.who for shot in wanted} - {None}:
            context = browser.new_context(base_url=site)
            page = context.new_page()
            page.goto("/demo/")
            page.locator("form[action^='/demo/be/']").first.evaluate(
                "(form, address) => { form.action = address; form.submit() }", f"/demo/be/{who}"
            )
            page.wait_for_url(site + "/")
            keys[who] = context.storage_state()
            context.close()
        for shot in wanted:
            for width in widths:
                context = browser.new_context(
                    base_url=site,
                    storage_state=keys[shot.who],
                    viewport={"width": width, "height": HEIGHT},
                    locale="en-GB",
                    timezone_id="Europe/London",
                    reduced_motion="reduce",
                )
                page = context.new_page()
                _visit(page, shot)
                for theme in themes:
                    page.emulate_media(color_scheme=theme)
                    _keep(page, folder / f"{shot.name}-{width}-{theme}.webp", whole=whole)
                context.close()
            print(shot.name, flush=True)
        browser.close()


def _visit(page: Any, shot: Shot) -> None:
    answer = page.goto(shot.path)
    if answer is None or answer.status >= 400:  # noqa: PLR2004  # HTTP's own
        raise SystemExit(f"{shot.name}: {shot.path} answers {answer and answer.status}.")
    if shot.before is not None:
        shot.before(page)
    page.wait_for_load_state("networkidle")  # faces and thumbnails too
    page.evaluate("document.fonts.ready")
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if wide > 0:
        print(
            f"{shot.name}: something sticks out by {wide} pixels at {page.viewport_size['width']}.",
            file=sys.stderr,
        )


def _keep(page: Any, path: Path, *, whole: bool) -> None:
    from PIL import Image

    taken = page.screenshot(full_page=whole)
    if whole:  # a page can be longer than WebP knows
        path.with_suffix(".png").write_bytes(taken)
        return
    Image.open(io.BytesIO(taken)).convert("RGB").save(path, "WEBP", quality=QUALITY, method=6)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--only", nargs="*", default=(), help="Names of pages.")
    parser.add_argument("--out", type=Path, default=FOLDER)
    parser.add_argument(
        "--data", type=Path, help="A demo's folder of data, to use as it is instead of a new world."
    )
    parser.add_argument("--port", type=int, help="The port that the world of --data was made for.")
    parser.add_argument("--whole", action="store_true", help="The whole length of each page, as PNG.")
    parser.add_argument("--width", type=int, nargs="*", default=WIDTHS)
    parser.add_argument("--theme", nargs="*", default=THEMES, choices=THEMES)
    told = parser.parse_args()
    port = told.port or free_port()
    site = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory(prefix="collegium-screenshots-") as scratch:
        sys.path.insert(0, str(ROOT))
        from collegium.home.blogs.serving import Blogs

        data = told.data or Path(scratch)
        blogs = Blogs.of(data, near=port + 1)
        start_django(data, site, blogs)
        from django.core.management import call_command
        from django.db import connections

        call_command("migrate", verbosity=0)
        if told.data is None:
            make_world(blogs)
        call_command("collectstatic", interactive=False, verbosity=0)
        wanted = [shot for shot in shots() if not told.only or shot.name in told.only]
        connections.close_all()
        with served(port):
            take(wanted, site, told.out, whole=told.whole, widths=told.width, themes=told.theme)
    size = sum(path.stat().st_size for path in told.out.glob("*.webp")) / 1e6
    print(f"{told.out}: {size:.1f} MB")


if __name__ == "__main__":
    main()
