"""One step on: what a request waits for now, recomputed from its rows, with the mails and lines that belong to the change.

Every verb of the room ends here, inside its own transaction, with the request locked.
"""

from __future__ import annotations

from datetime import datetime

from hostdesk.audit.actions import Fact, Judgement, decide, note
from hostdesk.kit import moments
from hostdesk.kit.actors import SYSTEM, Actor
from hostdesk.kit.money import Money
from hostdesk.people.models import Contact
from hostdesk.people.queries import contacts_by_account
from hostdesk.people.standing import contact_state
from hostdesk.policy.rules import requests as rules
from hostdesk.requests import list_changes, mails
from hostdesk.requests.actions import mailed_links, yeses
from hostdesk.requests.models import UNDER_WAY, AdminRequest, Purpose, RequestState
from hostdesk.requests.standing import Case, asking_of, case_of, others_who_may_agree, progress_of, zone
from hostdesk.tickets.actions.requesting import (
    await_customer,
    back_to_us,
    goes_on,
    no_objections_wanted,
    quiet_has_come,
    resolve_at_once,
    say,
    wait_for_objections,
    wait_for_quiet,
)
from hostdesk.tickets.models import Message


def locked(request: AdminRequest) -> Case:
    """The request as it is now, held still until the transaction ends, with its type and version.

    Held first and read then: whoever had to wait is given the row as it is, but what is joined to it as it was before.
    """
    AdminRequest.objects.select_for_update(of=("self",)).values_list("pk").get(pk=request.pk)
    row = (
        AdminRequest.objects.select_related("contact__person", "account__customer", "ticket")
        .prefetch_related("confirmations", "approvals__agent")
        .get(pk=request.pk)
    )
    return case_of(row)


def advance(case: Case, *, by: Actor, at: datetime) -> AdminRequest:
    """Bring a locked request to what it waits for now.

    It is judged anew each time: a contact who was removed or lost the role after asking gets a refusal, not the change
    (contact.privileges, contact.restricted).
    """
    request = case.request
    if request.state not in UNDER_WAY or request.state in (RequestState.DOING, RequestState.UNCLEAR):
        return request
    if request.account.closed_at is not None:
        sentence = "The account is closed, so nothing on it can be changed."
        return refuse(case, clause="contact.privileges", sentence=sentence, by=SYSTEM, at=at)
    verdict = rules.judge(asking_of(case, at=at), case.kind, case.version.terms)
    if verdict.outcome == "refused":
        gone = contact_state(request.contact, case.version.terms, at=at) == "removed"
        sentence = f"{request.contact.person.name}{_LEFT_THE_LIST}" if gone else verdict.sentence
        return refuse(case, clause=verdict.clause, sentence=sentence, by=SYSTEM, at=at)
    disarmed = nobody_left_to_say_no(case) or _second_yes_is_gone(case, at=at)
    if disarmed:
        return refuse(case, clause="contact.restricted", sentence=disarmed, by=SYSTEM, at=at)
    if verdict.outcome == "granted" and request.proven_at is None:
        request.proven_at = at
        _decided(case, verdict.clause, "granted", at=at)
    request.sentence, request.clause = verdict.sentence, verdict.clause
    state = _state(case, verdict, at=at)
    if state in ("wait", "window", "ready", "approval") and request.told_at is None:
        request.told_at = at
        tell_everybody(case, at=at)
        state = _state(case, verdict, at=at)
    entered = state != request.state or (state == "second" and _nobody_is_asked(case))
    if entered:
        request.state = state
        note("ticket", request.ticket_id, f"request {state}", by=by, at=at, facts=facts_of(case))
    request.look_at = _look_at(case, state, at=at)
    request.updated_at = at
    request.save()
    if entered:
        _ask_for(case, state, at=at)
    elif case.kind.clause == rules.PASSWORD and mailed_links.drop_unrightful(case, at=at):
        mailed_links.to_contacts(case, at=at)
    _count_or_wait(case, at=at)
    return request


_LEFT_THE_LIST = ", who asked for this, is not on the list of contacts any more. Whoever is can ask for it."


def nobody_left_to_say_no(case: Case) -> str:
    """Why what needs two contacts cannot be had now: the other one has just been taken out of the way; "" else."""
    request, terms = case.request, case.version.terms
    if case.kind.second != "contact" or request.second_at is not None:
        return ""
    since = request.asked_at - terms.request_confirm
    changed = list_changes.changed_lately(request.account_id, terms, since=since)
    if changed is None:
        return ""
    when, again = (
        moments.said(one, zone(), now=request.asked_at) for one in (changed, changed + terms.request_confirm)
    )
    return (
        f"Who may decide on this account was changed {when}. What needs the yes of two contacts can be asked for again"
        f" from {again}, so that nobody is taken off the list first and asked no more."
    )


def _second_yes_is_gone(case: Case, *, at: datetime) -> str:
    """Why the second yes counts no more: who gave it was taken off the list since, or lost the role; "" else."""
    request, terms = case.request, case.version.terms
    said = (one for one in request.confirmations.all() if one.purpose == Purpose.SECOND and one.used_at)
    given = next((one for one in said if one.contact_id != request.contact_id), None)
    if given is None or given.used_at is None:
        return ""
    giver = given.contact
    removed = contact_state(giver, terms, at=at) == "removed"
    if giver.role in terms.restricted_roles and not removed:
        return ""
    changed = list_changes.changed_lately(request.account_id, terms, since=given.used_at)
    again = moments.said(changed + terms.request_confirm, zone(), now=at) if changed else ""
    return (
        f"{giver.person.name}, who agreed to it, may not decide on this account any more."
        f" It can be asked for again{f' from {again}' if again else ''}, when it is still wanted."
    )


def _nobody_is_asked(case: Case) -> bool:
    """Whether those who were asked for the second yes have all left the list since."""
    open_ones = {one.contact_id for one in case.request.confirmations.all() if one.purpose == Purpose.SECOND}
    return bool(open_ones) and open_ones.isdisjoint({one.pk for one in _givers(case)})


def _givers(case: Case) -> list[Contact]:
    """Who is asked for the second yes: the other contacts who may decide, or who asked where there are none."""
    others = others_who_may_agree(case) if case.kind.second == "contact" else []
    return others or [case.request.contact]


def refuse(case: Case, *, clause: str, sentence: str, by: Actor, at: datetime) -> AdminRequest:
    """End a request with a no that names its clause and the way to become entitled."""
    _decided(case, clause or "contact.privileges", "refused", at=at)
    end(case, RequestState.REFUSED, clause=clause, sentence=sentence, by=by, at=at)
    mails.refused(case, at=at)
    return case.request


def end(case: Case, state: str, *, clause: str, sentence: str, by: Actor, at: datetime) -> None:
    """Let a request wait for nothing any more; links that were mailed for it are void."""
    request = case.request
    request.state, request.clause, request.sentence = state, clause, sentence
    request.ended_at = request.updated_at = at
    request.look_at = None
    request.save()
    yeses.void(request, at=at)
    if case.kind.clause == rules.PASSWORD and state != RequestState.DONE:
        mailed_links.drop_chosen(request, at=at)
    _count_or_wait(case, at=at)
    note(
        "ticket",
        request.ticket_id,
        f"request {state}",
        by=by,
        at=at,
        facts={**facts_of(case), "why": sentence},
    )
    back_to_us(request.ticket, cause=f"request {state}", at=at)
    if state in _IN_VAIN:
        _close(case, state, by=by, at=at)


_IN_VAIN: dict[str, str] = {
    RequestState.REFUSED: "{what}: not carried out. {why}",
    RequestState.WITHDRAWN: "{what}: stopped, and nothing was changed. {why}",
    RequestState.EXPIRED: "{what}: not carried out. {why}",
}


def _close(case: Case, state: str, *, by: Actor, at: datetime) -> None:
    """The ticket says how it ended; it is solved when that is all that was asked there, else a person goes on.

    Where it was paid a person goes on as well: the money is to be given back, or kept for something else (fee.minimum).
    When one contact stops what another has asked for, a person looks whether they agree. Clause: channel.tickets.
    """
    request = case.request
    said = _IN_VAIN[state].format(what=case.kind.name, why=request.sentence)
    asker = request.contact
    if hasattr(request, "payment"):
        paid = Money(request.payment.amount_cents, request.payment.currency).shown()
        said = f"{said} {paid} was paid for it ({request.payment.reference}): we look at that now, and write to you here."
        say(request.ticket, said, at=at)
        goes_on(request.ticket, cause="request paid in vain", at=at)
        note("ticket", request.ticket_id, "request paid in vain", by=by, at=at, facts=facts_of(case))
    elif state == RequestState.WITHDRAWN and (by.kind, by.id) != (asker.actor().kind, asker.actor().id):
        say(request.ticket, f"{said} {asker.person.name}, who asked for it, was told.", at=at)
        goes_on(request.ticket, cause="request withdrawn", at=at)
    elif is_all_that_was_asked(request):
        said = f"{said} Reply if you still need something."
        resolve_at_once(request.ticket, said=said, cause=f"request {state}", by=by, at=at)
    else:
        say(request.ticket, said, at=at)


def is_all_that_was_asked(request: AdminRequest) -> bool:
    """Whether the ticket was opened for this request and nobody has asked for anything else on it."""
    ticket = request.ticket
    others = AdminRequest.objects.under_way().filter(ticket=ticket).exclude(pk=request.pk)
    return (
        ticket.opened_at == request.asked_at
        and request.channel != "mail"
        and Message.objects.filter(ticket=ticket, kind=Message.Kind.CUSTOMER).count() <= 1
        and not others.exists()
    )


def tell_everybody(case: Case, *, at: datetime) -> None:
    """Notice of a change to every contact of the account but the one who asks; whoever may decide can object."""
    listed: list[Contact] = contacts_by_account([case.request.account_id])[case.request.account_id]
    for contact in listed:
        if contact.person_id != case.request.contact.person_id:
            mails.notice(case, contact, at=at)


def facts_of(case: Case) -> dict[str, Fact]:
    """What the history of the ticket says of a request; no details, which may be somebody's secrets."""
    request = case.request
    return {"request": request.pk, "kind": request.kind, "name": case.kind.name}


def _state(case: Case, verdict: rules.Verdict, *, at: datetime) -> str:
    if verdict.outcome == "confirm":
        return RequestState.CONFIRM
    if verdict.outcome == "update_details":
        return RequestState.DETAILS
    return rules.next_step(progress_of(case, at=at), case.kind, case.version.terms, at=at)


def _look_at(case: Case, state: str, *, at: datetime) -> datetime | None:
    """When time alone changes something: the end of waiting, the next off-peak hour, the end of patience."""
    request, terms = case.request, case.version.terms
    if state == "wait":
        return rules.may_run_from(progress_of(case, at=at), case.kind, terms, at=at)
    if state == "approval":
        return _waits_until(case, at=at)
    if state == "window":
        return terms.offpeak_hours.next_from(at, zone())
    if state == "ready":
        # A link to choose a password runs out; then somebody has to ask again.
        if case.kind.clause == rules.PASSWORD:
            return at + terms.password_link
        return terms.offpeak_hours.until(at, zone()) if case.kind.offpeak else None
    return (
        request.asked_at + terms.request_confirm
        if state in ("confirm", "second", "price", "details")
        else None
    )


def _waits_until(case: Case, *, at: datetime) -> datetime | None:
    """The end of the time in which contacts can object, while it runs; an agent may still have to approve meanwhile."""
    request = case.request
    if request.told_at is None or request.state not in ("wait", "approval"):
        return None
    until = rules.may_run_from(progress_of(case, at=at), case.kind, case.version.terms, at=at)
    return until if until > at else None


def _count_or_wait(case: Case, *, at: datetime) -> None:
    """The ticket's clock of the solution waits while contacts can object, and for quiet hours; several requests wait until
    the last is over.
    """
    ticket = case.request.ticket
    waiting = AdminRequest.objects.filter(ticket=ticket, state=RequestState.WINDOW)
    if waiting.exists():
        wait_for_quiet(ticket, at=at)
    else:
        quiet_has_come(ticket, at=at)
    if _waits_until(case, at=at):
        wait_for_objections(ticket, at=at)
        return
    others = AdminRequest.objects.filter(ticket=ticket, state__in=("wait", "approval")).exclude(
        pk=case.request.pk
    )
    beside = others.select_related("contact__person", "account__customer", "ticket")
    if not any(_waits_until(case_of(one), at=at) for one in beside):
        no_objections_wanted(ticket, at=at)


def _ask_for(case: Case, state: str, *, at: datetime) -> None:
    """Whoever must say something now hears of it, and whose turn it is stands on the ticket."""
    request = case.request
    if state == "confirm":
        yeses.ask(request, [request.contact], Purpose.FIRST, case=case, at=at)
    elif state == "second":
        yeses.ask(request, _givers(case), Purpose.SECOND, case=case, at=at)
    elif state == "price":
        mails.price(case, at=at)
    elif state == "details":
        mails.details(case, at=at)
    elif state == "payment":
        mails.payment(case, at=at)
    elif state == "ready" and case.kind.clause == rules.PASSWORD:
        mailed_links.to_contacts(case, at=at)
    if state in ("confirm", "second", "price", "details"):
        await_customer(request.ticket, cause=f"request {state}", at=at)
    elif state in ("approval", "ready") and case.kind.clause != rules.PASSWORD:
        goes_on(request.ticket, cause=f"request {state}", at=at)
    else:
        back_to_us(request.ticket, cause=f"request {state}", at=at)


def _decided(case: Case, clause: str, outcome: str, *, at: datetime) -> None:
    request = case.request
    facts: dict[str, Fact] = {
        **facts_of(case),
        "role": request.contact.role,
        "channel": request.channel,
        "trust": request.trust or None,
    }
    decide(
        "ticket", request.ticket_id, [Judgement(clause, outcome, facts)], version_id=case.version.id, at=at
    )
