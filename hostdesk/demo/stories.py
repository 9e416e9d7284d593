"""The words of the demo: problem stories with their conversations, and single letters, read from `words/`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

from hostdesk.policy import strict_yaml

WORDS = Path(__file__).resolve().parent / "words"
CHAPTERS = ("mail", "web", "names", "account", "servers")


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One turn after the opening; exactly one word is filled.

    `agent` asks something back, `working` says that it is being done, `solved` answers and resolves, `note` is
    internal, `customer` writes again, `resolve` ends it (`told` mails the customer, `quiet` does not).
    """

    agent: str = ""
    working: str = ""
    solved: str = ""
    note: str = ""
    customer: str = ""
    resolve: Literal["", "told", "quiet"] = ""

    @property
    def kind(self) -> str:
        """Which word it is."""
        return next(name for name in self.__struct_fields__ if getattr(self, name))


class Story(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One problem: how customers may put it, and how it goes on. `weight` says how often it comes; 0: only staged."""

    name: str
    subject: tuple[str, ...]
    ask: tuple[str, ...]
    steps: tuple[Step, ...]
    files: tuple[str, ...] = ()
    by: Literal["either", "client"] = "either"
    lang: Literal["en", "af"] = "en"
    whom: Literal["any", "dedicated", "reseller"] = msgspec.field(default="any", name="for")
    weight: int = 1


class Chapter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file of stories."""

    stories: tuple[Story, ...]


class Note(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One letter that is no story: from a stranger (`sender`, `name`) or under a contact's address (`as`)."""

    text: str
    html: str = ""
    subject: str = ""
    sender: str = ""
    name: str = ""
    under: str = msgspec.field(default="", name="as")
    answer: str = ""
    more: str = ""
    solved: str = ""
    thanks: str = ""
    note: str = ""
    working: str = ""
    reason: str = ""


class Oversize(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A mail that the door refuses for its size."""

    under: str = msgspec.field(name="as")
    megabytes: int = 61


class Letters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`letters.yaml`: what comes to a support desk beside problems."""

    strangers: tuple[Note, ...]
    resembling: tuple[Note, ...]
    forged: tuple[Note, ...]
    unproven: tuple[Note, ...]
    complaints: tuple[Note, ...]
    oversize: Oversize
    account_unclear: tuple[Note, ...]
    twice: Note
    given_back: Note
    late: Note
    urgent: Note
    out_of_office: tuple[Note, ...]
    formatted: Note


@cache
def stories() -> tuple[Story, ...]:
    """All stories, in the order of the files. Raises `Misconfigured` for a file that is not sound."""
    read = [strict_yaml.read(_source(name), Chapter, name=f"{name}.yaml")[0] for name in CHAPTERS]
    return tuple(story for chapter in read for story in chapter.stories)


@cache
def letters() -> Letters:
    """All single letters. Raises `Misconfigured` for a file that is not sound."""
    return strict_yaml.read(_source("letters"), Letters, name="letters.yaml")[0]


def told(text: str, slots: Mapping[str, str]) -> str:
    """A text with its `{slots}` filled; a slot that nobody fills is a mistake of ours and raises KeyError."""
    return text.strip().format_map(slots)


def _source(name: str) -> str:
    return (WORDS / f"{name}.yaml").read_text(encoding="utf-8")
