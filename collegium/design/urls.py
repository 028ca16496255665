from django.urls import path

from collegium.design import views

app_name = "design"

urlpatterns = [
    path("", views.gallery, name="gallery"),
    path("appearance/", views.appearance, name="appearance"),
]
