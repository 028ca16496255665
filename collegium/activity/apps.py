from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class ActivityConfig(AppConfig):
    name = "collegium.activity"
    label = "activity"

    def ready(self) -> None:
        # Actions declare their verbs, handlers register: both must be known before the first activity is handed over.
        autodiscover_modules("actions", "handlers")
