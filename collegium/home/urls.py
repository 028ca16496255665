from django.urls import path

from collegium.home import views

app_name = "home"
urlpatterns = [
    path("", views.start, name="start"),
    path("search/", views.search, name="search"),
    path("search/quick/", views.quick, name="quick"),
    path("roles/", views.roles, name="roles"),
]
