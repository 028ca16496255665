import pytest
from django.contrib.auth.models import AnonymousUser

from collegium.design import places


def item(key, **given):
    places.bar_item(**{"key": key, "title": key.title(), "url": "home", "icon": "house", **given})


def test_a_place_that_nobody_fills_is_empty(stranger):
    assert places.panels("person.page", stranger()) == []


def test_panels_come_in_order_and_only_where_they_have_something_to_say(stranger):
    @places.panel("person.page", order=20)
    def second(request, *, person):
        return f"<p>{person}</p>"

    @places.panel("person.page", order=10)
    def first(request, *, person):
        return "<p>first</p>"

    @places.panel("person.page", order=5)
    def silent(request, *, person):
        return None

    assert places.panels("person.page", stranger(), person="Ada") == ["<p>first</p>", "<p>Ada</p>"]


def test_registering_twice_shows_once(stranger):
    def twice(request):
        return "once"

    places.panel("x")(twice)
    places.panel("x")(twice)
    assert places.panels("x", stranger()) == ["once"]


def test_the_bar_shows_what_is_registered_to_whom_it_says(stranger):
    item("late", order=20)
    item("early", order=10)
    item("members", shown_to=places.signed_in)
    item("join", slot="join", shown_to=places.stranger)
    frame = places.frame(stranger())
    assert [each.key for each in frame.nav] == ["early", "late"]
    assert [each.key for each in frame.join] == ["join"]
    assert frame.identity is None


def test_an_item_counts_for_the_reader(stranger):
    item("notifications", slot="tools", count=lambda request: 3)
    assert places.frame(stranger()).tools["notifications"].count == 3


@pytest.mark.parametrize(
    ("path", "current"),
    [("/design/", True), ("/design/appearance/", True), ("/search/", False), ("/", False)],
)
def test_where_the_reader_is(stranger, path, current):
    item("gallery", url="design:gallery")
    assert places.frame(stranger(path)).nav[0].current is current


def test_the_first_page_is_current_only_there(stranger):
    item("home")
    assert places.frame(stranger("/")).nav[0].current is True
    assert places.frame(stranger("/design/")).nav[0].current is False


def test_an_item_is_current_in_its_namespace(stranger):
    item("looks", url="search", namespace="design")
    request = stranger("/design/appearance/")
    request.resolver_match = type("Match", (), {"namespace": "design"})
    assert places.frame(request).nav[0].current is True


def test_who_reads_is_told_by_one_room(stranger):
    places.identity(lambda request: places.Identity(name="Ada Okafor", url="/ada"))
    assert places.frame(stranger()).identity == places.Identity(name="Ada Okafor", url="/ada")


def test_without_a_request_the_bar_is_empty():
    assert places.frame(None) == places.Frame(nav=[], tools={}, me=[], join=[], footer=[], identity=None)


def test_nobody_is_a_stranger(stranger):
    assert places.stranger(stranger())
    request = stranger()
    request.user = AnonymousUser()
    assert not places.signed_in(request)
