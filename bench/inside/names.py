"""A fast DNS server over UDP in a process of its own: prints its port, then answers until its parent is gone.

Every domain under `.example` sends from 192.0.2.10 alone (SPF) and asks that all else be rejected (DMARC); the stranger's
domains, under `.invalid`, and everything else do not exist.
"""

from __future__ import annotations

import socket
import struct
import sys
import threading

_TXT = 16
_NXDOMAIN = 3


def answer(asked):
    """The reply to one question."""
    place, labels = 12, []
    while asked[place]:
        length = asked[place]
        labels.append(asked[place + 1 : place + 1 + length].lower())
        place += length + 1
    (kind,) = struct.unpack("!H", asked[place + 1 : place + 3])
    question = asked[12 : place + 5]
    text = b""
    known = labels[-1:] == [b"example"] and (
        len(labels) == 2 or (len(labels) == 3 and labels[0] == b"_dmarc")
    )
    if known and kind == _TXT:
        text = b"v=DMARC1; p=reject" if labels[0] == b"_dmarc" else b"v=spf1 ip4:192.0.2.10 -all"
    flags = 0x8580 if known else 0x8580 | _NXDOMAIN
    head = asked[:2] + struct.pack("!HHHHH", flags, 1, 1 if text else 0, 0, 0)
    record = (
        b"\xc0\x0c" + struct.pack("!HHIHB", _TXT, 1, 60, len(text) + 1, len(text)) + text if text else b""
    )
    return head + question + record


def main():
    """Serve."""
    door = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    door.bind(("127.0.0.1", 0))
    print(door.getsockname()[1], flush=True)

    def serve():
        while True:
            asked, client = door.recvfrom(4096)
            door.sendto(answer(asked), client)

    threading.Thread(target=serve, daemon=True).start()
    sys.stdin.read()


if __name__ == "__main__":
    main()
