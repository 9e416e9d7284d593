"""What a change of the list of contacts means for the other requests of the account: who could have said no, and says no more."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from hostdesk.people.models import Contact, PendingContact
from hostdesk.policy.terms import Terms
from hostdesk.requests.models import CONTACT_CHANGE, STEPS, AdminRequest, RequestState


def changed_lately(account_id: int, terms: Terms, *, since: datetime) -> datetime | None:
    """When a contact who may decide was last removed, lowered or moved to another address by somebody else, our staff
    included, or the primary role changed hands; None when never since.

    What needs the yes of two contacts would need none but one's own, if the other could be removed first: by the primary in a
    bad hour, or by whoever sits at their open browser. Clause: contact.restricted.
    """
    done = AdminRequest.objects.filter(
        account=account_id, kind=CONTACT_CHANGE, state=RequestState.DONE, ended_at__gt=since
    ).select_related("contact__person")
    changes = list(done.order_by("-ended_at"))
    left = {one.contact_id for one in changes if _is_own_leave(one)}
    gone = Contact.objects.filter(
        account=account_id, removed_at__gt=since, role__in=terms.restricted_roles
    ).exclude(pk__in=left)
    moments = [one.ended_at for one in changes if _disarms(one, terms)]
    moments += gone.values_list("removed_at", flat=True)
    return max((moment for moment in moments if moment is not None), default=None)


def judge_all_anew(at: datetime) -> None:
    """`judge_anew` for every account, after an import that may have changed any list."""
    for account_id in sorted(
        set(AdminRequest.objects.filter(state__in=STEPS).values_list("account_id", flat=True))
    ):
        with transaction.atomic():
            judge_anew(account_id, at=at)


def judge_anew(account_id: int, *, at: datetime) -> None:
    """Let the round look at what the account waits for as soon as it comes by: the list of its contacts is another one now.

    So nobody goes on being shown a button that cannot be pressed any more. Called first in the transaction of the change: it
    holds the requests still before any contact, in the order in which whoever presses a button of theirs does.
    Clauses: contact.privileges, contact.restricted.
    """
    waiting = AdminRequest.objects.filter(account=account_id, state__in=STEPS).exclude(kind=CONTACT_CHANGE)
    held = waiting.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True)
    AdminRequest.objects.filter(pk__in=list(held)).update(look_at=at)


def _is_own_leave(change: AdminRequest) -> bool:
    """Whether a contact took their own name off the list."""
    removed = change.details.get("change") == "remove"
    return removed and change.details.get("contact_before") == change.contact.person.email


def _disarms(change: AdminRequest, terms: Terms) -> bool:
    what, details = change.details.get("change"), change.details
    if what == "hand over":
        return True
    if what == "change role":
        before, after = details.get("role_before"), details.get("role_after")
        return before in terms.restricted_roles and after not in terms.restricted_roles
    if what == "change address" and details.get("role") in terms.restricted_roles:
        moved = PendingContact.objects.filter(ticket_number=change.ticket_id, contact__isnull=False)
        return any(row.contact_id != row.asked_by_id for row in moved)
    return False
