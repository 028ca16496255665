"""In a real browser: captured with a key and a paste, dropped, aligned by choosing, and clean for axe-core."""

import base64

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from collegium.evidence import actions, queries
from collegium.evidence.models import Evidence
from tests.evidence.factories import make_framework, make_image, upload
from tests.factories import make_circle, make_evidence
from tests.foundation import samples

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DROP = """([area, files]) => {
  const transfer = new DataTransfer();
  for (const [name, type, content] of files)
    transfer.items.add(new File([Uint8Array.from(atob(content), (c) => c.charCodeAt(0))], name, { type }));
  for (const kind of ["dragenter", "dragover", "drop"])
    area.dispatchEvent(new DragEvent(kind, { dataTransfer: transfer, bubbles: true, cancelable: true }));
}"""


@pytest.fixture(autouse=True)
def _nobody_tells(monkeypatch):
    monkeypatch.setattr(queries, "_uses", [])
    monkeypatch.setattr(queries, "_aims", [])


@pytest.fixture
def page(browser_page, sign_in_browser, ada):
    sign_in_browser(browser_page, ada)
    return browser_page


@pytest.fixture
def pieces(ada):
    """One of every look: an image, a sound, a document, a link that is gone, a testimonial in Arabic, a long name."""
    framework = make_framework(title="A framework with a name that goes on for quite a while")
    make_circle(ada, name="Northfield University")
    image = make_image(
        ada, people_shown=["Prof. Maximiliana von und zu Hohenstein-Wallersdorf-Brandenburg-Ansbach-Bayreuth"]
    )
    strengths = {
        framework.nodes.get(code="1a"): 3,
        framework.nodes.get(code="2.1"): 1,
        framework.principles.first(): 2,
    }
    actions.realign(evidence=image, by=ada, strengths=strengths)
    return [
        image,
        actions.capture(by=ada, upload=upload(samples.sound(1), "interview.wav")),
        actions.capture(by=ada, upload=upload()),
        make_evidence(ada, kind="link", url="https://example.org/" + "long" * 60, body="", link_answers=False, link_finding="No page."),
        make_evidence(ada, kind="testimonial", title="شكر من طالبة", body="<p>كنتم أول من سألنا عمّا نحتاج إليه.</p>", said_by="طالبة"),
        make_evidence(ada, title="W" * 80),
    ]  # fmt: skip


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 390)])
def test_nothing_for_axe_to_find(page, axe, pieces, theme, width):
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 900})
    image = pieces[0]
    paths = [reverse(f"evidence:{name}") for name in ("list", "capture", "anywhere")]
    paths += [reverse("evidence:list") + "?kind=video", *(piece.get_absolute_url() for piece in pieces)]
    paths += [reverse(f"evidence:{name}", args=[image.pk]) for name in ("edit", "audience", "remove")]
    for path in paths:
        page.goto(path)
        assert axe(page) == [], path


@pytest.mark.parametrize("width", [1280, 768, 320])
def test_nothing_sticks_out(page, pieces, width):
    page.set_viewport_size({"width": width, "height": 800})
    for path in [
        reverse("evidence:list"),
        reverse("evidence:capture"),
        *(piece.get_absolute_url() for piece in pieces),
    ]:
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") == width, path


def test_an_empty_start_is_clean_too(page, axe):
    page.goto(reverse("evidence:list"))
    expect(page.get_by_text("Nothing kept yet")).to_be_visible()
    assert axe(page) == []


def test_two_taps_keep_a_link(page, pieces):
    page.goto(reverse("evidence:list"))
    page.keyboard.press("c")
    page.wait_for_url("**/evidence/capture")
    page.wait_for_selector("textarea:focus")  # where the page puts the caret
    page.keyboard.insert_text("https://example.org/what-i-found")
    page.get_by_role("button", name="Keep it").click()
    page.wait_for_url("**/evidence/*/")
    expect(page.get_by_role("heading", level=1)).to_have_text("what i found (example.org)")
    expect(page.get_by_text("Only you can see it so far")).to_be_visible()


def test_files_are_dropped_several_at_once(page):
    page.goto(reverse("evidence:capture"))
    files = [["plan.pdf", "application/pdf", samples.PDF], ["board.png", "image/png", samples.picture()]]
    page.locator(".file-drop__area").evaluate_handle(
        "(area, files) => (" + DROP + ")([area, files])",
        [[name, kind, base64.b64encode(content).decode()] for name, kind, content in files],
    )
    expect(page.locator("[data-chosen] li")).to_have_count(2)
    page.get_by_role("button", name="Keep it").click()
    page.wait_for_url("**/evidence/?show=loose")
    expect(page.get_by_text("2 pieces of evidence are kept.")).to_be_visible()
    assert sorted(Evidence.objects.values_list("file_name", "kind")) == [
        ("board.png", "image"),
        ("plan.pdf", "document"),
    ]
    assert (
        page.locator(".evidence-card img").evaluate(
            "(image) => image.decode().then(() => image.naturalWidth)"
        )
        == 40
    )


def test_alignment_is_kept_as_it_is_chosen(page, pieces):
    image = pieces[0]
    page.goto(image.get_absolute_url())
    row = page.get_by_role("group", name="1b Title 1b")
    with page.expect_response("**/align"):
        row.get_by_text("directly").click()
    page.locator("#alignments", has_text="1b Title 1b").wait_for()
    with page.expect_response("**/align"):
        page.get_by_role("group", name="1a Title 1a").get_by_role("radio", name="directly").press("ArrowLeft")
    page.locator("#alignments", has_text="1a Title 1a primarily relevant").wait_for()
    said = (
        image.alignments.filter(node__isnull=False)
        .order_by("node__code")
        .values_list("node__code", "strength")
    )
    assert list(said) == [("1a", 2), ("1b", 3), ("2.1", 1)]


def test_the_list_narrows_while_one_chooses(page, pieces):
    page.goto(reverse("evidence:list"))
    page.get_by_label("Kind").select_option("audio")
    page.wait_for_url("**kind=audio**")
    expect(page.locator(".evidence-card__title")).to_have_text(["interview"])
    page.go_back()
    page.wait_for_url("**/evidence/")
    expect(page.locator(".evidence-card")).to_have_count(6)


def test_a_document_opens_in_its_place(page, pieces):
    response = page.request.get(reverse("evidence:file", args=[pieces[2].pk]))
    assert response.headers["content-disposition"].startswith("inline")
    assert "default-src 'none'" in response.headers["content-security-policy"]


def test_a_sound_can_be_played(page, pieces):
    page.goto(pieces[1].get_absolute_url())
    length = page.locator("audio").evaluate(
        "(a) => a.duration || new Promise((done) => a.addEventListener('loadedmetadata', () => done(a.duration)))"
    )
    assert length == pytest.approx(1, abs=0.01)


def test_without_scripts_everything_is_still_there(page, live_server, pieces):
    context = page.context.browser.new_context(
        base_url=live_server.url, java_script_enabled=False, storage_state=page.context.storage_state()
    )
    page = context.new_page()
    page.goto(reverse("evidence:capture"))
    page.set_input_files(
        "input[type=file]", [{"name": "a.txt", "mimeType": "text/plain", "buffer": b"words"}]
    )
    page.get_by_role("button", name="Keep it").click()
    page.wait_for_url("**/evidence/*/")
    page.get_by_role("group", name="1b Title 1b").get_by_text("primarily").click()
    page.locator(".strengths").get_by_role("button", name="Save").click()
    page.wait_for_url("**#speaks-for")
    expect(page.locator("#alignments")).to_have_text("1b Title 1b primarily relevant", use_inner_text=True)
    context.close()


def test_a_page_that_was_kept_does_nothing(page, ada):
    """What could be active arrives as a download in a sandbox, however it is asked for."""
    evidence = actions.capture(
        by=ada,
        upload=upload(b"<!doctype html><script>parent.document.title = 'taken over'</script>", "page.html"),
    )
    page.goto(evidence.get_absolute_url())
    address = reverse("evidence:file", args=[evidence.pk])
    with page.expect_download() as download:
        page.evaluate(f"() => {{ location.href = '{address}' }}")
    assert download.value.suggested_filename == "page.html"
    assert "taken over" not in page.title()
