from django.urls import path

from collegium.conversations.views import moderation, search

app_name = "conversations"
urlpatterns = [
    path("search/", search.show_results, name="search"),
    path("forums/<int:forum_id>/moderation/", moderation.show_queue, name="moderation"),
    path("posts/<int:post_id>/report/", moderation.report, name="report"),
    path("posts/<int:post_id>/moderate/", moderation.moderate, name="moderate"),
    path("measures/", moderation.my_measures, name="measures"),
    path("measures/<int:measure_id>/", moderation.show_measure, name="measure"),
]
