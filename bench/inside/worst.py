"""The costliest mails: `worst KIND FILE` writes one; called again, it tells what reading it takes in every way."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from pathlib import Path

from bench.inside import cpu, start
from tests.worst_mails import KINDS
from tests.worst_mails.papers import papers


def peak_of(pid):
    """Megabytes of memory that a living process has held at most; None of one that has ended."""
    try:
        said = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return None
    return next((int(line.split()[1]) / 1024 for line in said.splitlines() if line.startswith("VmHWM")), None)


def in_a_child(ask):
    """(answer, CPU seconds, peak MB or None) of one request to a pool with the gateway's own limits, its start included."""
    from hostdesk.mail.child import ParserPool

    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    # With patience, as a child that proved slow is ended at once, and its books with it.
    with ParserPool(patience_seconds=60) as pool:
        answer = ask(pool)
        peaks = [peak_of(pid) for pid in cpu.descendants(os.getpid())]
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    took = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return answer, took, max((peak for peak in peaks if peak is not None), default=None)


def inspected(file):
    """(exit code, CPU seconds, peak MB) of `hostdesk mail inspect --json`."""
    command = [sys.executable, "-m", "hostdesk", "mail", "inspect", "--json", str(file)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def spent_on_papers(raw):
    """CPU seconds of SPF, DKIM, ARC and DMARC, as for a listed sender, with an empty DNS."""
    before = time.process_time()
    papers(raw)
    return time.process_time() - before


def main(name, file):
    """Write the mail where there is none yet, else measure what is there: two calls, as making one takes memory too."""
    from hostdesk.mail.reading import Unreadable, author

    file = Path(file)
    if not file.exists():
        file.write_bytes(KINDS[name].make(KINDS[name].full))
        start.say(file.stat().st_size)
        return
    code, inspect_cpu, inspect_peak = inspected(file)
    raw = file.read_bytes()
    answer, read_cpu, read_peak = in_a_child(lambda pool: pool.read(raw))
    shown, show_cpu, show_peak = in_a_child(lambda pool: pool.formatted(raw, pictures=True))
    held = answer.reason if isinstance(answer, Unreadable) else ""
    who = author.read(raw)
    start.say(
        {
            "size": len(raw),
            "read": {"cpu": read_cpu, "peak": read_peak},
            "show": {"cpu": show_cpu, "peak": show_peak},
            "inspect": {"cpu": inspect_cpu, "peak": inspect_peak, "code": code},
            # Papers are looked at only where there is one author, who is listed.
            "papers": spent_on_papers(raw) if who.address else None,
            "held": held or (who.problem or ""),
            "unreadable": bool(held),
            "not shown": shown.reason if isinstance(shown, Unreadable) else "",
            "error": "" if held else answer.error or "",
        }
    )


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
