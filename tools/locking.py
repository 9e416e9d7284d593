"""Pin and hash what the requirement files name; addresses of where packages come from are never written.

Needs `uv`, which the checks do not install: `pip install uv` into the environment first. Words after `make lock ARGS=`
go to it, such as `--upgrade` or `--upgrade-package django`.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
FILES = ("run", "s3", "test", "check")
"""Each is bound to the versions of those before it."""


def main(words: list[str]) -> int:
    """Write every requirement file anew; 0 when all could be."""
    uv = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))
    if uv is None:
        print("needs uv: .venv/bin/pip install uv", file=sys.stderr)
        return 1
    for name in FILES:
        command = [
            uv,
            "pip",
            "compile",
            "--quiet",
            "--universal",
            "--python-version",
            "3.11",
            "--generate-hashes",
        ]
        # uv writes no addresses of package indexes unless it is asked to.
        command += ["--no-header"]
        files = [f"requirements/{name}.in", "-o", f"requirements/{name}.txt"]
        code = subprocess.run([*command, *words, *files], cwd=TOP, check=False).returncode
        if code:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
