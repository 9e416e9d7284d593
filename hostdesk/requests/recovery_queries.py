"""Reads of recoveries and their links; each says for whom it was checked."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from hostdesk.kit.refusals import Missing
from hostdesk.people import seals
from hostdesk.people.models import Agent
from hostdesk.requests.models import (
    RECOVERING,
    UNDER_WAY,
    AdminRequest,
    LinkPurpose,
    Recovery,
    RecoveryLink,
    RecoveryState,
    RegistrationRecord,
)
from hostdesk.tickets.models import Ticket
from hostdesk.tickets.queries.access import tickets_for_agent

_LISTED = 100
NEEDS_HANDS = (
    Q(outcome="by_hand", verifier__gt="")
    | Q(outcome="late")
    | (Q(outcome="unclear", recovery__isnull=False, voided_at=None) & ~Q(recovery__state=RecoveryState.DONE))
)
"""Of a request the panel is asked again by the round; of a recovery somebody looks, all the more of one that was stopped."""


def recoveries_for_agent(agent: Agent) -> list[Recovery]:
    """The recoveries that found their account, those under way first, then the latest."""
    found = Recovery.objects.filter(ticket__in=tickets_for_agent(agent)).select_related(*_PEOPLE)
    rows = list(found.prefetch_related("links").order_by("-pk")[:_LISTED])
    return sorted(rows, key=lambda row: row.state not in RECOVERING)


def recovery_for_agent(agent: Agent, pk: int) -> Recovery:
    """One recovery with everything that its page shows; raises Missing."""
    found = Recovery.objects.filter(ticket__in=tickets_for_agent(agent), pk=pk).select_related(*_PEOPLE)
    row = found.prefetch_related("records", "approvals__agent", "links__contact__person").first()
    if row is None:
        raise Missing
    return row


def recoveries_of_ticket(ticket: Ticket) -> list[Recovery]:
    """The recoveries on a ticket that was fetched for its reader, with what says how they stand."""
    found = Recovery.objects.filter(ticket=ticket).select_related(*_PEOPLE)
    return list(found.prefetch_related("records", "approvals__agent", "links").order_by("pk"))


def record_for_agent(agent: Agent, pk: int) -> RegistrationRecord:
    """One answer of a registry as it came; raises Missing."""
    found = RegistrationRecord.objects.filter(pk=pk, recovery__ticket__in=tickets_for_agent(agent))
    row = found.select_related("recovery__account").first()
    if row is None:
        raise Missing
    return row


def passwords_to_set(agent: Agent) -> list[RecoveryLink]:
    """The passwords that wait for an agent's hands, and those of which no panel said whether it took them; oldest first."""
    return list(_links(agent).filter(NEEDS_HANDS).order_by("pk")[:_LISTED])


def chosen_password(recovery: Recovery) -> RecoveryLink | None:
    """The link behind which a new password was chosen, with what became of it; None while nobody has."""
    used = recovery.links.filter(purpose=LinkPurpose.PASSWORD, used_at__isnull=False, voided_at=None)
    return used.exclude(outcome="").first()


def password_link_for_agent(agent: Agent, pk: int) -> RecoveryLink:
    """One chosen password that waits, or waited, for an agent's hands; raises Missing."""
    row = _links(agent).filter(pk=pk).exclude(outcome="").first()
    if row is None:
        raise Missing
    return row


def waits_to_be_set(request: AdminRequest) -> RecoveryLink | None:
    """The link behind which a password was chosen that an agent sets from its hash; None when none waits."""
    return RecoveryLink.objects.filter(request=request, outcome="by_hand", voided_at=None).first()


def not_set_yet(token: str) -> RecoveryLink | None:
    """The used link of a secret, while it is not known to be set what was chosen behind it; for whoever chose it."""
    goes_on = Q(request__state__in=UNDER_WAY) | Q(recovery__state=RecoveryState.GRANTED)
    found = RecoveryLink.objects.filter(
        goes_on, token_sha256=seals.fingerprint(token), purpose=LinkPurpose.PASSWORD, voided_at=None
    )
    return found.filter(outcome__in=("asked", "unclear", "by_hand")).select_related("account").first()


def recovery_of_page(token: str) -> Recovery:
    """The recovery of the secret in a page's address; raises Missing."""
    row = Recovery.objects.filter(page_sha256=seals.fingerprint(token)).first()
    if row is None:
        raise Missing
    return row


def _links(agent: Agent) -> QuerySet[RecoveryLink]:
    mine = tickets_for_agent(agent)
    found = RecoveryLink.objects.filter(purpose="password")
    return (found.filter(request__ticket__in=mine) | found.filter(recovery__ticket__in=mine)).select_related(
        "account", "contact__person", "request__ticket", "recovery__ticket"
    )


_PEOPLE = ("account__customer", "ticket", "opened_by")
