"""The command line, and the register as files."""

import json
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from collegium.credentials import actions, commands, contexts, verification
from collegium.credentials.exporting import folder_fetch
from collegium.foundation import clock
from tests.credentials.factories import make_award, make_scheme
from tests.factories import make_coordinator, make_person

pytestmark = pytest.mark.django_db
DAY = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _day():
    with clock.moved_to(DAY):
        yield


def run(command, *words, **more):
    return CliRunner().invoke(command, [str(word) for word in words], **more)


@pytest.fixture
def written(tmp_path):
    def write(credential, name="credential.json"):
        path = tmp_path / name
        path.write_text(contexts.write(credential.document))
        return path

    return write


def test_a_genuine_credential(written, ada):
    told = run(commands.verify, written(make_award(person=ada).credentials.get()))
    assert told.exit_code == 0
    assert told.output.splitlines()[:2] == [
        "Certified Member of ALT: Ada Candidate",
        "This credential is genuine and in force.",
    ]


def test_a_tampered_and_a_revoked_one(written, ada, cy):
    make_coordinator(cy, make_scheme())
    award = make_award(person=ada)
    path = written(award.credentials.get())
    actions.revoke(award=award, by=cy, reason="A reason.")
    assert run(commands.verify, path).exit_code == 1
    path.write_text(path.read_text().replace("Ada Candidate", "Eve"))
    told = run(commands.verify, path, "--json")
    assert told.exit_code == 1
    assert {f["code"]: f["holds"] for f in json.loads(told.output)["findings"]}["altered"] is False


def test_from_standard_input_and_at_another_time(ada):
    text = contexts.write(make_award(person=ada).credentials.get().document)
    assert run(commands.verify, "-", input=text).exit_code == 0
    assert "has expired" in run(commands.verify, "-", "--at", "2031-01-01", input=text).output


def test_a_file_that_is_not_there_and_one_that_is_none():
    assert run(commands.verify, "/nowhere/at/all").exit_code == 1
    assert "There is no credential in this" in run(commands.verify, "-", input="x").output


def test_a_strangers_words_do_not_steer_the_terminal():
    text = json.dumps({"type": ["VerifiableCredential"], "name": "\x1b[2Jgone", "issuer": "did:web:x"})
    assert "\x1b[2J" not in run(commands.verify, "-", input=text, color=False).output


def test_the_register_is_verified_without_this_site(tmp_path, ada, cy):
    make_coordinator(cy, make_scheme())
    good, bad = make_award(person=ada), make_award(person=make_person(name="Eve Gone"))
    hidden = make_award(person=make_person(name="Hidden Holder"), listed=False)
    actions.revoke(award=bad, by=cy, reason="The evidence was copied.")
    folder = tmp_path / "register"
    assert run(commands.register, "export", folder).exit_code == 0
    page = (folder / "index.html").read_text()
    assert ("Ada Candidate" in page, "The evidence was copied." in page, "Hidden Holder" in page) == (
        True,
        True,
        False,
    )
    assert not (folder / "entries" / f"{hidden.public_id}.json").exists()

    def says(award):
        content = (folder / "entries" / f"{award.public_id}.json").read_bytes()
        return verification.verify(content, fetch=folder_fetch(folder), at=clock.now())

    report = says(good)
    assert (report.holds, report.claim.holder, report.claim.results) == (True, "Ada Candidate", ())
    assert says(bad).summary == "This credential was genuine, and its issuer has revoked it."
    told = run(commands.verify, folder / "entries" / f"{good.public_id}.json", "--from", folder)
    assert told.exit_code == 0
    listing = json.loads((folder / "pages" / "1.json").read_text())
    assert len(listing["relatedResource"]) == 2
    listed = verification.verify(listing, fetch=folder_fetch(folder), at=clock.now())
    assert {finding.code for finding in listed.findings if finding.holds} >= {"signed", "issuer"}


def test_an_empty_register_is_written_too(tmp_path):
    assert "0 awards" in run(commands.register, "export", tmp_path / "out").output


def test_a_folder_answers_only_for_what_is_in_it(tmp_path):
    (tmp_path / "addresses.json").write_text('{"https://a.example/": "../secret"}')
    (tmp_path.parent / "secret").write_text("x")
    fetch = folder_fetch(tmp_path)
    for address in ("https://a.example/", "https://b.example/"):
        with pytest.raises(Exception, match="holds nothing"):
            fetch(address)


def test_keys_are_listed_and_rotated():
    actions.make_first_key()
    assert run(commands.keys, "rotate", input="n\n").exit_code == 1
    assert run(commands.keys, "rotate", "--yes").exit_code == 0
    lines = run(commands.keys, "list").output.splitlines()
    assert (len(lines), lines[0].count("in use"), lines[1].count("retired")) == (2, 1, 1)
