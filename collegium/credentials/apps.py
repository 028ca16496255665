from django.apps import AppConfig


class CredentialsConfig(AppConfig):
    name = "collegium.credentials"
    label = "credentials"
