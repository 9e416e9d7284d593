"""A restore that WHM has in its queue is not yet one that it works on."""

import pytest

from hostdesk.ports.panels.wishes import Operation
from hostdesk.ports.tests.test_panels import panel, pems, server, trusting  # noqa: F401  (fixtures)


@pytest.mark.parametrize("kind", ["cpanel"])
def test_a_restore_that_lies_in_the_queue_is_not_said_to_be_worked_on(panel, server):  # noqa: F811
    wish = Operation("restore_backup", "acme01", {"what": "everything", "date": "2026-11-20"})
    server.model.restores.append(
        {"user": "acme01", "restore_point": "2026-11-20T00:00:00.000Z", "state": "pending"}
    )

    found = panel.look(wish)
    assert (found.facts["restoring"], "does not work on it" in found.problem) == ("waiting", True)
    server.model.restores.append(
        {"user": "other", "restore_point": "2026-11-20T00:00:00.000Z", "state": "active"}
    )
    assert panel.look(wish).facts["restoring"] == "yes"
