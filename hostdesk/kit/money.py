"""Money: whole cents and their currency, never a fraction, never without a currency."""

from __future__ import annotations

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
