"""An address that was written once is the one that would be written anew."""

import pytest
from django.urls import NoReverseMatch, reverse, set_script_prefix

from collegium.foundation.addresses import address
from collegium.foundation.surroundings import settled


def test_numbers_stand_where_they_belong():
    for portfolio, section in ((1, 2), (12, 7), (10**15, 10**15 + 1)):
        kwargs = {"portfolio_id": portfolio, "section_id": section}
        assert address("portfolios:section", **kwargs) == reverse("portfolios:section", kwargs=kwargs)
        turned = {"section_id": section, "portfolio_id": portfolio}
        assert address("portfolios:section", **turned) == reverse("portfolios:section", kwargs=kwargs)


def test_below_a_prefix():
    set_script_prefix("/below/")
    try:
        assert address("evidence:evidence", evidence_id=3) == reverse(
            "evidence:evidence", kwargs={"evidence_id": 3}
        )
    finally:
        set_script_prefix("/")
    assert address("evidence:evidence", evidence_id=3) == "/evidence/3/"


def test_what_is_no_number_or_no_address_is_refused():
    with pytest.raises(TypeError):
        address("evidence:evidence", evidence_id=None)  # type: ignore[arg-type]  # what an unsaved row has
    with pytest.raises(NoReverseMatch):
        address("evidence:evidence", portfolio_id=3)


@pytest.mark.parametrize(
    ("name", "args", "kwargs"),
    [
        ("communities:community", (), {"slug": "cmalt-cmooc"}),
        ("communities:community", ("cmalt-cmooc",), {}),
        ("courses:week", (), {"slug": "spring_2027", "number": 4}),
        ("organisations:organisation", (), {"slug": "0"}),
    ],
)
def test_short_names_stand_in_addresses_too(name, args, kwargs):
    assert address(name, *args, **kwargs) == reverse(name, args=args or None, kwargs=kwargs or None)


def test_what_is_no_short_name_is_left_to_django():
    assert address("ecology:tag", tag="größe") == reverse("ecology:tag", kwargs={"tag": "größe"})
    with pytest.raises(NoReverseMatch):
        address("communities:community", slug="../secret")
    with pytest.raises(NoReverseMatch):
        address("communities:community", slug="")


def test_what_an_address_begins_with_is_asked_where_nobody_settled_it():
    set_script_prefix("/below/")
    try:
        assert address("communities:community", slug="a") == "/below/communities/a/"
        with settled():
            assert address("communities:community", slug="a") == "/below/communities/a/"
    finally:
        set_script_prefix("/")
    assert address("communities:community", slug="a") == "/communities/a/"
