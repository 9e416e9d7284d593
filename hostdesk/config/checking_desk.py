"""What `hostdesk doctor` looks at on the desk itself: who works there, and what could not be delivered."""

from __future__ import annotations

from collections.abc import Iterator

from hostdesk.config.findings import Finding
from hostdesk.mail import queries
from hostdesk.people.models import Agent, Role


def staff() -> Iterator[Finding]:
    """Who can sign in, and whether somebody hears of what only some may hear."""
    roles = set(Agent.objects.active().values_list("role", flat=True))
    if not roles:
        how = "hostdesk agents add EMAIL --name NAME --role admin"
        yield Finding("staff", "fault", f"nobody can sign in; make the first administrator: {how}")
        return
    for role, what in (
        (Role.ADMIN, "changes settings"),
        (Role.SUPERVISOR, "hears of breaches and complaints"),
    ):
        if role not in roles:
            yield Finding(
                "staff", "warning", f"there is no {role.label.lower()}, so nobody {what}; see 'agents add'."
            )
    everybody = Agent.objects.active()
    ready = everybody.exclude(password="").count()
    invited = everybody.count() - ready
    still = f"; {invited} invited and yet to choose a password" if invited else ""
    yield Finding("staff", "ok", f"{ready} can sign in{still}.")


def outbound() -> Iterator[Finding]:
    """Mails that were given up."""
    failed = queries.failed_outbound()
    if failed:
        what = "1 mail" if failed == 1 else f"{failed} mails"
        sentence = f"{what} could not be delivered; see the mailroom, under Out."
        yield Finding("outbound mail", "warning", sentence)
    else:
        yield Finding("outbound mail", "ok", "none was given up.")
