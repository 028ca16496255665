"""A rehearsal: a scheme is walked from end to end before it opens, on a throw-away database and a moved clock.

``rehearse`` loads a scheme file, lets invented people go through all of it by the actions that real ones use, checks on
the way what has to hold and what has to be refused, and leaves in a folder what a candidate would take home, with a
report. Then people who are on the way to it walk a whole iteration of an open course and a writing group, both laid out
from the same scheme. It knows no scheme: what is written, asked, judged and awarded follows from the file alone. Where the file leaves
a rule unset, the rehearsal's coordinator answers it when a decision cannot do without, and the report says so.

The report and the texts of the invented people are a document in British English, whatever the language of the site.
"""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from collegium.foundation import clock
from collegium.foundation.refusal import Refusal
from collegium.home.rehearsal import (
    cast,
    days,
    holding,
    judging,
    letters,
    running,
    telling,
    walking,
    web,
)
from collegium.home.rehearsal.stage import Stage
from collegium.home.rehearsal.stories import STORIES
from collegium.home.rehearsal.telling import Telling
from collegium.schemes import actions as schemes
from collegium.schemes.documents import SchemeDocument

REPORT = "report.md"


@dataclass(frozen=True)
class Rehearsed:
    """What came of it, in a few lines."""

    lines: tuple[str, ...]


def rehearse(
    file: Path, out: Path, advance: Callable[[int, int, str], None], *, portfolios_only: bool = False
) -> Rehearsed:
    """Walk the scheme in ``file`` and leave in ``out`` what came of it.

    ``portfolios_only``: without the course and the writing group that lead to it.

    Raises a Refusal for a file with mistakes in it, for a scheme on which nothing can be completed, and for a folder that
    holds something else: then nothing is left. A rehearsal of which something did not come out as it should leaves
    everything that there is, and raises a Refusal that says what.
    """
    if settings.MODE not in {"rehearsal", "test"}:
        raise Refusal(
            _("A rehearsal invents people and awards, so it only happens on a throw-away database.")
        )
    _refuse_folder(out)
    checked = schemes.checked_file(file)
    told = Telling(advance)
    with (
        tempfile.TemporaryDirectory(prefix="collegium-rehearsed-") as made,
        web.pages({story.page: story.title for story in STORIES}) as address,
        clock.moved_to(walking.beginning(checked.scheme)),
    ):
        folder = Path(made)
        _walk(told, file, checked.scheme, folder, address, portfolios_only=portfolios_only)
        report = telling.written(told, checked.scheme.title, checked.scheme.version)
        (folder / REPORT).write_text(report, encoding="utf-8")
        holding.replace(folder, out)
    advance(told.expected, told.expected, "")
    if told.failures:
        raise Refusal(
            ngettext(
                "%(count)d check did not come out as it should; %(report)s tells where.",
                "%(count)d checks did not come out as they should; %(report)s tells where.",
                len(told.failures),
            )
            % {"count": len(told.failures), "report": out / REPORT},
            code="rehearsal",
            details=told.failures,
        )
    return _rehearsed(told, checked.scheme)


def _refuse_folder(out: Path) -> None:
    """Only an empty folder, or what an earlier rehearsal left, is written to."""
    if not out.exists() or not any(out.iterdir()):
        return
    report = out / REPORT
    if not report.is_file() or not report.read_text(encoding="utf-8").startswith(telling.HEADING):
        raise Refusal(
            _(
                "The folder %(folder)s holds something that no rehearsal left there. Name another one, or an empty one."
            )
            % {"folder": out}
        )


def _walk(
    told: Telling,
    file: Path,
    scheme: SchemeDocument,
    folder: Path,
    address: str,
    *,
    portfolios_only: bool,
) -> None:
    with told.step(
        walking.OPENING, f"The scheme is loaded from {file.name}, and its people come together"
    ) as step:
        version = schemes.load_file(file)
        country = scheme.partners[0].country or "GB"
        people = cast.assemble(told, version.scheme, country=country)
        keys, told.skipped = walking.completable(version)
        if not keys:
            raise Refusal(
                _("No pathway of this scheme can be completed yet, so there is nothing to rehearse."),
                code="incomplete",
                details=told.skipped,
            )
        told.expected = walking.expected_steps(len(keys))
        if not portfolios_only:
            told.expected += running.STEPS_FOR_COURSE + running.STEPS_FOR_GROUP
        told.open_rules = list(scheme.unset_rules())
        titles = [pathway.title for pathway in scheme.pathways if pathway.key in keys]
        told.facts = [
            ("Scheme file", f"`{file.name}`"),
            ("Framework", f"{version.framework.title}, version {version.framework.version}"),
            ("Pathways rehearsed", ", ".join(titles)),
        ]
        step.say(
            f"{people.keeper.name} keeps the site, and {people.coordinator.name} coordinates the scheme."
        )
        step.say(
            f"{people.colleague.name} puts {people.home.name} on the list; its e-mail domain is verified."
        )
        step.check("Loading the file again changes nothing", holds=schemes.load_file(file).pk == version.pk)
        for line in told.skipped:
            step.say(line)
        for pathway in scheme.pathways:
            if pathway.key not in keys:
                for rule in (pathway.sections, pathway.requires):
                    told.left_open[rule.path] = "so this pathway was not rehearsed"
    stage = Stage(told, version, people, address)
    judging.gathered(stage, keys, walking.OPENING)
    awarded = walking.Awarded()
    days.run(walking.tracks(stage, keys, awarded))
    if not portfolios_only:
        # At the same time as they, and not after: on a clock of its own.
        with clock.moved_to(walking.beginning(scheme)):
            running.run(stage, keys[0], folder, country=country)
    if awarded.first is not None:
        candidacy, award = awarded.first
        holding.leave(candidacy, award, awarded.revoked, folder, walking.LEFT)
    letters.leave(told, folder)
    told.files.append((REPORT, "This report"))


def _rehearsed(told: Telling, scheme: SchemeDocument) -> Rehearsed:
    lines = [
        _(
            "%(scheme)s %(version)s: %(steps)d steps and %(checks)d checks, all as they should be, in %(seconds).0f s."
        )
        % {
            "scheme": scheme.short_title,
            "version": scheme.version,
            "steps": len(told.steps),
            "checks": told.checks,
            "seconds": told.seconds,
        }
    ]
    lines += [_("Not rehearsed: %(what)s") % {"what": line} for line in told.skipped]
    answered = len({each.rule.path for each in told.answers})
    if told.open_rules:
        lines.append(
            _(
                "%(unset)d rules are unset; for %(answered)d of them an answer had to be invented (see the report)."
            )
            % {"unset": len(told.open_rules), "answered": answered}
        )
    return Rehearsed(tuple(lines))
