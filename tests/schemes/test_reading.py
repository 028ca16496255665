import pytest

from collegium.schemes.documents.reading import MOST_BYTES, MOST_DEPTH, MOST_VALUES, read_bytes, read_file


def reasons(content):
    reading = read_bytes(content, file="x.yaml")
    return [str(problem) for problem in reading.problems]


def test_text_numbers_yes_and_no_lists_and_mappings():
    reading = read_bytes(
        b"a: 1\nb: yes\nc: no\nd: 94.50\ne: 2019-07\nf: '1'\ng: [1a, 01, -3]\nh: {i: unset}\n", file="x"
    )
    assert reading.problems == []
    assert reading.plain == {
        "a": 1,
        "b": True,
        "c": False,
        "d": "94.50",
        "e": "2019-07",
        "f": "1",
        "g": ["1a", "01", -3],
        "h": {"i": "unset"},
    }


def test_every_value_knows_its_line():
    reading = read_bytes(b"a:\n  - x\n  - b: 1\n    c: >\n      long\n      text\nd: 2\n", file="x")
    assert reading.plain == {"a": ["x", {"b": 1, "c": "long text"}], "d": 2}
    assert [reading.line(path) for path in (("a",), ("a", 0), ("a", 1, "c"), ("d",), ("a", 1, "z"))] == [
        1,
        2,
        4,
        7,
        3,
    ]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (
            b"a: !!python/object/apply:os.system [id]\n",
            "x.yaml:1: The tag “tag:yaml.org,2002:python/object/apply:os.system” is not read: only text, numbers, lists and mappings are.",
        ),
        (b"a: ! x\n", "x.yaml:1: The tag “!” is not read: only text, numbers, lists and mappings are."),
        (b"a: 1\nb: &b [1]\n", "x.yaml:2: Anchors and aliases (& and *) are not read: write it out."),
        (b"a: 1\nb: *a\n", "x.yaml:2: Anchors and aliases (& and *) are not read: write it out."),
        (b"[" * 100_000, f"x.yaml:1: The file is nested too deeply: at most {MOST_DEPTH} levels are read."),
        (b"{a: " * 100, f"x.yaml:1: The file is nested too deeply: at most {MOST_DEPTH} levels are read."),
        (
            b"- a\n" * (MOST_VALUES + 1),
            f"x.yaml:{MOST_VALUES}: The file holds too much: at most {MOST_VALUES} values are read.",
        ),
        (b"x" * (MOST_BYTES + 1), "x.yaml:1: The file is too large: a document has at most 512 kB."),
        (b"a: 1\nb: \xff\n", "x.yaml:2: The file is not UTF-8 text (byte 9). Save it as UTF-8."),
        (
            b"a: 1\nb: \x00\n",
            "x.yaml:2: There is a control character in the file, which YAML does not allow.",
        ),
        (b"a: 1\na: 2\n", "x.yaml:2: “a” is here a second time; it is already on line 1."),
        (b"a: 1\n---\nb: 2\n", "x.yaml:2: A second document begins here; a file holds one."),
        (b"a: b: c\n", "x.yaml:1: This is not YAML: mapping values are not allowed here."),
        (b"? [a]\n: 1\n", "x.yaml:1: A name is expected here, not a list or a mapping."),
        (b"a: 1\nb:\n", "x.yaml:2: “b” is empty: give it a value, write unset, or leave the line out."),
        (
            b"a: {b: one, two}\n",
            "x.yaml:1: “two” is empty. Inside { } a comma ends a text: put a text with a comma in quotes.",
        ),
        (b"- a\n", "x.yaml:1: The file is not a mapping: it should begin with lines such as “title: …”."),
        (
            b"just words\n",
            "x.yaml:1: The file is not a mapping: it should begin with lines such as “title: …”.",
        ),
        (b"", "x.yaml:1: The file is not a mapping: it should begin with lines such as “title: …”."),
    ],
)
def test_what_is_not_read_is_said_with_its_line(content, reason):
    assert reasons(content) == [reason]


def test_a_billion_laughs_is_nothing_to_laugh_at():
    lines = [b"a0: &a0 [lol, lol]"]
    lines += [b"a%d: &a%d [*a%d, *a%d]" % (n, n, n - 1, n - 1) for n in range(1, 40)]
    assert reasons(b"\n".join(lines)) == [
        "x.yaml:1: Anchors and aliases (& and *) are not read: write it out."
    ]


def test_a_file_that_is_not_there(tmp_path):
    reading = read_file(tmp_path / "none.yaml")
    assert [problem.reason for problem in reading.problems] == [
        "The file cannot be read: No such file or directory."
    ]


def test_a_byte_order_mark_is_no_mistake():
    assert read_bytes("\ufeffa: 1\n".encode(), file="x").plain == {"a": 1}
