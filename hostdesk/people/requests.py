"""Requests as views behind `people.access` see them: who is there is known, and so is the instant."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest

from hostdesk.people.models import Agent, Person


class DeskRequest(HttpRequest):
    """Behind `agents_only`: `agent` is wholly signed in, `at` is the instant of the request."""

    agent: Agent
    at: datetime


class ClientRequest(HttpRequest):
    """Behind `contacts_only`: `person` is signed in, `at` is the instant of the request."""

    person: Person
    at: datetime
