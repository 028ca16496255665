from django.urls import path
from django.views.i18n import set_language

from collegium.design import views

app_name = "design"

urlpatterns = [
    path("", views.gallery, name="gallery"),
    path("appearance/", views.appearance, name="appearance"),
    path("language/", set_language, name="language"),
]
