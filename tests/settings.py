"""The product's settings, read from the tests' environment, with cheap passwords and a database file."""

from tests import environment  # noqa: F401, I001 - fills the environment, so it comes before the settings
from messaging_center.settings import *  # noqa: F403
from messaging_center.settings import DATA_DIR, DATABASES

# Found when asked for: each test client would else look through all static files before its first request.
WHITENOISE_AUTOREFRESH = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Migrated once and copied for each process (tests/database.py). On SQLite a file: there concurrency shows.
DATABASES["default"]["TEST"] = {
    "NAME": str(DATA_DIR.with_name("test.sqlite3"))
    if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3"
    else "messaging_center_tests"
}
