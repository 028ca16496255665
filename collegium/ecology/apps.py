from django.apps import AppConfig


class EcologyConfig(AppConfig):
    name = "collegium.ecology"
    label = "ecology"
