from django.urls import path
from django.urls.resolvers import URLPattern, URLResolver

from collegium.schemes import views

app_name = "schemes"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.index, name="list"),
    path("id/<int:scheme_id>/", views.by_id, name="by_id"),
    path("roles/<int:holding_id>/withdraw/", views.withdraw, name="withdraw"),
    path("<slug:key>/", views.show, name="scheme"),
    path("<slug:key>/pathways/<slug:pathway_key>/", views.pathway, name="pathway"),
    path("<slug:key>/history/", views.history, name="history"),
    path("<slug:key>/document.json", views.document, name="document"),
    path("<slug:key>/open-rules/", views.open_rules, name="open_rules"),
    path("<slug:key>/open-rules/answer/", views.answer, name="answer"),
    path("<slug:key>/people/", views.roles, name="roles"),
]
