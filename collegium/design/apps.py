from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class DesignConfig(AppConfig):
    name = "collegium.design"

    def ready(self) -> None:
        autodiscover_modules("panels")
