"""HOSTDESK_IMAP: mailboxes as addresses, with blanks between. Pure.

`imaps://user:password@host/Folder?then=move:Done&route=desk`; `imap://` demands STARTTLS. What may stand after `?` is
in `docs/settings.md`.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from hostdesk.kit.refusals import Misconfigured

SETTING = "HOSTDESK_IMAP"
_PORTS = {"imaps": 993, "imap": 143}
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]")
_LONGEST_NAME = 250
_SHORTEST_POLL, _LONGEST_POLL = 5, 3600
_WORDS = {
    "password_file",
    "ca_file",
    "route",
    "then",
    "poll",
    "oauth",
    "flow",
    "tenant",
    "client_id",
    "client_secret",
    "client_secret_file",
    "scope",
    "token_url",
    "device_url",
    "authorize_url",
}
_MICROSOFT = {
    "token_url": "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",
    "device_url": "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/devicecode",
    "authorize_url": "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize",
    "scope": "https://outlook.office.com/IMAP.AccessAsUser.All offline_access",
}
_MICROSOFT_APP_SCOPE = "https://outlook.office365.com/.default"
_GOOGLE = {
    "token_url": "https://oauth2.googleapis.com/token",
    "authorize_url": "https://accounts.google.com/o/oauth2/v2/auth",
    "scope": "https://mail.google.com/",
}

Then = Literal["seen", "move", "delete"]


@dataclass(frozen=True)
class OAuthClient:
    """As which application we ask for tokens. `flow`: `app` for ourselves, `user` on behalf of the mailbox's owner."""

    provider: Literal["google", "microsoft"]
    flow: Literal["app", "user"]
    client_id: str
    client_secret: str = field(repr=False)
    scope: str = ""
    token_url: str = ""
    device_url: str = ""
    authorize_url: str = ""


@dataclass(frozen=True)
class Remote:
    """One folder of one mailbox elsewhere, and what is to be done with its mails.

    `route` None leaves it to the recipients whether a mail is a complaint. `done_folder` is where `move` moves to.
    """

    user: str
    host: str
    port: int
    is_tls_at_once: bool
    folder: str
    password: str = field(repr=False)
    ca_file: str = ""
    route: Literal["desk", "complaint"] | None = None
    then: Then = "seen"
    done_folder: str = ""
    poll_seconds: int = 60
    oauth: OAuthClient | None = None

    @property
    def name(self) -> str:
        """What the mailbox is called in tables and sentences: `support@example.com@mail.example.com/INBOX`."""
        return f"{self.user}@{self.host}/{self.folder}"


def mailboxes(value: str) -> tuple[Remote, ...]:
    """All mailboxes of the setting. Raises `Misconfigured` for anything that cannot be meant, without its secrets."""
    found = tuple(_remote(number, url) for number, url in enumerate(value.split(), start=1))
    names = [one.name for one in found]
    if len(set(names)) != len(names):
        raise Misconfigured(SETTING, "names the same mailbox twice")
    return found


def _remote(number: int, url: str) -> Remote:
    def wrong(what: str) -> Misconfigured:
        return Misconfigured(SETTING, f"mailbox {number} {what}")

    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme, 0)
        pairs = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except ValueError as error:
        raise wrong("is not an address such as imaps://user:password@mail.example.com/INBOX") from error
    words = dict(pairs)
    if parts.scheme not in _PORTS or not parts.hostname or not parts.username:
        raise wrong("is not an address such as imaps://user:password@mail.example.com/INBOX")
    if unknown := set(words) - _WORDS or ({"twice"} if len(words) != len(pairs) else set()):
        raise wrong(f"says {min(unknown)!r} after the question mark, which is not known there")
    user, folder = unquote(parts.username), unquote(parts.path.strip("/")) or "INBOX"
    then, _, done_folder = words.get("then", "seen").partition(":")
    if (
        then not in ("seen", "move", "delete")
        or (then == "move") != bool(done_folder)
        or done_folder == folder
    ):
        raise wrong("has a 'then' that is none of seen, delete and move:FOLDER")
    route = words.get("route", "auto")
    if route not in ("auto", "desk", "complaint"):
        raise wrong("has a 'route' that is none of auto, desk and complaint")
    poll = words.get("poll", "60")
    if not (poll.isascii() and poll.isdigit() and _SHORTEST_POLL <= int(poll) <= _LONGEST_POLL):
        raise wrong(f"has a 'poll' that is no number of seconds from {_SHORTEST_POLL} to {_LONGEST_POLL}")
    if _UNPRINTABLE.search(user + folder + done_folder):
        raise wrong("has unprintable characters in a name")
    if words.get("ca_file") and not Path(words["ca_file"]).is_file():
        raise wrong("names a ca_file that is not there")
    oauth = _oauth(words, wrong) if "oauth" in words else None
    password = unquote(parts.password or "") or _secret(words.get("password_file", ""), wrong)
    if oauth is None and not password:
        raise wrong("has neither a password, a password_file nor oauth")
    remote = Remote(
        user=user,
        host=parts.hostname,
        port=port,
        is_tls_at_once=parts.scheme == "imaps",
        folder=folder,
        password=password,
        ca_file=words.get("ca_file", ""),
        route=None if route == "auto" else route,  # type: ignore[arg-type]  # one of two words, see above
        then=then,  # type: ignore[arg-type]  # one of three words, see above
        done_folder=done_folder,
        poll_seconds=int(poll),
        oauth=oauth,
    )
    if len(remote.name) > _LONGEST_NAME:
        raise wrong("has too long a name")
    return remote


Wrong = Callable[[str], Misconfigured]


def _oauth(words: dict[str, str], wrong: Wrong) -> OAuthClient:
    provider, flow = words["oauth"], words.get("flow", "user")
    if provider not in ("google", "microsoft"):
        raise wrong("has an 'oauth' that is neither google nor microsoft")
    if flow not in ("user", "app") or (flow, provider) == ("app", "google"):
        raise wrong("has a 'flow' that is neither user nor (for microsoft) app")
    if not words.get("client_id"):
        raise wrong("has no client_id for oauth")
    secret = words.get("client_secret", "") or _secret(words.get("client_secret_file", ""), wrong)
    if not secret and flow == "app":
        raise wrong("has no client_secret_file for oauth")
    tenant = words.get("tenant", "organizations" if flow == "user" else "")
    if provider == "microsoft" and not re.fullmatch(r"[A-Za-z0-9.-]+", tenant):
        raise wrong("has no 'tenant', the directory in which the application is registered")
    chosen = {name: words.get(name, "") for name in ("token_url", "device_url", "authorize_url", "scope")}
    usual = _MICROSOFT if provider == "microsoft" else _GOOGLE
    for name, url in usual.items():
        chosen[name] = chosen[name] or url.format(tenant=tenant)
    if flow == "app" and not words.get("scope"):
        chosen["scope"] = _MICROSOFT_APP_SCOPE
    for name in ("token_url", "device_url", "authorize_url"):
        if chosen[name] and not _is_safe(chosen[name]):
            raise wrong(f"has a {name} that is no https address")
    return OAuthClient(
        provider=provider,  # type: ignore[arg-type]  # one of two words, see above
        flow=flow,  # type: ignore[arg-type]  # one of two words, see above
        client_id=words["client_id"],
        client_secret=secret,
        **chosen,
    )


def _is_safe(url: str) -> bool:
    """Whether a secret may go there: by TLS, or within this machine."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    local = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost", "::1")
    return bool(parts.hostname) and (parts.scheme == "https" or local)


def _secret(path: str, wrong: Wrong) -> str:
    """The first line of a file that nobody but its owner and group may read; "" when no file is named."""
    if not path:
        return ""
    try:
        mode = Path(path).stat().st_mode
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise wrong(f"names a secret file that cannot be read: {path}") from error
    if mode & (stat.S_IRWXO):
        raise wrong(f"names a secret file that everybody may read: chmod o= {path}")
    secret = text.partition("\n")[0].rstrip("\r")
    if not secret:
        raise wrong(f"names a secret file that is empty: {path}")
    return secret
