"""The house as files: what several of its rules look at."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent.parent
PACKAGE = TOP / "hostdesk"


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of the product without tests and migrations, parsed, by its path from the top of the checkout."""
    return {
        str(file.relative_to(TOP)): ast.parse(file.read_text(encoding="utf-8"))
        for file in sorted(PACKAGE.rglob("*.py"))
        if not {"tests", "migrations"} & set(file.parts)
    }


@cache
def templates() -> dict[str, str]:
    """Every template's text, by its path from the top of the checkout."""
    return {
        str(file.relative_to(TOP)): file.read_text(encoding="utf-8")
        for file in sorted(PACKAGE.rglob("*"))
        if "templates" in file.parts and file.suffix in (".html", ".txt", ".svg", ".xml")
    }


def is_mail(path: str) -> bool:
    """Whether a template is of a mail: mail programs know no style sheet."""
    return "/mails/" in path or "/templates/mail/" in path or "/people/mail/" in path


@cache
def floors() -> dict[str, int]:
    """Each room's floor, counted from the top, as the contract of import-linter lays them."""
    config = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))
    layers = config["tool"]["importlinter"]["contracts"][0]["layers"]
    return {room: floor for floor, layer in enumerate(layers) for room in re.findall(r"\w+", layer)}


def dotted(node: ast.AST) -> str:
    """`a.b.c` of a chain of names; empty for anything else."""
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    return node.id if isinstance(node, ast.Name) else ""


def words_of(node: ast.AST) -> Iterator[str]:
    """Every name that a piece of code speaks of: variables, attributes, arguments, functions."""
    for part in ast.walk(node):
        match part:
            case (
                ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name) | ast.FunctionDef(name=name)
            ):
                yield name
            case ast.keyword(arg=str(name)):
                yield name
