from django.urls import path

from collegium.evidence import views

app_name = "evidence"
urlpatterns = [
    path("", views.list_evidence, name="list"),
    path("capture", views.capture, name="capture"),
    path("capture/anywhere", views.anywhere, name="anywhere"),
    path("from/<str:kind>/<int:source_id>", views.keep, name="keep"),
    path("app.webmanifest", views.manifest, name="manifest"),
    path("<int:evidence_id>/", views.show, name="evidence"),
    path("<int:evidence_id>/edit", views.edit, name="edit"),
    path("<int:evidence_id>/align", views.align, name="align"),
    path("<int:evidence_id>/audience", views.audience, name="audience"),
    path("<int:evidence_id>/people", views.people_shown, name="people_shown"),
    path("<int:evidence_id>/people/<int:shown_id>", views.person_shown, name="person_shown"),
    path("<int:evidence_id>/check", views.check_link, name="check"),
    path("<int:evidence_id>/remove", views.remove, name="remove"),
    path("<int:evidence_id>/file", views.file, name="file"),
    path("<int:evidence_id>/thumbnail/<int:size>", views.thumbnail, name="thumbnail"),
]
