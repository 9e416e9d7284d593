"""How the clauses about changes to accounts fare, over the last 30 days."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import islice

from django.db.models import Exists, OuterRef

from hostdesk.audit.models import Decision, Entry
from hostdesk.kit import numbers
from hostdesk.policy.catalogue import FREE
from hostdesk.policy.registry import Evidence, evidence
from hostdesk.policy.rules import password
from hostdesk.policy.rules import requests as rules
from hostdesk.requests.models import AdminRequest, RecoveryLink, Run
from hostdesk.requests.recovery import approvers_then, case_of_recovery, recovering_of
from hostdesk.requests.standing import Case, cases_of
from hostdesk.tickets import evidence as tickets

SPAN = timedelta(days=30)
_LISTED = 20
_AT_ONCE = 200


@evidence("contact.privileges")
def privileges(at: datetime) -> Evidence:
    """No change was carried out for somebody of whom it was not shown that they asked and may ask."""
    count, wrong = _carried_out(at, _was_not_proven)
    refused = _decided("contact.privileges", "refused", at)
    sentence = (
        f"{count} changes to accounts were carried out in 30 days, {len(wrong)} of them for somebody unproven;"
        f" {refused} were refused, because who asked was no confirmed contact."
    )
    return Evidence(count, _share(count, len(wrong)), wrong[:_LISTED], sentence)


@evidence("contact.restricted")
def restricted(at: datetime) -> Evidence:
    """What only some roles may ask for was asked by one of them, and agreed to by whoever else must."""
    count, wrong = _carried_out(at, _lacked_a_yes, only=_is_restricted)
    refused = _decided("contact.restricted", "refused", at)
    sentence = (
        f"{count} restricted changes were carried out in 30 days, {len(wrong)} of them without a right or a yes that they"
        f" need; {refused} were refused."
    )
    return Evidence(count, _share(count, len(wrong)), wrong[:_LISTED], sentence)


@evidence("fee.cleanup")
def charged(at: datetime) -> Evidence:
    """Nothing that costs a fixed price was begun before the contact accepted it and billing noted the payment."""
    count, wrong = _carried_out(at, _was_not_paid, only=_is_charged)
    asked = AdminRequest.objects.filter(price_cents__gt=0, asked_at__gt=at - SPAN, asked_at__lte=at).count()
    sentence = f"{asked} charged changes were asked for in 30 days and {count} begun, {len(wrong)} of them before they were paid."
    return Evidence(count, _share(count, len(wrong)), wrong[:_LISTED], sentence)


@evidence("channel.tickets")
def documented(at: datetime) -> Evidence:
    """Every ticket has its history, and every change to an account stands in that of its ticket."""
    found = tickets.histories(at)
    begun = Entry.objects.filter(
        subject_type="ticket", subject_id=OuterRef("request__ticket_id"), verb="request begun"
    )
    runs = Run.objects.filter(started_at__gt=at - SPAN, started_at__lte=at)
    silent = list(runs.exclude(Exists(begun)).order_by("-pk").values_list("request__ticket_id", flat=True))
    changes = runs.count()
    lines = [f"{numbers.shown(ticket)}: a change that is not in its history" for ticket in silent]
    count, wrong = found.count + changes, round(found.count * (1 - (found.rate or 1.0))) + len(silent)
    return Evidence(
        count,
        _share(count, wrong),
        [*found.exceptions, *lines][:_LISTED],
        f"{found.sentence} {changes} changes to accounts were made, {len(silent)} of them without a trace on a ticket.",
    )


@evidence("contact.password")
def lost_passwords(at: datetime) -> Evidence:
    """A new password was chosen only behind a link to a contact who may have it, or after a whole recovery."""
    used = RecoveryLink.objects.filter(purpose="password", used_at__gt=at - SPAN, used_at__lte=at)
    found = used.select_related(
        "contact", "request__ticket", "recovery__account", "recovery__ticket"
    ).prefetch_related("recovery__approvals", "recovery__records")
    count, lines = 0, []
    for link in found.order_by("-pk").iterator(chunk_size=_AT_ONCE):
        count += 1
        if _was_handed_over_wrongly(link):
            ticket = link.request.ticket if link.request else link.recovery.ticket if link.recovery else None
            lines.append(
                f"{ticket.number if ticket else 'no ticket'}: account of a link that should not have been used"
            )
    stopped = _decided("contact.password", "stopped", at)
    delayed = _decided("contact.password", "delayed", at)
    sentence = (
        f"{count} passwords were chosen behind a link in 30 days, {len(lines)} of them by somebody who should not have had it;"
        f" {delayed} recoveries by registration data were begun and {stopped} stopped by a contact."
    )
    return Evidence(count, _share(count, len(lines)), lines[:_LISTED], sentence)


def _was_handed_over_wrongly(link: RecoveryLink) -> bool:
    """Judged anew from the rows: nobody's link, one used too late, or a recovery that lacked something when its link was made."""
    if link.recovery is not None:
        case, made = case_of_recovery(link.recovery), link.created_at
        then = recovering_of(case, approvers=approvers_then(link.recovery), at=made)
        return password.recovery_step(then, case.version.terms, at=made) != "granted"
    return link.contact is None or link.used_at is None or link.used_at > link.expires_at


def _is_restricted(case: Case) -> bool:
    return case.kind.is_restricted


def _is_charged(case: Case) -> bool:
    return case.kind.price != FREE


def _was_not_proven(case: Case, role_then: str | None) -> bool:
    return case.request.proven_at is None or role_then is None


def _lacked_a_yes(case: Case, role_then: str | None) -> bool:
    request, kind, terms = case.request, case.kind, case.version.terms
    approvals = sum(one.yes for one in request.approvals.all())
    return (
        role_then not in terms.restricted_roles
        or (rules.needs_second_yes(kind, terms) and request.second_at is None)
        or approvals < rules.approvals_needed(kind)
    )


def _was_not_paid(case: Case, _role_then: str | None) -> bool:
    request = case.request
    return request.price_accepted_at is None or not hasattr(request, "payment")


def _carried_out(
    at: datetime,
    is_wrong: Callable[[Case, str | None], bool],
    *,
    only: Callable[[Case], bool] = lambda _case: True,
) -> tuple[int, list[str]]:
    """How many changes were begun, and one line for each that ought not to have been, newest first.

    `is_wrong` is also told the role in which the contact was granted the request; None when nothing was granted.
    """
    count, lines = 0, []
    for some in _begun(at):
        roles = _roles_granted(some)
        for case in filter(only, some):
            count += 1
            if is_wrong(case, roles.get(case.request.pk)):
                lines.append(f"{case.request.ticket.number}: {case.kind.name}")
    return count, lines


def _begun(at: datetime) -> Iterator[list[Case]]:
    """Requests whose carrying out was begun lately, newest first, a batch at a time."""
    runs = Run.objects.filter(request=OuterRef("pk"), started_at__gt=at - SPAN, started_at__lte=at)
    found = AdminRequest.objects.filter(Exists(runs)).select_related("ticket", "payment")
    rows = found.prefetch_related("approvals").order_by("-pk").iterator(chunk_size=_AT_ONCE)
    while some := list(islice(rows, _AT_ONCE)):
        yield cases_of(some)


def _roles_granted(cases: list[Case]) -> dict[int, str]:
    """By key of the request, the role that its contact had when it was granted."""
    granted = Decision.objects.filter(
        subject_type="ticket", subject_id__in={case.request.ticket_id for case in cases}, outcome="granted"
    )
    facts = granted.order_by("pk").values_list("facts", flat=True)
    return {one["request"]: str(one.get("role")) for one in facts if "request" in one}


def _decided(clause: str, outcome: str, at: datetime) -> int:
    made = Decision.objects.filter(clause=clause, outcome=outcome, at__gt=at - SPAN, at__lte=at)
    return made.count()


def _share(count: int, wrong: int) -> float | None:
    return (count - wrong) / count if count else None
