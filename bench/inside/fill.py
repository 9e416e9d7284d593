"""A desk of any size, loaded in bulk: `fill make TICKETS OPEN` and `fill freshen TICKETS OPEN`.

The rows are such as the product's own verbs would leave, under the same tables, constraints and triggers. A twentieth
as many accounts as tickets, each with two contacts, a service and a domain. Every ticket has come in by mail and has its
mail, message, two clocks with their ledger, history, three decisions, acknowledgement and search words; a finished one
also an answer. Of the open ones, which are the newest, the first fifty wait in the queue, and of the others four in ten;
the rest are somebody's. Three are marked (one late, two warned), one has ten messages.
"""

from __future__ import annotations

import sys
import time

from bench.inside import start
from bench.inside.beside import clocks, history, people
from bench.inside.rows import AGENTS, FIRST, Speech, put, quoted

ALWAYS_WAITING = 50
LONG_ONE = 10
"""Which of the open tickets has ten messages."""
WORDS = (
    "Since this morning the mailbox refuses everything with an error about its quota. We have removed old mails, "
    "emptied the bin and tried another program, and nothing changed.\n\nCould you have a look at it today? "
    "Our shop sends its orders there.\n\nKind regards\n"
)


def make(cursor, tickets, opened, speech, now):
    """All rows, table by table."""
    accounts = max(50, tickets // 20)
    at = speech.moment
    people(cursor, accounts, speech, now)
    cursor.execute("SELECT id FROM people_team WHERE slug = 'support'")
    (team,) = cursor.fetchone()
    cursor.execute("SELECT id FROM policy_policyversion WHERE slug = 'hosting'")
    (version,) = cursor.fetchone()
    old = tickets - opened
    is_open = f"i >= {old}"
    place = f"(i - {old})"
    waits = f"({place} < {ALWAYS_WAITING} OR {place} % 10 < 4)"
    assignee = f"CASE WHEN {is_open} AND {waits} THEN NULL ELSE 1 + i % {AGENTS} END"
    state = (
        f"CASE WHEN NOT {is_open} THEN CASE WHEN i % 10 = 0 THEN 'resolved' ELSE 'closed' END WHEN {waits} THEN 'new'"
        f" WHEN {place} % 10 < 7 THEN 'open' ELSE 'waiting_customer' END"
    )
    attention = f"CASE WHEN {place} = 0 THEN 2 WHEN {place} IN (1, 2) THEN 1 ELSE 0 END"
    # The finished ones have come in evenly over the two years before.
    when = f"({now} - 90000 - ({tickets} - i) * {63_000_000 // tickets})"
    text = quoted(WORDS)
    sender = f"'user' || (i % {accounts}) || '@c' || (i % {accounts}) || '.example'"
    subject = "'Mailbox ' || (i % 977) || ' takes no more mail'"
    every = speech.series(tickets)

    put(
        cursor,
        "mail_rawmail",
        every,
        {"digest": speech.digest("i"), "raw": speech.raw(f"'Subject: x' || i || {text}")},
    )
    put(
        cursor,
        "mail_inboundmail",
        every,
        {
            "id": "i + 1",
            "digest": speech.digest("i"),
            "route": "'desk'",
            "door": "'smtp'",
            "envelope_from": sender,
            "recipients": speech.json("""'["support@itpossible.com"]'"""),
            "client_ip": "'192.0.2.10'",
            "helo": "'mail.example'",
            "size": "600",
            "received_at": at(when),
            "disposition": "'ticketed'",
            "reason": "'A listed contact.'",
            "clause": "'contact.listed_sender'",
            "settled_at": at(when),
            "sender": sender,
            "sender_name": "'User'",
            "subject": subject,
            "message_id": "'<' || i || '@mail.example>'",
            "trust": "'proven'",
            "resembles": "''",
            "ticket_number": f"i + {FIRST}",
            "findable": "true",
            "claimed_by": "''",
            "claimed_until": "NULL",
            "tries": "1",
            "next_try_at": at(when),
        },
    )
    put(
        cursor,
        "tickets_ticket",
        every,
        {
            "id": f"i + {FIRST}",
            "subject": subject,
            "state": state,
            "ticket_class": "'unclassed'",
            "channel": "'mail'",
            "policy_slug": "'hosting'",
            "team_id": team,
            "sealed": "false",
            "customer_id": f"1 + i % {accounts}",
            "account_id": f"1 + i % {accounts}",
            "contact_id": f"1 + i % {accounts}",
            "requester_name": "'User'",
            "requester_address": sender,
            "trust": "'proven'",
            "assignee_id": assignee,
            "attention": attention,
            "opened_at": at(when),
            "queued_at": at(when),
            "updated_at": at(when),
            "state_since": at(when),
            "resolved_at": f"CASE WHEN {is_open} THEN NULL ELSE {at(when + ' + 9000')} END",
            "reply_generation": "1",
            "follows_id": "NULL",
        },
    )
    message = {
        "ticket_id": f"i + {FIRST}",
        "kind": "'customer'",
        "author_name": f"'User ' || (i % {accounts})",
        "contact_id": f"1 + i % {accounts}",
        "agent_id": "NULL",
        "trust": "'proven'",
        "text": text,
        "fresh": "''",
        "html": "''",
        "at": at(when),
        "inbound_mail_id": "i + 1",
        "outbound_mail_id": "NULL",
        "submission": "NULL",
    }
    answer = {
        **message,
        "kind": "'agent'",
        "author_name": "'Agent'",
        "contact_id": "NULL",
        "agent_id": f"1 + i % {AGENTS}",
        "trust": "''",
        "at": at(when + " + 3000"),
        "inbound_mail_id": "NULL",
    }
    put(cursor, "tickets_message", every, message)
    put(cursor, "tickets_message", speech.series(old), answer)
    for more in range(1, 10):
        one = {
            **(answer if more % 2 else message),
            "at": at(f"{now} - 60000 + {more} * 600"),
            "inbound_mail_id": "NULL",
        }
        put(cursor, "tickets_message", every, one, where=f"i = {old} + {LONG_ONE}")
    clocks(cursor, every, speech, old=old, version=version, when=when)
    history(cursor, every, speech, old=old, version=version, when=when)
    put(
        cursor,
        "mail_outboundmail",
        every,
        {
            "kind": "'acknowledgement'",
            "ticket_number": f"i + {FIRST}",
            "person_id": f"1 + i % {accounts}",
            "to_address": sender,
            "to_name": "'User'",
            "subject": subject,
            "text": text,
            "html": text,
            "headers": speech.json("'{}'"),
            "files": speech.json("'[]'"),
            "message_id": "'<ticket.' || i || '@itpossible.com>'",
            "about": f"'acknowledgement:' || (i + {FIRST})",
            "queued_at": at(when),
            "state": "'sent'",
            "last_answer": "'250 ok'",
            "sent_at": at(when),
            "findable": "true",
            "claimed_by": "''",
            "claimed_until": "NULL",
            "tries": "1",
            "next_try_at": at(when),
        },
    )
    words = f"{subject} || ' user' || (i % {accounts}) || ' ' || {text}"
    words = f"to_tsvector('simple', {words})" if speech.postgres else words
    put(cursor, "search_words", every, {"kind": "'ticket'", "ref": f"i + {FIRST}", "words": words})


def freshen(cursor, tickets, opened, speech, now):
    """Let the open tickets have come in over the last twenty hours, whenever the desk was made."""
    old = tickets - opened
    of_ticket = f"({now} - 72000 + (id - {FIRST + old}) * 72000 / {opened})"
    of_clock = f"({now} - 72000 + (ticket_id - {FIRST + old}) * 72000 / {opened})"
    at = speech.moment
    columns = ", ".join(
        f"{name} = {at(of_ticket)}" for name in ("opened_at", "queued_at", "updated_at", "state_since")
    )
    cursor.execute(f"UPDATE tickets_ticket SET {columns} WHERE id >= {FIRST + old}")
    minutes = "CASE kind WHEN 'response' THEN 1440 ELSE 10080 END"
    cursor.execute(
        f"UPDATE tickets_slaclock SET started_at = {at(of_clock)}, since = {at(of_clock)}, warn_at = {at(f'({of_clock} + {minutes} * 50)')},"
        f" due_at = {at(f'({of_clock} + {minutes} * 60)')} , look_at = {at(f'({of_clock} + {minutes} * 60)')}"
        f" WHERE ticket_id >= {FIRST + old}"
    )
    cursor.execute(
        f"UPDATE tickets_slaclock SET due_at = {at(f'{now} - 600')}, look_at = NULL WHERE state = 'breached'"
    )


def main(words):
    """Make or freshen the desk of this environment; prints the seconds it took."""
    start.begin()
    from django.db import connection, transaction

    begun = time.perf_counter()
    speech = Speech(connection.vendor)
    tickets, opened = int(words[1]), int(words[2])
    now = int(time.time())
    connection.ensure_connection()
    if not speech.postgres:
        connection.cursor().execute("PRAGMA synchronous = OFF")
    with transaction.atomic(), connection.cursor() as cursor:
        if words[0] == "make":
            make(cursor, tickets, opened, speech, now)
            if speech.postgres:
                count_on(cursor)
        freshen(cursor, tickets, opened, speech, now)
    with connection.cursor() as cursor:
        if speech.postgres:
            cursor.execute("VACUUM ANALYZE" if words[0] == "make" else "ANALYZE tickets_ticket")
        else:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    start.say(time.perf_counter() - begun)


def count_on(cursor):
    """Let PostgreSQL number new rows after those that brought their own numbers."""
    for table in (
        "mail_inboundmail",
        "tickets_ticket",
        "tickets_slaclock",
        "people_agent",
        "people_person",
        "people_contact",
        "hosting_customer",
        "hosting_account",
    ):
        cursor.execute(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"
        )


if __name__ == "__main__":
    main(sys.argv[1:])
