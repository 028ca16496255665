"""Rows of other tables as lists in one column, the same on both databases."""

import pytest
from django.db.models import OuterRef

from collegium.foundation.listed import CountedUpTo, Listed, read_together
from collegium.people.models import Circle, CircleMember, Person
from tests.factories import make_circle, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def circle():
    return make_circle(make_person(name="Zoe 100%"), make_person(name='Ana "the first"'), name="A circle")


def test_what_belongs_to_a_row_comes_with_it_in_its_order(circle, django_assert_num_queries):
    empty = make_circle(name="Nobody")
    people = CircleMember.objects.filter(circle=OuterRef("pk")).order_by("person__name").values("person_id")
    with django_assert_num_queries(1):
        found = {each.pk: each.people for each in Circle.objects.annotate(people=Listed(people))}
    first, second = Person.objects.filter(circle_memberships__circle=circle).order_by("name")
    assert found[circle.pk] == [[first.pk], [second.pk]]
    assert not found[empty.pk]


def test_rows_are_counted_as_far_as_anybody_wants_to_know(circle):
    rows = CircleMember.objects.filter(circle=OuterRef("pk")).values("pk")
    counted = Circle.objects.annotate(all_of_them=CountedUpTo(rows[:10]), one_at_most=CountedUpTo(rows[:1]))
    assert counted.filter(pk=circle.pk).values_list("all_of_them", "one_at_most").get() == (2, 1)


def test_several_tables_are_read_together(circle, django_assert_num_queries):
    people = Person.objects.filter(circle_memberships__circle=circle).order_by("-name")
    with django_assert_num_queries(1):
        names, nothing, impossible, named = read_together(
            people.values_list("name", "circle_memberships__circle__name"),
            Circle.objects.filter(pk=-1).values_list("name"),
            Circle.objects.none().values_list("name"),
            Circle.objects.filter(name__icontains="circle", pk=circle.pk).values_list("pk", "name")[:1],
        )
    assert names == [["Zoe 100%", "A circle"], ['Ana "the first"', "A circle"]]
    assert (nothing, impossible) == ([], [])
    assert named == [[circle.pk, "A circle"]]
