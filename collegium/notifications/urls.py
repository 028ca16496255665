from django.urls import path

from collegium.notifications import views

app_name = "notifications"
urlpatterns = [
    path("", views.show_list, name="list"),
    path("bell", views.bell, name="bell"),
    path("read", views.mark_all, name="mark_all"),
    path("preferences", views.preferences, name="preferences"),
    path("preferences/all", views.choose_all, name="choose_all"),
    path("stop/<str:token>", views.stop, name="stop"),
    path("address/<int:person_id>", views.address, name="address"),
    path("arrives/<str:token>", views.arrives, name="arrives"),
    path("hear/<int:forum_id>", views.hear, name="hear"),
    path("<int:notification_id>", views.open_one, name="open"),
    path("<int:notification_id>/mark", views.mark, name="mark"),
    path("<int:notification_id>/less", views.less, name="less"),
]
