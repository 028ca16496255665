from django.apps import AppConfig


class NewslettersConfig(AppConfig):
    name = "collegium.newsletters"
    label = "newsletters"
