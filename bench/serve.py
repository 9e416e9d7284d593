"""`hostdesk serve`: memory at rest, time to the first page, bytes of the first visit."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

from bench import places
from bench.inside import cpu
from bench.report import Figure, Section

TITLE = "The whole desk as one command"
_SECONDS_TO_REST = 8
_LOADED = re.compile(rb"""<(?:link|script|img)\b[^>]*?\b(?:href|src)=["']([^"']+)["']""")


def run(*, long):
    """One section."""
    desk = places.filled("sqlite", 1_000, 50)
    figures, notes = [], []
    with places.copied(desk, "serve_old") as env:
        with served(env) as (root, address):
            time.sleep(_SECONDS_TO_REST)
            memory, parts = at_rest(root.pid)
            figures.append(
                Figure(
                    "memory at rest (sum of PSS)",
                    memory,
                    "MB",
                    "the target",
                    250,
                    "MB",
                    ratio=memory / 250,
                    most=1.0,
                )
            )
            notes.append(
                "Memory: "
                + ", ".join(f"{name} {size:.0f} MB" for name, size in parts)
                + "; no parsing child is alive."
            )
            cookie = places.inside("session", env=env)
            visit = first_visit(address, cookie)
            size = sum(visit.values()) / 1000
            figures.append(
                Figure(
                    "queue page, first visit, on the wire",
                    size,
                    "kB",
                    "the target",
                    100,
                    "kB",
                    ratio=size / 100,
                    most=1.0,
                )
            )
            notes.append(
                "First visit, compressed bodies: "
                + ", ".join(f"`{path}` {many / 1000:.1f} kB" for path, many in visit.items())
                + "."
            )
        old, new = starts(env, rounds=7 if long else 4)
    for name, pairs in (("an existing data folder", old), ("a new data folder", new)):
        figures.append(
            Figure(
                f"start to first page, {name}",
                median(a for a, _, _ in pairs),
                "s",
                "a process that only does `django.setup()`",
                median(b for _, b, _ in pairs),
                "s",
                ratio=median(a / b for a, b, _ in pairs),
                most=4.0,
            )
        )
    alone = median(c for _, _, c in [*old, *new])
    notes.append(
        f"Both starts are counted from the start of the process; `django.setup()` by itself, without Python's own start, takes"
        f" {alone:.2f} s, beside which the existing folder takes {median(a / c for a, _, c in old):.1f} times as long and the new one"
        f" {median(a / c for a, _, c in new):.1f} times."
    )
    return Section(
        "serve",
        TITLE,
        figures,
        [
            (
                "One web worker, SQLite, on a copy of a desk of 1,000 tickets; PSS of all processes of `hostdesk serve`, eight seconds"
                " after its first page. The first page is the sign-in page of staff, asked for every 10 ms. A new data folder brings tables,"
                " policy and static files with it."
            ),
            *notes,
        ],
    )


@contextmanager
def served(env):
    """A running `hostdesk serve`, ready; yields (process, address)."""
    with socket.socket() as one, socket.socket() as two:
        one.bind(("127.0.0.1", 0))
        two.bind(("127.0.0.1", 0))
        http, smtp = one.getsockname()[1], two.getsockname()[1]
    address = f"http://127.0.0.1:{http}"
    command = [
        sys.executable,
        "-m",
        "hostdesk",
        "serve",
        "--http",
        f"127.0.0.1:{http}",
        "--smtp",
        f"127.0.0.1:{smtp}",
    ]
    with (places.SCRATCH / "serve.log").open("w") as log:
        root = subprocess.Popen(
            command,
            env={**env, "HOSTDESK_URL": address},
            cwd=env["HOSTDESK_DATA"],
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        wait_for_page(address, root)
        yield root, address
    finally:
        root.terminate()
        try:
            root.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(root.pid, signal.SIGKILL)
            root.wait(10)


def wait_for_page(address, root):
    """Ask until the first page comes."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        assert root.poll() is None, (places.SCRATCH / "serve.log").read_text()[-2000:]
        try:
            with urllib.request.urlopen(f"{address}/desk/sign-in", timeout=10) as answer:
                answer.read()
                return
        except OSError:
            time.sleep(0.01)
    raise AssertionError("no page came in two minutes")


def at_rest(root):
    """(MB of all processes, [(name, MB) of each])."""
    parts = []
    for pid in [root, *cpu.descendants(root)]:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        size = int(re.search(r"^Pss:\s+(\d+)", rollup, re.MULTILINE)[1]) / 1000
        command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
        assert "hostdesk.mail.child" not in command, "a parsing child is alive"
        parts.append((Path(f"/proc/{pid}/comm").read_text().strip(), size))
    return sum(size for _, size in parts), parts


def first_visit(address, cookie):
    """Bytes of the queue page and of everything it loads, by path, compressed where the server does."""
    status, text = fetch(address, "/desk/queue", cookie, coding="identity")
    assert status == 200 and b"data-row" in text, f"{status}: not the queue"
    sizes = {}
    for path in ["/desk/queue", *sorted({match.decode() for match in _LOADED.findall(text)})]:
        if not path.startswith("data:"):
            status, wire = fetch(address, path, cookie, coding="gzip, br")
            assert status == 200, f"{path}: {status}"
            sizes[re.sub(r"\.[0-9a-f]{12}(?=\.)", "", path)] = len(wire)
    return sizes


def fetch(address, path, cookie, *, coding):
    """(status, body as it came over the wire)."""
    line = http.client.HTTPConnection(urlsplit(address).netloc, timeout=20)
    try:
        line.request("GET", path, headers={"Accept-Encoding": coding, "Cookie": cookie})
        answer = line.getresponse()
        return answer.status, answer.read()
    finally:
        line.close()


def starts(env, *, rounds):
    """Two lists of (seconds to the first page, of a process with `django.setup()`, of the call alone), in turns."""
    old, new = [], []
    for _ in range(rounds):
        for found, folder in ((old, Path(env["HOSTDESK_DATA"])), (new, places.fresh("serve_new"))):
            whole, call = setup_seconds(env)
            begun = time.perf_counter()
            with served({**env, "HOSTDESK_DATA": str(folder)}):
                found.append((time.perf_counter() - begun, whole, call))
    return old, new


def setup_seconds(env):
    """Seconds of a process that does nothing but `django.setup()` with the same settings, and of the call in it."""
    timed = (
        "import time; a = time.perf_counter(); import django; django.setup(); print(time.perf_counter() - a)"
    )
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", timed],
        env={**env, "DJANGO_SETTINGS_MODULE": "hostdesk.config.settings"},
        cwd=places.TOP,
        capture_output=True,
        text=True,
        check=True,
    )
    return time.perf_counter() - begun, float(done.stdout)
