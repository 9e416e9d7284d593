"""One SMTP server in a process of its own: `door keep|discard|library`. Prints its port, serves until its parent is gone.

`keep` is the product's door as it runs in `hostdesk serve`; `discard` is the same door whose writer throws the mails away;
`library` is aiosmtpd's own server, which the door is built on, with a handler that throws them away.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from concurrent.futures import Future

from bench.inside import start


class ThrowsAway:
    """Takes arrivals as the writer does, answers at once, keeps nothing."""

    def start(self):
        """Nothing to begin."""

    def stop(self):
        """Nothing to end."""

    def take(self, _arrival):
        """Done already."""
        done = Future()
        done.set_result(None)
        return done


class Discarding:
    """aiosmtpd's handler that takes everything and keeps nothing."""

    async def handle_DATA(self, _server, _session, _envelope):  # noqa: N802 - named by the library
        """Say yes."""
        return "250 OK"


def main(kind):
    """Serve until standard input ends."""
    start.begin()
    from hostdesk.mail.door import listening

    listener = listening.listen_tcp("127.0.0.1", 0, setting="bench")
    stop = threading.Event()

    def until_parent_ends():
        sys.stdin.read()
        stop.set()

    threading.Thread(target=until_parent_ends, daemon=True).start()
    port = listener.getsockname()[1]
    if kind == "library":
        asyncio.run(_library(listener, port, stop))
        return
    listening.run(
        smtp=listener,
        lmtp=None,
        largest=35_000_000,
        stop=stop,
        writer=ThrowsAway() if kind == "discard" else None,
        when_ready=lambda: start.say(port),
    )


async def _library(listener, port, stop):
    from aiosmtpd.smtp import SMTP

    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(
            Discarding(),
            data_size_limit=35_000_000,
            enable_SMTPUTF8=True,
            hostname="bench.example",
            ident="hostdesk",
            loop=loop,
        ),
        sock=listener,
    )
    start.say(port)
    await asyncio.to_thread(stop.wait)
    server.close()


if __name__ == "__main__":
    main(sys.argv[1])
