"""What the report of a writing group says of drafts and submissions: in numbers, and of those who want it told, by name."""

from io import BytesIO

import pytest
from django.urls import reverse
from pypdf import PdfReader

from collegium.accreditation.models import Submission
from collegium.courses.actions import groups
from collegium.courses.models import Iteration
from collegium.foundation.refusal import Refusal
from collegium.portfolios import actions as portfolios
from tests.credentials.factories import make_passed, make_pathway
from tests.factories import make_person
from tests.portfolios.factories import make_writing_group

pytestmark = pytest.mark.django_db


@pytest.fixture
def pathway():
    return make_pathway()


@pytest.fixture
def group(pathway, ada, bo, cy):
    return make_writing_group(pathway, ada, bo, mentor=cy)


def report(group, name="report"):
    return reverse(f"courses:{name}", args=[group.slug])


def rows(page, title):
    """The cells of the table under a heading, row by row."""
    table = page.split(title, 1)[1].split("<tbody", 1)[1].split("</tbody>", 1)[0]
    lines = [line.split("</tr>")[0] for line in table.split("<tr")[1:]]
    return [
        [cell.split(">", 1)[1].split("<")[0].strip() for cell in line.replace("<th", "<td").split("<td")[1:]]
        for line in lines
    ]


def test_drafts_and_feedback_of_each_member_are_counted(group, pathway, ada, bo, cy, client_of):
    section = portfolios.begin(by=ada, pathway=pathway).sections.get(node__code="1a")
    part = section.parts.earliest("pk")
    portfolios.write(
        section=section,
        component=part.component,
        html="<p>Five words of a draft.</p>",
        on_revision=part.revision,
        by=ada,
    )
    portfolios.ask_feedback(section=section, by=ada, person=bo)
    page = client_of(cy).get(report(group)).content.decode()
    found = {row[0]: row[1:] for row in rows(page, "Drafts and feedback")}
    sections = section.portfolio.sections.count()
    assert found[ada.name] == [f"1/{sections}", "5", "1", "0", "0", "0", "being written"]
    assert found[bo.name][0] == "—"
    assert found[bo.name][-1] == "none yet"


def test_how_submissions_ended_is_told_in_numbers_and_by_name_of_whoever_gave_leave(
    group, pathway, ada, bo, cy, client_of
):
    for person in (ada, bo):
        make_passed(person=person, pathway=pathway)
    mentor, address = client_of(cy), report(group)
    page = mentor.get(address).content.decode()
    assert rows(page, "Submissions") == [["Handed in", "2"], ["Passed so far", "2"]]
    assert "How submissions ended" not in page
    assert client_of(ada).post(report(group, "show_outcome"), {"shows": "yes"}).status_code == 302
    assert rows(mentor.get(address).content.decode(), "How submissions ended") == [[ada.name, "Passed"]]
    paper = PdfReader(BytesIO(mentor.get(report(group, "report_pdf")).content))
    assert "How submissions ended" in "".join(each.extract_text() for each in paper.pages)
    # Frozen numbers stay; what somebody takes back is gone at once.
    Iteration.objects.filter(pk=group.pk).update(state=Iteration.State.ENDED)
    group.refresh_from_db()
    groups.freeze_report(iteration=group)
    Submission.objects.all().update(state=Submission.State.FAILED)
    page = mentor.get(address).content.decode()
    assert rows(page, "Submissions") == [["Handed in", "2"], ["Passed so far", "2"]]
    assert rows(page, "How submissions ended") == [[ada.name, "Not passed"]]
    client_of(ada).post(report(group, "show_outcome"), {"shows": "no"})
    page = mentor.get(address).content.decode()
    assert "How submissions ended" not in page


def test_what_is_undecided_is_nobody_elses_business(group, pathway, ada, cy, client_of):
    make_passed(person=ada, pathway=pathway)
    Submission.objects.update(state=Submission.State.ASSESSING)
    client_of(ada).post(report(group, "show_outcome"), {"shows": "yes"})
    assert "How submissions ended" not in client_of(cy).get(report(group)).content.decode()


def test_nobody_gives_leave_for_somebody_else_and_a_stranger_none(group, ada, cy, client_of):
    with pytest.raises(Refusal):
        groups.show_outcome(enrolment=group.enrolments.get(person=ada), by=cy, shows=True)
    assert client_of(make_person()).post(report(group, "show_outcome"), {"shows": "yes"}).status_code == 404
