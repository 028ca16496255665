"""A person's page, the profile form, the photo."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from collegium.people import actions
from collegium.people.fields import FIELDS
from collegium.people.models import Person
from tests.factories import make_circle, make_organisation, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def shown(ada):
    actions.edit_profile(
        person=ada,
        by=ada,
        role="Public role",
        biography="Circle words",
        town="Signed-in town",
        pronouns="Private pronouns",
    )
    actions.set_field_audience(
        person=ada, by=ada, name="public", role="public", place="signed_in", biography="circle"
    )
    return ada


def words(client, person):
    page = client.get(person.get_absolute_url()).content.decode()
    return [
        word for word in ("Public role", "Signed-in town", "Circle words", "Private pronouns") if word in page
    ]


def test_the_page_shows_each_viewer_only_what_they_may_see(shown, bo, eve, client_of):
    make_circle(shown, bo)
    assert words(client_of(None), shown) == ["Public role"]
    assert words(client_of(eve), shown) == ["Public role", "Signed-in town"]
    assert words(client_of(bo), shown) == ["Public role", "Signed-in town", "Circle words"]
    assert words(client_of(shown), shown) == [
        "Public role",
        "Signed-in town",
        "Circle words",
        "Private pronouns",
    ]


def test_who_sees_each_thing_stands_in_words_on_ones_own_page(shown, client_of):
    page = client_of(shown).get(shown.get_absolute_url()).content.decode()
    assert "Everyone on the web" in page
    assert "People of your organisations and groups" in page
    assert "Only you" in page


def test_a_page_that_may_not_be_opened_is_not_there(ada, eve, client_of):
    actions.set_field_audience(person=ada, by=ada, name="private")
    assert client_of(eve).get(ada.get_absolute_url()).status_code == 404
    assert client_of(None).get(ada.get_absolute_url()).status_code == 404
    assert client_of(ada).get(ada.get_absolute_url()).status_code == 200
    assert client_of(eve).get("/people/999999/").status_code == 404


def test_organisations_are_shown_as_the_person_says(ada, eve, client_of):
    make_organisation(ada, name="Secret University")
    assert "Secret University" not in client_of(eve).get(ada.get_absolute_url()).content.decode()
    actions.set_field_audience(person=ada, by=ada, organisations="signed_in")
    assert "Secret University" in client_of(eve).get(ada.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "ليلى بنت عبد الرحمن", "N" * 80, 'O’Brien & Söhne "x"']
)
def test_any_name_is_shown_as_words(name, client_of, eve):
    person = make_person(name=name)
    page = client_of(eve).get(person.get_absolute_url())
    assert page.status_code == 200
    assert "<script>alert" not in page.content.decode()
    assert name in page.content.decode().replace("&#39;", "'").replace("&lt;", "<").replace(
        "&gt;", ">"
    ).replace("&#34;", '"').replace("&amp;", "&")


def profile_form(**changes):
    return {
        "name": "Ada Candidate",
        "time_zone": "Europe/Dublin",
        "language": "",
        "country": "IE",
        **{f"audience_{name}": "private" for name in FIELDS},
        **changes,
    }


def test_the_profile_is_changed_with_who_sees_it(ada, client_of):
    client = client_of(ada)
    answer = client.post(
        "/profile/",
        profile_form(
            pronouns="she/her",
            languages="English, Gaeilge, sw",
            specialisms="audio, placements , audio",
            orcid="https://orcid.org/0000-0002-1825-0097",
            biography="I teach.\nI learn.",
            link_0_url="ada.example/blog",
            link_0_title="Blog",
            link_2_url="https://ada.example/x",
            audience_biography="public",
            audience_name="circle",
        ),
    )
    ada.refresh_from_db()
    assert (answer.status_code, answer["Location"]) == (302, ada.get_absolute_url())
    assert ada.languages == ["en", "ga", "sw"]
    assert ada.specialisms == ["audio", "placements"]
    assert ada.orcid == "0000-0002-1825-0097"
    assert ada.links == [
        {"url": "https://ada.example/blog", "title": "Blog"},
        {"url": "https://ada.example/x", "title": ""},
    ]
    assert (ada.name_audience, ada.field_audiences["biography"], ada.field_audiences["photo"]) == (
        "circle",
        "public",
        "private",
    )
    assert ada.shortcuts is False
    assert client.cookies["shortcuts"].value == "off"


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("name", " \u202e ", "This field is required"),
        ("orcid", "0000-0002-1825-0098", "not an ORCID iD"),
        ("languages", "Elvish", "do not know a language"),
        ("link_0_url", "javascript:alert(1)", "valid URL"),
        ("specialisms", ",".join(f"s{number}" for number in range(13)), "At most 12"),
        ("time_zone", "Mars/Olympus", "Select a valid choice"),
        ("audience_name", "nobody", "Select a valid choice"),
        ("biography", "x" * 3001, "at most 3000"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(ada, client_of, field, value, says):
    answer = client_of(ada).post("/profile/", profile_form(**{"role": "Typed role", field: value}))
    page = answer.content.decode()
    ada.refresh_from_db()
    assert answer.status_code == 422
    assert says in page
    assert "Typed role" in page
    assert ada.role == ""


def test_dates_come_in_the_persons_time_zone_and_words_in_their_language(ada, client_of):
    actions.edit_profile(person=ada, by=ada, language="de", time_zone="Asia/Tokyo")
    client = client_of(ada)
    assert 'lang="de"' in client.get("/profile/").content.decode()
    # The language chosen at the foot of a page is newer than the profile's.
    client.cookies["django_language"] = "en-gb"
    assert 'lang="en-gb"' in client.get("/profile/").content.decode()
    assert timezone.get_current_timezone_name() == "UTC"  # nobody's zone outlives their request


def test_strangers_are_led_to_signing_in(client_of):
    for address in ("/profile/", "/my-data/", "/my-data/download", "/my-data/delete"):
        answer = client_of(None).get(address)
        assert (answer.status_code, answer["Location"]) == (302, f"/account/login/?next={address}")


def test_profile_pages_cost_few_queries(ada, client_of, django_assert_max_num_queries):
    make_organisation(ada)
    client = client_of(ada)
    for address in ("/profile/", ada.get_absolute_url(), "/my-data/"):
        with django_assert_max_num_queries(12):
            client.get(address)


# The photo ------------------------------------------------------------------------------------------------------------


def upload(client, content, name="me.jpg"):
    return client.post("/profile/photo", {"photo": SimpleUploadedFile(name, content)})


def test_a_photo_is_redrawn_without_where_it_was_taken_and_shown_to_whom_it_should(
    ada, eve, client_of, picture
):
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    kept = io.BytesIO()
    Image.open(picture()).save(kept, "JPEG", exif=exif)
    assert b"taken at home" in kept.getvalue()
    assert upload(client_of(ada), kept.getvalue()).status_code == 302
    ada.refresh_from_db()
    assert b"taken at home" not in ada.photo.read()
    assert ada.field_audiences["photo"] == "signed_in"
    address = f"/people/{ada.pk}/photo/256"
    assert client_of(eve).get(address)["Content-Type"] == "image/webp"
    assert client_of(None).get(address).status_code == 404
    assert client_of(eve).get(f"/people/{ada.pk}/photo/257").status_code == 404
    actions.set_field_audience(person=ada, by=ada, photo="private")
    assert client_of(eve).get(address).status_code == 404
    assert client_of(ada).get(address).status_code == 200


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"not an image at all", "me.jpg"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "me.svg"),
        (b"", "me.jpg"),
        (b"%PDF-1.7 x", "me.png"),
    ],
)
def test_what_is_no_image_is_refused_in_words(ada, client_of, content, name):
    answer = upload(client_of(ada), content, name)
    ada.refresh_from_db()
    assert answer.status_code == 422
    assert "field__errors" in answer.content.decode()
    assert ada.photo is None


def test_an_image_larger_than_any_camera_makes_is_refused(ada, client_of):
    kept = io.BytesIO()
    Image.new("1", (30000, 30000)).save(kept, "PNG")
    answer = upload(client_of(ada), kept.getvalue(), "huge.png")
    assert answer.status_code == 422
    assert not Person.objects.filter(photo__isnull=False).exists()


def test_a_photo_can_be_taken_away(ada, client_of, blob):
    actions.set_photo(person=ada, by=ada, photo=blob)
    client_of(ada).post("/profile/photo", {"remove": "yes"})
    ada.refresh_from_db()
    assert ada.photo is None
