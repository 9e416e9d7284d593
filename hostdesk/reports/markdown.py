"""Policy text as HTML: plain Markdown, in which HTML itself counts as text."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from django.utils.safestring import SafeString, mark_safe

if TYPE_CHECKING:
    from markdown_it import MarkdownIt


@lru_cache(maxsize=1)
def _reader() -> MarkdownIt:
    # By the first text that needs it: pages of the desk never do.
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).enable("table")


def html(words: str) -> SafeString:
    """Markdown as HTML; tags in it are escaped, and links lead to web pages, mailboxes and pages of ours
    only.
    """
    return mark_safe(_reader().render(words))  # noqa: S308  (html=False escapes every tag; the reader checks links)
