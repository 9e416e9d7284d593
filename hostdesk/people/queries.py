"""Reads about agents, persons, contacts and their keys."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from hashlib import sha256

from django.db.models import Q

from hostdesk.audit.prepared import Prepared
from hostdesk.hosting.models import Account
from hostdesk.kit import addresses
from hostdesk.kit.refusals import Missing
from hostdesk.people.models import (
    Agent,
    ApiToken,
    Contact,
    Passkey,
    PendingContact,
    Person,
    PhonePin,
    PolicyReading,
    Session,
    Team,
)

# Contacts are shown in the order of their weight.
_WEIGHT = {"primary": 0, "secondary": 1, "authorised": 2}


def contacts_for_address(email: str) -> list[Contact]:
    """All active contacts who write from exactly this address, with person, account and customer; one query.

    Nothing but an equal address matches: no folding, no sub-domains, no plus-variants.
    Clause: contact.listed_sender.
    """
    address = addresses.normalised(email)
    if address is None:
        return []
    return list(Contact.objects.active().with_account().filter(person__email=address).order_by("pk"))


def contacts_for_addresses(emails: Collection[str]) -> dict[str, list[Contact]]:
    """`contacts_for_address` of many normalised addresses in one query; addresses without a contact are left out."""
    found: dict[str, list[Contact]] = {}
    if emails:
        for contact in (
            Contact.objects.active().with_account().filter(person__email__in=emails).order_by("pk")
        ):
            found.setdefault(contact.person.email, []).append(contact)
    return found


def contacts_of(account: Account) -> list[Contact]:
    """The active contacts of an account: primary, secondary, then the authorised in the order of their names."""
    found = Contact.objects.filter(account=account, removed_at=None).with_account()
    return sorted(found, key=lambda contact: (_WEIGHT[contact.role], contact.person.name, contact.pk))


def contacts_by_account(account_ids: Sequence[int]) -> dict[int, list[Contact]]:
    """`contacts_of` of many accounts in one query."""
    found: dict[int, list[Contact]] = {account_id: [] for account_id in account_ids}
    for contact in Contact.objects.filter(account_id__in=account_ids, removed_at=None).with_account():
        found[contact.account_id].append(contact)
    for listed in found.values():
        listed.sort(key=lambda contact: (_WEIGHT[contact.role], contact.person.name, contact.pk))
    return found


def pending_by_account(account_ids: Sequence[int]) -> dict[int, list[PendingContact]]:
    """What waits for the owner of an address, of many accounts in one query, oldest first; what ran out among it."""
    found: dict[int, list[PendingContact]] = {account_id: [] for account_id in account_ids}
    rows = PendingContact.objects.open().filter(account_id__in=account_ids)
    for row in rows.select_related("contact__person", "asked_by__person").order_by("pk"):
        found[row.account_id].append(row)
    return found


def pending_for_person(person: Person, pending_id: int) -> tuple[Contact, PendingContact]:
    """(the person's own contact, one such row) of one account; `Missing` for an account that is not theirs."""
    rows = PendingContact.objects.open().filter(pk=pending_id)
    found = rows.select_related("contact__person", "asked_by__person", "account").first()
    if found is None:
        raise Missing
    return contact_on_account(person, found.account_id), found


def listed_beside(person: Person, contact_id: int) -> tuple[Contact, Contact]:
    """(the person's own contact, the contact asked for) of one account; `Missing` for an account that is not theirs."""
    asked = Contact.objects.active().with_account().filter(pk=contact_id).first()
    if asked is None:
        raise Missing
    return contact_on_account(person, asked.account_id), asked


def contact_on_account(person: Person, account_id: int) -> Contact:
    """As whom a person acts for an account; `Missing` when they do not."""
    found = next((one for one in contacts_of_person(person) if one.account_id == account_id), None)
    if found is None:
        raise Missing
    return found


def same_person_elsewhere(me: Contact, contact: Contact) -> list[tuple[Contact, Contact]]:
    """(as whom `me` acts there, the contact there) on the other accounts that both are contacts of.

    Of accounts that are none of `me`'s nothing is said.
    """
    mine = {one.account_id: one for one in contacts_of_person(me.person)}
    listed = Contact.objects.active().with_account().filter(person=contact.person_id, account__in=mine)
    others = listed.exclude(account=contact.account_id).order_by("account__username")
    return [(mine[one.account_id], one) for one in others]


def contact_of_customer(customer_id: int, contact_id: int) -> Contact:
    """One listed contact on an account of this customer; `Missing` for another's."""
    listed = Contact.objects.filter(account__customer=customer_id, removed_at=None).with_account()
    found = listed.filter(pk=contact_id).first()
    if found is None:
        raise Missing
    return found


def contacts_of_person(person: Person) -> list[Contact]:
    """For whom a person may act: active contacts with account and customer, by username."""
    return list(Contact.objects.active().with_account().filter(person=person).order_by("account__username"))


def contact_for_person(person: Person, contact_id: int) -> Contact:
    """One active contact of this person; `Missing` for another's."""
    found = Contact.objects.active().with_account().filter(person=person, pk=contact_id).first()
    if found is None:
        raise Missing
    return found


def accounts_of_person(person: Person) -> list[Account]:
    """The open accounts for which a person may act, by username."""
    return [contact.account for contact in contacts_of_person(person)]


def person_by_email(email: str) -> Person | None:
    """The person of exactly this address, contact or not."""
    address = addresses.normalised(email)
    return Person.objects.filter(email=address).first() if address else None


def pin_of(person: Person) -> PhonePin | None:
    """The telephone PIN of a person: when it was set, and whether it is locked; the PIN itself nobody can read."""
    return PhonePin.objects.filter(person=person).first()


def agent_by_email(email: str) -> Agent | None:
    """The agent of exactly this address, active or not."""
    address = addresses.normalised(email)
    return Agent.objects.filter(email=address).first() if address else None


def agent_by_id(agent_id: int) -> Agent:
    """One agent; `Missing` when there is none."""
    found = Agent.objects.filter(pk=agent_id).first()
    if found is None:
        raise Missing
    return found


def agents() -> list[Agent]:
    """All agents: the active first, by name, each with its teams and passkeys."""
    return list(Agent.objects.prefetch_related("teams", "passkeys").order_by("-active", "name", "pk"))


def passkeys_of(agent: Agent) -> list[Passkey]:
    """The passkeys of an agent, oldest first."""
    return list(Passkey.objects.filter(agent=agent).order_by("pk"))


def passkey_of(agent: Agent, passkey_id: int) -> Passkey:
    """One passkey of this agent; `Missing` for another's."""
    found = Passkey.objects.filter(agent=agent, pk=passkey_id).first()
    if found is None:
        raise Missing
    return found


def has_second_step(agent: Agent) -> bool:
    """Whether an agent has an authenticator app or a passkey."""
    return agent.totp_confirmed_at is not None or Passkey.objects.filter(agent=agent).exists()


def agents_of_team(slug: str) -> list[Agent]:
    """The active agents of a team, by name."""
    return list(Agent.objects.active().in_team(slug).order_by("name", "pk"))


def supervisors() -> list[Agent]:
    """The active agents of the team Supervisors, by name."""
    return agents_of_team(Team.SUPERVISORS)


def team(slug: str) -> Team:
    """One team by its slug; the house's own come with its tables."""
    found = _TEAM.first(slug)
    if found is None:
        raise Team.DoesNotExist(slug)
    return found


def teams() -> list[Team]:
    """All teams, by name."""
    return list(Team.objects.order_by("name"))


def team_named(slug: str) -> Team:
    """One team by the short name that somebody typed; raises Missing."""
    found = _TEAM.first(slug)
    if found is None:
        raise Missing(f"there is no team '{slug}'; 'hostdesk teams list' shows all")
    return found


_TEAM = Prepared(lambda slug: Team.objects.filter(slug=slug), str)


def team_ids_of(agent: Agent) -> frozenset[int]:
    """The teams of an agent; free when the sign-in of this request has already brought them."""
    known: frozenset[int] | None = agent.__dict__.get("known_team_ids")
    if known is None:
        known = frozenset(agent.memberships.values_list("team_id", flat=True))
        agent.__dict__["known_team_ids"] = known
    return known


def visible_teams(agent: Agent) -> Q:
    """The condition on `team` under which an agent may know of a thing: not sealed, or the agent's own team."""
    return Q(team__sealed=False) | Q(team__in=team_ids_of(agent))


def agent_for_token(token: str, *, at: datetime) -> ApiToken | None:
    """The living API token with its active agent, from the secret itself; None for anything else; one query."""
    digest = sha256(token.encode()).hexdigest()
    found = ApiToken.objects.filter(token_sha256=digest, revoked_at=None, agent__active=True).filter(
        Q(expires_at=None) | Q(expires_at__gt=at)
    )
    return found.select_related("agent").first()


def tokens() -> list[ApiToken]:
    """All API tokens, oldest first, each with its agent."""
    return list(ApiToken.objects.select_related("agent").order_by("pk"))


def living_sessions(tokens: Sequence[str], *, at: datetime) -> list[Session]:
    """The sessions of these cookie values with agent (and the agent's teams) or person; one query.

    Not those of agents who have left.
    """
    fingerprints = [sha256(token.encode()).hexdigest() for token in tokens]
    found = Session.objects.select_related("agent", "person").filter(token_sha256__in=fingerprints)
    living = [one for one in found if one.revoked_at is None and one.expires_at > at]
    return [one for one in living if one.agent is None or _knows_its_teams(one.agent, one)]


def desk_session(token: str, *, at: datetime) -> Session | None:
    """`living_sessions` of one agent's cookie: the cheapest way in for the page that is asked for all day."""
    for one in _DESK_SESSION(sha256(token.encode()).hexdigest()):
        if one.agent and one.revoked_at is None and one.expires_at > at and _knows_its_teams(one.agent, one):
            return one
    return None


_DESK_SESSION = Prepared(
    lambda digest: Session.objects.select_related("agent").filter(token_sha256=digest), str
)


def _knows_its_teams(agent: Agent, session: Session) -> bool:
    """Whether the agent is still with us; tells `team_ids_of` what the session knows."""
    agent.__dict__["known_team_ids"] = frozenset(session.team_ids)
    return agent.active


def sessions_of(owner: Agent | Person, *, at: datetime) -> list[Session]:
    """The browsers in which an agent or a person is signed in now, last used first."""
    whose = Q(agent=owner) if isinstance(owner, Agent) else Q(person=owner)
    return list(Session.objects.alive(at).filter(whose, step="full").order_by("-last_seen_at", "-pk"))


def sessions_by_id(session_ids: Iterable[int]) -> dict[int, Session]:
    """Sessions by their keys, as far as they are still kept."""
    return Session.objects.in_bulk(set(session_ids))


def has_read_policy(person: Person, version_ids: Iterable[int]) -> bool:
    """Whether a person said to have read every one of these policy versions (scope.published)."""
    wanted = set(version_ids)
    read = PolicyReading.objects.filter(person=person, policy_version_id__in=wanted)
    return set(read.values_list("policy_version_id", flat=True)) == wanted


def has_read_any_policy(person: Person) -> bool:
    """Whether a person said to have read a policy version, in force or not (scope.versions)."""
    return PolicyReading.objects.filter(person=person).exists()


def readings_of(person_ids: Iterable[int], version_ids: Iterable[int]) -> dict[tuple[int, int], datetime]:
    """When persons said to have read versions of the policy, by person and version (scope.published)."""
    found = PolicyReading.objects.filter(person__in=set(person_ids), policy_version_id__in=set(version_ids))
    return {
        (person, version): at
        for person, version, at in found.values_list("person", "policy_version_id", "at")
    }
