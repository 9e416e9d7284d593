"""Our own side of every mail: the domain, the addresses on it, and the name we sign with."""

from __future__ import annotations

from django.conf import settings

from hostdesk.policy import queries as policy


def mail_domain() -> str:
    """The domain of support@, complaint@ and all signed addresses: the setting, else the operator's."""
    return str(settings.HOSTDESK_MAIL_DOMAIN) or policy.operator().mail_domain


def address(local: str) -> str:
    """`local` on our mail domain."""
    return f"{local}@{mail_domain()}"


def support_address() -> str:
    """Where customers write to; it also stands as the author of every mail of ours."""
    return address(policy.operator().support_address.partition("@")[0])


def complaint_address() -> str:
    """Where a complaint reaches a supervisor directly. Clause: conduct.complaints."""
    return address(policy.operator().complaint_address.partition("@")[0])


def signature() -> str:
    """The name beside our address: `IT Possible Support`."""
    return f"{policy.operator().name} Support"
