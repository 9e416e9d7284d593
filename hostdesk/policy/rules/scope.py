"""Which policy speaks for what, and who has read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hostdesk.policy.registry import rule


@dataclass(frozen=True, slots=True)
class Reach:
    """The products that a policy names, and whether it also covers those that none names."""

    products: tuple[str, ...]
    otherwise: bool


@rule("scope.dedicated")
def policy_for(product: str, policies: Mapping[str, Reach]) -> str | None:
    """The slug of the policy that covers a product; None when not even a policy for everything else is there.

    Clause: scope.dedicated.
    """
    for slug, reach in policies.items():
        if product in reach.products:
            return slug
    return next((slug for slug, reach in policies.items() if reach.otherwise), None)


@rule("scope.published")
def is_asked_to_read(
    *, read_version_id: int | None, asked_version_id: int | None, current_version_id: int
) -> bool:
    """Whether a contact is asked to read the policy: not read in this version, and not asked about it before.

    The asking never stands in the way of anything. Clause: scope.published.
    """
    return current_version_id not in (read_version_id, asked_version_id)


@rule("scope.versions")
def number_to_publish(*, newest_number: int | None, newest_digest: str, digest: str) -> int | None:
    """The number under which a policy is published: the next one, or None when nothing changed since the
    newest.

    Clause: scope.versions.
    """
    if newest_number is None:
        return 1
    return None if digest == newest_digest else newest_number + 1
