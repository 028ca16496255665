"""The interface alone: on whichever database the tests run, the answers are the same."""

import random

import pytest

from collegium.foundation import fulltext
from collegium.foundation.fulltext import Entry, Index, Query, excerpt, marked
from collegium.people.models import Person

WORDS = Index("foundation_test_words")


@pytest.fixture
def index(db):
    fulltext.make_missing()
    WORDS.remove(range(-1, 5000))
    return WORDS


def put(index, *texts, **fields):
    """A row for each text, with the text in its index; a pair is title and body."""
    people = [Person.objects.create(name=f"Row {number}") for number, _text in enumerate(texts)]
    pairs = [text if isinstance(text, tuple) else ("", text) for text in texts]
    index.put(
        *[
            Entry(key=person.pk, title=title, body=body, **fields)
            for person, (title, body) in zip(people, pairs, strict=True)
        ]
    )
    return people


def found(index, typed, people, **options):
    language = options.pop("language", "en")
    hits = index.find(Query.read(typed, language=language), Person.objects.all(), **options)
    places = {person.pk: number for number, person in enumerate(people)}
    return [places[hit.key] for hit in hits]


def test_all_words_must_be_there(index):
    people = put(index, "open badges for teachers", "open doors", "badges")
    assert found(index, "badges open", people) == [0]


def test_a_phrase_is_words_in_a_row(index):
    people = put(index, "the open badges group", "badges that are open")
    assert found(index, '"open badges"', people) == [0]
    assert found(index, "“open badges”", people) == [0]


def test_a_hyphen_within_a_word_is_a_phrase_and_before_it_leaves_out(index):
    people = put(index, "our e-learning week", "learning without e", "learning as e and so on")
    assert found(index, "e-learning", people) == [0]
    assert sorted(found(index, "learning -our", people)) == [1, 2]
    assert found(index, 'learning -"so on" -our', people) == [1]


def test_only_what_is_unwanted_finds_nothing(index):
    people = put(index, "anything")
    assert found(index, "-nothing", people) == []


def test_the_last_word_may_be_unfinished(index):
    people = put(index, "a portfolio grows", "a port in a storm")
    assert sorted(found(index, "portf", people)) == [0]
    assert found(index, "portf grows", people) == []
    assert found(index, "p", people) == []


def test_accents_and_capitals_do_not_matter(index):
    people = put(index, "Élodie in Zürich", "Straße und STRASSE")
    assert found(index, "elodie zurich", people) == [0]
    assert found(index, "ÉLODIE", people) == [0]
    assert found(index, "straße", people) == [1]


def test_an_apostrophe_is_no_border(index):
    people = put(index, "the learner’s voice", "don't stop")
    assert found(index, "learner's", people) == [0]
    assert found(index, "dont stop", people) == [1]


def test_stems_of_the_readers_language(index):
    people = put(index, "She teaches and assesses", "Die Lehrenden schreiben Texte")
    assert found(index, "teaching ", people) == [0]
    assert found(index, "assessing she", people) == [0]
    assert found(index, "Text die", people, language="de") == [1]


def test_scripts_without_spaces_are_found(index):
    people = put(index, "我们学习写作", "学校")
    assert found(index, "学习", people) == [0]


def test_a_title_weighs_more_and_the_very_word_more_than_its_kin(index):
    people = put(index, ("", "about portfolios here"), ("Portfolios", "about"), ("", "a portfolio here"))
    assert found(index, "portfolio", people) == [1, 2, 0]


def test_a_row_is_replaced_and_removed(index):
    people = put(index, "first words")
    index.put(Entry(key=people[0].pk, title="", body="second thoughts"))
    assert found(index, "first", people) == []
    assert found(index, "second", people) == [0]
    index.remove([people[0].pk])
    index.remove([people[0].pk])
    assert found(index, "second", people) == []


def test_scopes_narrow_and_many_scopes_are_left_to_the_join(index):
    people = put(index, "same words", "same words")
    index.put(Entry(key=people[1].pk, title="", body="same words", scope=7))
    assert found(index, "same", people, scopes=[7]) == [1]
    assert found(index, "same", people, scopes=[]) == []
    assert sorted(found(index, "same", people, scopes=range(1000))) == [0, 1]
    assert found(index, "in7", people) == []  # a scope is no word that can be looked for


def test_who_may_see_is_asked_before_the_limit(index, monkeypatch):
    monkeypatch.setattr(fulltext, "CANDIDATES", 3)
    people = put(index, *["a common word"] * 10)
    query = Query.read("common", language="en")
    hits = index.find(query, Person.objects.filter(pk__in=[people[0].pk, people[1].pk]))
    assert [hit.key for hit in hits] == [people[1].pk, people[0].pk]


def test_hits_far_back_are_found_and_the_newest_are_ranked(index, monkeypatch):
    """However PostgreSQL gets at them: a word that all have, one that many have, one that few have."""
    monkeypatch.setattr(fulltext, "CANDIDATES", 6)
    monkeypatch.setattr(fulltext, "NEAR", 20)
    people = put(
        index, *[f"all{' many' if each % 3 == 0 else ''}{' few' if each < 4 else ''}" for each in range(60)]
    )
    assert sorted(found(index, "all ", people)) == [54, 55, 56, 57, 58, 59]
    assert sorted(found(index, "many ", people)) == [42, 45, 48, 51, 54, 57]
    assert sorted(found(index, "few ", people)) == [0, 1, 2, 3]


def test_newest_first_where_nothing_else_tells_them_apart(index):
    people = put(index, *["the same"] * 5)
    assert found(index, "same", people, limit=3) == [4, 3, 2]


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        '"',
        '""',
        "-",
        "--",
        "*",
        "^a",
        "a*",
        "NEAR(a b)",
        "a AND",
        "OR",
        "NOT",
        "title:secret",
        "{title}:x",
        "a:b:c",
        "(",
        ")",
        "'",
        "\\",
        "a & b | !c",
        "<->",
        "a:*",
        "%s %d %(x)s",
        "\0",
        "\u0301",
        "🙂",
        "½ ⅔",
        "ﬁnd",
        "x" * 5000,
        "a " * 5000,
        '-"',
        '"a" -"b" -c',
        "';DROP TABLE people_person;--",
        "สวัสดี",
        "한국어 काम",
    ],
)
def test_nothing_that_is_typed_is_an_error(index, typed):
    people = put(index, "a find 12 สวัสดี 한국어 काम drop table")
    found(index, typed, people)
    excerpt("a find 12", Query.read(typed, language="en"))


def test_what_is_typed_at_random_is_no_error_and_its_own_text_is_found(index):
    chance = random.Random(7)
    alphabet = "ab é'\"-*():^{}|&!<>~\\%_;,.\t\n0学ß\u200d🙂"
    for _ in range(150):
        typed = "".join(chance.choices(alphabet, k=chance.randint(1, 30)))
        (person,) = put(index, typed)
        hits = index.find(Query.read(f'"{typed.replace(chr(34), " ")}"', language="en"), Person.objects.all())
        index.find(Query.read(typed, language="en"), Person.objects.all())
        assert person.pk in [hit.key for hit in hits] or not fulltext.words_of(typed.replace('"', " "))


def test_an_excerpt_shows_the_passage_and_marks_what_was_found():
    text = "Nothing here. " * 30 + "Then she teaches Élodie about badges. " + "And so on. " * 40
    shown = excerpt(text, Query.read('teaching elodie "about badges"', language="en"))
    assert "she <mark>teaches</mark> <mark>Élodie</mark> <mark>about badges</mark>." in shown
    assert shown.startswith("… ")
    assert shown.endswith(" …")
    assert len(shown) < 330


def test_an_excerpt_is_safe():
    shown = excerpt("a <script>alert(1)</script> & b", Query.read("script", language="en"))
    assert shown == "a &lt;<mark>script</mark>&gt;alert(1)&lt;/<mark>script</mark>&gt; &amp; b"
    assert marked("<b>Title</b>", Query.read("nothing", language="en")) == "&lt;b&gt;Title&lt;/b&gt;"


def test_the_index_is_written_anew(db):
    people = [Person.objects.create(name=f"Person {number}") for number in range(5)]

    def rows(after):
        batch = list(Person.objects.filter(pk__gt=after).order_by("pk")[:2])
        entries = [Entry(key=person.pk, title=person.name, body="") for person in batch]
        return entries, batch[-1].pk if len(batch) == 2 else None

    index = Index("foundation_test_rebuilt", rows=rows)
    fulltext.make_missing()
    stale = people[-1].pk + 100
    index.put(
        Entry(key=stale, title="Person gone", body=""), Entry(key=people[0].pk, title="Person old", body="")
    )
    assert list(index.rebuild())[-1] == 5
    assert len(found(index, "person", people)) == 5
    assert found(index, "old", people) == []
    Person.objects.create(pk=stale, name="Somebody else")
    assert stale not in [hit.key for hit in index.find(Query.read("gone"), Person.objects.all())]
    fulltext.INDEXES.pop("foundation_test_rebuilt")
