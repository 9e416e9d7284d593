"""Templates compile, and leave scripts and styles to files: the content policy of the pages allows nothing else."""

import re

import pytest
from django.template.loader import get_template

from tests.house.sources import is_mail, templates

pytestmark = pytest.mark.db_free

INLINE = {
    "script": re.compile(r"<script(?![^>]*\ssrc=)[^>]*>", re.IGNORECASE),
    "style element": re.compile(r"<style\b", re.IGNORECASE),
    "style attribute": re.compile(r"\sstyle\s*=", re.IGNORECASE),
    "handler": re.compile(r"\s(on[a-z]+|hx-on[:a-z-]*)\s*=", re.IGNORECASE),
    "script address": re.compile(r"javascript:", re.IGNORECASE),
}


def inline_in(text):
    """What stands in a page that belongs into a file, by its kind."""
    return sorted(kind for kind, pattern in INLINE.items() if pattern.search(text))


def test_pages_hold_no_inline_script_or_style():
    found = {
        path: kinds for path, text in templates().items() if not is_mail(path) and (kinds := inline_in(text))
    }

    assert found == {}


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("<script>alert(1)</script>", ["script"]),
        ('<script type="module">x()</script>', ["script"]),
        ('<script src="/static/a.js" defer></script>', []),
        ('<p style="color:red">', ["style attribute"]),
        ('<button onclick="x()">', ["handler"]),
        ('<a href="javascript:x()">', ["script address"]),
        ('<p class="style">on = 1</p>', []),
    ],
)
def test_the_search_for_inline_script_and_style_finds_it(text, kinds):
    assert inline_in(text) == kinds


def test_no_page_marks_text_as_safe():
    """Sanitised HTML is marked by the code that sanitised it, once; a template trusts nobody."""
    found = [path for path, text in templates().items() if re.search(r"\|\s*safe\b|autoescape\s+off", text)]

    assert [path for path in found if not path.endswith(".txt")] == []


@pytest.mark.parametrize("path", sorted(templates()))
def test_template_compiles(path):
    get_template(path.partition("/templates/")[2])
