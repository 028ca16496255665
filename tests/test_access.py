"""Every address of ours, asked by nobody and by a signed-in stranger. A new address fails until it is told here whose it is."""

import datetime as dt
import re
from types import SimpleNamespace

import pytest
from django.urls import NoReverseMatch, reverse

from collegium.accreditation.models import (
    Assignment,
    Extension,
    Judgement,
    Referee,
    Registration,
    Screening,
    Submission,
    SubmittedFile,
)
from collegium.activity.models import Activity
from collegium.communities.actions import add_to_repertoire, link, start_page
from collegium.communities.models import Care, JoinRequest
from collegium.conversations.actions.moderation import take_measure
from collegium.conversations.models import Attachment
from collegium.courses.models import GroupInvitation, Nudge
from collegium.ecology.actions import library
from collegium.ecology.actions.reading_lists import make_list, put_on_list
from collegium.ecology.models import Look, Mute, NearCopy, OutlineImport
from collegium.evidence.models import PersonShown
from collegium.foundation import clock
from collegium.foundation.models import Blob
from collegium.newsletters.actions import add_entry, nominate
from collegium.notifications.models import Notification
from collegium.organisations.models import EmailDomain, Invitation
from collegium.people.models import Audience
from collegium.portfolios import actions as portfolios
from collegium.portfolios.anchors import Anchor
from collegium.portfolios.models import SetAside, Share
from collegium.portfolios.queries import snapshot
from collegium.schemes import actions as schemes
from tests.addresses import OUR_ADDRESSES
from tests.communities.factories import make_community
from tests.conversations.factories import make_forum, make_thread
from tests.courses.factories import make_goal, make_iteration, make_project
from tests.credentials.factories import make_award, make_course_badge
from tests.ecology.factories import make_ecology, make_item, make_source
from tests.events.factories import make_occurrence
from tests.factories import make_assessor, make_coordinator, make_evidence, make_organisation, make_person
from tests.newsletters.factories import make_issue, make_newsletter
from tests.portfolios.factories import make_meeting, make_writing_group

# What strangers may open, each with its reason. Everything else answers a stranger with log-in, 403 or 404.
OPEN_TO_STRANGERS = {
    "healthz": "for the supervisor",
    "readyz": "for the supervisor",
    "home:start": "the front page",
    "home:search": "finds only what its reader may see",
    "home:quick": "as the search",
    "home:roles": "what each role may do is public",
    "people:gone": "the last page of an account that is no more",
    "organisations:list": "institutions are public, their members are not",
    "organisations:organisation": "institutions are public, their members are not",
    "schemes:list": "schemes are public",
    "schemes:scheme": "schemes are public",
    "schemes:by_id": "schemes are public",
    "schemes:pathway": "schemes are public",
    "schemes:history": "schemes are public",
    "schemes:document": "schemes are public",
    "credentials:register": "the register is public",
    "credentials:verify": "anybody may check a credential",
    "credentials:issuer": "who issues is public",
    "credentials:award": "an award is public by its address",
    "credentials:badge": "the picture of a pathway's badge",
    "credentials:course_badge": "a badge is public by its address",
    "credentials:course_badge_picture": "the picture of a badge, as public as its page",
    "credentials:credential": "a credential is there to be verified",
    "credentials:status": "a credential is there to be verified",
    "credentials:did": "a credential is there to be verified",
    "design:gallery": "components, without anybody's data",
    "design:appearance": "light or dark, kept in a cookie",
    "conversations:search": "finds only what its reader may read",
    "communities:list": "names only communities that are public to strangers",
    "communities:network": "draws only communities that are public to strangers",
    "communities:join_code": "whoever has the poster; a closed link tells nothing",
    "courses:list": "names only iterations that are public to strangers",
    "ecology:tag": "shows what flows in public rivers only",
    "ecology:tag_feed": "says what flows in public rivers only",
    "newsletters:list": "names only newsletters that are public to strangers",
    "evidence:manifest": "tells a phone that pages can be shared to us; the same for everybody",
}
# What everyone signed in may open besides: lists of their own things, empty for a stranger, and first steps.
OPEN_TO_EVERYONE_SIGNED_IN = {
    "people:profile": "one's own",
    "people:set_photo": "one's own",
    "people:my_data": "one's own",
    "people:download": "one's own",
    "people:delete_account": "one's own",
    "people:person": "the cast's names are seen by everyone signed in",
    "people:photo": "as the person's page",
    "notifications:list": "one's own",
    "notifications:mark_all": "one's own",
    "notifications:preferences": "one's own",
    "notifications:choose_all": "one's own",
    "notifications:bell": "one's own",
    "organisations:found": "anyone may put an organisation on the list",
    "organisations:invitation": "whoever has the letter; a wrong token is told so",
    "communities:found": "anyone may found a community",
    "communities:towns": "names of towns, from the package",
    "courses:new": "anyone may plan a course, which nobody else sees",
    "courses:new_group": "anyone may plan a writing group, which nobody else sees",
    "courses:nudges": "one's own",
    "evidence:list": "one's own",
    "evidence:capture": "one's own",
    "evidence:anywhere": "how to capture from anywhere",
    "credentials:mine": "one's own",
    "portfolios:list": "one's own",
    "portfolios:with_me": "what is shared with the reader",
    "portfolios:begin": "a portfolio of one's own",
    "portfolios:begin_on": "a portfolio of one's own",
    "portfolios:begin_group": "a portfolio of a circle of one's own",
    "portfolios:drafts": "what one is asked to read",
    "portfolios:signed_in_again": "says that signing in worked",
    "accreditation:mine": "one's own",
    "ecology:river": "one's own",
    "ecology:mark_read": "one's own; marks only what the reader may see",
    "ecology:read_to_here": "one's own",
    "ecology:mutes": "one's own",
    "ecology:feeds": "one's own",
    "ecology:person_stream": "as the person's page, with what flows where the reader may see",
    "events:list": "one's own",
    "events:past": "one's own",
    "events:calendar": "one's own",
    "events:type_code": "a field for the code of a room",
    "conversations:my_measures": "what was decided about oneself",
    "conversations:my_posts": "one's own",
    "accreditation:register": "a registration of one's own",
    "newsletters:mine": "one's own",
    "newsletters:nominate": "for newsletters that the reader may read; without one it says so",
}
CLOSED = {403, 404, 405}


@pytest.fixture
def small_world(ada, bo, cy, settings, tmp_path):
    """Something of Ada's behind every kind of address, nothing of it shared with anybody."""
    settings.MEDIA_ROOT = tmp_path
    version = schemes.load_file(settings.SCHEMES_DIRECTORY / "cmalt.yaml")
    pathway = version.pathways.get(key="cmalt")
    make_coordinator(cy, version.scheme)
    holding = make_assessor(bo, version.scheme, holds_pathway="cmalt")
    evidence = make_evidence(ada)
    shown = PersonShown.objects.create(evidence=evidence, who="My students")
    portfolio = portfolios.begin(by=ada, pathway=pathway)
    section = portfolio.sections.get(node__code="1a")
    part = portfolios.write(
        section=section, component="description", html="<p>Mine.</p>", on_revision=0, by=ada
    )
    share = Share.objects.create(portfolio=portfolio, person=bo)
    comment = portfolios.comment(
        section=section, component="description", anchor=Anchor("Mine."), words="Whose?", by=bo
    )
    example = portfolios.add_example(portfolio=portfolio, title="Mine", by=ada)
    asked = portfolios.ask_feedback(section=section, by=ada, person=bo)
    given = portfolios.give_feedback(request=asked, words="Good.", by=bo)
    aside = SetAside.objects.create(part=part, person=ada, html="<p>Set aside.</p>")
    group = make_writing_group(pathway, ada, mentor=cy)
    meeting = make_meeting(group, section.node)
    registration = Registration.objects.create(person=ada, pathway=pathway)
    extension = Extension.objects.create(
        registration=registration, reason="Illness", until=dt.date(2030, 1, 1)
    )
    referee = Referee.objects.create(registration=registration, name="Ree Feree", email="ree@example.org")
    content = snapshot(portfolio)
    submission = Submission.objects.create(
        registration=registration, portfolio=portfolio, content=content, sha256="0" * 64, state="assessing"
    )
    Screening.objects.create(submission=submission)
    blob = Blob.objects.create(sha256="a" * 64, size=1, media_type="text/plain")
    file = SubmittedFile.objects.create(
        submission=submission, blob=blob, name="notes.txt", evidence_id=evidence.pk
    )
    assignment = Assignment.objects.create(submission=submission, assessor=bo, role="lead", state="accepted")
    Judgement.objects.create(assignment=assignment, overall="Sealed words")
    award = make_award(person=ada, pathway=pathway)
    credential = award.credentials.get()
    course_badge = make_course_badge(ada)
    organisation = make_organisation(ada, coordinators=(cy,))
    domain = EmailDomain.objects.create(organisation=organisation, domain="ada.example")
    invitation = Invitation.objects.create(
        organisation=organisation, email="new@example.org", token_hash="1" * 64, expires_at=clock.now()
    )
    activity = Activity.objects.create(
        verb="evidence.captured", actor=ada, about_kind="evidence.evidence", about_id=str(evidence.pk)
    )
    meeting = make_occurrence(ada, make_community(convener=ada, audience=Audience.CIRCLE))
    notification = Notification.objects.create(person=ada, activity=activity, role="owner")
    forum = make_forum(ada, moderators=(cy,))
    thread = make_thread(forum, ada)
    post = thread.posts.get()
    attachment = Attachment.objects.create(post=post, owner=ada, blob=blob, file_name="notes.txt")
    measure = take_measure(kind="warn", post=post, by=cy, reason="Only a warning.")
    # Of a slug that they share with the organisation: one word for all kinds of address.
    community = make_community(ada, convener=cy, audience=Audience.CIRCLE, slug=organisation.slug)
    page = start_page(community=community, by=ada, title="How we talk", html="<p>Kindly.</p>")
    item = add_to_repertoire(community=community, by=ada, title="A link", url="https://example.org/")
    community_link = link(source=community, target=make_community(), by=cy)
    wish = JoinRequest.objects.create(community=community, person=bo)
    care = Care.objects.create(community=community, taken_by=cy, member=ada)
    iteration = make_iteration(ada, audience="circle", slug=organisation.slug, weeks=1)
    enrolment = iteration.enrolments.get(person=ada)
    goal = make_goal(enrolment)
    project = make_project(iteration, ada)
    nudge = Nudge.objects.create(person=ada, kind="date", words="Write", on=clock.today())
    group_invitation = GroupInvitation.objects.create(
        iteration=group, person=ada, sent_at=clock.now(), expires_at=clock.now() + dt.timedelta(days=1)
    )
    ecology = make_ecology(ada, editors=(cy,), audience=Audience.CIRCLE)
    source = make_source(ecology)
    flowing = make_item(source)
    mute = Mute.objects.create(person=ada, tag="cmalt")
    near_copy = NearCopy.objects.create(item=make_item(source), other=flowing, likeness=90)
    resource = library.keep(ecology=ecology, by=ada, csl={"type": "book", "title": "A book"}, why="Good.")
    reading_list = make_list(ecology=ecology, by=cy, title="To begin with")
    entry = put_on_list(reading_list=reading_list, by=cy, resource=resource)
    brought = OutlineImport.objects.create(ecology=ecology, by=ada)
    newsletter = make_newsletter(
        ecology=ecology, editors=ecology.editors, members=ecology.members, audience="circle"
    )
    issue = make_issue(newsletter, cy, words="Not yet.")
    part_of_issue = issue.sections.first()
    piece = add_entry(section=part_of_issue, by=cy, title="A piece")
    nomination = nominate(newsletter=newsletter, by=ada, url="https://example.org/", title="A page")
    of_issue = {"slug": newsletter.slug, "number": issue.number, "nomination_id": nomination.pk}
    return SimpleNamespace(
        arguments={
            "newsletter_id": newsletter.pk,
            "issue_id": issue.pk,
            "ecology_id": ecology.pk,
            "tag": "cmalt",
            "mute_id": mute.pk,
            "near_copy_id": near_copy.pk,
            "resource_id": resource.pk,
            "list_id": reading_list.pk,
            "entry_id": entry.pk,
            "source_id": source.pk,
            "following_id": source.followings.get().pk,
            "import_id": brought.pk,
            "look_id": Look.objects.create(ecology=ecology, by=ada, asked="https://x.example/").pk,
            "callback": "no-such-callback",
            "iteration_id": iteration.pk,
            "week_id": iteration.weeks.get().pk,
            "enrolment_id": enrolment.pk,
            "goal_id": goal.pk,
            "nudge_id": nudge.pk,
            "project_id": project.pk,
            "survey": "entry",
            "community_id": community.pk,
            "code": community.code,
            "step": 0,
            "page_slug": page.slug,
            "item_id": item.pk,
            "link_id": community_link.pk,
            "care_id": care.pk,
            "portfolio_id": portfolio.pk,
            "section_id": section.pk,
            "node_id": section.node_id,
            "component": part.component,
            "number": 1,
            "evidence_id": evidence.pk,
            "shown_id": shown.pk,
            "share_id": share.pk,
            "registration_id": registration.pk,
            "extension_id": extension.pk,
            "referee_id": referee.pk,
            "submission_id": submission.pk,
            "file_id": file.pk,
            "assignment_id": assignment.pk,
            "award_id": award.pk,
            "public_id": award.public_id,
            "pathway_id": pathway.pk,
            "pathway_key": pathway.key,
            "scheme_id": version.scheme.pk,
            "key": version.scheme.key,
            "holding_id": holding.pk,
            "person_id": ada.pk,
            "size": 256,
            "token": "no-such-token",
            "slug": organisation.slug,
            "domain_id": domain.pk,
            "invitation_id": invitation.pk,
            "notification_id": notification.pk,
            "event_id": meeting.event_id,
            "occurrence_id": meeting.pk,
            "form": "svg",
            "comment_id": comment.pk,
            "example_id": example.pk,
            "request_id": asked.pk,
            "feedback_id": given.pk,
            "aside_id": aside.pk,
            "forum_id": forum.pk,
            "thread_id": thread.pk,
            "post_id": post.pk,
            "attachment_id": attachment.pk,
            "measure_id": measure.pk,
        },
        special={
            **{
                f"ecology:{name}": {"item_id": flowing.pk}
                for name in ("item", "save_item", "edit_item", "keep_item")
            },
            **{
                f"ecology:{name}": {"form": "atom"}
                for name in ("feed", "tag_feed", "person_feed", "private_feed")
            },
            **{f"ecology:{name}": {"form": "bib"} for name in ("library_file", "resource_citation")},
            "ecology:map_file": {"form": "csv"},
            "credentials:credential": {"public_id": credential.public_id},
            "credentials:status": {"number": credential.status_list.number},
            "portfolios:public": {"slug": "not-published"},
            "communities:request": {"request_id": wish.pk},
            "events:check_in": {"code": meeting.code},
            "events:community_feed": {"slug": meeting.event.communities.get().slug},
            "portfolios:boards": {"slug": group.slug},
            "courses:group_invitation": {"invitation_id": group_invitation.pk},
            "courses:group_of_invitation": {"invitation_id": group_invitation.pk},
            "courses:report_by_id": {"iteration_id": group.pk},
            "courses:withdraw_group_invitation": {
                "slug": group.slug,
                "invitation_id": group_invitation.pk,
            },
            **{
                f"courses:{name}": {"slug": group.slug}
                for name in (
                    "set_up_group",
                    "set_times",
                    "open_group",
                    "set_pair_rule",
                    "add_meeting",
                    "invite_to_group",
                    "timeline",
                    "report",
                    "report_pdf",
                    "say_of_group",
                    "show_outcome",
                    "close_with_words",
                    "edit_meeting",
                    "move_meeting",
                    "away",
                    "attendance",
                    "notes",
                )
            },
            "portfolios:draft_for_week": {"week_id": meeting.pk},
            "credentials:course_badge": {"public_id": course_badge.public_id},
            "credentials:course_badge_number": {"badge_id": course_badge.pk},
            "credentials:course_badge_picture": {"public_id": course_badge.public_id, "form": "svg"},
            "credentials:course_badge_file": {"public_id": course_badge.public_id, "form": "json"},
            "credentials:revoke_course_badge": {"public_id": course_badge.public_id},
            "evidence:keep": {"kind": "post", "source_id": post.pk},
            "newsletters:decline": {"nomination_id": nomination.pk},
            "newsletters:write": {"section_id": part_of_issue.pk},
            "newsletters:section": {"section_id": part_of_issue.pk},
            "newsletters:entry": {"entry_id": piece.pk},
            "newsletters:feed": {"slug": newsletter.slug, "form": "atom"},
            **{
                f"newsletters:{name}": of_issue
                for name in (
                    "newsletter",
                    "subscribe",
                    "desk",
                    "draft",
                    "settings",
                    "editors",
                    "subscribers",
                    "issue",
                    "issue_print",
                    "issue_pdf",
                    "edit",
                    "preview",
                    "letter",
                    "test",
                    "schedule",
                    "withdraw",
                    "take",
                )
            },
        },
    )


def address(name, route, world):
    """The address with the row of the small world for each of its parameters."""
    names = re.findall(r"<(?:\w+:)?(\w+)>", route)
    known = {**world.arguments, **world.special.get(name, {})}
    missing = [parameter for parameter in names if parameter not in known]
    assert not missing, f"{name} has parameters that the small world has no row for: {missing}"
    try:
        return reverse(name, kwargs={parameter: known[parameter] for parameter in names})
    except NoReverseMatch:  # pragma: no cover
        pytest.fail(f"{name} has no address")


CASES = [(name, route) for name, route, _ in OUR_ADDRESSES]


def _answer(client, method, where):
    """The status at the end of the way; "log-in" where the way leads to the door."""
    response = getattr(client, method)(where, follow=True)
    ways = [address for address, _ in response.redirect_chain]
    return "log-in" if any(way.startswith(reverse("account_login")) for way in ways) else response.status_code


def _answers(client, where):
    return {method: _answer(client, method, where) for method in ("get", "post")}


def test_nobody_opens_what_is_not_open(small_world, client_of):
    wrong = {}
    for name, route in CASES:
        answers = _answers(client_of(None), address(name, route, small_world))
        is_closed = all(answer in {*CLOSED, "log-in"} for answer in answers.values())
        if is_closed == (name in OPEN_TO_STRANGERS):
            wrong[name] = answers
    assert wrong == {}


def test_a_signed_in_stranger_opens_nothing_of_hers(small_world, client_of):
    wrong = {}
    open_to_eve = OPEN_TO_STRANGERS | OPEN_TO_EVERYONE_SIGNED_IN
    for name, route in CASES:
        if name in open_to_eve:
            continue
        # A stranger of her own each time: what one address does must not spoil the next question.
        answers = _answers(client_of(make_person()), address(name, route, small_world))
        if not all(answer in CLOSED for answer in answers.values()):
            wrong[name] = answers
    assert wrong == {}


def test_the_lists_name_only_addresses_that_exist():
    names = {name for name, _ in CASES}
    assert sorted((OPEN_TO_STRANGERS | OPEN_TO_EVERYONE_SIGNED_IN).keys() - names) == []
