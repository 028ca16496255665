import datetime as dt
import json

from collegium.portfolios import actions, queries
from collegium.portfolios.models import Portfolio
from tests.factories import make_evidence


def fresh(portfolio):
    return Portfolio.objects.for_display().get(pk=portfolio.pk)


def test_a_snapshot_is_complete_plain_and_always_the_same(ada, portfolio, section_of, write):
    piece = make_evidence(
        ada, title="A page", kind="link", url="https://example.org/", access="Ask me",
        happened_on=dt.date(2026, 2, 3), impact="Others use it.",
    )  # fmt: skip
    piece.people_shown.create(who="My students", permission="agreed", note="by e-mail")
    piece.alignments.create(node=section_of("1a").node, strength=3)
    actions.place(section=section_of("1a"), evidence=piece, by=ada)
    write(section_of("1a"), "reflection", "<p>What I learnt</p>")
    actions.name_section(section=section_of("1a"), title="Slow computers", by=ada)
    asked, _may = queries.declaration_asked(portfolio)
    actions.declare(portfolio=portfolio, by=ada, statements=asked, signed_name="Ada", collaborators="Bo")

    taken = queries.snapshot(fresh(portfolio))
    assert json.loads(json.dumps(taken)) == queries.snapshot(fresh(portfolio))
    assert taken["pathway"]["key"] == "cmalt"
    assert taken["framework"]["version"] == "2019-07"
    assert taken["owner"] == {"id": ada.pk, "name": "Ada Candidate"}
    section = next(each for each in taken["sections"] if each["key"] == "1a")
    assert section["own_title"] == "Slow computers"
    assert section["evidence"] == [piece.pk]
    assert {each["key"]: each["words"] for each in section["components"]} == {
        "description": 0, "evidence": 0, "reflection": 3, "impact": 0,
    }  # fmt: skip
    assert taken["evidence"] == [
        {
            "id": piece.pk,
            "title": "A page",
            "kind": "link",
            "kind_title": "Link",
            "happened_on": "2026-02-03",
            "description": "",
            "impact": "Others use it.",
            "body": "<p>A note.</p>",
            "url": "https://example.org/",
            "access": "Ask me",
            "said_by": "",
            "sha256": None,
            "file_name": "",
            "alt_text": "",
            "comes_from": None,
            "media_type": "",
            "people_shown": [{"who": "My students", "permission": "agreed", "note": "by e-mail"}],
            "alignments": [{"node": "1a", "principle": None, "strength": 3}],
        }
    ]
    assert (taken["declaration"]["signed_name"], taken["declaration"]["collaborators"]) == ("Ada", "Bo")
    assert taken["words"] == 3


def test_what_differs_is_shown_by_section(ada, portfolio, section_of, write):
    write(section_of("1a"), "reflection", "<p>The cat sat.</p>")
    write(section_of("1b"), "reflection", "<p>Stays.</p>")
    old = queries.snapshot(fresh(portfolio))
    assert queries.difference(old, old) == []
    write(section_of("1a"), "reflection", "<p>The dog sat.</p>")
    piece = make_evidence(ada, title="<b>Bold</b>")
    actions.place(section=section_of("2a"), evidence=piece, by=ada)
    actions.add_instance(portfolio=portfolio, node=section_of("5").node, by=ada)
    write(section_of("5#2"), "description", "<p>New</p>")
    changes = {change.key: change for change in queries.difference(old, queries.snapshot(fresh(portfolio)))}
    assert list(changes) == ["1a", "2a", "5#2"]
    assert changes["1a"].html == "<h4>Reflection</h4><p>The <del>cat</del><ins>dog</ins> sat.</p>"
    assert "<ins>&lt;b&gt;Bold&lt;/b&gt;</ins>" in changes["2a"].html
    assert "<ins>New</ins>" in changes["5#2"].html
    assert changes["1a"].title == "1a Constraints and benefits of different technologies"


def test_a_section_that_is_gone_is_shown_as_gone(ada, portfolio, section_of, write):
    actions.add_instance(portfolio=portfolio, node=section_of("5").node, by=ada)
    write(section_of("5#2"), "description", "<p>Going</p>")
    old = queries.snapshot(fresh(portfolio))
    actions.remove_instance(section=section_of("5#2"), by=ada)
    [change] = queries.difference(old, queries.snapshot(fresh(portfolio)))
    assert change.key == "5#2"
    assert "<del>Going</del>" in change.html


def test_a_public_snapshot_leaves_out_what_is_not_for_everyone(ada, portfolio, section_of):
    piece = make_evidence(ada, url="https://example.org/", access="swordfish")
    piece.people_shown.create(who="Maria", permission="agreed")
    actions.place(section=section_of("1a"), evidence=piece, by=ada)
    said = json.dumps(queries.public(queries.snapshot(fresh(portfolio))))
    assert "swordfish" not in said
    assert "Maria" not in said


def test_balance_says_what_is_thin_and_what_is_left_over(ada, portfolio, section_of, write):
    principle = portfolio.pathway.scheme_version.framework.principles.get(code="P3")
    used, left = make_evidence(ada, title="Used"), make_evidence(ada, title="Left")
    used.alignments.create(node=section_of("1a").node, strength=3)
    used.alignments.create(principle=principle, strength=2)
    write(section_of("1a"), "description", f"<p>{'word ' * 300}</p>")
    write(section_of("1a"), "reflection", '<p><span data-principle="P1">' + "word " * 60 + "</span></p>")
    actions.place(section=section_of("1a"), evidence=used, by=ada)
    found = queries.balance(queries.desk(fresh(portfolio)))
    row = next(each for each in found.by_principle if each["code"] == "1a")
    assert [cell and cell["level"] for cell in row["cells"]] == [2, None, 2, None]
    assert row["cells"][0]["label"] == "60 words marked"
    assert found.left_over == [left]
    assert "Reflection is thin in 1a Constraints and benefits: 60 words so far." in found.thin
    assert "The principle “Keep up to date with new technologies” is marked nowhere yet." in found.thin
    [by_evidence] = found.by_evidence
    levels = {
        column["code"]: cell and cell["level"]
        for column, cell in zip(found.sections, by_evidence["cells"], strict=True)
    }
    assert levels["1a"] == 3
    assert levels["1b"] is None
