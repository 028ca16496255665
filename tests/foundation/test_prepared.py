"""Asked through kept SQL, the database answers as it would have; only the arguments change."""

import datetime as dt
import threading
from dataclasses import dataclass, replace

import pytest
from django.db import connections
from django.db.models import Exists, F, OuterRef, QuerySet

from collegium.foundation.prepared import partly, prepared, prepared_by_shape
from collegium.people.models import CircleMember, Person

pytestmark = pytest.mark.django_db


@prepared
def named(name: str, before: dt.datetime) -> "QuerySet[Person]":
    return Person.objects.filter(name=name, joined_at__lt=before).select_related("account").order_by("pk")


@prepared
def in_a_circle(person: int) -> "QuerySet[Person, tuple[str, bool, dict[str, str]]]":
    return (
        Person.objects.filter(pk=person)
        .annotate(called=F("name"), is_in=Exists(CircleMember.objects.filter(person=OuterRef("pk"))))
        .values_list("called", "is_in", "field_audiences")
    )


def test_each_call_has_its_own_arguments(ada, bo, django_assert_num_queries):
    late = dt.datetime(2200, 1, 1, tzinfo=dt.UTC)
    with django_assert_num_queries(3):
        assert named(ada.name, late) == [ada]
        assert named(bo.name, late) == [bo]
        assert named(bo.name, dt.datetime(1990, 1, 1, tzinfo=dt.UTC)) == []


def test_rows_come_with_what_was_joined(ada, django_assert_num_queries):
    [found] = named(ada.name, dt.datetime(2200, 1, 1, tzinfo=dt.UTC))
    with django_assert_num_queries(0):
        assert found.account == ada.account
    assert not found._state.adding


def test_values_are_converted(ada, bo):
    Person.objects.filter(pk=ada.pk).update(field_audiences={"role": "public"})
    assert in_a_circle(ada.pk) == [(ada.name, False, {"role": "public"})]
    assert in_a_circle(bo.pk) == [(bo.name, False, {})]


def test_what_was_read_is_not_kept(ada):
    assert [name for name, *_ in in_a_circle(ada.pk)] == [ada.name]
    Person.objects.filter(pk=ada.pk).update(name="Another")
    assert [name for name, *_ in in_a_circle(ada.pk)] == ["Another"]


def test_quotes_in_an_argument_are_words(ada):
    assert named("' OR 1=1 --", dt.datetime(2200, 1, 1, tzinfo=dt.UTC)) == []


def test_an_argument_that_changes_the_query_is_refused(ada):
    @prepared
    def like(words: str) -> "QuerySet[Person]":
        return Person.objects.filter(name__icontains=words)

    with pytest.raises(TypeError, match="is not a parameter"):
        like("a")
    with pytest.raises(TypeError, match="numbers, words and moments"):
        like(None)


@pytest.mark.django_db(transaction=True)
def test_each_thread_asks_on_its_own_connection(ada):
    in_a_circle(ada.pk)
    found = []

    def ask() -> None:
        found.append((in_a_circle(ada.pk), connections["default"]))
        connections["default"].close()

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    assert found[0][0] == in_a_circle(ada.pk)
    assert found[0][1] is not connections["default"]


@dataclass(frozen=True)
class Around:
    before: dt.datetime | None = None


@dataclass(frozen=True)
class Asked:
    names: tuple[str, ...]
    around: Around = Around()
    person: int | None = None


def people_asked(asked: Asked, most: int) -> "QuerySet[Person]":
    found = Person.objects.filter(name__in=asked.names).order_by("pk")
    if asked.around.before is not None:
        found = found.filter(joined_at__lt=asked.around.before)
    if asked.person is not None:
        found = found.filter(pk=asked.person)
    return found[:most]


def test_each_shape_of_a_question_has_its_own_query(ada, bo):
    asked = prepared_by_shape(people_asked)
    both = Asked((ada.name, bo.name))
    for question in (
        Asked(()),
        Asked((ada.name,)),
        Asked((bo.name,)),
        both,
        replace(both, person=bo.pk),
        replace(both, person=ada.pk),
        replace(both, around=Around(dt.datetime(2200, 1, 1, tzinfo=dt.UTC))),
        replace(both, around=Around(dt.datetime(1990, 1, 1, tzinfo=dt.UTC))),
    ):
        for most in (1, 9):
            assert asked(question, most) == list(people_asked(question, most))


def test_questions_of_one_shape_are_written_once(ada, bo):
    written = []

    @prepared_by_shape
    def asked(question: Asked, _shape: None) -> "QuerySet[Person]":
        written.append(question)
        return people_asked(question, 9)

    assert asked(Asked((ada.name,)), None) == [ada]
    assert asked(Asked((bo.name,)), None) == [bo]
    assert len(written) == 1
    assert ada.name not in written[0].names


def test_rows_that_were_partly_read(ada, django_assert_num_queries):
    person = partly(Person, "name", "id")(ada.name, ada.pk)
    with django_assert_num_queries(0):
        assert (person.pk, person.name) == (ada.pk, ada.name)
    with django_assert_num_queries(1):
        assert person.country == ada.country
    assert person == ada
    assert not person._state.adding
    with pytest.raises(TypeError, match="no column nonsense"):
        partly(Person, "nonsense")
