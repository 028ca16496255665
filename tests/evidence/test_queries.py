import pytest

from collegium.evidence import actions, queries
from collegium.evidence.models import Evidence
from collegium.evidence.queries import Narrowing, Show
from tests.evidence.factories import make_framework, make_image, upload
from tests.factories import make_circle, make_evidence
from tests.foundation import samples

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nobody_tells(monkeypatch):
    """What higher rooms register is theirs to test."""
    monkeypatch.setattr(queries, "_uses", [])
    monkeypatch.setattr(queries, "_aims", [])


def titles(page) -> list[str]:
    return [evidence.title for evidence in page.items]


def test_the_list_is_ones_own_newest_first(ada, bo):
    for number in range(3):
        make_evidence(ada, title=f"e{number}")
    make_evidence(bo, audience="public")
    page = queries.listing(ada, Narrowing())
    assert (titles(page), page.older, page.newer) == (["e2", "e1", "e0"], None, None)


def test_the_list_is_paged_by_key_forth_and_back(ada):
    for number in range(7):
        make_evidence(ada, title=f"e{number}")
    first = queries.listing(ada, Narrowing(), size=3)
    second = queries.listing(ada, Narrowing(), after=first.older, size=3)
    third = queries.listing(ada, Narrowing(), after=second.older, size=3)
    assert [titles(page) for page in (first, second, third)] == [
        ["e6", "e5", "e4"],
        ["e3", "e2", "e1"],
        ["e0"],
    ]
    assert (first.newer, third.older) == (None, None)
    back = queries.listing(ada, Narrowing(), before=third.newer, size=3)
    assert titles(back) == titles(second)
    assert back.newer is not None
    start = queries.listing(ada, Narrowing(), before=back.newer, size=3)
    assert (titles(start), start.newer) == (titles(first), None)
    assert titles(queries.listing(ada, Narrowing(), after=first.items[-1].pk - 100)) == []


def test_the_list_is_narrowed(ada, node, principle):
    link = make_evidence(
        ada, title="A link to captions", kind="link", url="https://example.org/blog", body=""
    )
    note = make_evidence(ada, title="A note", description="About captions and more")
    actions.align(evidence=note, by=ada, node=node("1a"))
    actions.align(evidence=link, by=ada, principle=principle("P1"))

    def found(**narrowing) -> list[str]:
        return titles(queries.listing(ada, Narrowing(**narrowing)))

    assert found(kind="note") == ["A note"]
    assert found(node=node("1a").pk) == ["A note"]
    assert found(principle=principle("P1").pk) == ["A link to captions"]
    assert found(words="CAPTIONS") == ["A note", "A link to captions"]
    assert found(words="captions link") == ["A link to captions"]
    assert found(words="example.org") == ["A link to captions"]
    assert found(words="%") == []
    assert found(kind="note", principle=principle("P1").pk) == []


def test_what_is_left_over_is_told(ada, bo, node):
    used, spare = make_evidence(ada, title="used"), make_evidence(ada, title="spare")
    make_evidence(bo)
    queries.register_use(lambda: Evidence.objects.filter(pk=used.pk).values("pk"))
    actions.align(evidence=spare, by=ada, node=node("1a"))
    assert titles(queries.listing(ada, Narrowing(show=Show.UNUSED))) == ["spare"]
    assert list(queries.unused(ada)) == [spare]
    assert titles(queries.listing(ada, Narrowing(show=Show.LOOSE))) == ["used"]


def test_what_needs_a_look_is_told(ada):
    make_evidence(ada, title="fine")
    make_evidence(
        ada, title="gone", kind="link", url="https://x.example/", link_answers=False, link_finding="No page."
    )
    make_image(ada, title="mute", alt_text="")
    shown = actions.capture(
        by=ada, body="x", title="asked", people_shown=[{"who": "Bo", "permission": "asked"}, "Cy"]
    )
    actions.add_person_shown(evidence=shown, by=ada, who="Di", permission="agreed")
    page = queries.listing(ada, Narrowing(show=Show.ATTENTION))
    assert {evidence.title: queries.concerns(evidence) for evidence in page.items} == {
        "asked": ["Not agreed yet: Bo, Cy."],
        "mute": ["The image has no text alternative yet."],
        "gone": ["No page."],
    }


def test_each_tab_is_counted_in_one_query(ada, node, django_assert_num_queries):
    used = make_evidence(ada)
    make_image(ada, alt_text="")
    actions.align(evidence=used, by=ada, node=node("1a"))
    queries.register_use(lambda: Evidence.objects.filter(pk=used.pk).values("pk"))
    with django_assert_num_queries(1):
        counted = queries.counts(ada)
    assert counted == {Show.ALL: 2, Show.UNUSED: 1, Show.LOOSE: 1, Show.ATTENTION: 1}


def test_what_fits_a_criterion_comes_strongest_first(ada, bo, node):
    weak, strong, other = (make_evidence(ada, title=title) for title in ("weak", "strong", "other"))
    actions.align(evidence=weak, by=ada, node=node("1a"), strength=1)
    actions.align(evidence=strong, by=ada, node=node("1a"), strength=3)
    actions.align(evidence=other, by=ada, node=node("2"))
    actions.align(evidence=make_evidence(bo), by=bo, node=node("1a"))
    assert queries.fitting(ada, node("1a")) == [strong, weak]


def test_a_card_shows_a_few_codes_and_the_first_words(ada, framework):
    evidence = make_evidence(ada, title="x", body="<p>The <b>words</b> of the note</p>")
    targets = [*framework.nodes.order_by("position"), *framework.principles.order_by("position")]
    actions.realign(evidence=evidence, by=ada, strengths=dict.fromkeys(targets, 2))
    (card,) = queries.cards(queries.for_cards(Evidence.objects.all()))
    assert (card.note, card.codes, card.concern, card.audience_words) == (
        "The words of the note",
        ["1", "1a", "1b", "2", "+4"],
        "",
        "Only you",
    )


def test_the_audience_in_words(ada):
    assert queries.audience_words(make_evidence(ada)) == "Only you"
    circle = make_circle(ada, name="Northfield")
    assert queries.audience_words(make_evidence(ada, audience="circle", circle=circle)) == "Northfield"


def test_offers_are_what_the_person_works_towards(ada, framework):
    make_framework(title="Another", current=False)
    (offer,) = queries.offers(ada)
    assert offer.framework == framework
    assert [(heading.code, [choice.code for choice in heading.choices]) for heading in offer.headings] == [
        ("1", ["1a", "1b"]),
        ("", ["2", "2.1"]),
    ]
    assert [choice.depth for choice in offer.headings[1].choices] == [0, 1]
    assert [choice.code for choice in offer.principles] == ["P1", "P2"]
    other = make_framework(title="Aimed at", current=False)
    queries.register_aim(lambda person: [other.pk] if person == ada else [])
    assert [offer.framework for offer in queries.offers(ada)] == [other]


def test_offers_tell_what_is_chosen_in_two_queries(ada, node, principle, django_assert_num_queries):
    make_framework()
    evidence = make_evidence(ada)
    actions.align(evidence=evidence, by=ada, node=node("2.1"), strength=3)
    actions.align(evidence=evidence, by=ada, principle=principle("P2"), strength=1)
    queries.offers(ada)  # what a framework holds is read once a process
    with django_assert_num_queries(2):
        offers = queries.offers(ada, evidence)
    assert sum(offer.chosen for offer in offers) == 2
    chosen = [choice for offer in offers for choice in offer.principles if choice.strength]
    assert [(choice.code, choice.strength) for choice in chosen] == [("P2", 1)]


@pytest.mark.parametrize(
    "key",
    [
        "",
        "node",
        "node-",
        "node-x",
        "node-999999",
        "principle-0",
        "other-1",
        "node-1-2",
        "node-" + "9" * 40,
        "node-²",
    ],
)
def test_a_choice_that_does_not_exist_is_none(key, framework):
    assert queries.chosen_target(key) is None


def test_a_choice_is_found_by_its_key(node, principle):
    assert queries.chosen_target(f"node-{node('1a').pk}") == node("1a")
    assert queries.chosen_target(f"principle-{principle('P1').pk}") == principle("P1")


def test_room_counts_each_file_once(ada, settings):
    settings.PERSON_QUOTA_BYTES, settings.UPLOAD_MAX_BYTES = 1000, 500
    for _ in range(2):
        actions.capture(by=ada, upload=upload())
    room = queries.room(ada)
    assert (room.taken, room.most, room.most_a_file, room.left) == (
        len(samples.PDF),
        1000,
        500,
        1000 - len(samples.PDF),
    )


def test_what_others_see_of_somebodys_evidence(ada, bo, eve):
    private, shared, public = (
        make_evidence(ada),
        make_evidence(ada, audience="circle", circle=make_circle(ada, bo)),
        make_evidence(ada, audience="public"),
    )
    assert list(queries.shown_to(ada, ada)) == [public, shared, private]
    assert list(queries.shown_to(bo, ada)) == [public, shared]
    assert list(queries.shown_to(eve, ada)) == list(queries.shown_to(None, ada)) == [public]
