"""Every setting of the product, read from the environment; `.env.example` documents each.

One file for demo, tests and production alike: what differs between them are values, not files.
"""

from pathlib import Path
from typing import Any

import django_stubs_ext
from csp.constants import NONE, SELF

from messaging_center.env import Reader

django_stubs_ext.monkeypatch()  # lets Django's generic classes be written with their types at run time

BASE_DIR = Path(__file__).resolve().parent.parent
read = Reader(BASE_DIR)

# ---------------------------------------------------------------- what kind of installation this is
DEMO = read.flag("DEMO")
DEBUG = read.flag("DEBUG")
if DEMO and DEBUG:
    read.problem("DEMO and DEBUG contradict each other, the demo runs like production: write DEBUG=off.")
SECRET_KEY = read.secret_key()
MASTER_KEYS = read.master_keys()
DATA_DIR = read.folder("DATA_DIR", "var")

PORT = read.number("PORT", 8000, most=65535)
SMTP_PORT = read.number("SMTP_PORT", 8025, most=65535)
if PORT == SMTP_PORT:
    read.problem(
        f"PORT and SMTP_PORT are both {PORT}, one of them cannot be opened: "
        "write for instance PORT=8000 and SMTP_PORT=8025."
    )
_public = read.web_address("PUBLIC_URL", f"http://127.0.0.1:{PORT}" if DEMO else "")
PUBLIC_URL = _public.geturl()
HTTPS = _public.scheme == "https"
if not (HTTPS or DEMO or DEBUG) and _public.scheme:
    read.problem(
        "PUBLIC_URL must be https outside the demo (DEBUG=on allows http): write PUBLIC_URL=https://…"
    )
ALLOWED_HOSTS = read.names("ALLOWED_HOSTS", [_public.hostname or "", *(["localhost"] if DEMO else [])])
if _public.hostname and not {"*", _public.hostname} & set(ALLOWED_HOSTS):
    read.problem(f"ALLOWED_HOSTS leaves out the host of PUBLIC_URL: write ALLOWED_HOSTS={_public.hostname}.")

# ---------------------------------------------------------------- the relay
RELAY_DOMAIN = read.text("RELAY_DOMAIN", "marketplace.example").lower()
RELAY_DOMAINS_OLD = read.names("RELAY_DOMAINS_OLD")
if RELAY_DOMAIN in RELAY_DOMAINS_OLD:
    read.problem(f"RELAY_DOMAINS_OLD names the present RELAY_DOMAIN: write it without {RELAY_DOMAIN}.")
ALIAS_LENGTH = read.number("ALIAS_LENGTH", 35, most=254)
MAIL_SENDER_AUTH = read.choice(
    "MAIL_SENDER_AUTH", ["trusted-header", "verify", "none"], "none" if DEMO else ""
)
MAIL_AUTHSERV_ID = read.text("MAIL_AUTHSERV_ID").lower()
if MAIL_SENDER_AUTH == "none" and not DEMO:
    read.problem(
        "MAIL_SENDER_AUTH=none is for the demo alone, anybody could write as anybody: "
        "write MAIL_SENDER_AUTH=trusted-header or MAIL_SENDER_AUTH=verify."
    )
if MAIL_SENDER_AUTH == "trusted-header" and not MAIL_AUTHSERV_ID:
    read.problem(
        "MAIL_AUTHSERV_ID is missing, MAIL_SENDER_AUTH=trusted-header needs it: "
        "write the name that your mail edge puts first in Authentication-Results."
    )
if MAIL_AUTHSERV_ID and MAIL_SENDER_AUTH == "none":
    read.problem("MAIL_AUTHSERV_ID contradicts MAIL_SENDER_AUTH=none: write MAIL_SENDER_AUTH=trusted-header.")
REVIEW_URL = read.text("REVIEW_URL")
INFRINGEMENT_URL = read.text("INFRINGEMENT_URL")
MARKETPLACE_DOMAINS = read.names("MARKETPLACE_DOMAINS", [RELAY_DOMAIN])

# Outgoing mail. Without EMAIL_URL the demo keeps what leaves in its own mailboxes.
_email = read.email("EMAIL_URL", needed=not DEMO)
DEMO_MAILBOXES = DEMO and not _email
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST: str = _email.get("EMAIL_HOST", "")
EMAIL_PORT: int = _email.get("EMAIL_PORT") or 25
EMAIL_HOST_USER: str = _email.get("EMAIL_HOST_USER") or ""
EMAIL_HOST_PASSWORD: str = _email.get("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS: bool = _email.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL: bool = _email.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 30

# ---------------------------------------------------------------- the numbers of the rules
DAILY_CAP_FACTOR = read.number("DAILY_CAP_FACTOR", 5, least=0)
DAILY_CAP_BASE = read.number("DAILY_CAP_BASE", 600, least=0)
PROACTIVE_WINDOW_DAYS = read.number("PROACTIVE_WINDOW_DAYS", 30)
MAX_MESSAGE_BYTES = read.number("MAX_MESSAGE_BYTES", 10_485_760)
MAX_WIRE_BYTES = read.number("MAX_WIRE_BYTES", 15_000_000)
VIOLATIONS_WARN = read.number("VIOLATIONS_WARN", 3)
VIOLATIONS_RESTRICT = read.number("VIOLATIONS_RESTRICT", 5)
VIOLATIONS_SUSPEND = read.number("VIOLATIONS_SUSPEND", 10)
BURST_MESSAGES = read.number("BURST_MESSAGES", 20)
IDENTICAL_BODIES = read.number("IDENTICAL_BODIES", 3, least=2)
RESPONSE_DUE_HOURS = read.number("RESPONSE_DUE_HOURS", 24)
REMINDER_HOURS = read.number("REMINDER_HOURS", 18)
LEASE_SECONDS = read.number("LEASE_SECONDS", 300, least=10)
RETRY_SCHEDULE = read.seconds("RETRY_SCHEDULE", (30, 120, 300, 900, 3600, 7200, 14400))
NOTICES_PER_HOUR = read.number("NOTICES_PER_HOUR", 100)
DOMAIN_CONNECTIONS = read.number("DOMAIN_CONNECTIONS", 2)
RETENTION_DAYS = read.number("RETENTION_DAYS", 730)
if MAX_WIRE_BYTES < MAX_MESSAGE_BYTES * 4 // 3:
    read.problem(
        "MAX_WIRE_BYTES is too small for a message of MAX_MESSAGE_BYTES, which grows by a third on the wire: "
        f"write MAX_WIRE_BYTES={MAX_MESSAGE_BYTES * 10 // 7}."
    )
if not VIOLATIONS_WARN < VIOLATIONS_RESTRICT < VIOLATIONS_SUSPEND:
    read.problem(
        "VIOLATIONS_WARN, VIOLATIONS_RESTRICT and VIOLATIONS_SUSPEND must rise: "
        "write for instance VIOLATIONS_WARN=3, VIOLATIONS_RESTRICT=5 and VIOLATIONS_SUSPEND=10."
    )
if REMINDER_HOURS >= RESPONSE_DUE_HOURS:
    read.problem(
        "REMINDER_HOURS must be less than RESPONSE_DUE_HOURS: "
        f"write for instance REMINDER_HOURS={max(1, RESPONSE_DUE_HOURS * 3 // 4)}."
    )

# ---------------------------------------------------------------- parts of the house
INSTALLED_APPS = [
    "messaging_center",
    "messages_app",
    "orders",
    "accounts",
    "messaging_center.admin_app.StaffAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "django_htmx",
]
MIDDLEWARE = [
    "messaging_center.logging.request_log",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "messaging_center.caching.unkept_pages",
    "csp.middleware.CSPMiddleware",
    "messaging_center.cookies.without_nul_cookies",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.personal_settings",
    "accounts.second_factor_first.second_factor_first",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
    "messaging_center.trouble.with_words_for_405",
]
CSRF_FAILURE_VIEW = "messaging_center.trouble.csrf_failure"
ROOT_URLCONF = "messaging_center.urls"
WSGI_APPLICATION = "messaging_center.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "messaging_center.context.frame",
            ],
        },
    },
    {
        # What stands many times on a page, and the frame of pages; asked for by the tag `compiled`.
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "templates" / "compiled"],
        "OPTIONS": {"environment": "messaging_center.compiled.environment"},
    },
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# ---------------------------------------------------------------- database, broker
DATABASES: dict[str, Any] = {"default": read.database("DATABASE_URL", DATA_DIR / "db.sqlite3")}
REDIS_URL = read.text("REDIS_URL")
if REDIS_URL and not REDIS_URL.startswith(("redis://", "rediss://", "redis+socket://", "unix://")):
    read.problem("REDIS_URL is no address of a Redis: write for instance REDIS_URL=redis://127.0.0.1:6379/0.")

CELERY_BROKER_URL = REDIS_URL or "memory://"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_PUBLISH_RETRY = (
    False  # rows and the sweeper carry the truth; a wake-up may be lost, never waited for
)
CELERY_TASK_TIME_LIMIT = 2 * LEASE_SECONDS  # tasks end by themselves long before, see messages_app.tasks
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # No acknowledgements: a worker that lost Redis would end over one that it can give no more (Celery 5.7).
    "ack_emulation": False,
    "max_retries": 0,  # a wake-up to a broker that is down fails at once: a door or page waits for it
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
}
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "celerybeat-schedule")
CELERY_TIMEZONE = "UTC"

# ---------------------------------------------------------------- people and sign-in
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
# Who must have a second factor; everybody else may (ACC-1).
SECOND_FACTOR_REQUIRED_FOR = read.choice(
    "SECOND_FACTOR_REQUIRED_FOR", ["none", "staff", "members", "both"], "none"
)
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "sign_in"

# Ten wrong passwords for one address from one place lock that pair for a quarter of an hour (ACC-1).
# The address tried is stored and compared as a keyed hash alone (PRV-5).
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False
AXES_USERNAME_CALLABLE = "messaging_center.sign_in_guard.tried_account"
AXES_CLIENT_IP_CALLABLE = "messaging_center.sign_in_guard.client_ip"
AXES_CLIENT_STR_CALLABLE = "messaging_center.sign_in_guard.client_in_words"
AXES_SENSITIVE_PARAMETERS = ["username", "email", "password", "ip_address"]

# ---------------------------------------------------------------- languages and time
LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", "English"),
    ("fr", "Français"),
    ("it", "Italiano"),
    ("pl", "Polski"),
    ("de", "Deutsch"),
    ("es", "Español"),
]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True

# ---------------------------------------------------------------- files
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Production serves hashed, compressed copies made by collectstatic; the demo serves the sources themselves.
WHITENOISE_USE_FINDERS = DEMO or DEBUG
STATIC_ROOT = None if WHITENOISE_USE_FINDERS else BASE_DIR / "staticfiles"
_static_storage = (
    "django.contrib.staticfiles.storage.StaticFilesStorage"
    if WHITENOISE_USE_FINDERS
    else "whitenoise.storage.CompressedManifestStaticFilesStorage"
)
MEDIA_ROOT = DATA_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _static_storage},
}
# Uploads stay in memory until they are sealed: nothing reaches a temporary folder in clear (PRV-1).
FILE_UPLOAD_HANDLERS = ["messaging_center.uploads.BoundedMemoryHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = MAX_WIRE_BYTES
DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_WIRE_BYTES
FILE_UPLOAD_PERMISSIONS = 0o600
CLAMD_URL = read.scanner("CLAMD_URL")  # every file is scanned where it is set (ATT-7)

# ---------------------------------------------------------------- what browsers are told (SEC-3)
CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "frame-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    },
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
# TLS ends at the proxy in front (deploy/): it must set this header itself and drop what clients send.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
CSRF_TRUSTED_ORIGINS = [f"{_public.scheme}://{_public.netloc}"] if _public.netloc else []
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True

# ---------------------------------------------------------------- logs (PRV-5, REL-6)
LOG_LEVEL = read.choice("LOG_LEVEL", ["INFO", "WARNING", "ERROR"], "INFO")
OUR_LOGGERS = ["messaging_center", "messages_app", "orders", "accounts", "celery"]
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "messaging_center.logging.JsonLines"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    # Libraries tell addresses, bodies and queries in their lower levels: of theirs only warnings are written.
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        **{name: {"level": LOG_LEVEL} for name in OUR_LOGGERS},
        # Django adds a console handler and a mail handler of its own to these; the root's replaces both.
        "django": {"handlers": [], "level": "WARNING", "propagate": True},
        "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
        # Warnings of these name the address that was tried, or quote the file or the client that they read.
        "axes": {"level": "ERROR"},
        "pypdf": {"level": "CRITICAL"},
        "PIL": {"level": "CRITICAL"},
        "mail.log": {"level": "ERROR"},
    },
}

read.finish()
