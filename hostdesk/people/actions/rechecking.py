"""Secondary addresses are looked at again each day: what was elsewhere can have come home to our servers since."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import F, Q

from hostdesk.audit.actions import Fact, Judgement, decide, note
from hostdesk.hosting import homes
from hostdesk.hosting.queries import policy_version_for
from hostdesk.kit.actors import SYSTEM
from hostdesk.mail.auth.resolver import DnsDown
from hostdesk.people.actions import listing
from hostdesk.people.models import Contact, ContactRole

log = structlog.get_logger()

_EVERY = timedelta(days=1)
_SOON_AGAIN = timedelta(hours=1)
_AT_ONCE = 100


def look_again(at: datetime) -> int:
    """Look where the secondary addresses live that were not looked at for a day; how many. DNS outside of transactions.

    Where DNS gives no answer nothing is concluded, and it is asked again in an hour. Clause: contact.off_server.
    """
    due = Contact.objects.active().filter(role=ContactRole.SECONDARY)
    due = due.filter(Q(home_looked_at=None) | Q(home_looked_at__lte=at - _EVERY))
    some = list(due.with_account().order_by(F("home_looked_at").asc(nulls_first=True), "pk")[:_AT_ONCE])
    for contact in some:
        try:
            home = homes.sure_home_of(contact.person.email) or ""
        except DnsDown:
            Contact.objects.filter(pk=contact.pk).update(home_looked_at=at - _EVERY + _SOON_AGAIN)
            log.info("secondary address not looked up", contact=contact.pk)
            continue
        _note_home(contact, home[:253], at=at)
    return len(some)


@transaction.atomic
def _note_home(contact: Contact, home: str, *, at: datetime) -> None:
    row = Contact.objects.select_for_update(of=("self",)).select_related("person").get(pk=contact.pk)
    if row.removed_at is not None or row.role != ContactRole.SECONDARY or row.person_id != contact.person_id:
        return
    changed = bool(home) != bool(row.lives_on)
    since = row.lives_here_since if home and row.lives_on else at if home else None
    Contact.objects.filter(pk=row.pk).update(lives_on=home, lives_here_since=since, home_looked_at=at)
    if not changed:
        return
    facts: dict[str, Fact] = {"lives_on": home or row.lives_on}
    note(
        "contact", row.pk, "lives with us" if home else "lives elsewhere again", by=SYSTEM, at=at, facts=facts
    )
    outcome = "on our servers" if home else "elsewhere again"
    version = policy_version_for(contact.account)
    decide("contact", row.pk, [Judgement("contact.off_server", outcome, facts)], version_id=version.id, at=at)
    listing.tell(contact.account, sentence=_sentence(row, home), asks=bool(home), at=at)


def _sentence(contact: Contact, home: str) -> str:
    if home:
        return (
            f"The secondary address {contact.person.email} is now served by {home}, which is ours. "
            "When the hosting does not work, neither does that mailbox. Please give the secondary contact an address elsewhere."
        )
    return f"The secondary address {contact.person.email} lies outside our servers again. There is nothing to do."
