"""The policy's reasons for being late, as a customer reads them. Words of an operator's own list are shown as they are."""

from __future__ import annotations

from hostdesk.tickets.delay_models import Delay

_SAID = {
    "workload": "there are more requests than usual",
    "peak_time": "this is a busy time",
    "server_wide": "a fault concerns a whole server",
    "escalation": "it needs a specialist",
    "clarification": "another department has to answer a question first",
    "hardware": "a part has to be delivered",
}


def said(reason: str) -> str:
    """A reason as the end of a sentence: "because there are more requests than usual"."""
    known = _SAID.get(reason)
    return f"because {known}" if known else f"for this reason: {reason.replace('_', ' ')}"


def said_of(delay: Delay) -> str:
    """The reason of one delay; where nobody with the skill that is needed was on duty, that too."""
    if delay.cause == "escalation" and delay.facts.get("skills"):
        return "because it needs a specialist, and none was on duty"
    return said(delay.cause)
