"""Figures of one version that contradict each other."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from hostdesk.policy import strict_yaml

if TYPE_CHECKING:
    from hostdesk.policy.terms import Terms

ROLES = ("primary", "secondary", "authorised")
"""The roles a contact can have; the policy says how many of each, and what each may ask."""


def check(terms: Terms, lines: strict_yaml.Lines) -> None:
    """Raise `Misconfigured`, naming line and key, where two figures cannot both be meant."""
    in_order = (
        ("response_warning_minutes", terms.response_warning, terms.response_breach, "the breach"),
        ("update_warning_minutes", terms.update_warning, terms.update_breach, "the breach"),
        ("resolution_warning_minutes", terms.resolution_warning, terms.resolution_breach, "the breach"),
        (
            "advanced_resolution_warning_hours",
            terms.advanced_resolution_warning,
            terms.advanced_resolution_breach,
            "the breach",
        ),
    )
    for key, early, late, what in in_order:
        if early >= late:
            raise lines.wrong((key, "value"), f"must come before {what}")
    if terms.response_breach > terms.resolution_breach:
        raise lines.wrong(("response_breach_minutes", "value"), "must not be later than the resolution")
    if terms.phone_containment_least_percent > terms.phone_containment_most_percent:
        raise lines.wrong(
            ("phone_containment_least_percent", "value"), "must not be above the upper end of the band"
        )
    if terms.automatic_mails_unproven_per_day > terms.automatic_mails_proven_per_day:
        raise lines.wrong(
            ("automatic_mails_unproven_per_day", "value"), "must not be above the limit of proven senders"
        )
    # A breaker that opened before the day's acknowledgements were through would break their promise.
    if terms.breaker_mails_per_address <= terms.automatic_mails_proven_per_day:
        sentence = "must be above automatic_mails_proven_per_day"
        raise lines.wrong(("breaker_mails_per_address", "value"), sentence)
    _check_recovery(terms, lines)
    for key, roles in (
        ("restricted_roles", terms.restricted_roles),
        ("password_link_roles", terms.password_link_roles),
    ):
        for role in roles:
            if role not in ROLES:
                raise lines.wrong((key, "value"), f"'{role}' is not a role; roles are {', '.join(ROLES)}")


_TIME_TO_OBJECT = timedelta(days=1)
"""The least that whoever owns an account gets to notice and to say no."""


def _check_recovery(terms: Terms, lines: strict_yaml.Lines) -> None:
    """Registration data alone hands an account over neither at once nor by one person's word."""
    if terms.recovery_wait < _TIME_TO_OBJECT:
        raise lines.wrong(("recovery_wait_hours", "value"), "must be at least 24")
    if terms.password_approvals <= 1:
        raise lines.wrong(("password_approvals", "value"), "must be at least 2")
    if terms.recovery_open <= terms.recovery_wait:
        raise lines.wrong(("recovery_open_days", "value"), "must be longer than recovery_wait_hours")
