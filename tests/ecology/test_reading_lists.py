"""Putting something on a reading list: whatever the library keeps can be found for it by words, also without a script."""

import re

import pytest
from django.urls import reverse

from collegium.ecology.actions import library, reading_lists
from collegium.ecology.models import Entry
from collegium.ecology.queries import library as queries
from tests.ecology.factories import make_ecology

pytestmark = pytest.mark.django_db


@pytest.fixture
def ecology(ada, cy):
    return make_ecology(ada, editors=(cy,))


@pytest.fixture
def reading_list(ecology, cy):
    return reading_lists.make_list(ecology=ecology, by=cy, title="Week 1")


@pytest.fixture
def of_two(monkeypatch):
    """No more than two are offered to choose from."""
    monkeypatch.setattr(queries, "MOST_OFFERED", 2)


def keep(ecology, by, title, **csl):
    return library.keep(ecology=ecology, by=by, csl={"type": "book", "title": title, **csl})


def put(client, reading_list, **said):
    return client.post(reverse("ecology:put_on_list", args=[reading_list.pk]), said)


def find(client, reading_list, looked_for, **said):
    """The page on which one lands."""
    answer = put(client, reading_list, do="find", find=looked_for, **said)
    assert answer.status_code == 302
    assert answer["Location"].endswith("#put")
    page = client.get(answer["Location"])
    assert page.status_code == 200
    return page.content.decode()


def offered(page):
    """By what they send: titles, and ``*`` before what is chosen."""
    field = re.search(r'<select name="resource".*?</select>', page, re.DOTALL)[0]
    found = re.findall(r'<option value="(\d+)"( selected)?>(.*?)</option>', field)
    return ["*" * bool(chosen) + title for _key, chosen, title in found]


def test_what_is_not_among_the_newest_is_found_by_words(ecology, reading_list, cy, client_of, of_two):
    old = keep(ecology, cy, "E-tivities", author=[{"family": "Salmon", "given": "Gilly"}])
    for number in range(3):
        keep(ecology, cy, f"Newer {number}")
    client = client_of(cy)
    assert offered(client.get(reading_list.get_absolute_url()).content.decode()) == ["Newer 2", "Newer 1"]
    # The only one that has the words is chosen already.
    for words in ("e-tivities", "Salmon", "salmon gilly"):
        page = find(client, reading_list, words)
        assert offered(page) == ["*E-tivities"], words
        assert "One has these words." in page
    answer = put(client, reading_list, find="salmon", resource=old.pk, words="Chapter 2.")
    assert answer["Location"] == f"{reading_list.get_absolute_url()}?find=salmon#put"
    assert Entry.objects.get().resource == old


def test_what_was_chosen_and_typed_stays(ecology, reading_list, cy, client_of, of_two):
    chosen = keep(ecology, cy, "Chosen before")
    for number in range(3):
        keep(ecology, cy, f"Lamp {number}")
    page = find(
        client_of(cy), reading_list, "lamp", resource=chosen.pk, is_core="on", words="“Why” & <which>"
    )
    titles = offered(page)
    assert titles[0] == "*Chosen before"
    assert len(titles) == 3
    assert "Many have these words: below are the best 2." in page
    assert "“Why” &amp; &lt;which&gt;" in page
    assert re.search(r'<input type="checkbox" name="is_core"[^>]* checked', page)
    assert 'name="find" value="lamp"' in page


def test_where_nothing_has_the_words_the_newest_are_offered(ecology, reading_list, cy, client_of):
    keep(ecology, cy, "A lamp")
    client = client_of(cy)
    page = find(client, reading_list, "lighthouse")
    assert "Nothing else in the library has these words" in page
    assert offered(page) == ["A lamp"]
    assert offered(find(client, reading_list, "")) == ["A lamp"]


def test_only_what_may_be_put_on_it_is_found(ecology, reading_list, ada, cy, client_of):
    there = keep(ecology, cy, "Lamp on the list")
    reading_lists.put_on_list(reading_list=reading_list, by=cy, resource=there)
    library.remove(resource=keep(ecology, cy, "Lamp that was removed"), by=cy)
    elsewhere = keep(make_ecology(cy), cy, "Lamp of another library")
    keep(ecology, cy, "Lamp of ours")
    client = client_of(cy)
    assert offered(find(client, reading_list, "lamp")) == ["*Lamp of ours"]
    assert offered(find(client, reading_list, "", resource=elsewhere.pk)) == ["Lamp of ours"]
    assert put(client, reading_list, resource=elsewhere.pk).status_code == 409


@pytest.mark.parametrize("words", ["\x00", "'\";--", "<script>", "x" * 3000, "🜁", "AND OR NOT", "-", '"'])
def test_nothing_that_is_looked_for_is_an_error(words, ecology, reading_list, cy, client_of):
    keep(ecology, cy, "A lamp")
    assert "A lamp" in find(client_of(cy), reading_list, words)
    page = client_of(cy).get(
        reading_list.get_absolute_url(), {"find": words, "resource": words, "words": words}
    )
    assert page.status_code == 200


def test_who_only_reads_looks_for_nothing(ecology, reading_list, ada, eve, client_of):
    page = client_of(ada).get(f"{reading_list.get_absolute_url()}?find=lamp").content.decode()
    assert 'name="find"' not in page
    assert put(client_of(ada), reading_list, do="find", find="lamp").status_code == 403
    assert put(client_of(eve), reading_list, do="find", find="lamp").status_code == 404
    assert put(client_of(None), reading_list, do="find", find="lamp").status_code == 302
    assert client_of(eve).get(f"{reading_list.get_absolute_url()}?find=lamp").status_code == 404


@pytest.mark.parametrize("number", [1, 3])
def test_it_asks_the_same_for_one_and_for_three(
    number, ecology, reading_list, cy, client_of, django_assert_num_queries, django_assert_max_num_queries
):
    for each in range(number):
        resource = keep(ecology, cy, f"Lamp {each}")
        reading_lists.put_on_list(reading_list=reading_list, by=cy, resource=resource)
        keep(ecology, cy, f"Lamp, again {each}")
    client = client_of(cy)
    address = reading_list.get_absolute_url()
    client.get(address)
    with django_assert_num_queries(9):
        client.get(address)
    with django_assert_max_num_queries(11):  # PostgreSQL looks twice, SQLite once
        client.get(f"{address}?find=lamp")
