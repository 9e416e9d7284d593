"""What the papers of costly mails cost the worker, which has no limits of its own."""

import time
from datetime import UTC, datetime

import pytest

from hostdesk.mail.auth import ZoneResolver, canonical
from hostdesk.mail.auth.checking import check
from tests.worst_mails import KINDS
from tests.worst_mails.fields import HEADERS

pytestmark = pytest.mark.db_free
AT = datetime(2026, 11, 26, tzinfo=UTC)
LEAST_SECONDS = 0.06


def seconds(raw):
    """The least CPU of two checks: the machine's other work must not count."""
    best = 9e9
    for _ in range(2):
        begun = time.process_time()
        check(
            raw,
            client_ip="192.0.2.7",
            helo="mail.acme.example",
            envelope_from="rina@acme.example",
            from_domain="acme.example",
            resolver=ZoneResolver({}),
            at=AT,
            trusted_relays=("192.0.2.7",),
        )
        best = min(best, time.process_time() - begun)
    return best


@pytest.mark.parametrize("kind", HEADERS)
def test_the_papers_take_time_in_step_with_the_size(kind):
    full = KINDS[kind].full
    one, more = (seconds(KINDS[kind].make(max(1, full * times // 64))) for times in (1, 4))

    # Linear is four, quadratic sixteen.
    assert more < max(LEAST_SECONDS, 9 * one), f"{one:.4f} s became {more:.4f} s"


def test_a_mail_without_an_empty_line_costs_little_more_than_one_with():
    without = KINDS["line ends of old Macintosh, bytes"].make(5_000_000)

    assert seconds(without) < LEAST_SECONDS + 5 * seconds(without.replace(b"\r", b"\r\n"))


@pytest.mark.parametrize(
    ("raw", "head"),
    [
        (b"A: b\r\n\r\nC\r\n\r\n", b"A: b"), (b"A: b\n\nC\r\n\r\n", b"A: b"), (b"A: b\n\r\nC\n\n", b"A: b"),
        (b"A: b\r\n\nC", b"A: b"), (b"A: b\r\n", b"A: b\r\n"), (b"A: b\r\rC", b"A: b\r\rC"), (b"", b""),
    ],
)  # fmt: skip
def test_the_header_ends_at_the_first_empty_line_of_any_kind(raw, head):
    assert canonical.head_of(raw) == head
