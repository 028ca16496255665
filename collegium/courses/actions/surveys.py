"""What an iteration asks on enrolling and at its end."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collegium.activity.actions import record
from collegium.activity.verbs import verb
from collegium.courses import rules, surveys
from collegium.courses.models import Iteration, SurveyAnswers
from collegium.foundation.refusal import Refusal
from collegium.people.models import Person

SET = verb("survey.set", history=gettext_lazy("%(actor)s changed what is asked: “%(survey)s”."))

_FIELDS = {SurveyAnswers.Survey.ENTRY: "entry_survey", SurveyAnswers.Survey.EXIT: "exit_survey"}


@transaction.atomic
def set_survey(
    *, iteration: Iteration, by: Person, survey: str, questions: Sequence[surveys.Question]
) -> Iteration:
    """Once somebody has answered, only the wording changes: answers to other questions can't be read together."""
    if not rules.may_run(by, iteration):
        raise Refusal(_("Only those who facilitate it can do that."), code="not_yours")
    if iteration.state in {Iteration.State.ARCHIVED, Iteration.State.CANCELLED}:
        raise Refusal(_("It is over, and stays as it was."), code="over")
    if len(questions) > surveys.MOST_QUESTIONS:
        raise Refusal(
            _("Nobody answers that many: %(most)s questions at most.") % {"most": surveys.MOST_QUESTIONS},
            code="many",
        )
    for question in questions:
        if (found := surveys.fault(question)) is not None:
            raise Refusal(f"“{question.words}”: {found[1]}", code="fault")
    which = SurveyAnswers.Survey(survey)
    iteration.refresh_from_db(
        fields=[_FIELDS[which]], from_queryset=Iteration.objects.select_for_update(of=("self",))
    )
    shapes = [each.shape for each in surveys.read(asked_by(iteration, which))]
    if is_answered(iteration, which) and shapes != [each.shape for each in questions]:
        raise Refusal(
            _(
                "Somebody has answered meanwhile. Questions can still be worded otherwise, but stay the same in kind, number and order."
            ),
            code="answered",
        )
    setattr(iteration, _FIELDS[which], [each.as_data() for each in questions])
    iteration.save(update_fields=[_FIELDS[which]])
    record(SET, by=by, about=iteration, data={"survey": str(which.label)})
    return iteration


def asked_by(iteration: Iteration, survey: str) -> list[dict[str, object]]:
    """The questions as they are kept."""
    found: list[dict[str, object]] = getattr(iteration, _FIELDS[SurveyAnswers.Survey(survey)])
    return found


def is_answered(iteration: Iteration, survey: str) -> bool:
    return SurveyAnswers.objects.filter(enrolment__iteration=iteration, survey=survey).exists()
