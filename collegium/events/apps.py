from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "collegium.events"
    label = "events"
