"""Money: whole cents and their currency, never a fraction, never without a currency."""

from __future__ import annotations

import re
from dataclasses import dataclass

_SYMBOLS = {"ZAR": "R", "USD": "$", "EUR": "€", "GBP": "£"}


@dataclass(frozen=True, slots=True)
class Money:
    """An amount; `currency` is an ISO 4217 code such as ZAR."""

    cents: int
    currency: str

    def shown(self) -> str:
        """As people read it: `R380.00`, `-R112.00`, `CHF 15.00` where the currency has no sign of its own here."""
        whole, rest = divmod(abs(self.cents), 100)
        symbol = _SYMBOLS.get(self.currency, f"{self.currency} ")
        return f"{'-' if self.cents < 0 else ''}{symbol}{whole:,}.{rest:02d}".replace(",", " ")


def read(typed: str, currency: str) -> Money | None:
    """`112`, `112.00`, `112,00`, `R112.00`, `ZAR 1 120.00`; None for what is no amount of this currency, or below zero."""
    signs = {re.escape(sign) for sign in (currency, _SYMBOLS.get(currency)) if sign}
    before = rf"(?:{'|'.join(sorted(signs))})?"
    said = "".join(typed.split())
    found = re.fullmatch(rf"{before}([0-9]{{1,9}})(?:[.,]([0-9]{{2}}))?", said, re.ASCII | re.IGNORECASE)
    return Money(int(found[1]) * 100 + int(found[2] or 0), currency) if found else None
