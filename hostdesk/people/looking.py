"""Keeping who looked at what of a customer's: one small row, once a quarter of an hour for the same agent and thing.

A list is a look as well, kept by its name: whose things stood in it, the history of those things tells. What is opened
again and again costs nothing: each process remembers what it has kept.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Literal

from django.http import HttpRequest

from hostdesk.audit.actions import Seen, keep_look
from hostdesk.people.models import Agent

Kind = Literal[
    "customer", "ticket", "mail", "sent_mail", "file", "mail_file", "source", "request", "search", "list"
]
_MOST_REMEMBERED = 20_000
_kept: dict[tuple[object, ...], int] = {}


def saw(
    request: HttpRequest,
    kind: Kind,
    thing_id: int = 0,
    *,
    customer: Callable[[], int | None] | int | None = None,
    words: str = "",
) -> None:
    """The agent of this request is being shown a thing, or what a search for `words` found.

    `customer` is whose it is; a function is asked only when a row is kept.
    """
    agent: Agent = request.agent  # type: ignore[attr-defined]  # set by people.middleware and by the API
    at: datetime = request.at  # type: ignore[attr-defined]
    session = getattr(request, "desk_session", None)
    token = getattr(request, "api_token", None)
    seen = Seen(
        agent_id=agent.pk,
        agent_name=agent.name,
        session_id=session.pk if session else 0,
        token_id=token.pk if token else 0,
        kind=kind,
        thing_id=thing_id,
        words=" ".join(words.replace("\x00", " ").split())[:100],  # PostgreSQL takes no zero byte
    )
    key = (seen.agent_id, seen.session_id, seen.token_id, kind, thing_id, seen.words)
    if _kept.get(key) == seen.slot(at):
        return
    keep_look(seen, customer_id=customer() if callable(customer) else customer, at=at)
    if len(_kept) >= _MOST_REMEMBERED:
        _kept.clear()
    _kept[key] = seen.slot(at)


def saw_list(request: HttpRequest, name: str) -> None:
    """The agent of this request is being shown a list of many customers' things, such as "queue"."""
    saw(request, "list", words=name)


def forget() -> None:
    """Remember nothing of what was kept."""
    _kept.clear()
