"""The two ways in which the outside may fail us. Nothing else leaves a port."""

from __future__ import annotations


class PortDown(Exception):  # noqa: N818  (the word of the floor plan)
    """Not now: try the same again later. `answer` is what the other side said, or what became of the line."""

    def __init__(self, answer: str) -> None:
        super().__init__(answer)
        self.answer = answer


class PortAway(PortDown):
    """Not now, and not for anybody: the other side as a whole is away, so other pieces need not try it."""


class PortRefused(Exception):  # noqa: N818
    """Never: the same again would be refused again."""

    def __init__(self, answer: str) -> None:
        super().__init__(answer)
        self.answer = answer


class RecipientRefused(PortRefused):
    """Never, and because of the one it was for: others may well be served."""


def in_words(error: BaseException) -> str:
    """What went wrong with a line, in the system's own words and without its numbers; never empty."""
    said = error.strerror if isinstance(error, OSError) else None
    return said or str(error) or type(error).__name__
