"""What became of a ticket's mails, as lines of its timeline."""

from __future__ import annotations

from collections.abc import Callable, Mapping

Facts = Mapping[str, object]

LATE = frozenset({"mail failed", "no copy"})
WATCH = frozenset({"mail late", "mail held", "not acknowledged", "not told"})
_WHAT = {
    "answer": "answer",
    "answer_copy": "copy of the answer",
    "please_confirm": "request to confirm",
    "resolved": "notice that it is solved",
    "summary": "mail that names it with others",
}


def said(verb: str, facts: Facts) -> str | None:
    """An event about a mail as a sentence without its full stop; None for an event of another kind."""
    says = _SAYS.get(verb)
    return says(facts) if says else None


def _mail(facts: Facts) -> str:
    kind = str(facts.get("what", "mail"))
    return f"Our {_WHAT.get(kind, kind.replace('_', ' '))} to {facts.get('to', 'the contact')}"


def _because(facts: Facts) -> str:
    words = str(facts.get("said") or "").removeprefix("Held back: ").rstrip(".")
    return f": {words}" if words else ""


def _not_sent(what: str) -> Callable[[Facts], str]:
    def says(facts: Facts) -> str:
        then = "; the next summary names it" if facts.get("then") == "summary" else ""
        return f"{what}: {facts.get('why')}{then}"

    return says


_SAYS: dict[str, Callable[[Facts], str]] = {
    "mail failed": lambda f: f"{_mail(f)} could not be delivered{_because(f)}",
    "mail late": lambda f: f"{_mail(f)} has not arrived yet{_because(f)}",
    "mail held": lambda f: f"{_mail(f)} was not sent{_because(f)}",
    "copied": lambda f: (
        f"{f.get('to')} got a copy: the mailbox {f.get('missed')} is on the server in question"
    ),
    "no copy": lambda f: (
        f"Nobody got a copy: {f.get('to')} is on our own servers, and no secondary contact lives elsewhere. Call them"
    ),
    "not acknowledged": _not_sent("Not acknowledged"),
    "not told": _not_sent("No mail said that it is solved"),
    "summed up": lambda _f: "Named in one mail together with the other requests of that day",
    "not summed up": lambda _f: (
        "Not named in a summary: it came right after one, as the answers of programs do"
    ),
}
