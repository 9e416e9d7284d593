"""A mail's own formatting, made fit to be looked at: for the eyes of one reader, never kept.

Stricter than a browser needs, because it is only the first of three layers; the others are the content policy and the
sandbox of the frame that shows it (`hostdesk/mail/showing.py`). Colours, sizes and tables stay. What could run, load,
lie on top of something else, hide words or leave the frame does not (threats T23, T24, T27). Pure.
"""

from __future__ import annotations

import base64
import html as entities
import re
from collections.abc import Iterable, Sequence
from urllib.parse import unquote, urlsplit

import nh3

from hostdesk.kit.pictures import proven_type
from hostdesk.mail.reading import html, styles
from hostdesk.mail.reading.shapes import Attachment, Formatted

MOST_PICTURE_BYTES = 12_000_000
"""Of all pictures of one mail that are shown in place."""
_REMOTE = "remote:"
_ELSEWHERE = ("http://", "https://", "//")


_ATTRIBUTES = {
    "*": {"dir", "lang", "align", "valign", "style", "bgcolor"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "table": {"border", "cellpadding", "cellspacing", "width", "height"},
    "td": {"colspan", "rowspan", "width", "height", "nowrap"},
    "th": {"colspan", "rowspan", "width", "height", "nowrap"},
    "col": {"span", "width"},
    "font": {"color", "size"},
    "ol": {"start", "type"},
    "time": {"datetime"},
}
_COLOUR = re.compile(r"#[0-9a-f]{3,8}|[a-z]{3,24}", re.IGNORECASE)
_SIZE = re.compile(r"[0-9]{1,4}(?:px|%)?")


def _fit(tag: str, attribute: str, value: str) -> str | None:
    """The value as it may stay; None takes the attribute away."""
    if attribute == "style":
        return styles.kept(value, tiny_is_hidden=tag == "img") or None
    if attribute == "href":
        return _target(value)
    if tag == "img" and attribute == "src":
        return _source(value)
    if attribute in ("bgcolor", "color"):
        return value if _COLOUR.fullmatch(value.strip()) else None
    if attribute in ("width", "height", "border", "cellpadding", "cellspacing"):
        return value if _SIZE.fullmatch(value.strip()) else None
    return value


def _target(value: str) -> str | None:
    """Where a link leads; None for one that only means something where it was written."""
    value = re.sub(r"[\t\r\n]", "", value).strip()
    value = f"https:{value}" if value.startswith("//") else value
    return value if re.match(r"(https?://|mailto:|tel:)", value, re.IGNORECASE) else None


def _source(value: str) -> str | None:
    """An address out of the browser's reach: `cid:` or `remote:` with the address behind it."""
    value = re.sub(r"[\t\r\n]", "", value).strip()
    if value.lower().startswith("cid:"):
        return "cid:" + value[4:]
    return _REMOTE + value if value.lower().startswith(_ELSEWHERE) else None


_CLEANER = nh3.Cleaner(
    tags=html.TAGS,
    clean_content_tags=html.GONE_WITH_CONTENT,
    attributes=_ATTRIBUTES,
    attribute_filter=_fit,
    # The second opinion on styles, by a whole CSS parser.
    filter_style_properties=styles.PROPERTIES | {styles.HIDDEN},
    url_schemes={"http", "https", "mailto", "tel", "cid"},
    link_rel="noopener noreferrer nofollow",
    set_tag_attribute_values={"a": {"target": "_blank"}},
    strip_comments=True,
)


def formatted(
    markups: Iterable[str], files: Sequence[Attachment] = (), *, pictures: bool = False
) -> Formatted:
    """Show what a mail's HTML parts look like. `pictures` lets those of other servers load, by https only."""
    page = _Page(files, pictures=pictures)
    whole = "\n<hr>\n".join(page.dressed(_CLEANER.clean(html.tamed(markup))) for markup in markups)
    return page.done(whole)


_TAG = re.compile(r'<(/?)([a-z0-9]+)((?:\s[^\s=<>"]+="[^"]*")*+)\s*/?>')
_ATTRIBUTE = re.compile(r'\s([^\s=<>"]+)="([^"]*)"')
_LINE_ENDS = frozenset({"br", "p", "div", "tr", "li", "blockquote", "h1", "h2", "h3", "h4", "hr", "pre"})
_CHARACTERS_A_LINE = 95


class _Page:
    """One mail on its way to the frame; counts what it finds. The markup it gets is well-formed: nh3 wrote it."""

    def __init__(self, files: Sequence[Attachment], *, pictures: bool) -> None:
        self.files = {file.content_id.lower(): file for file in files if file.content_id}
        self.pictures = pictures
        self.spent = self.characters = self.breaks = 0
        self.counts = dict.fromkeys(("remote", "insecure", "trackers", "disguised", "hidden"), 0)
        self.coloured = False

    def dressed(self, clean: str) -> str:
        """Pictures put in place, links that say where they lead."""
        out: list[str] = []
        link: tuple[str, int] | None = None
        at = 0
        for found in _TAG.finditer(clean):
            out.append(clean[at : found.start()])
            self.characters += found.start() - at
            at = found.end()
            name, closing = found[2], bool(found[1])
            self.breaks += not closing and name in _LINE_ENDS
            if name == "a" and closing and link is not None:
                out.append("</a>" + self._leads(link[0], "".join(out[link[1] :])))
                link = None
            elif name == "img":
                out.append(self._picture(_read(found[3])))
            elif name == "a" and not closing:
                attributes = _read(found[3])
                link = (attributes.get("href", ""), len(out))
                out.append(_written("a", {**attributes, "title": _told(attributes.get("href", ""))}))
            else:
                self._look_at(found[3])
                out.append(found[0])
        out.append(clean[at:])
        self.characters += len(clean) - at
        return "".join(out)

    def done(self, whole: str) -> Formatted:
        """The page with its figures."""
        lines = self.breaks + self.characters // _CHARACTERS_A_LINE
        return Formatted(whole, **self.counts, coloured=self.coloured, lines=lines)

    def _look_at(self, attributes: str) -> None:
        self.counts["hidden"] += styles.HIDDEN in attributes
        self.coloured = (
            self.coloured or " bgcolor=" in attributes or "color:" in attributes or " color=" in attributes
        )

    def _picture(self, attributes: dict[str, str]) -> str:
        source = attributes.pop("src", "")
        if source.startswith(_REMOTE):
            return self._remote(source.removeprefix(_REMOTE), attributes)
        file = self.files.get(source[4:].lower()) or self.files.get(unquote(source[4:]).lower())
        if source.startswith("cid:") and file is not None:
            kind = proven_type(file.content[:16])
            if kind is not None and self.spent + file.size <= MOST_PICTURE_BYTES:
                self.spent += file.size
                self.breaks += 10
                data = base64.b64encode(file.content).decode()
                return _written("img", {**attributes, "src": f"data:{kind};base64,{data}"})
        return _written("img", {**attributes, "class": "off"}) if attributes.get("alt") else ""

    def _remote(self, address: str, attributes: dict[str, str]) -> str:
        """A picture on another server: loaded only when asked for, by https, and where there is something to see."""
        self.counts["remote"] += 1
        if styles.HIDDEN in attributes.get("style", "") or _is_tiny(attributes):
            self.counts["trackers"] += 1
            return ""
        address = f"https:{address}" if address.startswith("//") else address
        if not address.lower().startswith("https://"):
            self.counts["insecure"] += 1
        elif self.pictures:
            self.breaks += 10
            return _written("img", {**attributes, "src": address, "referrerpolicy": "no-referrer"})
        return _written("img", {"alt": "picture", **attributes, "class": "off"})

    def _leads(self, href: str, inside: str) -> str:
        """Behind a link whose words name another place than it leads to: the place it leads to."""
        host = host_of(href)
        if not host:
            return ""
        words = entities.unescape(_TAG.sub("", inside))
        named = _HOST.search(words)
        tricky = "xn--" in host or "@" in urlsplit(href).netloc
        if not tricky and (named is None or _same_house(named[1].lower(), host)):
            return ""
        self.counts["disguised"] += 1
        return f' <span class="leads">leads to {entities.escape(host)}</span>'


def _is_tiny(attributes: dict[str, str]) -> bool:
    return any(styles.is_tiny(attributes.get(name, "")) for name in ("width", "height"))


# A name in a link's words that reads like a place: at least two labels, the last of letters.
_HOST = re.compile(
    r"(?<![\w@.-])(?:https?://)?((?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24})(?![\w@-])", re.IGNORECASE
)


def host_of(href: str) -> str:
    """The host that a web address leads to, in the letters of the wire; "" for all others."""
    try:
        parts = urlsplit(href)
        host = (parts.hostname or "") if parts.scheme in ("http", "https") else ""
        return host if host.isascii() else host.encode("idna").decode("ascii")
    except (ValueError, UnicodeError):
        return ""


def _same_house(named: str, host: str) -> bool:
    """Whether a link leads to the place it names, or to a place of the same owner below or above it."""
    if not named.isascii():
        named = host_of(f"https://{named}")
    named, host = named.removeprefix("www."), host.removeprefix("www.")
    return bool(named) and (host == named or host.endswith(f".{named}") or named.endswith(f".{host}"))


def _told(href: str) -> str:
    """A link's target for the pointer that rests on it; an address in foreign letters in those of the wire."""
    host = host_of(href)
    return f"{host}: {href}"[:600] if host and host not in href.lower() else href[:600]


def _read(attributes: str) -> dict[str, str]:
    return {name: entities.unescape(value) for name, value in _ATTRIBUTE.findall(attributes)}


def _written(tag: str, attributes: dict[str, str]) -> str:
    said = "".join(f' {name}="{entities.escape(value)}"' for name, value in attributes.items())
    return f"<{tag}{said}>"
