"""Reading and classing a mail, beside Python's `email`."""

from __future__ import annotations

import os
from statistics import median

from bench import places
from bench.report import Figure, Section

TITLE = "Reading mails"


def run(*, long):
    """One section."""
    samples = {name: os.environ[name] for name in ("HOSTDESK_MAIL_SAMPLES",) if name in os.environ}
    said = places.inside(
        "reading", 10 if long else 5, env={**places.environment(places.fresh("reading")), **samples}
    )
    ours, peer = (median(one[name] for one in said["rounds"]) for name in ("ours", "peer"))
    figure = Figure(
        "mails read a second of CPU",
        1 / ours,
        "/s",
        "`email.policy.default` parses",
        1 / peer,
        "/s",
        ratio=median(one["peer"] / one["ours"] for one in said["rounds"]),
    )
    return Section(
        "reading",
        TITLE,
        [figure],
        [
            (
                "`hostdesk.mail.reading.read` (headers, author, text, new part of a reply, safe HTML, files, is it a machine, a bounce,"
                " a report), without the limited child around it, beside `email.policy.default` parsing all headers, bodies and"
                f" attachments of the same mails, in turns in one process. {said['many']} mails of {said['from']}, mean"
                f" {said['mean'] / 1000:.1f} kB. There is no target of its own; it is part of the whole way above."
            ),
        ],
    )
