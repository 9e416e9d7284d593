"""Tables of the room, split by noun."""

from hostdesk.people.models.agents import Agent, Membership, RecoveryCode, Role, Team
from hostdesk.people.models.contacts import Contact, ContactRole, Person, PolicyReading
from hostdesk.people.models.passkeys import Passkey, UsedChallenge
from hostdesk.people.models.pins import PhonePin
from hostdesk.people.models.sign_in import ApiToken, Attempt, LinkRequest, Session, SignInLink, Step
from hostdesk.people.models.skills import HeldSkill, Skill
from hostdesk.people.models.standing import DetailsCured, DetailsLink, PendingContact

__all__ = [
    "Agent",
    "ApiToken",
    "Attempt",
    "Contact",
    "ContactRole",
    "DetailsCured",
    "DetailsLink",
    "HeldSkill",
    "LinkRequest",
    "Membership",
    "Passkey",
    "PendingContact",
    "Person",
    "PhonePin",
    "PolicyReading",
    "RecoveryCode",
    "Role",
    "Session",
    "SignInLink",
    "Skill",
    "Step",
    "Team",
    "UsedChallenge",
]
