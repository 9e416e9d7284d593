"""Real servers on loopback for tests and benches: DNS from a zone, a smart host that keeps what it is given."""

from __future__ import annotations

import json
import socket
import struct
import threading
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import StreamRequestHandler, ThreadingTCPServer, ThreadingUnixStreamServer
from urllib.parse import parse_qsl

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
from aiosmtpd.controller import Controller


def free_port():
    """A TCP port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def name_server(zone):
    """A DNS server over UDP for `zone` (as ZoneResolver takes it); yields host:port. The zone may grow meanwhile."""
    door = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    door.bind(("127.0.0.1", 0))
    door.settimeout(0.2)
    over = threading.Event()

    def serve():
        while not over.is_set():
            try:
                asked, client = door.recvfrom(4096)
            except TimeoutError:
                continue
            door.sendto(_answer(zone, asked), client)

    server = threading.Thread(target=serve, daemon=True)
    server.start()
    try:
        yield f"127.0.0.1:{door.getsockname()[1]}"
    finally:
        over.set()
        server.join(5)
        door.close()


def _answer(zone, asked):
    query = dns.message.from_wire(asked)
    question = query.question[0]
    name = question.name.to_text(omit_final_dot=True).lower()
    kind = dns.rdatatype.to_text(question.rdtype)
    answer = dns.message.make_response(query)
    answer.flags |= dns.flags.RA | dns.flags.AA
    records = zone.get(name)
    if records is None:
        if not any(known.endswith("." + name) for known in zone):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        return answer.to_wire()
    values = [_wire(kind, value) for said, value in records if said == kind]
    if values:
        answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *values))
    return answer.to_wire()


def _wire(kind, value):
    if kind == "TXT":
        return " ".join(f'"{value[i : i + 250]}"' for i in range(0, len(value), 250))
    if kind == "MX":
        return f"{value[0]} {value[1]}."
    return str(value)


class Kept:
    """What a smart host was given: (envelope from, recipients, raw bytes), oldest first; may refuse for a while."""

    def __init__(self):
        self.mails = []
        self.answer = "250 kept"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's name
        if self.answer.startswith("250"):
            self.mails.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return self.answer


@contextmanager
def smart_host():
    """An SMTP server that keeps every mail; yields (url, Kept)."""
    kept = Kept()
    controller = Controller(kept, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        yield f"smtp://127.0.0.1:{controller.port}", kept
    finally:
        controller.stop()


@contextmanager
def _in_a_thread(server):
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


class _Clamd(StreamRequestHandler):
    """clamd's INSTREAM, PING and VERSION in their zero-ended form."""

    def handle(self):
        command = self._until_zero()
        if command == b"zVERSION":
            self.wfile.write(b"ClamAV 1.0.7/for tests\0")
        if command != b"zINSTREAM":
            return
        mail = b""
        while size := struct.unpack("!L", self.rfile.read(4))[0]:
            mail += self.rfile.read(size)
            if len(mail) > self.server.largest:
                self.wfile.write(b"INSTREAM size limit exceeded. ERROR\0")
                return
        self.server.seen.append(mail)
        found = next((name for mark, name in self.server.signatures.items() if mark in mail), None)
        answer = self.server.answer or (f"stream: {found} FOUND" if found else "stream: OK")
        self.wfile.write(answer.encode() + b"\0")

    def _until_zero(self):
        said = b""
        while (one := self.rfile.read(1)) not in (b"", b"\0"):
            said += one
        return said


@contextmanager
def clamd(signatures, *, path=None, largest=25_000_000):
    """A clamd that finds `signatures` (bytes to names), on TCP or a Unix socket; yields (place, server).

    `server.seen` are the mails it saw; `server.answer`, when set, is what it says to everything.
    """
    server = (
        ThreadingUnixStreamServer(str(path), _Clamd) if path else ThreadingTCPServer(("127.0.0.1", 0), _Clamd)
    )
    server.signatures, server.largest, server.seen, server.answer = signatures, largest, [], ""
    with _in_a_thread(server):
        yield (str(path) if path else f"127.0.0.1:{server.server_address[1]}"), server


class _Rspamd(BaseHTTPRequestHandler):
    def do_GET(self):
        self._say(200, b"pong\r\n")

    def do_POST(self):
        mail = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.seen.append((self.path, list(self.headers.items()), mail))
        self._say(self.server.status, json.dumps(self.server.answer).encode())

    def _say(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with suppress(OSError):
            self.wfile.write(body)

    def log_message(self, *words):
        pass


@contextmanager
def rspamd(**answer):
    """An Rspamd that says `answer` to every mail; yields (url, server). `server.seen` are (path, headers, mail)."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Rspamd)
    server.status, server.seen = 200, []
    server.answer = {"action": "no action", "score": 0.5, "required_score": 15.0, **answer}
    with _in_a_thread(server):
        yield f"http://127.0.0.1:{server.server_address[1]}", server


class _OAuth(BaseHTTPRequestHandler):
    def do_POST(self):
        asked = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
        self.server.asked.append((self.path, asked))
        status, answer = (
            self.server.answers.pop(0) if len(self.server.answers) > 1 else self.server.answers[0]
        )
        body = json.dumps(answer).encode()
        self.send_response(status)
        if 300 <= status < 400:
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with suppress(OSError):
            self.wfile.write(body)

    def log_message(self, *words):
        pass


@contextmanager
def token_server(*answers):
    """An OAuth 2 server that gives (status, JSON) in turn, the last one for ever; yields (url, server).

    `server.asked` are (path, fields) of every request.
    """
    server = ThreadingHTTPServer(("127.0.0.1", 0), _OAuth)
    server.asked, server.answers = [], list(answers)
    with _in_a_thread(server):
        yield f"http://127.0.0.1:{server.server_address[1]}", server
