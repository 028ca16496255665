from django.apps import AppConfig


class CommunitiesConfig(AppConfig):
    name = "collegium.communities"
    label = "communities"
