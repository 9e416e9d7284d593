"""Icons: one set (Lucide), one stroke, drawn inline so that they take the colour of their text."""

from __future__ import annotations

from functools import lru_cache

from django.utils.safestring import SafeString, mark_safe
from lucide import _render_icon


@lru_cache(maxsize=256)
def svg(name: str) -> SafeString:
    """The icon as decoration, hidden from screen readers; an unknown name raises at first use."""
    drawn = _render_icon(
        name, None, **{"class": "icon", "aria-hidden": "true", "width": "16", "height": "16"}
    )
    return mark_safe(drawn)  # noqa: S308  (drawn from the package's own files, no input of anybody)
