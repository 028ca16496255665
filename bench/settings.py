"""The production settings, with the floor page and the counting of queries added."""

from collegium.config.settings import *  # noqa: F403

ROOT_URLCONF = "bench.urls"
MIDDLEWARE = ["bench.floor.CountQueries", *MIDDLEWARE]  # noqa: F405
