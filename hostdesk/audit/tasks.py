"""What the history does by itself: it is sealed, and the end of the chain is noted outside of the database."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from hostdesk.audit import anchors
from hostdesk.audit.chaining import seal_history
from hostdesk.jobs.rounds import Periodic

log = structlog.get_logger()


def keep_anchor(_at: datetime) -> int:
    """Note the end of the chain in the data folder and in the log; 1 when there was one."""
    end = anchors.end_of_chain()
    if end is None:
        return 0
    anchors.keep(end)
    log.info("history sealed", link=end.number, digest=end.digest)
    return 1


PERIODIC = [
    Periodic("seal the history", seal_history, every=timedelta(minutes=2)),
    Periodic("note the end of the history", keep_anchor, every=timedelta(hours=1)),
]
