"""Which small style and script files make up the few that a browser fetches.

Sources stay one file per component; `storage.BundledStorage` joins them when static files are collected.
"""

from __future__ import annotations

PARTS = (
    "button",
    "field",
    "state",
    "clock",
    "flash",
    "empty",
    "avatar",
    "attachment",
    "pager",
    "dialog",
    "card",
    "table",
    "prose",
    "formatted",
    "notice",
)


def _style(*layouts: str) -> tuple[str, ...]:
    """Source paths of one style bundle; the order of layers stands in layers.css, so only that must come first."""
    names = ["layers", "reset", "tokens", "base", *layouts, *(f"parts/{part}" for part in PARTS), "print"]
    return tuple(f"web/css/{name}.css" for name in names)


def _script(*names: str) -> tuple[str, ...]:
    return tuple(f"web/js/{name}.js" for name in names)


BUNDLES: dict[str, tuple[str, ...]] = {
    "web/desk.css": _style("desk"),
    "web/client.css": _style("client"),
    "web/public.css": _style("public"),
    "web/alone.css": _style("sign_in"),
    "web/desk.js": _script("theme", "flash", "clocks", "drafts", "live", "list", "keys", "palette", "files"),
    "web/client.js": _script("theme", "flash", "clocks", "drafts", "files"),
}


def joined(name: str, sources: dict[str, str]) -> str:
    """The text of bundle `name` from the texts of its sources.

    Each script keeps its names to itself in a block of its own; they share the page, not variables.
    """
    if name.endswith(".js"):
        return "\n".join(f"{{\n{sources[path].rstrip()}\n}}" for path in BUNDLES[name]) + "\n"
    return "\n".join(sources[path].rstrip() for path in BUNDLES[name]) + "\n"
