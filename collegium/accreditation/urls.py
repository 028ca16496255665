from django.urls import path
from django.urls.resolvers import URLPattern, URLResolver

from collegium.accreditation.views import assessors, candidates, coordinators, referees

app_name = "accreditation"
urlpatterns: list[URLPattern | URLResolver] = [
    # Candidates
    path("", candidates.mine, name="mine"),
    path("register/<int:pathway_id>/", candidates.register, name="register"),
    path("registrations/<int:registration_id>/", candidates.registration, name="registration"),
    path("registrations/<int:registration_id>/more-time/", candidates.ask_extension, name="ask_extension"),
    path("registrations/<int:registration_id>/submit/", candidates.submit, name="submit"),
    path("referees/<int:referee_id>/ask-again/", candidates.ask_referee_again, name="ask_referee_again"),
    path("referees/<int:referee_id>/take-back/", candidates.drop_referee, name="drop_referee"),
    path("submissions/<int:submission_id>/", candidates.submission, name="submission"),
    path("submissions/<int:submission_id>/read/", candidates.read, name="read"),
    path("submissions/<int:submission_id>/files/<int:file_id>", candidates.file, name="file"),
    path("submissions/<int:submission_id>/withdraw/", candidates.withdraw, name="withdraw"),
    # Referees, by their link
    path("reference/<str:token>/", referees.reference, name="reference"),
    path("reference/<str:token>/files/<int:evidence_id>", referees.reference_file, name="reference_file"),
    # Assessors
    path("assess/", assessors.assess, name="assess"),
    path("assess/<int:assignment_id>/", assessors.assignment, name="assignment"),
    path("assess/<int:assignment_id>/answer/", assessors.answer, name="answer"),
    path("assess/<int:assignment_id>/judgement/", assessors.judgement, name="judgement"),
    path("assess/<int:assignment_id>/seal/", assessors.seal, name="seal"),
    path(
        "assess/submissions/<int:submission_id>/reconciliation/",
        assessors.reconciliation,
        name="reconciliation",
    ),
    path("assess/submissions/<int:submission_id>/outcome/", assessors.outcome, name="outcome"),
    # Coordinators
    path("manage/", coordinators.manage, name="manage"),
    path("manage/submissions/<int:submission_id>/", coordinators.managed, name="managed"),
    path("manage/submissions/<int:submission_id>/screening/", coordinators.screening, name="screening"),
    path("manage/submissions/<int:submission_id>/allocation/", coordinators.allocation, name="allocation"),
    path(
        "manage/submissions/<int:submission_id>/further-assessor/", coordinators.add_place, name="add_place"
    ),
    path(
        "manage/submissions/<int:submission_id>/resubmission-date/",
        coordinators.resubmission_date,
        name="resubmission_date",
    ),
    path("assignments/<int:assignment_id>/release/", coordinators.release, name="release"),
    path("manage/assignments/<int:assignment_id>/lead/", coordinators.change_lead, name="change_lead"),
    path("manage/extensions/<int:extension_id>/", coordinators.answer_extension, name="answer_extension"),
]
