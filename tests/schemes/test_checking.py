import pytest

from collegium.schemes.documents import (
    WrongDocumentError,
    answer_problems,
    framework_file,
    kind_of_file,
    scheme_file,
)
from tests.schemes import samples
from tests.schemes.samples import FRAMEWORK, SCHEME, line_of


def problems_of_framework(*changes):
    with pytest.raises(WrongDocumentError) as caught:
        samples.framework(*changes)
    return [(problem.line, problem.reason) for problem in caught.value.problems]


def problems_of_scheme(*changes):
    with pytest.raises(WrongDocumentError) as caught:
        samples.checked(*changes)
    return [(problem.line, problem.reason) for problem in caught.value.problems]


def test_the_samples_are_in_order():
    assert samples.framework().key == "lantern"
    assert samples.checked().scheme.title == "Lantern award"


@pytest.mark.parametrize(
    ("old", "new", "words", "reason"),
    [
        ("title: Lantern framework\n", "", "kind: framework", "“title” is missing."),
        (
            "version: 1\n",
            "version: [1]\n",
            "version: [1]",
            "“version” should be a version such as 2023 or 2019-07; it is a list.",
        ),
        (
            "published: 2020-05",
            "published: soon",
            "published",
            "“published” should be a date such as 2019, 2019-07 or 2019-07-31; it is “soon”.",
        ),
        ("published: 2020-05", "published: 2020-13", "published", "“2020-13” is no day of the calendar."),
        (
            "arrangement: sections",
            "arrangement: pile",
            "arrangement",
            "“arrangement” should be sections (each is written about on a page of its own) or dimensions (tagged many-to-many to what is written); it is “pile”.",
        ),
        (
            "arrangement: sections",
            "arrangement: dimensions",
            "arrangement",
            "The arrangement is “dimensions”, but no node is a dimension.",
        ),
        (
            "arrangement: sections",
            "arrangment: sections",
            "arrangment",
            "“arrangment” is not known here. Did you mean “arrangement”?",
        ),
        (
            "code: 1b",
            "code: 1a",
            "code: 1a, kind: section, title: Sharing",
            "The code “1a” is taken: it is already on line 23.",
        ),
        ("code: P2", "code: P1", "title: Be curious", "“P1” is here a second time."),
        ("code: 2, kind", "code: P1, kind", "Own light", "The code “P1” is taken: it is already on line 15."),
        (
            "{least: 200, most: 500}",
            "{least: 600, most: 500}",
            "least: 600",
            "At least 600 words and at most 500 cannot both be kept.",
        ),
        (
            "components: [description, reflection]",
            "components: [description, song]",
            "song",
            "There is no component “song” in this framework.",
        ),
        (
            "title: Be kind, source: book",
            "title: Be kind, source: film",
            "film",
            "There is no source “film” among the sources.",
        ),
        (
            "kind: statement",
            "kind: banana",
            "banana",
            "“kind” should be one of group (a heading), statement (written, for context), section (written and assessed), dimension (tagged to what is written), criterion (judged over the whole), plan (written, for the time after) or declaration (agreed to); it is “banana”.",
        ),
        (
            "url: https://lantern.example/book",
            "url: javascript:alert(1)",
            "javascript",
            "“url” should be a web address that begins with https:// or http://; it is “javascript:alert(1)”.",
        ),
    ],
)
def test_a_wrong_framework(old, new, words, reason):
    line = line_of(FRAMEWORK.replace(old, new, 1), words)
    assert (line, reason) in problems_of_framework((old, new))


def test_a_group_holds_nodes_and_nothing_else_does():
    assert (
        problems_of_framework(("kind: group", "kind: section"))[0][1]
        == "Only a group has nodes in it; “1” is a section."
    )
    assert (
        problems_of_framework(("kind: statement", "kind: group"))[0][1]
        == "The group “context” has nothing in it."
    )


@pytest.mark.parametrize(
    ("old", "new", "words", "reason"),
    [
        (
            "  appeals: unset\n",
            "",
            "rules:\n",
            "The rule “appeals” is not spoken of. Say it, or say unset: nothing is taken for granted.",
        ),
        (
            "time to outcome: 3 months",
            "time to outcome: 3 moons",
            "3 moons",
            "“time to outcome” should be a length of time such as “3 months”, none, or unset; it is “3 moons”.",
        ),
        (
            "assessors: {value: 2,",
            "assessors: {value: two,",
            "value: two",
            "“assessors” should be a whole number from 1 to 9, or unset; it is “two”.",
        ),
        (
            "lead after: 3",
            "lead afer: 3",
            "lead afer",
            "“lead afer” is not known here. Did you mean “lead after”?",
        ),
        ("- 1b\n", "- 1z\n", "- 1z", "The framework has no node “1z”. Did you mean “1”?"),
        ("- 1b\n", "- 1a\n      - 1b\n", "      - 1b", None),
        (
            "- plans\n      - declaration\n",
            "- plans\n      - zz\n",
            "- zz",
            "The framework has no node “zz”.",
        ),
        ("one of: [1a, 1b]", "at least: 3, of: [1a, 1b]", None, None),
        (
            "- one of: [1a, 1b]",
            "- {at least: 3, of: [1a, 1b]}",
            "at least: 3",
            "3 of 2 cannot be met: there are only 2 to choose from.",
        ),
        (
            "- one of: [1a, 1b]",
            "- {all: [1a], one of: [1b]}",
            "{all: [1a], one of",
            "Say either all, one of, or at least: this is none of them or several.",
        ),
        (
            "- one of: [1a, 1b]",
            "- {all: [1a], of: [1b]}",
            "{all: [1a], of",
            "“at least” and “of” go together.",
        ),
        (
            "- one of: [1a, 1b]",
            "- {at least: 2, of: 1a}",
            "at least: 2, of: 1a",
            "2 of “1a” are required, but the section does not repeat.",
        ),
        (
            "{at least: 2, of: 2}",
            "{at least: 4, of: 2}",
            "at least: 4",
            "4 of “2” are required, but there may be only 3.",
        ),
        (
            "one of: [1a, 1b]",
            "one of: [1a, 1]",
            "one of: [1a, 1]",
            "“1” is a group: nothing of it can be complete.",
        ),
        ("assessed by: [small, great]", "assessed by: [small, huge]", "huge", "There is no pathway “huge”."),
        ("key: great", "key: small", "key: small", "“small” is here a second time."),
        ("{from: small, to: great", "{from: small, to: huge", "to: huge", "There is no pathway “huge”."),
        (
            "keeps: [context, 1a]",
            "keeps: [context, 9]",
            "keeps: [context, 9]",
            "The framework has no node “9”.",
        ),
        ("at: [bright]", "at: [brihgt]", "brihgt", "The scale has no level “brihgt”; it has bright, dim."),
        (
            "decision: {areas: every",
            "decision: {areas: 9",
            "decision: {areas: 9",
            "9 areas cannot be met on the pathway “Small lantern”: only 3 are judged.",
        ),
        (
            "{key: dim, title: Dim, met: no}",
            "{key: dim, title: Dim, met: yes}",
            "scale:",
            "A scale needs at least one level that counts as met and one that does not.",
        ),
        ("{key: dim,", "{key: bright,", "title: Dim", "“bright” is here a second time."),
        (
            "{pass: Lit, fail: Out}",
            "{pass: Lit, referral: Again}",
            "attempts:",
            "The last attempt may not end in a referral: nothing would come after it.",
        ),
        (
            "{pass: Lit, referral: Flickering}",
            "{referral: Flickering}",
            "attempts:",
            "Attempt 1 can never end in a pass.",
        ),
        (
            "{pass: Lit, referral: Flickering}",
            "{pass: Lit}",
            "attempts:",
            "Attempt 1 cannot end in a referral, so there is no way to the next one.",
        ),
        (
            "{value: unset, note: Ask the guild.}",
            "none",
            "referral deadline",
            "There is a referral but no deadline after it. If none was published, say unset.",
        ),
        ("of: [guild]", "of: [gild]", "gild", "There is no awarding partner “gild”."),
        ("source: book, note", "source: film, note", "film", "There is no source “film” among the sources."),
        (
            "amount: 12.50",
            "amount: twelve",
            "twelve",
            "“amount” should be an amount such as 94 or 94.50, or unset; it is “twelve”.",
        ),
        (
            "currency: GBP, when: once",
            "currency: quid, when: once",
            "quid",
            "“currency” should be a currency code of three capital letters, such as GBP; it is “quid”.",
        ),
        (
            "submission: rolling",
            "submission: {windows: [{opens: 02-30, closes: 03-10}]}",
            "02-30",
            "“2024-02-30” is no day of the calendar.",
        ),
        (
            "submission: rolling",
            "submission: {windows: [{opens: 2024-05-10, closes: 2024-05-01}]}",
            "2024-05-10",
            "The window closes before it opens.",
        ),
        (
            "submission: rolling",
            "submission: {windows: [{opens: 2024-05-10, closes: 06-01}]}",
            "2024-05-10",
            "One day has a year and the other has none.",
        ),
        (
            "may not assess: [self, mentor]",
            "may not assess: [self, self]",
            "[self, self]",
            "“may not assess” says something twice.",
        ),
        (
            "version: 1}",
            "version: 2}",
            "version: 2}",
            "The scheme names the framework lantern 2, but the file is lantern 1.",
        ),
        ("kind: scheme", "kind: schema", "kind: schema", "“kind” should be scheme; it is “schema”."),
    ],
)
def test_a_wrong_scheme(old, new, words, reason):
    if reason is None:
        return
    found = problems_of_scheme((old, new))
    changed = SCHEME.replace(old, new, 1)
    assert reason in [problem for _line, problem in found]
    if words != "rules:\n" and words not in ("scale:", "attempts:", "key: small"):
        assert (line_of(changed, words), reason) in found


def test_a_section_stands_once():
    assert problems_of_scheme(("      - 1b\n", "      - 1a\n      - 1b\n")) == [
        (
            line_of(SCHEME, "- 1b\n".strip()),
            "The section “1a” is here a second time. One that may be written several times says repeats: yes.",
        )
    ]


def test_upgrades_do_not_go_in_a_circle():
    both = "  - {from: small, to: great, keeps: [context, 1a], adds: unset}\n"
    back = both + "  - {from: great, to: small, keeps: unset, adds: unset}\n"
    assert (
        problems_of_scheme((both, back))[0][1]
        == "The upgrades go in a circle: from “great” to “small” and back."
    )
    assert problems_of_scheme((both, both + both))[0][1] == "This upgrade is here a second time."


def test_a_decision_needs_a_scale():
    scale = "scale:\n  - {key: bright, title: Bright, met: yes}\n  - {key: dim, title: Dim, met: no}\n"
    assert problems_of_scheme((scale, "scale: unset\n")) == [
        (
            line_of(SCHEME, "decision:") - 2,
            "The decision speaks of levels, but the scale is unset.",
        )
    ]


def test_a_pathway_has_something_to_judge():
    written = "      - 1a\n      - 1b\n      - {code: 2, repeats: yes, most: 3, called: Own light}\n"
    needed = "        - one of: [1a, 1b]\n        - {at least: 2, of: 2}\n"
    assert problems_of_scheme((written, ""), (needed, ""))[0][1] == (
        "There is nothing to judge on the pathway “Small lantern”: no section is assessed and it has no criteria."
    )


def test_all_problems_are_collected_and_in_the_order_of_the_file():
    found = problems_of_scheme(
        ("at: [bright]", "at: [blue]"), ("keeps: [context, 1a]", "keeps: [9]"), ("- 1b\n", "- 1z\n")
    )
    assert [line for line, _reason in found] == sorted(line for line, _reason in found)
    assert len(found) >= 4


def test_a_problem_reads_like_a_compilers(tmp_path):
    path = tmp_path / "lantern.yaml"
    path.write_bytes(samples.bent(SCHEME, ("at: [bright]", "at: [blue]")))
    (tmp_path / "frameworks").mkdir()
    (tmp_path / "frameworks" / "lantern-1.yaml").write_text(FRAMEWORK)
    with pytest.raises(WrongDocumentError) as caught:
        scheme_file(path)
    assert (
        str(caught.value)
        == f"{path}:{line_of(SCHEME, 'decision:')}: The scale has no level “blue”; it has bright, dim."
    )


def test_the_framework_is_looked_for_beside_the_scheme(tmp_path):
    path = tmp_path / "lantern.yaml"
    path.write_text(SCHEME)
    with pytest.raises(WrongDocumentError) as caught:
        scheme_file(path)
    assert [problem.reason for problem in caught.value.problems] == [
        "There is no framework file lantern-1.yaml in the folder frameworks/ beside this file."
    ]
    (tmp_path / "frameworks").mkdir()
    framework = tmp_path / "frameworks" / "lantern-1.yaml"
    framework.write_bytes(samples.bent(FRAMEWORK, ("code: 1b", "code: 1a")))
    with pytest.raises(WrongDocumentError) as caught:
        scheme_file(path)
    assert {problem.file for problem in caught.value.problems} == {str(framework)}
    framework.write_text(FRAMEWORK)
    assert scheme_file(path).framework == framework_file(framework)


def test_a_scheme_cannot_name_a_framework_outside_its_folder(tmp_path):
    (tmp_path / "secret-1.yaml").write_text(FRAMEWORK)
    path = tmp_path / "inner" / "lantern.yaml"
    path.parent.mkdir()
    path.write_bytes(samples.bent(SCHEME, ("{key: lantern, version: 1}", "{key: ../../secret, version: 1}")))
    with pytest.raises(WrongDocumentError) as caught:
        scheme_file(path)
    assert [problem.reason for problem in caught.value.problems] == [
        "“key” should be a short name in small letters, digits and hyphens, such as “senior-fellow”; it is “../../secret”."
    ]


def test_what_kind_of_file_it_says_it_is(tmp_path):
    path = tmp_path / "x.yaml"
    for text, kind in ((FRAMEWORK, "framework"), (SCHEME, "scheme"), ("kind: hat\n", ""), ("- a\n", "")):
        path.write_text(text)
        assert kind_of_file(path) == kind


def test_an_answer_goes_through_the_checks_of_the_file():
    checked = samples.checked()

    def problems(path, answer):
        return answer_problems(checked.scheme, checked.framework, {path: answer})

    assert problems("rules/split decision", "third assessor") == ()
    assert problems("rules/split decision", "toss a coin") == (
        "“split decision” should be one of reconcile, lead assessor decides, third assessor, coordinator decides, or unset; it is “toss a coin”.",
    )
    assert problems("pathways/great/sections", ["context", "1a"]) == ()
    assert problems("pathways/great/sections", ["context", "9z"]) == (
        "The framework has no node “9z”.",
        "There is nothing to judge on the pathway “Great lantern”: no section is assessed and it has no criteria.",
    )
    assert problems("rules/no such", "x") == ("The scheme has no rule at “rules/no such”.",)
