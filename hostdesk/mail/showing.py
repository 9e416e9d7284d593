"""A mail as its sender formatted it, in a frame of its own that may do nothing.

Three layers, each of which would do alone (threats T23, T24, T27): the markup is cleaned at every showing by the rules
of today (`hostdesk/mail/reading/formatted.py`); the content policy lets nothing load but pictures that came with the
mail; the sandbox takes scripts, forms, our origin and the way to the window above it away. Words that were written to
be hidden are shown and marked, and links say where they lead.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
from django.http import HttpRequest, HttpResponse

from hostdesk.kit.keyed_links import page_without_keys
from hostdesk.mail import pool
from hostdesk.mail.reading import Formatted

SANDBOX = "allow-popups allow-popups-to-escape-sandbox"
"""Links open in a window of their own, which is an ordinary one; nothing else is given back."""
_POLICY = (
    "default-src 'none'; img-src {pictures}; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; "
    f"frame-ancestors 'self'; sandbox {SANDBOX}"
)
_OWN_PICTURES, _ALL_PICTURES = "data:", "data: https:"
# Lines of a mail that fit into a frame of each size. Nobody measures the frame: a script inside could not run, and one
# outside could only look in if the frame were given our origin, which is the one thing that must never happen. So the
# height is guessed from the words, and the reader can pull it larger.
_SIZES = ((6, "short"), (18, "middle"))

_PAGE = """<!doctype html><html lang="en"{theme}{coloured}><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><meta name="referrer" content="no-referrer">
<title>The mail as its sender formatted it</title><style>
:root{{color-scheme:light dark}}:root[data-theme=light],:root.coloured{{color-scheme:light}}
:root[data-theme=dark]:not(.coloured){{color-scheme:dark}}
body{{margin:0;padding:1rem 1.25rem;font:15px/1.5 system-ui,"Segoe UI",Roboto,"Liberation Sans",sans-serif;
background:light-dark(#fff,#15181d);color:light-dark(#1b1f26,#e6e8ec);overflow-wrap:anywhere}}
a{{color:light-dark(#1a4fb4,#8fb6ff)}}img{{max-width:100%;height:auto}}table{{max-width:100%}}pre{{white-space:pre-wrap}}
blockquote{{margin:.75rem 0;padding-inline-start:.875rem;border-inline-start:2px solid light-dark(#c9ced6,#444a55)}}
img.off{{display:inline-block;box-sizing:border-box;min-width:2rem;min-height:1.5rem;max-height:8rem;padding:.125rem .375rem;
border:1px dashed light-dark(#8b919c,#7c8390);color:light-dark(#565d69,#a9b0bb);font-size:.8125rem}}
.leads{{padding:0 .375rem;border-radius:4px;background:light-dark(#fde6e3,#4a2220);color:light-dark(#99231b,#ffb4ab);
font-size:.8125rem;font-weight:600;white-space:nowrap}}
[style^="--hidden-by-sender"]{{outline:1px dashed light-dark(#8a5a00,#d9a441)}}
[style^="--hidden-by-sender"]::before{{content:"hidden by the sender: ";color:light-dark(#8a5a00,#e3b25a);font-size:.8125rem}}
a:hover::after,a:focus-visible::after{{content:attr(title);position:fixed;inset:auto auto 0 0;max-width:100%;
box-sizing:border-box;padding:.25rem .5rem;background:#22262d;color:#fff;font:13px/1.4 monospace;overflow-wrap:anywhere}}
@media(max-width:30rem){{table,td,th{{width:auto!important}}img{{max-width:calc(100vw - 5rem)}}}}
</style></head><body>{html}</body></html>"""


@dataclass(frozen=True, slots=True)
class Showing:
    """What stands around the frame: `notes` say in words what was not shown, `frame` is where it is shown from.

    `alone` is the page that holds nothing else; `asking` is where it is shown with pictures of other servers, "" when
    none could be loaded or they are loaded already; `size` is the frame's guessed height.
    """

    notes: list[str]
    frame: str
    alone: str
    asking: str
    with_pictures: bool
    size: str


def formatted(raw: bytes | None, *, kept: str, pictures: bool) -> Formatted:
    """A mail's formatting, cleaned now. `kept` is what was cleaned when it came in, for a mail that cannot be read."""
    found = pool.in_use().formatted(raw, pictures=pictures) if raw is not None else None
    shown = found if isinstance(found, Formatted) else Formatted(kept)
    return msgspec.structs.replace(shown, html=page_without_keys(shown.html))


def has_pictures_on(request: HttpRequest) -> bool:
    """Whether this one view was asked for with the pictures of other servers; nothing remembers the wish."""
    return request.GET.get("pictures") == "yes"


def around(found: Formatted, *, alone: str, frame: str, pictures: bool) -> Showing:
    """The words and addresses around the frame at `frame`."""
    with_pictures = pictures and found.to_load > 0
    return Showing(
        notes=_notes(found, pictures=with_pictures),
        frame=f"{frame}?pictures=yes" if with_pictures else frame,
        alone=alone,
        asking=f"{alone}?pictures=yes" if found.to_load and not with_pictures else "",
        with_pictures=with_pictures,
        size=next((size for most, size in _SIZES if found.lines <= most), "tall"),
    )


def page(request: HttpRequest, found: Formatted, *, pictures: bool) -> HttpResponse:
    """The document inside the frame, without any rights; `pictures` as `found` was made with."""
    theme = request.COOKIES.get("theme")
    response = HttpResponse(
        _PAGE.format(
            theme=f' data-theme="{theme}"' if theme in ("light", "dark") else "",
            coloured=' class="coloured"' if found.coloured else "",
            html=found.html,
        )
    )
    response.headers["Content-Security-Policy"] = _POLICY.format(
        pictures=_ALL_PICTURES if pictures else _OWN_PICTURES
    )
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "private, no-store"
    # A link may be prefetched and a name looked up before anybody presses it.
    response.headers["X-DNS-Prefetch-Control"] = "off"
    return response


def _notes(found: Formatted, *, pictures: bool) -> list[str]:
    notes = []
    if found.to_load and pictures:
        notes.append(f"{_many(found.to_load, 'remote picture')} loaded for this view")
    elif found.to_load:
        notes.append(f"{_many(found.to_load, 'remote picture')} not loaded")
    if found.trackers:
        notes.append(f"{_many(found.trackers, 'invisible tracking picture')} never loaded")
    if found.insecure:
        notes.append(f"{_many(found.insecure, 'picture')} without https never loaded")
    if found.disguised:
        notes.append(f"{_many(found.disguised, 'link')} leading elsewhere than said")
    if found.hidden:
        notes.append(f"{_many(found.hidden, 'hidden passage')} made visible")
    return notes


def _many(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
