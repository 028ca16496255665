import datetime as dt
import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from collegium.accreditation import actions
from collegium.accreditation.models import Referee
from collegium.accreditation.tasks import REFEREE_LINK
from collegium.evidence.actions import capture
from collegium.foundation import clock, files, signing
from collegium.foundation.refusal import Refusal
from collegium.portfolios import actions as portfolios
from collegium.schemes.models import Pathway
from tests.accreditation.factories import make_written_portfolio
from tests.factories import make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def fellow(load):
    version = load("advance-he-fellowship.yaml")
    return Pathway.objects.for_display().get(scheme_version=version, key="senior-fellow")


@pytest.fixture
def registration(ada, fellow):
    return actions.register(person=ada, pathway=fellow, by=ada)


@pytest.fixture
def portfolio(ada, fellow):
    return make_written_portfolio(ada, fellow)


@pytest.fixture
def name(registration, ada, portfolio):
    def do(email="tova@example.net", **more):
        return actions.name_referee(
            registration=registration,
            name="Tova Berg",
            email=email,
            position="Head of School",
            by=ada,
            **more,
        )

    return do


def address(referee, days=30):
    token = signing.make(REFEREE_LINK, referee.pk, clock.now() + dt.timedelta(days=days))
    return reverse("accreditation:reference", kwargs={"token": token})


def test_a_referee_gets_a_letter_with_a_link_that_opens_the_draft(name, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        name()
    letter = next(message for message in mail.outbox if message.to == ["tova@example.net"])
    assert "Ada Candidate asks you to be a referee" in letter.subject
    link = re.search(r"http\S+/reference/\S+", letter.body).group()
    page = Client().get("/" + link.split("/", 3)[3])
    assert page.status_code == 200
    assert "I tried it with my second-year group" in page.content.decode()
    assert page["Referrer-Policy"] == "no-referrer"
    assert page["Cache-Control"] == "private, no-store"


def test_the_link_stands_in_no_log(name, django_capture_on_commit_callbacks):
    from collegium.activity.models import Activity

    with django_capture_on_commit_callbacks(execute=True):
        name()
    said = str(list(Activity.objects.values_list("data", flat=True)))
    assert "reference" not in said
    assert "tova" not in said


def test_a_statement_is_given_once_and_read_by_the_candidate(name, client_of, ada, registration):
    referee = name()
    client = Client()
    client.post(address(referee), {"do": "write", "statement": "She changed how we examine."})
    referee.refresh_from_db()
    assert referee.statement == "She changed how we examine."
    client.post(address(referee), {"do": "write", "statement": "Something else."})
    referee.refresh_from_db()
    assert referee.statement == "She changed how we examine."
    assert (
        "She changed how we examine." in client_of(ada).get(registration.get_absolute_url()).content.decode()
    )


def test_the_draft_is_closed_to_a_referee_who_has_answered(name):
    referee = name()
    actions.give_reference(referee=referee, statement="Yes.")
    page = Client().get(address(referee)).content.decode()
    assert "I tried it with my second-year group" not in page
    assert "Thank you" in page


def test_a_referee_can_decline_and_another_be_named(name):
    referee = name()
    name("second@example.net")
    with pytest.raises(Refusal, match="as many as the scheme asks for"):
        name("third@example.net")
    Client().post(address(referee), {"do": "decline"})
    referee.refresh_from_db()
    assert referee.declined_at is not None
    name("third@example.net")


def test_links_that_do_not_open(name):
    referee = name()
    good = address(referee)
    assert Client().get(good[:-3] + "x/").status_code == 404
    assert Client().get(address(referee, days=-1)).status_code == 410
    another = signing.make("share", referee.pk, clock.now() + dt.timedelta(days=1))
    assert Client().get(reverse("accreditation:reference", kwargs={"token": another})).status_code == 404
    referee.delete()
    assert Client().get(good).status_code == 404


def test_files_of_the_draft_and_of_nothing_else(name, ada, portfolio, settings):
    png = (
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
        b"\x00\x00\x00\rIDATx\x9cc\xf8\xff\xff?\x00\x05\xfe\x02\xfe\xa75\x81\x84\x00\x00\x00\x00IEND\xaeB`\x82"
    )
    blob = files.store_bytes(png, name="a.png")
    placed, other = (capture(by=ada, title=title, body="<p>x</p>") for title in ("Placed", "Other"))
    for evidence in (placed, other):
        evidence.blob, evidence.file_name = blob, "a.png"
        evidence.save()
    portfolios.place(section=portfolio.sections.first(), evidence=placed, by=ada)
    referee = name()
    base = address(referee)
    assert Client().get(f"{base}files/{placed.pk}").status_code == 200
    assert Client().get(f"{base}files/{other.pk}").status_code == 404
    actions.give_reference(referee=referee, statement="Yes.")
    assert Client().get(f"{base}files/{placed.pk}").status_code == 404


def test_who_cannot_be_a_referee(name, ada, portfolio):
    with pytest.raises(Refusal, match="your own referee"):
        name("ada@example.org")
    mentor = make_person(name="Mo Mentor", email="mo@example.org")
    portfolios.set_mentor(portfolio=portfolio, mentor=mentor, by=ada)
    with pytest.raises(Refusal, match="mentor can't be your referee"):
        name("MO@example.org")


def test_a_scheme_without_referees_asks_for_none(stage):
    with pytest.raises(Refusal, match="does not ask for referees"):
        actions.name_referee(
            registration=stage.registration, name="T", email="t@example.net", by=stage.candidate
        )


def test_nothing_is_submitted_before_the_statements_are_there(name, registration, portfolio, ada):
    referees = [name(), name("second@example.net")]
    with pytest.raises(Refusal, match="The statements of 2 referees are still missing"):
        actions.submit(registration=registration, portfolio=portfolio, by=ada)
    for referee in referees:
        actions.give_reference(referee=referee, statement="She is careful.")
    submission = actions.submit(registration=registration, portfolio=portfolio, by=ada)
    assert [each["statement"] for each in submission.content["references"]] == ["She is careful."] * 2


def test_a_referee_is_asked_again_once_a_day(name, ada):
    referee = name()
    with pytest.raises(Refusal, match="written to today"):
        actions.ask_referee_again(referee=referee, by=ada)
    with clock.moved_to(clock.now() + dt.timedelta(days=2)):
        actions.ask_referee_again(referee=referee, by=ada)


def test_a_referee_can_be_taken_back_before_answering(name, ada):
    referee = name()
    actions.drop_referee(referee=referee, by=ada)
    assert not Referee.objects.exists()
