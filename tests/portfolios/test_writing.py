import datetime as dt

import pytest

from collegium.activity.models import Activity
from collegium.foundation import clock
from collegium.foundation.refusal import Refusal
from collegium.portfolios import actions
from collegium.portfolios.models import Part, Placement, Revision
from tests.factories import make_evidence

MORNING = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)


def activities(verb):
    return Activity.objects.filter(verb=verb).count()


def test_a_portfolio_begins_with_a_page_for_each_section_of_its_pathway(portfolio):
    assert [section.key for section in portfolio.sections.all()] == [
        "context", "1a", "1b", "1c", "2a", "2b", "3a", "3b", "4", "5", "plans",
    ]  # fmt: skip
    parts = portfolio.sections.get(node__code="1a").parts
    assert sorted(parts.values_list("component", flat=True)) == [
        "description", "evidence", "impact", "reflection",
    ]  # fmt: skip
    assert portfolio.audience == "private"
    assert activities("portfolio.begun") == 1


def test_as_many_sections_are_made_as_the_pathway_needs(ada, cmalt):
    senior = cmalt.scheme_version.pathways.get(key="senior")
    portfolio = actions.begin(by=ada, pathway=senior)
    assert [section.key for section in portfolio.sections.filter(node__code__in=["4", "5"])] == [
        "4", "4#2", "5", "5#2",
    ]  # fmt: skip


def test_a_pathway_whose_sections_are_unset_can_be_begun_and_gets_them_later(ada, cmalt):
    associate = cmalt.scheme_version.pathways.get(key="associate")
    portfolio = actions.begin(by=ada, pathway=associate)
    assert portfolio.sections.count() == 0
    assert actions.bring_in_sections(portfolio=portfolio, by=ada) == 0


def test_words_are_made_safe_counted_and_kept(section_of, write):
    part = write(
        section_of("1a"),
        "reflection",
        '<p onclick="x()">Three <span data-principle="P1">marked words</span></p><script>alert(1)</script>',
    )
    assert part.html == '<p>Three <span class="principle" data-principle="P1">marked words</span></p>'
    assert (part.words, part.marks, part.revision) == (3, {"P1": 2}, 1)


def test_plain_text_becomes_paragraphs(section_of, write):
    part = write(section_of("1a"), "reflection", "First & foremost\r\n\r\nSecond <3\nstill second")
    assert part.html == "<p>First &amp; foremost</p><p>Second &lt;3<br>still second</p>"


def test_saves_of_one_sitting_share_a_revision_and_an_activity(section_of, write):
    section = section_of("1a")
    with clock.moved_to(MORNING):
        write(section, "reflection", "<p>One</p>")
        clock.advance(dt.timedelta(minutes=4))
        write(section, "reflection", "<p>One two</p>")
        clock.advance(dt.timedelta(minutes=7))
        write(section, "reflection", "<p>One two three</p>")
    kept = Revision.objects.filter(part__section=section).values_list("number", "html")
    assert list(kept) == [(3, "<p>One two three</p>"), (2, "<p>One two</p>")]
    assert activities("portfolio.written") == 2


def test_saving_the_same_words_again_changes_nothing(ada, section_of, write):
    part = write(section_of("1a"), "reflection", "<p>Here</p>")
    again = actions.write(
        section=section_of("1a"), component="reflection", html="<p>Here</p>", on_revision=0, by=ada
    )
    assert (again.revision, again.pk) == (part.revision, part.pk)


def test_a_save_on_an_old_revision_is_a_conflict_that_shows_what_differs(ada, section_of, write):
    write(section_of("1a"), "reflection", "<p>The cat sat.</p>")
    with pytest.raises(actions.Conflict) as caught:
        actions.write(
            section=section_of("1a"),
            component="reflection",
            html="<p>The dog sat.</p>",
            on_revision=0,
            by=ada,
        )
    assert caught.value.current.html == "<p>The cat sat.</p>"
    assert caught.value.difference == "<p>The <del>cat</del><ins>dog</ins> sat.</p>"
    assert Part.objects.get(section=section_of("1a"), component="reflection").html == "<p>The cat sat.</p>"


@pytest.mark.parametrize(
    ("choice", "stands"),
    [
        ("mine", "<p>Mine</p>"),
        ("theirs", "<p>Theirs</p>"),
        ("both", "<p>Theirs</p><hr><p>Mine</p>"),
    ],
)
def test_whatever_is_chosen_in_a_conflict_both_versions_are_kept(ada, section_of, write, choice, stands):
    write(section_of("1a"), "reflection", "<p>Theirs</p>")
    part = actions.settle(
        section=section_of("1a"),
        component="reflection",
        mine="<p>Mine</p>",
        choice=choice,
        on_revision=1,
        by=ada,
    )
    assert part.html == stands
    kept = set(Revision.objects.filter(part=part).values_list("html", flat=True))
    assert {"<p>Theirs</p>", "<p>Mine</p>"} <= kept


def test_settling_on_an_old_revision_is_a_conflict_again(ada, section_of, write):
    write(section_of("1a"), "reflection", "<p>Theirs</p>")
    with pytest.raises(actions.Conflict):
        actions.settle(
            section=section_of("1a"),
            component="reflection",
            mine="<p>Mine</p>",
            choice="mine",
            on_revision=0,
            by=ada,
        )


def test_an_earlier_version_comes_back_and_the_later_one_stays(ada, section_of, write):
    section = section_of("1a")
    with clock.moved_to(MORNING):
        write(section, "reflection", "<p>Early</p>")
        clock.advance(dt.timedelta(hours=1))
        write(section, "reflection", "<p>Late</p>")
        part = actions.restore(revision=Revision.objects.get(html="<p>Early</p>"), by=ada)
    assert part.html == "<p>Early</p>"
    assert list(part.revisions.values_list("html", flat=True)) == [
        "<p>Early</p>",
        "<p>Late</p>",
        "<p>Early</p>",
    ]


# Evidence in the words ------------------------------------------------------------------------------------------------


def test_evidence_put_into_the_words_is_placed_and_stays_beside_when_taken_out(ada, section_of, write):
    piece = make_evidence(ada)
    section = section_of("1a")
    write(section, "evidence", f'<p>See</p><figure data-evidence="{piece.pk}"><img src="x"></figure>')
    assert (
        section.parts.get(component="evidence").html
        == f'<p>See</p><figure data-evidence="{piece.pk}"></figure>'
    )
    assert Placement.objects.get().embedded
    with pytest.raises(Refusal):
        actions.unplace(section=section, evidence=piece, by=ada)
    write(section, "evidence", "<p>See</p>")
    assert not Placement.objects.get().embedded
    actions.unplace(section=section, evidence=piece, by=ada)
    assert not Placement.objects.exists()


def test_the_number_of_somebody_elses_evidence_places_nothing(bo, section_of, write):
    theirs = make_evidence(bo)
    write(section_of("1a"), "evidence", f'<figure data-evidence="{theirs.pk}"></figure>')
    assert not Placement.objects.exists()


def test_only_own_evidence_is_placed(ada, bo, section_of):
    with pytest.raises(Refusal):
        actions.place(section=section_of("1a"), evidence=make_evidence(bo), by=ada)


def test_placing_twice_is_once(ada, section_of):
    piece = make_evidence(ada)
    actions.place(section=section_of("1a"), evidence=piece, by=ada)
    actions.place(section=section_of("1a"), evidence=piece, by=ada)
    assert Placement.objects.count() == 1
    assert activities("portfolio.evidence_placed") == 1


# Locked ---------------------------------------------------------------------------------------------------------------


def test_what_is_locked_takes_no_change(ada, portfolio, section_of, write):
    actions.lock(portfolio=portfolio, by=None, open_codes=["1a"])
    write(section_of("1a"), "reflection", "<p>Open</p>")
    piece = make_evidence(ada)
    locked = section_of("1b")
    changes = [
        lambda: write(locked, "reflection", "<p>Shut</p>"),
        lambda: actions.settle(
            section=locked, component="reflection", mine="<p>x</p>", choice="mine", on_revision=0, by=ada
        ),
        lambda: actions.place(section=locked, evidence=piece, by=ada),
        lambda: actions.name_section(section=locked, title="Mine", by=ada),
        lambda: actions.tag(section=locked, nodes=[], by=ada),
        lambda: actions.add_instance(portfolio=locked.portfolio, node=locked.node, by=ada),
        lambda: actions.remove_instance(section=locked, by=ada),
        lambda: actions.delete(portfolio=locked.portfolio, by=ada),
        lambda: actions.bring_in_sections(portfolio=locked.portfolio, by=ada),
    ]
    for change in changes:
        with pytest.raises(Refusal):
            change()
    actions.lock(portfolio=portfolio, by=None, open_codes=None)
    write(section_of("1b"), "reflection", "<p>Open again</p>")


def test_a_second_instance_can_be_added_and_taken_away_up_to_what_the_scheme_allows(
    ada, portfolio, section_of
):
    node = section_of("5").node
    for _number in range(3):
        actions.add_instance(portfolio=portfolio, node=node, by=ada)
    with pytest.raises(Refusal, match="4 times at most"):
        actions.add_instance(portfolio=portfolio, node=node, by=ada)
    with pytest.raises(Refusal, match="only once"):
        actions.add_instance(portfolio=portfolio, node=section_of("1a").node, by=ada)
    actions.remove_instance(section=section_of("5#4"), by=ada)
    with pytest.raises(Refusal, match="the only"):
        actions.remove_instance(section=section_of("1a"), by=ada)


def test_only_dimensions_of_the_framework_are_tagged(ada, psf, cmalt):
    portfolio = actions.begin(by=ada, pathway=psf)
    account = portfolio.sections.select_related("node", "portfolio__pathway").get(node__code="account")
    nodes = psf.scheme_version.framework.nodes
    actions.tag(section=account, nodes=nodes.filter(code__in=["V1", "K2"]), by=ada)
    assert sorted(account.dimensions.values_list("code", flat=True)) == ["K2", "V1"]
    with pytest.raises(Refusal):
        actions.tag(section=account, nodes=[cmalt.scheme_version.framework.nodes.get(code="1a")], by=ada)


# The whole ------------------------------------------------------------------------------------------------------------


def test_a_declaration_agrees_to_every_statement_of_the_scheme(ada, bo, portfolio):
    from collegium.portfolios import queries

    asked, may_nominate = queries.declaration_asked(portfolio)
    assert may_nominate
    with pytest.raises(Refusal, match="Every statement"):
        actions.declare(portfolio=portfolio, by=ada, statements=asked[:-1], signed_name="Ada")
    with pytest.raises(Refusal, match="your name"):
        actions.declare(portfolio=portfolio, by=ada, statements=asked, signed_name=" ")
    with pytest.raises(Refusal, match="yourself"):
        actions.declare(
            portfolio=portfolio, by=ada, statements=asked, signed_name="Ada", nominated_assessor=ada
        )
    actions.declare(portfolio=portfolio, by=ada, statements=asked, signed_name="Ada", nominated_assessor=bo)
    again = actions.declare(portfolio=portfolio, by=ada, statements=asked, signed_name="Ada C.")
    assert (again.signed_name, again.nominated_assessor, again.statements) == ("Ada C.", None, asked)
    actions.lock(portfolio=portfolio, by=None, open_codes=[])
    with pytest.raises(Refusal):
        actions.declare(portfolio=portfolio, by=ada, statements=asked, signed_name="Ada")


def test_a_mentor_is_told_and_is_somebody_else(ada, bo, portfolio):
    with pytest.raises(Refusal):
        actions.set_mentor(portfolio=portfolio, mentor=ada, by=ada)
    actions.set_mentor(portfolio=portfolio, mentor=bo, by=ada)
    told = Activity.objects.get(verb="portfolio.mentor_set").concerns.get()
    assert (told.person, told.role) == (bo, "mentor")
    actions.set_mentor(portfolio=portfolio, mentor=None, by=bo)
    assert portfolio.mentor is None


def test_deleting_takes_the_words_and_leaves_the_evidence(ada, portfolio, section_of, write):
    piece = make_evidence(ada)
    write(section_of("1a"), "evidence", f'<figure data-evidence="{piece.pk}"></figure>')
    actions.delete(portfolio=portfolio, by=ada)
    assert not Part.objects.exists()
    piece.refresh_from_db()
