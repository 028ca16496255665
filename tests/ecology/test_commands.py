"""``collegium ecology fetch``: what it says, and how it ends."""

import pytest
from click.testing import CliRunner

from collegium.ecology import actions
from collegium.ecology.commands import ecology as command
from collegium.ecology.doctor import Candidate
from collegium.ecology.models import Item, Source, Unindexed
from tests.ecology.factories import make_ecology

pytestmark = pytest.mark.django_db


def follow(ada, url):
    ecology = make_ecology(ada)
    return actions.follow(ecology=ecology, by=ada, candidate=Candidate(feed_url=url)).source


def run(*said):
    return CliRunner().invoke(command, ["fetch", "--workers", "1", *said])


def test_what_is_due_is_fetched_and_summed_up_in_words(site, ada):
    follow(ada, site.feed())
    follow(ada, f"{site.url}/none.xml")
    Source.objects.filter(feed_url__endswith="none.xml").update(host="other.example")
    ended = run()
    assert ended.exit_code == 0, ended.output
    assert "2 sources in " in ended.stdout
    assert "2 new items, 0 changed" in ended.stdout
    assert "1 with something new" in ended.stdout
    assert "1 not to be read" in ended.stdout
    assert (Item.objects.count(), Unindexed.objects.count()) == (2, 0)


def test_without_a_terminal_there_is_one_line_and_no_bar(site, ada):
    follow(ada, site.feed())
    ended = run()
    assert ended.stderr.splitlines() == ["Fetching 1 source"]
    assert run("--quiet").stderr == ""


def test_all_asks_those_too_that_are_not_due(site, ada):
    follow(ada, site.feed())
    run()
    Source.objects.update(taken_until=None)
    assert run().stdout.startswith("0 sources")
    ended = run("--all")
    assert ended.stdout.startswith("1 source in ")
    assert "1 without anything new" in ended.stdout


def test_one_source_by_its_number_or_its_address(site, ada):
    one, other = follow(ada, site.feed("/a.xml")), follow(ada, site.feed("/b.xml"))
    assert run("--source", str(one.pk)).exit_code == 0
    assert run("--source", other.feed_url).exit_code == 0
    assert [path for path, _headers in site.asked] == ["/a.xml", "/b.xml"]


def test_a_named_source_that_cannot_be_read_is_said_in_the_exit_code(site, ada):
    source = follow(ada, f"{site.url}/none.xml")
    ended = run("--source", str(source.pk))
    assert ended.exit_code == 1
    Source.objects.update(state=Source.State.PAUSED, taken_until=None)
    ended = run("--source", str(source.pk))
    assert ended.exit_code == 1
    assert "is paused" in ended.stderr


@pytest.mark.parametrize(
    "said", [("--source", "99"), ("--source", "https://x.example/"), ("--all", "--source", "1")]
)
def test_what_is_not_there_is_a_wrong_use(db, said):
    assert run(*said).exit_code == 2
