"""Pages of one filled desk: answers `NAME TIMES` with the CPU seconds of the page and of its plain counterpart."""

from __future__ import annotations

import sys

from bench.inside import start
from bench.inside.fill import LONG_ONE
from bench.inside.rows import FIRST


def main(words):
    """`pages TICKETS OPEN`: tells once what it found, then measures for as long as it is asked."""
    start.begin()
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from bench.inside.bare import BareHandler
    from bench.inside.calling import call, desk_cookie, seconds
    from hostdesk.config.wsgi import application
    from hostdesk.people.models import Agent

    tickets, opened = int(words[0]), int(words[1])
    cookie = desk_cookie(Agent.objects.get(pk=1))
    number = FIRST + tickets - opened + LONG_ONE
    bare = BareHandler()
    pages = {
        "queue": ("/desk/queue", f"/queue?from={number - LONG_ONE}"),
        "ticket": (f"/desk/tickets/{number}", f"/tickets/{number}"),
    }
    found = {}
    for name, (ours, theirs) in pages.items():
        for _ in range(5):
            page = call(application, ours, cookie=cookie)
            plain = call(bare, theirs)
        with CaptureQueriesContext(connection) as asked:
            call(application, ours, cookie=cookie)
        found[name] = {
            "queries": len(asked),
            "bytes": len(page[1]),
            "plain_bytes": len(plain[1]),
            "status": page[0],
            "rows": page[1].count(b"data-row"),
            "letters": page[1].count(b"letter-card"),
            "plain_rows": plain[1].count(b"<tr>"),
            "plain_letters": plain[1].count(b"<article>"),
        }
    start.say(found)
    for line in sys.stdin:
        name, times = line.split()
        ours, theirs = pages[name]
        # One after the other in small portions, so that both meet the same weather.
        page = plain = 0.0
        for _ in range(5):
            plain += seconds(bare, theirs, times=int(times)) / 5
            page += seconds(application, ours, cookie=cookie, times=int(times)) / 5
        start.say({"page": page, "plain": plain})


if __name__ == "__main__":
    main(sys.argv[1:])
