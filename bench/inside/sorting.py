"""From kept mails to tickets, whole way, in rounds: `sorting ROUNDS MAILS ACCOUNTS [POSTMASTER_PID]`.

Of a hundred mails, seventy come from a listed contact (each from another one, so that each becomes a ticket), twenty from
strangers and ten from machines. Between the rounds Python's `email` parses the same mails.
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections import Counter
from datetime import UTC, datetime

from bench import mails
from bench.inside import cpu, start
from bench.inside.peer import read_fully

LISTED, STRANGERS = 70, 20


def pools():
    """Mails that a person could have written, and mails of machines, as our own reader tells them apart."""
    from hostdesk.mail import reading

    written, automatic = [], []
    for raw in mails.mixed()[1]:
        seen = reading.read(mails.from_somebody(raw, sender="user1@c1.example", name="User One", number=1))
        machine = seen.bounce or seen.report or seen.auto_submitted
        if machine:
            automatic.append(raw)
        elif seen.author.address == "user1@c1.example" and not seen.error:
            written.append(raw)
    return written, automatic


def one(number, pools, *, accounts, chance):
    """(raw mail, envelope from) of the number-th mail."""
    written, automatic = pools
    share = number * 37 % 100
    if share < LISTED:
        who = number * 7919 % accounts
        sender, name = f"user{who}@c{who}.example", f"User {who}"
    elif share < LISTED + STRANGERS:
        sender, name = f"somebody{number}@nowhere{number}.invalid", "Some Body"
    else:
        return mails.numbered(chance.choice(automatic), number), ""
    return mails.from_somebody(chance.choice(written), sender=sender, name=name, number=number), sender


def kept(batch, at):
    """Let the door's own verb keep these mails."""
    from hostdesk.mail.door.keeping import Arrival, keep

    keep(
        [
            Arrival(
                route="desk",
                door="smtp",
                envelope_from=sender,
                recipients=("support@itpossible.com",),
                client_ip="192.0.2.10",
                helo="mail.example",
                received_at=at,
                raw=raw,
                size=len(raw),
            )
            for raw, sender in batch
        ]
    )


def main(words):
    """Measure, and tell every round."""
    rounds, many, accounts = int(words[0]), int(words[1]), int(words[2])
    postmaster = int(words[3]) if len(words) > 3 else 0
    start.begin()
    from django.db.models import Count

    from hostdesk.gateway.actions.sorting import sort_round
    from hostdesk.gateway.judging import tools
    from hostdesk.mail.models import InboundMail, OutboundMail
    from hostdesk.tickets.models import Ticket

    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    chance, ready = random.Random(7), pools()
    numbers = iter(range(1, 10**9))

    def whole_way(batch):
        at = datetime.now(UTC)
        kept(batch, at)
        while sort_round(at):
            pass

    def cpu_now():
        mine = cpu.used_by([os.getpid(), *cpu.descendants(os.getpid())])
        return mine, cpu.used_by(cpu.descendants(postmaster)) if postmaster else {}

    whole_way([one(next(numbers), ready, accounts=accounts, chance=chance) for _ in range(200)])
    first = InboundMail.objects.order_by("-id").values_list("id", flat=True).first()
    before_tickets, before_mails = Ticket.objects.count(), OutboundMail.objects.count()
    said = []
    for _ in range(rounds):
        batch = [one(next(numbers), ready, accounts=accounts, chance=chance) for _ in range(many)]
        ours, theirs = cpu_now()
        begun = time.perf_counter()
        whole_way(batch)
        wall = time.perf_counter() - begun
        ours_after, theirs_after = cpu_now()
        parse_begun, parse_wall = time.process_time(), time.perf_counter()
        for raw, _ in batch:
            read_fully(raw)
        said.append(
            {
                "wall": wall / many,
                "cpu": cpu.since(ours, ours_after) / many,
                "parent": cpu.since({os.getpid(): ours[os.getpid()]}, {os.getpid(): ours_after[os.getpid()]})
                / many,
                "database": cpu.since(theirs, theirs_after) / many,
                "peer": (time.process_time() - parse_begun) / many,
                "peer_wall": (time.perf_counter() - parse_wall) / many,
                "bytes": sum(len(raw) for raw, _ in batch) / many,
            }
        )
    dispositions = dict(
        InboundMail.objects.filter(pk__gt=first).values_list("disposition").annotate(n=Count("pk")).order_by()
    )
    start.say(
        {
            "rounds": said,
            "dispositions": Counter({str(name): count for name, count in dispositions.items()}),
            "tickets": Ticket.objects.count() - before_tickets,
            "acknowledged": OutboundMail.objects.count() - before_mails,
            "pools": [len(pool) for pool in ready],
        }
    )
    tools().pool.close()


if __name__ == "__main__":
    main(sys.argv[1:])
