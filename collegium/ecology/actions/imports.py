"""A list of sources that somebody brought: written down first, then worked off a few at a time."""

from django.db import transaction
from django.utils.translation import gettext as _

from collegium.ecology import opml, rules
from collegium.ecology.actions.sources import follow
from collegium.ecology.doctor import Candidate
from collegium.ecology.models import Ecology, OutlineImport
from collegium.foundation import clock
from collegium.foundation.refusal import Refusal
from collegium.people.models import Person

AT_ONCE = 25


@transaction.atomic
def begin_import(*, ecology: Ecology, by: Person, outlines: opml.Outlines) -> OutlineImport:
    """Nothing is followed yet: ``work_off_import`` does that, as often as there is something left."""
    if not rules.may_import(by, ecology):
        raise Refusal(_("Only editors of %(title)s bring lists of sources.") % {"title": ecology.title})
    if not outlines.feeds:
        raise Refusal(_("There is no feed in this file."), code="file")
    return OutlineImport.objects.create(
        ecology=ecology,
        by=by,
        head=outlines.head,
        outlines=[outline.as_json() for outline in outlines.outlines],
    )


@transaction.atomic
def work_off_import(*, work: OutlineImport) -> bool:
    """The next few of its outlines; False once all are done. Safe to repeat, also after a worker died half-way."""
    work = (
        OutlineImport.objects.select_for_update(of=("self",)).select_related("ecology", "by").get(pk=work.pk)
    )
    if work.finished_at is not None or work.by is None:
        return False
    for data in work.outlines[work.done : work.done + AT_ONCE]:
        _follow(work, opml.Outline.of_json(data), work.by)
    work.done = min(work.done + AT_ONCE, len(work.outlines))
    if work.done >= len(work.outlines):
        work.finished_at = clock.now()
    work.save(update_fields=["done", "followed", "refused", "finished_at"])
    return work.finished_at is None


def _follow(work: OutlineImport, outline: opml.Outline, by: Person) -> None:
    if not outline.feed_url:
        return  # kept as it is, for the way out
    candidate = Candidate(
        feed_url=outline.feed_url, page_url=_web(outline.page_url), title=outline.title or outline.feed_url
    )
    try:
        with transaction.atomic():
            before = work.ecology.followings.running().count()
            follow(
                ecology=work.ecology,
                by=by,
                candidate=candidate,
                folder=outline.folder,
                opml=opml.keep(outline),
            )
    except Refusal as refusal:
        work.refused = [
            *work.refused,
            {"title": outline.title[:200], "url": outline.feed_url[:500], "why": str(refusal)},
        ]
    else:
        work.followed += int(work.ecology.followings.running().count() > before)


def _web(url: str) -> str:
    return url if url.startswith(("http://", "https://")) else ""
