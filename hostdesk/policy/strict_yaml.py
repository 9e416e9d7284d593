"""YAML read strictly: every mistake is one sentence with file, line and key.

Twice the same key, and aliases, are refused: a policy file says each thing once, in plain sight.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec
import yaml

from hostdesk.kit.refusals import Misconfigured

Shape = TypeVar("Shape")
Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Lines:
    """In which line of `name` each key and list entry stands; lines count from 1."""

    name: str
    by_path: dict[Path, int]
    seen: set[int] = field(default_factory=set, repr=False, compare=False)
    """Identities of the nodes read so far: one that comes again is an alias."""

    def wrong(self, path: Path, sentence: str) -> Misconfigured:
        """The refusal of what stands at `path`, or of the nearest thing round it that has a line."""
        nearest = path
        while nearest and nearest not in self.by_path:
            nearest = nearest[:-1]
        place = f"{self.name} line {self.by_path.get(nearest, 1)}"
        return Misconfigured(f"{place}, {_dotted(path)}" if path else place, sentence)


def read(
    source: str, shape: type[Shape], *, name: str, first_line: int = 1, strict: bool = True
) -> tuple[Shape, Lines]:
    """The file as a value of `shape`, and the lines of its keys.

    `first_line` is where `source` begins in the file `name`. Without `strict`, keys that `shape` does not
    know are passed over: rows published by an older or a newer program stay readable. Raises `Misconfigured`.
    """
    node = _compose(source, name, first_line)
    lines = Lines(name, {(): first_line})
    data = _plain(node, (), lines, first_line)
    if not isinstance(data, dict):
        raise lines.wrong((), "must be a list of 'key: value' lines")
    if not strict:
        known = {field.encode_name for field in msgspec.structs.fields(shape)}  # type: ignore[arg-type]  # shapes are Structs
        data = {key: value for key, value in data.items() if key in known}
    return shaped(data, shape, (), lines), lines


def shaped(data: object, shape: type[Shape], at: Path, lines: Lines) -> Shape:
    """A part of a file that stands `at` a path, as a value of `shape`. Raises `Misconfigured`."""
    try:
        with _one_at_a_time:
            return msgspec.convert(data, shape)
    except msgspec.ValidationError as error:
        path, reason = _where_and_why(str(error))
        raise lines.wrong((*at, *path), reason) from error


# msgspec learns a shape at its first use, and a second thread that uses it at that moment finds it half learnt, which
# ends the whole process (0.22).
_one_at_a_time = threading.Lock()
# libyaml reads ten times as fast; where the wheel lacks it, Python's own reader understands the same.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _compose(source: str, name: str, first_line: int) -> yaml.Node | None:
    try:
        return yaml.compose(source, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = first_line + (mark.line if mark else 0)
        raise Misconfigured(
            f"{name} line {line}", f"is not YAML: {error.problem or error.context}"
        ) from error
    except yaml.YAMLError as error:
        raise Misconfigured(name, "is not YAML: it holds a character that text files do not have") from error


def _plain(node: yaml.Node | None, path: Path, lines: Lines, first_line: int) -> Any:  # YAML holds anything
    """Dicts, lists and scalars, noting lines on the way."""
    if node is not None and id(node) in lines.seen:
        line = node.start_mark.line + first_line
        raise Misconfigured(
            f"{lines.name} line {line}, {_dotted(path)}", "anchors and aliases are not used here"
        )
    lines.seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = _scalar(key_node, lines, path, first_line)
            line = key_node.start_mark.line + first_line
            if not isinstance(key, str):
                raise Misconfigured(f"{lines.name} line {line}", f"the key {key!r} must be a word")
            if key in found:
                raise Misconfigured(f"{lines.name} line {line}, {_dotted((*path, key))}", "stands here twice")
            lines.by_path[(*path, key)] = line
            found[key] = _plain(value_node, (*path, key), lines, first_line)
        return found
    if isinstance(node, yaml.SequenceNode):
        entries = []
        for index, entry in enumerate(node.value):
            lines.by_path[(*path, index)] = entry.start_mark.line + first_line
            entries.append(_plain(entry, (*path, index), lines, first_line))
        return entries
    return _scalar(node, lines, path, first_line)


def _scalar(node: yaml.Node | None, lines: Lines, path: Path, first_line: int) -> Hashable:
    if node is None:
        return None
    try:
        value = _Scalars().construct_object(node)
    except (yaml.YAMLError, ValueError) as error:
        line = node.start_mark.line + first_line
        raise Misconfigured(
            f"{lines.name} line {line}, {_dotted(path)}", "cannot be read as a value"
        ) from error
    assert isinstance(value, Hashable)
    return value


class _Scalars(yaml.constructor.SafeConstructor):
    """Builds single values from nodes that were composed elsewhere."""


def _where_and_why(message: str) -> tuple[Path, str]:
    """An error of msgspec taken apart: the path in the file, and the reason in the house's words."""
    reason, _, where = message.partition(" - at ")
    path = tuple(_step(s) for s in re.findall(r"\.([A-Za-z_0-9]+)|\[(\d+)\]", where.strip("`")))
    field = re.search(r"`([^`]+)`", reason)
    if reason.startswith("Object contains unknown field") and field:
        return (*path, field[1]), "is not a key that belongs here"
    if reason.startswith("Object missing required field") and field:
        return (*path, field[1]), "is missing"
    if reason.startswith(("Invalid enum value", "Invalid value")):
        return path, f"{reason.partition('value')[2].strip()} is not one of the words allowed here"
    if reason.startswith("Expected"):
        return path, "must be " + _words(reason.removeprefix("Expected "))
    return path, reason


_KINDS = {
    "int": "a whole number",
    "str": "text",
    "bool": "true or false",
    "array": "a list",
    "object": "a group of 'key: value' lines",
    "float": "a number",
    "null": "nothing",
}


def _words(expected: str) -> str:
    expected = expected.replace("`", "")
    for kind, words in _KINDS.items():
        expected = re.sub(rf"\b{kind}\b", words, expected)
    expected = (
        expected.replace(" of length", " with a length")
        .replace(">=", "of at least")
        .replace("<=", "of at most")
    )
    return expected.replace(", got", ", not")


def _step(step: tuple[str, str]) -> str | int:
    word, index = step
    return word or int(index)


def _dotted(path: Path) -> str:
    return ".".join(str(step) for step in path)
