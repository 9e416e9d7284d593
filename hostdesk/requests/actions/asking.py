"""Asking for a change: by form, by mail that an agent turns into a request, by telephone. Always on a ticket."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from hostdesk.audit.actions import note
from hostdesk.hosting.models import Account
from hostdesk.hosting.queries import account_of_domain, domains_of, policy_version_for
from hostdesk.kit.actors import Actor
from hostdesk.kit.refusals import Refused
from hostdesk.people.models import Contact
from hostdesk.people.queries import contacts_of_person
from hostdesk.policy.catalogue import RequestType
from hostdesk.policy.rules import requests as rules
from hostdesk.requests import details as typed
from hostdesk.requests.actions import yeses
from hostdesk.requests.actions.advancing import advance, facts_of, locked
from hostdesk.requests.models import AdminRequest, Purpose, RequestState
from hostdesk.requests.standing import kind_of, price_of, zone
from hostdesk.tickets.actions.opening import Opening, open_ticket
from hostdesk.tickets.models import ENDED, Channel, Ticket

CHANNELS = {"client": Channel.CLIENT_AREA, "mail": Channel.MAIL, "phone": Channel.PHONE}


@dataclass(frozen=True, kw_only=True)
class Wish:
    """A contact asks for one change.

    `ticket` is the one on which it was asked, or None: then one is opened with `words`. `trust` is that of the asking mail.
    `pin_spoken`: the caller said the PIN. `submission` is the key of one press of the button.
    """

    kind: str
    contact: Contact
    channel: str
    details: Mapping[str, str] = field(default_factory=dict)
    words: str = ""
    ticket: Ticket | None = None
    trust: str = ""
    pin_spoken: bool = False
    submission: str | None = None


class WrongDetails(Refused):
    """Some details are missing or cannot be meant; `fields` says which, by key."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__("", "Some details are missing or cannot be right: " + " ".join(fields.values()))
        self.fields = dict(fields)


def ask(wish: Wish, *, by: Actor, at: datetime) -> AdminRequest:
    """Make a request and bring it to what it waits for first; the same `submission` twice is one request.

    Refused: a kind that there is not; details that cannot be meant (`WrongDetails`); a ticket of another account or one that
    is closed; a second open request of the same kind with the same details. Whether the contact may ask for it is judged and
    recorded, and a no ends the request with its clause: it is not raised, so that the asking leaves its trace.
    Clauses: contact.privileges, contact.restricted, channel.tickets.
    """
    account = wish.contact.account
    version = policy_version_for(account)
    kind = kind_of(version, wish.kind)
    today = at.astimezone(zone()).date()
    found, wrong = typed.checked(kind, wish.details, domains=domains_of(account), today=today)
    if not wrong and kind.carried_out == "add_domain":
        wrong = _hosted_already(account, found)
    if wrong:
        raise WrongDetails(wrong)
    with transaction.atomic():
        # Who asks at the same instant for the same account waits here, and then sees what the first has made.
        Account.objects.select_for_update(no_key=True).get(pk=account.pk)
        earlier = _asked_before(wish, found)
        if earlier is not None:
            return earlier
        ticket = _ticket(wish, kind, by=by, at=at)
        request = AdminRequest.objects.create(
            ticket=ticket,
            account=account,
            contact=wish.contact,
            policy_version_id=version.id,
            kind=wish.kind,
            details=found,
            channel=wish.channel,
            trust=wish.trust,
            state=RequestState.ASKED,
            price_cents=price_of(kind, version),
            currency=version.terms.cleanup.currency,
            asked_at=at,
            updated_at=at,
            submission=wish.submission,
        )
        if wish.channel == "phone" and wish.pin_spoken:
            yeses.give(request, wish.contact, Purpose.FIRST, via="pin", at=at)
        case = locked(request)
        note("ticket", ticket.pk, "request asked", by=by, at=at, facts=facts_of(case))
        return advance(case, by=by, at=at)


def _hosted_already(account: Account, found: Mapping[str, str]) -> dict[str, str]:
    """A domain that is to be added stands on one account; whose the other one is, nobody is told."""
    name = found.get("domain", "")
    if name in domains_of(account):
        return {"domain": "This domain is on the account already."}
    labels = name.split(".")
    above = (account_of_domain(".".join(labels[start:])) for start in range(len(labels) - 1))
    if all(one is None or one.pk == account.pk or one.closed_at is not None for one in above):
        return {}
    return {
        "domain": "This domain is on another account with us. Whoever holds it has to give it up there first; write to us if it is yours."
    }


def _asked_before(wish: Wish, found: Mapping[str, str]) -> AdminRequest | None:
    if wish.submission is not None:
        known = AdminRequest.objects.filter(submission=wish.submission).select_related("ticket").first()
        if known is not None and known.contact_id != wish.contact.pk:
            raise Refused("", "This form was sent before. Open it again, and send it once more.")
        if known is not None:
            return known
    same = AdminRequest.objects.under_way().filter(account=wish.contact.account, kind=wish.kind)
    # What somebody said on the telephone, or wrote, in another contact's name and nobody confirmed keeps nobody out.
    said = same.exclude(~Q(contact=wish.contact) & Q(state=RequestState.CONFIRM))
    twin = next((one for one in said.select_related("ticket") if one.details == found), None)
    if twin is not None:
        sentence = f"The same request is under way already, on ticket {twin.ticket.number}."
        raise Refused("channel.no_duplicates", sentence)
    return None


def _ticket(wish: Wish, kind: RequestType, *, by: Actor, at: datetime) -> Ticket:
    if wish.ticket is None:
        return open_ticket(
            Opening(
                subject=kind.name,
                text=wish.words.strip() or kind.name,
                channel=CHANNELS[wish.channel],
                arrived_at=at,
                contact=wish.contact,
                account=wish.contact.account,
                trust=wish.trust or ("proven" if wish.channel == "client" else ""),
                acknowledge="none" if wish.channel == "phone" else "full",
                submission=wish.submission,
                # A request waits for the details itself, and a lost password never does.
                may_wait=False,
                not_before=rules.waiting_time(kind, policy_version_for(wish.contact.account).terms),
            ),
            by=by,
            at=at,
        )
    if wish.ticket.account_id not in (None, wish.contact.account_id):
        raise Refused(
            "channel.tickets", "That ticket belongs to another account. Ask on one of this account."
        )
    if wish.ticket.account_id is None and len(contacts_of_person(wish.contact.person)) > 1:
        raise Refused(
            "contact.identify",
            "The contact acts for several accounts and has not said yet which one this is about. They have a button for each,"
            " in our mail and on the ticket; ask for it when they have pressed one.",
        )
    if wish.ticket.state in ENDED:
        raise Refused("channel.tickets", "That ticket is finished. Ask on a new one.")
    return wish.ticket
