"""Names, ORCID iDs, countries and languages."""

import pytest
from django.utils import translation

from collegium.people import names, orcid, territories


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Ada   Lovelace ", "Ada Lovelace"),
        ("Ada\u202eevil\u2066", "Adaevil"),
        ("Ada\x00\x07 Lovelace\n", "Ada Lovelace"),
        ("ليلى الشريف", "ليلى الشريف"),
        ("نیم\u200cفاصله", "نیم\u200cفاصله"),  # a Persian name needs its non-joiner
        ("e\u0301va", "éva"),
        (
            "<script>alert(1)</script>",
            "<script>alert(1)</script>",
        ),  # kept: it is the page that makes it harmless
        ("\u200e \u202c", ""),
    ],
)
def test_a_name_is_kept_as_written_without_what_hides_in_it(typed, kept):
    assert names.clean(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "0000-0002-1825-0097",
        "https://orcid.org/0000-0002-1825-0097",
        "0000000218250097",
        " orcid.org/0000-0002-1825-0097/ ",
    ],
)
def test_an_orcid_id_is_understood_however_it_is_typed(typed):
    assert orcid.normalise(typed) == "0000-0002-1825-0097"


def test_the_check_digit_may_be_an_x():
    assert orcid.normalise("0000-0002-1694-233x") == "0000-0002-1694-233X"


@pytest.mark.parametrize(
    "typed",
    [
        "0000-0002-1825-0098",
        "0000-0002-1825-009",
        "",
        "٠٠٠٠-0002-1825-0097",
        "https://example.org/0000-0002-1825-0097",
    ],
)
def test_what_is_mistyped_is_not_an_orcid_id(typed):
    with pytest.raises(ValueError, match="ORCID"):
        orcid.normalise(typed)


def test_countries_come_by_their_names_in_the_readers_language():
    with translation.override("en-gb"):
        english = dict(territories.countries())
    with translation.override("de"):
        german = territories.countries()
    assert (english["IE"], dict(german)["DE"]) == ("Ireland", "Deutschland")
    assert "ZZ" not in english
    assert "EU" not in english
    assert [code for code, _name in german].index("AT") > [code for code, _name in german].index("AL")


@pytest.mark.parametrize(
    ("typed", "tag"),
    [("English", "en"), ("gaeilge", "ga"), ("Deutsch", "de"), ("sw", "sw"), ("Elvish", None)],
)
def test_a_language_is_known_by_any_of_its_names(typed, tag):
    with translation.override("en-gb"):
        assert territories.language_tag(typed) == tag
