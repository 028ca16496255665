"""Writing what an iteration asks on enrolling and at its end."""

from django.contrib import messages
from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from collegium.courses import surveys
from collegium.courses.actions import surveys as actions
from collegium.courses.models import SurveyAnswers
from collegium.courses.survey_forms import RewordForm, questions_form
from collegium.courses.views.loading import frame, load
from collegium.design.errors import refused
from collegium.design.shortcuts import render
from collegium.foundation.refusal import Refusal, require
from collegium.people.requests import SignedInRequest, signed_in


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def edit(request: SignedInRequest, slug: str, survey: str) -> HttpResponseBase:
    """Its questions; of those that somebody has answered, the wording."""
    iteration, found = load(request, slug)
    require(allowed=found.facilitates, because=_("Only those who facilitate it can do that."))
    if survey not in SurveyAnswers.Survey.values:
        raise Http404
    asked = surveys.read(actions.asked_by(iteration, survey))
    is_answered = actions.is_answered(iteration, survey)
    data = request.POST if request.method == "POST" else None
    rewording = [RewordForm(data, question=each) for each in asked] if is_answered else []
    writing = None if is_answered else questions_form(data, asked)
    forms = rewording if writing is None else writing.forms
    is_valid = all(each.is_valid() for each in rewording) if writing is None else writing.is_valid()
    if data is not None and is_valid:
        questions = [each.reworded() for each in rewording] if writing is None else writing.questions()
        try:
            actions.set_survey(iteration=iteration, by=request.person, survey=survey, questions=questions)
        except Refusal as refusal:
            return refused(
                request, str(refusal), kept="\n".join(each.words for each in questions), back=request.path
            )
        messages.success(request, _("Saved."))
        return redirect("courses:edit_survey", slug=slug, survey=survey)
    return render(
        request,
        "courses/survey_edit.jinja",
        {
            **frame(iteration, found, "manage"),
            "survey": SurveyAnswers.Survey(survey),
            "forms": forms,
            "writing": writing,
            "is_answered": is_answered,
            "bad": sum(bool(each.errors) for each in forms) if data is not None else 0,
        },
        status=422 if data is not None else 200,
    )
