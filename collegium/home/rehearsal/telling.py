"""The report: what was done step by step, what was seen, what was checked. It is written as it goes."""

import datetime as dt
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.core import mail

from collegium.foundation import clock
from collegium.foundation.refusal import Refusal
from collegium.people.models import Person
from collegium.portfolios.queries import Readiness
from collegium.schemes.documents import UnsetRule

MOST_LISTED = 8
MOST_NAMED = 3  # to so many the same letter is told one by one
Advance = Callable[[int, int, str], None]
HEADING = "# Rehearsal of "  # what a report begins with, by which an earlier one is known


@dataclass
class Step:
    """One thing that somebody did, on one day."""

    title: str
    chapter: str
    at: dt.datetime
    lines: list[str] = field(default_factory=list)
    letters: list[str] = field(default_factory=list)
    checks: int = 0
    failures: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def say(self, sentence: str) -> None:
        self.lines.append(sentence)

    def saw(self, person: Person, words: str) -> None:
        """What somebody reads at this moment, in the very words."""
        self.lines.append(f"{person.name} reads: {quoted(words)}")

    def list(self, heading: str, items: Iterable[str], *, most: int = MOST_LISTED) -> None:
        items = list(items)
        self.lines.append(heading + "".join(f"\n  - {item}" for item in items[:most]))
        if len(items) > most:
            self.lines[-1] += f"\n  - … and {len(items) - most} more"

    def check(self, sentence: str, *, holds: Any) -> bool:
        """Something that has to be so; if it is not, the rehearsal has failed, and goes on all the same."""
        self.checks += 1
        self.lines.append(f"✓ {sentence}" if holds else f"✗ **{sentence}** This is not so.")
        if not holds:
            self.failures.append(sentence)
        return bool(holds)

    def refused(self, what: str, act: Callable[[], Any], *codes: str) -> bool:
        """Something that has to be refused, with the words of the refusal; ``codes`` are the ones expected, if told."""
        self.checks += 1
        try:
            act()
        except Refusal as refusal:
            if codes and refusal.code not in codes:
                self.failures.append(f"{what}: refused for another reason: {refusal}")
                self.lines.append(f"✗ **{what}: refused, but for another reason:** {quoted(str(refusal))}")
                return False
            self.lines.append(f"✓ {what}: refused. {quoted(in_full(refusal))}")
            return True
        self.failures.append(f"{what}: this should have been refused.")
        self.lines.append(f"✗ **{what}: this should have been refused, and was not.**")
        return False

    def readiness(self, found: Readiness) -> None:
        """The readiness check as its reader sees it."""
        if found.is_ready:
            self.say(f"The readiness check: all is well, with {len(found.met)} points met.")
        else:
            points = f"{counted(len(found.open), 'point')} {'is' if len(found.open) == 1 else 'are'}"
            self.list(
                f"The readiness check: {points} open and {len(found.met)} met.",
                (finding.sentence for finding in found.open),
            )
        if found.remarks:
            self.list("It remarks besides:", (finding.sentence for finding in found.remarks), most=3)


@dataclass
class Answered:
    rule: UnsetRule
    answer: str
    needed_for: str


@dataclass
class Telling:
    """All steps so far; ``advance`` is told of each."""

    advance: Advance
    expected: int = 40  # steps, for the progress bar
    steps: list[Step] = field(default_factory=list)
    answers: list[Answered] = field(default_factory=list)
    open_rules: list[UnsetRule] = field(default_factory=list)
    left_open: dict[str, str] = field(
        default_factory=dict
    )  # what came of a rule that stayed unset, by its path
    skipped: list[str] = field(default_factory=list)
    facts: list[tuple[str, str]] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)  # by e-mail address
    files: list[tuple[str, str]] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)
    sent: list[tuple[dt.datetime, Any]] = field(default_factory=list)  # each letter with its moment
    _letters_told: int = 0

    @contextmanager
    def step(self, chapter: str, title: str) -> Iterator[Step]:
        """A refusal that was not expected ends the step and is passed on; whoever walks decides what becomes of it."""
        made = Step(title=title, chapter=chapter, at=clock.now())
        self.steps.append(made)
        self.advance(min(len(self.steps), self.expected), self.expected, title)
        start = time.monotonic()
        try:
            yield made
        except Refusal as refusal:
            made.failures.append(f"{title}: {in_full(refusal)}")
            made.lines.append(f"✗ **Refused, and should not have been:** {quoted(in_full(refusal))}")
            raise
        finally:
            made.seconds = time.monotonic() - start
            made.letters = self._new_letters()

    def note_letters(self) -> None:
        """Those that went out since: at this moment, and not when the step ends in which they are told."""
        box: Sequence[Any] = getattr(mail, "outbox", [])
        self.sent += [(clock.now(), letter) for letter in box[len(self.sent) :]]

    def _new_letters(self) -> list[str]:
        self.note_letters()
        by_subject: dict[str, list[str]] = {}
        for _moment, letter in self.sent[self._letters_told :]:
            names = [self.names.get(address, address) for address in letter.to]
            by_subject.setdefault(letter.subject, []).extend(names)
        self._letters_told = len(self.sent)
        return [
            f"to {name}: {subject}"
            for subject, names in by_subject.items()
            for name in (names if len(names) <= MOST_NAMED else [_and_more(names)])
        ]

    @property
    def failures(self) -> list[str]:
        return [failure for step in self.steps for failure in step.failures]

    @property
    def checks(self) -> int:
        return sum(step.checks for step in self.steps)

    @property
    def letters(self) -> int:
        return len(self.sent)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began

    def chapters(self) -> dict[str, list[Step]]:
        found: dict[str, list[Step]] = {}
        for step in self.steps:
            found.setdefault(step.chapter, []).append(step)
        return found


def in_full(refusal: Refusal) -> str:
    """A refusal with its single reasons."""
    details = "; ".join(str(reason).rstrip(".") for reason in refusal.details)
    return f"{refusal} ({details})" if details else str(refusal)


def quoted(words: str) -> str:
    """In the quotation marks that are not in it already."""
    return f"‘{words}’" if "“" in words else f"“{words}”"


def counted(number: int, what: str) -> str:
    return f"one {what}" if number == 1 else f"{number} {what}s"


def _and_more(names: Sequence[str]) -> str:
    return f"{', '.join(names[:2])} and {len(names) - 2} more"


def day(moment: dt.datetime | dt.date) -> str:
    return f"{moment.day} {moment:%B %Y}"


# On paper -----------------------------------------------------------------------------------------------------------


def written(told: Telling, title: str, version: str) -> str:
    """The report, in Markdown."""
    return "\n".join([*_head(told, title, version), *_rules(told), *_story(told), *_timings(told), ""])


def _head(told: Telling, title: str, version: str) -> Iterator[str]:
    yield f"{HEADING}{title}, version {version}"
    yield ""
    failures = told.failures
    if failures:
        yield f"**{len(failures)} of {told.checks} checks did not come out as they should:**"
        yield ""
        yield from (f"- {failure}" for failure in failures)
    else:
        yield f"All {told.checks} checks came out as they should."
    yield ""
    yield (
        "Everybody in this report is invented, and so is all that they wrote. It happened on a throw-away database, by the "
        "same actions that people use, on a clock that was moved. The words in quotation marks are what people would read."
    )
    yield ""
    yield from (f"- {name}: {value}" for name, value in told.facts)
    yield f"- Steps: {len(told.steps)}; letters sent: {told.letters}; time taken: {told.seconds:.1f} s"
    yield ""
    if told.skipped:
        yield "**Not rehearsed:**"
        yield ""
        yield from (f"- {line}" for line in told.skipped)
        yield ""
    yield "| In this folder | What it is |"
    yield "|---|---|"
    yield from (f"| `{name}` | {what} |" for name, what in told.files)
    yield ""


def _rules(told: Telling) -> Iterator[str]:
    yield "## Rules that the scheme leaves unset"
    yield ""
    if not told.open_rules:
        yield "None: every rule is published."
        yield ""
        return
    answered = {each.rule.path: each for each in told.answers}
    invented = (
        f"{len(answered)} of them had to be answered for this rehearsal, and the answers are invented: "
        "decide them in earnest before the scheme opens."
        if answered
        else "None of them had to be answered for this rehearsal."
    )
    yield f"{len(told.open_rules)} rules are unset. {invented}"
    yield ""
    yield "| Rule | What its coordinator is asked | In this rehearsal |"
    yield "|---|---|---|"
    for rule in told.open_rules:
        found = answered.get(rule.path)
        where = f" ({rule.pathway})" if rule.pathway else ""
        what = (
            f"answered: **{found.answer}**; needed for {found.needed_for}"
            if found
            else f"left unset; {told.left_open.get(rule.path, 'nothing here needed it')}"
        )
        yield f"| `{rule.path}` | {rule.question}{where} | {_cell(what)} |"
    yield ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _story(told: Telling) -> Iterator[str]:
    for chapter, steps in told.chapters().items():
        yield f"## {chapter}"
        yield ""
        for step in steps:
            yield f"### {day(step.at)}: {step.title}"
            yield ""
            yield from (f"- {line}" for line in step.lines)
            if step.letters:
                yield "- Letters:" + "".join(f"\n  - {letter}" for letter in step.letters)
            yield ""


def _timings(told: Telling) -> Iterator[str]:
    yield "## Time taken"
    yield ""
    yield "| Chapter | Steps | Seconds | The longest step |"
    yield "|---|---|---|---|"
    for chapter, steps in told.chapters().items():
        longest = max(steps, key=lambda step: step.seconds)
        yield (
            f"| {_cell(chapter)} | {len(steps)} | {sum(step.seconds for step in steps):.1f} "
            f"| {_cell(longest.title)} ({longest.seconds:.1f}) |"
        )
