"""The support policy as an artefact: check it, publish it, compare it, and see how it fares."""

from __future__ import annotations

import argparse
import json
import re
import sys
import textwrap
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hostdesk.kit.refusals import Missing, Refused

if TYPE_CHECKING:
    from hostdesk.policy.differences import Differences
    from hostdesk.policy.documents import Document, Folder
    from hostdesk.reports.queries import ClauseReport

HELP = "check, publish, compare and explain the support policy, and show how it is kept"
GROUP = "Policy"

_VERSION = re.compile(r"\A([a-z][a-z0-9-]*)/([1-9][0-9]*)\Z")
_WIDTH = 100


def arguments(parser: argparse.ArgumentParser) -> None:
    """The words of `hostdesk policy`."""
    words = parser.add_subparsers(dest="word", required=True, metavar="WORD")

    check = _word(words, "check", _check, "read the policy folder strictly; report what it says in two ways")
    check.add_argument(
        "folder", nargs="?", help="a policy folder; default: the one in force (HOSTDESK_POLICY)"
    )

    publish = _word(words, "publish", _publish, "put what changed in the policy folder in force, at once")
    publish.add_argument("folder", nargs="?", help="a policy folder; default: HOSTDESK_POLICY")
    publish.add_argument("--policy", metavar="SLUG", help="only this policy; default: every one that changed")
    publish.add_argument("--dry-run", action="store_true", help="show what would change, publish nothing")

    diff = _word(words, "diff", _diff, "what changed between two versions: figures first, then words")
    diff.add_argument("before", metavar="A", help="a published version such as hosting/1, or a policy folder")
    diff.add_argument(
        "after", metavar="B", nargs="?", help="the same; default: the policy folder of HOSTDESK_POLICY"
    )

    where = _word(words, "where", _where, "where a clause lives: words, figures, rule, verb, test, evidence")
    where.add_argument("clause", metavar="CLAUSE")

    explain = _word(words, "explain", _explain, "the words and figures of a clause in force")
    explain.add_argument("clause", metavar="CLAUSE")
    explain.add_argument("--policy", metavar="SLUG", default="hosting", help="default: hosting")

    evidence = _word(words, "evidence", _evidence, "how every clause, or one, is being kept, by live figures")
    evidence.add_argument("clause", metavar="CLAUSE", nargs="?")


Run = Callable[[argparse.Namespace], int]


# `Any`: argparse has no public name for its sub-parsers.
def _word(words: Any, name: str, run_it: Run, help_line: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = words.add_parser(name, help=help_line, description=help_line)
    parser.add_argument("--json", action="store_true", help="one JSON document instead of text")
    parser.set_defaults(run_word=run_it)
    return parser


def run(args: argparse.Namespace) -> int:
    """Carry out one word; 0, or 1 where a folder holds mistakes or one has nothing to publish."""
    return int(args.run_word(args))


def _check(args: argparse.Namespace) -> int:
    from hostdesk.kit.refusals import Misconfigured
    from hostdesk.policy import tensions

    try:
        folder = _folder(args.folder)
    except Misconfigured as mistake:
        if args.json:
            _print_json({"sound": False, "mistake": str(mistake), "notes": []})
            return 1
        sys.stderr.write(f"hostdesk: {mistake}\n")
        return 1
    notes = tensions.notes(folder)
    if args.json:
        _print_json({"sound": True, "mistake": None, "notes": [asdict(note) for note in notes]})
        return 0
    for slug, policy in folder.policies.items():
        requests = len(policy.catalogue.types)
        counts = f"{len(policy.clauses)} clauses, {len(policy.figures)} figures, {requests} request types"
        _say(f"{slug}: sound ({counts})")
    for note in notes:
        clause = f" {note.clause}:" if note.clause else ""
        _say(f"note: {note.policy}:{clause} {note.sentence}", indent="      ")
    return 0


def _publish(args: argparse.Namespace) -> int:
    from hostdesk.config import boot

    boot.setup()
    from django.db import transaction

    from hostdesk.kit.actors import OPERATOR
    from hostdesk.policy import actions, differences

    folder = _folder(args.folder)
    changed = []
    for slug in _chosen(folder, args.policy):
        document, newest = folder.policies[slug], _newest(slug)
        if newest is None or newest.digest != document.digest:
            changed.append((document, newest))
    if not changed:
        if args.json:
            _print_json({"published": [], "dry_run": args.dry_run})
        else:
            _say("Nothing to publish: what is in force already says exactly this.")
        return 1
    done = []
    with transaction.atomic():
        for document, newest in changed:
            label = document.slug
            if not args.dry_run:
                row = actions.publish(document, by=OPERATOR, at=datetime.now(UTC))
                label = f"{row.slug}/{row.number}"
            done.append((label, differences.compare(newest, document) if newest else None))
    if args.json:
        published = [{"policy": label, "differences": asdict(d) if d else None} for label, d in done]
        _print_json({"published": published, "dry_run": args.dry_run})
        return 0
    for label, found in done:
        _say(f"{label}: would be published" if args.dry_run else f"{label}: published, in force now")
        if found is not None:
            _print_differences(found)
    return 0


def _diff(args: argparse.Namespace) -> int:
    from hostdesk.policy import differences

    before = _document(args.before, args.after)
    after = _document(args.after or "", args.before)
    found = differences.compare(before, after)
    if args.json:
        _print_json(asdict(found))
    elif found.is_nothing:
        _say("No differences.")
    else:
        _print_differences(found)
    return 0


def _where(args: argparse.Namespace) -> int:
    from hostdesk.policy.places import places

    clause = _known(args.clause)
    folder = _folder(None)
    found = places(clause)
    words = [
        f"{slug}/policy.md:{text.line} {text.title}"
        for slug, p in folder.policies.items()
        if (text := p.clause(clause))
    ]
    figures = [
        f"{slug}/terms.yaml:{note.line} {note.key} = {note.shown} ({note.source})"
        for slug, policy in folder.policies.items()
        for note in policy.figures_of(clause)
    ]
    requests = [
        f"{slug}/catalogue.yaml {key}"
        for slug, policy in folder.policies.items()
        for key, kind in policy.catalogue.types.items()
        if kind.clause == clause
    ]
    six = {
        "words": words,
        "figures": [*figures, *requests],
        "rule": found.rules,
        "verb": found.verbs,
        "test": found.tests,
        "evidence": found.evidence,
    }
    if args.json:
        _print_json({"clause": clause, **six})
        return 0
    _say(clause)
    for place, lines in six.items():
        known = ["this installation holds no tests"] if lines is None else lines or ["none"]
        for number, line in enumerate(known):
            sys.stdout.write(f"  {place if not number else '':<10}{line}\n")
    return 0


def _explain(args: argparse.Namespace) -> int:
    from hostdesk.config import boot

    clause = _known(args.clause)
    boot.setup()
    from hostdesk.policy import queries

    version = queries.current(args.policy)
    text, figures = version.document.clause(clause), version.document.figures_of(clause)
    words = text.words if text else ""
    if args.json:
        found = {
            "clause": clause,
            "version": version.label,
            "title": text.title if text else "",
            "words": words,
        }
        _print_json({**found, "figures": [asdict(figure) for figure in figures]})
        return 0
    _say(f"{clause} · {text.title if text else clause} ({version.label})")
    sys.stdout.write(f"\n{words}\n")
    if figures:
        sys.stdout.write("\n")
    for figure in figures:
        why = f": {figure.why}" if figure.why else ""
        _say(f"  {figure.key} = {figure.shown} ({figure.source}{why})", indent="    ")
    return 0


def _evidence(args: argparse.Namespace) -> int:
    from hostdesk.config import boot

    clause = _known(args.clause) if args.clause else None
    boot.setup()
    from hostdesk.reports import queries

    at = datetime.now(UTC)
    reports = [queries.clause_report(clause, at)] if clause else queries.clause_reports(at)
    if args.json:
        _print_json([_as_json(report) for report in reports])
        return 0
    for report in reports:
        _print_report(report)
    if clause is None:
        counts = Counter(report.standing for report in reports)
        _say(
            f"{counts['carried out']} of {len(reports)} clauses are carried out, {counts['in part']} in part;"
            f" nothing enforces {counts['not enforced']} yet."
        )
    return 0


def _print_report(report: ClauseReport) -> None:
    _say(f"{report.clause.id:<28}{report.standing:<14}{report.clause.title}")
    if report.evidence is not None:
        _say(f"    {report.evidence.sentence}", indent="    ")
        for line in report.evidence.exceptions:
            _say(f"    - {line}", indent="      ")
    if report.standing != "carried out":
        _say(f"    {report.sentence}", indent="    ")


def _as_json(report: ClauseReport) -> dict[str, object]:
    evidence = asdict(report.evidence) if report.evidence else None
    return {
        "clause": report.clause.id,
        "title": report.clause.title,
        "standing": report.standing,
        "kept": report.standing == "carried out",
        "sentence": report.sentence,
        "evidence": evidence,
    }


def _print_differences(found: Differences) -> None:
    for change in (*found.figures, *found.requests, *found.others):
        place = f" ({change.clause})" if change.clause else ""
        _say(
            f"  {change.key}{place}: {change.before or 'nothing'} -> {change.after or 'nothing'}",
            indent="      ",
        )
    for rewording in found.wordings:
        marks = {"same": "{}", "added": "{{+{}+}}", "removed": "[-{}-]"}
        text = "".join(marks[piece.kind].format(piece.text) for piece in rewording.pieces)
        _say(f"  {rewording.clause}: {' '.join(text.split())}", indent="      ")


def _folder(given: str | None) -> Folder:
    from hostdesk.config import environment
    from hostdesk.policy import documents

    return documents.load_folder(Path(given) if given else environment.read().policy)


def _chosen(folder: Folder, slug: str | None) -> list[str]:
    if slug is not None and slug not in folder.policies:
        raise Refused("", f"{folder.path} holds no policy '{slug}'; it holds {', '.join(folder.policies)}")
    return [slug] if slug else list(folder.policies)


def _newest(slug: str) -> Document | None:
    from hostdesk.policy import queries

    try:
        return queries.current(slug).document
    except Missing:
        return None


def _document(named: str, other: str | None) -> Document:
    """One side of a comparison; a folder of several policies is read for the slug of the other side."""
    version = _VERSION.match(named)
    if version is not None:
        from hostdesk.config import boot

        boot.setup()
        from hostdesk.policy import queries

        return queries.version(version[1], int(version[2])).document
    path = Path(named) if named else None
    if path is not None and (path / "policy.md").is_file():
        return _folder(str(path.parent)).policies[path.resolve().name]
    folder = _folder(named or None)
    match = _VERSION.match(other or "")
    slug = (
        match[1]
        if match
        else Path(other).resolve().name
        if other and (Path(other) / "policy.md").is_file()
        else ""
    )
    if slug not in folder.policies:
        raise Refused(
            "", f"say which policy: {' or '.join(f'{folder.path}/{name}' for name in folder.policies)}"
        )
    return folder.policies[slug]


def _known(clause: str) -> str:
    from hostdesk.policy.registry import CLAUSES

    if clause not in CLAUSES:
        near = [known for known in CLAUSES if known.partition(".")[0] == clause.partition(".")[0]]
        raise Refused("", f"'{clause}' is not a clause; there are {', '.join(near or CLAUSES)}")
    return clause


def _say(line: str, *, indent: str = "") -> None:
    wrapped = textwrap.fill(
        line, _WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
    sys.stdout.write(wrapped + "\n")


def _print_json(value: object) -> None:
    json.dump(value, sys.stdout, ensure_ascii=False, indent=2, default=str)
    sys.stdout.write("\n")
