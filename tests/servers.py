"""Real servers on loopback for tests and benches: DNS from a zone, a smart host that keeps what it is given."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager

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
