"""What a page is written in is asked once for each thing that is rendered, and never kept beyond it."""

import pytest
from django.template import engines
from django.test import RequestFactory
from django.utils import translation

from collegium.design import csrf
from collegium.design.environment import said
from collegium.foundation.surroundings import settled, surroundings


def test_the_language_is_that_of_the_moment_where_nothing_is_rendered():
    with translation.override("de"):
        assert surroundings().language == "de"
        assert said("Home") == translation.gettext("Home") != "Home"
    with translation.override("en-gb"):
        assert said("Home") == "Home"


def test_what_is_rendered_within_asks_anew():
    with translation.override("en-gb"), settled():
        with translation.override("de"):
            whole = engines["jinja"].env.from_string('{{ _("Home") }} {{ page_language()[0] }}').render()
        assert surroundings().language == "en-gb"
    with translation.override("de"):
        assert whole == f"{translation.gettext('Home')} de"


def test_nothing_is_left_behind_when_a_template_fails():
    before = surroundings()
    with pytest.raises(ZeroDivisionError), settled():
        raise ZeroDivisionError
    with translation.override("de"):
        assert surroundings() != before


def test_all_forms_of_a_page_have_one_field_and_each_page_another():
    page, other = RequestFactory().get("/"), RequestFactory().get("/")
    assert str(csrf.of_page(page)) == csrf.of_page(page).__html__() == str(csrf.of_page(page))
    assert "csrfmiddlewaretoken" in str(csrf.of_page(page))
    assert str(csrf.of_page(page)) != str(csrf.of_page(other))


def test_a_page_without_a_form_sets_no_cookie():
    page = RequestFactory().get("/")
    csrf.of_page(page)
    assert "CSRF_COOKIE_NEEDS_UPDATE" not in page.META
    str(csrf.of_page(page))
    assert page.META["CSRF_COOKIE_NEEDS_UPDATE"]
