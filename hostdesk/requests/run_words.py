"""What pages say of a request that is ready, being carried out, taken back, or of which nobody knows how it ended."""

from __future__ import annotations

from datetime import datetime

from hostdesk.policy.rules import requests as rules
from hostdesk.requests import time_words
from hostdesk.requests.models import AdminRequest, RequestState, RunState
from hostdesk.requests.recovery_queries import waits_to_be_set
from hostdesk.requests.standing import Case


def state_shown(request: AdminRequest) -> str:
    """The state that pages show: what a panel took and is still at is being done, and nobody need look."""
    at_work = request.state == RequestState.UNCLEAR and any(run.is_at_work for run in request.runs.all())
    return str(RequestState.DOING) if at_work else str(request.state)


def is_taken_back(request: AdminRequest) -> bool:
    """Whether what is under way is the taking back of what was done."""
    under_way = (RunState.ASKED, RunState.UNCLEAR)
    return any(run.undoes_id is not None and run.state in under_way for run in request.runs.all())


def ready(case: Case, at: datetime) -> tuple[str, str]:
    """(headline, sentence) of a request for which everything that was needed is here."""
    if case.kind.clause != rules.PASSWORD:
        return "Ready to be carried out", time_words.ready(case, at)
    if waits_to_be_set(case.request) is not None:
        return "A new password was chosen", (
            "One of us sets it on the server now, without ever seeing it. Every contact gets a mail when that is done."
        )
    return "A link that works once is in the mail", (
        "It went to the stored addresses of those contacts who may choose the new password. "
        "Whoever of them opens it first chooses; nothing changes before that."
    )


def doing(case: Case) -> tuple[str, str]:
    """(headline, sentence) of one that somebody, or a panel, is at."""
    if is_taken_back(case.request):
        return "Is being taken back", "It was carried out; what was there before is put back now."
    return "Is being carried out", "Somebody is at it now."


def unclear(case: Case) -> tuple[str, str]:
    """(headline, sentence) of one of which no clear answer came."""
    if state_shown(case.request) == RequestState.DOING:
        return (
            "Is being carried out",
            "The server is at it, which can take a while. This page says how it ended.",
        )
    if is_taken_back(case.request):
        return (
            "We look whether it was taken back",
            "What was done may be there still, or not. Somebody checks before anything else is done.",
        )
    return (
        "We look whether it worked",
        "The change may have been made. Somebody checks before anything else is done.",
    )
