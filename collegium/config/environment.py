"""Every setting that an operator may give, declared once; ``docs/operations.md`` is tested against it."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Setting:
    name: str
    default: str
    says: str

    def read(self) -> str:
        return os.environ.get(self.name, self.default)

    def is_on(self) -> bool:
        return self.read().strip().lower() in {"1", "true", "yes", "on"}

    def words(self) -> list[str]:
        return [word.strip() for word in self.read().split(",") if word.strip()]


DECLARED: dict[str, Setting] = {}


def setting(name: str, default: str, says: str) -> Setting:
    declared = Setting(name, default, says)
    DECLARED[name] = declared
    return declared


HOME_DIRECTORY = Path(__file__).resolve().parent.parent.parent

MODE = setting(
    "COLLEGIUM_MODE",
    "production",
    "`production`; `demo` (one-click sign-in and readable mail: never on a public address); `development`; `rehearsal` and `test` (set by those commands).",
)
SITE_URL = setting(
    "COLLEGIUM_SITE_URL",
    "http://127.0.0.1:8000",
    "The public address, as in links of e-mails and as issuer (`did:web`) of credentials. `https` turns secure cookies on.",
)
SITE_NAME = setting("COLLEGIUM_SITE_NAME", "Collegium", "The name on every page and in every e-mail.")
SECRET_KEY = setting(
    "COLLEGIUM_SECRET_KEY",
    "",
    "Signs sessions and links. Left empty, one is made on first start and kept in the data directory, readable by its owner only.",
)
KEY_SECRET = setting(
    "COLLEGIUM_KEY_SECRET",
    "",
    "Encrypts the issuer's private keys at rest; empty means that it is derived from the secret key.",
)
ALLOWED_HOSTS = setting(
    "COLLEGIUM_ALLOWED_HOSTS",
    "",
    "Host names that are answered, with commas; the host of the site's address is always among them.",
)
DATA_DIRECTORY = setting(
    "COLLEGIUM_DATA",
    str(HOME_DIRECTORY / "var"),
    "Where the SQLite database, uploaded files, keys and the background queue live.",
)
DATABASE_URL = setting(
    "DATABASE_URL",
    "",
    "`postgresql://user:password@host:port/name`; empty means SQLite in the data directory.",
)
REDIS_URL = setting(
    "REDIS_URL", "", "`redis://host:port/0` for background work and cache; empty means SQLite and memory."
)
BACKGROUND = setting(
    "COLLEGIUM_BACKGROUND",
    "queue",
    "`queue`: a consumer does background work; `immediate`: done in the request, after commit.",
)
EMAIL_URL = setting(
    "EMAIL_URL",
    "",
    "`smtp://user:password@host:port` (`smtps` for TLS from the start, `smtp+tls` for STARTTLS); empty: mail is kept in the data directory.",
)
FROM_EMAIL = setting("COLLEGIUM_FROM_EMAIL", "Collegium <noreply@localhost>", "The sender of every e-mail.")
REPLY_DOMAIN = setting(
    "COLLEGIUM_REPLY_DOMAIN",
    "",
    "The domain whose mail is handed to us over LMTP: replies by e-mail and letters that come back. Empty: neither.",
)
LMTP_LISTEN = setting(
    "COLLEGIUM_LMTP_LISTEN",
    "",
    "`host:port` where `collegium serve` (or `collegium mail`) takes letters from the mail server. Empty: `serve` takes none.",
)
MAIL_MAX_MB = setting("COLLEGIUM_MAIL_MAX_MB", "25", "Largest letter that is taken, in megabytes.")
LANGUAGES = setting(
    "COLLEGIUM_LANGUAGE", "en-gb", "The language for strangers whose browser asks for none that we speak."
)
TIME_ZONE = setting("COLLEGIUM_TIME_ZONE", "UTC", "The time zone for strangers; each person sets their own.")
UPLOAD_MAX_MB = setting("COLLEGIUM_UPLOAD_MAX_MB", "100", "Largest single file, in megabytes.")
PERSON_QUOTA_MB = setting(
    "COLLEGIUM_PERSON_QUOTA_MB", "2000", "All files of one person together, in megabytes."
)
HTTP_TEST_HOSTS = setting(
    "COLLEGIUM_HTTP_TEST_HOSTS",
    "",
    "`host:port` pairs, with commas, that outgoing requests may reach although they are private. Development only.",
)
DOI_RESOLVER = setting(
    "COLLEGIUM_DOI_RESOLVER",
    "https://doi.org",
    "Where DOIs are looked up, with content negotiation for CSL-JSON.",
)
WORKERS = setting("COLLEGIUM_WORKERS", "2", "Web workers that `collegium serve` starts.")
TRUSTED_PROXIES = setting(
    "COLLEGIUM_TRUSTED_PROXIES",
    "0",
    "How many reverse proxies stand in front and set X-Forwarded-For and X-Forwarded-Proto.",
)
SCHEMES_DIRECTORY = setting(
    "COLLEGIUM_SCHEMES",
    "",
    "Folder of scheme files that `collegium scheme list` offers; empty means those shipped.",
)
LOG_LEVEL = setting("COLLEGIUM_LOG_LEVEL", "INFO", "How much the servers say: DEBUG, INFO, WARNING or ERROR.")
