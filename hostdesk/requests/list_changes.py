"""Who could have said no, and was taken out of the way a short while ago."""

from __future__ import annotations

from datetime import datetime

from hostdesk.people.models import Contact, PendingContact
from hostdesk.policy.terms import Terms
from hostdesk.requests.models import CONTACT_CHANGE, AdminRequest, RequestState


def changed_by(asker: Contact, terms: Terms, *, since: datetime) -> datetime | None:
    """When the person who asks last removed another contact who may decide, lowered their role or moved their address; None
    when never since.

    What needs the yes of two contacts would need none but one's own, if the other could be removed first: by the primary in a
    bad hour, or by whoever sits at their open browser. Clause: contact.restricted.
    """
    done = AdminRequest.objects.filter(
        account=asker.account_id,
        contact__person=asker.person_id,
        kind=CONTACT_CHANGE,
        state=RequestState.DONE,
        ended_at__gt=since,
    ).order_by("-ended_at")
    return next((one.ended_at for one in done if _disarms(one, asker, terms)), None)


def _disarms(change: AdminRequest, asker: Contact, terms: Terms) -> bool:
    what, details = change.details.get("change"), change.details
    if what == "remove":
        return details.get("role_before") in terms.restricted_roles
    if what == "change role":
        return (
            details.get("role_before") in terms.restricted_roles
            and details.get("role_after") not in terms.restricted_roles
        )
    if what == "change address" and details.get("role") in terms.restricted_roles:
        moved = PendingContact.objects.filter(ticket_number=change.ticket_id, contact__isnull=False)
        return moved.exclude(contact__person=asker.person_id).exists()
    return False
