"""The search of the house, of what is written for few: portfolios and their sections, evidence; and of names."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils.translation import override

from collegium.credentials.words import AWARDS
from collegium.evidence import actions as evidence
from collegium.evidence.words import EVIDENCE
from collegium.foundation import clock, fulltext
from collegium.home.findable import BY_KEY as KINDS
from collegium.home.findable import Asked
from collegium.home.search import Wanted, quick, search
from collegium.organisations import actions as organisations
from collegium.people import actions as people
from collegium.people.models import Audience
from collegium.portfolios import actions
from collegium.portfolios.models import Part, Portfolio, Section
from collegium.portfolios.words import PORTFOLIOS, SECTIONS
from tests.credentials.factories import make_award, make_pathway
from tests.factories import make_circle, make_evidence, make_organisation, make_person


def write(section, html, by, component=None):
    part = section.parts.get(component=component) if component else section.parts.order_by("pk")[0]
    return actions.write(
        section=section, component=part.component, html=html, on_revision=part.revision, by=by
    )


def fresh(section):
    return Section.objects.select_related("portfolio__pathway", "node").get(pk=section.pk)


@pytest.fixture
def portfolio(ada):
    """Ada's, whose first section speaks of an okapi and whose second one of a quagga."""
    made = actions.begin(by=ada, pathway=make_pathway(), title="Stripes at work")
    first, second = (fresh(each) for each in made.sections.order_by("pk")[:2])
    write(first, "<p>I keep an <strong>okapi</strong> among my learners.</p>", ada)
    write(second, "<p>The quagga is gone.</p>", ada)
    return made


def sections(portfolio):
    return list(portfolio.sections.order_by("pk"))


def hits(words, reader, **wanted):
    return search(Wanted(words=words, **wanted), reader).hits


def kinds(words, reader, **wanted):
    return {facet.key for facet in search(Wanted(words=words, **wanted), reader).facets}


def keys(words, reader, kind="sections", **wanted):
    return [hit.key for hit in hits(words, reader, kind=kind, **wanted)]


# Sections -------------------------------------------------------------------------------------------------------------


def test_words_inside_a_section_lead_to_that_section(portfolio, ada, client_of):
    section = sections(portfolio)[0]
    (hit,) = hits("okapi", ada)
    assert hit.kind == "sections"
    assert hit.address == section.get_absolute_url()
    assert str(hit.note) == "I keep an <mark>okapi</mark> among my learners."
    assert hit.meta == "Stripes at work · Ada Candidate"
    page = client_of(ada).get("/search/", {"q": "okapi"}).content.decode()
    assert f'href="{section.get_absolute_url()}"' in page
    assert "<mark>okapi</mark>" in page
    assert "In a portfolio" in page
    assert [each.address for each in quick("okap", ada).hits] == [hit.address]
    assert client_of(ada).get(hit.address).status_code == 200


def test_a_section_is_found_by_its_own_title_by_what_is_asked_and_by_its_code(portfolio, ada):
    section = fresh(sections(portfolio)[0])
    actions.name_section(section=section, title="Numbats and more", by=ada)
    assert keys("numbat", ada) == [section.pk]
    assert section.pk in keys(f'"{section.node.title}"', ada)
    assert str(hits("numbats", ada)[0].title) == "<mark>Numbats</mark> and more"
    other = next(each for each in portfolio.sections.select_related("node") if each.node.code == "1b")
    write(fresh(other), "<p>Something.</p>", ada)
    assert other.pk in keys("1b", ada)


def test_sections_in_which_nothing_is_written_are_not_found(portfolio, ada):
    empty = sections(portfolio)[2]
    assert keys(f'"{empty.node.title}"', ada) == []


def test_words_are_found_as_they_stand_now(portfolio, ada):
    section = fresh(sections(portfolio)[0])
    first = section.parts.order_by("pk")[0]
    write(section, "<p>A numbat instead.</p>", ada)  # in the same sitting, so without an activity
    assert keys("okapi", ada) == []
    assert keys("numbat", ada) == [section.pk]
    actions.restore(revision=first.revisions.order_by("number")[0], by=ada)
    actions.settle(
        section=section,
        component=first.component,
        mine="<p>Aye-aye.</p>",
        choice="both",
        on_revision=section.parts.get(pk=first.pk).revision,
        by=ada,
    )
    assert keys('"aye aye"', ada) == [section.pk]


def test_nobody_else_finds_a_draft(portfolio, bo, eve):
    for reader in (bo, eve, None):
        for words in ("okapi", "quagga", "stripes", "candidate okapi", "okap"):
            assert not {"portfolios", "sections"} & kinds(words, reader)
            assert not {"portfolios", "sections"} & {hit.kind for hit in quick(words, reader).hits}
        assert hits("okapi", reader, kind="sections", newest=True) == []


def test_a_single_section_that_is_shared_is_found_and_nothing_beside_it(portfolio, ada, bo, eve):
    first, second = (fresh(each) for each in sections(portfolio)[:2])
    share = actions.share_with_person(portfolio=portfolio, section=first, person=bo, by=ada)
    assert keys("okapi", bo) == [first.pk]
    assert kinds("quagga", bo) == kinds("stripes", bo) == kinds("okapi", eve) == set()
    actions.end_share(share=share, by=ada)
    assert kinds("okapi", bo) == set()
    until = clock.now() + timedelta(days=2)
    actions.share_with_person(portfolio=portfolio, section=second, person=bo, by=ada, expires_at=until)
    assert keys("quagga", bo) == [second.pk]
    with clock.moved_to(until + timedelta(minutes=1)):
        assert kinds("quagga", bo) == set()
        assert keys("quagga", ada) == [second.pk]


def test_a_circle_finds_while_one_is_in_it(portfolio, ada, bo, eve):
    circle = make_circle(ada, bo)
    actions.share_with_circle(portfolio=portfolio, circle=circle, by=ada)
    assert kinds("okapi", bo) == {"sections"}
    assert kinds("stripes", bo) == {"portfolios"}
    assert kinds("okapi", eve) == set()
    circle.memberships.filter(person=bo).delete()
    assert kinds("okapi", bo) == kinds("stripes", bo) == set()
    actions.set_audience(portfolio=portfolio, audience=Audience.CIRCLE, circle=circle, by=ada)
    circle.members.add(eve)
    assert kinds("okapi", eve) == {"sections"}


def test_a_mentor_finds_until_the_mentoring_ends(portfolio, ada, bo):
    actions.set_mentor(portfolio=portfolio, mentor=bo, by=ada)
    assert kinds("okapi", bo) == {"sections"}
    actions.set_mentor(portfolio=portfolio, mentor=None, by=ada)
    assert kinds("okapi", bo) == set()


def test_a_group_finds_what_is_its_own_and_who_left_it_does_not(ada, bo, eve):
    circle = make_circle(ada, bo)
    together = actions.begin_for_group(by=ada, pathway=make_pathway(), group=circle, title="Together")
    section = fresh(sections(together)[0])
    actions.take_turn(section=section, by=ada)
    write(section, "<p>Our okapi.</p>", ada)
    assert kinds("okapi", bo) == {"sections"}
    assert kinds("okapi", eve) == set()
    circle.memberships.filter(person=ada).delete()
    assert kinds("okapi", ada) == kinds("together", ada) == set()


def test_what_is_published_is_found_by_strangers_where_they_can_read_it(portfolio, ada, eve, client_of):
    actions.publish(portfolio=portfolio, by=ada, slug="stripes", licence="CC-BY-4.0")
    (hit,) = hits("okapi", None)
    assert hit.address.startswith("/p/stripes/#section-")
    assert f'id="{hit.address.partition("#")[2]}"' in client_of(None).get("/p/stripes/").content.decode()
    assert hits("stripes", None)[0].address == "/p/stripes/"
    assert hits("okapi", eve)[0].address == sections(portfolio)[0].get_absolute_url()
    actions.unpublish(portfolio=portfolio, by=ada)
    assert kinds("okapi", None) == kinds("okapi", eve) == set()
    assert kinds("okapi", ada) == {"sections"}


def test_section_visible_to_says_the_same(portfolio, ada, bo, eve):
    actions.share_with_person(portfolio=portfolio, section=sections(portfolio)[1], person=bo, by=ada)
    other = actions.begin(by=bo, pathway=make_pathway())
    actions.set_audience(portfolio=other, audience=Audience.SIGNED_IN, by=bo)
    for reader in (ada, bo, eve, None):
        asked = Asked(reader=reader, now=clock.now())
        assert set(KINDS["sections"].among(asked)) == set(Section.objects.visible_to(reader))
        assert set(KINDS["portfolios"].among(asked)) == set(Portfolio.objects.visible_to(reader))


def test_somebody_in_more_circles_than_are_looked_for_finds_all_the_same(portfolio, ada, bo, monkeypatch):
    circle = make_circle(ada, bo)
    actions.share_with_circle(portfolio=portfolio, circle=circle, by=ada)
    for _each in range(fulltext.MOST_SCOPES + 1):
        make_circle(bo)
    assert kinds("okapi", bo) == {"sections"}
    assert keys("okapi", bo, newest=True) == [sections(portfolio)[0].pk]


def test_what_is_deleted_leaves_the_index(portfolio, ada):
    section = fresh(sections(portfolio)[0])
    again = actions.add_instance(
        portfolio=portfolio,
        node=next(each.node for each in portfolio.sections.select_related("node") if each.node.code == "5"),
        by=ada,
    )
    write(fresh(again), "<p>A numbat.</p>", ada)
    assert held(SECTIONS, [again.pk, section.pk]) == {again.pk, section.pk}
    actions.remove_instance(section=fresh(again), by=ada)
    assert held(SECTIONS, [again.pk]) == set()
    keys_of = [each.pk for each in sections(portfolio)]
    key = portfolio.pk
    actions.delete(portfolio=portfolio, by=ada)
    assert held(SECTIONS, keys_of) == held(PORTFOLIOS, [key]) == set()


def held(index, wanted):
    """Which of these the table of the index has, whoever may see them."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT rowid FROM {index.name}")
        return {row[0] for row in cursor.fetchall()} & set(wanted)


def words_held(index):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT title, body FROM {index.name}")
        return " ".join(f"{title} {body}" for title, body in cursor.fetchall())


# Evidence -------------------------------------------------------------------------------------------------------------


def test_evidence_is_found_by_all_that_is_said_of_it(ada):
    piece = evidence.capture(
        by=ada,
        title="Minutes",
        body="<p>Of the <em>okapi</em> club.</p>",
        description="What we agreed.",
        impact="Fewer quaggas.",
        url="https://numbat.example.org/tapir-notes",
        said_by="Professor Echidna",
        access="The password is pangolin",
        happened_on=None,
    )
    for words in ("minute", "okapi", "agree", "quagga", "numbat", "tapir notes", "echidna", "okapi minutes"):
        assert keys(words, ada, kind="evidence") == [piece.pk], words
    assert "<mark>quaggas</mark>" in str(hits("quagga", ada)[0].note)
    assert "Of the <mark>okapi</mark> club." in str(hits("okapi", ada)[0].note)
    assert kinds("pangolin", ada) == set()  # how to get in
    assert "pangolin" not in words_held(EVIDENCE)


def test_evidence_follows_what_is_done_with_it(ada):
    piece = evidence.capture(by=ada, title="An okapi", body="<p>x</p>")
    evidence.edit(evidence=piece, by=ada, title="A quagga")
    assert kinds("okapi", ada) == set()
    assert kinds("quagga", ada) == {"evidence"}
    evidence.remove(evidence=piece, by=ada)
    assert kinds("quagga", ada) == set()
    assert words_held(EVIDENCE) == ""


@pytest.mark.parametrize("audience", [Audience.PUBLIC, Audience.SIGNED_IN, Audience.PRIVATE])
def test_evidence_is_found_by_nobody_but_its_owner(audience, ada, bo, portfolio):
    piece = evidence.capture(by=ada, title="An aardvark", body="<p>x</p>", audience=audience)
    actions.place(section=fresh(sections(portfolio)[0]), evidence=piece, by=ada)
    actions.set_mentor(portfolio=portfolio, mentor=bo, by=ada)
    assert kinds("aardvark", ada) == {"evidence"}
    assert kinds("aardvark", bo) == kinds("aardvark", None) == set()
    assert quick("aardv", bo).hits == []
    assert hits("aardvark", bo, kind="evidence", newest=True) == []


def test_german_words_are_found_by_their_stems(ada, portfolio):
    made = make_evidence(ada, title="Häuser", description="Die Prüfungen der Lehrenden")
    write(fresh(sections(portfolio)[0]), "<p>Meine Schülerinnen schreiben Texte.</p>", ada)
    school = make_organisation(name="Hochschule für Okapis")
    with override("de"):
        for words in ("haus ", "hauses ", "prüfung ", "prufung ", "Lehrende "):
            assert keys(words, ada, kind="evidence") == [made.pk], words
        for words in ("text ", "schreibe ", "Schülerin "):
            assert keys(words, ada) == [sections(portfolio)[0].pk], words
        assert "<mark>Texte</mark>" in str(hits("text ", ada, kind="sections")[0].note)
        assert keys("Häusern -prüfung", ada, kind="evidence") == []
        assert keys("hochschulen ", ada, kind="organisations") == [school.pk]


def test_time_narrows_and_counts_what_was_written_then(portfolio, ada):
    Part.objects.update(saved_at=clock.now() - timedelta(days=40))
    first = sections(portfolio)[0]
    assert "sections" not in kinds("okapi", ada, time="month")
    Part.objects.filter(section=first).update(saved_at=clock.now())
    assert keys("okapi", ada, time="month") == [first.pk]
    assert keys("quagga", ada, time="month") == []
    assert keys("quagga", ada, time="year") == [sections(portfolio)[1].pk]


# Names ----------------------------------------------------------------------------------------------------------------


def test_the_register_is_found_by_the_beginnings_of_names_and_by_what_was_awarded(ada):
    award = make_award(person=make_person(name="Zoë Łukasiewicz-O’Brien"))
    for words in ("zoe", "luka zo", "o'brien", "obrien", "brien zoe", "zoe cmalt", "Łukasiewicz"):
        assert keys(words, None, kind="awards") == [award.pk], words
    assert keys("zoe -cmalt", None, kind="awards") == []
    assert keys("zoe fellowship", None, kind="awards") == []
    assert "<mark>Zoë</mark>" in str(hits("zo luk", None, kind="awards")[0].title)


def test_an_award_that_is_not_listed_has_no_words(ada):
    award = make_award(person=make_person(name="Hidden Okapi"), listed=False)
    assert "awards" not in kinds("okapi", None) | kinds("okapi", ada)
    assert held(AWARDS, [award.pk]) == set()


def test_organisations_are_found_by_name_and_where_they_are(ada):
    made = organisations.found(
        name="Universität Łódź", country="PL", by=ada, website="https://www.okapi.example.org/about"
    )
    for words in ("universitat", "lodz", "uni lod", "okapi", "okapi.example.org"):
        assert keys(words, None, kind="organisations") == [made.pk], words
    organisations.edit(organisation=made, by=ada, name="Hochschule Quagga")
    assert kinds("lodz", None) == set()
    assert keys("hochschul", None, kind="organisations") == [made.pk]


def test_schemes_are_found_by_pathways_and_criteria_and_say_where(db):
    make_pathway()
    assert kinds("associate cmalt", None) == {"schemes"}
    (hit,) = hits("reflection", None, kind="schemes") or hits("learners", None, kind="schemes")
    assert "<mark>" in str(hit.note)


# Leaving --------------------------------------------------------------------------------------------------------------


def test_an_erased_person_leaves_no_words(portfolio, ada, bo):
    make_evidence(ada, title="An aardvark")
    actions.share_with_person(portfolio=portfolio, person=bo, by=ada)
    of_bo = actions.begin(by=bo, pathway=portfolio.pathway, title="Tapirs")
    actions.share_with_person(portfolio=of_bo, person=ada, by=bo)
    people.erase(person=ada, by=ada)
    assert held(PORTFOLIOS, range(1, 10_000)) == {of_bo.pk}
    assert words_held(SECTIONS) == words_held(EVIDENCE) == ""
    assert "candidate" not in words_held(PORTFOLIOS)
    assert kinds("okapi", bo) == set()


def test_what_a_group_wrote_stays_and_is_its_next_keepers(ada, bo):
    circle = make_circle(ada, bo)
    together = actions.begin_for_group(by=ada, pathway=make_pathway(), group=circle, title="Together")
    own = actions.add_own_page(portfolio=together, node=sections(together)[0].node, by=ada)
    write(fresh(own), "<p>An okapi of mine.</p>", ada)
    assert kinds("okapi", bo) == {"sections"}
    people.erase(person=ada, by=ada)
    assert kinds("okapi", bo) == set()
    assert kinds("together", bo) == {"portfolios"}
    assert words_held(SECTIONS) == ""
    assert "candidate" not in words_held(PORTFOLIOS)


def test_somebody_with_another_name_is_found_by_it(portfolio, ada):
    assert keys("candidate stripes", ada, kind="portfolios") == [portfolio.pk]
    people.edit_profile(person=ada, by=ada, name="Ada Echidna")
    assert keys("echidna stripes", ada, kind="portfolios") == [portfolio.pk]
    assert keys("candidate stripes", ada, kind="portfolios") == []


# Written anew ---------------------------------------------------------------------------------------------------------


def test_the_command_writes_what_is_there_and_forgets_what_is_not(portfolio, ada, bo):
    make_evidence(ada, title="An aardvark")
    make_organisation(name="Aardvark Institute")
    make_award(person=make_person(name="Aardvark Holder"))
    actions.share_with_person(portfolio=portfolio, section=sections(portfolio)[0], person=bo, by=ada)
    fulltext.make_missing()  # of those that only tests have, too
    for name in fulltext.INDEXES:
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {name}")
    assert kinds("okapi", ada) == kinds("stripes", ada) == kinds("aardvark", ada) == set()
    EVIDENCE.put(fulltext.Entry(key=99_999, title="Stale", body="", scope=ada.pk))
    for index in fulltext.INDEXES.values():
        assert index.rows is None or list(index.rebuild())
    assert kinds("okapi", ada) == kinds("okapi", bo) == {"sections"}
    assert kinds("stripes", ada) == {"portfolios"}
    assert kinds("aardvark", ada) == {"evidence", "organisations", "awards", "people"}
    assert "schemes" in kinds("cmalt", ada)
    assert held(EVIDENCE, [99_999]) == set()


# What may be typed, and what it costs ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    ["okapi " * 400, "o" * 4000, '"okapi" -"quagga', "okapi' OR 1=1 --", "@0 ~okapi in0", "scope:in0 okapi*"],
)
def test_huge_and_hostile_words_find_no_more_than_one_may_see(words, portfolio, eve, ada, client_of):
    assert not {"sections", "portfolios", "evidence"} & kinds(words, eve)
    assert not {"sections", "portfolios", "evidence"} & kinds(words, None)
    for address in ("/search/", "/search/quick/"):
        assert client_of(ada).get(address, {"q": words}).status_code == 200


def test_what_is_written_is_shown_as_words(portfolio, ada, client_of):
    make_evidence(ada, title="<script>alert(1)</script> okapi", description="<b>okapi</b>")
    for address in ("/search/", "/search/quick/"):
        page = client_of(ada).get(address, {"q": "okapi"}).content.decode()
        assert "<script>alert" not in page
        assert "<b>" not in page


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize(
    ("address", "queries"),
    [("/search/?q=okapi", 8), ("/search/quick/?q=okapi", 6), ("/search/?q=okapi&kind=sections", 8)],
)
def test_so_many_queries_whatever_is_found(
    number, address, queries, portfolio, ada, bo, client_of, django_assert_max_num_queries
):
    for each in range(number):
        make_evidence(ada, title=f"Okapi {each}")
        make_organisation(name=f"Okapi {each}")
        other = actions.begin(by=bo, pathway=portfolio.pathway, title=f"Okapi {each}")
        write(fresh(sections(other)[0]), "<p>okapi</p>", bo)
        actions.share_with_person(portfolio=other, person=ada, by=bo)
    client = client_of(ada)
    client.get(address)
    with django_assert_max_num_queries(queries):
        client.get(address)


def test_saving_words_asks_no_more_for_long_portfolios(portfolio, ada, django_assert_max_num_queries):
    section = fresh(sections(portfolio)[0])
    write(section, "<p>One.</p>", ada)
    with django_assert_max_num_queries(22):
        write(section, "<p>Two.</p>", ada)
