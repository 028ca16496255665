from django.urls import path

from collegium.organisations import views

app_name = "organisations"
urlpatterns = [
    path("", views.show_list, name="list"),
    path("new", views.found, name="found"),
    path("invitation/<str:token>", views.invitation, name="invitation"),
    path("<slug:slug>/", views.show_organisation, name="organisation"),
    path("<slug:slug>/edit", views.edit, name="edit"),
    path("<slug:slug>/manage", views.manage, name="manage"),
    path("<slug:slug>/leave", views.leave, name="leave"),
    path("<slug:slug>/invite", views.invite, name="invite"),
    path(
        "<slug:slug>/invitations/<int:invitation_id>/withdraw",
        views.withdraw_invitation,
        name="withdraw_invitation",
    ),
    path("<slug:slug>/members/<int:person_id>", views.set_member, name="set_member"),
    path("<slug:slug>/domains", views.add_domain, name="add_domain"),
    path("<slug:slug>/domains/<int:domain_id>", views.set_domain, name="set_domain"),
]
