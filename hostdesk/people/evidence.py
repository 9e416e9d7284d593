"""How the clauses kept by people fare, as things stand now."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

from hostdesk.audit.models import Decision
from hostdesk.hosting import queries as hosting
from hostdesk.people import rules
from hostdesk.people.models import Contact, ContactRole
from hostdesk.policy.registry import Evidence, evidence

SPAN = timedelta(days=30)
_LISTED = 20
_AT_ONCE = 500


@evidence("contact.off_server")
def off_server(at: datetime) -> Evidence:
    """Secondary contacts whose address lives on no domain of their account and no server of ours.

    One that was elsewhere when it was listed can have come home since: a domain was added, or a server.
    """
    hostnames = [name for server in hosting.servers() for name in server.hostnames]
    count, lying_here, lines = 0, 0, []
    for some in _secondaries(at):
        domains = hosting.domains_by_account([contact.account_id for contact in some])
        for contact in some:
            count += 1
            home = rules.on_server(
                contact.person.email, domains=domains[contact.account_id], hostnames=hostnames
            )
            if home is not None:
                lying_here += 1
                lines.append(f"account {contact.account.username}: its secondary address lives on {home}")
    sentence = f"{count} secondary addresses are listed now, {lying_here} of them on our own servers."
    copied, alone = _decided("copied", at), _decided("nobody to copy to", at)
    if copied or alone:
        sentence += (
            f" In 30 days {copied} answer{'' if copied == 1 else 's'} went to one as a copy,"
            f" and {alone} found nobody elsewhere."
        )
    return Evidence(count, (count - lying_here) / count if count else None, lines[:_LISTED], sentence)


def _decided(outcome: str, at: datetime) -> int:
    """How often an answer to a mailbox on our own servers came to this, in 30 days."""
    made = Decision.objects.filter(clause="contact.off_server", outcome=outcome)
    return made.filter(at__gte=at - SPAN, at__lte=at).count()


def _secondaries(at: datetime) -> Iterator[list[Contact]]:
    """Those still listed of all who were by `at`, newest first, a batch at a time."""
    listed = Contact.objects.active().filter(role=ContactRole.SECONDARY, created_at__lte=at)
    rows = (
        listed.select_related("person", "account")
        .order_by("-created_at", "-pk")
        .iterator(chunk_size=_AT_ONCE)
    )
    while some := list(islice(rows, _AT_ONCE)):
        yield some
