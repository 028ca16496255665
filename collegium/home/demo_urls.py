from django.urls import path

from collegium.home import demo

app_name = "demo"
urlpatterns = [
    path("", demo.cast, name="cast"),
    path("be/<int:person_id>", demo.become, name="become"),
    path("face/<int:person_id>", demo.face, name="face"),
    path("mail/", demo.mail, name="mail"),
    path("mail/<int:letter_id>/", demo.letter, name="letter"),
    path("mail/<int:letter_id>/body", demo.letter_body, name="letter_body"),
]
