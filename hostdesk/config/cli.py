"""The command line: one module a command in `commands/`, found by name, so that `--help` loads nothing else."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType

import hostdesk
from hostdesk.config.parser import EXIT_REFUSED, Parser
from hostdesk.kit.refusals import Misconfigured, Missing, Refused

GROUPS: dict[str, tuple[str, ...]] = {
    "Run": ("serve", "web", "mail", "worker", "monitor", "demo"),
    "Customers and staff": ("customers", "servers", "agents", "teams", "tokens"),
    "Policy": ("policy", "requests"),
    "Care": ("doctor", "access", "audit", "backup", "restore"),
}
"""Every command, in the order in which the help shows them. `mail` alone opens the door; with a word it looks after mails."""


def main(argv: list[str] | None = None) -> int:
    """Run one command; its exit code. Errors are one sentence on standard error."""
    words = sys.argv[1:] if argv is None else argv
    if not words or words[0] in ("-h", "--help", "help"):
        sys.stdout.write(overview())
        return 0
    if words[0] == "--version":
        sys.stdout.write(f"hostdesk {hostdesk.__version__}\n")
        return 0
    name = words[0]
    if name not in {command for commands in GROUPS.values() for command in commands}:
        sys.stderr.write(f"hostdesk: there is no command {name!r}; 'hostdesk --help' lists them\n")
        return EXIT_REFUSED
    command = _module(name)
    parser = Parser(prog=f"hostdesk {name}", description=command.HELP)
    command.arguments(parser)
    try:
        return int(command.run(parser.parse_args(words[1:])) or 0)
    except (Misconfigured, Refused) as no:
        sys.stderr.write(f"hostdesk: {no}\n")
    except Missing as no:
        sys.stderr.write(f"hostdesk: {no or 'there is no such thing'}\n")
    except BrokenPipeError:
        sys.stderr.close()
    except KeyboardInterrupt:
        return 130
    except OSError as trouble:
        named = f"{trouble.filename}: " if trouble.filename else ""
        sys.stderr.write(f"hostdesk: {named}{trouble.strerror or trouble}\n")
    except Exception as trouble:
        # Asked by name: a command that needs no database must not load Django to be able to fail.
        if type(trouble).__module__ != "django.db.utils":
            raise
        reason = str(trouble).strip().splitlines()[0] if str(trouble).strip() else type(trouble).__name__
        sys.stderr.write(f"hostdesk: the database cannot be used: {reason}\n")
    return EXIT_REFUSED


def overview() -> str:
    """The help of the whole: commands by group, a line each."""
    lines = ["usage: hostdesk COMMAND [...]     (each command takes --help)", ""]
    for group, commands in GROUPS.items():
        lines.append(group)
        lines += [f"  {name:<12}{_module(name).HELP}" for name in commands]
        lines.append("")
    return "\n".join(lines)


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"hostdesk.config.commands.{name}")


if __name__ == "__main__":
    sys.exit(main())
