"""Mails that nobody here wrote, through the real door into a fresh desk: none lost, none stuck, one disposition each.

The folder is named by HOSTDESK_MAIL_SAMPLES; mails of our own stand in tests/data/mails and always run.
Every author that can be told is listed as a contact first, so that most mails go the whole way to a ticket.
"""

import csv
import hashlib
import json
import os
import smtplib
import sqlite3
from pathlib import Path

import pytest

from hostdesk.kit.addresses import normalised
from hostdesk.mail.reading import read
from tests.running import desk
from tests.servers import name_server

pytestmark = pytest.mark.timeout(600)

OWN = Path(__file__).resolve().parents[1] / "data" / "mails"
SAMPLES = Path(os.environ.get("HOSTDESK_MAIL_SAMPLES") or "/nowhere")
COLUMNS = (
    *("customer", "account", "product", "server", "domains"),
    *("contact_name", "contact_email", "contact_role", "contact_phone"),
)


def sample_mails():
    """Every file that its `.expected.json` calls a whole mail."""
    found = []
    for expected in sorted(SAMPLES.glob("*/*.expected.json")):
        mail = Path(str(expected).removesuffix(".expected.json"))
        if json.loads(expected.read_text()).get("form") == "mail" and mail.is_file():
            found.append(mail.read_bytes())
    return found


def as_sent(raw):
    """The bytes that the door gets: an SMTP client sends CRLF line ends."""
    return smtplib._fix_eols(raw.decode("latin-1")).encode("latin-1")


def list_authors(raws, path):
    """Make a contact of every author that can be told."""
    authors = {normalised(author.address) for raw in raws if (author := read(raw).author).address}
    with path.open("w", newline="") as out:
        lines = csv.writer(out)
        lines.writerow(COLUMNS)
        for n, address in enumerate(sorted(filter(None, authors))):
            lines.writerow(
                [f"Customer {n}", f"acct{n:04}", "shared", "", "", f"Person {n}", address, "primary", ""]
            )


def through_the_door(raws, folder):
    """(digests of what was accepted, the desk's own account of them) after everything has settled."""
    list_authors(raws, folder / "customers.csv")
    accepted = []
    with name_server({}) as dns, desk(folder / "data", HOSTDESK_DNS=dns) as house:
        house.run("customers", "import", "customers.csv")
        for start in range(0, len(raws), 50):
            with smtplib.SMTP(
                "127.0.0.1", house.smtp_port, local_hostname="client.example", timeout=60
            ) as client:
                for raw in raws[start : start + 50]:
                    client.ehlo_or_helo_if_needed()
                    client.mail("somebody@sender.example")
                    client.rcpt("support@itpossible.com")
                    client.docmd("DATA")
                    client.send(
                        smtplib._quote_periods(as_sent(raw))
                        + (b"" if as_sent(raw).endswith(b"\r\n") else b"\r\n")
                        + b".\r\n"
                    )
                    code, words = client.getreply()
                    assert code == 250, (code, words)
                    accepted.append(raw)
        counts = house.wait_for(lambda: _settled(folder), seconds=300)
        ready = house.get("/health/ready")[0]
        log = house.log()
    return accepted, counts, ready, log


def _settled(folder):
    with sqlite3.connect(f"file:{folder / 'data' / 'hostdesk.sqlite3'}?mode=ro", uri=True, timeout=20) as db:
        rows = db.execute(
            "SELECT digest, disposition, ticket_number, reason FROM mail_inboundmail"
        ).fetchall()
    return rows if rows and all(row[1] for row in rows) else None


def check(raws, folder):
    accepted, rows, ready, log = through_the_door(raws, folder)
    ends = lambda raw: raw if raw.endswith(b"\r\n") else raw + b"\r\n"  # noqa: E731
    expected = sorted({hashlib.sha256(ends(as_sent(raw))).hexdigest() for raw in accepted})

    assert sorted(row[0] for row in rows) == expected
    assert [row for row in rows if (row[2] is not None) != (row[1] in ("ticketed", "appended"))] == []
    assert [row for row in rows if "fault in the program" in row[3]] == []
    assert "Traceback" not in log
    assert ready == 200
    return {
        disposition: sum(row[1] == disposition for row in rows) for disposition in {row[1] for row in rows}
    }


def test_our_own_mails_go_through_the_door_and_settle(tmp_path):
    raws = [file.read_bytes() for file in sorted(OWN.glob("*.eml"))]
    counts = check(raws, tmp_path)

    assert counts["ticketed"] > 0


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="HOSTDESK_MAIL_SAMPLES names no folder")
def test_real_mails_go_through_the_door_and_settle(tmp_path):
    counts = check(sample_mails(), tmp_path)

    assert counts["ticketed"] > 0
