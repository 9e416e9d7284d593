"""What the papers of costly mails cost the worker, which has no limits of its own."""

from hashlib import sha256

import pytest

from hostdesk.mail.auth import canonical
from tests.growth import IN_STEP, growth, least_ratio
from tests.worst_mails import KINDS
from tests.worst_mails.fields import HEADERS
from tests.worst_mails.papers import papers

pytestmark = pytest.mark.db_free


@pytest.mark.parametrize("kind", HEADERS)
def test_the_papers_take_time_in_step_with_the_size(kind):
    full = KINDS[kind].full

    assert growth(papers, lambda times: KINDS[kind].make(max(1, full * times // 256)), 1) < IN_STEP


def test_a_mail_without_an_empty_line_costs_a_few_times_its_digest():
    without = KINDS["line ends of old Macintosh, bytes"].make

    assert growth(papers, without, 400_000) < IN_STEP
    raw = without(5_000_000)
    assert least_ratio(lambda: papers(raw), lambda: sha256(raw), enough=25) < 25


@pytest.mark.parametrize(
    ("raw", "head"),
    [
        (b"A: b\r\n\r\nC\r\n\r\n", b"A: b"), (b"A: b\n\nC\r\n\r\n", b"A: b"), (b"A: b\n\r\nC\n\n", b"A: b"),
        (b"A: b\r\n\nC", b"A: b"), (b"A: b\r\n", b"A: b\r\n"), (b"A: b\r\rC", b"A: b\r\rC"), (b"", b""),
    ],
)  # fmt: skip
def test_the_header_ends_at_the_first_empty_line_of_any_kind(raw, head):
    assert canonical.head_of(raw) == head
