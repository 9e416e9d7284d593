"""Damaged mails: `mutations read COUNT SEED` through the reader, `mutations desk COUNT SEED ACCOUNTS` through the whole gateway."""

from __future__ import annotations

import hashlib
import os
import random
import sys
import time
from collections import Counter
from datetime import UTC, datetime

from bench import mails
from bench.inside import cpu, start
from bench.places import TOP
from tests.mutating import mutated

LARGEST = 30_000
SLOW_SECONDS = 1.0
BATCH = 200
FROM_CONTACTS = 0.5


def bases():
    """Mails to damage: the folder of samples and the suite's own."""
    own = [file.read_bytes() for file in sorted((TOP / "tests" / "data" / "mails").glob("*.eml"))]
    return [raw for raw in [*mails.mixed()[1], *own] if len(raw) <= LARGEST]


def through_the_reader(count, seed):
    """Read and class so many damaged mails here; what became of them."""
    import msgspec

    from hostdesk.mail import reading

    os.nice(10)
    dice, raws = random.Random(seed), bases()
    encoder, decoder = msgspec.msgpack.Encoder(), msgspec.msgpack.Decoder(reading.ParsedMail)
    found, faults, slowest, size = Counter(), [], 0.0, 0
    begun = time.process_time()
    for number in range(count):
        raw = mutated(dice.choice(raws), dice, raws)
        size += len(raw)
        before = time.process_time()
        try:
            mail = reading.read(raw)
            decoder.decode(encoder.encode(mail))
        except Exception as fault:  # noqa: BLE001 - counted, and told in the end
            found["crash"] += 1
            faults.append(f"{seed}/{number}: {type(fault).__name__}: {fault}")
            continue
        took = time.process_time() - before
        slowest = max(slowest, took)
        found["slow"] += took > SLOW_SECONDS
        if mail.error and "apart" in mail.error:
            found["salvaged"] += 1
            faults.append(f"{seed}/{number}: {mail.defects}")
        kind = (
            "bounce"
            if mail.bounce
            else "report"
            if mail.report
            else "machine"
            if mail.auto_submitted
            else "person"
        )
        found[kind] += 1
        found["author told"] += mail.author.address is not None
    start.say(
        {
            "count": count,
            "found": found,
            "faults": faults[:20],
            "slowest": slowest,
            "cpu": time.process_time() - begun,
            "mean": size / max(count, 1),
        }
    )


def through_the_desk(count, seed, accounts):
    """Keep and sort so many damaged mails on a desk of these accounts; their dispositions, and whether a child was replaced."""
    start.begin()
    from django.db.models import Count

    from bench.inside.sorting import kept
    from hostdesk.gateway.actions.sorting import sort_round
    from hostdesk.gateway.judging import tools
    from hostdesk.mail.models import InboundMail

    dice, raws = random.Random(seed), bases()
    before = InboundMail.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    numbers = iter(range(1, 10**9))

    def one():
        raw, sender = dice.choice(raws), "somebody@sender.example"
        if dice.random() < FROM_CONTACTS:
            number = next(numbers)
            who = number * 7919 % accounts
            sender = f"user{who}@c{who}.example"
            raw = mails.from_somebody(raw, sender=sender, name=f"User {who}", number=number)
        return mutated(raw, dice, raws), sender

    first, last, different = set(), set(), set()
    assert count % BATCH == 0, "whole batches"
    for _ in range(0, count, BATCH):
        batch = [one() for _ in range(BATCH)]
        # Damage may come to the same bytes twice, and the same bytes are one mail.
        different.update(hashlib.sha256(raw).digest() for raw, _ in batch)
        at = datetime.now(UTC)
        kept(batch, at)
        while sort_round(at):
            pass
        last = set(cpu.descendants(os.getpid()))
        first = first or last
    arrived = InboundMail.objects.filter(pk__gt=before)
    rows = arrived.values_list("disposition").annotate(n=Count("pk")).order_by()
    faults = arrived.filter(reason__contains="fault in the program").count()
    broken = arrived.filter(reason__contains="broke down").count()
    start.say(
        {
            "sent": count,
            "different": len(different),
            "dispositions": {name: n for name, n in rows if name is not None},
            "faults": faults,
            "broken": broken,
            "replaced": len(first - last),
        }
    )
    tools().pool.close()


if __name__ == "__main__":
    {"read": through_the_reader, "desk": through_the_desk}[sys.argv[1]](*map(int, sys.argv[2:]))
