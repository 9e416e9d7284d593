"""Mail to ticket, whole way, beside Python's `email` that only parses the same mails."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from statistics import median

from bench import mails, places
from bench.report import Figure, Section

TITLE = "Mail to ticket"
TICKETS, OPEN = 100_000, 5_000


def run(*, long):
    """One section, both databases."""
    figures, notes = [], []
    for vendor in places.vendors():
        desk = places.filled(vendor, TICKETS, OPEN)
        with places.copied(desk, f"sorting_{vendor}") as env, names() as dns:
            words = [10 if long else 5, 400, TICKETS // 20]
            if vendor == "postgres":
                words.append(places.postgres().get_pid())
            said = places.inside("sorting", *words, env={**env, "HOSTDESK_DNS": dns, **_samples()})
        rounds = said["rounds"]
        ours, peer = (median(one[name] for one in rounds) for name in ("cpu", "peer"))
        figures.append(
            Figure(
                f"{vendor}: mails sorted a second of CPU",
                1 / ours,
                "/s",
                "`email.policy.default` parses",
                1 / peer,
                "/s",
                ratio=median(one["peer"] / one["cpu"] for one in rounds),
                least=0.20,
            )
        )
        figures.append(
            Figure(
                f"{vendor}: the same by the clock, everything of ours on one core",
                1 / median(one["wall"] for one in rounds),
                "/s",
                "`email.policy.default` parses, same core",
                1 / median(one["peer_wall"] for one in rounds),
                "/s",
                ratio=median(one["peer_wall"] / one["wall"] for one in rounds),
                least=0.20,
            )
        )
        milliseconds = {name: median(one[name] for one in rounds) * 1000 for name in ("parent", "database")}
        share = {
            name: f"{count / sum(said['dispositions'].values()):.0%}"
            for name, count in said["dispositions"].items()
        }
        notes.append(
            f"{vendor}: {ours * 1000:.2f} ms of CPU a mail, of which {milliseconds['parent']:.2f} in the worker and the rest in"
            f" its reading children"
            + (
                f"; the database server used {milliseconds['database']:.2f} ms more, not counted above"
                if vendor != "sqlite"
                else ""
            )
            + f". Mean size {rounds[0]['bytes'] / 1000:.1f} kB. What became of them: "
            + ", ".join(f"{name} {part}" for name, part in sorted(share.items()))
            + f"; {said['tickets']} new tickets, {said['acknowledged']} mails queued."
        )
    return Section(
        "sorting",
        TITLE,
        figures,
        [
            (
                f"Mails kept by the door's own verb, read in limited children, sender judged (SPF, DKIM, DMARC with DNS from a server"
                f" on loopback), ticket, clocks, history, decisions, acknowledgement queued, each mail in one commit, on a desk of"
                f" {TICKETS:,} tickets. Of a hundred mails 70 come from listed contacts, 20 from strangers, 10 from machines; their"
                f" contents are {mails.mixed()[0]}, as they are but for From, To and Message-ID. `email` parses all headers, bodies and"
                f" attachments. CPU is counted over the worker and its children; both sides are then rates of one core."
            ),
            *notes,
        ],
    )


def _samples():
    import os

    folder = os.environ.get("HOSTDESK_MAIL_SAMPLES")
    return {"HOSTDESK_MAIL_SAMPLES": folder} if folder else {}


@contextmanager
def names():
    """The name server in its own process; yields host:port."""
    command = [sys.executable, "-m", "bench.inside.names"]
    server = subprocess.Popen(
        command, cwd=places.TOP, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield f"127.0.0.1:{server.stdout.readline().strip()}"
    finally:
        server.stdin.close()
        server.wait(5)
