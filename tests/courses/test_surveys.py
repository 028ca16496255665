"""What an iteration asks: written by who facilitates it, reworded once somebody has answered, taken along by a copy."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from collegium.courses import surveys
from collegium.courses.actions import enrolments, iterations
from collegium.courses.actions import surveys as actions
from collegium.courses.models import Iteration
from collegium.courses.surveys import Question
from collegium.foundation import clock
from collegium.foundation.refusal import Refusal
from tests.courses.factories import make_enrolment, make_iteration

pytestmark = pytest.mark.django_db

NOW = datetime(2027, 3, 3, 12, tzinfo=UTC)
TWO = [
    Question("why", "text", "Why are you here?", required=True),
    Question("how", "choice", "How did you hear of it?", ("A friend", "The list")),
]


@pytest.fixture(autouse=True)
def _in_the_first_week():
    with clock.moved_to(NOW):
        yield


@pytest.fixture
def iteration(cy):
    return make_iteration(cy, weeks=2, entry_survey=[each.as_data() for each in TWO], exit_survey=[])


def address(iteration, survey="entry"):
    return reverse("courses:edit_survey", args=[iteration.slug, survey])


def typed(*rows, initial=0):
    """As the page would send it: a row is (words, kind, options, more fields)."""
    data = {"q-TOTAL_FORMS": str(len(rows)), "q-INITIAL_FORMS": str(initial)}
    for number, (words, kind, options, more) in enumerate(rows):
        said = {"words": words, "kind": kind, "options": options, **more}
        data |= {f"q-{number}-{name}": value for name, value in said.items()}
    return data


def asked(iteration, survey="entry"):
    iteration.refresh_from_db()
    return surveys.read(actions.asked_by(iteration, survey))


def test_who_facilitates_writes_a_survey(iteration, cy, client_of):
    rows = [
        ("What did you miss?", "text", "", {"ORDER": "2"}),
        ("Who would you bring?", "choice", "Nobody\nA friend\n", {"ORDER": "1", "required": "on"}),
        ("How was the pace?", "scale", "Too slow\nToo fast", {}),
        ("", "text", "", {}),
    ]
    response = client_of(cy).post(address(iteration, "exit"), typed(*rows))
    assert response.status_code == 302
    found = asked(iteration, "exit")
    assert [(each.words, each.kind, each.options, each.required) for each in found] == [
        ("Who would you bring?", "choice", ("Nobody", "A friend"), True),
        ("What did you miss?", "text", (), False),
        ("How was the pace?", "scale", ("Too slow", "Too fast"), False),
    ]
    assert len({each.key for each in found}) == 3
    page = client_of(cy).get(address(iteration, "exit")).content.decode()
    assert "Who would you bring?" in page


def test_questions_change_their_places_and_go_before_anybody_has_answered(iteration, cy, client_of):
    rows = [
        ("Why?", "text", "", {"key": "why", "ORDER": "3"}),
        (
            "How did you hear of it?",
            "choice",
            "A friend\nThe list",
            {"key": "how", "ORDER": "1", "DELETE": "on"},
        ),
        ("Since when?", "text", "", {"ORDER": "2"}),
    ]
    assert client_of(cy).post(address(iteration), typed(*rows, initial=2)).status_code == 302
    found = asked(iteration)
    assert [each.words for each in found] == ["Since when?", "Why?"]
    assert found[1].key == "why"


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (("Which?", "choice", "Only one", {}), "at least two things"),
        (("Which?", "choice", "One\nOne", {}), "are the same"),
        (("How far?", "scale", "Low\nMiddle\nHigh", {}), "A scale has two lines"),
        (("", "choice", "One\nTwo", {}), "Say what you ask."),
        (("x" * 301, "text", "", {}), "at most 300"),
        (("Which?", "drawing", "", {}), "not one of the available choices"),
    ],
)
def test_what_cannot_be_asked_is_told_in_words_and_kept(iteration, cy, client_of, row, sentence):
    response = client_of(cy).post(address(iteration), typed(row))
    page = response.content.decode()
    assert response.status_code == 422
    assert sentence in page
    assert row[0] in page
    assert asked(iteration) == TWO


def test_too_many_are_refused(iteration, cy, client_of):
    rows = [(f"Question {number}?", "text", "", {}) for number in range(31)]
    response = client_of(cy).post(address(iteration), typed(*rows))
    assert response.status_code == 422
    assert "30 questions at most" in response.content.decode()


def test_once_somebody_has_answered_only_the_wording_changes(iteration, cy, ada, client_of):
    enrolment = make_enrolment(iteration, ada)
    answers = {"why": "To learn.", "how": "The list"}
    enrolments.answer_survey(enrolment=enrolment, by=ada, survey="entry", answers=answers)
    client = client_of(cy)
    assert "Somebody has answered" in client.get(address(iteration)).content.decode()
    worded = {
        "why-words": "What brings you here?",
        "how-words": "Who told you?",
        "how-options": "A friend\nA mailing list",
    }
    assert client.post(address(iteration), worded).status_code == 302
    found = asked(iteration)
    assert [each.shape for each in found] == [each.shape for each in TWO]
    assert [each.words for each in found] == ["What brings you here?", "Who told you?"]
    # What was chosen is chosen still, in the words of now.
    mine = client_of(ada).get(reverse("courses:survey", args=[iteration.slug, "entry"])).content.decode()
    assert 'value="A mailing list"' in mine
    assert mine.split('value="A mailing list"')[1].split(">")[0].count("checked") == 1
    shorter = client.post(address(iteration), {**worded, "how-options": "A friend"})
    assert shorter.status_code == 422
    assert "somebody has answered" in shorter.content.decode()
    with pytest.raises(Refusal, match="answered meanwhile"):
        actions.set_survey(iteration=iteration, by=cy, survey="entry", questions=found[:1])


def test_who_may_not(iteration, cy, ada, bo, client_of):
    make_enrolment(iteration, ada)
    for person in (ada, bo):
        assert client_of(person).get(address(iteration)).status_code == 403
        assert client_of(person).post(address(iteration), typed()).status_code == 403
        with pytest.raises(Refusal):
            actions.set_survey(iteration=iteration, by=person, survey="entry", questions=[])
    assert client_of(cy).get(address(iteration, "midway")).status_code == 404
    Iteration.objects.filter(pk=iteration.pk).update(state=Iteration.State.ARCHIVED)
    response = client_of(cy).post(address(iteration), typed(("Now?", "text", "", {})))
    assert response.status_code == 409
    assert "stays as it was" in response.content.decode()


def test_what_is_asked_of_everybody_is_answered_by_whoever_answers(iteration, ada, client_of):
    client = client_of(ada)
    enrol = reverse("courses:enrol", args=[iteration.slug])
    refused = client.post(enrol, {"q-how": "A friend"})
    assert refused.status_code == 422
    assert "asked of everybody who answers" in refused.content.decode()
    assert client.post(enrol, {}).status_code == 302  # nobody has to answer it
    enrolment = iteration.enrolments.get(person=ada)
    with pytest.raises(Refusal, match="Why are you here"):
        enrolments.answer_survey(enrolment=enrolment, by=ada, survey="entry", answers={"how": "A friend"})


def test_a_copy_asks_the_same(iteration, cy):
    copied = iterations.copy_forward(
        iteration=iteration,
        by=cy,
        title="Autumn",
        starts_on=iteration.starts_on + timedelta(days=182),
        what="Nothing",
        why="It was good.",
    )
    assert asked(copied) == TWO


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_asks_the_same_for_one_question_and_for_three(
    iteration, cy, client_of, number, django_assert_num_queries
):
    questions = [Question(f"k{each}", "text", f"Question {each}?") for each in range(number)]
    actions.set_survey(iteration=iteration, by=cy, survey="entry", questions=questions)
    client = client_of(cy)
    client.get(address(iteration))
    with django_assert_num_queries(6):
        client.get(address(iteration))
