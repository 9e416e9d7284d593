"""What `hostdesk doctor` looks at for lost passwords: whether registration data of domains can be looked up from here."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from hostdesk.config.findings import Finding
from hostdesk.ports.outcomes import PortDown, PortRefused
from hostdesk.requests.outside import Outside, outside

_SO_WHAT = "a lost password with old contact data then waits for a proof by DNS or file"


def registries(ways: Outside | None = None) -> Iterator[Finding]:
    """The list of RDAP servers is fetched, the first WHOIS server is asked about an ending."""
    registry = (ways or outside()).registry
    yield _asked(
        "RDAP list",
        lambda: f"{registry.bootstrap} names RDAP servers for {registry.endings()} endings.",
        setting="HOSTDESK_RDAP_LIST",
    )
    yield _asked("WHOIS", lambda: f"{registry.whois_name()} answers.", setting="HOSTDESK_WHOIS")


def _asked(name: str, ask: Callable[[], str], *, setting: str) -> Finding:
    try:
        return Finding(name, "ok", ask())
    except (PortDown, PortRefused) as error:
        return Finding(
            name, "warning", f"cannot be used ({error.answer.rstrip('.')}); {_SO_WHAT}. See {setting}."
        )
