"""Standing in line, so that dozens who write at once all come to their turn on SQLite."""

import threading
import time

import pytest
from django.db import connection, transaction

from hostdesk.jobs.turns import in_turn


def crew(many, work):
    threads = [threading.Thread(target=work) for _ in range(many)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(30)


@pytest.mark.db_free
def test_one_is_at_it_at_a_time_on_sqlite_and_nobody_waits_on_postgresql():
    busy, most = [], []

    def work():
        with in_turn("test"):
            busy.append(1)
            most.append(len(busy))
            time.sleep(0.02)
            busy.pop()

    crew(8, work)

    assert len(most) == 8
    assert max(most) == 1 if connection.vendor == "sqlite" else max(most) > 1


@pytest.mark.django_db
def test_inside_a_transaction_nobody_waits():
    with in_turn("test"), transaction.atomic(), in_turn("test"):
        pass
