"""Choosing a new administrative password behind a mailed link: once, by whoever the link was sent to, kept nowhere.

The password goes from the form to the control panel and is in no row, log, history or mail. Where no panel keeps the
account an agent sets it from a one-way hash, so that nobody but the contact ever knows it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from django.db import IntegrityError, transaction
from passlib.hash import sha512_crypt

from hostdesk.audit.actions import note
from hostdesk.hosting import panels
from hostdesk.hosting.queries import domains_of
from hostdesk.kit.actors import SYSTEM, Actor
from hostdesk.kit.refusals import Refused
from hostdesk.people.models import Agent, Contact
from hostdesk.people.queries import contacts_by_account
from hostdesk.policy.rules import password as rules
from hostdesk.ports.outcomes import PortAway, PortDown, PortRefused
from hostdesk.ports.panels import line
from hostdesk.ports.panels.wishes import Operation
from hostdesk.requests import account_passwords, previews
from hostdesk.requests import recovery_mails as mails
from hostdesk.requests.actions import carrying, through_panel
from hostdesk.requests.actions import mailed_links as links
from hostdesk.requests.actions.advancing import advance, locked
from hostdesk.requests.models import (
    AdminRequest,
    Recovery,
    RecoveryLink,
    RecoveryState,
    RequestState,
    Run,
    RunState,
)
from hostdesk.requests.standing import case_of
from hostdesk.tickets.actions.requesting import goes_on, no_objections_wanted, nothing_left, say
from hostdesk.tickets.models import Ticket

log = structlog.get_logger()

OPERATION = "reset_account_password"
_ROUNDS = 200_000
_TOLD = ("asked", "unclear")
_ANSWER_IS_LOST = timedelta(minutes=2)
_NOT_NOW = "The control panel did not take it, and nothing was changed: {} Try again with this same link."
_NOT_TO_BE_THERE = "That password must not be there: what it was chosen for has ended, or whoever chose it may not any more. Set another one, as the page says now."
_WHOSE = "Whoever proved to own the domain"


def choose(token: str, password: str, *, at: datetime) -> RecoveryLink:
    """Give the password that was just chosen to the panel, or leave its hash for an agent; the link as it is then.

    Called outside transactions, since it speaks with the panel. Refused: a link that is not good any more, a password that is
    too weak, a panel that did not take it (then the link still works). Of two who press at once one is heard.
    Clause: contact.password.
    """
    link = links.of_token(token, "password", at=at)
    if link is None:
        raise Refused("", links.GONE)
    found = account_passwords.fault(
        password, username=link.account.username, domains=domains_of(link.account)
    )
    if found is not None:
        raise Refused(rules.CLAUSE, found)
    keeper = panels.keeper_of(link.account)
    if OPERATION in keeper.panel.by_hand or not _is_for_a_panel(link):
        return _leave_hash(token, password, at=at)
    if link.request is not None:
        return _by_request(token, password, at=at)
    return _by_recovery(token, password, at=at)


def set_by_hand(link: RecoveryLink, *, by: Agent, at: datetime) -> None:
    """An agent has set the password from its hash, or seen that it works where the panel of a recovery gave no clear answer:
    the hash is dropped, and everybody hears of the new password.

    Refused: what has been noted already; and what was not to be set any more, since the request has ended or whoever chose is
    no contact of that kind: then another one is to be set.
    """
    with transaction.atomic():
        # Held from the judgement to the end: whoever stops it meanwhile waits, and comes too late.
        must_go = link.request is not None and _came_too_late(link, by=by, at=at)
        if not must_go:
            _set(link, by=by, at=at)
    if must_go:
        # Outside the transaction: that it is there stays written.
        raise Refused(rules.CLAUSE, _NOT_TO_BE_THERE)


def _set(link: RecoveryLink, *, by: Agent, at: datetime) -> None:
    row = _held_row(link)
    by_hand = row.outcome == "by_hand" and bool(row.verifier)
    seen = row.outcome == "unclear" and row.recovery is not None and row.voided_at is None
    if is_to_be_replaced(row):
        sentence = "This recovery has ended: nobody is to get in by it. Set another password."
        raise Refused(rules.CLAUSE, sentence)
    if not by_hand and not seen:
        raise Refused("", "That has been done already.")
    row.verifier, row.outcome, row.set_at = "", "done", at
    row.save(update_fields=["verifier", "outcome", "set_at"])
    if row.request is not None:
        run = carrying.begin(row.request, panel=carrying.BY_HAND, before={}, by=by, at=at)
        for position in range(len(case_of(row.request).kind.steps)):
            carrying.tick(row.request, position=position, by=by, at=at)
        carrying.finish(run, state=RunState.DONE, after={}, answer="", by=by, at=at)
    _done(row, by=by.actor(), at=at)


def _came_too_late(link: RecoveryLink, *, by: Agent, at: datetime) -> bool:
    """Judge a request once more before its password counts as set; whether that must not be on the server."""
    _hold_whole(link)
    assert link.request is not None, "a link of a request"
    advance(locked(link.request), by=SYSTEM, at=at)
    row = _held_row(link)
    if row.outcome == "dropped":
        row.outcome = "late"
        row.save(update_fields=["outcome"])
        note("ticket", _ticket(row).pk, "password set late", by=by.actor(), at=at, facts={"link": row.pk})
    return row.outcome == "late"


def replace_by_hand(link: RecoveryLink, *, by: Agent, at: datetime) -> None:
    """An agent has set another password than one that must not be there (`is_to_be_replaced`): nobody is in by it now.

    Refused: where nothing of the kind is to be done. Clause: contact.password.
    """
    with transaction.atomic():
        row = _held_row(link)
        if not is_to_be_replaced(row):
            raise Refused("", "That has been done already.")
        row.outcome, row.set_at = "replaced", at
        row.save(update_fields=["outcome", "set_at"])
        ticket = _ticket(row)
        note("ticket", ticket.pk, "password replaced", by=by.actor(), at=at, facts={"link": row.pk})
        say(
            ticket, "We have set another administrative password. Whoever chose the one before is out.", at=at
        )
        for contact in _listed(row):
            mails.password_replaced(row.account, contact, ticket=ticket, key=str(row.pk), at=at)


def is_to_be_replaced(link: RecoveryLink) -> bool:
    """Whether a password may be on the server that was chosen in a recovery which nobody may get in by any more, or is there
    though its request had ended.
    """
    recovery = link.recovery
    if link.outcome == "late":
        return True
    if recovery is None or link.outcome != "unclear" or link.voided_at is not None:
        return False
    return recovery.state not in (RecoveryState.GRANTED, RecoveryState.DONE)


def settle(at: datetime) -> int:
    """Tell everybody of passwords of which it became clear only later that the panel has them; how many.

    Where whoever told the panel of a recovery's password was stopped before the answer was noted, somebody must look. Of a
    request the panel is asked (`through_panel.look_once`); where it was told nothing yet the link works again.
    """
    lost = RecoveryLink.objects.filter(outcome="asked", voided_at=None, used_at__lt=at - _ANSWER_IS_LOST)
    for link in lost.exclude(recovery=None).select_related(*_PEOPLE)[:20]:
        _answer_is_lost(link, at=at)
    for link in lost.filter(request__state=RequestState.READY)[:20]:
        _give_back(link, at=at)
    waiting = RecoveryLink.objects.filter(outcome__in=_TOLD, voided_at=None, request__state=RequestState.DONE)
    return sum(_settle(link, at=at) for link in waiting.select_related(*_PEOPLE)[:20])


@transaction.atomic
def _answer_is_lost(link: RecoveryLink, *, at: datetime) -> None:
    answer = "we were stopped before its answer was noted"
    mine = RecoveryLink.objects.filter(pk=link.pk, outcome="asked")
    if mine.update(outcome="unclear", answer=answer):
        note("ticket", _ticket(link).pk, "password unclear", by=SYSTEM, at=at, facts={"why": answer})
        _nobody_can_object(link, at=at)


@transaction.atomic
def _settle(link: RecoveryLink, *, at: datetime) -> int:
    row = _held_row(link)
    if row.outcome not in _TOLD:
        return 0
    row.outcome = "done"
    row.save(update_fields=["outcome"])
    links.void_passwords(row.account, at=at)
    _done(link, by=_who(link), at=at)
    return 1


def _is_for_a_panel(link: RecoveryLink) -> bool:
    return link.request is None or case_of(link.request).kind.carried_out == OPERATION


def _leave_hash(token: str, password: str, *, at: datetime) -> RecoveryLink:
    verifier = sha512_crypt.using(rounds=_ROUNDS).hash(password)
    with transaction.atomic():
        link = _held(token, at=at)
        links.void_passwords(link.account, at=at)
        link.used_at, link.outcome, link.verifier = at, "by_hand", verifier
        link.voided_at = None
        link.save(update_fields=["used_at", "outcome", "verifier", "voided_at"])
        note("ticket", _ticket(link).pk, "password chosen", by=_who(link), at=at, facts={"link": link.pk})
        goes_on(_ticket(link), cause="password chosen", at=at)
        _nobody_can_object(link, at=at)
    return link


def _held(token: str, *, at: datetime) -> RecoveryLink:
    """The link, still good, with what it belongs to held still, so that who stops it comes either first or too late."""
    link = links.of_token(token, "password", at=at)
    if link is not None:
        _hold_whole(link)
        link = links.of_token(token, "password", at=at)
    if link is None:
        raise Refused("", links.GONE)
    return link


def _hold_whole(link: RecoveryLink) -> None:
    """What a link belongs to is held before the link itself, by everybody: so nobody waits for somebody who waits."""
    if link.request_id is not None:
        AdminRequest.objects.select_for_update(of=("self",)).values_list("pk").get(pk=link.request_id)
    elif link.recovery_id is not None:
        Recovery.objects.select_for_update(of=("self",)).values_list("pk").get(pk=link.recovery_id)


def _held_row(link: RecoveryLink) -> RecoveryLink:
    """The link as it is now, held still; read once it is held (`advancing.locked`)."""
    _hold_whole(link)
    RecoveryLink.objects.select_for_update(of=("self",)).values_list("pk").get(pk=link.pk)
    return RecoveryLink.objects.select_related(*_PEOPLE).get(pk=link.pk)


def _by_request(token: str, password: str, *, at: datetime) -> RecoveryLink:
    # Used up before the panel is told: whoever is stopped in the middle has left a row that says so.
    link = _used_up(token, at=at)
    assert link.request is not None, "a link of a request"
    assert link.contact is not None, "a link of a request went to a contact"
    try:
        # The run is the claim: a request has one under way at most, whoever presses.
        run = through_panel.set_password(link.request, password, by=link.contact, at=at)
    except Refused as refusal:
        _give_back(link, at=at)
        said = previews.for_contacts(refusal.sentence)
        raise (refusal if said == refusal.sentence else Refused("", _NOT_NOW.format(said))) from refusal
    if run.state == RunState.FAILED:
        _give_back(link, at=at)
        raise Refused("", _NOT_NOW.format(previews.for_contacts(run.answer)))
    return _settled(link, run, at=at)


@transaction.atomic
def _used_up(token: str, *, at: datetime) -> RecoveryLink:
    link = _held(token, at=at)
    link.used_at, link.outcome = at, "asked"
    try:
        with transaction.atomic():
            link.save(update_fields=["used_at", "outcome"])
    except IntegrityError as error:
        # Behind another contact's link, of the same request.
        raise Refused(
            "", "Somebody else is choosing a password at this moment. Look again in a minute."
        ) from error
    return link


@transaction.atomic
def _give_back(link: RecoveryLink, *, at: datetime) -> None:
    """The panel has nothing of it: the link works again, where its request still waits for a choice."""
    row = _held_row(link)
    if row.outcome != "asked" or row.request is None:
        return
    row.used_at, row.outcome = None, ""
    row.voided_at = None if row.request.state == RequestState.READY else at
    row.save(update_fields=["used_at", "outcome", "voided_at"])
    if row.voided_at is None:
        AdminRequest.objects.filter(pk=row.request.pk, look_at=None).update(look_at=row.expires_at)


@transaction.atomic
def _settled(link: RecoveryLink, run: Run, *, at: datetime) -> RecoveryLink:
    row = _held_row(link)
    if row.outcome != "asked":
        # Somebody looked before this press came to its end.
        return row
    links.void_passwords(row.account, at=at)
    row.answer = run.answer[:500]
    row.outcome = "done" if run.state == RunState.DONE else "unclear"
    row.save(update_fields=["outcome", "answer"])
    if row.outcome == "done":
        _done(row, by=_who(row), at=at)
    return row


def _by_recovery(token: str, password: str, *, at: datetime) -> RecoveryLink:
    with transaction.atomic():
        link = _used_up(token, at=at)
        note("ticket", _ticket(link).pk, "password chosen", by=_who(link), at=at, facts={"link": link.pk})
    panel = panels.keeper_of(link.account).panel
    wish = Operation(OPERATION, link.account.username, {}, password)
    try:
        with line.no_longer_than(line.SECONDS_OF_A_PRESS):
            link.answer = panel.carry_out(wish, key=f"recovery-{link.pk}").answer[:500]
        link.outcome = "done"
    except (PortAway, PortRefused) as error:
        _not_taken(link, error.answer, at=at)
        raise Refused("", _NOT_NOW.format(previews.for_contacts(error.answer))) from error
    except PortDown as error:
        # It may have been done. It is not told twice: an agent looks, and sends another link where it was not.
        link.outcome, link.answer = "unclear", error.answer[:500]
        log.warning("panel did not say yes", link=link.pk, panel=panel.kind)
    with transaction.atomic():
        _hold_whole(link)
        # Before this one is unclear: it waits for an agent, and only what came before it ends here.
        links.void_passwords(link.account, at=at)
        link.save(update_fields=["outcome", "answer"])
        if link.outcome == "done":
            _done(link, by=_who(link), at=at)
        else:
            note("ticket", _ticket(link).pk, "password unclear", by=SYSTEM, at=at, facts={"why": link.answer})
            _nobody_can_object(link, at=at)
    return link


@transaction.atomic
def _not_taken(link: RecoveryLink, answer: str, *, at: datetime) -> None:
    """The panel said no to a recovery's password, so its link works again; staff read why."""
    RecoveryLink.objects.filter(pk=link.pk).update(used_at=None, outcome="")
    note("ticket", _ticket(link).pk, "password not taken", by=SYSTEM, at=at, facts={"why": answer[:500]})


def _done(link: RecoveryLink, *, by: Actor, at: datetime) -> None:
    """Everybody on the account hears of the new password; a recovery has reached its end."""
    ticket, recovery = _ticket(link), link.recovery
    # It has taken the place of whatever was chosen in a recovery that was stopped.
    before = RecoveryLink.objects.filter(account=link.account, outcome="unclear", voided_at=None)
    ended = before.exclude(recovery=None).exclude(
        recovery__state__in=(RecoveryState.GRANTED, RecoveryState.DONE)
    )
    ended.update(outcome="replaced", set_at=at)
    RecoveryLink.objects.filter(account=link.account, outcome="late").update(outcome="replaced", set_at=at)
    note("ticket", ticket.pk, "password set", by=by, at=at, facts={"link": link.pk})
    if recovery is not None:
        Recovery.objects.filter(pk=recovery.pk).update(state=RecoveryState.DONE, ended_at=at, look_at=None)
        links.void_of_recovery(recovery, at=at)
        said = "A new password was chosen and set. Every contact of the account was told."
        _nobody_can_object(link, at=at)
        nothing_left(ticket, said=said, cause="recovery done", by=by, at=at)
    whose = link.contact.person.name if link.contact else _WHOSE
    for contact in _listed(link):
        mails.password_set(link.account, contact, ticket=ticket, whose=whose, key=str(link.pk), at=at)


def _nobody_can_object(link: RecoveryLink, *, at: datetime) -> None:
    """Nothing can be stopped once a password is chosen: what a recovery still needs is ours to do, and counts."""
    if link.recovery_id is not None:
        no_objections_wanted(_ticket(link), at=at)


def _listed(link: RecoveryLink) -> list[Contact]:
    return contacts_by_account([link.account_id])[link.account_id]


def _who(link: RecoveryLink) -> Actor:
    return link.contact.actor() if link.contact else SYSTEM


def _ticket(link: RecoveryLink) -> Ticket:
    ticket = link.request.ticket if link.request else link.recovery.ticket if link.recovery else None
    assert ticket is not None, "a link belongs to a ticket"
    return ticket


_PEOPLE = (
    "account",
    "contact__person",
    "request__ticket",
    "request__account",
    "request__contact",
    "recovery__ticket",
)
