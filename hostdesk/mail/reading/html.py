"""HTML mail: made safe to show, and from that made into plain text. Linear in its size, trusting no markup.

The text is made from the sanitised markup, which is well-formed: the standard library's parser needs quadratic
time for broken tags and comments, html5ever (in nh3) does not.
"""

from __future__ import annotations

import html
import re
from collections import Counter

import nh3

from hostdesk.mail.reading import structure

MAX_HTML = 1_000_000
MAX_NESTING = 1_000
MAX_REFERENCES = 60_000
MAX_REPEATED = 200_000
MAX_TAGS = 100_000
MAX_ATTRIBUTES = 500

TAGS = {
    "a", "abbr", "address", "b", "bdi", "bdo", "big", "blockquote", "br", "caption", "center", "cite", "code", "col",
    "colgroup", "dd", "del", "details", "dfn", "div", "dl", "dt", "em", "figcaption", "figure", "font", "h1", "h2",
    "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd", "li", "mark", "ol", "p", "pre", "q", "s", "samp",
    "section", "small", "span", "strike", "strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th",
    "thead", "time", "tr", "tt", "u", "ul", "var", "wbr",
}  # fmt: skip
_ATTRIBUTES = {
    "*": {"title", "dir", "lang", "align", "valign", "class", "id"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "table": {"border", "cellpadding", "cellspacing", "width"},
    "td": {"colspan", "rowspan", "width"},
    "th": {"colspan", "rowspan", "width"},
    "font": {"color", "size"},
    "ol": {"start", "type"},
    "time": {"datetime"},
    "blockquote": {"type", "style"},
}
GONE_WITH_CONTENT = {
    "script",
    "style",
    "title",
    "head",
    "template",
    "noscript",
    "iframe",
    "object",
    "svg",
    "math",
}
_SCHEMES = {"http", "https", "mailto", "tel", "cid", "ftp"}


_NO_BORDER = re.compile(r"(?:\A|[;\s])border(?:-left)?\s*:\s*(?:none|0(?:px)?)\s*(?:;|\Z)", re.IGNORECASE)


def _inert(tag: str, attribute: str, value: str) -> str | None:
    """Pictures load only from the mail itself (`cid:`); a remote address moves out of the browser's reach.

    Of classes, ids and styles only what tells older mail from new words stays, until the text has been made.
    """
    if attribute in ("class", "id"):
        return structure.name_of(value)
    if attribute == "style":
        return "indent" if _NO_BORDER.search(value[:500]) else None
    if tag == "img" and attribute == "src":
        value = value.strip()
        return value if value.lower().startswith("cid:") else None
    return value


_CLEANER = nh3.Cleaner(
    tags=TAGS,
    clean_content_tags=GONE_WITH_CONTENT,
    attributes=_ATTRIBUTES,
    attribute_filter=_inert,
    url_schemes=_SCHEMES,
    link_rel="noopener noreferrer nofollow",
    strip_comments=True,
)


def cleaned(tame: str) -> str:
    """Tamed HTML made safe, still with the names by which `to_text` knows older mail; not to be shown."""
    return _CLEANER.clean(tame)


def sanitized(markup: str) -> str:
    """HTML that is safe inside a sandboxed frame: no script, style, form, frame, or picture from elsewhere.

    A remote picture keeps its `alt` and size but has no `src`. Markup beyond 1 MB is cut; pictures written into
    the markup itself are dropped before it is measured.
    """
    return shown(cleaned(tamed(structure.unmarked(markup))))


def shown(clean: str) -> str:
    """Cleaned HTML without the names that only the reading needs."""
    if not re.search(r"\s(?:class|id|style)=", clean):
        return clean
    return _MARKUP.sub(
        lambda found: _READING_ONLY.sub("", found[0]) if _READING_ONLY.search(found[3]) else found[0], clean
    )


_FORMATTING = {
    "a",
    "b",
    "big",
    "code",
    "em",
    "font",
    "i",
    "nobr",
    "s",
    "small",
    "strike",
    "strong",
    "tt",
    "u",
}
_UNCLOSED = {
    "p",
    "li",
    "tr",
    "td",
    "th",
    "dd",
    "dt",
    "option",
    "br",
    "hr",
    "img",
    "meta",
    "link",
    "input",
    "col",
    "area",
    "base",
    "wbr",
    "param",
    "source",
    "embed",
}
_DATA_URL = re.compile(r"data:[\w/+.-]{1,60};base64,[A-Za-z0-9+/=\s]++", re.IGNORECASE)
_TAG_AT = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})[^<>]{0,10000}>?")


_CROWDED = re.compile(
    r"<!--(?:[^-]|-(?!->))*+"
    rf"|<[a-zA-Z][^\s/>]*+(?:[\s/]++(?:=?[^\s/>=]++(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s>\"'][^\s>]*+)?+)?+)){{{MAX_ATTRIBUTES}}}"
)


def without_pictures(markup: str) -> str:
    """Markup without the pictures that are written into it: they are never shown, and nothing else of it is so long."""
    return _DATA_URL.sub("data:,", markup)


def tamed(markup: str, most_tags: int = MAX_TAGS) -> str:
    """Markup cut where it becomes a bomb for any HTML parser that keeps the standard, or goes on and on.

    Four are known: endless nesting; formatting left open, which every later block must repeat; character
    references without end, which cost more the longer their text is; and one tag with very many attributes, each of
    which is compared with all others.
    """
    markup = without_pictures(markup)[:MAX_HTML]
    if markup.count("&") > MAX_REFERENCES:
        markup = "&".join(markup.split("&", MAX_REFERENCES)[:MAX_REFERENCES])
    crowded = next((one for one in _CROWDED.finditer(markup) if one[0][1] != "!"), None)
    markup = markup[: crowded.start()] if crowded else markup
    depth = repeated = 0
    formatting: Counter[str] = Counter()
    for number, found in enumerate(_TAG_AT.finditer(markup)):
        name, closing = found[2].lower(), bool(found[1])
        if name in _FORMATTING:
            formatting[name] = max(0, formatting[name] + (-1 if closing else 1))
        elif not closing:
            repeated += formatting.total()
        if name not in _UNCLOSED:
            depth = max(0, depth + (-1 if closing else 1))
        if depth > MAX_NESTING or repeated > MAX_REPEATED or number >= most_tags:
            return markup[: found.start()]
    return markup


_PARAGRAPHS = {"p", "ul", "ol", "dl", "table", "blockquote", "pre", "h1", "h2", "h3", "h4", "h5", "h6"}
_LINES = {"div", "tr", "li", "dt", "dd", "address", "section", "figure", "center", "caption", "figcaption", "details",
          "summary", "tbody", "thead", "tfoot"}  # fmt: skip
_BLOCKS = _PARAGRAPHS | _LINES
_EMPTY = {"br", "hr", "img", "col", "wbr"}
_MARKUP = re.compile(r'<(/?)([a-z0-9]+)((?:\s[^\s=<>"]+(?:="[^"]*")?)*+)\s*/?>')
_READING_ONLY = re.compile(r'\s(?:class|id|style)="[a-z_-]{0,60}"')
_ATTRIBUTE = re.compile(r'\s([^\s=<>"]+)="([^"]*)"')
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_MANY_BLANKS = re.compile(r"\n{4,}")
_DEEPEST_QUOTE = 20
_LONGEST_ALT = 100


def to_text(clean: str) -> str:
    """Plain text of sanitised HTML, as a person would see it; quotations become lines that begin with `>`."""
    return structure.unmarked(marked_text(clean))


def marked_text(clean: str) -> str:
    """The text of cleaned HTML, its lines marked by `structure` where the HTML says what they are."""
    clean = structure.unmarked(clean)
    page = _Page()
    at = 0
    for found in _MARKUP.finditer(clean):
        if found.start() > at:
            page.words(html.unescape(clean[at : found.start()]))
        at = found.end()
        if found[1]:
            page.closes(found[2])
        else:
            page.opens(found[2], found[3])
    page.words(html.unescape(clean[at:]))
    return _MANY_BLANKS.sub("\n\n\n", page.text()).strip("\n")


class _Page:
    """Lines of text as they grow under the tags."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.current: list[str] = []
        self.quotes = 0
        self.pre = 0
        self.lists: list[int | None] = []
        self.links: list[tuple[str, int]] = []
        self.blank_due = False
        self.marked: list[tuple[int, str]] = []
        self.depth = 0
        self.older_due = False
        self.indents: list[bool] = []

    def words(self, text: str) -> None:
        self.current.append(text)

    def opens(self, tag: str, attributes: str) -> None:
        if tag not in _EMPTY:
            self.depth += 1
        if "=" in attributes:
            self._heed(tag, attributes)
        if tag == "br":
            self._break()
        elif tag == "hr":
            self._end_line()
            self._put("-" * 30)
        elif tag == "img":
            alt = _attribute(attributes, "alt")
            if alt and len(alt) < _LONGEST_ALT:
                self.current.append(f"[{alt}]")
        elif tag == "a":
            self.links.append((_attribute(attributes, "href"), len(self.current)))
        elif tag in ("td", "th"):
            self.current.append(" ")
        elif tag in _BLOCKS:
            self._open_block(tag, attributes)

    def closes(self, tag: str) -> None:
        if self.marked and self.marked[-1][0] == self.depth:
            self._end_line()
            self.marked.pop()
        self.depth -= 1
        if tag == "a" and self.links:
            self._close_link()
        elif tag in _BLOCKS:
            self._end_line()
            self.blank_due = self.blank_due or tag in _PARAGRAPHS
            if tag == "blockquote":
                if self.indents and not self.indents.pop():
                    self.quotes = max(0, self.quotes - 1)
            elif tag == "pre":
                self.pre = max(0, self.pre - 1)
            elif tag in ("ul", "ol") and self.lists:
                self.lists.pop()

    def text(self) -> str:
        self._end_line()
        return "\n".join(self.lines)

    def _heed(self, tag: str, attributes: str) -> None:
        """Remember what a client calls this element, for the lines inside it or the next one."""
        mark = structure.mark_for(_attribute(attributes, "id")) or structure.mark_for(
            _attribute(attributes, "class")
        )
        if mark == structure.OLDER:
            self._end_line()
            self.older_due = self.quotes == 0
        elif mark and tag not in _EMPTY:
            self._end_line()
            self.marked.append((self.depth, mark))

    def _open_block(self, tag: str, attributes: str) -> None:
        self._end_line()
        self.blank_due = self.blank_due or tag in _PARAGRAPHS
        if tag == "blockquote":
            self.indents.append(
                _attribute(attributes, "style") == "indent" and _attribute(attributes, "type") != "cite"
            )
            self.quotes += not self.indents[-1]
        elif tag == "pre":
            self.pre += 1
        elif tag in ("ul", "ol"):
            self.lists.append(0 if tag == "ol" else None)
        elif tag == "li":
            self.current.append(self._bullet())

    def _bullet(self) -> str:
        number = self.lists[-1] if self.lists else None
        if number is None:
            return "* "
        self.lists[-1] = number + 1
        return f"{number + 1}. "

    def _end_line(self) -> None:
        if not self.current:
            return
        text = "".join(self.current)
        self.current = []
        text = text if self.pre else _BLANKS.sub(" ", text)
        text = text.replace("\xa0", " ")
        text = text.strip("\n") if self.pre else text.strip(" ")
        if not text.strip():
            return
        if self.blank_due and self.lines:
            self.lines.append("")
        self.blank_due = False
        for line in text.split("\n"):
            self._put(line.rstrip())

    def _put(self, text: str) -> None:
        marks = ">" * min(self.quotes, _DEEPEST_QUOTE)
        said = (
            structure.OLDER
            if self.older_due and text
            else self.marked[-1][1]
            if self.marked and text and not marks
            else ""
        )
        self.older_due = self.older_due and not text
        self.lines.append(f"{said}{marks} {text}".rstrip() if marks else said + text)

    def _break(self) -> None:
        """A forced line break; on an empty line it is an empty line."""
        before = len(self.lines)
        self._end_line()
        if len(self.lines) == before and self.lines:
            self.blank_due = False
            self._put("")

    def _close_link(self) -> None:
        href, start = self.links.pop()
        words = "".join(self.current[start:]).strip()
        if words and href.startswith(("http://", "https://")) and not _same_place(words, href):
            self.current.append(f" <{href}>")


def _attribute(attributes: str, name: str) -> str:
    return next((html.unescape(value) for key, value in _ATTRIBUTE.findall(attributes) if key == name), "")


def _same_place(words: str, target: str) -> bool:
    """Whether a link's words already are its address, so that it is not said twice."""
    bare = re.sub(r"^https?://(www\.)?|/+$", "", target)
    return re.sub(r"^https?://(www\.)?|/+$", "", words) == bare or words in target
