"""Pages of rivers and items: what they say, to whom, what they do, and how many queries they ask."""

import datetime as dt
import re

import pytest
from django.urls import reverse

from collegium.conversations.models import Thread
from collegium.ecology.actions import river as actions
from collegium.ecology.models import Appearance, Claim, Enclosure, Flow, Mark, Mute, Tag, Version
from collegium.ecology.queries import choosing
from collegium.foundation import clock
from collegium.people.models import Audience
from tests.conversations.factories import make_forum
from tests.ecology.factories import make_ecology, make_flow, make_item, make_source
from tests.factories import make_person

pytestmark = pytest.mark.django_db
CC_BY = "https://creativecommons.org/licenses/by/4.0/"


def address(name, *args):
    return reverse(f"ecology:{name}", args=args)


def body(response):
    assert response.status_code == 200, response.status_code
    return response.content.decode()


@pytest.fixture
def course(ada, cy):
    forum = make_forum(ada, moderators=(cy,), audience=Audience.PUBLIC)
    return make_ecology(
        ada, editors=(cy,), audience=Audience.PUBLIC, title="The course", hashtag="cmalt", forum=forum
    )


@pytest.fixture
def blog(course):
    return make_source(course, title="A blog of practice")


@pytest.fixture
def post(blog):
    made = make_item(
        blog, title="On feedback", html="<p>All of it, at length.</p>", summary="The beginning of it."
    )
    Tag.objects.create(item=made, name="cmalt", said="CMALT", flows_at=made.flows_at)
    return made


# Reading --------------------------------------------------------------------------------------------------------------


def test_the_river_of_what_one_belongs_to(ada, post, client_of):
    page = body(client_of(ada).get(address("river")))
    assert "On feedback" in page
    assert "A blog of practice" in page
    assert "#<bdi>CMALT</bdi>" in page
    assert "All of it, at length" not in page


@pytest.mark.parametrize("name", ["stream", "ecology"])
def test_public_rivers_need_no_account(name, course, post, client_of):
    page = body(client_of(None).get(address(name, course.pk)))
    assert "On feedback" in page
    assert f"/ecologies/{course.pk}/river.atom" in page
    assert "csrfmiddlewaretoken" not in page.partition('class="river')[2].partition("</main>")[0].replace(
        "appearance", ""
    )


def test_of_a_hashtag_and_of_a_person(ada, bo, post, client_of):
    post.author = bo
    post.save()
    bo.name_audience = Audience.PUBLIC
    bo.save()
    assert "On feedback" in body(client_of(None).get(address("tag", "CMALT")))
    assert "On feedback" in body(client_of(None).get(address("person_stream", bo.pk)))
    bo.name_audience = Audience.SIGNED_IN
    bo.save()
    assert client_of(None).get(address("person_stream", bo.pk)).status_code == 404
    assert bo.name not in body(client_of(None).get(address("stream", post.flows.get().ecology_id)))


def test_a_closed_circle_stays_closed(ada, eve, client_of):
    secret = make_ecology(ada, title="Closed")
    item = make_item(make_source(secret), title="Within")
    for person in (None, eve):
        client = client_of(person)
        for where in (
            address("stream", secret.pk),
            address("ecology", secret.pk),
            address("feed", secret.pk, "atom"),
            item.get_absolute_url(),
        ):
            assert client.get(where).status_code == 404, where


def test_only_what_its_licence_allows_is_shown_whole(ada, bo, post, client_of):
    where = post.get_absolute_url()
    page = body(client_of(ada).get(where))
    assert "The beginning of it." in page
    assert "All of it, at length." not in page
    assert "All rights with its author" in page
    post.licence_url = CC_BY
    post.save()
    assert "All of it, at length." in body(client_of(None).get(where))
    post.licence_url, post.author = "", bo
    post.save()
    assert "All of it, at length." in body(client_of(bo).get(where))
    assert "All of it, at length." not in body(client_of(ada).get(where))


def test_where_it_was_seen_is_told_as_far_as_one_may_know(ada, bo, post, client_of):
    hidden = make_source(make_ecology(bo), title="Followed in secret")
    Appearance.objects.create(
        item=post, source=hidden, guid_key="x", content_sha256="y", url="https://copy.example/1"
    )
    Version.objects.create(item=post, title="On feed back", summary="It was shorter.", content_sha256="z")
    page = body(client_of(ada).get(post.get_absolute_url()))
    assert "A blog of practice" in page
    assert "Followed in secret" not in page
    assert "What it said before" in page
    page = body(client_of(ada).get(post.get_absolute_url() + "?versions=1"))
    assert "<del>On feed back</del>" in page


def test_nothing_loads_from_elsewhere_until_it_is_asked_for(post, client_of):
    sound = Enclosure.objects.create(
        item=post, url="https://media.example/talk.mp3", media_type="audio/mpeg", seconds=900
    )
    client = client_of(None)
    response = client.get(post.get_absolute_url())
    assert "<audio" not in body(response)
    assert "Play it from media.example" in body(response)
    assert "Nothing is asked of media.example before" in body(response)
    assert "https:" not in response["Content-Security-Policy"]
    response = client.get(f"{post.get_absolute_url()}?play={sound.pk}")
    # Nor for who was sent a link to it: the browser waits for its own button.
    assert 'controls preload="none" src="https://media.example/talk.mp3"' in body(response)
    assert "autoplay" not in body(response)
    assert "media-src 'self' blob: https:" in response["Content-Security-Policy"]
    assert "img-src 'self' data: blob:;" in response["Content-Security-Policy"] + ";"


@pytest.mark.parametrize("media_type", ["application/pdf", "text/html", ""])
def test_what_is_no_recording_is_linked(media_type, post, client_of):
    file = Enclosure.objects.create(item=post, url="https://media.example/file", media_type=media_type)
    response = client_of(None).get(f"{post.get_absolute_url()}?play={file.pk}")
    assert 'href="https://media.example/file"' in body(response)
    assert "It opens at media.example." in body(response)
    assert "https:" not in response["Content-Security-Policy"]


def test_what_is_not_handed_out_in_safety_is_linked(post, client_of):
    sound = Enclosure.objects.create(item=post, url="http://media.example/a.mp3", media_type="audio/mpeg")
    response = client_of(None).get(f"{post.get_absolute_url()}?play={sound.pk}")
    assert "<audio" not in body(response)
    assert "It opens at media.example." in body(response)
    assert "http:" not in response["Content-Security-Policy"]


def test_empty_rivers_say_what_will_be_there(ada, eve, course, client_of):
    assert "A river needs a place to flow through" in body(client_of(eve).get(address("river")))
    client = client_of(ada)
    assert "The river is still dry" in body(client.get(address("river")))
    assert "The river is still dry" in body(client.get(address("stream", course.pk)))
    assert "Nothing saved yet" in body(client.get(address("river") + "?saved=1"))
    assert "All is read" in body(client.get(address("river") + "?unread=1"))
    assert "Nothing like that" in body(client.get(address("river") + "?words=nothing"))


def test_words_that_nobody_meant_are_left_out(ada, post, client_of):
    for query in (
        "kind=nonsense", "since=yesterday", "ecology=x", "source=-1", "after=now", "until=99999-01-01",
        "tag=%00", "language=%00",
    ):  # fmt: skip
        assert "On feedback" in body(client_of(ada).get(f"{address('river')}?{query}")), query


def test_text_of_any_script_and_length(ada, blog, client_of):
    make_item(blog, title="التغذية الراجعة في التعليم", language="ar", author_name="ن" * 80)
    make_item(blog, title="", summary="A note without a title, which is all there is of it.", kind="note")
    make_item(blog, title="", summary="", html="", author_name="", url="")
    page = body(client_of(ada).get(address("river")))
    assert 'lang="ar"' in page
    assert "A note without a title" in page
    assert "Without words" in page


def test_three_hundred_are_read_page_by_page(ada, blog, client_of):
    for number in range(65):
        make_item(blog, title=f"Number {number:03}")
    client, where, seen = client_of(ada), address("river"), []
    for _ in range(3):
        page = body(client.get(where))
        seen += re.findall(r"Number (\d{3})</a>", page)
        further = re.search(r'rel="next" href="([^"]+)"', page)
        where = further[1].replace("&amp;", "&") if further else ""
    assert sorted(seen) == [f"{number:03}" for number in range(65)]
    assert where == ""


# Marks ----------------------------------------------------------------------------------------------------------------


def test_to_open_it_is_to_have_read_it(ada, post, client_of):
    client = client_of(ada)
    assert "item--unread" in body(client.get(address("river")))
    client.get(post.get_absolute_url())
    assert "item--unread" not in body(client.get(address("river")))


def test_a_get_of_a_stranger_marks_nothing(post, client_of):
    client_of(None).get(post.get_absolute_url())
    assert not Mark.objects.exists()


def test_marking_as_one_goes(ada, bo, post, client_of):
    other = make_item(make_source(make_ecology(bo)))
    client = client_of(ada)
    response = client.post(
        address("mark_read"), {"items": [post.pk, other.pk, "x", ""]}, headers={"X-Requested-With": "fetch"}
    )
    assert response.status_code == 204
    assert [mark.item for mark in Mark.objects.all()] == [post]


def test_all_read_to_here(ada, course, blog, post, client_of):
    client = client_of(ada)
    page = body(client.get(address("stream", course.pk)))
    key = re.search(r'name="key" value="([^"]+)"', page)[1]
    newer = make_item(blog, title="Newer", flows_at=post.flows_at + dt.timedelta(seconds=1))
    response = client.post(address("read_to_here"), {"key": key, "ecology": course.pk, "next": "/river/"})
    assert response.headers["Location"] == "/river/"
    assert re.findall(r'id="item-(\d+)-title"', body(client.get("/river/?unread=1"))) == [str(newer.pk)]


@pytest.mark.parametrize("key", ["", "x", "1"])
def test_to_where_must_be_said(key, ada, client_of):
    assert client_of(ada).post(address("read_to_here"), {"key": key}).status_code == 409


def test_nobody_is_sent_elsewhere(ada, post, client_of):
    data = {"items": post.pk, "next": "https://evil.example/"}
    assert client_of(ada).post(address("mark_read"), data).headers["Location"] == "/river/"
    data["next"] = "//evil.example/"
    assert client_of(ada).post(address("mark_read"), data).headers["Location"] == "/river/"


def test_saving_with_and_without_javascript(ada, post, client_of):
    client = client_of(ada)
    assert client.post(address("save_item", post.pk)).status_code == 302
    assert "On feedback" in body(client.get(address("river") + "?saved=1"))
    response = client.post(address("save_item", post.pk), {"do": "unsave"}, headers={"HX-Request": "true"})
    assert 'aria-pressed="false"' in body(response)
    assert "On feedback" not in body(client.get(address("river") + "?saved=1"))


def test_what_one_cannot_see_cannot_be_saved_or_muted(eve, ada, client_of):
    source = make_source(make_ecology(ada))
    item = make_item(source)
    client = client_of(eve)
    assert client.post(address("save_item", item.pk)).status_code == 404
    assert client.post(address("mutes"), {"source": source.pk}).status_code == 404


def test_muting_and_undoing_it(ada, eve, blog, post, client_of):
    client = client_of(ada)
    client.post(address("mutes"), {"source": blog.pk, "next": "/river/"})
    assert "On feedback" not in body(client.get("/river/"))
    page = body(client.get(address("mutes")))
    assert "A blog of practice" in page
    muted = Mute.objects.get()
    assert client_of(eve).post(address("unmute", muted.pk)).status_code == 404
    client.post(address("unmute", muted.pk))
    assert "On feedback" in body(client.get("/river/"))
    client.post(address("mutes"), {"tag": "#CMALT"})
    assert Mute.objects.get().tag == "cmalt"
    assert client.post(address("mutes"), {"tag": "###"}).status_code == 409


def test_what_is_new_is_told_to_an_open_page(ada, course, blog, post, client_of):
    client = client_of(ada)
    page = body(client.get("/river/"))
    ask = re.search(r'hx-get="([^"]+newer=[^"]+)"', page)[1].replace("&amp;", "&")
    fragment = body(client.get(ask, headers={"HX-Request": "true"}))
    assert "new item" not in fragment
    make_item(blog, flows_at=clock.now())
    assert "One new item" in body(client.get(ask, headers={"HX-Request": "true"}))


# Editors --------------------------------------------------------------------------------------------------------------


def test_facilitators_highlight_with_a_word_why(ada, bo, cy, course, post, client_of):
    where = address("edit_item", course.pk, post.pk)
    assert client_of(ada).get(where).status_code == 403
    client = client_of(cy)
    assert client.post(where, {"do": "highlight", "words": " "}).status_code == 422
    assert client.post(where, {"do": "dance"}).status_code == 422
    assert client.post(where, {"do": "highlight", "words": "A clear case"}).status_code == 302
    page = body(client_of(None).get(address("ecology", course.pk)))
    assert "A clear case" in page
    assert cy.name not in page
    client.post(where, {"do": "unhighlight"})
    assert "A clear case" not in body(client_of(None).get(address("ecology", course.pk)))


def test_what_is_taken_out_is_gone_here_and_can_be_put_back(ada, cy, course, post, client_of):
    week = make_ecology(ada, within=course)
    make_flow(week, post)
    where = address("edit_item", course.pk, post.pk)
    client_of(cy).post(where, {"do": "hide"})
    assert "On feedback" not in body(client_of(ada).get("/river/"))
    assert client_of(ada).get(post.get_absolute_url()).status_code == 404
    assert "On feedback" in body(client_of(cy).get(address("stream", course.pk) + "?hidden=1"))
    assert client_of(cy).get(post.get_absolute_url()).status_code == 200
    client_of(cy).post(where, {"do": "show"})
    assert Flow.objects.filter(item=post, hidden_at=None).count() == 2


# Talking --------------------------------------------------------------------------------------------------------------


def test_talk_begins_a_thread_and_goes_on_in_it(ada, cy, course, post, client_of):
    client = client_of(ada)
    where = post.get_absolute_url()
    assert client.post(where, {"ecology": course.pk, "words": ""}).status_code == 422
    response = client.post(where, {"ecology": course.pk, "words": "Is that so?\n\n<b>Really?</b>"})
    thread = Thread.objects.get()
    assert response.headers["Location"] == thread.last_post.get_absolute_url()
    assert (thread.title, thread.about_kind, thread.about_id) == ("On feedback", "ecology.item", str(post.pk))
    assert "&lt;b&gt;Really?" in thread.last_post.html
    client_of(ada).post(where, {"ecology": course.pk, "words": "It is."})
    assert Thread.objects.get().post_count == 2
    assert "2 posts" in body(client.get("/river/"))
    assert thread.title in body(client_of(None).get(where))


def test_a_form_sent_twice_is_one_post(ada, course, post, client_of):
    form = {"ecology": course.pk, "words": "Once", "submission_key": "abc"}
    for _ in range(2):
        client_of(ada).post(post.get_absolute_url(), form)
    assert Thread.objects.get().post_count == 1


def test_who_does_not_belong_does_not_talk(eve, course, post, client_of):
    response = client_of(eve).post(post.get_absolute_url(), {"ecology": course.pk, "words": "Hello"})
    assert response.status_code == 403
    assert client_of(None).post(post.get_absolute_url(), {"words": "Hello"}).status_code == 302


def test_a_place_that_is_not_offered_is_refused(ada, bo, course, post, client_of):
    other = make_ecology(bo, forum=make_forum(bo))
    make_flow(other, post)
    data = {"ecology": other.pk, "words": "Hello"}
    assert client_of(ada).post(post.get_absolute_url(), data).status_code == 422
    assert not Thread.objects.exists()


# The form ---------------------------------------------------------------------------------------------------------


def claim(source, person, **fields):
    fields = {"verified_at": clock.now(), "how": Claim.How.TOKEN, **fields}
    return Claim.objects.create(source=source, person=person, token=f"{source.pk}-{person.pk}", **fields)


def options(page):
    """Of the field for a person, by what they send: words, and ``*`` before what is chosen."""
    field = re.search(r'<select id="river-person".*?</select>', page, re.DOTALL)
    found = re.findall(r'<option value="(\d*)"( selected)?>(.*?)</option>', field[0] if field else "")
    return {key: ("*" if chosen else "") + words for key, chosen, words in found}


def test_the_form_offers_those_whose_sources_are_followed(ada, bo, cy, eve, course, blog, client_of):
    claim(blog, bo)
    claim(make_source(course), eve)
    claim(make_source(course), cy, verified_at=None, how="")  # says so, and nothing else does
    claim(make_source(make_ecology(cy)), cy)  # elsewhere
    offered = options(body(client_of(ada).get(address("stream", course.pk))))
    assert offered == {"": "everybody", str(bo.pk): bo.name, str(eve.pk): eve.name}
    assert list(offered.values()) == ["everybody", "Bo Assessor", "Eve Stranger"]
    assert options(body(client_of(ada).get(address("river")))) == offered


def test_who_is_chosen_stays_chosen_and_is_named(ada, bo, course, blog, post, client_of):
    claim(blog, bo)
    post.author = bo
    post.save()
    other = make_item(make_source(course), title="By somebody else")
    page = body(client_of(ada).get(address("stream", course.pk), {"person": bo.pk, "words": ""}))
    assert options(page)[str(bo.pk)] == "*Bo Assessor"
    assert "On feedback" in page
    assert other.title not in page
    assert page.count('name="person"') == 1
    # Whoever is not among those that are offered is kept too, without a name.
    page = body(client_of(ada).get(address("stream", course.pk), {"person": ada.pk + 1000}))
    assert options(page)[str(ada.pk + 1000)] == "*one person"


def test_a_name_is_offered_to_who_may_know_it(ada, bo, eve, course, blog, client_of):
    claim(blog, bo)
    for audience, names in (
        (Audience.PUBLIC, (True, True, True)),
        (Audience.SIGNED_IN, (False, True, True)),
        (Audience.CIRCLE, (False, False, True)),
        (Audience.PRIVATE, (False, False, True)),
    ):
        bo.name_audience = audience
        bo.save()
        pages = [body(client_of(each).get(address("stream", course.pk))) for each in (None, eve, bo)]
        assert tuple(str(bo.pk) in options(page) for page in pages) == names, audience


def test_what_is_not_followed_any_more_offers_nobody(ada, bo, course, blog, client_of):
    claim(blog, bo)
    course.followings.update(ended_at=clock.now())
    page = body(client_of(ada).get(address("stream", course.pk)))
    assert options(page) == {}
    assert 'name="person"' not in page
    page = body(client_of(ada).get(address("stream", course.pk), {"person": bo.pk}))
    assert f'<input type="hidden" name="person" value="{bo.pk}">' in page


def test_of_many_those_are_offered_whose_sources_were_added_last(ada, course, client_of, monkeypatch):
    monkeypatch.setattr(choosing, "MOST_PEOPLE", 2)
    people = [make_person(name=name) for name in ("Åsa", "Zoë", "Mia")]
    for each in people:
        claim(make_source(course), each)
    page = body(client_of(ada).get(address("stream", course.pk)))
    assert list(options(page).values()) == ["everybody", "Mia", "Zoë"]
    assert "Those whose sources were added last" in page


# How much they ask ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize(
    ("name", "asked", "asked_by_nobody"),
    [
        ("river", 10, None),
        ("stream", 10, 5),
        ("ecology", 11, 7),
        ("tag", 8, 3),
        ("person_stream", 9, 4),
        ("item", 10, 4),
    ],
)
def test_a_page_asks_the_same_for_one_and_for_three(
    name, asked, asked_by_nobody, number, ada, bo, cy, client_of, django_assert_num_queries
):
    bo.name_audience = Audience.PUBLIC
    bo.save()
    forum = make_forum(ada, audience=Audience.PUBLIC)
    places = [make_ecology(ada, editors=(cy,), audience=Audience.PUBLIC, forum=forum) for _ in range(number)]
    source = make_source(*places, language="en")
    Claim.objects.create(source=source, person=bo, token="t", verified_at=clock.now(), how="token")
    for each in range(number):
        item = make_item(source, author=bo, title=f"Item {each}")
        Tag.objects.create(item=item, name="cmalt", said="cmalt", flows_at=item.flows_at)
        Enclosure.objects.create(item=item, url=f"https://media.example/{each}.mp3", media_type="audio/mpeg")
        Version.objects.create(item=item, content_sha256="x")
        actions.talk(item=item, ecology=places[0], by=ada, words="Well?")
        actions.highlight(flow=item.flows.first(), by=cy, words="Why not")
        for copy in range(number):
            other = make_source(places[0])
            Appearance.objects.create(item=item, source=other, guid_key=f"{copy}", content_sha256="x")
    arguments = {
        "river": (), "stream": (places[0].pk,), "ecology": (places[0].pk,), "tag": ("cmalt",),
        "person_stream": (bo.pk,), "item": (item.pk,),
    }  # fmt: skip
    where = address(name, *arguments[name])
    reader = client_of(ada)
    reader.get(where)
    with django_assert_num_queries(asked):
        assert reader.get(where).status_code == 200
    if asked_by_nobody is not None:
        with django_assert_num_queries(asked_by_nobody):
            assert client_of(None).get(where).status_code == 200
