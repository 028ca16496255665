import json
from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pypdf import PdfReader

from collegium.credentials import actions, baking, contexts
from collegium.credentials.models import Award
from collegium.foundation import clock
from tests.credentials.factories import make_award, make_pathway, make_scheme
from tests.factories import make_coordinator, make_evidence, make_person

pytestmark = pytest.mark.django_db
DAY = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _day():
    with clock.moved_to(DAY):
        yield


@pytest.fixture
def award(ada):
    return make_award(person=ada)


@pytest.fixture
def coordinator(cy):
    make_coordinator(cy, make_scheme())
    return cy


def at(name, award):
    return reverse(f"credentials:{name}", kwargs={"public_id": award.public_id})


def content(response):
    return response.content.decode()


# Who may --------------------------------------------------------------------------------------------------------------

DOWNLOADS = ["json", "png", "svg", "certificate"]


@pytest.mark.parametrize("name", [*DOWNLOADS, "evidence"])
def test_strangers_are_led_to_the_log_in(client_of, award, name):
    response = client_of(None).get(at(name, award))
    assert (response.status_code, "/account/login/" in response["Location"]) == (302, True)


@pytest.mark.parametrize("name", DOWNLOADS)
def test_only_its_holder_and_coordinator_take_a_credential_away(
    *, client_of, award, ada, bo, coordinator, name
):
    answers = [client_of(person).get(at(name, award)).status_code for person in (ada, coordinator, bo)]
    assert answers == [200, 200, 403]


@pytest.mark.parametrize(("name", "sent"), [("evidence", {}), ("listing", {"listed": "no"})])
def test_only_its_holder_decides_what_is_shown(*, client_of, award, ada, bo, coordinator, name, sent):
    answers = [client_of(person).post(at(name, award), sent).status_code for person in (bo, coordinator, ada)]
    assert answers == [403, 403, 302]


def test_only_a_coordinator_revokes(client_of, award, ada, bo, coordinator):
    sent = {"reason": "The evidence was somebody else's."}
    answers = [
        client_of(person).post(at("revoke", award), sent).status_code for person in (ada, bo, coordinator)
    ]
    assert answers == [403, 403, 302]
    award.refresh_from_db()
    assert award.state == Award.State.REVOKED
    answers = [
        client_of(person).post(at("reinstate", award), sent).status_code for person in (ada, bo, coordinator)
    ]
    assert answers == [403, 403, 302]


def test_a_coordinator_does_not_revoke_their_own(client_of, coordinator):
    own = make_award(person=coordinator)
    assert client_of(coordinator).get(at("revoke", own)).status_code == 403


def test_a_reason_is_asked_for(client_of, award, coordinator):
    response = client_of(coordinator).post(at("revoke", award), {"reason": ""})
    assert (response.status_code, "needs another look" in content(response)) == (422, True)


def test_an_award_by_its_number_is_for_those_whom_it_concerns(client_of, award, ada, bo):
    address = reverse("credentials:award_number", kwargs={"award_id": award.pk})
    assert client_of(ada).get(address)["Location"] == award.get_absolute_url()
    assert client_of(bo).get(address).status_code == 404


# The page of an award -------------------------------------------------------------------------------------------------


def test_a_stranger_sees_how_an_award_stands(client_of, award, django_assert_num_queries):
    client_of(None).get(award.get_absolute_url())
    with django_assert_num_queries(3):
        page = content(client_of(None).get(award.get_absolute_url()))
    assert "Ada Candidate" in page
    assert "This award is genuine and in force today." in page
    assert "Strong" not in page
    assert "badge.png" not in page


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (datetime(2029, 3, 2, tzinfo=UTC), "has run out without being renewed"),
        (datetime(2029, 3, 1, tzinfo=UTC), "in force today"),
        (datetime(2026, 2, 1, tzinfo=UTC), "begins later"),
    ],
)
def test_an_award_on_another_day(client_of, award, day, words):
    with clock.moved_to(day):
        assert words in content(client_of(None).get(award.get_absolute_url()))


def test_a_revoked_award_says_why(client_of, award, coordinator):
    actions.revoke(award=award, by=coordinator, reason="The evidence was copied.")
    page = content(client_of(None).get(award.get_absolute_url()))
    assert "This award was revoked and may not be used." in page
    assert page.count("The evidence was copied.") == 2


def test_a_name_is_a_name_and_not_markup(client_of):
    award = make_award(person=make_person(name="<script>alert(1)</script>"))
    for address in (award.get_absolute_url(), reverse("credentials:register")):
        assert "<script>alert" not in content(client_of(None).get(address))


def test_an_unlisted_award_is_off_the_list_and_keeps_its_page(client_of, award, ada):
    client_of(ada).post(at("listing", award), {"listed": "no"})
    response = client_of(None).get(award.get_absolute_url())
    assert (response.status_code, response["X-Robots-Tag"]) == (200, "noindex")
    assert "Ada Candidate" not in content(client_of(None).get(reverse("credentials:register")))


# Downloads ------------------------------------------------------------------------------------------------------------


def test_each_download_carries_the_same_credential(client_of, award, ada):
    client = client_of(ada)
    document = award.credentials.get().document
    assert json.loads(content(client.get(at("json", award)))) == document
    assert json.loads(baking.unbake_png(client.get(at("png", award)).content)) == document
    assert json.loads(baking.unbake_svg(client.get(at("svg", award)).content)) == document
    named = client.get(at("png", award))["Content-Disposition"]
    assert named == 'attachment; filename="Ada-Candidate-CMALT.png"'


def test_a_file_name_holds_only_what_a_file_name_may(client_of):
    person = make_person(name='../../etc/"passwd"\\<b>')
    award = make_award(person=person)
    named = client_of(person).get(at("json", award))["Content-Disposition"]
    assert named == 'attachment; filename="etcpasswdb-CMALT.json"'


def test_the_certificate_is_one_tagged_page(client_of, award, ada, tmp_path):
    response = client_of(ada).get(at("certificate", award))
    file = tmp_path / "certificate.pdf"
    file.write_bytes(response.content)
    pdf = PdfReader(file)
    words = pdf.pages[0].extract_text()
    assert (len(pdf.pages), pdf.trailer["/Root"]["/MarkInfo"]["/Marked"]) == (1, True)
    assert b"pdfuaid" in response.content or "pdfuaid" in str(pdf.xmp_metadata.stream.get_data())
    assert pdf.trailer["/Root"]["/Lang"] == "en-gb"
    assert "Ada Candidate" in words
    assert "Certified Member of ALT" in words
    assert str(award.public_id) in words.replace("\n", "")


def test_the_holder_chooses_public_evidence_only(client_of, award, ada, bo):
    shown = make_evidence(ada, title="My recording", audience="public")
    hidden, foreign = (
        make_evidence(ada, title="My secret"),
        make_evidence(bo, title="Not mine", audience="public"),
    )
    page = content(client_of(ada).get(at("evidence", award)))
    assert ("My recording" in page, "My secret" in page, "Not mine" in page) == (True, False, False)
    for other in (hidden, foreign):
        assert client_of(ada).post(at("evidence", award), {"evidence": [other.pk]}).status_code == 422
    assert client_of(ada).post(at("evidence", award), {"evidence": [shown.pk]}).status_code == 302
    assert "My recording" in content(client_of(None).get(award.get_absolute_url()))


# The register ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def holders():
    for name, country in (("Åsa Lindström", "SE"), ("María José Fernández", "ES"), ("Wing-Yan Chan", "HK")):
        make_award(person=make_person(name=name, country=country))
    make_award(person=make_person(name="Senior Chan", country="GB"), pathway=make_pathway("senior"))


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, {"Åsa", "María", "Wing-Yan", "Senior Chan"}),
        ({"name": "asa"}, {"Åsa"}),
        ({"name": "fernandez maria"}, {"María"}),
        ({"name": "FERN"}, {"María"}),
        ({"name": "chan"}, {"Wing-Yan", "Senior Chan"}),
        ({"name": "chan", "award": "cmalt/senior"}, {"Senior Chan"}),
        ({"award": "cmalt/cmalt"}, {"Åsa", "María", "Wing-Yan"}),
        ({"award": "cmalt", "country": "SE"}, {"Åsa"}),
        ({"country": "XX"}, {"Åsa", "María", "Wing-Yan", "Senior Chan"}),
        ({"name": "nobody"}, set()),
        ({"name": "%"}, {"Åsa", "María", "Wing-Yan", "Senior Chan"}),
        ({"name": "n_b_d"}, set()),
    ],
)
@pytest.mark.usefixtures("holders")
def test_a_name_is_found_by_any_part_of_it(client_of, asked, found):
    page = content(client_of(None).get(reverse("credentials:register"), asked))
    assert {name for name in ("Åsa", "María", "Wing-Yan", "Senior Chan") if name in page} == found


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("asked", [{}, {"name": "person"}])
def test_the_register_costs_the_same_however_long(client_of, count, asked, django_assert_num_queries):
    for number in range(count):
        make_award(person=make_person(name=f"Person {number}", country="GB"))
    client = client_of(None)
    client.get(reverse("credentials:register"), asked)
    with django_assert_num_queries(3):
        page = content(client.get(reverse("credentials:register"), asked))
    assert page.count("register__holder") == count


def test_the_register_is_turned_by_pages(client_of):
    award = make_award(person=make_person(name="Person 0"))
    fields = {
        field.name: getattr(award, field.name)
        for field in Award._meta.fields
        if field.name not in {"id", "public_id", "submission", "sort_name"}
    }
    Award.objects.bulk_create(Award(**fields, sort_name=f"person {number}") for number in range(1, 65))
    counts = [
        content(client_of(None).get(reverse("credentials:register"), {"page": page})).count(
            "register__holder"
        )
        for page in ("1", "2", "3", "4", "x", "0", "99999999999999999999", "²")
    ]
    assert counts == [30, 30, 5, 0, 30, 30, 30, 30]


# Verifying ------------------------------------------------------------------------------------------------------------


def test_anyone_may_check_a_file_a_text_or_an_address(client_of, award):
    credential = award.credentials.get()
    text = contexts.write(credential.document)
    client = client_of(None)
    address = reverse("credentials:verify")
    assert client.get(address).status_code == 200
    for sent in (
        {"text": text},
        {"file": SimpleUploadedFile("ada.json", text.encode())},
        {"address": f"http://127.0.0.1:8000{credential.get_absolute_url()}"},
    ):
        page = content(client.post(address, sent))
        assert "This credential is genuine and in force." in page, sent
    assert (
        client.post(address, {"address": f"http://127.0.0.1:8000{award.get_absolute_url()}"})["Location"]
        == award.get_absolute_url()
    )


def test_a_tampered_one_is_told_apart(client_of, award):
    text = contexts.write(award.credentials.get().document).replace(
        "Certified Member of ALT", "Fellow of ALT"
    )
    page = content(client_of(None).post(reverse("credentials:verify"), {"text": text}))
    assert "it was changed after it was signed" in page
    assert "<script" not in page.split("<main")[1].split("</main>")[0]


def test_nothing_given_is_asked_for_again(client_of):
    assert client_of(None).post(reverse("credentials:verify"), {}).status_code == 422


def test_a_private_address_is_not_followed(client_of):
    page = content(client_of(None).post(reverse("credentials:verify"), {"address": "http://127.0.0.1:1/x"}))
    assert "private network" in page or "port that web sites do not use" in page


def test_hostile_words_in_a_credential_are_inert(client_of):
    text = json.dumps(
        {
            "type": ["VerifiableCredential"],
            "name": "<img src=x onerror=alert(1)>",
            "evidence": [{"id": "javascript:alert(1)", "name": "x"}],
        }
    )
    page = content(client_of(None).post(reverse("credentials:verify"), {"text": text}))
    assert "<img src=x" not in page
    assert 'href="javascript' not in page


def test_checking_has_a_measure(client_of):
    client = client_of(None)
    answers = [client.post(reverse("credentials:verify"), {"text": "x"}).status_code for _number in range(21)]
    assert (answers[0], answers[-1]) == (200, 429)


# For programs ---------------------------------------------------------------------------------------------------------


def test_programs_may_read_what_is_published(client_of, award):
    credential = award.credentials.get()
    client = client_of(None)
    for address in (
        "/.well-known/did.json",
        credential.status_list.get_absolute_url(),
        credential.get_absolute_url(),
    ):
        response = client.get(address)
        assert (response.status_code, response["Access-Control-Allow-Origin"]) == (200, "*")
        assert json.loads(response.content)["id"]


def test_people_who_follow_the_address_of_a_credential_see_the_award(client_of, award):
    response = client_of(None).get(
        award.credentials.get().get_absolute_url(), headers={"accept": "text/html,*/*"}
    )
    assert (response.status_code, response["Location"]) == (302, award.get_absolute_url())


@pytest.mark.parametrize(("form", "kind"), [("svg", "image/svg+xml"), ("png", "image/png")])
def test_the_badge_that_credentials_point_to(client_of, award, form, kind):
    address = reverse("credentials:badge", kwargs={"pathway_id": award.pathway_id, "form": form})
    assert client_of(None).get(address)["Content-Type"] == kind
    assert client_of(None).get(address[:-3] + "gif").status_code == 404


def test_the_issuer_shows_its_keys(client_of, award):
    page = content(client_of(None).get(reverse("credentials:issuer")))
    assert award.credentials.get().key.public_multibase in page
