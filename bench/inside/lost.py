"""Who asks for a lost password by a known or an unknown name, in turns: prints the seconds of each request, both ways of asking."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from bench.inside import start


def main(words):
    """`lost MANY`: so many accounts, so many requests of each kind."""
    start.begin()
    from django.test import Client

    many = int(words[0])
    add_accounts(many)
    client = Client(headers={"host": "127.0.0.1"})
    # Before it counts: what is made once a process, of both kinds.
    for number in range(-10, 0):
        asked(client, "/recovery/", "unknown", number)
        asked(client, "/recovery/domain", "unknown", number)
    taken = {way: {"known": [], "unknown": []} for way in ("/recovery/", "/recovery/domain")}
    for number in range(many):
        # One before the other in every second round, so that neither always comes first.
        order = ("known", "unknown") if number % 2 else ("unknown", "known")
        for way, times in taken.items():
            for kind in order:
                times[kind].append(asked(client, way, kind, number))
    start.say({"taken": taken, "pages": sorted(_PAGES)})


_PAGES = set()


def add_accounts(many):
    """Accounts `known0`, `known1` and so on, each with a contact and a domain of that name."""
    from hostdesk.hosting.models import Account, Customer, Domain, Service
    from hostdesk.kit.actors import OPERATOR
    from hostdesk.people.actions import contacts

    at = datetime.now(UTC)
    owner = Customer.objects.create(name="Acme", created_at=at)
    for number in range(many):
        account = Account.objects.create(customer=owner, username=f"known{number}", created_at=at)
        Service.objects.create(account=account, product="shared", created_at=at)
        Domain.objects.create(account=account, name=f"known{number}.example", created_at=at)
        contacts.add(
            account,
            email=f"owner@known{number}.example",
            name="An Owner",
            role="primary",
            vouched_for="bench",
            by=OPERATOR,
            at=at,
        )


def asked(client, way, kind, number):
    """Seconds of one request from an address of its own, for a name that is as long whether it is known or not."""
    name = f"known{number}" if kind == "known" else f"other{number}"
    near = name if way == "/recovery/" else f"{name}.example"
    form = {"name": near, "domain": near, "address": f"owner@{name}.example"}
    place = number + 1_000
    client.cookies.clear()
    begun = time.perf_counter()
    answer = client.post(
        way, form, REMOTE_ADDR=f"10.{place // 256}.{place % 256}.{7 if kind == 'known' else 8}"
    )
    took = time.perf_counter() - begun
    assert answer.status_code in (200, 302, 303), (way, answer.status_code, answer.content[:2000])
    _PAGES.add(f"{way} {answer.status_code} {len(answer.content)}")
    return took


if __name__ == "__main__":
    import sys

    main(sys.argv[1:])
