"""What the small panels look after, and what they are asked."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

SECRET = "s3cret/token+1"


@dataclass
class Model:
    """What the panel looks after. Records are [name, type, value, ttl] with whole names."""

    accounts: dict = field(
        default_factory=lambda: {
            "acme01": {"plan": "Starter", "suspended": False, "password": "old", "domains": ["acme.example"]},
            "other1": {"plan": "Starter", "suspended": False, "password": "x", "domains": ["other.example"]},
        }
    )
    plans: tuple = ("Starter", "Business 20")
    mailboxes: dict = field(
        default_factory=lambda: {
            "info@acme.example": {"quota": 250, "password": "old"},
            "ceo@other.example": {"quota": 0, "password": "x"},
        }
    )
    records: list = field(
        default_factory=lambda: [
            ["acme.example", "A", "192.0.2.1", 14400],
            ["www.acme.example", "A", "192.0.2.1", 14400],
            ["acme.example", "TXT", "v=spf1 -all", 14400],
            ["acme.example", "TXT", "site-check=1", 14400],
            ["acme.example", "MX", "10 mail.acme.example.", 14400],
        ]
    )
    backups: tuple = ("2026-11-20",)
    restores: list = field(default_factory=list)
    serial: int = 2026112601

    def owner(self, domain):
        return next((name for name, one in self.accounts.items() if domain in one["domains"]), None)


@dataclass
class Request:
    method: str
    path: str
    form: dict
    many: dict
    headers: dict


def as_json(value, status=200):
    return status, "application/json", json.dumps(value).encode()


def no_sign_in():
    return 401, "text/plain", b"Access denied"


class Wrong(Exception):  # noqa: N818
    """The panel says no."""
