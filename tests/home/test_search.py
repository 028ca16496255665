"""The search of the house: what is found of each kind, by whom; and that nothing is found that may not be seen now."""

from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse

from collegium.communities import actions as communities
from collegium.communities.words import index_communities
from collegium.conversations.models import Post
from collegium.conversations.queries.search import write_index
from collegium.ecology.models import Flow, Resource
from collegium.ecology.words import index_items, index_resources
from collegium.events import actions as events
from collegium.events.words import index_events
from collegium.foundation import clock, fulltext
from collegium.home import search as searching
from collegium.home.findable import BY_KEY, Asked
from collegium.home.search import Wanted, quick, search
from collegium.newsletters.models import Issue
from collegium.newsletters.words import index_issues
from collegium.people import actions as people_actions
from collegium.people.models import Audience
from collegium.portfolios import actions as portfolios
from collegium.portfolios.models import Portfolio, Share
from tests.communities.factories import make_community
from tests.conversations.factories import make_many_posts, make_post, make_thread
from tests.credentials.factories import make_award, make_pathway
from tests.ecology.factories import make_flow, make_item
from tests.events.factories import make_event, remove_member
from tests.factories import make_evidence, make_organisation, make_person, make_portfolio
from tests.newsletters.factories import make_issue, make_newsletter

IS_POSTGRESQL = connection.vendor == "postgresql"


def make_resource(ecology, **fields):
    title = fields.get("title", "Zebrafinch")
    return Resource.objects.create(
        **{
            "ecology": ecology,
            "csl": {"type": "webpage", "title": title},
            "cite_key": f"key{Resource.objects.count()}",
            "title": title,
            "known_by": str(Resource.objects.count()).zfill(64),
            **fields,
        }
    )


@pytest.fixture
def finch(ada, bo):
    """A private community of Ada's, convened by Bo, with one of each that says Zebrafinch."""
    community = make_community(ada, convener=bo, title="Zebrafinch circle", audience=Audience.CIRCLE)
    make_thread(community.forum, ada, title="Zebrafinch talk", html="<p>About the zebrafinch.</p>")
    item = make_item(title="Zebrafinch post", language="en")
    make_flow(community.ecology, item)
    resource = make_resource(community.ecology, title="Zebrafinch handbook", language="de")
    event = make_event(bo, community, title="Zebrafinch hour", audience=Audience.CIRCLE)
    newsletter = make_newsletter(
        None, bo, title="Leaf", slug="leaf", audience=Audience.CIRCLE, members=community.circle
    )
    issue = make_issue(
        newsletter,
        bo,
        title="Zebrafinch news",
        state=Issue.State.SENDING,
        begun_at=clock.now(),
        html="<p>x</p>",
        text="x",
        sha256="0" * 64,
    )
    write_index(Post.objects.all())
    index_communities([community.pk])
    index_items([item.pk])
    index_resources([resource.pk])
    index_events([event.pk])
    index_issues([issue.pk])
    return community


SHARED = {"communities", "posts", "items", "resources", "events", "issues"}


def kinds(words, reader, **wanted):
    return {facet.key for facet in search(Wanted(words=words, **wanted), reader).facets}


def titles(words, reader, **wanted):
    return [str(hit.title) for hit in search(Wanted(words=words, **wanted), reader).hits]


# Who finds what -------------------------------------------------------------------------------------------------------


def test_a_member_finds_all_that_a_community_has_and_nobody_else_any_of_it(finch, ada, bo, eve):
    assert kinds("zebrafinch", ada) == SHARED
    assert kinds("zebrafinch", bo) == SHARED
    assert kinds("zebrafinch", eve) == set()
    assert kinds("zebrafinch", None) == set()
    assert {hit.kind for hit in quick("zebraf", ada).hits} == SHARED
    assert quick("zebraf", eve).hits == []


def test_a_member_removed_finds_nothing_at_the_next_search(finch, ada):
    remove_member(finch, ada)
    assert kinds("zebrafinch", ada) == set()
    assert quick("zebrafinch", ada).hits == []


def test_a_community_opened_and_made_private_again_counts_at_the_next_search(finch, bo, eve, ada):
    communities.edit(community=finch, by=bo, audience=Audience.PUBLIC)
    opened = kinds("zebrafinch", None)
    assert {"communities", "posts", "items", "resources"} <= opened
    assert opened <= kinds("zebrafinch", eve)
    communities.edit(community=finch, by=bo, audience=Audience.CIRCLE)
    assert kinds("zebrafinch", None) == set()
    assert kinds("zebrafinch", eve) == set()
    assert kinds("zebrafinch", ada) == SHARED


def test_what_was_hidden_removed_or_withdrawn_is_not_found_even_before_an_index_knows(finch, ada):
    Post.objects.update(hidden_at=clock.now())
    Flow.objects.update(hidden_at=clock.now())
    Resource.objects.update(removed_at=clock.now())
    Issue.objects.update(
        state=Issue.State.WITHDRAWN, withdrawn_at=clock.now(), withdrawn_because="It was wrong."
    )
    assert kinds("zebrafinch", ada) == {"communities", "events"}


def test_a_draft_of_an_issue_is_not_found_even_by_its_editors(finch, bo):
    issue = Issue.objects.get()
    Issue.objects.update(state=Issue.State.DRAFT, html="", text="", sha256="", begun_at=None)
    index_issues([issue.pk])
    assert "issues" not in kinds("zebrafinch", bo)


def test_portfolios_are_found_by_whom_they_are_for(ada, bo, eve):
    portfolio = make_portfolio(ada, make_pathway(), title="My zebrafinch years")
    assert kinds("zebrafinch", ada) == {"portfolios"}
    assert kinds("zebrafinch", bo) == set()
    share = portfolios.share_with_person(portfolio=portfolio, person=bo, by=ada)
    assert kinds("zebrafinch", bo) == {"portfolios"}
    assert kinds("zebrafinch", eve) == set()
    portfolios.end_share(share=share, by=ada)
    assert kinds("zebrafinch", bo) == set()
    portfolios.publish(portfolio=portfolio, by=ada, slug="zebrafinch-years", licence="CC-BY-4.0")
    assert kinds("zebrafinch", None) == kinds("zebrafinch", eve) == {"portfolios"}
    portfolios.unpublish(portfolio=portfolio, by=ada)
    assert kinds("zebrafinch", None) == kinds("zebrafinch", eve) == set()
    assert kinds("zebrafinch", ada) == {"portfolios"}


def test_an_index_that_has_not_heard_lets_nobody_see_more(ada, bo, eve):
    """It says where to look, and the rows who may see."""
    portfolio = make_portfolio(ada, make_pathway(), title="My zebrafinch years")
    share = portfolios.share_with_person(portfolio=portfolio, person=bo, by=ada)
    portfolios.set_audience(portfolio=portfolio, audience=Audience.SIGNED_IN, by=ada)
    assert kinds("zebrafinch", eve) == {"portfolios"}
    Portfolio.objects.update(audience=Audience.PRIVATE)
    assert kinds("zebrafinch", eve) == set()
    assert kinds("zebrafinch", bo) == {"portfolios"}
    Share.objects.filter(pk=share.pk).update(ended_at=clock.now())
    assert kinds("zebrafinch", bo) == set()


def test_a_share_that_runs_out_finds_nothing_from_that_moment_on(ada, bo):
    """However long the process has been asking already."""
    portfolio = make_portfolio(ada, make_pathway(), title="My zebrafinch years")
    now = clock.now()
    portfolios.share_with_person(portfolio=portfolio, person=bo, by=ada, expires_at=now + timedelta(hours=1))
    assert kinds("zebrafinch", bo) == {"portfolios"}
    with clock.moved_to(now + timedelta(hours=2)):
        assert kinds("zebrafinch", bo) == set()
        assert kinds("zebrafinch", ada) == {"portfolios"}


def test_evidence_is_found_by_its_owner_alone(ada, eve):
    make_evidence(ada, title="Notes", body="<p>Of a zebrafinch.</p>", audience=Audience.PUBLIC)
    assert kinds("zebrafinch", ada) == {"evidence"}
    assert kinds("zebrafinch", eve) == set()
    assert kinds("zebrafinch", None) == set()


def test_people_are_found_by_what_the_reader_may_read_of_them(ada, bo, eve):
    people_actions.edit_profile(person=ada, by=ada, specialisms=["zebrafinch"])
    people_actions.set_field_audience(person=ada, by=ada, specialisms="circle")
    assert kinds("zebrafinch", eve) == set()
    make_community(ada, bo)
    assert kinds("zebrafinch", bo) == {"people"}
    assert kinds("ada -zebrafinch", bo) == set()
    assert kinds("ada -zebrafinch", eve) == {"people"}  # who cannot tell
    people_actions.set_field_audience(person=ada, by=ada, specialisms="public", name="public")
    assert kinds("zebrafinch", None) == {"people"}
    people_actions.set_field_audience(person=ada, by=ada, name="circle")
    assert kinds("ada candidate", eve) == set()


def test_the_register_schemes_and_organisations_are_everybodys(ada):
    make_award(person=make_person(name="Zora Zebrafinch"))
    make_award(person=make_person(name="Hidden Zebrafinch"), listed=False)
    make_organisation(name="Zebrafinch Institute")
    assert kinds("zebrafinch", None) == {"awards", "organisations"}
    assert [hit.kind for hit in search(Wanted(words="zebrafinch", kind="awards"), None).hits] == ["awards"]
    assert "schemes" in kinds("cmalt", None)


def test_what_item_visible_to_says_is_what_is_found(finch, ada, eve):
    from collegium.ecology.models import Item

    for reader in (ada, eve, None):
        among = BY_KEY["items"].among(Asked(reader=reader, now=clock.now()))
        assert set(among) == set(Item.objects.visible_to(reader))


# Following what is done -----------------------------------------------------------------------------------------------


def test_the_index_follows_communities_and_events(ada, bo, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        community = communities.found(
            by=bo, title="Okapi keepers", domain="Stripes.", audience=Audience.PUBLIC
        )
        event = make_event(bo, community, title="Okapi hour", audience=Audience.PUBLIC)
    assert kinds("okapi", None) == {"communities", "events"}
    with django_capture_on_commit_callbacks(execute=True):
        communities.edit(community=community, by=bo, title="Quagga keepers")
        events.change(event=event, by=bo, title="Quagga hour")
    assert kinds("okapi", bo) == set()
    assert kinds("quagga", bo) == {"communities", "events"}


def test_the_command_fills_what_was_there_before(finch, ada):
    for name in ("communities_community_words", "events_event_words"):
        fulltext.INDEXES[name].remove(range(1, 10_000))
    assert "events" not in kinds("zebrafinch", ada)
    for name in ("communities_community_words", "events_event_words"):
        assert list(fulltext.INDEXES[name].rebuild())
    assert kinds("zebrafinch", ada) == SHARED


# Order, marks, languages ----------------------------------------------------------------------------------------------


def test_the_best_of_all_come_first_and_are_marked(finch, ada):
    make_evidence(ada, title="Something else", description="A zebrafinch in passing, among many other words.")
    found = titles("zebrafinch", ada)
    assert found[0] == "<mark>Zebrafinch</mark> circle"
    assert found[-1] == "Something else"
    assert "<mark>Zebrafinch</mark> talk" in found
    notes = [str(hit.note) for hit in search(Wanted(words="zebrafinch", kind="posts"), ada).hits]
    assert notes == ["About the <mark>zebrafinch</mark>."]


def test_no_kind_crowds_the_others_out(ada, bo):
    community = make_community(ada, convener=bo)
    thread = make_thread(community.forum, ada, title="Okapi okapi", html="<p>okapi okapi</p>")
    make_many_posts(thread, 15, ada)
    Post.objects.update(html="<p>okapi okapi</p>")
    write_index(Post.objects.all())
    make_evidence(ada, description="okapi")
    found = search(Wanted(words="okapi"), ada)
    assert [hit.kind for hit in found.hits].count("posts") == searching.OF_ONE_KIND
    assert "evidence" in {hit.kind for hit in found.hits}


def test_words_are_found_in_the_language_that_was_chosen(finch, ada):
    resource = make_resource(finch.ecology, title="Lehrende schreiben Texte", language="de")
    index_resources([resource.pk])
    assert kinds("text", ada, language="de") == {"resources"}
    assert kinds("zebrafinch", ada, language="de") == {"resources"}
    assert kinds("zebrafinch", ada, language="en") == {"items", "communities", "issues"}


def test_a_community_and_a_time_narrow(finch, ada, bo, eve):
    assert kinds("zebrafinch", ada, community=finch.slug) == {"posts", "items", "resources", "events"}
    assert kinds("zebrafinch", ada, community="not-there") == set()
    assert kinds("zebrafinch", eve, community=finch.slug) == set()  # as one that is not there
    other = make_community(ada, convener=bo)
    assert kinds("zebrafinch", ada, community=other.slug) == set()
    Post.objects.update(posted_at=clock.now() - timedelta(days=10))
    assert "posts" not in kinds("zebrafinch", ada, time="week")
    assert "posts" in kinds("zebrafinch", ada, time="month")
    assert "items" in kinds("zebrafinch", ada, time="week", community=finch.slug)


# Pages ----------------------------------------------------------------------------------------------------------------


def test_one_kind_is_paged_by_key_and_nothing_is_left_out(ada, bo, monkeypatch):
    monkeypatch.setattr(searching, "A_PAGE", 4)
    monkeypatch.setattr(fulltext, "NEAR", 6)
    community = make_community(ada, convener=bo)
    thread = make_thread(community.forum, ada, title="Talk", html="<p>nothing</p>")
    made = make_many_posts(thread, 10, ada)
    Post.objects.filter(pk__in=[post.pk for post in made]).update(html="<p>okapi</p>")
    write_index(Post.objects.all())
    seen, before = [], None
    for _page in range(5):
        found = search(Wanted(words="okapi ", kind="posts", newest=True, before=before), ada)
        seen += [hit.key for hit in found.hits]
        if not found.older:
            break
        before = found.hits[-1].key
    assert seen == [post.pk for post in reversed(made)]


@pytest.mark.parametrize("kind", BY_KEY)
def test_every_kind_has_a_page_from_the_newest(kind, finch, ada):
    portfolio = portfolios.begin(by=ada, pathway=make_pathway(), title="Zebrafinch")
    portfolios.name_section(section=portfolio.sections.all()[0], title="Zebrafinch", by=ada)
    make_evidence(ada, title="Zebrafinch")
    make_organisation(name="Zebrafinch")
    make_person(name="Zed Zebrafinch")
    make_award(person=make_person(name="Zora Zebrafinch"))
    words = "cmalt" if kind == "schemes" else "zebrafinch"
    found = search(Wanted(words=words, kind=kind, newest=True), ada)
    assert {hit.kind for hit in found.hits} == {kind}
    assert search(Wanted(words=words, kind=kind, newest=True, before=1), ada).hits == []


def test_more_than_fifty_are_said_to_be_more(ada, client_of):
    for each in range(52):
        make_evidence(ada, title=f"Okapi {each}")
    found = search(Wanted(words="okapi"), ada)
    assert [(facet.key, facet.number, facet.is_more) for facet in found.facets] == [("evidence", 50, True)]
    page = client_of(ada).get("/search/", {"q": "okapi", "kind": "evidence"}).content.decode()
    assert "more than 50" in page
    assert "See them all, from the newest" in page


# What may be typed ----------------------------------------------------------------------------------------------------


HOSTILE = [
    "a",
    "%",
    "_",
    '"',
    '"" -""',
    "-only -unwanted",
    "'; drop table people_person; --",
    'NEAR("a" "b", 5)',
    "title: zebra* OR (AND NOT",
    "zebra & !finch | (<->) :*",
    "\x00\x00x\x00",
    "ليلى بنت",
    "\u202ezebra\u202c",
    "x" * 5000,
    "a b c d e f g h i j k l m",
    "\\",
    "😀 🦓",
    "東京 大学",
    "{{ 7 * 7 }}",
]


@pytest.mark.parametrize("words", HOSTILE)
@pytest.mark.parametrize("address", ["home:search", "home:quick"])
def test_any_words_may_be_looked_for(words, address, finch, ada, client_of):
    for person in (ada, None):
        page = client_of(person).get(reverse(address), {"q": words})
        assert page.status_code == 200
        assert "Traceback" not in page.content.decode()


@pytest.mark.parametrize(
    "given",
    [
        {"kind": "nothing"},
        {"kind": "\x00"},
        {"community": "\x00'\""},
        {"community": "x" * 3000},
        {"language": "../"},
        {"time": "ever"},
        {"order": "newest", "before": "9" * 40},
        {"order": "newest", "before": "-1", "kind": "posts"},
        {"order": "newest", "before": "١٢", "kind": "posts"},
    ],
)
def test_anything_may_be_asked_for(given, finch, ada, client_of):
    assert client_of(ada).get("/search/", {"q": "zebrafinch", **given}).status_code == 200


def test_what_cannot_be_looked_for_is_said_in_words(ada, client_of):
    client = client_of(ada)
    assert "There is no word in it to look for" in client.get("/search/", {"q": '"" %%'}).content.decode()
    assert "There is no word in it to look for" in client.get("/search/", {"q": "-okapi"}).content.decode()
    assert "Two letters or more" in client.get("/search/", {"q": "a"}).content.decode()
    nothing = client.get("/search/", {"q": '"okapi quagga"', "time": "week"}).content.decode()
    for said in (
        "Nothing found",
        "Try fewer words",
        "leave the quotes out",
        "Look everywhere and at any time",
    ):
        assert said in nothing
    assert "Log in" in client_of(None).get("/search/", {"q": "okapi"}).content.decode()


def test_what_is_found_is_shown_as_words(finch, ada, client_of):
    Resource.objects.update(title="<script>alert(1)</script> zebrafinch")
    for address in ("/search/", "/search/quick/"):
        page = client_of(ada).get(address, {"q": "zebrafinch"}).content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;" in page


# What it costs --------------------------------------------------------------------------------------------------------

PAGE_QUERIES = 8  # one less where nobody is among those that are shown
QUICK_QUERIES = 6
MORE_ON_POSTGRESQL = 1  # which looks among the newest rows first


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize("words", ["zebrafinch ", "nothinglikeit "])
def test_search_asks_no_more_whatever_is_found(
    number, words, finch, ada, bo, client_of, django_assert_max_num_queries
):
    for each in range(number):
        make_evidence(ada, title="Zebrafinch")
        make_person(name=f"Zed Zebrafinch {each}")
        make_organisation(name=f"Zebrafinch {each}")
        make_post(finch.forum.threads.get(), ada, html="<p>zebrafinch</p>")
        index_events([make_event(bo, finch, title="Zebrafinch").pk])
    write_index(Post.objects.all())
    client = client_of(ada)
    for address, queries in (("/search/", PAGE_QUERIES), ("/search/quick/", QUICK_QUERIES)):
        client.get(address, {"q": words})
        with django_assert_max_num_queries(queries + (MORE_ON_POSTGRESQL if IS_POSTGRESQL else 0)):
            client.get(address, {"q": words})


def test_the_quick_list_is_small(finch, ada, client_of):
    answer = client_of(ada).get("/search/quick/", {"q": "zebraf"})
    assert len(answer.content) < 8_000
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "suggestions" in answer.content.decode()
