from django.urls.resolvers import URLPattern, URLResolver

app_name = "accreditation"
urlpatterns: list[URLPattern | URLResolver] = []
