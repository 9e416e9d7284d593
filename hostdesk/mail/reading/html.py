"""HTML mail: made safe to show, and made into plain text. Both in linear time, neither trusting the markup."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import nh3

MAX_HTML = 2_000_000
MAX_NESTING = 1_000

_TAGS = {
    "a", "abbr", "address", "b", "bdi", "bdo", "big", "blockquote", "br", "caption", "center", "cite", "code", "col",
    "colgroup", "dd", "del", "details", "dfn", "div", "dl", "dt", "em", "figcaption", "figure", "font", "h1", "h2",
    "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd", "li", "mark", "ol", "p", "pre", "q", "s", "samp",
    "section", "small", "span", "strike", "strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th",
    "thead", "time", "tr", "tt", "u", "ul", "var", "wbr",
}  # fmt: skip
_ATTRIBUTES = {
    "*": {"title", "dir", "lang", "align", "valign"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "table": {"border", "cellpadding", "cellspacing", "width"},
    "td": {"colspan", "rowspan", "width"},
    "th": {"colspan", "rowspan", "width"},
    "font": {"color", "size"},
    "ol": {"start", "type"},
    "time": {"datetime"},
}
_GONE_WITH_CONTENT = {"script", "style", "title", "head", "template", "noscript", "iframe", "object", "svg", "math"}
_SCHEMES = {"http", "https", "mailto", "tel", "cid", "ftp"}


def _inert(tag: str, attribute: str, value: str) -> str | None:
    """Pictures load only from the mail itself (`cid:`); a remote address moves out of the browser's reach."""
    if tag == "img" and attribute == "src" and not value.strip().lower().startswith("cid:"):
        return None
    return value


_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    clean_content_tags=_GONE_WITH_CONTENT,
    attributes=_ATTRIBUTES,
    attribute_filter=_inert,
    url_schemes=_SCHEMES,
    link_rel="noopener noreferrer nofollow",
    strip_comments=True,
)
_REMOTE_IMAGE = re.compile(r"<img\b[^<>]{0,4000}?\bsrc\s*=\s*[\"']?(?:https?:)?//", re.IGNORECASE)


def sanitized(markup: str) -> str:
    """HTML that is safe inside a sandboxed frame: no script, style, form, frame, or picture from elsewhere.

    A remote picture keeps its `alt` and size but has no `src`. Text beyond 2 MB is cut.
    """
    return _CLEANER.clean(_shallow(markup[:MAX_HTML]))


def has_remote_pictures(markup: str) -> bool:
    """Whether showing the original would tell somebody else that it was read."""
    return _REMOTE_IMAGE.search(markup) is not None


_TAG_AT = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})[^<>]{0,10000}>?")


def _shallow(markup: str) -> str:
    """Cut markup that nests beyond reason: the sanitiser's tree would need minutes for it."""
    depth = 0
    for found in _TAG_AT.finditer(markup):
        name = found[2].lower()
        if name in _VOID or name in ("p", "li", "tr", "td"):
            continue
        depth += -1 if found[1] else 1
        depth = max(depth, 0)
        if depth > MAX_NESTING:
            return markup[: found.start()]
    return markup


_VOID = {"br", "hr", "img", "meta", "link", "input", "col", "area", "base", "wbr", "param", "source", "track", "embed"}
_HIDDEN = {"script", "style", "head", "title", "template", "noscript", "object", "svg", "math", "select", "textarea"}
_PARAGRAPHS = {"p", "ul", "ol", "dl", "table", "blockquote", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "form"}
_LINES = {"div", "tr", "li", "dt", "dd", "address", "section", "article", "header", "footer", "figure", "center",
          "title", "caption", "option", "main", "nav", "aside", "fieldset", "tbody", "thead", "body", "html"}  # fmt: skip


class _Reader(HTMLParser):
    """Collects lines as a person would see them; quotes of clients become lines that begin with `>`."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self.current: list[str] = []
        self.hidden = 0
        self.quotes = 0
        self.pre = 0
        self.lists: list[int | None] = []
        self.href: list[tuple[str, int]] = []
        self.open_quotes: list[bool] = []
        self.pending_blank = False

    # Blocks

    def _line(self) -> None:
        text = "".join(self.current)
        self.current = []
        text = text.rstrip() if self.pre else re.sub(r"[ \t\r\n\f]+", " ", text).strip(" ")
        text = text.replace("\xa0", " ").rstrip() if not text.strip("\xa0 ") else text.replace("\xa0", " ")
        if text:
            if self.pending_blank and self.lines:
                self._put("")
            self.pending_blank = False
            for one in text.split("\n"):
                self._put(one)

    def _put(self, text: str) -> None:
        mark = ">" * min(self.quotes, 20)
        self.lines.append(f"{mark} {text}".rstrip() if mark else text)

    def _break(self) -> None:
        """A forced line break: an empty line is kept as such."""
        if "".join(self.current).strip(" \t\r\n\xa0"):
            self._line()
        else:
            self.current = []
            if self.lines:
                self.pending_blank = False
                self._put("")

    # Events

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _HIDDEN:
            self.hidden += 1
            return
        if tag == "body":
            self.hidden = 0
        if self.hidden:
            return
        if tag == "br":
            self._break()
        elif tag == "hr":
            self._line()
            self._put("-" * 30)
        elif tag == "img":
            alt = dict(attrs).get("alt") or ""
            if alt and len(alt) < 100:  # noqa: PLR2004
                self.current.append(f"[{alt}]")
        elif tag == "a":
            self.href.append((dict(attrs).get("href") or "", len(self.current)))
        elif tag in ("td", "th"):
            self.current.append(" ")
        elif tag in _PARAGRAPHS or tag in _LINES:
            self._open_block(tag, dict(attrs))

    def _open_block(self, tag: str, attrs: dict[str, str | None]) -> None:
        self._line()
        if tag in _PARAGRAPHS:
            self.pending_blank = True
        if tag == "blockquote":
            is_quote = "margin" not in (attrs.get("style") or "").split("border")[0] or _is_client_quote(attrs)
            self.open_quotes.append(is_quote)
            self.quotes += is_quote
        elif tag == "pre":
            self.pre += 1
        elif tag in ("ul", "ol"):
            self.lists.append(0 if tag == "ol" else None)
        elif tag == "li":
            self.current.append(self._bullet())

    def _bullet(self) -> str:
        if self.lists and self.lists[-1] is not None:
            self.lists[-1] += 1
            return f"{self.lists[-1]}. "
        return "* "

    def handle_endtag(self, tag: str) -> None:
        if tag in _HIDDEN:
            self.hidden = max(0, self.hidden - 1)
            return
        if self.hidden:
            return
        if tag == "a" and self.href:
            self._close_link()
        elif tag in _PARAGRAPHS or tag in _LINES:
            self._line()
            if tag in _PARAGRAPHS:
                self.pending_blank = True
            if tag == "blockquote" and self.open_quotes:
                self.quotes -= self.open_quotes.pop()
            elif tag == "pre":
                self.pre = max(0, self.pre - 1)
            elif tag in ("ul", "ol") and self.lists:
                self.lists.pop()

    def _close_link(self) -> None:
        href, start = self.href.pop()
        words = "".join(self.current[start:]).strip()
        target = href.removeprefix("mailto:").strip()
        if words and target.startswith(("http://", "https://")) and not _same_place(words, target):
            self.current.append(f" <{target}>")

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.current.append(data)

    def text(self) -> str:
        self._line()
        return "\n".join(self.lines)


def _is_client_quote(attrs: dict[str, str | None]) -> bool:
    return attrs.get("type") == "cite" or "quote" in (attrs.get("class") or "")


def _same_place(words: str, target: str) -> bool:
    """Whether a link's words already are its address, so that it is not said twice."""
    bare = re.sub(r"^https?://(www\.)?|/+$", "", target)
    return re.sub(r"^https?://(www\.)?|/+$", "", words) == bare or words in target


_MANY_BLANKS = re.compile(r"\n{4,}")


def to_text(markup: str) -> str:
    """Plain text of HTML; never raises. Text beyond 2 MB is cut."""
    reader = _Reader()
    markup = _without_conditionals(markup[:MAX_HTML])
    try:
        reader.feed(markup)
        reader.close()
    except (AssertionError, ValueError, IndexError):
        # html.parser asserts on a few kinds of broken declarations; the tags are then cut off plainly.
        return re.sub(r"<[^<>]{0,2000}>", " ", markup)
    return _MANY_BLANKS.sub("\n\n\n", reader.text()).strip("\n")


_CONDITIONAL = re.compile(r"<!\[(?:if|endif)[^\]]{0,200}\]>|<!--\[if.{0,20000}?<!\[endif\]-->", re.IGNORECASE | re.DOTALL)
_DECLARATION = re.compile(r"<[!?](?!--)[^<>]{0,1000}>")


def _without_conditionals(markup: str) -> str:
    """Drop Outlook's conditional comments and all declarations, on which html.parser stumbles."""
    return _DECLARATION.sub("", _CONDITIONAL.sub("", markup))
