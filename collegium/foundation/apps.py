from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class FoundationConfig(AppConfig):
    name = "collegium.foundation"
    label = "foundation"

    def ready(self) -> None:
        # Tasks must be known by name before a job is taken up, and rules before the page about them is asked for.
        autodiscover_modules("tasks", "rules")
