from types import SimpleNamespace

import pytest
from django.template import engines

from collegium.design import shortcuts
from collegium.design.gallery import SampleChoice


class Asked(SimpleNamespace):
    """What django-htmx puts on a request that htmx sent."""

    boosted = False
    history_restore_request = False

    def __bool__(self):
        return True


def answer(request, **more):
    return shortcuts.render(
        request, "design/appearance.jinja", {"form": SampleChoice(), "back": "/"}, block="heading", **more
    )


def test_htmx_gets_the_block_alone(stranger):
    request = stranger()
    request.htmx = Asked()
    response = answer(request, status=422)
    assert response.content.decode() == "Language and appearance"
    assert response.status_code == 422
    assert response["Vary"] == "HX-Request"


@pytest.mark.parametrize("htmx", [None, Asked(boosted=True), Asked(history_restore_request=True)], ids=str)
def test_everyone_else_gets_the_page(stranger, htmx, monkeypatch):
    monkeypatch.setattr(shortcuts.loader, "render_to_string", lambda *args: "<html>")
    request = stranger()
    request.htmx = htmx
    response = answer(request)
    assert response.content == b"<html>"
    assert response["Vary"] == "HX-Request"


def test_a_block_alone_knows_the_components_and_the_token(stranger):
    request = stranger()
    request.htmx = Asked()
    html = shortcuts.render_fragment(
        request, "design/appearance.jinja", "lead", {"form": SampleChoice(), "back": "/"}
    )
    assert html == "<p>Kept in this browser only.</p>"
    assert engines["jinja"].from_string("{{ ui.badge('New') }}").render({}).startswith('<span class="badge')
