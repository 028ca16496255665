"""The picture of a community: safe, said in words, and seen by whoever sees the community."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from collegium.communities import actions
from collegium.communities.models import Community
from collegium.foundation.files import store_bytes
from collegium.foundation.refusal import Refusal
from collegium.people.models import Audience
from tests.communities.factories import make_community

pytestmark = pytest.mark.django_db

SEEN = "A ferry at dusk"


def photograph() -> bytes:
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    kept = io.BytesIO()
    Image.new("RGB", (900, 300), "teal").save(kept, "JPEG", exif=exif)
    return kept.getvalue()


def bring(client, community, content=None, alt=SEEN, name="ferry.jpg", **more):
    brought = {"picture": SimpleUploadedFile(name, content)} if content is not None else {}
    address = reverse("communities:change_picture", kwargs={"slug": community.slug})
    return client.post(address, {"alt": alt, **brought, **more})


@pytest.fixture
def community(ada, cy):
    return make_community(ada, convener=cy, audience=Audience.PUBLIC)


def test_a_convener_brings_one_and_it_is_seen_where_the_community_is(community, ada, cy, client_of):
    assert bring(client_of(cy), community, photograph()).status_code == 302
    community.refresh_from_db()
    assert b"taken at home" not in community.picture.read()
    for where in (community.get_absolute_url(), reverse("communities:list")):
        page = client_of(None).get(where).content.decode()
        assert f'alt="{SEEN}"' in page
        assert "/picture/" in page
    address = community.picture_address(640)
    assert client_of(None).get(address)["Content-Type"] == "image/webp"
    assert client_of(None).get(address.replace("640", "641")).status_code == 404
    actions.edit(community=community, by=cy, audience=Audience.CIRCLE)
    assert client_of(None).get(address).status_code == 404
    assert client_of(ada).get(address).status_code == 200


def test_other_words_are_said_and_the_picture_is_taken_away(community, cy, client_of):
    bring(client_of(cy), community, photograph())
    before = Community.objects.get(pk=community.pk).picture_id
    assert bring(client_of(cy), community, alt="A ferry by night").status_code == 302
    community.refresh_from_db()
    assert (community.picture_id, community.picture_alt) == (before, "A ferry by night")
    bring(client_of(cy), community, do="remove")
    community.refresh_from_db()
    assert (community.picture_id, community.picture_alt) == (None, "")
    assert client_of(cy).get(reverse("communities:picture", args=[community.slug, 256])).status_code == 404


@pytest.mark.parametrize(
    ("content", "alt", "name"),
    [
        (b"not an image at all", SEEN, "x.jpg"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", SEEN, "x.svg"),
        (b"", SEEN, "x.jpg"),
        (None, SEEN, ""),
        (photograph(), "", "x.jpg"),
        (photograph(), "\u202e", "x.jpg"),
        (photograph(), "x" * 301, "x.jpg"),
    ],
)
def test_what_is_no_picture_and_what_has_no_words_is_refused_in_words(
    community, cy, client_of, content, alt, name
):
    answer = bring(client_of(cy), community, content, alt, name)
    assert answer.status_code == 422
    assert "field__errors" in answer.content.decode()
    community.refresh_from_db()
    assert community.picture_id is None


def test_only_conveners_change_it(community, ada, eve, client_of):
    for person in (ada, eve):
        assert bring(client_of(person), community, photograph()).status_code == 403
    with pytest.raises(Refusal):
        actions.set_picture(community=community, by=ada, picture=store_bytes(photograph()), alt=SEEN)
