import io
import json
import zipfile

import pytest
from django.core.files.base import ContentFile

from collegium.evidence import queries as evidence_queries
from collegium.foundation.files import collect_garbage
from collegium.foundation.models import Blob
from collegium.people import erasure
from collegium.people.export import EXPORTS
from collegium.portfolios import actions, panels
from collegium.portfolios.models import Part, Portfolio, Share
from tests.factories import make_evidence

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def test_home_says_what_to_write_next(ada, portfolio, section_of, write, client_of):
    write(section_of("2a"), "description", "<p>Begun</p>")
    page = client_of(ada).get("/").content.decode()
    assert section_of("2a").get_absolute_url() in page
    actions.lock(portfolio=portfolio, by=None, open_codes=[])
    assert section_of("2a").get_absolute_url() not in client_of(ada).get("/").content.decode()


def test_home_leads_a_mentor_to_the_drafts(ada, bo, portfolio, client_of):
    actions.set_mentor(portfolio=portfolio, mentor=bo, by=ada)
    assert portfolio.get_absolute_url() in client_of(bo).get("/").content.decode()


def test_evidence_knows_what_is_used_and_what_is_aimed_at(ada, portfolio, section_of):
    used, left = make_evidence(ada), make_evidence(ada)
    actions.place(section=section_of("1a"), evidence=used, by=ada)
    assert list(evidence_queries.unused(ada)) == [left]
    framework = portfolio.pathway.scheme_version.framework
    assert [pk for pk, *_ in evidence_queries.frameworks(ada)] == [framework.pk]


def test_a_file_elsewhere_is_kept_as_long_as_it_is_needed(ada, portfolio):
    actions.made_elsewhere(
        portfolio=portfolio, by=ada, upload=ContentFile(PDF, name="mine.pdf"), whereabouts={}
    )
    blob = Blob.objects.get()
    Blob.objects.update(kept_since="2020-01-01T00:00:00Z")
    collect_garbage()
    assert Blob.objects.filter(pk=blob.pk).exists()
    actions.made_here(portfolio=portfolio, by=ada)
    collect_garbage()
    assert not Blob.objects.filter(pk=blob.pk).exists()


def test_an_erased_person_leaves_no_word(ada, bo, cmalt, portfolio, section_of, write):
    write(section_of("1a"), "reflection", "<p>Mine</p>")
    others = actions.begin(by=bo, pathway=cmalt)
    actions.set_mentor(portfolio=others, mentor=ada, by=bo)
    actions.share_with_person(portfolio=others, person=ada, by=bo)
    assert panels.portfolios_go(ada) == ["Your portfolio, with its words and their earlier versions"]
    assert panels.erase_portfolios in erasure.erasers()
    panels.erase_portfolios(ada)
    assert list(Portfolio.objects.all()) == [others]
    assert not Part.objects.filter(html="<p>Mine</p>").exists()
    assert not Share.objects.exists()
    others.refresh_from_db()
    assert others.mentor is None
    assert panels.portfolios_go(ada) == []


def test_everything_of_mine_has_words_versions_and_pages(ada, portfolio, section_of, write):
    write(section_of("1a"), "reflection", "<p>Mine</p>")
    facts, files = EXPORTS["portfolios"].hand_over(ada)
    said = json.dumps(facts)
    assert "<p>Mine</p>" in said
    assert facts[0]["earlier_versions"][0]["section"] == "1a"
    [(name, content)] = files
    assert name == f"{portfolio.pk}.zip"
    assert "index.html" in zipfile.ZipFile(io.BytesIO(content)).namelist()


def test_an_address_elsewhere_is_looked_at(ada, portfolio, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        actions.made_elsewhere(portfolio=portfolio, by=ada, url="http://localhost/mine", whereabouts={})
    portfolio.refresh_from_db()
    assert portfolio.elsewhere_answers is False  # not a public address, so nobody would get there
    assert portfolio.elsewhere_finding


@pytest.mark.parametrize("gone", [True, False])
def test_a_look_at_a_portfolio_that_is_gone_or_made_here_does_nothing(ada, portfolio, gone):
    from collegium.portfolios.handlers import check_address

    number = portfolio.pk
    if gone:
        actions.delete(portfolio=portfolio, by=ada)
    check_address(number)
