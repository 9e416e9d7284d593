"""The pages for people are true to the tree."""

import re

import pytest

from hostdesk.config.cli import GROUPS
from tests.house.sources import PACKAGE, TOP, floors

pytestmark = pytest.mark.db_free

PAGES = sorted([*TOP.glob("*.md"), *(TOP / "docs").rglob("*.md")])
PATHS = re.compile(r"`((?:hostdesk|docs|tests|bench|deploy|tools|requirements|\.ci)/[\w./-]*)`")
LINKS = re.compile(r"\]\((?!https?:|mailto:|#)([^)#]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(TOP)))
def test_every_path_named_exists(page):
    text = page.read_text(encoding="utf-8")
    gone = [path for path in PATHS.findall(text) if not (TOP / path).exists()]
    gone += [link for link in LINKS.findall(text) if not (page.parent / link).exists()]

    assert gone == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(TOP)))
def test_every_command_named_exists(page):
    known = {command for commands in GROUPS.values() for command in commands}
    named = set(re.findall(r"`(?:\.venv/bin/)?hostdesk ([a-z]+)\b", page.read_text(encoding="utf-8")))

    assert named - known == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(TOP)))
def test_every_make_target_named_exists(page):
    targets = set(re.findall(r"^([a-z]+):", (TOP / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"`make ([a-z]+)\b", page.read_text(encoding="utf-8")))

    assert named - targets == set()


def test_the_map_tells_rooms_that_exist_from_rooms_to_come():
    text = (TOP / "docs" / "map.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \|", text, re.MULTILINE)
    to_come = {room for room, words in rows if words.startswith("*to come*")}
    there = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").is_file()}

    assert {room for room, _ in rows} == set(floors())
    assert {room for room, _ in rows} - to_come == there


def test_every_dependency_has_its_reason_on_a_page():
    wanted = [
        re.split(r"[\[<>=]", line)[0]
        for name in ("run", "s3")
        for line in (TOP / "requirements" / f"{name}.in").read_text(encoding="utf-8").splitlines()
        if line and not line.startswith(("#", "-"))
    ]
    reasons = "\n".join(
        page.read_text(encoding="utf-8") for page in (TOP / "docs" / "decisions").glob("*.md")
    )

    assert [package for package in wanted if f"`{package}`" not in reasons] == []


def test_requirements_record_no_address():
    found = [
        f"{file.name}:{number}"
        for file in (TOP / "requirements").glob("*")
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1)
        if re.search(r"://|--(?:extra-)?index[-]url|--find-links|^-f ", line)
    ]

    assert found == []


def test_a_package_has_one_version_in_all_requirement_files():
    """One for each Python: a release may have ended its support of an older one."""
    pinned = {}
    for file in sorted((TOP / "requirements").glob("*.txt")):
        lines = re.findall(r"^([\w.-]+)(==.+?) \\$", file.read_text(encoding="utf-8"), re.MULTILINE)
        for package in {package for package, _ in lines}:
            versions = tuple(sorted(version for name, version in lines if name == package))
            pinned.setdefault(package, set()).add(versions)

    assert len(pinned) > 50
    assert {package: found for package, found in pinned.items() if len(found) > 1} == {}
