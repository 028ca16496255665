"""What we sign is judged by an implementation that is not ours: Digital Bazaar's, from npm."""

import json
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from collegium.credentials import actions, badges, baking, contexts, dids, exporting, proofs, statuslists
from collegium.credentials.models import StatusList
from collegium.credentials.queries import issuing
from collegium.foundation import clock
from tests.courses.factories import make_enrolment
from tests.credentials.factories import make_award, make_course_badge, make_scheme
from tests.credentials.made import KEY, LIST, METHOD, SITE, badge, did_document, issued, status_list
from tests.factories import make_coordinator

pytestmark = pytest.mark.interop
HERE = Path(__file__).parent
NOW = datetime(2025, 6, 1, tzinfo=UTC)
PICTURE = badges.png(badges.Badge(seed="x", letters="CM", title="Certified Member", partner="Guild"), 64)


@pytest.fixture
def judged(libraries, tmp_path):
    """``judged(credential, {address: document})``: what the other implementation says."""
    folder = tmp_path / "contexts"
    folder.mkdir()
    index = {}
    for address, (name, _digest) in contexts.KNOWN.items():
        shutil.copy(Path(contexts.__file__).parent / name, folder)
        index[address] = name
    (folder / "index.json").write_text(json.dumps(index))

    def judge(credential, documents):
        (tmp_path / "credential.json").write_text(json.dumps(credential))
        (tmp_path / "documents.json").write_text(json.dumps(documents))
        command = ["node", HERE / "verify.mjs", "--libraries", libraries, "--contexts", folder]
        command += ["--credential", tmp_path / "credential.json", "--documents", tmp_path / "documents.json"]
        ran = subprocess.run([*command, "--at", NOW.isoformat()], capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stderr
        return json.loads(ran.stdout)

    return judge


def published(revoked=()):
    """What the issuer publishes: its DID document, each key by its own name, and the status list."""
    document = did_document()
    keys = {
        method["id"]: {"@context": contexts.MULTIKEY, **method} for method in document["verificationMethod"]
    }
    return {SITE: document, **keys, LIST: status_list(revoked)}


def test_a_credential_is_verified(judged):
    assert judged(issued(index=7), published(revoked=[8])) == {
        "verified": True,
        "signature": True,
        "revoked": False,
        "problems": [],
    }


def test_a_tampered_copy_is_refused(judged):
    credential = issued(index=7)
    credential["credentialSubject"]["achievement"]["name"] = "Senior Certified Member"
    said = judged(credential, published())
    assert (said["verified"], said["signature"], said["revoked"]) == (False, False, False)
    assert "Invalid signature." in said["problems"]


def test_a_revoked_one_shows_as_revoked(judged):
    said = judged(issued(index=7), published(revoked=[7]))
    assert (said["verified"], said["signature"], said["revoked"]) == (False, True, True)


def test_a_status_list_of_somebody_else_is_refused(judged):
    documents = published()
    documents[LIST]["credentialSubject"]["encodedList"] = statuslists.marked([9]).encoded()
    said = judged(issued(index=7), documents)
    assert (said["verified"], said["revoked"]) == (False, None)


def test_an_expired_one_is_refused(judged):
    credential = proofs.sign(
        {**badge(index=7), "validUntil": "2025-04-01T00:00:00Z"}, key=KEY, method=METHOD, created=NOW
    )
    assert judged(credential, published())["signature"] is False


def test_an_issuer_named_by_its_key_alone(judged):
    did = dids.did_key(KEY.public_key())
    method = dids.did_key_method(KEY.public_key())
    plain = badge(index=7)
    plain["issuer"]["id"] = did
    del plain["credentialStatus"]
    credential = proofs.sign(plain, key=KEY, method=method, created=NOW)
    document = dids.document(did, [dids.PublishedKey(method, dids.multikey(KEY.public_key()))])
    key = {"@context": contexts.MULTIKEY, **document["verificationMethod"][0]}
    assert judged(credential, {did: document, method: key})["verified"] is True


# What the site itself issues ------------------------------------------------------------------------------------------


def as_published():
    """Everything that the site answers to whoever verifies."""
    document = issuing.did_document()
    keys = {
        method["id"]: {"@context": contexts.MULTIKEY, **method} for method in document["verificationMethod"]
    }
    lists = {issuing.absolute(row.get_absolute_url()): row.document for row in StatusList.objects.all()}
    return {document["id"]: document, **keys, **lists}


@pytest.mark.django_db
def test_an_award_of_the_site_is_verified_and_shows_as_revoked(judged, cy):
    with clock.moved_to(datetime(2025, 5, 1, tzinfo=UTC)):
        make_coordinator(cy, make_scheme())
        award = make_award()
        credential = json.loads(
            baking.unbake_png(baking.bake_png(PICTURE, contexts.write(award.credentials.get().document)))
        )
        assert judged(credential, as_published())["problems"] == []
        altered = json.loads(contexts.write(credential).replace("Strong", "Adequate"))
        assert judged(altered, as_published())["signature"] is False
        actions.rotate_key(by=None)
        assert judged(credential, as_published())["verified"] is True
        actions.revoke(award=award, by=cy, reason="The evidence was copied.")
    said = judged(credential, as_published())
    assert (said["verified"], said["signature"], said["revoked"]) == (False, True, True)


@pytest.mark.django_db
def test_a_badge_of_a_course_is_verified_and_shows_as_revoked(judged, ada, cy):
    with clock.moved_to(datetime(2025, 5, 1, tzinfo=UTC)):
        badge = make_course_badge(ada)
        baked = baking.bake_png(PICTURE, contexts.write(badge.document))
        credential = json.loads(baking.unbake_png(baked))
        assert judged(credential, as_published())["problems"] == []
        altered = json.loads(contexts.write(credential).replace("Took part", "Completed"))
        assert judged(altered, as_published())["signature"] is False
        make_enrolment(badge.iteration, cy, role="facilitator")
        actions.revoke_course_badge(badge=badge, by=cy, reason="Counted for somebody else.")
    said = judged(credential, as_published())
    assert (said["verified"], said["signature"], said["revoked"]) == (False, True, True)


@pytest.mark.django_db
def test_an_entry_of_the_exported_register_is_verified(judged, tmp_path):
    with clock.moved_to(datetime(2025, 5, 1, tzinfo=UTC)):
        award = make_award()
        exporting.export(tmp_path / "register", key=actions.make_first_key())
    entry = json.loads((tmp_path / "register" / "entries" / f"{award.public_id}.json").read_text())
    listing = json.loads((tmp_path / "register" / "pages" / "1.json").read_text())
    assert judged(entry, as_published())["problems"] == []
    assert judged(listing, as_published())["signature"] is True
