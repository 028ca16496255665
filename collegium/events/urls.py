from django.urls import path

from collegium.events import views

app_name = "events"
urlpatterns = [
    path("events/", views.show_mine, name="list"),
    path("events/past", views.show_past, name="past"),
    path("events/plan", views.plan, name="plan"),
    path("events/calendar", views.calendar, name="calendar"),
    path("events/here/", views.type_code, name="type_code"),
    path("events/here/<str:code>", views.check_in, name="check_in"),
    path("events/<int:event_id>/", views.show_event, name="event"),
    path("events/<int:event_id>/edit", views.edit, name="edit"),
    path("events/<int:event_id>/cancel", views.cancel, name="cancel"),
    path("events/<int:event_id>/answer", views.answer_all, name="answer_all"),
    path("events/times/<int:occurrence_id>/", views.show_occurrence, name="occurrence"),
    path("events/times/<int:occurrence_id>/answer", views.answer, name="answer"),
    path("events/times/<int:occurrence_id>/move", views.move, name="move"),
    path("events/times/<int:occurrence_id>/cancel", views.cancel_occurrence, name="cancel_occurrence"),
    path("events/times/<int:occurrence_id>/attendance", views.attendance, name="attendance"),
    path("events/times/<int:occurrence_id>/poster", views.poster, name="poster"),
    path("events/times/<int:occurrence_id>/code", views.set_code, name="set_code"),
    path("events/times/<int:occurrence_id>/record", views.keep_record, name="keep_record"),
    path("calendar/letters/<str:token>", views.stop_letters, name="stop_letters"),
    path("calendar/<str:token>.ics", views.show_feed, name="feed"),
    path("communities/<slug:slug>/calendar.ics", views.show_community_feed, name="community_feed"),
]
