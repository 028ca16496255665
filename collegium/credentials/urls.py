from django.urls import path
from django.urls.resolvers import URLPattern, URLResolver

from collegium.credentials import views

app_name = "credentials"
urlpatterns: list[URLPattern | URLResolver] = [
    path("register/", views.show_register, name="register"),
    path("verify/", views.verify, name="verify"),
    path("issuer/", views.show_issuer, name="issuer"),
    path("awards/<uuid:public_id>/", views.show_award, name="award"),
    path("awards/<int:award_id>/", views.show_award_by_number, name="award_number"),
    path("awards/<uuid:public_id>/credential.json", views.download_json, name="json"),
    path("awards/<uuid:public_id>/badge.png", views.download_png, name="png"),
    path("awards/<uuid:public_id>/badge.svg", views.download_svg, name="svg"),
    path("awards/<uuid:public_id>/certificate.pdf", views.download_certificate, name="certificate"),
    path("awards/<uuid:public_id>/evidence/", views.choose_evidence, name="evidence"),
    path("awards/<uuid:public_id>/listing/", views.set_listed, name="listing"),
    path("awards/<uuid:public_id>/revoke/", views.revoke, name="revoke"),
    path("awards/<uuid:public_id>/reinstate/", views.reinstate, name="reinstate"),
    path("credentials/mine/", views.show_mine, name="mine"),
    path("course-badges/<uuid:public_id>/", views.show_course_badge, name="course_badge"),
    path("course-badges/<int:badge_id>/", views.show_course_badge_by_number, name="course_badge_number"),
    path(
        "course-badges/<uuid:public_id>/picture.<str:form>", views.show_picture, name="course_badge_picture"
    ),
    path("course-badges/<uuid:public_id>/credential.<str:form>", views.download, name="course_badge_file"),
    path("course-badges/<uuid:public_id>/revoke/", views.revoke_course_badge, name="revoke_course_badge"),
    # What other programs read.
    path("badges/<int:pathway_id>.<str:form>", views.show_badge, name="badge"),
    path("credentials/<uuid:public_id>", views.show_credential, name="credential"),
    path("status/<int:number>", views.show_status, name="status"),
    path(".well-known/did.json", views.show_did, name="did"),
]
