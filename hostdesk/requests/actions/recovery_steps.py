"""What every step of a recovery shares: holding its row, telling, recording, ending, and going on to what is missing."""

from __future__ import annotations

from datetime import datetime

from hostdesk.audit.actions import Fact, Judgement, decide, note
from hostdesk.hosting.queries import account_of_domain
from hostdesk.kit.actors import SYSTEM, Actor
from hostdesk.kit.refusals import Refused
from hostdesk.people.queries import contacts_by_account
from hostdesk.policy.rules import password as rules
from hostdesk.requests import recovery_mails as mails
from hostdesk.requests.actions import mailed_links as links
from hostdesk.requests.models import LinkPurpose, Recovery, RecoveryLink, RecoveryState
from hostdesk.requests.recovery import (
    RecoveryCase,
    case_of_recovery,
    has_account,
    recovering_of,
    step_of,
)
from hostdesk.tickets.actions.requesting import (
    no_objections_wanted,
    nothing_left,
    say,
    wait_for_objections,
)

_MAY_BE_SET = (
    "it has ended, but a new password was chosen before, and whether it is on the server is not known:"
    " the control panel did not say whether it took it, or one of us was to set it. We look, and set another one."
)


def advance(case: RecoveryCase, *, at: datetime) -> Recovery:
    """Bring a held recovery to what is missing now: ask at the new address, or let the link go. Clause: contact.password."""
    row = case.recovery
    if row.state != RecoveryState.OPEN:
        return row
    if not has_account(row.domain) or account_of_domain(row.domain) != row.account:
        sentence = "The domain is not one of this account any more, or the account is closed."
        return end_recovery(row, RecoveryState.REFUSED, sentence, by=SYSTEM, outcome="refused", at=at)
    step = step_of(case, at=at)
    if step == "address" and not row.links.filter(purpose=LinkPurpose.ADDRESS, voided_at=None).exists():
        link, token = links.for_recovery(case, "address", to=None, at=at)
        mails.address_check(row, link, token=token, at=at)
    if step == "granted":
        row.state = RecoveryState.GRANTED
        row.save(update_fields=["state"])
        links.to_new_address(case, at=at)
        told = tell_contacts(case, is_granted=True, at=at)
        tell(case, "recovery granted", by=SYSTEM, at=at, told=told)
        decided(case, "granted", at=at)
    count_or_wait(case, step, at=at)
    return row


def count_or_wait(case: RecoveryCase, step: str, *, at: datetime) -> None:
    """The clocks of a recovery's ticket count only where we alone are what it waits for.

    They wait as long as contacts are given time to object, and while proof or a new password is awaited from whoever asks.
    Clause: sla.resolve, contact.password.
    """
    row = case.recovery
    assert row.ticket is not None and row.told_at is not None, (
        "a case has its ticket, and its contacts were told"
    )
    if step == "approval" and at >= row.told_at + case.version.terms.recovery_wait:
        no_objections_wanted(row.ticket, at=at)
    else:
        wait_for_objections(row.ticket, at=at, is_answered=True)


def held(recovery: Recovery) -> Recovery:
    """The recovery as it is now, held still until the transaction ends; read once it is held (`advancing.locked`)."""
    Recovery.objects.select_for_update(of=("self",)).values_list("pk").get(pk=recovery.pk)
    return (
        Recovery.objects.select_related("account__customer", "ticket", "opened_by")
        .prefetch_related("approvals__agent", "records")
        .get(pk=recovery.pk)
    )


def opened(recovery: Recovery) -> Recovery:
    """`held`, and still to be decided; refused else."""
    row = held(recovery)
    if row.state != RecoveryState.OPEN:
        raise Refused("", f"This recovery {row.get_state_display()}.")
    return row


def use_up(link: RecoveryLink, *, at: datetime) -> bool:
    """Use a link, once: of two who press at the same time one gets True."""
    return bool(RecoveryLink.objects.filter(pk=link.pk, used_at=None, voided_at=None).update(used_at=at))


def password_chosen(row: Recovery) -> bool:
    """Whether a new password was chosen behind its link, so that there is nothing left to stop."""
    used = row.links.filter(purpose=LinkPurpose.PASSWORD, used_at__isnull=False, voided_at=None)
    return used.exclude(outcome="unclear").exists()


def password_may_be_set(row: Recovery) -> bool:
    """Whether the panel was given a new password and nobody knows whether it took it: then nobody may say that it did not."""
    given = row.links.filter(purpose=LinkPurpose.PASSWORD, used_at__isnull=False, voided_at=None)
    return given.filter(outcome="unclear").exists()


def tell_contacts(case: RecoveryCase, *, is_granted: bool, at: datetime) -> int:
    """Notice to every stored contact, each with a button of their own that stops it; how many."""
    row = case.recovery
    assert row.account_id is not None, "a case has its account"
    listed = contacts_by_account([row.account_id])[row.account_id]
    if is_granted:
        row.links.filter(purpose=LinkPurpose.STOP, used_at=None, voided_at=None).update(voided_at=at)
    for contact in listed:
        link, token = links.for_recovery(case, "stop", to=contact, at=at)
        if is_granted:
            mails.granted(row, link, token=token, at=at)
        else:
            mails.recovery_notice(row, link, token=token, version=case.version, at=at)
    return len(listed)


def end_recovery(
    row: Recovery, state: str, sentence: str, *, by: Actor, outcome: str, at: datetime
) -> Recovery:
    """Let a held recovery end, with its sentence; no link of it works any more."""
    row.state, row.sentence, row.ended_at, row.look_at = state, sentence, at, None
    row.save()
    links.void_of_recovery(row, at=at)
    if row.account_id is not None:
        case = case_of_recovery(row)
        tell(case, f"recovery {outcome}", by=by, at=at, why=sentence)
        decided(case, outcome, at=at)
        _close(row, by=by, at=at)
    return row


def _close(row: Recovery, *, by: Actor, at: datetime) -> None:
    """The ticket of a recovery that ended is solved; of one that a contact stopped a person asks who began it.

    Where the panel may have the new password all the same, a person must look, and the ticket says so.
    """
    assert row.ticket is not None, "a case has its ticket"
    is_open = password_may_be_set(row)
    came_of_it = _MAY_BE_SET if is_open else "nobody got in."
    said = f"Recovery of {row.domain}: {came_of_it} {row.sentence}"
    no_objections_wanted(row.ticket, at=at)
    if is_open or row.state == RecoveryState.STOPPED:
        say(row.ticket, said, at=at)
    else:
        nothing_left(row.ticket, said=said, cause=f"recovery {row.state}", by=by, at=at)


def tell(case: RecoveryCase, verb: str, *, by: Actor, at: datetime, **facts: Fact) -> None:
    """A line in the history of the ticket of a recovery."""
    row = case.recovery
    assert row.ticket_id is not None, "a case has its ticket"
    note("ticket", row.ticket_id, verb, by=by, at=at, facts={"recovery": row.pk, **facts})


def decided(case: RecoveryCase, outcome: str, *, at: datetime) -> None:
    """Record a judgement with everything that was looked at."""
    row = case.recovery
    assert row.ticket_id is not None, "a case has its ticket"
    known = recovering_of(case, at=at)
    facts: dict[str, Fact] = {
        "recovery": row.pk,
        "domain": row.domain,
        "proof": known.proof,
        "doubts": list(known.doubts),
        "digests": [record.digest for record in row.records.all()],
        "approvers": [f"{one.agent_id} {one.role}" for one in known.approvers],
        "address_proven": known.address_proven,
        "told_at": row.told_at.isoformat() if row.told_at else None,
    }
    decide(
        "ticket", row.ticket_id, [Judgement(rules.CLAUSE, outcome, facts)], version_id=case.version.id, at=at
    )
