"""Following and ending, claiming and vouching, pausing; who may, and who may not."""

from datetime import timedelta

import pytest

from collegium.activity.models import Activity, Concern
from collegium.ecology import actions, opml, rules
from collegium.ecology.doctor import Candidate
from collegium.ecology.identity import address_key
from collegium.ecology.models import Claim, Following, Item, Move, Source
from collegium.foundation import clock
from collegium.foundation.refusal import Refusal
from collegium.people.models import Audience
from tests.ecology.factories import make_ecology, make_item, make_source
from tests.factories import make_circle, make_person

pytestmark = pytest.mark.django_db
BLOG = Candidate(feed_url="https://blog.example/feed/", page_url="https://blog.example/", title="A blog")


def test_an_ecology_is_opened_kept_in_step_and_closed(ada):
    circle = make_circle(ada, name="All")
    ecology = actions.open_ecology(
        title="Course",
        path="/courses/x/",
        audience=Audience.CIRCLE,
        members=circle,
        editors=circle,
        hashtag="#CMALT cMOOC",
    )
    assert ecology.hashtag == "cmaltcmooc"
    actions.set_ecology(ecology=ecology, title="Another", audience=Audience.PUBLIC, hashtag="#OER")
    ecology.refresh_from_db()
    assert (ecology.title, ecology.audience, ecology.hashtag) == ("Another", "public", "oer")
    with pytest.raises(TypeError, match="closed_at"):
        actions.set_ecology(ecology=ecology, closed_at=clock.now())


def test_what_only_a_closed_ecology_follows_is_not_fetched_any_more(ada):
    one, two = make_ecology(ada), make_ecology(ada)
    alone, shared = make_source(one), make_source(one, two)
    actions.close_ecology(ecology=one)
    assert set(Source.objects.due()) == {shared}
    alone.refresh_from_db()
    assert alone.state == Source.State.GONE
    actions.reopen_ecology(ecology=one)
    assert set(Source.objects.due()) == {alone, shared}


def test_a_member_adds_a_source_once_however_its_address_is_written(ada):
    ecology = make_ecology(ada, hashtag="oer")
    following = actions.follow(
        ecology=ecology, by=ada, candidate=BLOG, only_tags=["#OER", " "], folder="Blogs"
    )
    other = Candidate(feed_url="http://www.blog.example/feed?utm_source=x")
    assert actions.follow(ecology=ecology, by=ada, candidate=other) == following
    following.refresh_from_db()
    assert (following.only_tags, following.folder, following.added_by) == (["oer"], "Blogs", ada)
    source = Source.objects.get()
    assert (source.feed_url, source.page_url, source.host) == (BLOG.feed_url, BLOG.page_url, "blog.example")
    assert [each.verb for each in Activity.objects.about(source)] == ["source.followed"]
    assert set(Source.objects.due()) == {source}


@pytest.mark.parametrize(
    "url", ["", "javascript:alert(1)", "ftp://x.example/", "https://", "https://x.example/" + "a" * 2000]
)
def test_what_is_no_address_is_not_followed(ada, url):
    with pytest.raises(Refusal):
        actions.follow(ecology=make_ecology(ada), by=ada, candidate=Candidate(feed_url=url))
    assert not Source.objects.exists()


def test_strangers_add_nothing_and_nobody_adds_to_what_is_closed(ada, eve):
    ecology = make_ecology(ada, audience=Audience.PUBLIC)
    with pytest.raises(Refusal, match="Only members"):
        actions.follow(ecology=ecology, by=eve, candidate=BLOG)
    actions.close_ecology(ecology=ecology)
    with pytest.raises(Refusal):
        actions.follow(ecology=ecology, by=ada, candidate=BLOG)


def test_a_source_that_others_know_already_is_read_again_whole_for_the_newcomers(ada):
    source = make_source(make_ecology(), feed_url="https://blog.example/feed", etag="x", body_sha256="y")
    Source.objects.update(feed_key=address_key(source.feed_url))
    Source.objects.update(next_at=clock.now() + timedelta(days=3))
    actions.follow(ecology=make_ecology(ada), by=ada, candidate=BLOG)
    source.refresh_from_db()
    assert (source.etag, source.body_sha256) == ("", "")
    assert source in Source.objects.due()


def test_who_may_take_a_source_out(ada, bo, cy, eve):
    ecology = make_ecology(ada, bo, editors=(cy,))
    following = actions.follow(ecology=ecology, by=ada, candidate=BLOG)
    owner = make_person()
    claim = Claim.objects.create(source=following.source, person=owner, token="t")
    assert [rules.may_end(each, following) for each in (ada, bo, cy, eve, owner)] == [
        True,
        False,
        True,
        False,
        False,
    ]
    actions.verify(claim=claim, found=Claim.How.TOKEN)
    assert rules.may_end(owner, following)
    with pytest.raises(Refusal):
        actions.unfollow(following=following, by=bo)
    actions.unfollow(following=following, by=ada)
    actions.unfollow(following=following, by=ada)
    following.source.refresh_from_db()
    assert following.source.state == Source.State.GONE
    assert not Following.objects.running().exists()
    assert Activity.objects.filter(verb="source.unfollowed").count() == 1


def test_a_source_taken_out_can_be_added_again(ada, bo):
    ecology = make_ecology(ada, bo)
    following = actions.follow(ecology=ecology, by=ada, candidate=BLOG)
    actions.unfollow(following=following, by=ada)
    again = actions.follow(ecology=ecology, by=bo, candidate=BLOG)
    assert (again.pk, again.added_by) == (following.pk, bo)
    again.source.refresh_from_db()
    assert again.source.state == Source.State.FOLLOWED


def test_whose_it_is_stays_a_claim_until_the_source_says_so(ada, bo):
    ecology = make_ecology(ada, bo)
    source = make_source(ecology)
    item = make_item(source)
    claim = actions.claim(source=source, by=ada)
    assert actions.claim(source=source, by=ada) == claim
    assert not actions.verify(claim=claim, found=None)
    claim.refresh_from_db()
    assert (claim.verified_at, claim.looked_at is None) == (None, False)
    assert actions.verify(claim=claim, found=Claim.How.REL_ME)
    item.refresh_from_db()
    assert item.author == ada
    concern = Concern.objects.get(activity__verb="source.verified")
    assert (concern.person, concern.role) == (ada, "author")
    with pytest.raises(Refusal, match="already"):
        actions.claim(source=source, by=bo)


def test_of_two_who_claim_the_first_to_show_it_has_it(ada, bo):
    source = make_source(make_ecology(ada, bo))
    first, second = actions.claim(source=source, by=ada), actions.claim(source=source, by=bo)
    actions.verify(claim=first, found=Claim.How.TOKEN)
    with pytest.raises(Refusal, match="already"):
        actions.verify(claim=second, found=Claim.How.REL_ME)
    actions.unclaim(claim=first, by=ada)
    assert actions.verify(claim=second, found=Claim.How.REL_ME)
    assert not Item.objects.filter(author=ada).exists()


def test_only_who_sees_a_source_claims_it(ada, eve):
    source = make_source(make_ecology(ada))
    with pytest.raises(Refusal):
        actions.claim(source=source, by=eve)


def test_an_editor_vouches_for_others_only(ada, bo, cy):
    source = make_source(make_ecology(ada, bo, editors=(cy,)))
    of_ada, of_cy = actions.claim(source=source, by=ada), actions.claim(source=source, by=cy)
    for claim, person in ((of_ada, bo), (of_ada, ada), (of_cy, cy)):
        with pytest.raises(Refusal):
            actions.vouch(claim=claim, by=person)
    actions.vouch(claim=of_ada, by=cy)
    of_ada.refresh_from_db()
    assert of_ada.how == Claim.How.EDITOR


def test_a_claim_taken_back_takes_the_name_from_the_items(ada):
    ecology = make_ecology(ada)
    one, two = make_source(ecology), make_source(ecology)
    item, other = make_item(one), make_item(two)
    for source in (one, two):
        actions.verify(claim=actions.claim(source=source, by=ada), found=Claim.How.TOKEN)
    actions.unclaim(claim=Claim.objects.get(source=one), by=ada)
    item.refresh_from_db()
    other.refresh_from_db()
    assert (item.author, other.author) == (None, ada)


def test_editors_and_authors_pause(ada, bo, cy):
    source = make_source(make_ecology(ada, bo, editors=(cy,)))
    with pytest.raises(Refusal):
        actions.pause(source=source, by=bo)
    actions.pause(source=source, by=cy)
    assert not Source.objects.due().exists()
    source.refresh_from_db()
    actions.resume(source=source, by=cy)
    assert Source.objects.due().exists()


# Moving ---------------------------------------------------------------------------------------------------------------


def test_a_source_moves_and_whoever_types_the_old_address_is_led_on(ada):
    ecology = make_ecology(ada)
    source = actions.follow(ecology=ecology, by=ada, candidate=BLOG).source
    actions.move_source(source=source, to_url="https://new.example/feed")
    source.refresh_from_db()
    assert (source.feed_url, source.host) == ("https://new.example/feed", "new.example")
    assert actions.follow(ecology=ecology, by=ada, candidate=BLOG).source == source
    assert Concern.objects.get(activity__verb="source.moved").person == ada
    actions.move_source(source=source, to_url=BLOG.feed_url)
    source.refresh_from_db()
    assert source.feed_url == BLOG.feed_url
    assert Move.objects.get().from_url == "https://new.example/feed"


def test_a_source_that_moves_to_one_that_is_known_becomes_it(ada, bo):
    one, two = make_ecology(ada), make_ecology(ada, bo)
    old = actions.follow(ecology=one, by=ada, candidate=BLOG).source
    actions.follow(ecology=two, by=ada, candidate=BLOG)
    new = actions.follow(ecology=two, by=bo, candidate=Candidate(feed_url="https://new.example/feed")).source
    item = make_item(old)
    actions.claim(source=old, by=ada)
    assert actions.move_source(source=old, to_url=new.feed_url) == new
    assert list(Source.objects.all()) == [new]
    assert {each.ecology for each in new.followings.running()} == {one, two}
    assert item.appearances.get().source == new
    assert set(item.flows.values_list("source", flat=True)) == {new.pk}
    assert Claim.objects.get().source == new


def test_only_the_scheme_changed_and_it_is_the_same_source(ada):
    source = actions.follow(
        ecology=make_ecology(ada), by=ada, candidate=Candidate(feed_url="http://blog.example/feed")
    ).source
    actions.move_source(source=source, to_url="https://blog.example/feed/")
    source.refresh_from_db()
    assert source.feed_url == "https://blog.example/feed/"
    assert not Move.objects.exists()


# Lists ----------------------------------------------------------------------------------------------------------------


def _outlines(number):
    return opml.Outlines(
        head={"ownerName": "Ada"},
        outlines=(
            *[
                opml.Outline(
                    {"text": f"Blog {each}", "xmlUrl": f"https://b{each}.example/feed", "note": "n"},
                    ({"text": "A"},),
                )
                for each in range(number)
            ],
            opml.Outline({"text": "bad", "xmlUrl": "ftp://x/"}),
            opml.Outline({"text": "A link", "type": "link", "url": "https://l.example/"}),
        ),
    )


def test_a_list_is_worked_off_bit_by_bit_and_what_cannot_be_is_said(cy):
    ecology = make_ecology(editors=(cy,))
    work = actions.begin_import(ecology=ecology, by=cy, outlines=_outlines(30))
    assert actions.work_off_import(work=work)
    work.refresh_from_db()
    assert (work.done, work.followed) == (25, 25)
    # The worker dies here; another goes on.
    assert not actions.work_off_import(work=work)
    assert not actions.work_off_import(work=work)
    work.refresh_from_db()
    assert (work.done, work.followed, len(work.refused)) == (32, 30, 1)
    assert work.refused[0]["title"] == "bad"
    following = ecology.followings.get(source__feed_url="https://b3.example/feed")
    assert (following.folder, following.opml["attributes"]["note"]) == ("A", "n")


def test_members_do_not_bring_lists_and_a_list_without_feeds_is_refused(ada, cy):
    ecology = make_ecology(ada, editors=(cy,))
    with pytest.raises(Refusal, match="editors"):
        actions.begin_import(ecology=ecology, by=ada, outlines=_outlines(1))
    with pytest.raises(Refusal, match="no feed"):
        actions.begin_import(ecology=ecology, by=cy, outlines=opml.Outlines())
