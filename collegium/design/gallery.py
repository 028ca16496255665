"""The gallery's material: specimens, cut from one template at its markers, shown beside their own source.

`{#= Title | note #}` begins a chapter, `{#: macro other_macro | note #}` a specimen.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django import forms

from collegium.design.forms import Day, DayAndTime

TEMPLATES = Path(__file__).parent / "templates" / "design"
TOKENS = Path(__file__).parent / "static" / "design" / "tokens.css"
CHAPTER = re.compile(r"^\{#= (?P<title>[^|#]+?)(?: \| (?P<note>.+?))? #\}\n", re.MULTILINE)
SPECIMEN = re.compile(r"^\{#: (?P<macros>[a-z_ ]+?) \| (?P<note>.+?) #\}\n", re.MULTILINE)
MACRO = re.compile(r"^\{%-? macro (?P<name>[a-z]\w*)\((?P<parameters>.*)\) -?%\}$", re.MULTILINE)
COLOUR = re.compile(r"--(?P<name>[a-z0-9-]+): light-dark\((?P<light>#[0-9a-f]{6}), (?P<dark>#[0-9a-f]{6})\)")


@dataclass(frozen=True)
class Specimen:
    macros: list[str]
    note: str
    source: str


@dataclass(frozen=True)
class Chapter:
    title: str
    note: str
    slug: str
    specimens: list[Specimen]


def macros() -> dict[str, str]:
    """Each public macro with its parameters, as `components.jinja` declares them."""
    text = (TEMPLATES / "components.jinja").read_text()
    return {found["name"]: found["parameters"] for found in MACRO.finditer(text)}


def colours() -> dict[str, tuple[str, str]]:
    """Each colour token with its value in light and in dark."""
    return {found["name"]: (found["light"], found["dark"]) for found in COLOUR.finditer(TOKENS.read_text())}


@lru_cache(maxsize=1)
def chapters() -> list[Chapter]:
    text = (TEMPLATES / "specimens.jinja").read_text()
    return [
        Chapter(
            title=found["title"],
            note=found["note"] or "",
            slug=re.sub(r"\W+", "-", found["title"].lower()).strip("-"),
            specimens=[
                Specimen(macros=part["macros"].split(), note=part["note"], source=source.strip())
                for part, source in _cut(SPECIMEN, body)
            ],
        )
        for found, body in _cut(CHAPTER, text)
    ]


def _cut(marker: re.Pattern[str], text: str) -> list[tuple[re.Match[str], str]]:
    """Each marker with the text up to the next one."""
    found = list(marker.finditer(text))
    ends = [each.start() for each in found[1:]] + [len(text)]
    return [(each, text[each.end() : end]) for each, end in zip(found, ends, strict=True)]


class SampleForm(forms.Form):
    title = forms.CharField(help_text="As you would say it to a colleague.", max_length=80)
    kind = forms.ChoiceField(
        choices=[
            ("", "Choose one"),
            ("document", "Document"),
            ("Made with others", [("audio", "Sound"), ("video", "Film")]),
        ]
    )
    happened = forms.DateField(label="When it happened", widget=Day, required=False)
    meeting = forms.DateTimeField(label="Next meeting", widget=DayAndTime, required=False)
    story = forms.CharField(label="What it is", widget=forms.Textarea, required=False)
    audience = forms.ChoiceField(
        label="Who can see it",
        choices=[("private", "Only me"), ("circle", "My mentor"), ("public", "Everyone")],
        widget=forms.RadioSelect,
        initial="private",
    )
    principles = forms.MultipleChoiceField(
        label="Principles it speaks to",
        choices=[("p1", "The interplay of technology and learning"), ("p2", "Keeping up to date")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    agreed = forms.BooleanField(
        label="Everyone shown in it has agreed", help_text="Or cannot be recognised.", required=False
    )
    file = forms.FileField(label="A file", required=False)
    fixed = forms.CharField(label="Framework", initial="Guidelines of July 2019", disabled=True)


class SampleChoice(forms.Form):
    start = forms.ChoiceField(
        label="Where do you want to begin?",
        choices=[
            ("description", "What I did"),
            ("evidence", "What shows it"),
            ("reflection", "What I learnt"),
        ],
        widget=forms.RadioSelect,
        initial="description",
    )


def sample(*, wrong: bool = False) -> SampleForm:
    return SampleForm(
        {"title": "", "kind": "nonsense", "story": "Half a"} if wrong else None,
        auto_id="id_%s_wrong" if wrong else "id_%s",
    )


def sample_choice() -> SampleChoice:
    return SampleChoice(auto_id="choice_%s")
