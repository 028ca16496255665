"""The door for granian."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "collegium.config.settings")
application = get_wsgi_application()

# A page makes some thousands of objects and nearly all of them go by themselves: looking for cycles after every 700, as
# Python does, took a seventh of the time of a page. What is loaded by now stays for good and is not looked at again.
gc.freeze()
gc.set_threshold(10_000, 20, 50)
