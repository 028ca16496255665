from django.urls import URLPattern

app_name = "courses"
urlpatterns: list[URLPattern] = []

# Writing groups: their addresses go here, so that they come after the course's own.
urlpatterns += []
