"""A registry on loopback for tests: IANA's list, RDAP, WHOIS and the web of a domain, each saying what the test wants."""

from __future__ import annotations

import json
import threading
import time
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import StreamRequestHandler, ThreadingTCPServer

from hostdesk.ports.registry.fetching import Reach
from hostdesk.ports.registry.looking import Registry


def rdap(
    domain="acme.example",
    *,
    registered="2015-03-01T00:00:00Z",
    changed="2025-03-01T00:00:00Z",
    emails=("owner@elsewhere.example",),
    **more,
):
    """An RDAP answer as registries give it, before anything was redacted."""
    card = [["version", {}, "text", "4.0"], ["fn", {}, "text", "Alice Adams"]]
    card += [["email", {}, "text", email] for email in emails]
    return {
        "objectClassName": "domain",
        "ldhName": domain,
        "status": ["active"],
        "events": [
            {"eventAction": "registration", "eventDate": registered},
            {"eventAction": "last changed", "eventDate": changed},
            {"eventAction": "expiration", "eventDate": "2028-03-01T00:00:00Z"},
        ],
        "entities": [
            {"objectClassName": "entity", "roles": ["registrant"], "vcardArray": ["vcard", card]},
            {
                "objectClassName": "entity",
                "roles": ["registrar"],
                "vcardArray": ["vcard", [["fn", {}, "text", "Registrar Inc."]]],
            },
        ],
        "nameservers": [{"ldhName": "ns1.acme.example"}],
        **more,
    }


class Pages:
    """What the web server says by path: bytes, or a function of the handler; `asked` counts."""

    def __init__(self):
        self.by_path, self.asked = {}, []

    def says(self, path, body, *, status=200, kind="application/rdap+json", **headers):
        if isinstance(body, dict | list):
            body = json.dumps(body)
        self.by_path[path] = (status, kind, body.encode() if isinstance(body, str) else body, headers)


class _Web(BaseHTTPRequestHandler):
    def do_GET(self):
        pages = self.server.pages
        pages.asked.append(self.path)
        found = pages.by_path.get(self.path)
        if callable(found):
            found(self)
            return
        status, kind, body, headers = found or (404, "text/plain", b"no", {})
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass


class _Whois(StreamRequestHandler):
    def handle(self):
        self.server.asked.append(self.rfile.readline())
        self.wfile.write(self.server.answers.pop(0) if self.server.answers else b"")


class OnLoopback:
    """`web` says what paths hold, `whois` is the list of answers still to give; `registry()` looks there."""

    def __init__(self, web, whois):
        self.pages, self.whois = web.pages, whois.answers
        self.asked_whois = whois.asked
        self.web_at = f"127.0.0.1:{web.server_address[1]}"
        self.whois_at = f"127.0.0.1:{whois.server_address[1]}"
        self.listed(f"http://{self.web_at}/rdap/")

    def listed(self, *urls):
        self.pages.says("/dns.json", {"services": [[["example"], list(urls)]]}, kind="application/json")

    def reach(self, *, names=None, seconds=3.0, instead=None):
        names = names or {}
        return Reach(
            resolve=lambda host: names.get(host, []),
            ours=frozenset({self.web_at, self.whois_at}),
            instead=instead or {},
            seconds=seconds,
        )

    def registry(self, **reach):
        return Registry(self.reach(**reach), bootstrap=f"http://{self.web_at}/dns.json", whois=self.whois_at)


def drip(seconds, *, head=b"HTTP/1.1 200 OK\r\nContent-Type: application/rdap+json\r\n\r\n"):
    """A page that sends a byte now and then and never ends."""

    def slowly(handler):
        handler.wfile.write(head)
        until = time.monotonic() + seconds
        try:
            while time.monotonic() < until:
                handler.wfile.write(b" ")
                handler.wfile.flush()
                time.sleep(0.05)
        except OSError:
            return

    return slowly


@contextmanager
def on_loopback():
    with ExitStack() as stack:
        web = stack.enter_context(_serving(ThreadingHTTPServer(("127.0.0.1", 0), _Web)))
        web.pages = Pages()
        whois = stack.enter_context(_serving(ThreadingTCPServer(("127.0.0.1", 0), _Whois)))
        whois.answers, whois.asked = [], []
        yield OnLoopback(web, whois)


@contextmanager
def _serving(server):
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
