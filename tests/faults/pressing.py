"""One press at the desk in a process of its own: `python -m tests.faults.pressing press|state`.

`press` asks for a suspension as the primary contact and has an agent carry it out; `state` prints what is known of it.
"""

from __future__ import annotations

import sys

from hostdesk.config import boot


def main(verb):
    boot.make_ready()
    {"press": press, "state": state}[verb]()


def press():
    from django.utils import timezone

    from hostdesk.people.models import Agent, Contact
    from hostdesk.requests.actions import through_panel
    from hostdesk.requests.actions.asking import Wish, ask

    contact, at = Contact.objects.get(), timezone.now()
    request = ask(
        Wish(kind="suspension", contact=contact, channel="client", details={}), by=contact.actor(), at=at
    )
    seen = through_panel.preview(request).seen
    through_panel.carry_out(request, seen=seen, by=Agent.objects.get(), at=at)


def state():
    from hostdesk.requests.models import AdminRequest, Run

    print(AdminRequest.objects.get().state, Run.objects.get().state, Run.objects.get().answer)


if __name__ == "__main__":
    main(sys.argv[1])
