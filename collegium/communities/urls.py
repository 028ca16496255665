from django.urls import path

from collegium.communities.views import whole

app_name = "communities"
urlpatterns = [
    path("communities/<slug:slug>/", whole.show, name="community"),
]
