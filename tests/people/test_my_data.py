"""Taking everything along, and leaving for good."""

import io
import json
import re
import zipfile

import pytest
from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client

from collegium.foundation import files
from collegium.organisations import actions as organisation_actions
from collegium.people import actions, erasure, export
from collegium.people.archive import stream
from collegium.people.models import Account, CircleMember, Person
from tests.credentials.factories import make_award
from tests.factories import make_evidence, make_organisation

pytestmark = pytest.mark.django_db


def archive_of(person) -> zipfile.ZipFile:
    archive = zipfile.ZipFile(io.BytesIO(b"".join(stream(person))))
    assert archive.testzip() is None
    return archive


def test_everything_comes_as_facts_as_files_and_as_a_page(ada, client_of, blob):
    actions.edit_profile(
        person=ada,
        by=ada,
        biography="I <b>teach</b> & learn.",
        links=[{"title": "x", "url": "https://ada.example"}],
    )
    actions.set_photo(person=ada, by=ada, photo=blob)
    make_organisation(ada, name="Calderbeck")
    make_evidence(ada, title="A recording", blob=blob, file_name="../../etc/passwd.jpg", kind="image")
    answer = client_of(ada).get("/my-data/download")
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("application/zip", "private, no-store")
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    facts = json.loads(archive.read("data.json"))
    assert facts["profile"]["name"] == "Ada Candidate"
    assert facts["account"]["addresses"] == [{"email": "ada@example.org", "verified": True, "primary": True}]
    assert facts["organisations"][0]["organisation"] == "Calderbeck"
    assert facts["evidence"][0]["title"] == "A recording"
    assert archive.read("files/profile/photo.webp") == blob.read()
    assert not [name for name in archive.namelist() if ".." in name or name.startswith("/")]
    page = archive.read("index.html").decode()
    assert "A recording" in page
    assert "<b>teach" not in page
    for name in archive.namelist():
        if name.startswith("files/"):
            assert name.rpartition("/")[2].partition(" ")[0] in page


def test_it_holds_only_ones_own(ada, eve):
    make_evidence(eve, title="Eve's secret")
    archive = archive_of(ada)
    assert "secret" not in archive.read("data.json").decode() + archive.read("index.html").decode()


def test_names_that_clash_or_lead_out_are_made_safe(ada, monkeypatch):
    hostile = [
        ("../up.txt", b"1"),
        ("/abs.txt", b"2"),
        ("a/../b.txt", b"3"),
        ("same.txt", b"4"),
        ("SAME.txt", b"5"),
        ("", b"6"),
    ]
    monkeypatch.setattr(export, "EXPORTS", {"x": export.Export("x", "X", lambda person: ({}, hostile))})
    monkeypatch.setattr("collegium.people.archive.EXPORTS", export.EXPORTS)
    names = [name for name in archive_of(ada).namelist() if name.startswith("files/")]
    assert names == [
        "files/x/up.txt",
        "files/x/abs.txt",
        "files/x/a/b.txt",
        "files/x/same.txt",
        "files/x/SAME 2.txt",
        "files/x/file",
    ]


def test_a_file_that_is_missing_from_the_store_is_named_and_the_rest_still_comes(ada, monkeypatch, tmp_path):
    gone = [("lost.txt", tmp_path / "not-there"), ("kept.txt", b"kept")]
    monkeypatch.setattr(
        "collegium.people.archive.EXPORTS", {"x": export.Export("x", "X", lambda person: ({}, gone))}
    )
    assert {"files/x/lost.txt.missing.txt", "files/x/kept.txt"} <= set(archive_of(ada).namelist())


def test_a_large_file_goes_out_in_pieces(ada, monkeypatch, tmp_path):
    large = tmp_path / "large.bin"
    large.write_bytes(bytes(range(256)) * 12_000)
    monkeypatch.setattr(
        "collegium.people.archive.EXPORTS",
        {"x": export.Export("x", "X", lambda person: ({}, [("large.bin", large)]))},
    )
    pieces = list(stream(ada))
    assert len(pieces) > 5
    assert zipfile.ZipFile(io.BytesIO(b"".join(pieces))).read("files/x/large.bin") == large.read_bytes()


# Leaving --------------------------------------------------------------------------------------------------------------


def test_the_page_says_what_goes_and_what_stays_before_anything_happens(ada, client_of):
    make_evidence(ada)
    page = client_of(ada).get("/my-data/delete").content.decode()
    for sentence in [*erasure.what_goes(ada), *erasure.what_stays(ada)]:
        assert sentence in page.replace("&#39;", "'").replace("&amp;", "&")
    assert "1 piece of evidence" in page
    assert Account.objects.filter(pk=ada.account.pk).exists()


def delete(client, **fields):
    return client.post("/my-data/delete", {"understood": "on", **fields})


def test_one_shows_once_more_that_it_is_oneself_and_then_it_is_done(ada, client_of):
    client = client_of(ada)
    answer = delete(client)
    assert answer["Location"].startswith("/account/reauthenticate/")
    assert Account.objects.count() == 1
    answer = client.post(
        "/account/reauthenticate/", {"password": "a long password", "next": "/my-data/delete"}
    )
    assert answer["Location"] == "/goodbye/"
    assert Account.objects.count() == 0
    assert "Your account is deleted" in client.get("/goodbye/").content.decode()
    assert "_auth_user_id" not in client.session


def test_without_having_read_it_nothing_happens(ada, client_of):
    answer = client_of(ada).post("/my-data/delete", {"understood": ""})
    assert answer.status_code == 422
    assert Account.objects.count() == 1


@pytest.fixture
def passwordless(ada):
    ada.account.set_unusable_password()
    ada.account.save()
    return ada


def test_who_has_neither_password_nor_key_types_a_code_from_a_letter(passwordless, client_of):
    client = client_of(passwordless)
    assert delete(client, code="000000").status_code == 422  # before one was sent
    client.post("/my-data/delete", {"send_code": "yes"})
    code = re.search(r'<p class="code">(\d+)</p>', mail.outbox[0].alternatives[0].content).group(1)
    wrong = "000000" if code != "000000" else "111111"
    assert delete(client, code=wrong).status_code == 422
    assert Account.objects.count() == 1
    assert delete(client, code=code)["Location"] == "/goodbye/"
    assert Account.objects.count() == 0


def test_a_code_is_not_to_be_guessed(passwordless, client_of):
    client = client_of(passwordless)
    client.post("/my-data/delete", {"send_code": "yes"})
    code = re.search(r'<p class="code">(\d+)</p>', mail.outbox[0].alternatives[0].content).group(1)
    for number in range(5):
        delete(client, code=f"{(int(code) + number + 1) % 10**6:06d}")
    assert delete(client, code=code).status_code == 422
    assert Account.objects.count() == 1


def test_what_is_erased_is_erased_and_the_row_has_no_name(ada, bo, client_of, blob):
    organisation = make_organisation(ada, coordinators=(bo,))
    actions.edit_profile(
        person=ada,
        by=ada,
        biography="About me",
        town="Sligo",
        orcid="0000-0002-1825-0097",
        links=[{"title": "", "url": "https://ada.example"}],
    )
    actions.set_field_audience(person=ada, by=ada, name="public", biography="public")
    actions.set_photo(person=ada, by=ada, photo=blob)
    make_evidence(ada)
    client = Client()
    client.post("/account/login/", {"login": "ada@example.org", "password": "a long password"})
    assert client.get("/profile/").status_code == 200
    actions.erase(person=ada, by=ada)
    row = Person.objects.get(pk=ada.pk)
    assert (
        row.name,
        row.account,
        row.photo,
        row.biography,
        row.town,
        row.orcid,
        row.links,
        row.field_audiences,
        row.name_audience,
    ) == (
        "Former member",
        None,
        None,
        "",
        "",
        "",
        [],
        {},
        "private",
    )
    assert row.erased_at is not None
    assert row.evidence.count() == 0
    assert not CircleMember.objects.filter(person=row).exists()
    assert list(organisation.memberships.values_list("person", flat=True)) == [bo.pk]
    assert not EmailAddress.objects.filter(email="ada@example.org").exists()
    assert not Session.objects.exists()
    assert client.get("/profile/").status_code == 302
    assert client_of(bo).get(row.get_absolute_url()).status_code == 404


def test_the_file_of_a_photo_can_be_swept_up_after_that(ada, blob):
    from datetime import timedelta

    actions.set_photo(person=ada, by=ada, photo=blob)
    files.collect_garbage(grace=timedelta(0))
    assert blob.path.exists()
    actions.erase(person=ada, by=ada)
    files.collect_garbage(grace=timedelta(0))
    assert not blob.path.exists()


def test_even_the_last_coordinator_may_go(ada, bo):
    organisation = organisation_actions.found(name="Solo", country="GB", by=ada)
    actions.erase(person=ada, by=ada)
    assert organisation.memberships.count() == 0


def test_a_room_that_cannot_erase_keeps_everything_as_it_was(ada, monkeypatch):
    make_evidence(ada)

    def breaks(person):
        raise RuntimeError("disk full")

    erasure.erases(order=200)(breaks)
    try:
        with pytest.raises(RuntimeError):
            actions.erase(person=ada, by=ada)
    finally:
        erasure._erasers.pop(erasure._name(breaks))
    ada.refresh_from_db()
    assert (ada.name, ada.account is None, ada.evidence.count()) == ("Ada Candidate", False, 1)


def test_a_holder_can_leave_and_the_award_stays_under_its_name(client):
    award = make_award()
    holder, name = award.person, award.person.name
    assert any(award.title in sentence for sentence in erasure.what_stays(holder))
    archive = json.loads(archive_of(holder).read("data.json"))
    assert {"profile", "account", "evidence", "portfolios", "accreditation", "notifications"} <= set(archive)
    actions.erase(person=holder, by=holder)
    award.refresh_from_db()
    assert (award.holder_name, Account.objects.filter(person=holder).exists()) == (name, False)
    assert name in client.get(award.get_absolute_url()).content.decode()
