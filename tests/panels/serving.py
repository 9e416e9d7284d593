"""Runs a small panel. `trouble` is taken front first by requests that change something."""

from __future__ import annotations

import json
import socket
import ssl
import threading
import time
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, parse_qsl, urlsplit

from tests.panels.directadmin import DirectAdmin
from tests.panels.model import Model, Request
from tests.panels.plesk import Plesk
from tests.panels.whm import Whm


class Panel:
    """One server: its model, what it was asked, and what goes wrong with the next work."""

    def __init__(self, dialect):
        self.model, self.dialect = Model(), dialect
        self.asked, self.trouble, self.works = [], [], 0
        self.over = threading.Event()


@contextmanager
def panel_server(kind, certificate):
    """A running panel of a kind; yields (its address, the `Panel`)."""
    panel = Panel({"cpanel": Whm, "directadmin": DirectAdmin, "plesk": Plesk}[kind]())
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    server.panel = panel
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    server.handle_error = lambda *_: None
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"https://127.0.0.1:{server.server_port}", panel
    finally:
        panel.over.set()
        server.shutdown()
        thread.join(5)
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_words):
        pass

    def _any(self):
        panel = self.server.panel
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = urlsplit(self.path)
        form = dict(parse_qsl(parts.query, keep_blank_values=True))
        many = parse_qs(parts.query, keep_blank_values=True)
        if "json" in (self.headers.get("Content-Type") or ""):
            form |= json.loads(body) if body else {}
        else:
            form |= dict(parse_qsl(body.decode(), keep_blank_values=True))
            for name, values in parse_qs(body.decode(), keep_blank_values=True).items():
                many[name] = values
        request = Request(self.command, parts.path, form, many, dict(self.headers.items()))
        panel.asked.append(request)
        changes = panel.dialect.changes(request)
        trouble = panel.trouble.pop(0) if changes and panel.trouble else None
        if trouble and trouble != "hang after doing":
            return self._fail(trouble)
        panel.works += changes
        status, kind, answer = panel.dialect.answer(request, panel.model)
        if trouble:
            panel.over.wait(30)
            return None
        return self._say(status, kind, answer)

    do_GET = do_POST = do_PUT = do_DELETE = _any  # noqa: N815

    def _say(self, status, kind, answer, **headers):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(answer)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer)

    def _fail(self, trouble):
        match trouble:
            case "500":
                self._say(500, "text/html", b"<h1>Internal Server Error</h1>")
            case "garbage":
                self._say(200, "text/html", b"\x00\xff<html>Welcome to nginx!</html>")
            case "half":
                self.send_response(200)
                self.send_header("Content-Length", "500")
                self.end_headers()
                self.wfile.write(b'{"metadata":{"result":1,"rea')
                self.close_connection = True
            case "half form":
                self.send_response(200)
                self.send_header("Content-Length", "500")
                self.end_headers()
                self.wfile.write(b"error=0&text=")
                self.close_connection = True
            case "huge":
                self.send_response(200)
                self.end_headers()
                with suppress(OSError):
                    for _ in range(200):
                        self.wfile.write(b" " * 100_000)
                self.close_connection = True
            case "drip":
                self.send_response(200)
                self.send_header("Content-Length", "500")
                self.end_headers()
                with suppress(OSError):
                    while not self.server.panel.over.wait(0.05):
                        self.wfile.write(b" ")
                        self.wfile.flush()
            case "hang up":
                self.connection.shutdown(socket.SHUT_RDWR)
            case "slow":
                time.sleep(30)
            case _:
                self._say(302, "text/html", b"", Location=trouble)
