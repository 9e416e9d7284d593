"""Judgements of the room as pure functions: session lengths, back-off, roles, off-server addresses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from itertools import pairwise

from hostdesk.kit import addresses
from hostdesk.policy.registry import rule

# None of these is a promise to customers; they are the house's own locks.
LINK_LIFE = timedelta(minutes=20)
INVITATION_LIFE = timedelta(days=7)
SEEN_EVERY = timedelta(minutes=5)
HALF_SIGNED_IN_LIFE = timedelta(minutes=15)
TOTP_STEP_SECONDS = 30
PROOF_LIFE = timedelta(minutes=15)
"""How long after the second step an agent may do what is dangerous without giving it again."""
CHALLENGE_LIFE = timedelta(minutes=5)
MOST_PASSKEYS = 20
RECOVERY_CODES = 10
DETAILS_LINK_LIFE = timedelta(days=14)
PIN_DIGITS = 6
PIN_TRIES = 5
"""Wrong PINs in a row, after which only a new one helps."""

_FREE_TRIES = 5
_FIRST_WAIT = timedelta(seconds=30)
_LONGEST_WAIT = timedelta(minutes=30)
_FORGOTTEN_AFTER = timedelta(hours=24)

SECOND_STEP_ROLES = frozenset({"supervisor", "admin"})


@dataclass(frozen=True, slots=True)
class Life:
    """How long a session lives unused, and at most."""

    idle: timedelta
    most: timedelta


AGENT_LIFE = Life(idle=timedelta(hours=12), most=timedelta(days=7))
PERSON_LIFE = Life(idle=timedelta(days=14), most=timedelta(days=90))


def expiry(life: Life, *, created_at: datetime, seen_at: datetime) -> datetime:
    """When a session ends that was made then and used now."""
    return min(seen_at + life.idle, created_at + life.most)


def pin_fault(pin: str) -> str | None:
    """Why this telephone PIN will not do, as a sentence; None when it will."""
    if len(pin) != PIN_DIGITS or not (pin.isascii() and pin.isdigit()):
        return f"A PIN has exactly {PIN_DIGITS} digits."
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    halves = pin[:3] == pin[3:] or pin[:2] * 3 == pin or pin == pin[::-1]
    if (len(steps) == 1 and steps <= {0, 1, 9}) or halves or len(set(pin)) < 3:  # noqa: PLR2004  (two digits in a pattern)
        return "This PIN is among the first that are guessed; choose digits without a pattern."
    return None


def is_proven(proven_at: datetime | None, *, at: datetime) -> bool:
    """Whether the second step was given recently enough for what is dangerous."""
    return proven_at is not None and at - proven_at <= PROOF_LIFE


def needs_second_step(role: str, *, demo: bool) -> bool:
    """Whether this role may sign in only with a second step."""
    return role in SECOND_STEP_ROLES and not demo


def teams_of_role(role: str) -> tuple[str, ...]:
    """Slugs of the teams that a new agent joins."""
    return ("support", "supervisors") if role == "supervisor" else ("support",)


@dataclass(frozen=True, slots=True)
class Tally:
    """Tries in vain under one key: how many since when, and until when there are no more."""

    count: int
    since: datetime
    blocked_until: datetime | None


def after_a_try(tally: Tally, *, free: int, at: datetime) -> Tally:
    """The tally with one more try in vain.

    `free` tries cost nothing; each one after that doubles the wait, up to half an hour. A day without a try forgets.
    """
    quiet_since = tally.blocked_until or tally.since
    fresh = at - quiet_since > _FORGOTTEN_AFTER
    count, since = (1, at) if fresh else (tally.count + 1, tally.since)
    if count < free:
        return Tally(count, since, None)
    doublings = min(count - free, 10)
    return Tally(count, since, at + min(_FIRST_WAIT * 2**doublings, _LONGEST_WAIT))


def is_among(network: str, places: Iterable[str]) -> bool:
    """Whether one of these network addresses lies in `network`, written as in `Client.network`."""
    here = ip_network(network)
    return any(ip_address(place) in here for place in places)


_ALWAYS_OURS = frozenset({"reply", "postmaster", "abuse", "mailer-daemon"})

FREE_TRIES_OF_ADDRESS = _FREE_TRIES
# A whole office may sit behind one address of the network.
FREE_TRIES_OF_NETWORK = _FREE_TRIES * 6


@dataclass(frozen=True, slots=True)
class RoleCount:
    """How many active contacts of each role the policy allows on an account."""

    primary: int
    secondary: int
    authorised: int

    def of(self, role: str) -> int:
        """The limit of one role."""
        return {"primary": self.primary, "secondary": self.secondary, "authorised": self.authorised}[role]


@rule("contact.listed_sender")
def too_many(role: str, *, username: str, count: int, limits: RoleCount) -> str | None:
    """The sentence that refuses the `count`th contact of a role, or None while there is room (contact.listed_sender)."""
    limit = limits.of(role)
    if count <= limit:
        return None
    noun = f"{role} contact" if limit == 1 else f"{role} contacts"
    return f"account {username} may have {limit} {noun}; remove one first or choose another role"


@rule("contact.restricted")
def may_change(*, by_role: str, is_self: bool, role_before: str, role_after: str) -> str | None:
    """The sentence that refuses a change to one contact, or None for what its asker may change.

    Whether the asker may change contacts at all is judged before. What concerns the primary contact is the primary's own:
    else a secondary could take an account over with one press. Clause: contact.restricted.
    """
    if "primary" not in (role_before, role_after) or by_role == "primary":
        if role_before == "primary" and role_after != "primary":
            return "An account needs its primary contact. Hand the role over to somebody else; it goes when they agree."
        return None
    if is_self:
        return "Only the primary contact can hand that role over."
    return "What concerns the primary contact, only that contact can change. For another owner, ask for a hand-over."


@rule("contact.off_server")
def on_server(email: str, *, domains: Iterable[str], hostnames: Iterable[str]) -> str | None:
    """The domain or server of ours on which a normalised address lives, or None when it lives elsewhere.

    Mail for an address below one of the account's own domains stops when the account stops, and then nobody could
    write to us about it (contact.off_server).
    """
    home = addresses.domain_of(email)
    for name in (*domains, *hostnames):
        if addresses.lies_within(home, name):
            return name
    return None


def is_ours(email: str, *, mail_domain: str, desk_addresses: Iterable[str]) -> bool:
    """Whether a normalised address is one of the desk's own, which no contact can have: mail would go in circles.

    With a word after a plus sign it is the same; so are the addresses that every mail domain has (RFC 2142).
    """
    local, _, domain = email.rpartition("@")
    plain = f"{local.partition('+')[0]}@{domain}"
    return plain in desk_addresses or (domain == mail_domain and plain.partition("@")[0] in _ALWAYS_OURS)
