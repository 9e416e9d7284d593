"""What `hostdesk doctor` looks at behind the panel port: each control panel that is connected."""

from __future__ import annotations

from collections.abc import Iterator

from hostdesk.config.findings import Finding
from hostdesk.hosting import panels
from hostdesk.ports.outcomes import PortDown, PortRefused
from hostdesk.ports.panels.twins import ByHand


def control_panels() -> Iterator[Finding]:
    """Each panel is signed in to; nothing is changed."""
    rows = panels.panels()
    if not rows:
        sentence = "none is connected: changes to accounts are made by hand; see 'hostdesk servers panel'."
        yield Finding("control panels", "ok", sentence)
    for row in rows:
        panel, name = panels.panel_of(row), f"panel of {row.server.name}"
        if isinstance(panel, ByHand):
            yield Finding(
                name, "fault", "its secret cannot be read: connect it again, HOSTDESK_SECRET_KEY changed."
            )
            continue
        try:
            said = panel.check()
        except (PortDown, PortRefused) as error:
            yield Finding(name, "fault", f"{error.answer}; see 'hostdesk servers panel'.")
        else:
            yield Finding(name, "ok", f"{said} at {row.url} took the sign-in.")
