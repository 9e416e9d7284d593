"""Django's settings, derived from the operator's environment (`environment.py`)."""

from __future__ import annotations

import os
import secrets
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote, urlsplit

from hostdesk.config import environment
from hostdesk.kit.refusals import Misconfigured

ENVIRONMENT = environment.read()
DATA = ENVIRONMENT.data
PACKAGE = Path(__file__).resolve().parent.parent


def _secret_key() -> str:
    """The operator's key, else the one in the data folder, made at first need and readable by its owner only."""
    if ENVIRONMENT.secret_key:
        return ENVIRONMENT.secret_key
    file = DATA / "secret-key"
    if not file.is_file():
        if not DATA.is_dir():
            # A command that needs no data folder must not create one; such a process signs nothing that lasts.
            return secrets.token_hex(32)
        try:
            handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return file.read_text(encoding="ascii").strip()
        with os.fdopen(handle, "w", encoding="ascii") as out:
            out.write(secrets.token_hex(32))
    return file.read_text(encoding="ascii").strip()


SECRET_KEY = _secret_key()
SECRET_KEY_FALLBACKS = list(ENVIRONMENT.secret_key_fallbacks)
DEBUG = False

HOSTDESK_URL = ENVIRONMENT.url
HOSTDESK_POLICY = ENVIRONMENT.policy
HOSTDESK_MAIL_DOMAIN = ENVIRONMENT.mail_domain
HOSTDESK_TRUSTED_PROXIES = ENVIRONMENT.trusted_proxies
SMTP_URL = ENVIRONMENT.smtp_url
SECURE = HOSTDESK_URL.startswith("https://")

# The web server answers only for the public name and for this machine itself.
ALLOWED_HOSTS = [urlsplit(HOSTDESK_URL).hostname or "localhost", "localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = [HOSTDESK_URL]

INSTALLED_APPS = [
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "template_partials",
    "hostdesk.policy",
    "hostdesk.web",
    "hostdesk.jobs",
    "hostdesk.audit",
    "hostdesk.search",
    "hostdesk.mail",
    "hostdesk.sla",
    "hostdesk.hosting",
    "hostdesk.people",
    "hostdesk.schedule",
    "hostdesk.tickets",
    "hostdesk.requests",
    "hostdesk.gateway",
    "hostdesk.reports",
    "hostdesk.api",
    "hostdesk.demo",
]

MIDDLEWARE = [
    "hostdesk.web.middleware.security_headers",
    "hostdesk.web.middleware.https_only",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "hostdesk.web.middleware.without_zero_bytes",
    "hostdesk.people.middleware.who_is_there",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "hostdesk.web.middleware.refusals_as_pages",
]

ROOT_URLCONF = "hostdesk.config.urls"
WSGI_APPLICATION = "hostdesk.config.wsgi.application"
APPEND_SLASH = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "hostdesk.web.context.shell",
                "hostdesk.people.context.notices",
            ],
        },
    }
]

DATABASES = {"default": environment.database_settings(ENVIRONMENT.database_url, DATA)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

PASSWORD_HASHERS = ["hostdesk.people.passwords.HouseArgon2"]

MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"
CSRF_COOKIE_NAME = "hd_csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = SECURE
CSRF_FAILURE_VIEW = "hostdesk.web.views.csrf_failure"
# The messages cookie is written by Django with these.
SESSION_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"

LANGUAGE_CODE = "en"
USE_I18N = False
USE_TZ = True
TIME_ZONE = ENVIRONMENT.time_zone

STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
WHITENOISE_MAX_AGE = 60
WHITENOISE_KEEP_ONLY_HASHED_FILES = False

DATA_UPLOAD_MAX_MEMORY_SIZE = 5_000_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
FILE_UPLOAD_HANDLERS = ["hostdesk.tickets.receiving.OnlyWhatFits"]


def attachment_storage(url: str, data: Path) -> dict[str, object]:
    """What STORAGES wants for HOSTDESK_ATTACHMENTS_URL: the data folder, or storage that every machine reaches."""
    parts = urlsplit(url)
    if not parts.scheme.startswith("s3"):
        folder = unquote(parts.path) if parts.scheme == "file" else str(data / "attachments")
        return {"BACKEND": "hostdesk.ports.files.DurableFileStorage", "OPTIONS": {"location": folder}}
    if not all(find_spec(name) for name in ("storages", "boto3")):
        raise Misconfigured(
            "HOSTDESK_ATTACHMENTS_URL",
            "needs requirements/s3.txt, which is not installed; docs/running.md says how",
        )
    options: dict[str, object] = {
        "access_key": unquote(parts.username or "") or None,
        "secret_key": unquote(parts.password or "") or None,
        "default_acl": None,
        "file_overwrite": True,
        "bucket_name": parts.hostname,
    }
    if parts.scheme != "s3":
        host = (parts.hostname or "") + (f":{parts.port}" if parts.port else "")
        options |= {
            "bucket_name": parts.path.strip("/"),
            "endpoint_url": f"{parts.scheme[3:]}://{host}",
            "addressing_style": "path",
        }
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}


STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(DATA / "files")},
    },
    "staticfiles": {"BACKEND": "hostdesk.web.storage.BundledStorage"},
    "attachments": attachment_storage(ENVIRONMENT.attachments_url, DATA),
}

LOGGING_CONFIG = None
TEST_RUNNER = "django.test.runner.DiscoverRunner"
SILENCED_SYSTEM_CHECKS: list[str] = []
