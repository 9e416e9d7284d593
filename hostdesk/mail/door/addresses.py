"""Our addresses as settings and policy have them now, for the door."""

from __future__ import annotations

from hostdesk.mail import ours
from hostdesk.mail.door.recipients import OurAddresses


def look_up() -> OurAddresses:
    """Our addresses as they are now."""
    return OurAddresses(
        domain=ours.mail_domain(),
        support=ours.support_address().partition("@")[0],
        complaint=ours.complaint_address().partition("@")[0],
    )
