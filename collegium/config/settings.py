"""Django's settings, read from the environment (see ``environment``) and from nowhere else."""

import os
import secrets
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import django_stubs_ext
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from collegium.config import environment

django_stubs_ext.monkeypatch()

BASE_DIR = environment.HOME_DIRECTORY
MODE = environment.MODE.read()
if MODE not in {"production", "demo", "development", "rehearsal", "test"}:
    raise ImproperlyConfigured(f"COLLEGIUM_MODE is {MODE!r}: say production, demo, development or test.")
DEBUG = MODE == "development"
DATA_DIRECTORY = Path(environment.DATA_DIRECTORY.read()).resolve()
DATA_DIRECTORY.mkdir(parents=True, exist_ok=True)


def _kept_secret(path: Path) -> str:
    """The secret kept at ``path``; made on first use, readable by its owner only."""
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as made:
            made.write(secrets.token_urlsafe(50))
    except FileExistsError:
        pass
    return path.read_text()


SECRET_KEY = environment.SECRET_KEY.read() or _kept_secret(DATA_DIRECTORY / "secret-key")
COLLEGIUM_KEY_SECRET = environment.KEY_SECRET.read()

SITE_URL = environment.SITE_URL.read().rstrip("/")
SITE_NAME = environment.SITE_NAME.read()
_site = urlsplit(SITE_URL)
ALLOWED_HOSTS = [_site.hostname or "localhost", *environment.ALLOWED_HOSTS.words()]
if MODE != "production":
    ALLOWED_HOSTS += ["localhost", "127.0.0.1", "[::1]", "testserver"]
_SECURE = _site.scheme == "https"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.admin",
    "django_htmx",
    "django_prose_editor",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "collegium.foundation",
    "collegium.design",
    "collegium.people",
    "collegium.organisations",
    "collegium.activity",
    "collegium.schemes",
    "collegium.conversations",
    "collegium.ecology",
    "collegium.communities",
    "collegium.events",
    "collegium.courses",
    "collegium.evidence",
    "collegium.portfolios",
    "collegium.accreditation",
    "collegium.credentials",
    "collegium.notifications",
    "collegium.newsletters",
    "collegium.home",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "collegium.people.middleware.PersonMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "collegium.config.urls"
WSGI_APPLICATION = "collegium.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "NAME": "jinja",
        # Each app's templates/ folder; only .jinja files are ours, so Django's own templates stay Django's.
        "DIRS": [
            BASE_DIR / "collegium" / app.rsplit(".", 1)[1] / "templates"
            for app in INSTALLED_APPS
            if app.startswith("collegium.")
        ],
        "APP_DIRS": False,
        "OPTIONS": {
            "environment": "collegium.design.environment.environment",
            "context_processors": ["django.contrib.messages.context_processors.messages"],
        },
    },
    {
        # The administrator's site and the editor's widget assets speak Django's own template language.
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "NAME": "django",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
            ]
        },
    },
]
FORM_RENDERER = "collegium.design.forms.Renderer"

# Database -------------------------------------------------------------------------------------------------------------


def _database(address: str) -> dict[str, object]:
    if not address:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": DATA_DIRECTORY / "collegium.sqlite3",
            "OPTIONS": {
                # With Django's defaults, 4 writing processes met "database is locked" 1,206 times in 4,000; so, never.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;"
                " PRAGMA cache_size=-32000; PRAGMA temp_store=MEMORY;",
            },
        }
    parts = urlsplit(address)
    if parts.scheme not in {"postgresql", "postgres"} or not parts.path.strip("/"):
        raise ImproperlyConfigured(
            "DATABASE_URL is not of the form postgresql://user:password@host:port/name."
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        # Tests open and drop databases, which a pool would hold open.
        "OPTIONS": {} if MODE == "test" else {"pool": {"min_size": 1, "max_size": 8}},
    }


DATABASES = {"default": _database(environment.DATABASE_URL.read())}
if MODE == "rehearsal":
    # A database that lives for a minute is made as the models are, without its history: twenty times as quick.
    MIGRATION_MODULES = {app.rsplit(".", 1)[1]: None for app in INSTALLED_APPS if "." in app}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Cache, sessions, background work -------------------------------------------------------------------------------------

REDIS_URL = environment.REDIS_URL.read()
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    # Rate limits count in the cache: with several workers and no Redis they must share it, so it is the database's.
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    if MODE == "test"
    else {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": DATA_DIRECTORY / "cache",
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _SECURE
SESSION_COOKIE_HTTPONLY = True
CSRF_TRUSTED_ORIGINS = [SITE_URL]
CSRF_FAILURE_VIEW = "collegium.design.errors.csrf_failure"
BACKGROUND = "immediate" if MODE in {"test", "rehearsal"} else environment.BACKGROUND.read()
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# People sign in with allauth ------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "people.Account"
AUTHENTICATION_BACKENDS = ["collegium.people.backends.PersonBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_TEMPLATE_EXTENSION = "jinja"
ACCOUNT_ADAPTER = "collegium.people.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1"]
ACCOUNT_SIGNUP_FORM_CLASS = "collegium.people.forms.SignupForm"
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_CHANGE = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# allauth counts for us too: letters that a stranger asks a newsletter for.
ACCOUNT_RATE_LIMITS = {"subscribe": "20/m/ip,100/h/ip"}
ACCOUNT_CHANGE_EMAIL = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_USER_DISPLAY = "collegium.people.adapter.display"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = False
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = MODE != "production"
MFA_TOTP_ISSUER = SITE_NAME
PASSWORD_HASHERS = (
    ["django.contrib.auth.hashers.MD5PasswordHasher"]  # tests only: the real one is slow by design
    if MODE == "test"
    else [
        "django.contrib.auth.hashers.ScryptPasswordHasher",
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    ]
)
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

# Language and time ----------------------------------------------------------------------------------------------------

LANGUAGE_CODE = environment.LANGUAGES.read()
LANGUAGES = [("en-gb", _("English")), ("de", _("German"))]
LOCALE_PATHS = [BASE_DIR / "collegium" / "locale"]
TIME_ZONE = environment.TIME_ZONE.read()
USE_I18N = True
USE_TZ = True

# Files ----------------------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIRECTORY / "static"
STATIC_ROOT.mkdir(exist_ok=True)
MEDIA_ROOT = DATA_DIRECTORY / "media"  # never served by address: only through a view that asks who may
UPLOAD_MAX_BYTES = int(environment.UPLOAD_MAX_MB.read()) * 1_000_000
PERSON_QUOTA_BYTES = int(environment.PERSON_QUOTA_MB.read()) * 1_000_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 10_000_000
FILE_UPLOAD_PERMISSIONS = 0o600
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if MODE in {"production", "demo"}
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = MODE in {"development", "rehearsal", "test"}
WHITENOISE_AUTOREFRESH = MODE == "development"
SCHEMES_DIRECTORY = Path(environment.SCHEMES_DIRECTORY.read() or BASE_DIR / "schemes")

# Mail -----------------------------------------------------------------------------------------------------------------

DEFAULT_FROM_EMAIL = SERVER_EMAIL = environment.FROM_EMAIL.read()
REPLY_DOMAIN = environment.REPLY_DOMAIN.read().strip().lower()
LMTP_LISTEN = environment.LMTP_LISTEN.read().strip()
MAIL_MAX_BYTES = int(environment.MAIL_MAX_MB.read()) * 1_000_000
_mail = urlsplit(environment.EMAIL_URL.read())
if MODE in {"test", "rehearsal"}:
    EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
elif MODE == "demo":
    # Read at /demo/mail, from the database, so that letters live and are reset with the demo world.
    EMAIL_BACKEND = "collegium.home.demo_mail.DemoMailBackend"
elif not _mail.scheme:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = DATA_DIRECTORY / "mail"
elif _mail.scheme in {"smtp", "smtps", "smtp+tls"}:
    EMAIL_HOST = _mail.hostname or "localhost"
    EMAIL_PORT = _mail.port or {"smtp": 25, "smtps": 465, "smtp+tls": 587}[_mail.scheme]
    EMAIL_HOST_USER = unquote(_mail.username or "")
    EMAIL_HOST_PASSWORD = unquote(_mail.password or "")
    EMAIL_USE_SSL = _mail.scheme == "smtps"
    EMAIL_USE_TLS = _mail.scheme == "smtp+tls"
    EMAIL_TIMEOUT = 20
else:
    raise ImproperlyConfigured("EMAIL_URL must begin with smtp://, smtps:// or smtp+tls://.")

# Security -------------------------------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "media-src": [SELF, "blob:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = False  # the proxy in front does that
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365 if _SECURE else 0
TRUSTED_PROXIES = int(environment.TRUSTED_PROXIES.read())
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
COLLEGIUM_HTTP_TEST_HOSTS = environment.HTTP_TEST_HOSTS.words()
COLLEGIUM_DOI_RESOLVER = environment.DOI_RESOLVER.read()

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "stream": sys.stderr}},
    # WeasyPrint reports each step of each document as information.
    "loggers": {
        "huey": {"level": "WARNING"},
        "weasyprint": {"level": "ERROR"},
        "fontTools": {"level": "WARNING"},
        # It would write down every address that is asked, with whatever secret stands in it.
        "httpx": {"level": "WARNING"},
    },
    "root": {"handlers": ["stderr"], "level": "WARNING" if MODE == "test" else environment.LOG_LEVEL.read()},
}
