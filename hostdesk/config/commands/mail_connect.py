"""`hostdesk mail connect MAILBOX`: let a person sign in to a mailbox, once, and try it.

Microsoft: a code is shown, to be typed in a browser anywhere. Google has no such way to mail: an address is shown for a
browser on this machine (or one that reaches its port through SSH).
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Self

    from hostdesk.mail.fetching.naming import OAuthClient, Remote

HELP = "sign in to a mailbox of HOSTDESK_IMAP, once, in a browser"
GROUP = "Mail"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "mailbox",
        metavar="MAILBOX",
        help="its name (user@host/folder), its user, or its place in HOSTDESK_IMAP from 1",
    )
    parser.add_argument(
        "--port", type=int, default=0, help="where the browser comes back to on 127.0.0.1 (default: any)"
    )


def run(args: argparse.Namespace) -> int:
    """Get a grant where one is needed, keep it sealed, and open the mailbox with it."""
    from hostdesk.config import boot

    boot.setup()

    from django.utils import timezone

    from hostdesk.kit.refusals import Refused
    from hostdesk.mail.fetching import tokens
    from hostdesk.mail.fetching.running import known
    from hostdesk.ports.imap import ImapFolder
    from hostdesk.ports.outcomes import PortDown, PortRefused

    remote = _chosen(args.mailbox)
    try:
        known(remote, at=timezone.now())
        if remote.oauth is not None and remote.oauth.flow == "user":
            grant = _by_device(remote.oauth) if remote.oauth.device_url else _by_browser(remote, args.port)
            tokens.store_grant(remote, grant)
        folder = ImapFolder(tokens.Key(remote).access(), remote.folder)
        number = len(folder.uids())
        folder.close()
        tokens.look_at_once(remote, at=timezone.now())
    except (PortDown, PortRefused) as error:
        raise Refused("", f"{remote.name}: {error.answer}") from error
    sys.stdout.write(f"{remote.name} opens; {number} mails lie there\n")
    return 0


def _chosen(word: str) -> Remote:
    from django.conf import settings

    from hostdesk.kit.refusals import Refused

    remotes: tuple[Remote, ...] = settings.ENVIRONMENT.mailboxes
    found = [
        remote
        for number, remote in enumerate(remotes, start=1)
        if word in (remote.name, remote.user, str(number))
    ]
    if len(found) != 1:
        names = ", ".join(remote.name for remote in remotes) or "none"
        raise Refused("", f"{word} is not exactly one mailbox of HOSTDESK_IMAP; there are: {names}")
    return found[0]


def _by_device(client: OAuthClient) -> str:
    """The refresh token, after a person typed the code that is shown."""
    import time

    from hostdesk.mail.fetching.tokens import server_of
    from hostdesk.ports.oauth import NotYet
    from hostdesk.ports.outcomes import PortRefused

    server = server_of(client)
    device = server.device()
    sys.stdout.write(f"Open {device.address} and enter the code {device.user_code}\n")
    sys.stdout.flush()
    pause, end = device.pause, time.monotonic() + device.seconds
    while time.monotonic() < end:
        time.sleep(pause)
        try:
            return _refresh_token(server.answered(device).refresh_token)
        except NotYet as not_yet:
            pause += 5 if not_yet.slower else 0
    raise PortRefused("nobody entered the code in time")


def _by_browser(remote: Remote, port: int) -> str:
    """The refresh token, after a browser came back to us with a code (RFC 8252, RFC 7636)."""
    import base64
    import hashlib
    import secrets
    from urllib.parse import urlencode

    from hostdesk.mail.fetching.tokens import server_of

    client = remote.oauth
    assert client is not None, "only a mailbox with oauth comes here"
    verifier, state = secrets.token_urlsafe(48), secrets.token_urlsafe(24)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    with _Returning(state, port) as returning:
        asked = {
            "response_type": "code",
            "client_id": client.client_id,
            "redirect_uri": returning.address,
            "scope": client.scope,
            "state": state,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            "login_hint": remote.user,
            # What makes Google give a refresh token, each time.
            "access_type": "offline",
            "prompt": "consent",
        }
        sys.stdout.write(
            f"Open this in a browser on this machine:\n\n{client.authorize_url}?{urlencode(asked)}\n\n"
            f"(From elsewhere: ssh -L {returning.port}:127.0.0.1:{returning.port} to this machine first.)\n"
        )
        sys.stdout.flush()
        code = returning.code()
    found = server_of(client).exchanged(code, verifier=verifier, redirect=returning.address)
    return _refresh_token(found.refresh_token)


def _refresh_token(given: str) -> str:
    from hostdesk.ports.outcomes import PortRefused

    if not given:
        raise PortRefused(
            "the sign-in gave no refresh token, so it would end within the hour; check the scope"
        )
    return given


class _Returning:
    """A web server on this machine for the one request in which the browser comes back."""

    _SECONDS = 900

    def __init__(self, state: str, port: int) -> None:
        import hmac
        from http.server import BaseHTTPRequestHandler, HTTPServer
        from urllib.parse import parse_qs, urlsplit

        found: dict[str, str] = {}

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                said = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
                is_ours = hmac.compare_digest(said.get("state", "").encode(), state.encode())
                if is_ours and ("code" in said or "error" in said):
                    found.update(said)
                self.send_response(200 if is_ours else 404)
                self.send_header("Content-Type", "text/plain; charset=utf-8")
                self.end_headers()
                self.wfile.write(b"Done. You may close this page." if is_ours else b"Not found.")

            def log_message(self, *_words: object) -> None:
                """Say nothing: the address carries the code."""

        self._found = found
        self._server = HTTPServer(("127.0.0.1", port), Handler)
        self._server.timeout = 1
        self.port = self._server.server_address[1]
        self.address = f"http://127.0.0.1:{self.port}/"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.server_close()

    def code(self) -> str:
        """The code, once the browser brought it."""
        import time

        from hostdesk.ports.outcomes import PortRefused

        end = time.monotonic() + self._SECONDS
        while not self._found:
            if time.monotonic() > end:
                raise PortRefused("nobody signed in in time")
            self._server.handle_request()
        if "code" not in self._found:
            raise PortRefused(f"the sign-in was refused: {self._found['error'][:100]}")
        return self._found["code"]
