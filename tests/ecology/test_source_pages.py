"""Pages of sources: who sees and does what, what they ask of the database, what wrong input is told."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from collegium.activity.models import Activity
from collegium.ecology import actions, doctor, opml, tasks
from collegium.ecology.models import Claim, Following, Item, Look, OutlineImport, Source
from collegium.ecology.views import sources as views
from collegium.foundation import clock
from collegium.people.models import Audience
from tests.ecology.factories import make_ecology, make_item, make_source
from tests.factories import make_person

pytestmark = pytest.mark.django_db


def where(name, **numbers):
    return reverse(f"ecology:{name}", kwargs=numbers)


@pytest.fixture
def post(django_capture_on_commit_callbacks):
    """As ``client.post``, and what it owes in the background is done."""

    def send(client, *args, **kwargs):
        with django_capture_on_commit_callbacks(execute=True):
            return client.post(*args, **kwargs)

    return send


@pytest.fixture
def ecology(ada, cy):
    return make_ecology(ada, editors=(cy,), hashtag="oer")


def test_a_member_has_an_address_looked_at_and_follows_what_was_found(site, ecology, ada, client_of, post):
    site.feed("/feed.xml", title="Ada writes")
    page = site.page(
        head='<link rel="alternate" type="application/rss+xml" href="/feed.xml">', body="Words " * 60
    )
    client, address = client_of(ada), where("add_source", ecology_id=ecology.pk)
    looked = post(client, address, {"do": "look", "url": page})
    html = client.get(looked.url).content.decode()
    assert "Ada writes" in html
    assert "One of these can be followed" in html  # the feed, or the page itself
    sealed = doctor.examine(page, hashtag="oer").candidates[0].sealed()
    followed = post(client, address, {"do": "follow", "candidate": sealed, "only_tags": "#oer", "mine": "1"})
    source = Source.objects.get()
    assert followed.url == source.get_absolute_url()
    assert Following.objects.get().only_tags == ["oer"]
    assert Claim.objects.get().person == ada
    source.refresh_from_db()
    assert source.fetched_at is not None  # it was asked at once, in the background


def test_until_an_address_has_been_looked_at_its_page_asks_again(site, ecology, ada, cy, client_of, post):
    look = Look.objects.create(ecology=ecology, by=ada, asked=site.feed())
    client, page = client_of(ada), where("look", ecology_id=ecology.pk, look_id=look.pk)
    html = client.get(page).content.decode()
    assert f'hx-get="{page}"' in html
    assert "See whether it is done" in html
    tasks.examine(look.pk)
    tasks.examine(look.pk)  # again does no harm, and asks nobody
    assert len(site.asked) == 1
    html = client.get(page, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in html
    assert "hx-get" not in html
    assert "What would come in" in html
    assert client_of(cy).get(page).status_code == 404  # it is ada's own
    look.refresh_from_db()
    actions.forget_looks(before=look.at)
    assert client.get(page).status_code == 200
    actions.forget_looks(before=look.at + timedelta(seconds=1))
    assert client.get(page).status_code == 404


def test_an_address_that_nobody_came_to_look_at_can_be_given_again(ecology, ada, client_of):
    look = Look.objects.create(
        ecology=ecology, by=ada, asked="https://x.example/", at=clock.now() - timedelta(minutes=5)
    )
    html = client_of(ada).get(where("look", ecology_id=ecology.pk, look_id=look.pk)).content.decode()
    assert "Nothing has come back yet." in html
    assert 'value="https://x.example/"' in html


def test_what_lacks_the_hashtag_is_marked_in_the_preview(site, ecology, ada, client_of, post):
    looked = post(
        client_of(ada), where("add_source", ecology_id=ecology.pk), {"do": "look", "url": site.feed()}
    )
    html = client_of(ada).get(looked.url).content.decode()
    assert html.count("without #oer") == 2


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_of_a_look_asks_the_same_for_one_and_for_three(
    site, ecology, ada, client_of, post, number, django_assert_num_queries
):
    head = "".join(
        f'<link rel="alternate" type="application/rss+xml" href="/{each}.xml">' for each in range(number)
    )
    for each in range(number):
        site.feed(f"/{each}.xml", title=f"Blog {each}", posts=(f"Post {each}",))
    client = client_of(ada)
    url = site.page(head=head, body="Words " * 60)
    page = post(client, where("add_source", ecology_id=ecology.pk), {"do": "look", "url": url}).url
    client.get(page)
    with django_assert_num_queries(LOOK):
        html = client.get(page).content.decode()
    assert html.count("Post ") >= number


def test_an_editor_takes_away_a_wrong_claim_and_nobody_else_does(ecology, ada, cy, eve, bo, client_of):
    source = make_source(ecology)
    claim = actions.claim(source=source, by=ada)
    wrong = {"do": "reject", "claim": claim.pk}
    assert client_of(eve).post(source.get_absolute_url(), wrong).status_code == 404
    assert client_of(ada).post(source.get_absolute_url(), wrong).status_code == 409
    assert Claim.objects.filter(pk=claim.pk).exists()
    assert "It is not theirs" in client_of(cy).get(source.get_absolute_url()).content.decode()
    assert "It is not theirs" not in client_of(ada).get(source.get_absolute_url()).content.decode()
    client_of(cy).post(source.get_absolute_url(), wrong)
    assert not Claim.objects.exists()
    told = Activity.objects.get(verb="source.claim_rejected")
    assert told.data["title"] == ecology.title
    assert told.concerns.get().person == ada


def test_what_a_source_says_itself_no_editor_takes_away_but_what_one_vouched_for(ecology, ada, cy, client_of):
    source = make_source(ecology)
    item = make_item(source)
    claim = actions.claim(source=source, by=ada)
    actions.vouch(claim=claim, by=cy)
    item.refresh_from_db()
    assert item.author == ada
    html = client_of(cy).get(source.get_absolute_url()).content.decode()
    assert "verified" in html
    client_of(cy).post(source.get_absolute_url(), {"do": "reject", "claim": claim.pk})
    item.refresh_from_db()
    assert item.author is None
    claim = actions.claim(source=source, by=ada)
    actions.verify(claim=claim, found=Claim.How.REL_ME)
    assert (
        client_of(cy).post(source.get_absolute_url(), {"do": "reject", "claim": claim.pk}).status_code == 409
    )
    assert Claim.objects.filter(pk=claim.pk, verified_at__isnull=False).exists()


def test_an_address_shared_from_elsewhere_stands_in_the_form_and_is_not_asked(site, ecology, ada, client_of):
    answer = client_of(ada).get(where("add_source", ecology_id=ecology.pk), {"url": site.feed()})
    assert site.url in answer.content.decode()
    assert site.asked == []


def test_what_was_not_found_here_is_not_followed(ecology, ada, client_of):
    answer = client_of(ada).post(
        where("add_source", ecology_id=ecology.pk), {"do": "follow", "candidate": "https://evil.example/"}
    )
    assert answer.status_code == 422
    assert not Source.objects.exists()


def test_an_empty_address_is_told_so(ecology, ada, client_of):
    answer = client_of(ada).post(where("add_source", ecology_id=ecology.pk), {"do": "look", "url": ""})
    assert answer.status_code == 422


def test_nobody_lets_us_ask_others_without_end(site, ecology, ada, client_of, monkeypatch):
    monkeypatch.setattr(views, "LOOKS_PER_HOUR", 2)
    url, client = site.feed(), client_of(ada)
    answers = [
        client.post(where("add_source", ecology_id=ecology.pk), {"do": "look", "url": url}).status_code
        for _ in range(3)
    ]
    assert answers == [302, 302, 429]


@pytest.mark.parametrize("audience", [Audience.CIRCLE, Audience.SIGNED_IN, Audience.PUBLIC])
def test_who_sees_sources_and_who_adds(ada, eve, client_of, audience):
    ecology = make_ecology(ada, audience=audience)
    source = make_source(ecology)
    pages = [
        where("sources", ecology_id=ecology.pk),
        where("opml", ecology_id=ecology.pk),
        source.get_absolute_url(),
    ]
    seen = {None: audience == Audience.PUBLIC, eve: audience != Audience.CIRCLE, ada: True}
    for person, sees in seen.items():
        for page in pages:
            assert client_of(person).get(page).status_code == (200 if sees else 404), (person, page)
    adding = where("add_source", ecology_id=ecology.pk)
    assert client_of(eve).get(adding).status_code == (403 if seen[eve] else 404)
    assert client_of(eve).post(adding, {"do": "look", "url": "https://x.example/"}).status_code in {403, 404}
    bringing = where("bring_opml", ecology_id=ecology.pk)
    assert client_of(ada).get(bringing).status_code == 403  # a member is no editor
    for what in ("refresh", "pause", "resume", "vouch", "unclaim"):
        answer = client_of(eve).post(source.get_absolute_url(), {"do": what})
        assert answer.status_code in {403, 404, 409}, what
    source.refresh_from_db()
    assert source.state == Source.State.FOLLOWED


@pytest.mark.parametrize("number", [1, 3])
def test_pages_ask_the_same_of_the_database_whatever_stands_on_them(ada, cy, client_of, number):
    ecology = make_ecology(ada, editors=(cy,))
    for _ in range(number):
        source = make_source(ecology, title="")
        for _ in range(number):
            make_item(source)
        for _ in range(number):
            claimer = make_person()
            Claim.objects.create(source=source, person=claimer, token=f"t{claimer.pk}")
    for _ in range(number - 1):
        Following.objects.create(ecology=make_ecology(ada, cy), source=source, added_by=ada)
    client = client_of(cy)
    client.get(source.get_absolute_url())
    counted = {}
    for name, page in (
        ("list", where("sources", ecology_id=ecology.pk)),
        ("source", source.get_absolute_url()),
    ):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert client.get(page).status_code == 200
        counted[name] = len(asked)
    assert counted == QUERIES


QUERIES = {"list": 9, "source": 11}
LOOK = 7


def test_the_list_is_searched_and_shows_what_is_wrong(ecology, ada, client_of):
    good, bad = (
        make_source(ecology, title="Quiet blog"),
        make_source(ecology, title="Broken", state="failing", finding="html"),
    )
    page = where("sources", ecology_id=ecology.pk)
    client = client_of(ada)
    for query, shown in (
        ("", {good, bad}),
        ("?show=troubled", {bad}),
        ("?q=quiet", {good}),
        ("?q=none", set()),
    ):
        html = client.get(page + query).content.decode()
        assert {source for source in (good, bad) if f'href="{source.get_absolute_url()}"' in html} == shown
    assert client.get(page + "?page=99999999999").status_code == 200


def test_a_source_says_what_is_wrong_and_how_to_mend_it(ecology, ada, client_of):
    source = make_source(ecology, state="failing", finding="html")
    html = client_of(ada).get(source.get_absolute_url()).content.decode()
    assert "This is a page and not a feed." in html
    assert "Give the address of the front page" in html


def test_a_member_says_that_it_is_theirs_and_the_page_says_so_too(site, ecology, ada, client_of, post):
    source = make_source(ecology, feed_url=site.feed(), page_url=site.page())
    client = client_of(ada)
    post(client, source.get_absolute_url(), {"do": "claim"})
    html = client.get(source.get_absolute_url()).content.decode()
    token = Claim.objects.get().token
    assert token in html
    assert "rel=&#34;me&#34;" in html or "rel=&quot;me&quot;" in html
    site.page(body=token)
    post(client, source.get_absolute_url(), {"do": "look"})
    assert Claim.objects.get().verified_at is not None
    post(client, source.get_absolute_url(), {"do": "unclaim"})
    assert not Claim.objects.exists()


def test_an_editor_vouches_pauses_and_goes_on(site, ecology, ada, cy, client_of, post):
    source = make_source(ecology, feed_url=site.feed())
    claim = actions.claim(source=source, by=ada)
    client = client_of(cy)
    post(client, source.get_absolute_url(), {"do": "vouch", "claim": claim.pk})
    claim.refresh_from_db()
    assert claim.how == "editor"
    post(client, source.get_absolute_url(), {"do": "pause"})
    source.refresh_from_db()
    assert source.state == "paused"
    post(client, source.get_absolute_url(), {"do": "resume"})
    source.refresh_from_db()
    assert source.state == "followed"
    assert Item.objects.count() == 2
    assert post(client, source.get_absolute_url(), {"do": "vouch", "claim": "x" * 40}).status_code == 404
    assert post(client, source.get_absolute_url(), {"do": "nonsense"}).status_code == 409


def test_how_it_is_followed_is_changed_and_ended(site, ecology, ada, eve, client_of, post):
    following = actions.follow(ecology=ecology, by=ada, candidate=doctor.Candidate(feed_url=site.feed()))
    page = where("following", ecology_id=ecology.pk, following_id=following.pk)
    assert client_of(eve).get(page).status_code == 404
    client = client_of(ada)
    assert client.get(page).status_code == 200
    post(client, page, {"only_tags": "#OER, week1", "folder": "Blogs/Ours"})
    following.refresh_from_db()
    assert (following.only_tags, following.folder) == (["oer", "week1"], "Blogs/Ours")
    assert post(client, page, {"only_tags": "x" * 600}).status_code == 422
    post(client, page, {"do": "end"})
    assert not Following.objects.running().exists()
    assert client.get(page).status_code == 404


OPML = b"""<opml version="2.0"><head><title>T</title><ownerName>Ada</ownerName></head><body><outline text="F" colour="red">
<outline text="A" type="rss" xmlUrl="https://a.example/feed" note="kept"/></outline><outline text="L" type="link" url="https://l.example/"/></body></opml>"""


def test_a_list_is_brought_and_goes_out_again_without_loss(ecology, cy, client_of, post):
    client = client_of(cy)
    page = where("bring_opml", ecology_id=ecology.pk)
    answer = post(client, page, {"file": SimpleUploadedFile("l.opml", OPML)})
    work = OutlineImport.objects.get()
    assert answer.url == where("import", ecology_id=ecology.pk, import_id=work.pk)
    html = client.get(answer.url).content.decode()
    assert "1 source is new here." in html
    out = client.get(where("opml", ecology_id=ecology.pk))
    assert out["Content-Type"].startswith("text/x-opml")
    read, brought = opml.read(out.content), opml.read(OPML)
    assert read.outlines == brought.outlines
    assert read.head == {"title": ecology.title, "ownerName": "Ada"}


def test_an_exported_list_fills_a_fresh_ecology(ecology, cy, client_of, post):
    for number in range(3):
        actions.follow(
            ecology=ecology,
            by=cy,
            candidate=doctor.Candidate(feed_url=f"https://{number}.example/"),
            folder=f"A/{number}",
        )
    client = client_of(cy)
    first = client.get(where("opml", ecology_id=ecology.pk)).content
    fresh = make_ecology(editors=(cy,))
    post(client, where("bring_opml", ecology_id=fresh.pk), {"file": SimpleUploadedFile("l.opml", first)})
    assert {(each.source.feed_url, each.folder) for each in fresh.followings.running()} == {
        (each.source.feed_url, each.folder) for each in ecology.followings.running()
    }


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"no xml", "no OPML"),
        (b"<!DOCTYPE o [<!ENTITY a 'x'>]><opml/>", "entities"),
        (b"<opml><body/></opml>", "no feed"),
    ],
)
def test_files_that_are_no_lists_are_told_so(ecology, cy, client_of, body, words):
    answer = client_of(cy).post(
        where("bring_opml", ecology_id=ecology.pk), {"file": SimpleUploadedFile("x.opml", body)}
    )
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_only_whoever_brought_a_list_sees_how_far_it_is(ecology, ada, cy, client_of):
    work = OutlineImport.objects.create(ecology=ecology, by=cy, outlines=[{}])
    page = where("import", ecology_id=ecology.pk, import_id=work.pk)
    assert client_of(ada).get(page).status_code == 404
    html = client_of(cy).get(page, headers={"HX-Request": "true"}).content.decode()
    assert "hx-get" in html
    assert "<html" not in html
