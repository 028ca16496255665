"""The project bank."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from collegium.activity.models import Activity
from collegium.conversations.models import Following
from collegium.courses.actions import projects as actions
from collegium.courses.models import Iteration
from collegium.courses.queries.projects import PAGE, Narrowing, bank
from collegium.foundation.refusal import Refusal
from tests.courses.factories import make_enrolment, make_iteration, make_project, make_week
from tests.credentials.factories import make_pathway

pytestmark = pytest.mark.django_db


def picture(name="drawing.png"):
    file = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(file, "PNG")
    return SimpleUploadedFile(name, file.getvalue(), "image/png")


@pytest.fixture
def iteration(cy, ada, bo):
    iteration = make_iteration(cy, pathway=make_pathway(), weeks=2)
    make_enrolment(iteration, ada)
    make_enrolment(iteration, bo)
    return iteration


def test_submitting_with_a_picture_in_words(iteration, ada, eve, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    with pytest.raises(Refusal, match="to be seen"):
        actions.submit_project(iteration=iteration, by=ada, title="A", description="B", picture=picture())
    node = iteration.pathway.scheme_version.framework.nodes.get(code="1a")
    project = actions.submit_project(
        iteration=iteration,
        by=ada,
        title=" A map of feedback ",
        description="What I drew.",
        url="https://example.org/map",
        week=iteration.weeks.first(),
        nodes=[node],
        picture=picture(),
        alt_text="Arrows between people",
    )
    assert project.title == "A map of feedback"
    assert project.picture.media_type == "image/webp"  # redrawn, without what a camera adds
    assert list(project.nodes.all()) == [node]
    with pytest.raises(Refusal, match="Only those who take part"):
        actions.submit_project(iteration=iteration, by=eve, title="A", description="B")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"title": " "}, "title"),
        ({"description": ""}, "description"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"url": "https://a b"}, "url"),
    ],
)
def test_what_does_not_fit_is_refused_at_its_field(iteration, ada, fields, code):
    with pytest.raises(Refusal) as refused:
        actions.submit_project(iteration=iteration, by=ada, **{"title": "A", "description": "B", **fields})
    assert refused.value.code == code


def test_weeks_and_criteria_are_those_of_the_iteration(iteration, ada, cy):
    other = make_week(make_iteration(cy))
    with pytest.raises(Refusal, match="another iteration"):
        actions.submit_project(iteration=iteration, by=ada, title="A", description="B", week=other)
    node = make_pathway("cmalt").scheme_version.framework.nodes.first()
    without = make_iteration(cy)
    make_enrolment(without, ada)
    with pytest.raises(Refusal, match="another framework"):
        actions.submit_project(iteration=without, by=ada, title="A", description="B", nodes=[node])


def test_only_its_author_changes_it_and_who_facilitates_can_take_it_out(iteration, ada, bo, cy):
    project = make_project(iteration, ada)
    with pytest.raises(Refusal):
        actions.edit_project(project=project, by=cy, title="Better")
    with pytest.raises(Refusal):
        actions.remove_project(project=project, by=bo)
    actions.edit_project(project=project, by=ada, title="Better")
    assert project.edited_at is not None
    actions.remove_project(project=project, by=cy)
    told = Activity.objects.get(verb="project.removed").concerns.get()
    assert told.person == ada
    assert not type(project).objects.visible_to(ada).exists()


def test_appreciation_is_by_peers_once_and_on_the_rubric(iteration, ada, bo, eve):
    project = make_project(iteration, ada)
    with pytest.raises(Refusal, match="It is yours"):
        actions.appreciate(project=project, by=ada, marks={"use": 4})
    with pytest.raises(Refusal):
        actions.appreciate(project=project, by=eve, marks={"use": 4})
    with pytest.raises(Refusal, match="in dots or in words"):
        actions.appreciate(project=project, by=bo, marks={"use": 9, "beauty": 4})
    actions.appreciate(project=project, by=bo, marks={"use": "3", "beauty": 4})
    given = actions.appreciate(project=project, by=bo, marks={"use": "4"}, words="I will try it.")
    assert given.marks == {"use": 4}
    assert project.appreciations.count() == 1
    assert Activity.objects.filter(verb="project.appreciated").count() == 1
    actions.take_back(appreciation=given, by=bo)
    assert project.appreciations.count() == 0


def test_the_first_comment_opens_its_thread_and_the_author_follows_it(iteration, ada, bo, eve):
    project = make_project(iteration, ada, title="A map")
    with pytest.raises(Refusal):
        actions.discuss(project=project, by=eve, html="<p>Hi</p>")
    first = actions.discuss(project=project, by=bo, html="<p>How long did it take?</p>", submission_key="k")
    again = actions.discuss(project=project, by=bo, html="<p>How long did it take?</p>", submission_key="k")
    assert first == again
    actions.discuss(project=project, by=ada, html="<p>A day.</p>")
    project.refresh_from_db()
    assert project.thread.title == "A map"
    assert project.thread.post_count == 3  # the machine's line, which leads to the project, and two comments
    assert Following.objects.filter(person=ada, thread=project.thread, level="everything").exists()


def test_the_bank_is_narrowed_and_paged_by_key(iteration, ada, bo, django_assert_num_queries):
    node = iteration.pathway.scheme_version.framework.nodes.get(code="1a")
    first = iteration.weeks.first()
    for number in range(PAGE + 2):
        make_project(
            iteration,
            ada if number % 2 else bo,
            title=f"Project {number:03}",
            week=first if number < 3 else None,
        )
    special = make_project(iteration, ada, title="Quiet rooms", nodes=[node])
    page = bank(iteration, ada, Narrowing())
    assert [each.title for each in page.projects][:2] == ["Quiet rooms", f"Project {PAGE + 1:03}"]
    assert page.before is None
    further = bank(iteration, ada, Narrowing(), after=page.after)
    assert [each.title for each in further.projects] == ["Project 002", "Project 001", "Project 000"]
    assert further.after is None
    back = bank(iteration, ada, Narrowing(), before=further.before)
    assert back.projects == page.projects
    assert len(bank(iteration, ada, Narrowing(week=1)).projects) == 3
    assert bank(iteration, ada, Narrowing(node=node.pk)).projects == [special]
    assert bank(iteration, ada, Narrowing(words="quiet candidate")).projects == [special]
    assert bank(iteration, ada, Narrowing(words="%")).projects == []
    with django_assert_num_queries(4):
        bank(iteration, ada, Narrowing())


def test_an_archive_is_read_and_not_added_to(iteration, ada, bo):
    project = make_project(iteration, ada)
    Iteration.objects.filter(pk=iteration.pk).update(state="archived")
    iteration.refresh_from_db()
    project.refresh_from_db()
    with pytest.raises(Refusal):
        actions.submit_project(iteration=iteration, by=ada, title="A", description="B")
    with pytest.raises(Refusal):
        actions.appreciate(project=type(project).objects.get(pk=project.pk), by=bo, marks={"use": 3})
