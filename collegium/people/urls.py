from django.urls import path

from collegium.people import views

app_name = "people"
urlpatterns = [
    path("people/<int:person_id>/", views.show_person, name="person"),
    path("people/<int:person_id>/photo/<int:size>", views.photo, name="photo"),
    path("profile/", views.profile, name="profile"),
    path("profile/photo", views.set_photo, name="set_photo"),
    path("my-data/", views.my_data, name="my_data"),
    path("my-data/download", views.download, name="download"),
    path("my-data/delete", views.delete_account, name="delete_account"),
    path("goodbye/", views.gone, name="gone"),
]
