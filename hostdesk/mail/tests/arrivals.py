"""Mails as the door hands them to its writer."""

from __future__ import annotations

from datetime import UTC, datetime

from hostdesk.mail.door.keeping import Arrival
from hostdesk.mail.tests.conftest import SUPPORT

AT = datetime(2026, 11, 30, 22, 59, 59, tzinfo=UTC)


def arrival(raw: bytes, *, route: str = "desk", at: datetime = AT) -> Arrival:
    return Arrival(
        route=route,
        door="smtp",
        envelope_from="thandi@customer.example",
        recipients=(SUPPORT,),
        client_ip="192.0.2.1",
        helo="mx.customer.example",
        received_at=at,
        raw=raw,
        size=len(raw),
    )
