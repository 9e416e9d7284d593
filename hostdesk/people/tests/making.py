"""What the room's tests share."""

from datetime import timedelta

import pyotp

from hostdesk.kit.actors import OPERATOR
from hostdesk.people import seals
from hostdesk.people.actions import agents, sessions
from hostdesk.people.models import Agent

BROWSER = sessions.Browser("127.0.0.1", "127.0.0.1/32", "Firefox/130 (Linux)", on_this_machine=True)
ELSEWHERE = sessions.Browser("203.0.113.9", "203.0.113.9/32", "Firefox/130 (Linux)", on_this_machine=False)
PASSWORD = "correct horse battery"
PERSON_PASSWORD = "a field of yellow maize"


def agent(world, email="ann@host.example", *, role="technician", name="Ann", password=PASSWORD, demo=False):
    return agents.add(
        email, name=name, role=role, by=OPERATOR, at=world.now, password=password, demo=demo
    ).agent


def code(someone, at, *, steps=0):
    """The code that the agent's telephone shows."""
    secret = seals.unseal(Agent.objects.get(pk=someone.pk).totp_secret)
    return pyotp.TOTP(secret).at(at + timedelta(seconds=30 * steps))
