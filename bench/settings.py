"""The production settings, with the floor page and the counting of queries added."""

from collegium.config.settings import *  # noqa: F403

ROOT_URLCONF = "bench.urls"
# Nobody downloads the static files here, so they are not compressed: that would take longer than everything else.
STORAGES = {
    **STORAGES,  # noqa: F405
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
}
MIDDLEWARE = ["bench.floor.CountQueries", *MIDDLEWARE]  # noqa: F405
