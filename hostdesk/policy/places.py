"""Where a clause lives: words, figures, rule, verb, test, evidence, found by reading the package's own
source.

Read, not imported: `policy where` answers without a database, and a place counts only where it stands in the
code.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from hostdesk.policy.registry import CLAUSES

PACKAGE = Path(__file__).resolve().parent.parent
_VERB_FOLDERS = frozenset({"actions", "gateway"})
_VERB_FILES = frozenset({"actions.py", "tasks.py"})
_LONGEST_WAY = 4

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Places:
    """Where the code serves one clause; each place is `path:line name`, paths from the folder above the
    package.

    `tests` is None where an installation has no tests to look at.
    """

    rules: list[str] = field(default_factory=list)
    verbs: list[str] = field(default_factory=list)
    tests: list[str] | None = None
    evidence: list[str] = field(default_factory=list)

    @property
    def missing(self) -> tuple[str, ...]:
        """What the clause still lacks to count as carried out; the unknown is not counted as lacking."""
        lacks = {
            "a rule": not self.rules,
            "a verb": not self.verbs,
            "a marked test": self.tests is not None and not self.tests,
            "evidence": not self.evidence,
        }
        return tuple(what for what, lacking in lacks.items() if lacking)

    @property
    def is_enforced(self) -> bool:
        """Whether code judges by this clause and acts on it."""
        return bool(self.rules and self.verbs)

    @property
    def is_carried_out(self) -> bool:
        """Whether it is enforced, tested and shown by evidence."""
        return not self.missing


def places(clause: str) -> Places:
    """Where one clause lives in the code of this installation."""
    return all_places()[clause]


@lru_cache(maxsize=1)
def all_places() -> dict[str, Places]:
    """Every clause's places. Reads the package once a process: its source does not change under it."""
    return scan(PACKAGE)


def scan(package: Path) -> dict[str, Places]:
    """Every clause's places in the package at this path and in the `tests` folder beside it."""
    tests, code = _files(package)
    found = {clause: Places(tests=[] if tests else None) for clause in CLAUSES}
    for file in tests:
        text = file.read_text(encoding="utf-8")
        # Trees are large; those of tests are looked at one by one, and only where a mark can be.
        if "clause" in text:
            _tests(str(file.relative_to(package.parent)), ast.parse(text), found)
    sources = [
        (file.relative_to(package.parent), ast.parse(file.read_text(encoding="utf-8"))) for file in code
    ]
    served = _through_queries(sources, _rules(sources, found))
    for path, tree in sources:
        where = str(path)
        if path.name == "evidence.py" or "evidence" in path.parts:
            for function, clauses in _decorated(tree, "evidence"):
                for clause in clauses:
                    found[clause].evidence.append(f"{where}:{function.lineno} {function.name}")
        elif path.name in _VERB_FILES or _VERB_FOLDERS & set(path.parts[:-1]):
            _verbs(where, tree, served, found)
    return found


def _files(package: Path) -> tuple[list[Path], list[Path]]:
    """The tests in the package and beside it, and every other module of the package."""
    above = package.parent
    beside = above / "tests"
    files = sorted([*package.rglob("*.py"), *(beside.rglob("*.py") if beside.is_dir() else ())])
    known = [(file, file.relative_to(above).parts) for file in files]
    return (
        [file for file, parts in known if "tests" in parts],
        [file for file, parts in known if not {"tests", "migrations"} & set(parts)],
    )


def _rules(sources: list[tuple[Path, ast.Module]], found: dict[str, Places]) -> dict[str, set[str]]:
    """Enter every registered rule; which clauses each of their names serves."""
    served: dict[str, set[str]] = {}
    for path, tree in sources:
        for function, clauses in _decorated(tree, "rule"):
            for clause in clauses:
                found[clause].rules.append(f"{path}:{function.lineno} {function.name}")
            served.setdefault(function.name, set()).update(clauses)
    return served


def _through_queries(
    sources: list[tuple[Path, ast.Module]], served: dict[str, set[str]]
) -> dict[str, set[str]]:
    """The names by which a verb reaches a rule: the rules themselves, and the reads that ask them on the way."""
    reads = [
        function
        for path, tree in sources
        if "tests" not in path.parts and (path.name == "queries.py" or "queries" in path.parts)
        for function in _functions(tree)
    ]
    found = dict(served)
    for _ in range(_LONGEST_WAY):
        for function in reads:
            clauses = set().union(
                *(found.get(_name(n.func), set()) for n in _code_of(function) if isinstance(n, ast.Call))
            )
            if clauses:
                found[function.name] = found.get(function.name, set()) | clauses
    return found


def _verbs(where: str, tree: ast.Module, served: dict[str, set[str]], found: dict[str, Places]) -> None:
    """Enter each function that names a clause in its code, or calls a rule that serves one.

    Docstrings are no evidence: they say what should be, and only code does it.
    """
    constants = _named_clauses(tree)
    for function in _functions(tree):
        clauses: set[str] = set()
        for node in _code_of(function):
            if isinstance(node, ast.Constant) and node.value in CLAUSES:
                clauses.add(str(node.value))
            elif isinstance(node, ast.Name | ast.Attribute):
                name = node.id if isinstance(node, ast.Name) else node.attr
                clauses |= served.get(name, set()) | constants.get(name, set())
        for clause in sorted(clauses):
            found[clause].verbs.append(f"{where}:{function.lineno} {function.name}")


def _named_clauses(tree: ast.Module) -> dict[str, set[str]]:
    """Constants of a module that hold clauses: `CLAUSE = "contact.listed_sender"`, tables by kind, rows of a
    table.
    """
    named: dict[str, set[str]] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign):
            targets = [target.id for target in node.targets if isinstance(target, ast.Name)]
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            targets = [node.target.id]
        else:
            continue
        clauses = {str(n.value) for n in ast.walk(node) if isinstance(n, ast.Constant) and n.value in CLAUSES}
        for target in targets:
            named[target] = clauses
    return named


def _tests(where: str, tree: ast.Module, found: dict[str, Places]) -> None:
    for function in _functions(tree):
        for clause in _marks(function):
            tests = found[clause].tests
            if tests is not None and function.name.startswith("test_"):
                tests.append(f"{where}:{function.lineno} {function.name}")


def _marks(function: Function) -> set[str]:
    """Clauses in `@pytest.mark.clause("...")` or `@clause("...")`."""
    found: set[str] = set()
    for decorator in function.decorator_list:
        if isinstance(decorator, ast.Call) and _name(decorator.func) == "clause":
            found |= _clauses_in(decorator)
    return found


def _decorated(tree: ast.Module, name: str) -> Iterator[tuple[Function, set[str]]]:
    for function in _functions(tree):
        for decorator in function.decorator_list:
            if isinstance(decorator, ast.Call) and _name(decorator.func) == name:
                yield function, _clauses_in(decorator)


def _clauses_in(call: ast.Call) -> set[str]:
    return {str(arg.value) for arg in call.args if isinstance(arg, ast.Constant) and arg.value in CLAUSES}


def _functions(tree: ast.AST) -> Iterator[Function]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def _code_of(function: Function) -> Iterator[ast.AST]:
    """The nodes of a function's body without its docstring and decorators."""
    body = function.body[1:] if ast.get_docstring(function, clean=False) is not None else function.body
    for statement in body:
        yield from ast.walk(statement)


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
