"""Shares that hold on the folder of sample mails, where there is one: bounces with whose address failed, no false alarm."""

import json
import os
from pathlib import Path

import pytest

from hostdesk.mail.reading import read

SAMPLES = Path(os.environ.get("HOSTDESK_MAIL_SAMPLES") or "/nowhere")
pytestmark = [
    pytest.mark.db_free,
    pytest.mark.skipif(not SAMPLES.is_dir(), reason="HOSTDESK_MAIL_SAMPLES names no folder"),
]


def cases():
    for path in sorted(SAMPLES.glob("*/**/*.expected.json")):
        case = json.loads(path.read_text())
        if case["form"] == "mail":
            raw = Path(str(path).removesuffix(".expected.json")).read_bytes()
            yield case["id"], case["expect"], case.get("reading") or {}, raw


def test_nineteen_of_twenty_bounces_are_found_with_whose_address_failed():
    found, all_of_them = 0, 0
    for _, expect, _, raw in cases():
        wanted = {
            one.lower() for one in [*expect.get("recipients", ()), *expect.get("recipient_aliases", ())]
        }
        if expect.get("bounce_is") and wanted:
            bounce = read(raw).bounce
            all_of_them += 1
            found += bounce is not None and not wanted.isdisjoint(one.recipient.lower() for one in bounce.all)

    assert all_of_them > 200
    assert found >= 0.98 * all_of_them, f"{found} of {all_of_them}"


def test_no_ordinary_mail_is_taken_for_a_machine_s():
    alarms = [
        (name, mail.auto_reason)
        for name, expect, reading, raw in cases()
        if reading.get("ordinary") and not {"bounce_is", "arf", "auto_submitted"} & set(expect)
        and (mail := read(raw)).auto_submitted
    ]  # fmt: skip

    assert alarms == []


def test_every_report_and_automatic_answer_is_a_machine_s():
    taken = [
        name
        for name, expect, _, raw in cases()
        if (expect.get("arf") or expect.get("auto_submitted")) and read(raw).machine is None
    ]

    assert taken == []
