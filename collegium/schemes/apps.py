from django.apps import AppConfig


class SchemesConfig(AppConfig):
    name = "collegium.schemes"
    label = "schemes"
