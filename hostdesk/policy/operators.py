"""Who runs this desk: `operator.yaml`."""

from __future__ import annotations

import re
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec

from hostdesk.kit import addresses
from hostdesk.policy import strict_yaml

FILE = "operator.yaml"
_DOMAIN = re.compile(r"(?=.{4,253}\Z)(?:[a-z0-9](?:-*[a-z0-9])*\.)+[a-z](?:-*[a-z0-9])+")
_LOCAL = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?")

Line = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class Operator(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The hosting company: its name, the addresses that customers write to, its money and its time.

    `support_address` and `complaint_address` lie on `mail_domain`; `currency` is an ISO 4217 code; `logo` is
    an address of a picture or empty; `telephone` and `emergency_telephone` are empty where there is none.
    `emergency_contact` is the mail address of whoever is told when nobody is on duty; empty: the supervisors are.
    """

    name: Line
    url: Line
    mail_domain: Line
    support_address: Line
    complaint_address: Line
    currency: Line
    time_zone: Line
    logo: str = ""
    telephone: str = ""
    emergency_telephone: str = ""
    emergency_contact: str = ""

    @property
    def urgent_telephone(self) -> str:
        """The number for what cannot wait: the one for emergencies, else the ordinary one, else ""."""
        return self.emergency_telephone or self.telephone


def read(source: str, *, name: str = FILE, strict: bool = True) -> Operator:
    """The operator file as a value.

    Raises `Misconfigured`, naming line and key: no domain, addresses off it, an unknown time zone, no https
    address.
    """
    operator, lines = strict_yaml.read(source, Operator, name=name, strict=strict)
    if not strict:
        return operator
    if not _DOMAIN.fullmatch(operator.mail_domain):
        raise lines.wrong(("mail_domain",), f"'{operator.mail_domain}' is not a domain such as example.com")
    for key in ("support_address", "complaint_address"):
        local, _, domain = str(getattr(operator, key)).partition("@")
        if not _LOCAL.fullmatch(local) or domain != operator.mail_domain:
            raise lines.wrong((key,), f"must be an address on {operator.mail_domain}, in small letters")
    if operator.support_address == operator.complaint_address:
        raise lines.wrong(
            ("complaint_address",), "must not be the support address: complaints reach supervisors only"
        )
    for key in ("url", "logo"):
        value = str(getattr(operator, key))
        if value and not re.fullmatch(r"https?://[^\s/]+(/\S*)?", value):
            raise lines.wrong((key,), "must be an address that begins with https://")
    if not re.fullmatch(r"[A-Z]{3}", operator.currency):
        raise lines.wrong(("currency",), "is not three capital letters such as ZAR")
    _check_emergency_contact(operator, lines)
    try:
        ZoneInfo(operator.time_zone)
    except (ValueError, OSError, LookupError) as error:
        raise lines.wrong(("time_zone",), "is not a time zone such as Africa/Johannesburg") from error
    return operator


def _check_emergency_contact(operator: Operator, lines: strict_yaml.Lines) -> None:
    given = operator.emergency_contact
    if not given:
        return
    address = addresses.normalised(given)
    if address is None:
        raise lines.wrong(("emergency_contact",), f"'{given}' is not a mail address such as ann@example.com")
    if address in (operator.support_address, operator.complaint_address):
        raise lines.wrong(
            ("emergency_contact",),
            "must be a person's own address: what is sent to the desk waits for the desk",
        )
