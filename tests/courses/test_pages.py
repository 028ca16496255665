"""The pages: what they ask of the database, who opens them, what their forms do and refuse."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from collegium.communities.models import MapPlace
from collegium.courses import wording
from collegium.courses.actions import enrolments, projects
from collegium.courses.models import (
    Consent,
    Course,
    DesignDecision,
    Enrolment,
    Goal,
    Iteration,
    Mapping,
    PlannedWeek,
    Project,
    Week,
)
from collegium.foundation import clock
from collegium.people.models import Audience
from tests.communities.factories import make_community
from tests.conversations.factories import make_forum, make_post
from tests.courses.factories import (
    MONDAY,
    make_course,
    make_enrolment,
    make_goal,
    make_iteration,
    make_meeting,
    make_project,
    make_thread,
    make_week,
)
from tests.credentials.factories import make_pathway
from tests.factories import make_person

pytestmark = pytest.mark.django_db

NOW = datetime(2027, 3, 3, 12, tzinfo=UTC)

# Session, account, what waits for an assessor or coordinator, and what is unread are four of each.
QUERIES = {
    "list": 7,
    "iteration": 10,
    "week": 10,
    "plan": 11,
    "bank": 10,
    "project": 11,
    "people": 8,
    "design": 7,
    "participation": 11,
    "manage": 9,
}


@pytest.fixture(autouse=True)
def _in_the_first_week():
    with clock.moved_to(NOW):
        yield


@pytest.fixture(params=[1, 3])
def pages(request, ada, cy):
    """Each page, on which one thing or three stand."""
    number = request.param
    pathway = make_pathway()
    nodes = list(pathway.scheme_version.framework.nodes.filter(assessed=True)[:number])
    course = make_course()
    iteration = make_iteration(cy, course=course, pathway=pathway, audience=Audience.PUBLIC)
    for _other in range(number - 1):
        make_iteration(cy, course=course, audience=Audience.PUBLIC)
    others = [make_person(name=f"Other {each}") for each in range(number)]
    mine = make_enrolment(iteration, ada)
    for each, person in enumerate(others):
        enrolment = make_enrolment(iteration, person, guides=True)
        make_goal(enrolment, shown=True)
        make_goal(mine, words=f"Goal {each}")
        enrolment.addresses.create(url="https://example.org")
        DesignDecision.objects.create(iteration=iteration, what="What", why="Why", by=cy)
    for each in range(number):
        week = make_week(iteration, trigger_title="Why?", triggered_at=clock.now())
        PlannedWeek.objects.create(enrolment=mine, week=week, note=str(each))
        make_meeting(week)
        for node in nodes:
            Mapping.objects.create(week=week, node=node)
    week = iteration.weeks.get(number=1)
    thread = make_thread(week)
    for person in others:
        make_post(thread, person)
        project = make_project(iteration, person, week=week, nodes=nodes)
    for person in [each for each in others if each != project.person] or [cy]:
        projects.appreciate(project=project, by=person, marks={"use": 3}, words="Yes.")
    projects.discuss(project=project, by=cy, html="<p>How?</p>")
    return {
        "list": (reverse("courses:list"), ada),
        "iteration": (iteration.get_absolute_url(), ada),
        "week": (week.get_absolute_url(), ada),
        "plan": (reverse("courses:plan", args=[iteration.slug]), ada),
        "bank": (reverse("courses:projects", args=[iteration.slug]), ada),
        "project": (project.get_absolute_url(), ada),
        "people": (reverse("courses:people", args=[iteration.slug]), ada),
        "design": (reverse("courses:design", args=[iteration.slug]), ada),
        "participation": (reverse("courses:participation", args=[iteration.slug]), cy),
        "manage": (reverse("courses:manage", args=[iteration.slug]), cy),
    }


@pytest.mark.parametrize("page", QUERIES)
def test_a_page_asks_the_same_for_one_and_for_three(page, pages, client_of, django_assert_num_queries):
    address, person = pages[page]
    client = client_of(person)
    client.get(address)
    with django_assert_num_queries(QUERIES[page]):
        response = client.get(address)
    assert response.status_code == 200


# Who sees what --------------------------------------------------------------------------------------------------------


def test_a_public_iteration_is_read_by_strangers_without_its_people_and_its_trigger_ahead(cy, ada, client_of):
    iteration = make_iteration(cy, audience=Audience.PUBLIC, title="Spring")
    make_enrolment(iteration, ada)
    week = make_week(
        iteration,
        starts_on=MONDAY + timedelta(days=7),
        number=1,
        title="Arriving",
        trigger_title="What would you show?",
        trigger_html="<p>One secret picture.</p>",
        activity_html="<p>Draw your desk.</p>",
    )
    nobody = client_of(None)
    page = nobody.get(iteration.get_absolute_url()).content.decode()
    assert "Spring" in page
    assert "Arriving" in page
    assert "Ada Candidate" not in page
    page = nobody.get(week.get_absolute_url()).content.decode()
    assert "Draw your desk." in page
    assert "One secret picture." not in page
    assert "One secret picture." not in client_of(ada).get(week.get_absolute_url()).content.decode()
    assert "One secret picture." in client_of(cy).get(week.get_absolute_url()).content.decode()
    assert nobody.get(reverse("courses:people", args=[iteration.slug])).status_code == 302
    assert client_of(make_person()).get(reverse("courses:people", args=[iteration.slug])).status_code == 403


def test_a_closed_iteration_is_not_even_named_to_others(cy, eve, client_of):
    iteration = make_iteration(cy, audience=Audience.CIRCLE, title="Quiet group", weeks=1)
    project = make_project(iteration, cy)
    eve_here = client_of(eve)
    for address in (
        iteration.get_absolute_url(),
        iteration.weeks.get().get_absolute_url(),
        project.get_absolute_url(),
        reverse("courses:projects", args=[iteration.slug]),
        reverse("courses:enrol", args=[iteration.slug]),
        reverse("courses:week_by_id", args=[iteration.weeks.get().pk]),
    ):
        assert eve_here.get(address).status_code == 404
    assert "Quiet group" not in eve_here.get(reverse("courses:list")).content.decode()


def test_who_was_let_go_is_out_on_the_next_request(cy, ada, client_of):
    iteration = make_iteration(cy, audience=Audience.CIRCLE, weeks=1)
    enrolment = make_enrolment(iteration, ada)
    client = client_of(ada)
    assert client.get(iteration.get_absolute_url()).status_code == 200
    enrolments.leave(enrolment=enrolment, by=cy)
    assert client.get(iteration.get_absolute_url()).status_code == 404
    iteration.information_sheet = "Why"
    iteration.save()
    Consent.objects.create(enrolment=enrolment, sheet="Why")
    research = reverse("courses:research", args=[iteration.slug])
    assert client.get(research).status_code == 200  # one withdraws also after leaving
    client.post(research, {"consents": "no"})
    assert Consent.objects.get().withdrawn_at is not None


# Enrolling ------------------------------------------------------------------------------------------------------------


def test_enrolling_takes_what_one_says_and_asks_for_nothing(cy, ada, eve, client_of):
    community = make_community(convener=cy)
    iteration = make_iteration(
        cy, course=make_course(community=community), information_sheet="What for.", hashtag="us", weeks=1
    )
    where = reverse("courses:enrol", args=[iteration.slug])
    page = client_of(ada).get(where).content.decode()
    assert 'name="consents"' in page
    assert "checked" not in page.split('name="consents"')[1][:60]
    answer = client_of(ada).post(
        where,
        {
            "goals": "One\n\nTwo",
            "addresses": "ada.example.org\nhttps://orcid.org/0000-0002-1825-0097",
            "hashtag_names": "@ada, @ada@social.example",
            "country": "NZ",
            "town": "Auckland",
            "q-open": "3",
            "consents": "yes",
        },
    )
    assert answer.url == reverse("courses:plan", args=[iteration.slug])
    mine = Enrolment.objects.get(person=ada)
    assert [goal.words for goal in mine.goals.all()] == ["One", "Two"]
    assert mine.addresses.count() == 2
    assert mine.hashtag_names == ["ada", "ada@social.example"]
    assert MapPlace.objects.get(person=ada, community=community).town == "Auckland"
    assert mine.survey_answers.get().answers == {"open": 3}
    assert mine.consents.get().sheet == "What for."
    assert client_of(eve).post(where, {}).status_code == 302
    theirs = Enrolment.objects.get(person=eve)
    assert not theirs.consents.exists()
    assert not theirs.survey_answers.exists()
    assert not MapPlace.objects.filter(person=eve).exists()


def test_a_bad_address_is_said_at_its_field_and_nothing_is_lost(cy, ada, client_of):
    iteration = make_iteration(cy)
    where = reverse("courses:enrol", args=[iteration.slug])
    answer = client_of(ada).post(where, {"goals": "One", "addresses": "javascript://alert(1)"})
    assert answer.status_code == 422
    assert "One" in answer.content.decode()
    assert not Enrolment.objects.filter(person=ada).exists()


# A week ---------------------------------------------------------------------------------------------------------------


def test_saying_something_on_the_page_of_a_week_is_one_post_however_often_it_is_sent(cy, ada, eve, client_of):
    iteration = make_iteration(cy, weeks=1)
    make_enrolment(iteration, ada)
    week = iteration.weeks.get()
    thread = make_thread(week)
    where = reverse("courses:say", args=[iteration.slug, 1])
    said = {"words": "First.\n\n<script>alert(1)</script>", "key": "once"}
    client = client_of(ada)
    for _again in range(2):
        assert client.post(where, said).url.endswith("#talk")
    thread.refresh_from_db()
    assert thread.post_count == 1
    page = client.get(week.get_absolute_url()).content.decode()
    assert "First." in page
    assert "<script>alert(1)" not in page
    assert client_of(eve).post(where, said).status_code == 403


def test_what_moderators_hide_or_move_is_gone_from_the_week_too(cy, ada, client_of):
    iteration = make_iteration(cy, weeks=1)
    make_enrolment(iteration, ada)
    week = iteration.weeks.get()
    thread = make_thread(week)
    make_post(thread, ada, html="<p>Words in question.</p>")

    def shown_to(person):
        return "Words in question." in client_of(person).get(week.get_absolute_url()).content.decode()

    assert shown_to(ada)
    thread.refresh_from_db()
    thread.hidden_at = clock.now()
    thread.save()
    assert not shown_to(ada)
    assert shown_to(cy)
    thread.hidden_at = None
    thread.forum = make_forum(cy)
    thread.save()
    assert not shown_to(ada)


def test_marking_a_week_and_a_note_keep_each_other(cy, ada, client_of):
    iteration = make_iteration(cy, weeks=1)
    enrolment = make_enrolment(iteration, ada)
    client, where = client_of(ada), reverse("courses:plan_week", args=[iteration.slug, 1])
    client.post(where, {"state": "to_do", "due_on": "2027-03-20", "note": "With Bo", "from": "plan"})
    client.post(where, {"state": "done"})
    planned = enrolment.plan.get()
    assert (planned.state, planned.note, planned.due_on.day) == ("done", "With Bo", 20)
    assert client.post(where, {"state": "burnt"}).status_code == 409
    assert client_of(cy).post(where, {"state": "done"}).status_code == 302
    assert enrolment.plan.count() == 1


def test_one_press_gives_a_plan_and_nobody_counts_what_was_missed(cy, ada, client_of):
    iteration = make_iteration(cy, weeks=3, starts_on=MONDAY - timedelta(days=14))
    make_enrolment(iteration, ada)
    client, plan = client_of(ada), reverse("courses:plan", args=[iteration.slug])
    page = client.get(plan).content.decode()
    for word in ("missed", "late", "overdue", "behind"):
        assert word not in page.split("<main")[1].split("</main")[0].replace("translate", "")
    client.post(reverse("courses:catch_up", args=[iteration.slug]), {"days_per_week": "2"})
    assert PlannedWeek.objects.filter(due_on__isnull=False).count() == 3
    assert (
        client.post(reverse("courses:catch_up", args=[iteration.slug]), {"days_per_week": "99"}).status_code
        == 409
    )
    client.post(reverse("courses:with_everybody", args=[iteration.slug]))
    assert not PlannedWeek.objects.filter(due_on__isnull=False).exists()


def test_goals_on_the_plan(cy, ada, bo, client_of):
    iteration = make_iteration(cy)
    enrolment = make_enrolment(iteration, ada)
    make_enrolment(iteration, bo)
    client = client_of(ada)
    add = reverse("courses:add_goal", args=[iteration.slug])
    assert client.post(add, {"words": " "}).status_code == 422
    client.post(add, {"words": "Be brave"})
    goal = enrolment.goals.get()
    change = reverse("courses:change_goal", args=[iteration.slug, goal.pk])
    assert client_of(bo).post(change, {"change": "remove"}).status_code == 404
    people = reverse("courses:people", args=[iteration.slug])
    assert "Be brave" not in client_of(bo).get(people).content.decode()
    for step in ("reached", "show", "nonsense"):
        client.post(change, {"change": step})
    goal.refresh_from_db()
    assert goal.reached_at is not None
    assert "Be brave" in client_of(bo).get(people).content.decode()
    client.post(change, {"change": "remove"})
    assert not Goal.objects.exists()


def test_surveys_are_answered_and_answered_again(cy, ada, client_of):
    iteration = make_iteration(cy)
    make_enrolment(iteration, ada)
    where = reverse("courses:survey", args=[iteration.slug, "exit"])
    client = client_of(ada)
    client.post(where, {"q-changed": "I ask first."})
    assert "I ask first." in client.get(where).content.decode()
    assert client.get(reverse("courses:survey", args=[iteration.slug, "middle"])).status_code == 404
    assert client_of(cy).get(where).status_code == 200  # one's own, also for who runs it
    assert "I ask first." not in client_of(cy).get(where).content.decode()


# The project bank -----------------------------------------------------------------------------------------------------


def test_submitting_appreciating_and_discussing_by_form(cy, ada, bo, eve, client_of):
    iteration = make_iteration(cy, weeks=1)
    for person in (ada, bo):
        make_enrolment(iteration, person)
    submit = reverse("courses:submit", args=[iteration.slug])
    assert client_of(eve).get(submit).status_code == 403
    assert client_of(ada).post(submit, {"title": "A"}).status_code == 422
    assert client_of(ada).post(submit, {"title": "A", "description": "B", "week": "999"}).status_code == 422
    week = iteration.weeks.get()
    answer = client_of(ada).post(submit, {"title": "A map", "description": "Drawn.", "week": week.pk})
    project = Project.objects.get()
    assert answer.url == project.get_absolute_url()
    appreciate = reverse("courses:appreciate", args=[project.pk])
    assert client_of(ada).post(appreciate, {"mark_use": "4"}).status_code == 403
    assert client_of(bo).post(appreciate, {}).status_code == 422
    client_of(bo).post(appreciate, {"mark_use": "4", "words": "I will try it."})
    page = client_of(ada).get(project.get_absolute_url()).content.decode()
    assert "I will try it." in page
    client_of(bo).post(reverse("courses:discuss", args=[project.pk]), {"words": "How long?", "key": "k"})
    assert "How long?" in client_of(ada).get(project.get_absolute_url()).content.decode()
    client_of(bo).post(reverse("courses:take_back_appreciation", args=[project.pk]))
    assert not project.appreciations.exists()
    assert client_of(bo).get(reverse("courses:edit_project", args=[project.pk])).status_code == 403
    client_of(ada).post(
        reverse("courses:edit_project", args=[project.pk]), {"title": "A better map", "description": "Drawn."}
    )
    assert Project.objects.get().title == "A better map"
    client_of(cy).post(reverse("courses:remove_project", args=[project.pk]))
    assert client_of(ada).get(project.get_absolute_url()).status_code == 404


@pytest.mark.parametrize(
    "query", ["?after=x", "?after=" + "9" * 40, "?week=-1", "?node=0", "?q=%00%25", "?person=1"]
)
def test_a_strange_question_to_the_bank_has_an_answer(cy, client_of, query):
    iteration = make_iteration(cy, audience=Audience.PUBLIC)
    assert client_of(None).get(reverse("courses:projects", args=[iteration.slug]) + query).status_code == 200


# Facilitating ---------------------------------------------------------------------------------------------------------


def test_planning_a_course_and_opening_it(ada, bo, client_of):
    pathway = make_pathway()
    client = client_of(ada)
    page = client.get(reverse("courses:new"))
    assert page.status_code == 200
    facts = {
        "title": "Towards CMALT",
        "summary": "Seven weeks together.",
        "pathway": pathway.pk,
        "iteration_title": "Spring 2027",
        "starts_on": "2027-03-08",
        "weeks": "2",
        "time_zone": "Pacific/Auckland",
        "audience": "public",
        "weeks_for_participation": "1",
        "weeks_for_completion": "0",
    }
    assert client.post(reverse("courses:new"), facts | {"time_zone": "Nowhere"}).status_code == 422
    assert not Course.objects.exists()
    answer = client.post(reverse("courses:new"), facts)
    iteration = Iteration.objects.get()
    assert answer.url == reverse("courses:manage", args=[iteration.slug])
    assert client_of(bo).get(iteration.get_absolute_url()).status_code == 404
    node = pathway.scheme_version.framework.nodes.get(code="1a")
    edit = reverse("courses:edit_week", args=[iteration.slug, 1])
    assert client.get(edit).status_code == 200
    client.post(
        edit,
        {
            "title": "Arriving",
            "kind": "week",
            "starts_on": "2027-03-08",
            "trigger_title": "What would you show?",
            "trigger_html": "One picture.\n\n- yours\n- ours",
            "trigger_day": "2027-03-08",
            "trigger_time": "08:30",
            "draft_node": node.pk,
            f"maps_{node.pk}": "3",
            "prompts": "Why?\nFor whom?",
        },
    )
    week = Week.objects.get(number=1)
    assert week.trigger_at == datetime(2027, 3, 7, 19, 30, tzinfo=UTC)
    assert week.trigger_html == "<p>One picture.</p><ul><li>yours</li><li>ours</li></ul>"
    assert week.mappings.get().strength == 3
    assert week.prompts == ["Why?", "For whom?"]
    client.post(reverse("courses:step", args=[iteration.slug]), {"step": "open"})
    assert client_of(bo).get(iteration.get_absolute_url()).status_code == 200
    assert client.post(reverse("courses:step", args=[iteration.slug]), {"step": "archive"}).status_code == 409
    assert client.post(reverse("courses:step", args=[iteration.slug]), {"step": "fly"}).status_code == 400
    move = reverse("courses:move_week", args=[iteration.slug, 2])
    assert client.post(move, {"starts_on": "2027-03-01"}).status_code == 422
    client.post(move, {"starts_on": "2027-03-17"})
    assert Week.objects.get(number=2).starts_on.day == 17
    client.post(
        reverse("courses:plan_meeting", args=[iteration.slug, 2]),
        {"day": "2027-03-18", "hour": "19:00", "minutes": "60", "meeting_url": "https://meet.example.org/x"},
    )
    assert Week.objects.get(number=2).meeting.starts_at == datetime(2027, 3, 18, 6, tzinfo=UTC)
    copy = reverse("courses:copy", args=[iteration.slug])
    assert client.post(copy, {"title": "Next", "starts_on": "2027-09-06", "what": "Less"}).status_code == 422
    client.post(copy, {"title": "Next", "starts_on": "2027-09-06", "what": "Less", "why": "It was much."})
    page = client.get(reverse("courses:design", args=[Iteration.objects.get(title="Next").slug]))
    assert "It was much." in page.content.decode()
    assert "Spring 2027" in page.content.decode()
    client.post(reverse("courses:cancel", args=[iteration.slug]), {"because": "Too few."})
    assert "Too few." in client_of(bo).get(iteration.get_absolute_url()).content.decode()


def test_only_who_facilitates_gets_behind_the_scenes(cy, ada, client_of):
    iteration = make_iteration(cy, weeks=1)
    make_enrolment(iteration, ada)
    client = client_of(ada)
    for name in ("manage", "edit", "participation", "add_week", "cancel", "copy"):
        assert client.get(reverse(f"courses:{name}", args=[iteration.slug])).status_code == 403
    for name in ("edit_week", "move_week", "plan_meeting"):
        assert client.get(reverse(f"courses:{name}", args=[iteration.slug, 1])).status_code == 403
    decide = client.post(reverse("courses:design", args=[iteration.slug]), {"what": "A", "why": "B"})
    assert decide.status_code == 403
    assert client.post(reverse("courses:step", args=[iteration.slug]), {"step": "end"}).status_code == 403
    assert client.post(reverse("courses:take_in", args=[iteration.slug]), {}).status_code == 403


def test_taking_people_in_by_address_and_giving_roles(cy, ada, client_of):
    iteration = make_iteration(cy, audience=Audience.CIRCLE)
    client, where = client_of(cy), reverse("courses:take_in", args=[iteration.slug])
    assert client.post(where, {"email": "nobody@example.org", "role": "participant"}).status_code == 422
    client.post(where, {"email": "ADA@example.org", "role": "participant"})
    enrolment = Enrolment.objects.get(person=ada)
    change = reverse("courses:change_person", args=[iteration.slug, enrolment.pk])
    client.post(change, {"role": "facilitator"})
    assert client_of(ada).get(reverse("courses:manage", args=[iteration.slug])).status_code == 200
    client.post(change, {"role": "gone"})
    assert client_of(ada).get(iteration.get_absolute_url()).status_code == 404
    own = iteration.enrolments.get(person=cy)
    last = client.post(reverse("courses:change_person", args=[iteration.slug, own.pk]), {"role": "gone"})
    assert last.status_code == 409


def test_home_says_what_comes_next(cy, ada, client_of):
    iteration = make_iteration(cy, title="Spring")
    make_enrolment(iteration, ada)
    make_week(iteration, title="Arriving", trigger_title="Why?", triggered_at=clock.now())
    make_week(iteration, title="Tools")
    assert "Arriving" in client_of(ada).get("/").content.decode()
    assert "A triggering event for “Tools”" in client_of(cy).get("/").content.decode()


@pytest.mark.parametrize(
    ("typed", "html"),
    [
        ("One\ntwo", "<p>One<br>two</p>"),
        ("- a\n- b", "<ul><li>a</li><li>b</li></ul>"),
        ("Look:\n1. a\n2. b", "<p>Look:</p><ol><li>a</li><li>b</li></ol>"),
        ("# Head\nwords", "<h3>Head</h3><p>words</p>"),
        ("<b>x</b>", "<p>&lt;b&gt;x&lt;/b&gt;</p>"),
    ],
)
def test_what_is_typed_plainly_becomes_safe_words(typed, html):
    assert wording.as_html(typed) == html


def test_an_address_becomes_a_link():
    assert 'href="https://example.org/a"' in wording.as_html("See https://example.org/a.")
