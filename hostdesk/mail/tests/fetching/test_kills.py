"""The mail door is killed again and again while it fetches: nothing is lost, nothing comes twice."""

import json
import random
import time

import pytest

from hostdesk.config.tests.running import free_port, place, wait_for
from hostdesk.mail.tests.fetching.conftest import House, letter
from tests.imap_server import Store, imap_server

MAILS = 150


@pytest.mark.faults
@pytest.mark.timeout(400)
@pytest.mark.parametrize("then", ["move:Done", "seen"])
def test_killed_while_fetching(tmp_path, db, then):
    chance = random.Random(3)
    with imap_server(Store()) as store, place(tmp_path, f"kills{then[0]}") as house:
        for n in range(MAILS):
            store.add(letter(n))
        house.environ["HOSTDESK_IMAP"] = House(store).url(then=then)
        words = ("mail", "--smtp", f"127.0.0.1:{free_port()}")
        # Slow enough to be killed in all places: between fetching, keeping, noting and marking.
        store.pause = 0.05
        for _ in range(3):
            part = house.start(*words)
            seen = store.count("BODY")
            wait_for(
                lambda part=part, seen=seen: store.count("BODY") > seen or part.poll() is not None,
                seconds=120,
            )
            time.sleep(chance.random() * 0.3)
            part.kill()
            part.communicate(timeout=10)
        store.pause = 0
        part = house.start(*words)
        try:
            wait_for(lambda: handed_over(store) == MAILS, seconds=120)
        finally:
            part.terminate()
            part.communicate(timeout=20)
        kept = [
            json.loads(line)
            for line in house.run("mail", "list", "--json", "--limit", "1000").stdout.splitlines()
        ]

    assert len(kept) == MAILS
    assert len({one["sha256"] for one in kept}) == MAILS


def handed_over(store):
    return len({*store.raws("Done"), *(m.raw for m in store.inbox.mails if "\\Seen" in m.flags)})
