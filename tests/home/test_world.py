"""The demo world: its words are whole, its files are real, and its years can be lived by the actions that people use."""

import io
import zipfile
from collections import Counter
from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest
from django.conf import settings
from django.test import Client
from PIL import Image
from pypdf import PdfReader

from collegium.accreditation.models import Assignment, Judgement, Registration, Submission
from collegium.activity.models import Activity
from collegium.communities.models import Community, CommunityLink, Invitation, MapPlace
from collegium.communities.places import find
from collegium.conversations.models import Forum, Measure, Mention, Post, Report, Thread
from collegium.conversations.queries.search import search
from collegium.courses.models import (
    Appreciation,
    Consent,
    Iteration,
    Nudge,
    Pair,
    PlannedWeek,
    Project,
    SurveyAnswers,
)
from collegium.credentials.models import Award, Credential
from collegium.ecology.models import (
    Claim,
    Flow,
    Mark,
    Move,
    OutlineImport,
    ReadingList,
    Recommendation,
    Resource,
    Source,
)
from collegium.events.models import Attendance, Occurrence
from collegium.events.queries import owed_invitations
from collegium.evidence.models import Alignment, Evidence, SourceKind
from collegium.foundation import clock, files, http
from collegium.foundation.http import LinkCheck
from collegium.foundation.models import Job
from collegium.home.world import faces, making, outside, scenes, words
from collegium.home.world.cast import CAST, SHOWS
from collegium.home.world.crowd import participants
from collegium.home.world.loading import library, load
from collegium.newsletters.models import Delivery, Entry, Newsletter
from collegium.newsletters.sending import is_as_sent
from collegium.notifications.models import Notification, Telling
from collegium.organisations.models import EmailDomain, Membership, Organisation
from collegium.people.models import Person
from collegium.people.orcid import normalise
from collegium.portfolios.models import (
    Comment,
    Example,
    Feedback,
    FeedbackRequest,
    Part,
    Placement,
    Portfolio,
    Revision,
)
from collegium.portfolios.queries import readiness
from collegium.schemes.documents import scheme_file
from tests.home.walking import walk

# Words ------------------------------------------------------------------------------------------------------------


def test_sixty_people_in_twelve_organisations_of_eight_countries():
    people, organisations = words.read("people"), words.read("organisations")
    assert len(people) == len({person["key"] for person in people}) == 60
    assert len(organisations) == 12
    assert len({organisation["country"] for organisation in organisations}) == 8
    assert {person["organisation"] for person in people} == {each["key"] for each in organisations}
    assert max(len(person["name"]) for person in people) == 80


def test_the_many_have_names_of_their_own_from_twenty_five_countries():
    people = participants()
    assert len(people) == len({each.name for each in people}) == len({each.key for each in people}) == 260
    assert len({each.country for each in people}) == 25
    assert all(find(each.town, each.country) for each in people)
    assert all(each.email.endswith(".example") for each in people)


def test_nobody_can_be_reached_at_the_addresses_of_the_world():
    for person in words.read("people"):
        assert person["email"].endswith(".example")
    for organisation in words.read("organisations"):
        assert all(domain.endswith(".example") for domain in organisation["domains"])
    for piece in words.read("evidence").values():
        assert outside.answers(piece.get("url", "https://a.example")) is not None


def test_orcid_ids_have_a_right_check_digit_and_say_that_they_are_fictional():
    named = [person["orcid"] for person in words.read("people") if person["orcid"]]
    assert len(named) > 20
    for orcid in named:
        assert orcid["fictional"] is True
        assert normalise(orcid["id"]) == orcid["id"]
        assert orcid["id"].startswith("0999-999")


def test_every_piece_that_a_portfolio_shows_is_there_and_belongs_to_its_writer():
    evidence = words.read("evidence")
    for who, portfolio in words.portfolios().items():
        for section in [*portfolio["sections"], *portfolio.get("revised", ())]:
            for key in words.shown_in(section):
                assert words.owner_of(key, evidence[key]) == who


def test_evidence_of_every_kind_and_each_image_has_words_for_those_who_cannot_see_it():
    evidence = words.read("evidence")
    assert len(evidence) >= 120
    assert {piece["kind"] for piece in evidence.values()} == set(Evidence.Kind.values)
    assert not [key for key, piece in evidence.items() if piece["kind"] == "image" and not piece.get("alt")]


def test_what_somebody_wrote_names_sections_that_their_scheme_has():
    documents = {
        key: scheme_file(library() / f"{key}.yaml")
        for key in ("cmalt", "cmalt-australasia", "advance-he-fellowship")
    }
    for portfolio in words.portfolios().values():
        known = documents[portfolio["scheme"]].framework.by_code
        for section in [*portfolio["sections"], *portfolio.get("revised", ())]:
            assert str(section["code"]) in known
            assert set(section.get("dimensions", ())) <= set(known)


def test_the_shorthand_of_the_texts():
    text = "One & two,\nwith a {P1|mark}.\n\n[[a-piece]]\n\n<ul><li>as it is</li></ul>"
    assert words.html(text, {"a-piece": 7}.__getitem__) == (
        '<p>One &amp; two, with a <span class="principle" data-principle="P1">mark</span>.</p>'
        '<figure data-evidence="7"></figure><ul><li>as it is</li></ul>'
    )


def test_the_cast_names_everybody_once_and_begins_with_those_that_have_something_to_do():
    assert (
        len(CAST) == len({member.key for member in CAST}) == 62
    )  # with two of those who came for the course
    assert [member.key for member in CAST[: len(SHOWS)]] == list(SHOWS)
    assert all(member.shows for member in CAST)


# Files --------------------------------------------------------------------------------------------------------------

TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "csv": "text/csv",
    "sound": "audio/wav",
    "film": "video/webm",
    "scene": "image/jpeg",
    "screen": "image/png",
    "chart": "image/png",
}


def _one_of(kind: str) -> tuple[str, dict]:
    return next(
        (key, piece)
        for key, piece in words.read("evidence").items()
        if str(piece.get("file", "")).partition(":")[0] == kind
    )


@pytest.mark.parametrize("kind", TYPES)
def test_each_file_is_what_it_says_by_its_content(kind):
    key, piece = _one_of(kind)
    made = making.make(key, piece, by="Somebody, somewhere")
    again = making.make(key, piece, by="Somebody, somewhere")
    assert files.sniff(io.BytesIO(made.content), made.name) == TYPES[kind]
    if kind != "pdf":  # WeasyPrint writes an identifier of its own
        assert made.content == again.content


def test_every_file_that_is_named_can_be_made():
    for key, piece in words.read("evidence").items():
        kind, _colon, of = str(piece.get("file") or "").partition(":")
        assert kind == "" or kind in making.MAKERS, key
        assert kind != "scene" or of in scenes.SCENES, key
        assert kind != "screen" or of in scenes.SCREENS, key


def test_a_document_says_what_was_written_and_is_tagged():
    key = "blessing-seven-questions"
    made = making.make(key, words.read("evidence")[key], by="Blessing")
    reader = PdfReader(io.BytesIO(made.content))
    assert "Who gains and who pays?" in reader.pages[0].extract_text()
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"].value is True


def test_slides_are_a_package_in_which_every_part_parses_and_every_relation_leads_somewhere():
    key, piece = _one_of("pptx")
    made = making.make(key, piece, by="Somebody")
    with zipfile.ZipFile(io.BytesIO(made.content)) as package:
        names = set(package.namelist())
        for name in names:
            tree = ET.fromstring(package.read(name))
            if name.endswith(".rels"):
                base = name.replace("_rels/", "").rpartition("/")[0]
                for relation in tree:
                    parts = [part for part in base.split("/") if part]
                    for step in relation.get("Target").split("/"):
                        parts = parts[:-1] if step == ".." else [*parts, step]
                    assert "/".join(parts) in names
    assert len([name for name in names if name.startswith("ppt/slides/slide")]) == len(piece["slides"])


def test_a_film_has_its_frames_one_after_the_other():
    frames = [Image.new("RGB", (64, 48), (40 * k, 80, 120)) for k in range(3)]
    content = making.webm(frames, per_second=10)
    assert content.count(b"\x9d\x01\x2a") == 3  # the start code of a VP8 key frame
    assert files.sniff(io.BytesIO(content), "a.webm") == "video/webm"


def test_a_face_is_the_same_each_time_and_no_two_people_have_the_same():
    people = words.read("people")[:12]
    drawn = {person["key"]: faces.portrait(person["key"], person["face"]) for person in people}
    assert len(set(drawn.values())) == 12
    first = people[0]
    assert faces.portrait(first["key"], first["face"]) == drawn[first["key"]]
    with Image.open(io.BytesIO(drawn[first["key"]])) as image:
        assert image.size == (512, 512)


def test_every_word_for_a_face_can_be_drawn():
    for person in words.read("people"):
        face = person["face"]
        assert face["hair"] in faces.STYLES
        assert face["wear"] in faces.WEARS
        assert face["skin"] in faces.SKINS
        assert face["colour"] in faces.HAIRS
        assert face["cloth"] in faces.CLOTHS


# Outside ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def invented(monkeypatch):
    monkeypatch.setattr(http, "_invented", [])
    http.invent(outside.answers)


@pytest.mark.usefixtures("invented")
def test_invented_addresses_answer_and_real_ones_are_asked():
    assert http.check("https://a.b.example/page") == LinkCheck(
        answers=True, status=200, reason="", final_url="https://a.b.example/page"
    )
    assert http.check("https://code.ouseby.example/vm-scripts").status == 403
    assert outside.answers("https://www.example.org/") is None


@pytest.mark.usefixtures("invented")
def test_a_link_that_rotted_was_there_before():
    gone = "https://light.karoo.example/edu101"
    assert http.check(gone).status == 410
    with clock.moved_to(clock.wall() - timedelta(days=400)):
        assert http.check(gone).answers


# The years ------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("invented")
def test_the_world_lives_its_years(client_of):
    """One test, since it takes a while: the actions let everything happen, and everything is as it should be after it."""
    told: list[tuple[int, int]] = []
    load(lambda done, total, _words: told.append((done, total)))

    assert told[0][0] == 1
    assert told[-1][0] == told[-1][1] == len(told)
    assert settings.BACKGROUND == "immediate"  # as it was before: tests do all work at once

    assert Person.objects.count() == 60 + len(participants())
    assert Person.objects.exclude(photo=None).count() == 80
    assert Organisation.objects.count() == 12
    assert Membership.objects.values("person").distinct().count() == 60
    assert not EmailDomain.objects.filter(verified_at=None).exists()

    states = Counter(Submission.objects.values_list("state", flat=True))
    assert set(states) == set(Submission.State.values)
    assert states["referred"] == 3
    assert states["passed"] == Award.objects.count() == 13

    assert Counter(Assignment.objects.values_list("state", flat=True)).keys() >= {
        "invited",
        "accepted",
        "declined",
    }
    assert Judgement.objects.filter(sealed_at=None).count() == 2
    today = clock.today()
    assert Award.objects.filter(state=Award.State.REVOKED).count() == 1
    assert Award.objects.filter(valid_until__lt=today).count() == 1
    assert Award.objects.filter(valid_until__range=(today, today + timedelta(days=60))).count() == 1
    assert Credential.objects.count() >= 13
    assert Registration.objects.filter(extensions__granted_at__isnull=False).count() == 1
    assert Registration.objects.filter(valid_until__lt=today, ended_at=None).exists()

    written = Evidence.objects.filter(source_id=None)
    assert written.count() == len(words.read("evidence"))
    used = Evidence.objects.exclude(source_id=None)
    assert sorted(used.values_list("source_kind", flat=True)) == sorted(SourceKind.values)
    assert not used.filter(frozen_html="").exists()
    assert Alignment.objects.count() > 300
    assert Placement.objects.filter(embedded=True).count() > 300
    assert Part.objects.filter(marks__has_key="P1").exists()

    ready = {
        p.owner.account.email.partition(".")[0]
        for p in Portfolio.objects.select_related("owner__account", "pathway")
        if readiness(p).is_ready
    }
    assert {"fergal", "maeve", "blessing", "tomasz", "joanna"} <= ready
    fergal = Portfolio.objects.get(owner__name="Fergal Brannigan")
    assert not fergal.submissions.exists()
    assert not Evidence.objects.filter(captured_at__gt=clock.now()).exists()
    assert set(Evidence.objects.filter(link_answers=False).values_list("link_finding", flat=True)) == {
        "The page asks for a log-in or a permission, so an assessor may not be able to open it.",
        "The page was there once and has been taken away.",
    }
    _the_course_is_in_its_fourth_week()
    _the_river_flows()
    _the_communities_talk()
    _the_newsletter_goes_out()
    _the_group_is_half_way()
    _nothing_is_left_to_do()
    _every_room_opens(client_of)
    _every_link_leads_somewhere(client_of)


def _person(key):
    known = {member.key: member.email for member in CAST}
    return Person.objects.get(account__email=known.get(key, f"{key}@participants.example"))


def _the_course_is_in_its_fourth_week():
    course = Iteration.objects.get(course__slug="cmalt-cmooc", state="running")
    past = Iteration.objects.get(course__slug="cmalt-cmooc", state="archived")
    assert course.copied_from == past
    assert (past.weeks.count(), course.weeks.count()) == (6, 7)
    assert course.decisions.count() == 7
    enrolled = course.enrolments.filter(left_at=None)
    assert enrolled.count() == 300
    assert enrolled.values("person__country").distinct().count() == 25
    assert enrolled.filter(guides=True).count() == 5
    assert PlannedWeek.objects.filter(enrolment__in=enrolled, due_on__isnull=False).count() >= 10
    assert 40 < Consent.objects.filter(enrolment__in=enrolled, withdrawn_at=None).count() < 100
    assert SurveyAnswers.objects.filter(enrolment__in=enrolled).count() > 200
    begun = course.weeks.filter(triggered_at__isnull=False)
    assert [week.number for week in begun] == [1, 2, 3, 4]
    # What is over makes room for the week that is.
    assert [week.number for week in begun.filter(thread__pinned_at__isnull=False)] == [4]
    assert all(week.meeting.is_over and week.meeting.notes for week in begun.select_related("meeting__event"))
    assert Attendance.objects.filter(occurrence__weeks__in=begun).count() > 150
    assert course.weeks.get(number=5).meeting.answers.filter(coming="yes").count() > 20
    assert Project.objects.filter(iteration=course).count() == len(words.read("projects"))
    assert Appreciation.objects.count() > 30
    assert past.enrolments.filter(took_part_at__isnull=False).count() > 20


def _the_newsletter_goes_out():
    newsletter = Newsletter.objects.get()
    first, second, third = newsletter.issues.order_by("number")
    assert [first.state, second.state, third.state] == ["sent", "sent", "draft"]
    assert all(is_as_sent(issue) for issue in (first, second))
    assert not Delivery.objects.exclude(state__in=["sent", "not_wanted"]).exists()
    assert second.letters >= 15
    assert newsletter.subscriptions.running().filter(person=None).count() == 3
    assert newsletter.nominations.filter(entry__issue__in=[first, second]).count() == 2
    assert newsletter.nominations.waiting().count() == 3
    assert newsletter.next_draft_at > clock.now()
    for issue in (first, second, third):
        kept = Entry.objects.kept().filter(issue=issue)
        assert {"river", "conversations"} <= set(kept.values_list("section__kind", flat=True))


def _the_river_flows():
    course = Iteration.objects.get(course__slug="cmalt-cmooc", state="running").ecology
    sources = Source.objects.filter(followings__in=course.followings.running())
    assert {
        "Cave rounds",
        "Beams by post",
        "Tagebuch aus dem Umkleideraum",
        "Voz en alto",
        "One page",
        "The back half of the cupboard",
        "Laboratorio a voce",
        "Open hours of the guides",
    } <= {source.title for source in sources}
    assert [(each.title, each.finding) for each in sources.filter(state="failing")] == [
        ("One page", "malformed")
    ]
    assert Notification.objects.filter(activity__verb="source.failing", person=_person("obinna")).exists()
    assert Move.objects.get().source.title == "The back half of the cupboard"
    claims = {each.source.title: each.how for each in Claim.objects.select_related("source")}
    assert claims["Cave rounds"] == "rel_me"
    assert claims["Tagebuch aus dem Umkleideraum"] == "editor"
    assert claims["Beams by post"] == ""
    flows = Flow.objects.filter(ecology=course)
    assert flows.count() >= 20
    assert flows.filter(highlighted_at__isnull=False).count() == 3
    assert {"post", "audio", "event"} <= set(flows.values_list("kind", flat=True))
    assert not flows.exclude(item__tags__name="cmaltcmooc").exists()
    assert Flow.objects.filter(ecology__within=course).exclude(ecology=course).count() >= 8  # of single weeks
    assert Thread.objects.filter(about_kind="ecology.item").count() == 2
    assert Mark.objects.filter(saved_at__isnull=False).count() == 7
    brought = OutlineImport.objects.get()
    assert (brought.refused, brought.finished_at is not None, brought.done) == ([], True, 6)
    assert Resource.objects.filter(ecology=course).count() == 8
    assert Recommendation.objects.filter(resource__ecology=course).count() == 11
    assert sorted(each.entries.count() for each in ReadingList.objects.filter(ecology=course)) == [1, 2, 3]


def _the_communities_talk():
    communities = {each.slug: each for each in Community.objects.all()}
    assert {each.joining for each in communities.values()} == {"open", "request", "invitation"}
    assert CommunityLink.objects.count() == 6
    open_one = communities["learning-technologists"]
    assert open_one.member_count == open_one.memberships.count() >= 300
    assert MapPlace.objects.filter(community=open_one).count() > 150
    assert communities["clinical-education"].join_requests.filter(settled_at=None).count() == 2
    assert Invitation.objects.open().count() == 2
    rhodri = _person("rhodri")
    waiting = Thread.objects.filter(forum=open_one.forum, first_answer_at=None, wants_answer=True)
    assert waiting.filter(is_newcomers=True).count() >= 3
    assert Report.objects.filter(settled_at=None).count() == 2
    measures = Measure.objects.order_by("at").select_related("answered_by")
    # One was appealed against and taken back by another moderator; one appeal waits.
    assert [(each.answered_by, bool(each.appealed_at), bool(each.lifted_at)) for each in measures] == [
        (rhodri, True, True),
        (None, True, False),
    ]
    assert Post.objects.filter(author__isnull=False).count() > 300
    assert Thread.objects.exclude(answer=None).count() > 10
    assert Mention.objects.count() > 15
    assert len(search("scooter", rhodri)) >= 2
    assert search("Dundee", rhodri)  # a short introduction, of those that are written in one go
    assert not Post.objects.filter(posted_at__gt=clock.now()).exists()
    for thread in Thread.objects.all():  # what is counted is there, and in the order of time
        posts = list(thread.posts.standing().order_by("pk").values_list("posted_at", flat=True))
        assert thread.post_count == len(posts)
        assert posts == sorted(posts)


def _the_group_is_half_way():
    group = Iteration.objects.get(title="The Thursday lunch writers")
    assert (group.state, group.weeks.count()) == ("running", 7)
    assert group.enrolments.filter(role="participant").count() == 8
    over = [week for week in group.weeks.select_related("meeting__event") if week.meeting.is_over]
    assert len(over) == 4
    assert Pair.objects.filter(week__iteration=group).exists()
    assert Comment.objects.count() > 12
    assert Comment.objects.filter(is_lost=True).count() == 0
    assert Feedback.objects.filter(thanked_at__isnull=False).count() >= 5
    assert FeedbackRequest.objects.open().count() >= 8
    assert Example.objects.values("portfolio").distinct().count() == 4
    together = Portfolio.objects.get(group=group.circle)
    assert (
        Revision.objects.filter(part__section__portfolio=together).values("saved_by").distinct().count() >= 6
    )
    assert Nudge.objects.filter(last_sent_at__isnull=False).count() >= 3
    assert Nudge.objects.filter(kind="buddy", buddy_agreed_at=None, ended_at=None).count() == 1
    psf = Iteration.objects.filter(pathway__scheme_version__scheme__key="advance-he-fellowship")
    assert {each.course.shape for each in psf.select_related("course")} == {"open", "group"}


def _nothing_is_left_to_do():
    assert not Activity.objects.filter(handed_over_at=None).exists()
    assert not Job.objects.exists()
    assert not Telling.objects.filter(finished_at=None).exists()
    assert not Notification.objects.owed().filter(letter_due_at__lte=clock.now()).exists()
    assert not owed_invitations().exists()


def _every_link_leads_somewhere(client_of):
    """Whoever it is: no page of the house offers what is not there, what is not for them, or what fails."""
    for key in (None, "jean", "aoife", "chidi", "philippa", "kwame", "ingrid"):
        client = client_of(_person(key)) if key else Client()
        read, faults = walk(client)
        assert read > 60, key  # it went round the house
        assert faults == [], key


def _every_room_opens(client_of):
    """For those to whom it belongs: each page answers."""
    course = "/learn/" + Iteration.objects.get(course__slug="cmalt-cmooc", state="running").slug
    past = "/learn/" + Iteration.objects.get(course__slug="cmalt-cmooc", state="archived").slug
    group = "/learn/" + Iteration.objects.get(title="The Thursday lunch writers").slug
    community = "/communities/learning-technologists"
    common = [
        "/",
        "/learn/",
        "/communities/",
        "/communities/network/",
        "/events/",
        "/nudges/",
        "/notifications/",
    ]
    in_course = [course, *(f"{course}/weeks/{number}" for number in range(1, 8))]
    in_course += [f"{course}/{page}" for page in ("plan", "projects", "people", "research", "survey/entry")]
    in_community = [community, *(f"{community}/{page}" for page in ("members", "map", "repertoire"))]
    runs = [f"{course}/{page}" for page in ("manage", "participation", "design")] + [past, f"{past}/design"]
    cares = [f"{community}/{page}" for page in ("care", "manage", "poster", "links")]
    in_group = [group, f"{group}/timeline", f"{group}/report", "/portfolios/drafts"]
    in_group += [f"{group}/weeks/{number}" for number in range(1, 8)]
    rooms = {
        "jean": [*in_course, *in_community, *runs, *cares],
        "aoife": [*in_course, *in_group, f"{group}/set-up"],
        "ximena": [*in_course, *in_community],
        "chidi": [*in_course, *in_group],
        "rhodri": [*in_course, *in_community, *cares],
        "blessing": [*in_course, "/communities/clinical-education", "/communities/clinical-education/manage"],
        "theodora": ["/communities/kitchen-table", "/communities/kitchen-table/members"],
        "huda": [
            "/learn/fellowship-spring",
            "/learn/fellowship-spring/weeks/2",
            "/learn/fellowship-spring/manage",
        ],
        "tomasz": [*in_course, "/communities/language-teachers"],
    }
    threads = list(Thread.objects.values_list("pk", "forum"))
    for key, paths in rooms.items():
        client = client_of(_person(key))
        readable = set(Forum.objects.visible_to(_person(key)).values_list("pk", flat=True))
        talk = [
            f"/conversations/{pk}" for pk, forum in threads if forum in readable and key in {"jean", "chidi"}
        ]
        for path in [*common, *paths, *talk]:
            assert client.get(f"{path.rstrip('/')}/").status_code == 200, (key, path)
    jean = client_of(_person("jean"))
    for project in Project.objects.all():
        assert jean.get(project.get_absolute_url()).status_code == 200
    for occurrence in Occurrence.objects.filter(weeks__iteration__slug=course.removeprefix("/learn/")):
        assert jean.get(occurrence.get_absolute_url()).status_code == 200
    forum = Community.objects.get(slug="learning-technologists").forum
    assert jean.get(f"/conversations/forums/{forum.pk}/moderation/").status_code == 200
    chidi = client_of(_person("chidi"))
    for portfolio in Portfolio.objects.filter(owner=_person("chidi"), group=None):
        assert chidi.get(f"/portfolios/{portfolio.pk}/board/").status_code == 200
    together = Portfolio.objects.get(group__isnull=False)
    assert chidi.get(f"/portfolios/{together.pk}/").status_code == 200
    assert chidi.get(f"/portfolios/{together.pk}/ledger/").status_code == 200
