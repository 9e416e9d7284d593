"""The operator's settings: environment variables, and a `.env` file that they beat.

Every setting is read here, once, into one frozen value; a nonsense value raises `Misconfigured` naming the variable.
`docs/settings.md` tells people what each one does; a test compares the two.
"""

from __future__ import annotations

import os
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, unquote, urlsplit
from zoneinfo import ZoneInfo

from hostdesk.kit.refusals import Misconfigured
from hostdesk.mail.auth.resolver import found_server
from hostdesk.mail.fetching.naming import Remote, mailboxes

_HOST_NAME = re.compile(r"(?=[^A-Za-z]*[A-Za-z])[\w-]{1,63}(?:\.[\w-]{1,63})*\.?", re.ASCII)

KNOWN = (
    "DATABASE_URL",
    "HOSTDESK_ATTACHMENTS_URL",
    "HOSTDESK_CLAMAV",
    "HOSTDESK_DATA",
    "HOSTDESK_DNS",
    "HOSTDESK_IMAP",
    "HOSTDESK_LMTP",
    "HOSTDESK_LOG",
    "HOSTDESK_MAIL_DOMAIN",
    "HOSTDESK_MAIL_MAX_BYTES",
    "HOSTDESK_PANEL_CA",
    "HOSTDESK_POLICY",
    "HOSTDESK_RDAP_LIST",
    "HOSTDESK_RSPAMD",
    "HOSTDESK_SECRET_KEY",
    "HOSTDESK_SECRET_KEY_FALLBACKS",
    "HOSTDESK_SMTP_TLS_CERT",
    "HOSTDESK_SMTP_TLS_KEY",
    "HOSTDESK_TRUSTED_PROXIES",
    "HOSTDESK_TRUSTED_RELAYS",
    "HOSTDESK_TZ",
    "HOSTDESK_URL",
    "HOSTDESK_WEB_THREADS",
    "HOSTDESK_WEB_WORKERS",
    "HOSTDESK_WHOIS",
    "SMTP_URL",
)
OF_THE_TESTS = (
    "HOSTDESK_LONG",
    "HOSTDESK_MAIL_SAMPLES",
    "HOSTDESK_SEED",
    "HOSTDESK_TEST_DB",
    "HOSTDESK_TEST_MISSING",
    "HOSTDESK_TEST_POSTGRES",
    "HOSTDESK_TEST_SCRATCH",
)
"""Read by the suite and never by the product."""
PACKAGED_POLICY = Path(__file__).resolve().parent.parent / "policy" / "packaged"


@dataclass(frozen=True)
class Environment:
    """All settings, checked. Paths are absolute; `url` has no slash at its end; `dns` is `address:port`, or ""."""

    data: Path
    database_url: str
    url: str
    policy: Path
    mail_domain: str
    smtp_url: str
    dns: str
    trusted_relays: tuple[str, ...]
    trusted_proxies: tuple[str, ...]
    secret_key: str
    secret_key_fallbacks: tuple[str, ...]
    time_zone: str
    lmtp: str
    mail_max_bytes: int
    smtp_tls_cert: str
    smtp_tls_key: str
    attachments_url: str
    clamav: str
    rspamd: str
    panel_ca: str
    mailboxes: tuple[Remote, ...]
    rdap_list: str
    whois: str
    web_workers: int
    web_threads: int
    log: str


def read(environ: Mapping[str, str] | None = None, folder: Path | None = None) -> Environment:
    """The settings in force for a process started in `folder` with `environ`.

    Refused: any value that cannot be meant, by the name of its variable.
    """
    here = folder or Path.cwd()
    given = {**read_dotenv(here / ".env"), **(os.environ if environ is None else environ)}

    def text(name: str, default: str = "") -> str:
        return given.get(name, "").strip() or default

    data = Path(text("HOSTDESK_DATA", "data")).expanduser()
    return Environment(
        data=data if data.is_absolute() else here / data,
        database_url=_database_url(text("DATABASE_URL")),
        url=_origin(text("HOSTDESK_URL", "http://127.0.0.1:8000")),
        policy=_policy_folder(text("HOSTDESK_POLICY"), here),
        mail_domain=_domain("HOSTDESK_MAIL_DOMAIN", text("HOSTDESK_MAIL_DOMAIN")),
        smtp_url=_smtp_url(text("SMTP_URL")),
        dns=_name_server(text("HOSTDESK_DNS")),
        trusted_relays=_hosts("HOSTDESK_TRUSTED_RELAYS", text("HOSTDESK_TRUSTED_RELAYS")),
        trusted_proxies=tuple(text("HOSTDESK_TRUSTED_PROXIES").replace(",", " ").split()),
        secret_key=_secret("HOSTDESK_SECRET_KEY", text("HOSTDESK_SECRET_KEY")),
        secret_key_fallbacks=tuple(text("HOSTDESK_SECRET_KEY_FALLBACKS").split()),
        time_zone=_time_zone(text("HOSTDESK_TZ", "Africa/Johannesburg")),
        lmtp=text("HOSTDESK_LMTP"),
        mail_max_bytes=_whole("HOSTDESK_MAIL_MAX_BYTES", text("HOSTDESK_MAIL_MAX_BYTES"), 35_000_000, 10_000),
        smtp_tls_cert=_file("HOSTDESK_SMTP_TLS_CERT", text("HOSTDESK_SMTP_TLS_CERT")),
        smtp_tls_key=_file("HOSTDESK_SMTP_TLS_KEY", text("HOSTDESK_SMTP_TLS_KEY")),
        attachments_url=_attachments(text("HOSTDESK_ATTACHMENTS_URL")),
        clamav=_clamav(text("HOSTDESK_CLAMAV")),
        rspamd=_rspamd(text("HOSTDESK_RSPAMD")),
        panel_ca=_certificates("HOSTDESK_PANEL_CA", text("HOSTDESK_PANEL_CA")),
        mailboxes=mailboxes(text("HOSTDESK_IMAP")),
        rdap_list=_rdap_list(text("HOSTDESK_RDAP_LIST")),
        whois=_whois(text("HOSTDESK_WHOIS")),
        web_workers=_whole("HOSTDESK_WEB_WORKERS", text("HOSTDESK_WEB_WORKERS"), 1, 1),
        web_threads=_whole("HOSTDESK_WEB_THREADS", text("HOSTDESK_WEB_THREADS"), 4, 1),
        log=_one_of("HOSTDESK_LOG", text("HOSTDESK_LOG", "info"), ("debug", "info", "warning", "error")),
    )


def read_dotenv(path: Path) -> dict[str, str]:
    """`NAME=value` lines; quotes round a value are dropped, `#` begins a comment line.

    Refused: a line that is neither, by its number.
    """
    if not path.is_file():
        return {}
    found = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        match = re.fullmatch(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)", stripped)
        if match is None:
            raise Misconfigured(f"{path.name} line {number}", "expected NAME=value")
        value = match[2].strip()
        if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
            value = value[1:-1]
        found[match[1]] = value
    return found


def database_settings(url: str, data: Path) -> dict[str, object]:
    """What Django's DATABASES wants for `url`; empty means the SQLite file in the data folder."""
    parts = urlsplit(url)
    if parts.scheme in ("", "sqlite"):
        name = unquote(parts.path[1:]) if parts.path else str(data / "hostdesk.sqlite3")
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": name,
            # A thread keeps its connection: opening one and setting it up costs more than most pages ask of it.
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "timeout": 20,
                "transaction_mode": "IMMEDIATE",
                # WAL lets readers and the one writer pass each other; FULL makes a commit survive a power cut.
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA temp_store=MEMORY;"
                " PRAGMA cache_size=-16000; PRAGMA journal_size_limit=67108864;",
            },
        }
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path[1:]),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", "") or unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        # Without a figure, the driver prepares nothing, not even what it is told to prepare.
        "OPTIONS": {"prepare_threshold": 5, **options},
    }


def _database_url(value: str) -> str:
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError as wrong:
        raise Misconfigured("DATABASE_URL", f"is not an address ({wrong})") from wrong
    if parts.scheme not in ("", "sqlite", "postgres", "postgresql"):
        raise Misconfigured("DATABASE_URL", "begins with postgres:// or sqlite:///")
    if value and not parts.scheme:
        raise Misconfigured("DATABASE_URL", "begins with postgres:// or sqlite:///")
    if parts.scheme.startswith("postgres") and len(parts.path) < 2:  # noqa: PLR2004  (a slash and a name)
        raise Misconfigured("DATABASE_URL", "names no database; write postgres://user:password@host/name")
    return value


def _origin(value: str) -> str:
    try:
        parts = urlsplit(value)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.path in ("", "/")
        _ = parts.port
    except ValueError:
        sound = False
    if not sound or parts.query or parts.fragment:
        raise Misconfigured(
            "HOSTDESK_URL", "is the public address of the desk, such as https://support.example.com"
        )
    return f"{parts.scheme}://{parts.netloc}"


def _policy_folder(value: str, here: Path) -> Path:
    if not value:
        return PACKAGED_POLICY
    folder = Path(value).expanduser()
    folder = folder if folder.is_absolute() else here / folder
    if not folder.is_dir():
        raise Misconfigured("HOSTDESK_POLICY", f"{folder} is not a folder")
    return folder


def _domain(name: str, value: str) -> str:
    if value and not re.fullmatch(
        r"(?=.{1,253}\Z)([a-z0-9_](-*[a-z0-9_])*\.)*[a-z0-9](-*[a-z0-9])*", value.lower()
    ):
        raise Misconfigured(name, "is a domain name, such as example.com")
    return value.lower()


def _smtp_url(value: str) -> str:
    if not value:
        return ""
    try:
        parts = urlsplit(value)
        sound = parts.scheme in ("smtp", "smtps") and bool(parts.hostname)
        _ = parts.port
    except ValueError:
        sound = False
    if not sound:
        raise Misconfigured("SMTP_URL", "is smtp://user:password@host:587 or smtps://user:password@host:465")
    return value


def _name_server(value: str) -> str:
    """`address:port`, or "". A name is looked up now: later it would stop the worker instead of the start."""
    try:
        return found_server(value) if value else ""
    except ValueError:
        raise Misconfigured(
            "HOSTDESK_DNS",
            f"{value!r} is neither an address, such as 192.0.2.53 or 192.0.2.53:5353, nor a host that can be found",
        ) from None


def _host_port(name: str, value: str, default_port: int) -> tuple[str, int] | None:
    if not value:
        return None
    try:
        parts = urlsplit(f"//{value}")
        port = parts.port or default_port
    except ValueError as wrong:
        raise Misconfigured(name, "is written host:port") from wrong
    if not parts.hostname or parts.path:
        raise Misconfigured(name, "is written host:port")
    return parts.hostname, port


def _rdap_list(value: str) -> str:
    if not value:
        return ""
    try:
        parts = urlsplit(value)
        plain = parts.scheme == "http" and (parts.hostname or "").startswith("127.") and bool(parts.port)
        sound = bool(parts.hostname) and (parts.scheme == "https" or plain)
    except ValueError:
        sound = False
    if not sound:
        raise Misconfigured(
            "HOSTDESK_RDAP_LIST",
            "is the address of a list of RDAP servers, by https:// (http:// on 127.0.0.1 only)",
        )
    return value


def _whois(value: str) -> str:
    found = _host_port("HOSTDESK_WHOIS", value, 43)
    return f"{found[0]}:{found[1]}" if found else ""


def _hosts(name: str, value: str) -> tuple[str, ...]:
    """Host names, `*.` and a domain, addresses and networks, with blanks or commas between them."""
    hosts = tuple(value.replace(",", " ").split())
    for host in hosts:
        try:
            ip_network(host, strict=False)
        except ValueError:
            if not _HOST_NAME.fullmatch(host.removeprefix("*.")):
                raise Misconfigured(
                    name, f"'{host}' is neither a host name nor an address such as 192.0.2.10"
                ) from None
    return hosts


def _secret(name: str, value: str) -> str:
    if value and len(value) < 32:  # noqa: PLR2004  (256 bit in hexadecimal is 64; 32 characters is the least)
        raise Misconfigured(name, "is too short to be a secret: use at least 32 random characters")
    return value


def _time_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ValueError, OSError, LookupError) as wrong:
        raise Misconfigured(
            "HOSTDESK_TZ", f"{value!r} is not a time zone such as Africa/Johannesburg"
        ) from wrong
    return value


def _whole(name: str, value: str, default: int, least: int) -> int:
    if not value:
        return default
    if not value.isascii() or not value.isdigit() or int(value) < least:
        raise Misconfigured(name, f"is a whole number of at least {least}")
    return int(value)


def _file(name: str, value: str) -> str:
    if value and not Path(value).is_file():
        raise Misconfigured(name, f"there is no file {value}")
    return value


def _certificates(name: str, value: str) -> str:
    """A PEM file that holds certificates, or ""."""
    if _file(name, value):
        try:
            ssl.create_default_context(cafile=value)
        except (ssl.SSLError, OSError) as wrong:
            raise Misconfigured(name, f"{value} holds no certificates in PEM form") from wrong
    return value


def _attachments(value: str) -> str:
    if value and urlsplit(value).scheme not in ("file", "s3", "s3+http", "s3+https"):
        raise Misconfigured(
            "HOSTDESK_ATTACHMENTS_URL",
            "is s3://KEY:SECRET@bucket, s3+https://KEY:SECRET@host/bucket, or file:///folder",
        )
    return value


def _clamav(value: str) -> str:
    if not value or value.startswith("/"):
        return value
    found = _host_port("HOSTDESK_CLAMAV", value, 0)
    if found is None or not found[1]:
        raise Misconfigured(
            "HOSTDESK_CLAMAV", "is the path of clamd's socket, such as /run/clamav/clamd.ctl, or host:3310"
        )
    return value


def _rspamd(value: str) -> str:
    if not value:
        return ""
    try:
        parts = urlsplit(value)
        asked = parse_qs(parts.query, strict_parsing=bool(parts.query))
        _ = parts.port
        float(asked.get("hold_from", ["0"])[0])
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and set(asked) <= {"hold_from"}
    except ValueError:
        sound = False
    if not sound:
        raise Misconfigured(
            "HOSTDESK_RSPAMD", "is http://[:password@]host:11333, with ?hold_from=SCORE if you like"
        )
    return value


def _one_of(name: str, value: str, words: tuple[str, ...]) -> str:
    if value not in words:
        raise Misconfigured(name, f"is one of {', '.join(words)}")
    return value
