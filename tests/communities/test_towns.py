"""Towns that are suggested while one types."""

import pytest
from django.urls import reverse

from collegium.communities import places
from tests.communities.factories import make_community

ADDRESS = "/communities/towns/"


def names(typed, country=""):
    return [each.name for each in places.beginning(typed, country)]


def test_the_largest_first_without_accents_of_the_country():
    assert names("krak", "PL") == ["Kraków"]
    assert names("KÖL", "DE")[0] == names("kol", "DE")[0] == "Köln"
    assert names("man", "GB")[0] == "Manchester"
    assert names("sheffield", "GB") == ["Sheffield"]
    assert "Manchester" in names("manch")
    assert len(names("sa")) == places.SUGGESTED
    for typed, country in (("k", "PL"), ("", ""), ("krak", "XX"), ("<b>", "GB"), ("'; --", "")):
        assert names(typed, country) == []


@pytest.mark.django_db
def test_they_are_for_those_who_are_signed_in(ada, client_of):
    answer = client_of(ada).get(ADDRESS, {"q": "krak", "country": "PL"})
    assert answer.json() == {"towns": [{"name": "Kraków", "country": "Poland"}]}
    assert client_of(ada).get(ADDRESS, {"q": "x" * 9999, "country": "\0" * 50}).json() == {"towns": []}
    assert client_of(None).get(ADDRESS).status_code == 302
    assert client_of(ada).post(ADDRESS).status_code == 405


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_town_is_suggested_while_one_types_and_the_field_stays_a_plain_one(
    ada, cy, browser_page, sign_in_browser, axe
):
    from playwright.sync_api import expect  # there only where browsers are

    community = make_community(ada, convener=cy)
    page = browser_page
    sign_in_browser(page, ada)
    for address in (reverse("communities:map", kwargs={"slug": community.slug}), reverse("people:profile")):
        page.goto(address)
        town = page.locator('input[name="town"]')
        expect(town).to_have_attribute("list", "id_town-towns")
        page.locator('select[name="country"]').select_option("PL")
        town.press_sequentially("Krak")
        expect(page.locator("datalist option")).to_have_count(1)
        expect(page.locator("datalist option")).to_have_attribute("value", "Kraków")
        expect(town).to_be_focused()
        town.fill("Nowhere at all")
        expect(town).to_have_value("Nowhere at all")
        assert axe(page) == []
