"""The parts of a page as template tags: `{% load web %}`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import template
from django.contrib.staticfiles.storage import staticfiles_storage
from django.forms import BoundField, CheckboxInput
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from hostdesk.web import clocks, flash, icons, letters, marks, rail, times

register = template.Library()

_TONES = frozenset({"good", "watch", "late", "ours", "plain"})


@register.simple_tag
def icon(name: str) -> SafeString:
    """`{% icon "inbox" %}`: a Lucide icon, decoration only."""
    return icons.svg(name)


@register.simple_tag
def styles(*names: str) -> SafeString:
    """`{% styles "desk" %}`: links to style bundles of this room."""
    return _each('<link rel="stylesheet" href="{}">', [f"web/{name}.css" for name in names])


@register.simple_tag
def scripts(*names: str) -> SafeString:
    """`{% scripts "desk" %}`: htmx, then script bundles of this room, run once the page is read."""
    return _each('<script defer src="{}"></script>', ["django_htmx/htmx-2.min.js"]) + _each(
        '<script type="module" src="{}"></script>', [f"web/{name}.js" for name in names]
    )


@register.simple_tag(takes_context=True)
def when(context: Context, at: datetime | None) -> SafeString:
    """`{% when message.at %}`: "today 15:10" in a `<time>`, seen from `request.at`; nothing for None."""
    return times.tag(at, context["request"].at) if at is not None else SafeString("")


@register.simple_tag
def clock(face: clocks.Face) -> SafeString:
    """`{% clock answer_face %}`: the bar that drains, with its words."""
    return clocks.markup(face)


@register.simple_tag
def state(word: str, tone: str = "plain") -> SafeString:
    """`{% state "breached" "late" %}`: a word with a shape; tones good, watch, late, ours, plain."""
    assert tone in _TONES, f"there is no tone {tone!r}"
    return format_html('<span class="state is-{}">{}</span>', tone, word)


@register.simple_tag
def avatar(name: str, size: str = "") -> SafeString:
    """`{% avatar agent.name "small" %}`: initials on a tint that always belongs to the same name."""
    return marks.avatar(name, size)


@register.filter
def letter(text: str) -> SafeString:
    """`{{ message.text|letter }}`: plain text as escaped paragraphs, quotations folded."""
    return letters.letter(text)


@register.filter
def size(count: int) -> str:
    """`{{ file.size|size }}`: bytes as people say them: "12 kB", "3.4 MB"."""
    return marks.size(count)


@register.inclusion_tag("web/field.html")
def field(bound: BoundField, hint: str = "") -> dict[str, Any]:
    """`{% field form.email %}`: label, hint, control, and errors beside it. `Any`: a template context."""
    return {
        "field": bound,
        "hint": hint or bound.help_text,
        "is_check": isinstance(bound.field.widget, CheckboxInput),
    }


@register.inclusion_tag("web/attachment.html")
def attachment(name: str, byte_count: int, address: str = "", kind: str = "") -> dict[str, Any]:
    """`{% attachment file.name file.size address file.content_type %}`. `Any`: a template context."""
    picture = kind.startswith("image/")
    return {
        "name": name,
        "bytes": byte_count,
        "address": address,
        "icon_name": "image" if picture else "file-text",
    }


@register.inclusion_tag("web/empty.html")
def empty(
    icon_name: str, title: str, text: str = "", *, action: str = "", address: str = "", size: str = ""
) -> dict[str, Any]:
    """`{% empty "inbox" "Nothing waits" "New tickets appear here." size="small" %}`. `Any`: a template context."""
    return {
        "icon_name": icon_name,
        "title": title,
        "text": text,
        "action": action,
        "address": address,
        "small": size == "small",
    }


@register.inclusion_tag("web/pager.html")
def pager(previous: str = "", following: str = "", said: str = "") -> dict[str, Any]:
    """`{% pager previous=page.previous following=page.next %}`: addresses, "" where there is none. `Any`: a context."""
    return {"previous": previous, "following": following, "said": said}


@register.inclusion_tag("web/flashes.html", takes_context=True)
def flashes(context: Context) -> dict[str, Any]:
    """`{% flashes %}`: what was just done, once. `Any`: a template context."""
    told = [flash.shown(message) for message in context.get("messages") or ()]
    return {"flashes": told, "csrf_token": context.get("csrf_token")}


@register.simple_tag(takes_context=True)
def desk_rail(context: Context) -> SafeString:
    """The places of the desk for `request.agent`; `place` in the context marks the current one."""
    return rail.markup(context["request"].agent.role, context.get("place", ""))


def _each(markup: str, paths: list[str]) -> SafeString:
    return mark_safe("\n".join(format_html(markup, staticfiles_storage.url(path)) for path in paths))  # noqa: S308
