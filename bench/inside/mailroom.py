"""The mailroom of a desk to which so many mails are added: answers `PLACE TIMES` with the quickest seconds of its pages."""

from __future__ import annotations

import sys
import time

from bench.inside import start
from bench.inside.rows import FIRST, Speech, put

_WORDS = ("mailbox", "domain", "invoice", "certificate", "backup", "password", "website", "database")
_FATES = ("ticketed", "ticketed", "ticketed", "appended", "appended", "closed", "closed", "closed", "ignored")


def add(cursor, speech, many, now):
    """Mails of two years: most joined or opened a ticket, some were closed or ignored, one in a hundred is held."""
    word = (
        f"CASE i % {len(_WORDS)} {' '.join(f'WHEN {n} THEN {word!r}' for n, word in enumerate(_WORDS))} END"
    )
    fate = (
        f"CASE i % {len(_FATES)} {' '.join(f'WHEN {n} THEN {fate!r}' for n, fate in enumerate(_FATES))} END"
    )
    fate = f"CASE WHEN i % 100 = 99 THEN 'quarantined' ELSE {fate} END"
    when = speech.moment(f"({now} - 63000000 + i * {63_000_000 // many})")
    sender = "'user' || (i % 50000) || '@c' || (i % 20000) || '.example'"
    subject = f"'About my ' || {word} || ' number ' || i"
    columns = {
        "id": "i + 1000000",
        "digest": speech.digest("i + 1000000"),
        "route": "CASE WHEN i % 500 = 7 THEN 'complaint' ELSE 'desk' END",
        "door": "'smtp'",
        "envelope_from": sender,
        "recipients": speech.json("""'["support@itpossible.com"]'"""),
        "client_ip": "'192.0.2.10'",
        "helo": "'mail.example'",
        "size": "6000",
        "received_at": when,
        "disposition": fate,
        "reason": "'Measured.'",
        "clause": "'contact.listed_sender'",
        "settled_at": when,
        "sender": sender,
        "sender_name": "'User'",
        "subject": subject,
        "message_id": "'<' || (i + 1000000) || '@mail.example>'",
        "trust": "CASE WHEN i % 1000 = 3 THEN 'forged' ELSE 'proven' END",
        "resembles": "''",
        "ticket_number": f"CASE WHEN i % {len(_FATES)} < 5 THEN {FIRST} + i % 1000 ELSE NULL END",
        "findable": "true",
        "claimed_by": "''",
        "claimed_until": "NULL",
        "tries": "1",
        "next_try_at": when,
    }
    put(cursor, "mail_inboundmail", speech.series(many), columns)
    words = f"{subject} || ' ' || {sender} || ' ' || {columns['message_id']}"
    words = f"to_tsvector('simple', translate({words}, '@.<>', '    '))" if speech.postgres else words
    put(cursor, "search_mails", speech.series(many), {"kind": "'mail'", "ref": "i + 1000000", "words": words})


def main(words):
    """`mailroom MAILS`: adds them, tells the queries of each page, then measures for as long as it is asked."""
    start.begin()
    from django.db import connection, transaction
    from django.test.utils import CaptureQueriesContext

    from bench.inside.calling import call, desk_cookie
    from hostdesk.config.wsgi import application
    from hostdesk.people.models import Agent

    many = int(words[0])
    speech = Speech(connection.vendor)
    with transaction.atomic(), connection.cursor() as cursor:
        if many:
            add(cursor, speech, many, int(time.time()))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if speech.postgres else "PRAGMA wal_checkpoint(TRUNCATE)")
    agent = Agent.objects.exclude(role__in=["supervisor", "admin"]).first()
    cookie = desk_cookie(agent)
    pages = {
        "newest": "/desk/mailroom/",
        "held": "/desk/mailroom/?disposition=quarantined",
        "rare words": "/desk/mailroom/?q=mailbox+number+500000",
        "common words": "/desk/mailroom/?q=mailbox",
        "sender": "/desk/mailroom/?q=user77%40c77.example",
        "one day": "/desk/mailroom/?since=2026-03-02&until=2026-03-02",
        "forged": "/desk/mailroom/?trust=forged",
        "out": "/desk/mailroom/outbound",
    }
    found = {}
    for name, address in pages.items():
        call(application, address, cookie=cookie)
        with CaptureQueriesContext(connection) as asked:
            status, body = call(application, address, cookie=cookie)
        found[name] = {"status": status, "queries": len(asked), "rows": body.count(b"data-row")}
    start.say(found)
    for line in sys.stdin:
        name, times = line.rstrip("\n").rsplit(" ", 1)
        quickest = []
        for _ in range(int(times)):
            begun = time.perf_counter()
            call(application, pages[name], cookie=cookie)
            quickest.append(time.perf_counter() - begun)
        start.say(min(quickest))


if __name__ == "__main__":
    main(sys.argv[1:])
