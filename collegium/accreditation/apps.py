from django.apps import AppConfig


class AccreditationConfig(AppConfig):
    name = "collegium.accreditation"
    label = "accreditation"
