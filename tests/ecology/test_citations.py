"""The usual styles write what their guides say; citeproc-py's gaps are closed."""

import pytest

from collegium.ecology import citations
from collegium.ecology.csl import shape

ARTICLE = {
    "type": "article-journal",
    "title": "Developing a framework",
    "author": [
        {"family": "Cochrane", "given": "Thomas"},
        {"family": "Narayan", "given": "Vickel"},
        {"family": "Leeuwen", "non-dropping-particle": "van", "given": "Ann"},
    ],
    "issued": {"date-parts": [[2017, 12, 4]]},
    "container-title": "Research in Learning Technology",
    "volume": "24",
    "issue": "2",
    "page": "29-41",
    "DOI": "10.3402/rlt.v24.29369",
}
WITHOUT_AUTHOR = {"type": "document", "title": "Nothing but a title"}


@pytest.mark.parametrize(
    ("style", "entry", "mention"),
    [
        (
            "apa",
            (
                "Cochrane, T., Narayan, V., &amp; van Leeuwen, A. (2017). Developing a framework."
                " <i>Research in Learning Technology</i>, <i>24</i>(2), 29–41. https://doi.org/10.3402/rlt.v24.29369"
            ),
            "(Cochrane et al., 2017)",
        ),
        (
            "harvard",
            (
                "Cochrane, T., Narayan, V. and van Leeuwen, A. (2017) ‘Developing a framework’, <i>Research in Learning"
                " Technology</i>, 24(2), pp. 29–41. Available at: https://doi.org/10.3402/rlt.v24.29369."
            ),
            "(Cochrane, Narayan and van Leeuwen, 2017)",
        ),
        (
            "chicago",
            (
                "Cochrane, Thomas, Vickel Narayan, and Ann van Leeuwen. 2017. ‘Developing a Framework’. <i>Research in"
                " Learning Technology</i> 24 (2): 29–41. https://doi.org/10.3402/rlt.v24.29369."
            ),
            "(Cochrane et al. 2017)",
        ),
        (
            "mla",
            (
                "Cochrane, Thomas, et al. ‘Developing a Framework’. <i>Research in Learning Technology</i>, vol. 24, no. 2,"
                " Dec. 2017, pp. 29–41, https://doi.org/10.3402/rlt.v24.29369."
            ),
            "(Cochrane et al., ‘Developing a Framework’)",
        ),
        (
            "ieee",
            (
                "[1] T. Cochrane, V. Narayan, and A. van Leeuwen, ‘Developing a framework’, <i>Research in Learning"
                " Technology</i>, vol. 24, no. 2, pp. 29–41, Dec. 2017, doi: 10.3402/rlt.v24.29369."
            ),
            "[1]",
        ),
        (
            "vancouver",
            (
                "1. Cochrane T, Narayan V, van Leeuwen A. Developing a framework. Research in Learning Technology."
                " 2017 Dec 4;24(2):29–41. doi:10.3402/rlt.v24.29369"
            ),
            "(1)",
        ),
    ],
)
def test_an_article_in_each_style(style, entry, mention):
    (cited,) = citations.bibliography({"a": ARTICLE}, style=style)
    assert (cited.key, cited.entry, cited.mention) == ("a", entry, mention)


def test_by_name_or_as_given():
    items = {"b": {**ARTICLE, "author": [{"family": "Salmon", "given": "G."}]}, "a": ARTICLE}
    assert [each.key for each in citations.bibliography(items, style="apa")] == ["a", "b"]
    assert [each.key for each in citations.bibliography(items, style="ieee")] == ["b", "a"]


def test_a_title_that_stands_for_its_author_stands_once():
    (cited,) = citations.bibliography({"a": WITHOUT_AUTHOR}, style="apa")
    assert cited.entry == "<i>Nothing but a title</i>. (n.d.)."


def test_in_the_readers_language():
    (cited,) = citations.bibliography({"a": ARTICLE}, style="apa", language="de")
    assert "Cochrane, T., Narayan, V., &amp; van Leeuwen, A. (2017)" in cited.entry
    (undated,) = citations.bibliography({"a": WITHOUT_AUTHOR}, style="apa", language="de")
    assert "o.\u00a0J." in undated.entry.replace("&nbsp;", "\u00a0")


def test_script_in_a_title_is_not_markup():
    hostile = {**ARTICLE, "title": 'A <i>good</i> <script>alert(1)</script><img src=x onerror="y"> title'}
    (cited,) = citations.bibliography({"a": hostile}, style="apa")
    assert "<script" not in cited.entry
    assert "<img" not in cited.entry
    assert "<i>good</i>" in cited.entry


@pytest.mark.parametrize("style", citations.STYLES)
def test_no_type_of_csl_stops_a_bibliography_or_falls_out_of_it(style):
    items = {kind: {"type": kind, "title": f"Title of {kind}"} for kind in shape.TYPES}
    assert {each.key for each in citations.bibliography(items, style=style)} == set(items)


def test_nothing_is_nothing():
    assert citations.bibliography({}) == []
