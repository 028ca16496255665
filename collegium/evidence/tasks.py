"""Looking at links: after they are captured, and again from time to time, because links rot."""

from datetime import timedelta
from html.parser import HTMLParser

from django.db.models import F, Q

from collegium.evidence import actions
from collegium.evidence.models import Evidence
from collegium.foundation import background, clock, files, http

LOOK_AGAIN_AFTER = timedelta(days=30)
A_DAYS_WORTH = 200
_A_PAGES_HEAD = 500_000


@background.task()
def check_link(evidence_id: int) -> None:
    evidence = Evidence.objects.filter(pk=evidence_id).exclude(url="").first()
    if evidence is None:
        return
    found = http.check(evidence.url)
    is_first_look = evidence.link_checked_at is None
    title = _title_of_page(evidence.url) if found.answers and is_first_look else ""
    actions.note_link(evidence=evidence, found=found, page_title=title)


@background.task(retries=1)
def make_thumbnails(evidence_id: int) -> None:
    """So that the first to look need not wait; without them they are made when they are asked for."""
    evidence = (
        Evidence.objects.filter(pk=evidence_id, kind=Evidence.Kind.IMAGE).select_related("blob").first()
    )
    if evidence is not None and evidence.blob is not None:
        for size in (640, 1024):
            files.thumbnail(evidence.blob, size)


@background.periodic(minutes=24 * 60)
def check_links_again() -> None:
    """The links that nobody has looked at for longest; a part of them each day, so that no site is asked in bursts."""
    before = clock.now() - LOOK_AGAIN_AFTER
    due = Evidence.objects.exclude(url="").filter(Q(link_checked_at=None) | Q(link_checked_at__lt=before))
    oldest = due.order_by(F("link_checked_at").asc(nulls_first=True), "pk").values_list("pk", flat=True)
    for evidence_id in oldest[:A_DAYS_WORTH]:
        check_link.later(evidence_id)


class _TitleReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.title = ""
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self._inside = tag == "title" and not self.title

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002
        self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.title += data


def _title_of_page(url: str) -> str:
    try:
        page = http.get(url, max_bytes=_A_PAGES_HEAD)
    except http.Unreachable:  # too large, say: then the title guessed from the address stays
        return ""
    if "html" not in page.headers.get("content-type", ""):
        return ""
    reader = _TitleReader()
    reader.feed(page.body.decode("utf-8", "replace"))
    return reader.title
