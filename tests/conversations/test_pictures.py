"""Pictures inside the words of a post: brought by the editor, kept with the post, read by whom the forum is open to."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from collegium.conversations import actions
from collegium.conversations.models import Attachment, Draft
from collegium.foundation.refusal import Refusal
from tests.conversations.factories import make_forum, make_post, make_thread
from tests.conversations.test_actions import PNG

pytestmark = pytest.mark.django_db


@pytest.fixture
def forum(ada, bo, cy):
    return make_forum(ada, bo, cy, moderators=(cy,))


@pytest.fixture
def thread(forum, ada):
    return make_thread(forum, ada)


def bring(client, thread, **data):
    data = {"upload": SimpleUploadedFile("dot.png", PNG), "alt_text": "A dot", **data}
    address = reverse("conversations:thread_attach", args=[thread.pk])
    return client.post(address, data, headers={"Accept": "application/json"})


def picture(attachment, alt="A dot"):
    return f'<img src="{reverse("conversations:file", args=[attachment.pk])}" alt="{alt}">'


def brought(thread, by):
    return actions.attach(
        by=by, forum=thread.forum, thread=thread, upload=SimpleUploadedFile("dot.png", PNG), alt_text="A dot"
    )


def test_the_editor_brings_a_picture_and_posts_it_in_the_words(thread, bo, eve, client_of):
    client = client_of(bo)
    told = bring(client, thread)
    assert told.status_code == 201
    address, alt = told.json()["address"], told.json()["alt"]
    assert client.get(address).status_code == 200
    words = f'<p>Look:</p><img src="{address}" alt="{alt}"><p>There.</p>'
    client.post(reverse("conversations:thread", args=[thread.pk]), {"html": words, "submission_key": "a"})
    post = thread.posts.last()
    assert post.html == words
    attachment = Attachment.objects.get()
    assert (attachment.post, attachment.draft) == (post, None)
    assert not Draft.objects.exists()
    page = client.get(reverse("conversations:thread", args=[thread.pk])).content.decode()
    assert page.count(address) == 1  # in the words, and not once more beneath them
    assert client_of(eve).get(address).status_code == 404
    actions.remove_post(post=post, by=bo)
    assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"alt_text": " "}, "Say in words what the image shows"),
        ({"upload": ""}, "Choose a file first."),
        ({"upload": SimpleUploadedFile("a.txt", b"words")}, "Only a picture can stand in the words."),
        ({"upload": SimpleUploadedFile("a.png", b"no picture at all")}, ""),
    ],
)
def test_what_is_no_picture_is_refused_in_a_sentence(thread, bo, client_of, more, sentence):
    told = bring(client_of(bo), thread, **more)
    assert told.status_code == 422
    assert sentence in told.json()["sentence"]
    assert told.json()["sentence"]
    assert not Attachment.objects.exists()


def test_who_may_not_post_brings_none(thread, eve, client_of):
    assert bring(client_of(eve), thread).status_code == 404


def test_only_ones_own_pictures_stand_in_the_words(thread, forum, ada, bo):
    other = brought(thread, ada)
    posted = brought(thread, bo)
    make_post(thread, bo, html=f"<p>Mine.</p>{picture(posted)}")
    for strange in (
        picture(other),  # somebody else's draft
        picture(posted),  # stands in another post
        '<img src="/conversations/files/999999/" alt="No such file">',
        '<img src="/evidence/1/file" alt="Of another room">',
        '<img src="https://elsewhere.example/spy.png" alt="Who reads">',
        '<img src="/conversations/files/1/../../../account/logout/" alt="Not a file">',
        '<img src="data:image/png;base64,AAAA" alt="Inside" onerror="alert(1)">',
    ):
        post = make_post(thread, bo, html=f"<p>Words</p>{strange}")
        assert post.html == "<p>Words</p>"
    assert Attachment.objects.get(pk=other.pk).post is None
    with pytest.raises(Refusal, match="nothing written"):
        actions.post(thread=thread, by=bo, html=picture(other))


def test_a_picture_says_what_it_shows(thread, bo):
    with pytest.raises(Refusal, match="what each image shows"):
        actions.post(thread=thread, by=bo, html=picture(brought(thread, bo), alt=""))


def test_a_picture_may_be_all_there_is_and_its_words_may_have_any_sign(thread, bo):
    post = actions.post(
        thread=thread, by=bo, html=picture(brought(thread, bo), alt="a &gt; b, so &quot;b&quot;")
    )
    assert post.html.startswith("<img")
    assert post.attachments.count() == 1


def test_a_changed_post_keeps_its_pictures_and_gets_new_ones(thread, bo, client_of):
    first = brought(thread, bo)
    post = make_post(thread, bo, html=f"<p>One.</p>{picture(first)}")
    second = brought(thread, bo)
    post = actions.edit_post(post=post, by=bo, html=f"<p>Two.</p>{picture(first)}{picture(second)}")
    assert len(re.findall("<img", post.html)) == 2
    assert set(post.attachments.all()) == {first, second}
    post = actions.edit_post(post=post, by=bo, html=f"<p>One again.</p>{picture(second)}")
    page = client_of(bo).get(reverse("conversations:thread", args=[thread.pk])).content.decode()
    assert "post__image" in page  # taken out of the words, it stands beneath them
