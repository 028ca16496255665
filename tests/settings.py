"""The product's own settings in the mode ``test``, with a folder for data that lives and dies with the run."""

import atexit
import os
import shutil
import tempfile

os.environ["COLLEGIUM_MODE"] = "test"
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = (
    "true"  # Playwright's synchronous API runs an event loop in the test's thread
)
# Never the developer's own data: uploads, keys and the queue of a test run have a folder of their own.
os.environ["COLLEGIUM_DATA"] = tempfile.mkdtemp(prefix="collegium-tests-")
atexit.register(shutil.rmtree, os.environ["COLLEGIUM_DATA"], ignore_errors=True)
for name in (
    "COLLEGIUM_SITE_URL",
    "COLLEGIUM_SECRET_KEY",
    "EMAIL_URL",
    "REDIS_URL",
    "COLLEGIUM_HTTP_TEST_HOSTS",
):
    os.environ.pop(name, None)

from collegium.config.settings import *  # noqa: E402, F403

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):  # noqa: F405
    # A file, as in real life, and not memory: so that several threads and processes meet the real locks.
    DATABASES["default"]["TEST"] = {"NAME": DATA_DIRECTORY / "test.sqlite3"}  # noqa: F405
