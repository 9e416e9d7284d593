"""`python -m bench [--long] [NAME...]`: run benches, print what they find, write it into `docs/measurements.md`."""

from __future__ import annotations

import argparse
import sys
import time
from importlib import import_module

from bench import places, report

NAMES = ("door", "sorting", "pages", "serve", "reading", "clocks", "queue", "lost", "faults")
LONG = ("million", "mailroom", "mutations", "worst", "histories", "expecting")
"""Only with `--long`, or by name: they take minutes."""


def main(words):
    """Run the benches named, or all; 0 unless one broke down. A missed target is no failure."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help=f"{', '.join((*NAMES, *LONG))} (default: all but {', '.join(LONG)})",
    )
    parser.add_argument(
        "--long", action="store_true", help="more rounds, a million tickets, long fault tests"
    )
    parser.add_argument("--on", choices=places.VENDORS, help="only this database")
    args = parser.parse_args(words)
    if args.on:
        places.CHOSEN[:] = [args.on]
    unknown = set(args.names) - {*NAMES, *LONG}
    if unknown:
        parser.error(f"there is no bench called {', '.join(sorted(unknown))}")
    broken = []
    for name in args.names or (*NAMES, *(LONG if args.long else ())):
        begun = time.monotonic()
        print(f"\n-- {name}", flush=True)
        try:
            section = import_module(f"bench.{name}").run(long=args.long)
        except Exception as error:  # noqa: BLE001 - the others shall still run; it is told at the end
            broken.append(f"{name}: {error}")
            print(f"broke down: {error}", flush=True)
            continue
        report.tell(section)
        options = f"{' --long' if args.long else ''}{f' --on {args.on}' if args.on else ''}"
        report.write(section, command=f".venv/bin/python -m bench{options} {name}")
        print(f"  ({time.monotonic() - begun:.0f} s)", flush=True)
    for name in broken:
        print(f"BROKEN {name}", file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
