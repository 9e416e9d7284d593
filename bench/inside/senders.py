"""A cheap load of mails: answers `PORT MAILS` with the seconds it took until all were answered for.

Four connections at a time, one mail a connection, nothing computed while the clock runs: each thread writes prepared bytes
to a socket and reads answers. Needs neither Django nor the product.
"""

from __future__ import annotations

import json
import socket
import sys
import threading
import time

from bench import mails

CONNECTIONS = 4
LONGEST_LINE = 998
_HELLO = b"EHLO bench.example\r\n"
_ENVELOPE = (b"MAIL FROM:<user1@c1.example>\r\n", b"RCPT TO:<support@itpossible.com>\r\n", b"DATA\r\n")


def send(port, body):
    """One mail on one connection; raises unless it was taken."""
    line = socket.create_connection(("127.0.0.1", port), timeout=60)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        _expect(line, b"220")
        for command, code in zip((_HELLO, *_ENVELOPE), (b"250", b"250", b"250", b"354"), strict=True):
            line.sendall(command)
            _expect(line, code)
        line.sendall(body)
        _expect(line, b"250")
        line.sendall(b"QUIT\r\n")
        _expect(line, b"221")
    finally:
        line.close()


def _expect(line, code):
    """Read one whole answer, which may have several lines."""
    said = b""
    while True:
        piece = line.recv(4096)
        if not piece:
            raise ConnectionError(f"closed after {said!r}")
        said += piece
        last = said.rstrip(b"\r\n").rpartition(b"\n")[2]
        if said.endswith(b"\n") and last[3:4] != b"-":
            break
    if not said.startswith(code):
        raise ConnectionError(f"{said!r} instead of {code!r}")


def all_of(port, bodies):
    """Send all bodies over CONNECTIONS at a time; seconds, and how many were answered with 250."""
    waiting, taken, faults = list(bodies), [], []

    def work():
        while True:
            try:
                body = waiting.pop()
            except IndexError:
                return
            try:
                send(port, body)
                taken.append(1)
            except OSError as error:
                faults.append(repr(error))

    threads = [threading.Thread(target=work) for _ in range(CONNECTIONS)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {"seconds": time.perf_counter() - begun, "taken": len(taken), "faults": faults[:3]}


def main():
    """Serve orders from standard input."""
    # The library's own server refuses longer lines; all three are given the same mails.
    raws = [raw for raw in mails.mixed()[1] if max(map(len, raw.split(b"\r\n"))) < LONGEST_LINE]
    print(json.dumps({"from": mails.mixed()[0], "mean": sum(map(len, raws)) / len(raws)}), flush=True)
    number = 0
    for order in sys.stdin:
        port, many = map(int, order.split())
        bodies = []
        for _ in range(many):
            number += 1
            raw = mails.numbered(raws[number % len(raws)], number)
            bodies.append(raw.replace(b"\r\n.", b"\r\n..") + b".\r\n")
        print(json.dumps(all_of(port, bodies)), flush=True)


if __name__ == "__main__":
    main()
