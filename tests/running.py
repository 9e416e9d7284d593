"""A whole desk in its own processes and data folder, as an operator starts it."""

from __future__ import annotations

import json
import os
import signal
import smtplib
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from tests.servers import free_port

HOSTDESK = [sys.executable, "-W", "ignore", "-m", "hostdesk"]


class Desk:
    """One running `hostdesk serve`; `env` is what every command for it needs."""

    def __init__(self, folder: Path, **settings):
        self.folder = folder
        self.http_port, self.smtp_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.http_port}"
        quiet = {
            k: v
            for k, v in os.environ.items()
            if not k.startswith(("HOSTDESK_", "DATABASE_URL", "SMTP_URL", "DJANGO_"))
        }
        self.env = {
            **quiet,
            "HOSTDESK_DATA": str(folder),
            "HOSTDESK_URL": self.url,
            "HOSTDESK_LOG": "warning",
            **settings,
        }
        self.process = None

    def run(self, *words, given=None, check=True):
        """One command of the product beside the running desk; what it did."""
        done = subprocess.run(
            [*HOSTDESK, *words],
            env=self.env,
            cwd=self.folder.parent,
            input=given,
            capture_output=True,
            timeout=120,
        )
        if check and done.returncode:
            raise AssertionError(f"hostdesk {' '.join(words)}: {done.stderr.decode()}")
        return done

    def start(self):
        """Start and wait until pages and mails can be taken."""
        log = open(self.folder.parent / f"{self.folder.name}.log", "ab")  # noqa: SIM115 - handed to the process
        self.process = subprocess.Popen(
            [
                *HOSTDESK,
                "serve",
                "--http",
                f"127.0.0.1:{self.http_port}",
                "--smtp",
                f"127.0.0.1:{self.smtp_port}",
            ],
            env=self.env,
            cwd=self.folder.parent,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        log.close()
        self.wait_for(lambda: self.get("/health/ready")[0] == 200 and self._door_is_open(), seconds=60)
        return self

    def stop(self):
        """End it as an operator does; whatever is left of its own group is killed."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(10)
        self.process = None

    def get(self, path, token=None):
        """(status, body) of a page or an API call; (0, "") when nobody answers."""
        request = urllib.request.Request(self.url + path)
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as no:
            return no.code, no.read().decode()
        except OSError:
            return 0, ""

    def api(self, path, token):
        """The JSON of one API call."""
        status, body = self.get(f"/api/v1{path}", token)
        assert status == 200, f"{path}: {status} {body}"
        return json.loads(body)

    def mail(self, raw, *, sender, to, helo="client.example", source=None):
        """Hand a mail in through SMTP."""
        with smtplib.SMTP(
            "127.0.0.1",
            self.smtp_port,
            local_hostname=helo,
            timeout=30,
            source_address=(source, 0) if source else None,
        ) as client:
            return client.sendmail(sender, to, raw)

    def wait_for(self, condition, *, seconds=30):
        """Look until the condition holds; what it gave."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = condition()
            if found:
                return found
            if self.process is not None and self.process.poll() is not None:
                raise AssertionError("the desk has stopped: " + self.log()[-3000:])
            time.sleep(0.1)
        raise AssertionError("it did not happen in time: " + self.log()[-3000:])

    def log(self):
        return (self.folder.parent / f"{self.folder.name}.log").read_text(errors="replace")

    def _door_is_open(self):
        try:
            with smtplib.SMTP("127.0.0.1", self.smtp_port, timeout=5):
                return True
        except OSError:
            return False


@contextmanager
def desk(folder, **settings):
    """A desk that runs for the length of a block."""
    running = Desk(folder, **settings)
    try:
        yield running.start()
    finally:
        running.stop()
