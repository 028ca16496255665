"""`collegium rehearse` as somebody runs it before a scheme opens: in a process of its own, over files."""

import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from pypdf import PdfReader

from collegium.credentials import baking, verification
from collegium.credentials.exporting import folder_fetch
from collegium.foundation import clock
from collegium.foundation.richtext import count_words
from collegium.home.rehearsal import needs, writing
from collegium.home.rehearsal.stories import SHORT, STORIES
from collegium.schemes import requirements
from tests.schemes.samples import FRAMEWORK, SCHEME, bent

ROOT = Path(__file__).resolve().parent.parent.parent
SHIPPED = ("cmalt", "cmalt-australasia", "advance-he-fellowship")
LEFT = {
    "credential.json",
    "credential.png",
    "credential.svg",
    "certificate.pdf",
    "portfolio.pdf",
    "portfolio.zip",
    "register",
    "letters",
    "report.md",
}
LEFT_OF_COURSE_AND_GROUP = {"calendar.ics", "course-badge.json", "group-calendar.ics", "group-report.pdf"}

# Schemes that nobody has: what is asked of each has to be walked all the same.
ALL_UNSET = (
    ("  - {key: bright, title: Bright, met: yes}\n  - {key: dim, title: Dim, met: no}\n", ""),
    ("scale:\n", "scale: unset\n"),
    ("registration validity: 2 years", "registration validity: unset"),
    ("registration extension: none", "registration extension: unset"),
    ("mentors: none", "mentors: unset"),
    ("submission: rolling", "submission: unset"),
    ("referees: none", "referees: unset"),
    ("nominated assessor: yes", "nominated assessor: unset"),
    ("assessors: {value: 2, source: book, note: As ever.}", "assessors: unset"),
    ("lead after: 3", "lead after: unset"),
    ("may not assess: [self, mentor]", "may not assess: unset"),
    ("time to outcome: 3 months", "time to outcome: unset"),
    ("decision: {areas: every, at: [bright]}", "decision: unset"),
    (
        "attempts:\n    - outcomes: {pass: Lit, referral: Flickering}\n    - outcomes: {pass: Lit, fail: Out}",
        "attempts: unset",
    ),
    ("award validity: 3 years", "award validity: unset"),
    ("declaration:\n  - {key: own-work, text: This is my own light.}", "declaration: unset"),
    ("assessed by: [small, great]", "assessed by: unset"),
)
ONE_ASSESSOR = (
    ("assessors: {value: 2, source: book, note: As ever.}", "assessors: 1"),
    ("lead after: 3", "lead after: none"),
    ("    - outcomes: {pass: Lit, referral: Flickering}\n", ""),
    ("referral deadline: {value: unset, note: Ask the guild.}", "referral deadline: none"),
    ("submission: rolling", "submission: {windows: [{opens: 01-15, closes: 01-29}]}"),
    ("award validity: 3 years", "award validity: for life"),
    ("registration validity: 2 years", "registration validity: none"),
    ("decision: {areas: every, at: [bright]}", "decision: {areas: 2, at: [bright]}"),
    (
        "    assessed by: [small, great]",
        "    words: {least: 900, most: 940}\n    assessed by: [small, great]",
    ),
)
A_THIRD = (
    ("split decision: unset", "split decision: third assessor"),
    ("may not assess: [self, mentor]", "may not assess: [self, mentor, same organisation, nominated]"),
    ("referees: none", "referees: {number: 3, called: Witnesses, may not be: [self, mentor]}"),
    ("mentors: none", "mentors: Anybody."),
    ("most: 3, called", "most: 3, words: {least: 60, most: 62}, called"),
)
BENT = {"all-unset": ALL_UNSET, "one-assessor": ONE_ASSESSOR, "a-third": A_THIRD}


def start(file: Path, out: Path, *options: str) -> subprocess.Popen[str]:
    # As from a shell: nothing of the settings of this test run.
    outside = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("COLLEGIUM_") and name not in {"DJANGO_SETTINGS_MODULE", "DATABASE_URL"}
    }
    return subprocess.Popen(
        [sys.executable, "-m", "collegium.config", "rehearse", str(file), "--out", str(out), *options],
        cwd=ROOT,
        env=outside,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def lay(folder: Path, name: str, *changes: tuple[str, str]) -> Path:
    (folder / "frameworks").mkdir(exist_ok=True)
    (folder / "frameworks" / "lantern-1.yaml").write_text(FRAMEWORK)
    file = folder / f"{name}.yaml"
    file.write_bytes(bent(SCHEME, *changes))
    return file


@pytest.fixture(scope="module")
def rehearsed(tmp_path_factory):
    """All of them at once, since each is a process of its own: what it said, and where it left what it made."""
    folder = tmp_path_factory.mktemp("rehearsed")
    files = {name: ROOT / "schemes" / f"{name}.yaml" for name in SHIPPED}
    files |= {name: lay(folder, name, *changes) for name, changes in BENT.items()}
    # One scheme in full, the others as far as their candidates go: the ways of a course are walked on each of them in
    # tests/home/test_rehearsal_together.py.
    running = {
        name: start(file, folder / "out" / name, *(() if name == "cmalt" else ("--portfolios-only",)))
        for name, file in files.items()
    }
    said = {name: (process.communicate()[0], process.returncode) for name, process in running.items()}
    return {name: (*said[name], folder / "out" / name) for name in files}


# What is left -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*SHIPPED, *BENT])
def test_a_scheme_is_walked_and_leaves_what_a_candidate_takes_home(rehearsed, name):
    said, code, out = rehearsed[name]
    assert code == 0, said
    left = LEFT | LEFT_OF_COURSE_AND_GROUP if name == "cmalt" else LEFT
    assert {path.name for path in out.iterdir()} == left
    report = (out / "report.md").read_text()
    assert "✗" not in report
    assert re.search(r"^All \d+ checks came out as they should\.$", report, re.MULTILINE)

    fetch, now = folder_fetch(out / "register"), clock.now()
    for file in ("credential.json", "credential.png", "credential.svg"):
        found = verification.verify((out / file).read_bytes(), fetch=fetch, at=now)
        assert (file, found.holds, found.claim.holder) == (file, True, "Rowan Achterberg"), found.findings
    baked = baking.unbake_png((out / "credential.png").read_bytes())
    assert json.loads(baked) == json.loads((out / "credential.json").read_text())

    for file in ("certificate.pdf", "portfolio.pdf"):
        root = PdfReader(out / file).trailer["/Root"]
        assert root["/MarkInfo"]["/Marked"]
        assert b"pdfuaid" in root["/Metadata"].get_data()
    with zipfile.ZipFile(out / "portfolio.zip") as pages:
        assert {"index.html", "style/document.css"} <= set(pages.namelist())
        assert any(each.startswith("files/") for each in pages.namelist())


@pytest.mark.parametrize("name", [*SHIPPED, "a-third"])
def test_the_register_is_verified_from_its_files_alone(rehearsed, name):
    _said, _code, out = rehearsed[name]
    fetch = folder_fetch(out / "register")
    summaries = [
        verification.verify(path.read_bytes(), fetch=fetch, at=clock.now()).summary
        for path in (out / "register" / "entries").iterdir()
    ]
    assert summaries.count("This credential was genuine, and its issuer has revoked it.") == 1
    assert set(summaries) == {
        "This credential was genuine, and its issuer has revoked it.",
        "This credential is genuine and in force.",
    }


def test_a_changed_credential_is_refused_with_its_own_register(rehearsed):
    _said, _code, out = rehearsed["cmalt"]
    changed = (out / "credential.json").read_text().replace("Rowan Achterberg", "Somebody Else")
    found = verification.verify(changed, fetch=folder_fetch(out / "register"), at=clock.now())
    assert found.holds is False
    assert found.summary.startswith("Do not rely on this: it was changed after it was signed")


# What the report says ---------------------------------------------------------------------------------------------------


def test_a_pathway_without_section_rules_is_said_and_left_out(rehearsed):
    said, _code, out = rehearsed["cmalt"]
    why = "Associate CMALT: nobody could complete a portfolio on it yet"
    assert why in said
    report = (out / "report.md").read_text()
    assert f"- {why}" in report
    assert "- Pathways rehearsed: CMALT, Senior CMALT\n" in report


def test_every_rule_that_was_answered_is_said_with_its_question(rehearsed):
    report = (rehearsed["advance-he-fellowship"][2] / "report.md").read_text()
    assert (
        "| `rules/award validity` | How long is an award valid? | answered: **3 years**; needed for the award |"
        in report
    )
    assert "`pathways/principal-fellow/rules/referees`" in report
    # What nothing here needed stays open.
    assert "| `rules/appeals` | How is an outcome appealed? | left unset; nothing here needed it |" in report


def test_the_way_is_told_with_what_is_refused_on_it(rehearsed):
    report = (rehearsed["cmalt"][2] / "report.md").read_text()
    for told in (
        "Reflection is missing in 1a Constraints and benefits.",
        "Handing in without the declaration: refused. “Sign the declaration first.”",
        "Handing in twice is one submission",
        "Vito Underhill, who is no assessor: refused.",
        "Bethan Nakamura without a reason: refused.",
        "reads: “Two assessors are reading; expected by",
        "does not see it before sealing their own",
        "The assessors differ on the outcome, as they were meant to",
        "reads: “You are nearly there: your assessors ask for more in the areas that they name",
        "Exactly the sections that were revised show as changed (1b, 1c)",
        "to Rowan Achterberg: Congratulations: you have passed CMALT",
        "With another name in it: “Do not rely on this",
        "Afterwards, the same file: “This credential was genuine, and its issuer has revoked it.”",
    ):
        assert told in report, told


def test_a_scheme_of_another_cut_is_walked_in_its_own_way(rehearsed):
    third = (rehearsed["a-third"][2] / "report.md").read_text()
    assert "When assessors differ, the scheme says: third assessor." in third
    assert "asks one more assessor" in third
    assert "Naming the mentor: refused." in third
    one = (rehearsed["one-assessor"][2] / "report.md").read_text()
    assert "Handing in outside a window: refused." in one
    assert "The outcome is: Out" in one
    assert "Certified" not in one
    unset = (rehearsed["all-unset"][2] / "report.md").read_text()
    assert "| `scale` | On which levels is an area judged? | answered:" in unset


# What is not walked -----------------------------------------------------------------------------------------------------


def test_a_wrong_file_gives_line_and_reason_and_leaves_nothing(tmp_path):
    file = lay(tmp_path, "wrong", ("assessed by: [small, great]", "assessed by: [smal, great]"))
    line = next(
        number for number, text in enumerate(file.read_text().splitlines(), 1) if "[smal, great]" in text
    )
    nothing = lay(tmp_path, "nothing", ("    requires:\n      all:\n", "    requires: unset\n"), *_NO_TREE)
    running = [start(file, tmp_path / "out"), start(nothing, tmp_path / "none")]
    (wrong, wrong_code), (none, none_code) = [(each.communicate()[0], each.returncode) for each in running]
    assert (wrong_code, none_code) == (1, 1)
    assert f"wrong.yaml:{line}: " in wrong
    assert "There is no pathway “smal”." in wrong
    assert "Traceback" not in wrong
    assert "there is nothing to rehearse" in none
    assert "Small lantern: nobody could complete a portfolio on it yet" in none
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "none").exists()


_NO_TREE = (
    (
        "        - context\n        - one of: [1a, 1b]\n        - {at least: 2, of: 2}\n        - plans\n        - declaration\n",
        "",
    ),
)


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "thesis.txt").write_text("Years of work.")
    process = start(ROOT / "schemes" / "cmalt.yaml", out)
    said = process.communicate()[0]
    assert process.returncode == 1
    assert "holds something that no rehearsal left there" in said
    assert [path.name for path in out.iterdir()] == ["thesis.txt"]


# Words and choices ------------------------------------------------------------------------------------------------------


def test_short_sentences_are_as_long_as_they_say():
    assert all(count_words(sentence) == length for length, some in SHORT.items() for sentence in some)


@pytest.mark.parametrize(
    "kind", ["description", "evidence", "reflection", "impact", "statement", "plan", "other"]
)
@pytest.mark.parametrize("words", [1, 2, 13, 41, 223, 1500])
def test_a_text_has_exactly_the_words_that_are_wanted(kind, words):
    topic = writing.Topic(
        title="Making light",
        guidance="Show how you make it. And why.",
        asks="What did you learn?",
        story=STORIES[0],
        turn=1,
        facts={"name": "Ada", "role": "a teacher", "organisation": "a college", "town": "a town"},
    )
    exact = writing.compose(kind, topic, words, exactly=True)
    assert sum(map(count_words, exact)) == words
    assert 0 < sum(map(count_words, writing.compose(kind, topic, words))) <= words


def test_lengths_fit_their_own_bounds_and_those_of_the_whole():
    own = [writing.Length(["plan"], 200, 500), writing.Length(["description", "reflection"], None, None)]
    writing.fit(own, 600, 620)
    assert 600 <= sum(each.words for each in own) <= 620
    assert 200 <= own[0].words <= 500
    assert sum(own[1].shares()) == own[1].words


def test_of_a_choice_that_is_taken_which_adds_least():
    tree = requirements.read(
        {
            "all": [
                "3a",
                {"one of": [{"at least": 2, "of": "3a"}, "3b"]},
                {"at least": 2, "of": ["4", "5", "6"]},
            ]
        }
    )
    assert needs.chosen(tree) == {"3a": 1, "3b": 1, "4": 1, "5": 1}
    assert requirements.is_met(tree, needs.chosen(tree))
