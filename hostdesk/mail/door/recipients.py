"""Which addresses are ours, and which route leads from each. Pure.

Ours, on the operator's mail domain, in any spelling of capitals: the support address and the complaint
address, both also with `+anything`; reply and bounce addresses of the right shape; postmaster, which
every mail server must take (RFC 5321, 4.5.1; also without a domain), and abuse (RFC 2142).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from hostdesk.mail.reply_tokens import is_well_formed

Way = Literal["desk", "complaint"]

_ALWAYS = ("postmaster", "abuse")


@dataclass(frozen=True)
class OurAddresses:
    """The local parts that people know, and their domain; all in small letters."""

    domain: str
    support: str
    complaint: str

    def way_of(self, recipient: str) -> Way | None:
        """The route that a mail to `recipient` takes; None when the address is not ours."""
        local, _, domain = recipient.strip().lower().rpartition("@")
        if not local:
            return "desk" if domain == "postmaster" else None
        if domain.rstrip(".") != self.domain:
            return None
        base = local.partition("+")[0]
        if base == self.complaint:
            return "complaint"
        if base == self.support or local in _ALWAYS or is_well_formed(local):
            return "desk"
        return None

    def way_of_mail(self, recipients: Iterable[str]) -> Way:
        """One mail takes one route: a complaint is for the supervisors, whoever else it names.

        Clause: conduct.complaints.
        """
        return "complaint" if "complaint" in map(self.way_of, recipients) else "desk"
