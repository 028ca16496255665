from django.apps import AppConfig
from django.conf import settings

from collegium.foundation import http
from collegium.home.world import outside


class HomeConfig(AppConfig):
    name = "collegium.home"
    label = "home"

    def ready(self) -> None:
        # Links in the demo would be said to be broken, since nobody can have a site below .example.
        if settings.MODE in {"demo", "rehearsal"}:
            http.invent(outside.answers)
