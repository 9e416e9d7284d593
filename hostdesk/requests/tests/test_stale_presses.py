"""A press on a page that is older than the request is answered with how it stands, never with the opposite or with nothing."""

import pytest

from hostdesk.requests.actions import carrying
from hostdesk.requests.models import Run
from hostdesk.requests.tests.staging import Stage
from hostdesk.requests.tests.test_desk_requests import desk, now, words

clause = pytest.mark.clause


@pytest.fixture
def doing(world):
    stage = Stage(world)
    request = stage.asks("doing", "php_version", {"domain": "acme.example", "version": "8.3"})
    run = carrying.begin(request, panel="by_hand", before={"seen": "8.1"}, by=stage.agent, at=world.now)
    for position in range(2):
        carrying.tick(request, position=position, by=stage.agent, at=world.now)
    return stage, request, run


@clause("channel.tickets")
def test_who_notes_an_end_that_is_noted_already_reads_so(doing):
    stage, request, _ = doing
    address, given = f"/desk/requests/{request.pk}/run/outcome", {"outcome": "done", "after": "8.3"}
    desk(stage.agent).post(address, given)
    late = desk(stage.other).post(address, {"outcome": "failed", "after": "8.1"}, follow=True)

    assert (late.status_code, now(request).state) == (200, "done")
    assert "How it ended is noted already" in words(late)


@clause("channel.tickets")
def test_of_two_who_note_the_end_at_once_the_second_reads_what_the_first_noted(doing, monkeypatch):
    stage, request, run = doing
    real = carrying.finish

    def slowly(row, **more):
        # The other agent's press comes in between the page being read and the row being held.
        more |= {"state": "failed", "by": stage.other}
        real(row, **more)

    monkeypatch.setattr(carrying, "finish", slowly)
    second = desk(stage.agent).post(
        f"/desk/requests/{request.pk}/run/outcome", {"outcome": "done", "after": "8.3"}, follow=True
    )

    assert Run.objects.get(pk=run.pk).state == "failed"
    assert ("Somebody else noted it before you" in words(second), "Done. The contact" in words(second)) == (
        True, False,
    )  # fmt: skip
