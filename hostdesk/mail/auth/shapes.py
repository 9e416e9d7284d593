"""Results of looking at a mail's papers: frozen values, no DNS, no Django."""

from __future__ import annotations

from typing import Literal

import msgspec

SpfResult = Literal["pass", "fail", "softfail", "neutral", "none", "permerror", "temperror"]
DkimResult = Literal["pass", "fail", "neutral", "permerror", "temperror"]
DmarcResult = Literal["pass", "fail", "none", "permerror", "temperror"]
ArcResult = Literal["pass", "fail", "none"]
Policy = Literal["none", "quarantine", "reject"]
Source = Literal["own", "relay"]


class Spf(msgspec.Struct, frozen=True):
    """SPF of the SMTP session. `domain` is the one that was looked up: MAIL FROM, or HELO for an empty one.

    `client_ip` is the server that was asked about, "" when there was no session to judge.
    """

    result: SpfResult
    domain: str = ""
    explanation: str = ""
    client_ip: str = ""


class Dkim(msgspec.Struct, frozen=True):
    """One signature. `why` is a short reason for anything but a pass that counts.

    `counts` is false for a signature that verifies but must not speak for its domain: one over a part of the body
    (`l=`), or one whose key is marked as a test (`t=y`).
    """

    domain: str
    selector: str
    result: DkimResult
    why: str = ""
    counts: bool = True


class Dmarc(msgspec.Struct, frozen=True):
    """DMARC by RFC 9989. `disposition` is what the domain's owner asks for when the result is `fail`.

    `record_domain` is where the policy was found, "" when nowhere. `by` says what proved it: "spf", "dkim:DOMAIN".
    """

    result: DmarcResult
    domain: str = ""
    policy: Policy = "none"
    disposition: Policy = "none"
    record_domain: str = ""
    testing: bool = False
    by: str = ""
    why: str = ""

    @property
    def has_record(self) -> bool:
        """Whether the author's domain is under any DMARC policy."""
        return self.record_domain != ""


class AuthResult(msgspec.Struct, frozen=True):
    """All that is known about who sent one mail; `source` tells whether it was checked here or by a named relay.

    `aligned` lists what passed for the author's own organisation, DMARC record or not ("spf", "dkim:DOMAIN").
    """

    spf: Spf
    dkim: list[Dkim]
    dmarc: Dmarc
    arc: ArcResult = "none"
    aligned: list[str] = []
    source: Source = "own"

    @property
    def must_retry(self) -> bool:
        """Whether DNS failed in a way that could still turn the judgement (temperror)."""
        return self.dmarc.result == "temperror"
