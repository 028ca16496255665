from django.urls.resolvers import URLPattern, URLResolver

app_name = "schemes"
urlpatterns: list[URLPattern | URLResolver] = []
