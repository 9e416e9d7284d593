"""A signed-in agent for a running desk: prints the cookie."""

from __future__ import annotations

from bench.inside import start

if __name__ == "__main__":
    start.begin()
    from bench.inside.calling import desk_cookie
    from hostdesk.people.models import Agent

    start.say(desk_cookie(Agent.objects.get(pk=1)))
