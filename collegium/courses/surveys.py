"""What is asked on enrolling and at the end: questions as data, so that each iteration can ask its own."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from django.utils.translation import gettext as _

Kind = Literal["choice", "scale", "text"]
KINDS: tuple[Kind, ...] = ("choice", "scale", "text")
SCALE = range(1, 6)
LONGEST_ANSWER = 4000
MOST_QUESTIONS = 30
MOST_OPTIONS = 12


@dataclass(frozen=True)
class Question:
    key: str
    kind: Kind
    words: str
    options: tuple[str, ...] = ()  # of a choice; of a scale, what its lowest and its highest mean
    required: bool = False  # of whoever answers the survey at all: nobody has to

    @property
    def lowest(self) -> str:
        return self.options[0] if self.options else ""

    @property
    def highest(self) -> str:
        return self.options[1] if len(self.options) > 1 else ""

    def as_data(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "kind": self.kind,
            "words": self.words,
            "options": list(self.options),
            "required": self.required,
        }

    @property
    def shape(self) -> tuple[str, str, int, bool]:
        """All but its wording."""
        return self.key, self.kind, len(self.options), self.required


def read(data: Iterable[Mapping[str, Any]]) -> list[Question]:
    """The questions as kept. What cannot be read as one is left out: a survey never keeps a page from opening."""
    found = []
    for each in data:
        kind = each.get("kind")
        if kind in KINDS and each.get("key") and each.get("words"):
            found.append(
                Question(
                    key=str(each["key"]),
                    kind=kind,
                    words=str(each["words"]),
                    options=tuple(map(str, each.get("options", ()))),
                    required=each.get("required") is True,
                )
            )
    return found


def fitting(questions: Iterable[Question], given: Mapping[str, Any]) -> dict[str, Any]:
    """The answers that fit their questions; none has to be answered."""
    answers: dict[str, Any] = {}
    for question in questions:
        answer = str(given.get(question.key, "") or "").strip()
        if not answer:
            continue
        if question.kind == "choice" and answer in question.options:
            answers[question.key] = answer
        elif question.kind == "scale" and answer.isdecimal() and int(answer) in SCALE:
            answers[question.key] = int(answer)
        elif question.kind == "text":
            answers[question.key] = answer[:LONGEST_ANSWER]
    return answers


def missing(questions: Iterable[Question], answers: Mapping[str, Any]) -> list[Question]:
    """What is asked of everybody who answers, and is not answered."""
    if not any(answers.values()):
        return []
    return [each for each in questions if each.required and not answers.get(each.key)]


def as_worded_now(
    questions: Iterable[Question], asked: Iterable[Question], answers: Mapping[str, Any]
) -> dict[str, Any]:
    """Answers to questions as they were asked, in the words that their choices have now."""
    before = {each.key: each for each in asked}
    found = dict(answers)
    for question in questions:
        was = before.get(question.key)
        chosen = answers.get(question.key)
        if question.kind == "choice" and was is not None and chosen in was.options:
            place = was.options.index(chosen)
            found[question.key] = question.options[place] if place < len(question.options) else chosen
    return found


def fault(question: Question) -> tuple[str, str] | None:
    """Why a question can't be asked like this: what of it ("words", "options"), and a sentence."""
    if not question.words:
        return "words", _("Say what you ask.")
    if question.kind == "choice" and len(question.options) < 2:  # noqa: PLR2004  # between one thing nobody chooses
        return "options", _("A choice needs at least two things to choose from, one a line.")
    if question.kind == "choice" and len(set(question.options)) < len(question.options):
        return "options", _("Two of the choices are the same.")
    if question.kind == "scale" and len(question.options) not in {0, 2}:
        return "options", _("A scale has two lines: what its lowest mark means, and its highest. Or none.")
    if len(question.options) > MOST_OPTIONS:
        return "options", _("That is a long list: %(most)s choices at most.") % {"most": MOST_OPTIONS}
    return None


def entry() -> list[Question]:
    """What people bring along: asked on enrolling unless the iteration asks its own."""
    return [
        Question(
            "role",
            "choice",
            _("Which of these is closest to your work?"),
            (
                _("I teach"),
                _("I support people who teach"),
                _("I develop or run systems"),
                _("I lead or manage"),
                _("I do research"),
                _("Something else"),
            ),
        ),
        Question(
            "years",
            "choice",
            _("How long have you worked with learning technology?"),
            (
                _("Less than two years"),
                _("Two to five years"),
                _("Six to ten years"),
                _("More than ten years"),
            ),
        ),
        Question(
            "portfolio",
            "choice",
            _("Have you written a portfolio about your practice before?"),
            (_("Yes, and it was assessed"), _("Yes, for myself"), _("I began one"), _("No")),
        ),
        Question(
            "open",
            "scale",
            _("How do you feel about sharing unfinished work with others?"),
            (_("I would rather not"), _("I do it all the time")),
        ),
        Question(
            "reflect",
            "scale",
            _("How used are you to writing about what you learnt from something that you did?"),
            (_("It is new to me"), _("I do it often")),
        ),
        Question(
            "alone",
            "scale",
            _("Do you have people nearby to talk to about this work?"),
            (_("Nobody"), _("A good many")),
        ),
        Question("bring", "text", _("What could you show others, or help them with?")),
        Question("hope", "text", _("What would have to happen for you to call this time well spent?")),
    ]


def leaving() -> list[Question]:
    """Looking back, at the end."""
    return [
        Question(
            "goals",
            "scale",
            _("How far did you get towards your own goals?"),
            (_("Not yet begun"), _("All the way")),
        ),
        Question(
            "portfolio",
            "choice",
            _("Where is your portfolio now?"),
            (
                _("I have not begun one"),
                _("Some sections are drafted"),
                _("Most sections are drafted"),
                _("It is ready, or handed in"),
            ),
        ),
        Question(
            "others",
            "scale",
            _("How much did you learn from the others who took part?"),
            (_("Nothing"), _("A great deal")),
        ),
        Question("pace", "scale", _("How was the pace for you?"), (_("Far too slow"), _("Far too fast"))),
        Question("changed", "text", _("What do you do differently now?")),
        Question("worth", "text", _("Which week or event was worth most to you, and why?")),
        Question("better", "text", _("What should the next iteration change?")),
    ]


@dataclass(frozen=True)
class Aspect:
    """One line of the small rubric by which peers appreciate a project."""

    key: str
    question: str


MARKS = (1, 2, 3, 4)


def mark_words() -> dict[int, str]:
    return {1: _("a beginning"), 2: _("it is there"), 3: _("clearly"), 4: _("I will remember it")}


def aspects() -> list[Aspect]:
    return [
        Aspect("use", _("I can see who is helped by it")),
        Aspect("why", _("It says why it was done this way")),
        Aspect("again", _("I could try it, or parts of it, myself")),
    ]


def read_rubric(data: Iterable[Mapping[str, Any]]) -> list[Aspect]:
    return [
        Aspect(str(each["key"]), str(each["question"]))
        for each in data
        if each.get("key") and each.get("question")
    ]
