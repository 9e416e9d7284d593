"""How the clauses kept by people fare, as things stand now."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

from hostdesk.audit.models import Decision
from hostdesk.hosting import queries as hosting
from hostdesk.people import rules
from hostdesk.people.models import Contact, ContactRole, PolicyReading
from hostdesk.people.standing import doubt
from hostdesk.policy import queries as policy
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
            home = home or contact.lives_on or None
            if home is not None:
                lying_here += 1
                lines.append(f"account {contact.account.username}: its secondary address lives on {home}")
    sentence = f"{count} secondary addresses are listed now, {lying_here} of them on our own servers."
    copied, alone = (
        _of_clause("contact.off_server", outcome, at) for outcome in ("copied", "nobody to copy to")
    )
    if copied or alone:
        sentence += (
            f" In 30 days {copied} answer{'' if copied == 1 else 's'} went to one as a copy,"
            f" and {alone} found nobody elsewhere."
        )
    return Evidence(count, (count - lying_here) / count if count else None, lines[:_LISTED], sentence)


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


@evidence("contact.current")
def current(at: datetime) -> Evidence:
    """Contacts whose details somebody looked at in time, and to whom mail arrives; who is not among them was asked."""
    count, lines, asked = 0, [], 0
    versions = {version.slug: version for version in policy.newest()}
    for some in _listed(at):
        slugs = hosting.policy_slugs_for([contact.account_id for contact in some])
        for contact in some:
            count += 1
            why = doubt(contact, versions[slugs[contact.account_id]].terms, at=at)
            if why:
                asked += contact.person.details_asked_at is not None
                words = "mail comes back" if why == "bounces" else "not looked at for too long"
                lines.append(f"account {contact.account.username}, {contact.role} contact: {words}")
    waits = _of_clause("contact.current", "waits", at)
    sentence = (
        f"{count} contacts are listed now; the details of {len(lines)} are out of date, and {asked} of these were asked."
        f" In 30 days {waits} requests waited for details."
    )
    return Evidence(count, (count - len(lines)) / count if count else None, lines[:_LISTED], sentence)


@evidence("scope.published")
def published(at: datetime) -> Evidence:
    """Contacts who said to have read the policy in force for their account; everybody is asked once, without being held up."""
    count, read = 0, 0
    versions = {version.slug: version.id for version in policy.newest()}
    for some in _listed(at):
        slugs = hosting.policy_slugs_for([contact.account_id for contact in some])
        said = set(
            PolicyReading.objects.filter(
                person__in=[contact.person_id for contact in some],
                policy_version_id__in=list(versions.values()),
                at__lte=at,
            ).values_list("person_id", "policy_version_id")
        )
        count += len(some)
        read += sum((one.person_id, versions[slugs[one.account_id]]) in said for one in some)
    sentence = f"{read} of {count} contacts said to have read the version in force; the others are asked on every page."
    return Evidence(count, read / count if count else None, [], sentence)


def _of_clause(clause: str, outcome: str, at: datetime) -> int:
    made = Decision.objects.filter(clause=clause, outcome=outcome)
    return made.filter(at__gte=at - SPAN, at__lte=at).count()


def _listed(at: datetime) -> Iterator[list[Contact]]:
    """Contacts who are listed and were by `at`, newest first, a batch at a time."""
    listed = Contact.objects.active().filter(created_at__lte=at).select_related("person", "account")
    rows = listed.order_by("-created_at", "-pk").iterator(chunk_size=_AT_ONCE)
    while some := list(islice(rows, _AT_ONCE)):
        yield some
