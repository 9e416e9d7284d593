"""Brings Django up for a command or a server, once a process, with the log as the house writes it."""

from __future__ import annotations

import logging
import os
import re
import sys
from typing import TextIO, cast


def setup() -> None:
    """Make tables and settings usable in this process.

    Raises `Misconfigured` when a setting is nonsense.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hostdesk.config.settings")
    import django

    django.setup()
    from django.conf import settings

    from hostdesk.people.clients import check_trusted_proxies

    check_trusted_proxies(settings.HOSTDESK_TRUSTED_PROXIES)
    start_log(settings.ENVIRONMENT.log)


def make_ready() -> None:
    """`setup` for commands that write: makes the data folder and brings the tables up where that is still to be done.

    So the first agent and the first customers may come before the first start.
    """
    from hostdesk.config import environment
    from hostdesk.config.preparing import make_data_folder, prepare_tables

    make_data_folder(environment.read().data)
    setup()
    prepare_tables()


def start_log(level: str) -> None:
    """One event a line on standard error: constant text, facts as fields. Addresses and bodies are never facts."""
    import structlog

    number = logging.getLevelNamesMapping()[level.upper()]
    logging.basicConfig(level=max(number, logging.WARNING), format="%(levelname)s %(name)s %(message)s")
    for handler in logging.getLogger().handlers:
        if not any(isinstance(one, _WithoutSecrets) for one in handler.filters):
            handler.addFilter(_WithoutSecrets())
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"], sort_keys=True),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(file=cast("TextIO", _StandardError())),
        cache_logger_on_first_use=True,
    )


class _WithoutSecrets(logging.Filter):
    """Takes out of a line what stands in addresses of pages and may be a link that works: whoever reads the log presses none.

    The framework names the path of each request that it refuses, such as a scanner's that brings no cookie.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Every line passes, without its secrets."""
        if record.name.startswith("django.security"):
            # What a stranger sent is no fault of ours, so no stack of calls.
            record.exc_info = None
        said = record.getMessage()
        shorter = _LONG_PIECE.sub("...", said)
        if shorter != said:
            record.msg, record.args = shorter, None
        return True


_LONG_PIECE = re.compile(r"(?<=/)[^/\s]{20,}")


class _StandardError:
    """Standard error as it is at each line: whoever replaces and closes it (a test, a daemon) leaves no dead log."""

    def write(self, text: str) -> int:
        """Hand on."""
        return sys.stderr.write(text)

    def flush(self) -> None:
        """Hand on."""
        sys.stderr.flush()
