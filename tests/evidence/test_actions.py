from datetime import date

import pytest

from collegium.activity.models import Activity
from collegium.evidence import actions
from collegium.evidence.models import Alignment, Evidence, PersonShown
from collegium.foundation.http import LinkCheck
from collegium.foundation.models import Blob
from collegium.foundation.refusal import Refusal
from collegium.people.models import Audience
from tests.evidence.factories import make_image, upload
from tests.factories import make_circle, make_evidence
from tests.foundation import samples

pytestmark = pytest.mark.django_db


def verbs(evidence: Evidence) -> list[str]:
    return list(Activity.objects.about(evidence).order_by("pk").values_list("verb", flat=True))


# Capture --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "kind", "title"),
    [
        (
            {"url": "https://www.example.org/blog/what-we_learnt.html?x=1"},
            "link",
            "what we learnt (example.org)",
        ),
        ({"url": "https://example.org/"}, "link", "example.org"),
        ({"url": "example.org/slides"}, "link", "slides (example.org)"),
        ({"body": "<p>A first line</p><p>and more</p>"}, "note", "A first line"),
        (
            {"body": "<p>Thank you!</p>", "kind": "testimonial", "said_by": "A student"},
            "testimonial",
            "Thank you!",
        ),
        ({"upload": upload()}, "document", "plan"),
        ({"upload": upload(samples.picture(), "My_board-2026.png")}, "image", "My board 2026"),
        ({"upload": upload(samples.sound(), "talk.wav")}, "audio", "talk"),
        ({"upload": upload(samples.MP4, "clip.mp4")}, "video", "clip"),
        ({"upload": upload(b"a,b\n1,2\n", "numbers.csv")}, "data", "numbers"),
        ({"upload": upload(name="scan.pdf"), "kind": "testimonial"}, "testimonial", "scan"),
        ({"url": "https://example.org/", "title": "My title"}, "link", "My title"),
    ],
)
def test_one_thing_is_enough(ada, facts, kind, title):
    evidence = actions.capture(by=ada, **facts)
    assert (evidence.owner, evidence.kind, evidence.title) == (ada, kind, title)
    assert (evidence.audience, evidence.circle) == (Audience.PRIVATE, None)
    assert verbs(evidence) == ["evidence.captured"]


def test_everything_can_be_said_at_once(ada, bo):
    circle = make_circle(ada, bo)
    evidence = actions.capture(
        by=ada,
        title="  A  title\n",
        upload=upload(samples.picture(), "../board.png"),
        url="https://example.org/",
        description="What\r\nit is",
        impact="More of them came",
        happened_on=date(2026, 3, 1),
        alt_text="A board",
        access="Ask me",
        audience=Audience.CIRCLE,
        circle=circle,
        people_shown=["My students", {"who": "Bo", "permission": "agreed", "note": "by e-mail"}],
    )
    evidence.refresh_from_db()
    assert (evidence.title, evidence.file_name, evidence.kind) == ("A title", "board.png", "image")
    assert (evidence.description, evidence.impact) == ("What\nit is", "More of them came")
    assert (evidence.audience, evidence.circle) == (Audience.CIRCLE, circle)
    assert list(evidence.people_shown.order_by("pk").values_list("who", "permission", "note")) == [
        ("My students", "unasked", ""),
        ("Bo", "agreed", "by e-mail"),
    ]


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({}, "one of them is enough"),
        ({"body": "<p> </p>"}, "one of them is enough"),
        ({"body": "<script>alert(1)</script>"}, "one of them is enough"),
        ({"url": "javascript:alert(1)"}, "not a web address"),
        ({"url": "ftp://example.org/"}, "not a web address"),
        ({"url": "not an address"}, "not a web address"),
        ({"url": "https://ada:secret@example.org/"}, "user name or a password"),
        ({"url": "https://example.org/" + "x" * 2000}, "longer than 2000"),
        ({"upload": upload(b"", "empty.pdf")}, "is empty"),
        ({"upload": upload(samples.HTML, "photo.jpg")}, "something else"),
        ({"upload": upload(samples.PROGRAM, "setup.exe")}, "can't be kept"),
        ({"upload": upload(name="plan.pdf"), "kind": "image"}, "“plan.pdf” is no image"),
        ({"body": "x", "kind": "gossip"}, "no such kind"),
        ({"body": "x", "audience": "everybody"}, "no such audience"),
        ({"body": "x", "audience": "circle"}, "Which circle"),
        ({"upload": upload(samples.picture(), "a.png"), "audience": "public"}, "say in words what it shows"),
        ({"body": "x", "people_shown": [" "]}, "Who is shown"),
        ({"body": "x", "people_shown": [{"who": "Bo", "permission": "maybe"}]}, "nothing else"),
    ],
)
def test_what_cannot_be_kept_is_refused_in_words_and_leaves_nothing(ada, facts, sentence):
    with pytest.raises(Refusal, match=sentence):
        actions.capture(by=ada, **facts)
    assert not Evidence.objects.exists()
    assert not Activity.objects.exists()


def test_a_note_is_cleaned_when_it_is_kept(ada):
    evidence = actions.capture(
        by=ada, body="<p onclick=x>Hello<script>alert(1)</script></p>", title="<b>\x07T</b>"
    )
    assert evidence.body == "<p>Hello</p>"
    assert evidence.title == "<b> T</b>"  # plain text: shown as it was typed, and escaped


def test_a_long_title_is_cut_at_a_word(ada):
    evidence = actions.capture(by=ada, body="<p>x</p>", title="word " * 100)
    assert len(evidence.title) <= 200
    assert evidence.title.endswith("word…")


def test_each_person_has_so_much_room(ada, bo, settings):
    settings.PERSON_QUOTA_BYTES = 2 * len(samples.PDF)
    actions.capture(by=ada, upload=upload())
    actions.capture(by=ada, upload=upload())  # the same content takes no more room
    actions.capture(by=ada, upload=upload(samples.PDF.replace(b"1 0", b"2 0")))
    with pytest.raises(Refusal, match="There is no room left for it: your files may have 90"):
        actions.capture(by=ada, upload=upload(samples.PDF.replace(b"1 0", b"3 0")))
    assert actions.capture(by=bo, upload=upload(samples.PDF.replace(b"1 0", b"3 0")))


def test_a_file_may_be_so_large(ada, settings):
    settings.UPLOAD_MAX_BYTES = 10
    with pytest.raises(Refusal, match="a file may have 10"):
        actions.capture(by=ada, upload=upload())
    assert not Blob.objects.exists()


# Edit -----------------------------------------------------------------------------------------------------------------


def test_only_what_is_named_is_changed(ada):
    evidence = actions.capture(by=ada, body="<p>x</p>", title="Before", impact="Stays")
    actions.edit(evidence=evidence, by=ada, title="After", body="<p>y<script></script></p>")
    evidence.refresh_from_db()
    assert (evidence.title, evidence.body, evidence.impact) == ("After", "<p>y</p>", "Stays")
    assert verbs(evidence) == ["evidence.captured", "evidence.edited"]


def test_a_changed_link_is_to_be_looked_at_anew(ada):
    evidence = make_evidence(
        ada, kind="link", url="https://a.example/", body="", link_answers=False, link_finding="Gone."
    )
    actions.edit(evidence=evidence, by=ada, title="Another title")
    assert evidence.link_answers is False
    actions.edit(evidence=evidence, by=ada, url="https://b.example/")
    evidence.refresh_from_db()
    assert (evidence.link_answers, evidence.link_finding) == (None, "")
    assert [activity.data["has_link"] for activity in Activity.objects.order_by("pk")] == [False, True]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"title": " "}, "needs a title"),
        ({"body": ""}, "needs a link"),
        ({"url": "x y"}, "not a web address"),
    ],
)
def test_evidence_stays_evidence(ada, changes, sentence):
    evidence = actions.capture(by=ada, body="<p>x</p>")
    with pytest.raises(Refusal, match=sentence):
        actions.edit(evidence=evidence, by=ada, **changes)
    evidence.refresh_from_db()
    assert (evidence.title, evidence.body) == ("x", "<p>x</p>")


def test_a_file_can_be_replaced_by_another(ada):
    evidence = actions.capture(by=ada, upload=upload())
    actions.edit(evidence=evidence, by=ada, upload=upload(samples.picture(), "board.png"))
    evidence.refresh_from_db()
    assert (evidence.kind, evidence.file_name, evidence.blob.media_type) == (
        "image",
        "board.png",
        "image/png",
    )


def test_a_public_image_keeps_its_words(ada):
    evidence = make_image(ada, audience=Audience.PUBLIC)
    with pytest.raises(Refusal, match="say in words"):
        actions.edit(evidence=evidence, by=ada, alt_text="")


def test_what_is_no_field_is_a_programming_error(ada):
    with pytest.raises(TypeError, match="audience"):
        actions.edit(evidence=make_evidence(ada), by=ada, audience="public")


def test_removing_erases_it_and_leaves_a_line_in_the_log(ada, node):
    evidence = make_image(ada, people_shown=["Bo"])
    actions.align(evidence=evidence, by=ada, node=node("1a"))
    pk = evidence.pk
    actions.remove(evidence=evidence, by=ada)
    assert not Evidence.objects.exists()
    assert Activity.objects.get(verb="evidence.removed").about_id == str(pk)


# What it speaks for ---------------------------------------------------------------------------------------------------


def test_evidence_speaks_for_many_things_each_with_a_strength(ada, node, principle):
    evidence = make_evidence(ada)
    actions.align(evidence=evidence, by=ada, node=node("1a"), strength=3)
    actions.align(evidence=evidence, by=ada, node=node("2"))
    actions.align(evidence=evidence, by=ada, principle=principle("P1"), strength=1)
    actions.align(evidence=evidence, by=ada, node=node("2"), strength=1)
    said = evidence.alignments.order_by("pk").values_list("node__code", "principle__code", "strength")
    assert list(said) == [("1a", None, 3), ("2", None, 1), (None, "P1", 1)]
    actions.unalign(evidence=evidence, by=ada, node=node("2"))
    actions.unalign(evidence=evidence, by=ada, node=node("2"))
    assert evidence.alignments.count() == 2
    assert verbs(evidence) == ["evidence.aligned"] * 4 + ["evidence.unaligned"]


def test_saying_the_same_again_changes_nothing(ada, node):
    evidence = make_evidence(ada)
    for _ in range(2):
        actions.align(evidence=evidence, by=ada, node=node("1a"), strength=2)
    assert verbs(evidence) == ["evidence.aligned"]


def test_alignment_is_to_one_thing_with_a_known_strength(ada, node, principle):
    evidence = make_evidence(ada)
    with pytest.raises(TypeError):
        actions.align(evidence=evidence, by=ada)
    with pytest.raises(TypeError):
        actions.align(evidence=evidence, by=ada, node=node("1a"), principle=principle("P1"))
    with pytest.raises(Refusal, match="nothing else"):
        actions.align(evidence=evidence, by=ada, node=node("1a"), strength=4)


def test_many_at_once_leave_one_line_and_what_is_not_named_as_it_is(ada, node, principle, framework):
    evidence = make_evidence(ada)
    actions.align(evidence=evidence, by=ada, node=node("1a"), strength=3)
    actions.align(evidence=evidence, by=ada, node=node("1b"), strength=3)
    Activity.objects.all().delete()
    strengths = {node("1a"): 0, node("2"): 2, principle("P2"): 1, node("plans"): 0}
    assert actions.realign(evidence=evidence, by=ada, strengths=strengths)
    assert not actions.realign(evidence=evidence, by=ada, strengths=strengths)
    said = evidence.alignments.order_by("pk").values_list("node__code", "principle__code", "strength")
    assert list(said) == [("1b", None, 3), ("2", None, 2), (None, "P2", 1)]
    assert verbs(evidence) == ["evidence.realigned"]


# Who sees it, who is seen in it ---------------------------------------------------------------------------------------


def test_the_owner_says_who_sees_it(ada, bo):
    evidence = make_evidence(ada)
    circle = make_circle(ada)
    actions.set_audience(evidence=evidence, by=ada, audience=Audience.CIRCLE, circle=circle)
    assert (evidence.audience, evidence.circle) == ("circle", circle)
    actions.set_audience(evidence=evidence, by=ada, audience=Audience.PUBLIC, circle=circle)
    actions.set_audience(evidence=evidence, by=ada, audience=Audience.PUBLIC)
    evidence.refresh_from_db()
    assert (evidence.audience, evidence.circle) == ("public", None)
    assert verbs(evidence) == ["evidence.audience_set"] * 2


def test_one_shows_things_to_ones_own_circles(ada, bo):
    with pytest.raises(Refusal, match="that you are in yourself"):
        actions.set_audience(
            evidence=make_evidence(ada), by=ada, audience=Audience.CIRCLE, circle=make_circle(bo)
        )


@pytest.mark.parametrize(
    ("permission", "is_open"), [("agreed", False), ("anonymised", False), ("asked", True), ("unasked", True)]
)
def test_everyone_sees_it_only_when_those_shown_agree(ada, permission, is_open):
    evidence = make_evidence(ada)
    shown = actions.add_person_shown(evidence=evidence, by=ada, who="Bo", permission=permission)
    actions.set_audience(evidence=evidence, by=ada, audience=Audience.CIRCLE, circle=make_circle(ada))
    if is_open:
        with pytest.raises(Refusal, match="has not agreed yet") as caught:
            actions.set_audience(evidence=evidence, by=ada, audience=Audience.SIGNED_IN)
        assert caught.value.details == ("Bo",)
        actions.note_permission(shown=shown, by=ada, permission="agreed", note="by e-mail")
    actions.set_audience(evidence=evidence, by=ada, audience=Audience.SIGNED_IN)
    assert evidence.audience == "signed_in"


def test_people_shown_come_and_go(ada):
    evidence = make_evidence(ada)
    shown = actions.add_person_shown(evidence=evidence, by=ada, who="Bo")
    with pytest.raises(Refusal):
        actions.note_permission(shown=shown, by=ada, permission="perhaps")
    actions.remove_person_shown(shown=shown, by=ada)
    assert not PersonShown.objects.exists()
    assert verbs(evidence) == ["evidence.permission_noted"] * 2


# The machine ----------------------------------------------------------------------------------------------------------


def found(**facts) -> LinkCheck:
    return LinkCheck(**({"answers": True, "status": 200, "reason": "", "final_url": ""} | facts))


def test_what_a_look_at_the_link_found_is_kept(ada):
    evidence = actions.capture(by=ada, url="https://example.org/page")
    actions.note_link(evidence=evidence, found=found(answers=False, status=404, reason="No page."))
    evidence.refresh_from_db()
    assert (evidence.link_answers, evidence.link_finding) == (False, "No page.")
    assert evidence.link_checked_at is not None
    line = Activity.objects.get(verb="evidence.link_checked")
    assert line.actor is None


def test_a_page_gives_its_title_where_ours_was_a_guess(ada):
    guessed = actions.capture(by=ada, url="https://example.org/page")
    given = actions.capture(by=ada, url="https://example.org/page", title="My own")
    for evidence in (guessed, given):
        actions.note_link(evidence=evidence, found=found(), page_title=" The page’s\n title ")
    assert (guessed.title, given.title) == ("The page’s title", "My own")


def test_plain_words_become_paragraphs(ada):
    assert actions.as_html("a <b>\r\nc\n\n\n d ") == "<p>a &lt;b&gt;<br>c</p><p>d</p>"


def test_alignment_strengths_are_in_order():
    assert Alignment.Strength.DIRECTLY > Alignment.Strength.PRIMARILY > Alignment.Strength.MAY_ALSO
