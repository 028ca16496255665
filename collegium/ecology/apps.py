from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class EcologyConfig(AppConfig):
    name = "collegium.ecology"
    label = "ecology"

    def ready(self) -> None:
        # Rooms tell what flows where before anybody asks for a map.
        autodiscover_modules("flows")
