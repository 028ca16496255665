from django.apps import AppConfig


class OrganisationsConfig(AppConfig):
    name = "collegium.organisations"
    label = "organisations"
