"""What the words on a ticket may mean as a request."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from hostdesk.hosting.queries import domains_of, policy_version_for
from hostdesk.requests.queries import messages_that_may_ask
from hostdesk.requests.suggesting import Suggestion, suggest
from hostdesk.tickets.models import Message, Ticket


@dataclass(frozen=True)
class Suggested:
    """The message of a listed contact that was looked at, and what it may mean; strongest first."""

    message: Message
    suggestions: list[Suggestion]

    @property
    def strong(self) -> list[Suggestion]:
        """What is shown without being asked for: the likeliest, where the words are clear."""
        best = max((one.score for one in self.suggestions), default=0)
        return [one for one in self.suggestions if one.is_strong and one.score == best]


def suggested_on(ticket: Ticket, *, but: AbstractSet[str] = frozenset()) -> Suggested | None:
    """For the newest message of a contact, without the kinds `but`; None where no contact has written."""
    written = messages_that_may_ask(ticket)
    return of_message(written[0], but=but) if written else None


def of_message(message: Message, *, but: AbstractSet[str] = frozenset()) -> Suggested:
    """What one message, with the subject of its ticket, may mean under the policy of its writer's account."""
    assert message.contact is not None, "only messages of contacts are looked at"
    account = message.contact.account
    kinds = policy_version_for(account).catalogue.administrative
    known = {key: kind for key, kind in kinds.items() if kind.proof and key not in but}
    return Suggested(message, suggest(text_of(message), known, domains=domains_of(account)))


def text_of(message: Message) -> str:
    """The words of a message and the subject that it was written under."""
    return f"{message.ticket.subject}\n{message.fresh or message.text}"
