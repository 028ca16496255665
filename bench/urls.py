from django.urls import path

from bench import floor
from collegium.config.urls import handler400, handler403, handler404, handler500, urlpatterns

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [*urlpatterns, path("bench/floor/<int:size>", floor.floor)]
