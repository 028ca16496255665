from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    name = "collegium.evidence"
    label = "evidence"
