import pytest

from collegium.portfolios import actions, queries
from collegium.portfolios.models import Portfolio
from tests.factories import make_coordinator, make_evidence


@pytest.fixture
def sentences():
    """What still hinders, as sentences."""

    def said(portfolio):
        fresh = Portfolio.objects.for_display().get(pk=portfolio.pk)
        return [finding.sentence for finding in queries.readiness(fresh).open]

    return said


@pytest.fixture
def ready(ada, portfolio, fill):
    """A portfolio in which nothing is missing."""
    fill(portfolio)
    actions.add_instance(portfolio=portfolio, node=portfolio.sections.get(node__code="5").node, by=ada)
    portfolio.sections.get(node__code="5", instance=2).delete()
    asked, _may = queries.declaration_asked(portfolio)
    actions.declare(portfolio=portfolio, by=ada, statements=asked, signed_name="Ada")
    return portfolio


def test_an_empty_portfolio_is_told_what_to_begin_and_what_to_choose(portfolio, sentences):
    assert sentences(portfolio) == [
        "Context has not been begun.",
        "1a Constraints and benefits has not been begun.",
        "1b Technical knowledge has not been begun.",
        "1c Supporting deployment has not been begun.",
        "2a Teaching and learning has not been begun.",
        "2b Target learners has not been begun.",
        "3a Legislation has not been begun.",
        "4 Communication has not been begun.",
        "5 Specialist area has not been begun.",
        "Future plans has not been begun.",
        "Not met yet: One legislative area and one more: a second legislation or a policy.",
        "The declaration is not signed yet.",
    ]


def test_a_complete_portfolio_is_ready(ready, sentences):
    assert sentences(ready) == []
    assert queries.readiness(Portfolio.objects.for_display().get()).is_ready


def test_a_missing_part_leads_to_its_place(ready, section_of, write, sentences):
    write(section_of("1b"), "reflection", "")
    assert sentences(ready) == ["Reflection is missing in 1b Technical knowledge."]
    finding = queries.readiness(Portfolio.objects.for_display().get()).open[0]
    assert finding.url == f"{section_of('1b').get_absolute_url()}#reflection"
    assert (finding.code, finding.section_key) == ("component-missing", "1b")


def test_an_optional_part_may_be_missing(ready, section_of, write, sentences):
    write(section_of("1b"), "impact", "")
    assert sentences(ready) == []


def test_placed_evidence_stands_for_the_evidence_part(ada, ready, section_of, write, sentences):
    write(section_of("1b"), "evidence", "")
    assert sentences(ready) == ["Evidence is missing in 1b Technical knowledge."]
    actions.place(section=section_of("1b"), evidence=make_evidence(ada), by=ada)
    assert sentences(ready) == []


def test_a_choice_that_is_not_met_is_one_sentence(ready, section_of, write, sentences):
    for part in section_of("3b").parts.all():
        write(section_of("3b"), part.component, "")
    assert sentences(ready) == [
        "Not met yet: One legislative area and one more: a second legislation or a policy."
    ]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (120, "Future plans has 120 words; at least 200 are asked for."),
        (501, "Future plans has 501 words; at most 500 are asked for."),
        (200, None),
        (500, None),
    ],
)
def test_words_are_held_against_their_bounds(*, ready, section_of, write, sentences, words, sentence):
    write(section_of("plans"), "text", f"<p>{'word ' * words}</p>")
    assert sentences(ready) == ([sentence] if sentence else [])


def test_too_few_instances_are_said(ada, cmalt, fill, sentences):
    senior = cmalt.scheme_version.pathways.select_related("scheme_version__framework").get(key="senior")
    portfolio = actions.begin(by=ada, pathway=senior)
    fill(portfolio)
    portfolio.sections.get(node__code="5", instance=2).delete()
    assert "Not met yet: Two specialist areas." in sentences(portfolio)


def test_a_section_that_has_to_refer_to_the_principles_is_looked_at(ready, section_of, write, sentences):
    for component in ("description", "evidence", "reflection", "impact"):
        write(section_of("5"), component, "<p>No principle is marked in these words.</p>")
    assert sentences(ready) == [
        "5 Specialist area has to refer to the principles: mark the passages that do."
    ]


def test_evidence_whose_link_does_not_answer(ada, ready, section_of, sentences):
    piece = make_evidence(
        ada, title="A page", kind="link", url="https://example.org/",
        link_answers=False, link_finding="There is no such page.",
    )  # fmt: skip
    actions.place(section=section_of("1a"), evidence=piece, by=ada)
    assert sentences(ready) == ["The link of “A page” does not answer. There is no such page."]
    type(piece).objects.update(link_answers=True)
    assert sentences(ready) == []
    type(piece).objects.update(link_answers=None)  # not asked yet
    assert sentences(ready) == []


def test_images_without_words_for_them(ada, ready, section_of, write, sentences):
    piece = make_evidence(ada, title="A photo", kind="image")
    actions.place(section=section_of("1a"), evidence=piece, by=ada)
    assert sentences(ready) == ["The image “A photo” has no text for those who cannot see it."]
    type(piece).objects.update(alt_text="A room.")
    write(
        section_of("1a"),
        "description",
        f'<p>See <img src="/evidence/{piece.pk}/file" alt=""></p><p>{"word " * 60}</p>',
    )
    assert sentences(ready) == [
        "An image in 1a Constraints and benefits has no text for those who cannot see it."
    ]


@pytest.mark.parametrize(
    ("permission", "hinders"), [("unasked", True), ("asked", True), ("agreed", False), ("anonymised", False)]
)
def test_people_shown_without_their_permission(*, ada, ready, section_of, sentences, permission, hinders):
    piece = make_evidence(ada, title="A class")
    piece.people_shown.create(who="Students", permission=permission)
    actions.place(section=section_of("1a"), evidence=piece, by=ada)
    assert sentences(ready) == (["“A class” shows people who have not agreed yet."] if hinders else [])


def test_a_declaration_of_other_words_is_signed_again(ready, sentences):
    ready.signed.statements = ["Something else"]
    ready.signed.save()
    assert sentences(ready) == [
        "The declaration was signed with other words than the scheme has now: sign it again."
    ]


def test_what_the_scheme_has_not_said_is_said_and_hinders_nothing(ada, cy, cmalt):
    associate = cmalt.scheme_version.pathways.get(key="associate")
    actions.begin(by=ada, pathway=associate)
    make_coordinator(cy, cmalt.scheme_version.scheme)
    found = queries.readiness(Portfolio.objects.for_display().get())
    assert [finding.code for finding in found.remarks] == ["rule-unset", "rule-unset"]
    assert queries.coordinators(Portfolio.objects.for_display().get()) == [cy]


def test_dimensions_that_no_section_speaks_for(ada, psf, fill, sentences):
    portfolio = actions.begin(by=ada, pathway=psf)
    fill(portfolio)
    asked, _may = queries.declaration_asked(portfolio)
    actions.declare(portfolio=portfolio, by=ada, statements=asked, signed_name="Ada")
    account = portfolio.sections.select_related("node", "portfolio__pathway").get(node__code="account")
    nodes = psf.scheme_version.framework.nodes.filter(kind="dimension")
    actions.tag(section=account, nodes=nodes.exclude(code="K3"), by=ada)
    said = sentences(portfolio)
    assert len(said) == 1
    assert said[0].startswith("No complete section speaks for K3 ")
    actions.tag(section=account, nodes=nodes, by=ada)
    assert sentences(portfolio) == []


def test_after_a_referral_only_what_is_open_is_looked_at(ready, section_of, write, sentences):
    write(section_of("1a"), "reflection", "")
    write(section_of("1b"), "reflection", "")
    actions.lock(portfolio=ready, by=None, open_codes=["1b"])
    assert sentences(ready) == ["Reflection is missing in 1b Technical knowledge."]


# Made elsewhere -------------------------------------------------------------------------------------------------------


def test_a_portfolio_made_elsewhere_is_asked_where_things_are(ada, portfolio, sentences):
    asked, _may = queries.declaration_asked(portfolio)
    actions.declare(portfolio=portfolio, by=ada, statements=asked, signed_name="Ada")
    everywhere = {section.key: "page 3" for section in portfolio.sections.select_related("node")}
    actions.made_elsewhere(
        portfolio=portfolio, by=ada, url="https://example.org/", whereabouts={**everywhere, "1a": ""}
    )
    assert sentences(portfolio) == ["It is not said where 1a Constraints and benefits is."]
    actions.made_elsewhere(portfolio=portfolio, by=ada, url="https://example.org/", whereabouts=everywhere)
    assert sentences(portfolio) == []
    actions.note_link_elsewhere(
        portfolio=portfolio, url="https://example.org/", answers=False, finding="The site cannot be reached."
    )
    assert sentences(portfolio) == [
        "The address of the portfolio does not answer. The site cannot be reached."
    ]


def test_a_look_at_an_address_that_has_changed_since_counts_for_nothing(ada, portfolio):
    actions.made_elsewhere(portfolio=portfolio, by=ada, url="https://new.example.org/", whereabouts={})
    actions.note_link_elsewhere(
        portfolio=portfolio, url="https://old.example.org/", answers=False, finding="No."
    )
    portfolio.refresh_from_db()
    assert portfolio.elsewhere_answers is None
