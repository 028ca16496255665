from django.urls.resolvers import URLPattern, URLResolver

app_name = "organisations"
urlpatterns: list[URLPattern | URLResolver] = []
