"""ROR ids and e-mail domains."""

import pytest

from collegium.organisations import domains, ror


@pytest.mark.parametrize("typed", ["03yrm5c26", "https://ror.org/03yrm5c26", "ROR.org/03YRM5C26/"])
def test_a_ror_id_is_understood_however_it_is_typed(typed):
    assert ror.normalise(typed) == "03yrm5c26"


@pytest.mark.parametrize("known", ["05dxps055", "013meh722", "052gg0110", "00f54p054"])
def test_ids_of_the_register_have_the_right_checksum(known):
    assert ror.normalise(known) == known


@pytest.mark.parametrize(
    "typed", ["03yrm5c27", "13yrm5c26", "03yrm5i26", "03yrm5c2", "", "https://example.org/03yrm5c26"]
)
def test_what_is_mistyped_is_not_a_ror_id(typed):
    with pytest.raises(ValueError, match="ROR"):
        ror.normalise(typed)


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("Example.ORG", "example.org"),
        ("ada@mail.example.org.", "mail.example.org"),
        ("bücher.example", "xn--bcher-kva.example"),
    ],
)
def test_a_domain_has_one_spelling(typed, written):
    assert domains.normalise(typed) == written


@pytest.mark.parametrize(
    "typed",
    ["", "localhost", "-x.example", "exa mple.org", "192.0.2.7", "a..b", "x" * 300 + ".org", "<script>.org"],
)
def test_what_is_no_domain_is_none(typed):
    with pytest.raises(ValueError, match="domain"):
        domains.normalise(typed)
