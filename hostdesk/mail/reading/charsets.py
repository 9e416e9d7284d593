"""Bytes to text, whatever the sender claims: declared charset when it is believable, else found out."""

from __future__ import annotations

import binascii
import codecs
import re
from functools import lru_cache

from charset_normalizer import from_bytes

# What senders write for charsets that Python knows by another name, or that are read as their superset
# (as browsers do: WHATWG Encoding).
_ALIASES = {
    "iso-8859-1": "cp1252", "latin1": "cp1252", "latin-1": "cp1252", "l1": "cp1252", "us-ascii": "cp1252",
    "ascii": "cp1252", "ansi_x3.4-1968": "cp1252", "iso-8859-9": "cp1254", "iso8859-1": "cp1252",
    "iso_8859-1": "cp1252", "gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "gb2312_charset": "gb18030",
    "ks_c_5601-1987": "cp949", "ksc5601": "cp949", "euc-kr": "cp949", "x-euc-kr": "cp949", "korean": "cp949",
    "shift_jis": "cp932", "shift-jis": "cp932", "x-sjis": "cp932", "sjis": "cp932", "windows-31j": "cp932",
    "iso-2022-jp": "iso2022_jp_ext", "cp-850": "cp850", "x-mac-roman": "mac_roman", "macintosh": "mac_roman",
    "x-mac-cyrillic": "mac_cyrillic", "win-1251": "cp1251", "x-cp1251": "cp1251", "windows-1252http-equivcontent-type":
    "cp1252", "unicode-1-1-utf-7": "utf-7", "utf-8mb4": "utf-8", "utf8mb4": "utf-8", "utf": "utf-8",
    "unicode": "utf-8", "x-user-defined": "cp1252", "default_charset": "utf-8", "default": "utf-8",
    "x-unknown": "", "unknown-8bit": "", "unknown": "", "8bit": "", "binary": "", "none": "", "windows-874": "cp874",
    "iso-8859-8-i": "iso8859_8", "iso-8859-8-e": "iso8859_8", "iso-8859-6-i": "iso8859_6", "dos-874": "cp874",
    "hz-gb-2312": "hz", "gb_2312-80": "gb18030", "gb-2312": "gb18030", "gb18030-2000": "gb18030", "cp936": "gb18030",
    "windows-936": "gb18030", "euc-cn": "gb18030", "x-euc-cn": "gb18030", "windows-949": "cp949", "ksc_5601": "cp949",
    "ks_c_5601": "cp949", "ks_c_5601-1989": "cp949", "windows-932": "cp932", "cp943c": "cp932", "ms_kanji": "cp932",
    "x-shift-jis": "cp932", "euc-jp": "euc_jisx0213", "x-euc-jp": "euc_jisx0213", "euc_jp": "euc_jisx0213",
    "iso-2022-jp-1": "iso2022_jp_ext", "iso-2022-jp-2": "iso2022_jp_2", "iso-2022-jp-ms": "iso2022_jp_ext",
    "cp50220": "iso2022_jp_ext", "cp50221": "iso2022_jp_ext", "koi8r": "koi8-r", "koi8u": "koi8-u", "koi8": "koi8-r",
    "x-koi8-r": "koi8-r", "ansi": "cp1252", "windows-latin-1": "cp1252", "latin-9": "iso8859_15", "latin9": "iso8859_15",
    "cp65001": "utf-8", "windows-65001": "utf-8", "cp65000": "utf-7", "cp1200": "utf-16-le", "cp1201": "utf-16-be",
    "ucs-2": "utf-16", "iso-10646-ucs-2": "utf-16", "unicode-2-0-utf-7": "utf-7", "x-unicode-2-0-utf-7": "utf-7",
    "cp10000": "mac_roman", "cp20127": "cp1252", "cp28591": "cp1252", "cp28592": "iso8859_2", "cp28605": "iso8859_15",
    "cp20866": "koi8-r", "cp21866": "koi8-u", "cp51949": "cp949", "cp51932": "euc_jisx0213", "cp1361": "johab",
    "tis-620": "cp874", "big5-hkscs": "big5hkscs", "x-x-big5": "big5hkscs", "big5": "big5hkscs", "cp1252http-equiv": "cp1252",
}  # fmt: skip
# Codecs that are no charsets of text, or whose decoding can be made to take memory or raise oddly.
_FORBIDDEN = {
    "idna",
    "punycode",
    "unicode_escape",
    "raw_unicode_escape",
    "undefined",
    "mbcs",
    "oem",
    "rot_13",
}
_HIGH = re.compile(rb"[\x80-\xff]")
_ISO2022 = re.compile(rb"\x1b[$(][A-Z@]")
SNIFF_BYTES = 20_000
LONGEST_NAME = 40
_BEYOND_ASCII = bytes(range(128, 256))
_MANY_HIGH = 8
_MANY_BROKEN = 10_000
_FEW_HIGH_IN_TEN = 3


@lru_cache(maxsize=512)
def codec_for(name: str) -> str | None:
    """Python's codec for a declared charset, or None when nobody knows it."""
    word = re.sub(r"[\s\"']+", "", name).lower().split(";")[0].split("*")[0]
    word = _ALIASES.get(word, word)
    tries = [
        word,
        word.replace("_", "-"),
        re.sub(r"^(x-|cs)", "", word),
        re.sub(r"^(windows|win|ms|cp)-?", "cp", word),
    ]
    for candidate in [*tries, re.sub(r"^iso-?(\d{4})-?(\d+).*", r"iso\1-\2", word)]:
        if not candidate or len(candidate) > LONGEST_NAME or "\0" in candidate:
            continue
        try:
            found = codecs.lookup(candidate)
        except (LookupError, ValueError, UnicodeError):
            continue
        if found._is_text_encoding and found.name not in _FORBIDDEN:  # type: ignore[attr-defined]  # noqa: SLF001
            return _ALIASES.get(found.name, found.name)
    return None


def decode(content: bytes, declared: str | None = None) -> str:  # noqa: PLR0911  (a table of cases)
    """Text of `content`, never raising. A declared charset that does not fit the bytes is overruled.

    UTF-8 that decodes cleanly beats a wrong single-byte declaration, because it hardly happens by chance.
    """
    bom = _by_mark(content)
    if bom is not None:
        return bom
    codec = codec_for(declared) if declared else None
    if codec is not None and codec.startswith(("utf-16", "utf-32")):
        wide = _wide(content, codec)
        if wide is not None:
            return wide
        # Declared so by a program that meant "Unicode": its bytes are ordinary ones.
        codec = None
    if not _HIGH.search(content):
        return _seven_bit(content, codec)
    is_jis = codec is not None and codec.startswith("iso2022_jp")
    if is_jis or _may_be_utf8(content, codec):
        utf8 = _strictly(content, "utf-8")
        if utf8 is not None:
            return utf8
    if is_jis:
        # Its bytes are seven-bit; with others it is mostly Shift-JIS under a wrong name.
        return _strictly(content, "cp932") or _found_out(content, declared_utf8=False)
    if codec is not None and codec != "utf-8":
        text = _strictly(content, codec)
        if text is not None:
            return text
        if codec == "cp1252":
            return _western(content)
        return _without_surrogates(content.decode(codec, "replace"))
    return _found_out(content, declared_utf8=codec == "utf-8")


def _wide(content: bytes, codec: str) -> str | None:
    """UTF-16 or UTF-32 without its mark, read in the order in which most letters are ASCII; None when it is neither."""
    sample = content[:2000]
    if b"\0" not in sample and (
        codec.startswith("utf-32") or _count_high(sample) * 10 < len(sample) * _FEW_HIGH_IN_TEN
    ):
        return None
    if codec == "utf-16":
        even, odd = sample[::2].count(0), sample[1::2].count(0)
        codec = "utf-16-be" if even > odd else "utf-16-le"
    if len(content) % 2:
        content = content[:-1]
    text = content.decode(codec, "replace")
    return None if text.count("\ufffd") * 4 > len(text) else text


def _may_be_utf8(content: bytes, codec: str | None) -> bool:
    """Whether bytes that decode as UTF-8 are UTF-8, whatever was declared: a few may be so by chance."""
    if codec in (None, "utf-8", "cp1252", "cp1254"):
        return True
    return _count_high(content[:SNIFF_BYTES]) >= _MANY_HIGH


def _count_high(content: bytes) -> int:
    """How many bytes are beyond ASCII."""
    return len(content) - len(content.translate(None, _BEYOND_ASCII))


def _by_mark(content: bytes) -> str | None:
    if content.startswith(codecs.BOM_UTF8):
        return content[3:].decode("utf-8", "replace")
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and len(content) % 2 == 0:
        return content.decode("utf-16", "replace")
    return None


def _seven_bit(content: bytes, codec: str | None) -> str:
    if codec in (None, "utf-8", "cp1252", "ascii"):
        if _ISO2022.search(content):
            return _strictly(content, "iso2022_jp_ext") or content.decode("ascii", "replace")
        return content.decode("ascii", "replace")
    return _strictly(content, codec or "ascii") or content.decode("ascii", "replace")


def _strictly(content: bytes, codec: str) -> str | None:
    try:
        text = content.decode(codec)
    except (UnicodeError, ValueError, LookupError, OverflowError):
        return None
    return _without_surrogates(text) if codec == "utf-7" else text


def _without_surrogates(text: str) -> str:
    """Python's UTF-7 lets lone surrogates through, which no UTF-8 can carry on."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _found_out(content: bytes, *, declared_utf8: bool) -> str:
    """Nothing usable was declared: a few broken bytes in UTF-8 stay UTF-8, else the detector speaks."""
    lenient = content.decode("utf-8", "replace")
    broken = lenient.count("\ufffd")
    high = _count_high(content)
    # Text of two origins, or cut in the middle of a character, is UTF-8 with some bytes of something else.
    if (declared_utf8 or broken * 20 < high) and broken * 2 < high:
        # Looking at each is dear: a text with very many is no text of two origins.
        return content.decode("utf-8", "cp1252_between") if broken < _MANY_BROKEN else lenient
    western = _western(content[:SNIFF_BYTES])
    if _reads_as_western(western):
        return _western(content)
    best = from_bytes(content[:SNIFF_BYTES]).best() if _count_high(content[:SNIFF_BYTES]) > 8 else None  # noqa: PLR2004
    if best is not None and best.encoding not in ("utf_8", "ascii"):
        text = _strictly(content, codec_for(best.encoding) or "cp1252")
        if text is not None:
            return text
    return _western(content)


# The five bytes that cp1252 leaves open are read as Latin-1 controls, as browsers do.
_WESTERN = "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(256))


def _western(content: bytes) -> str:
    """The older western charset: no byte of it is wrong."""
    return codecs.charmap_decode(content, "strict", _WESTERN)[0]


# What each western language writes beyond ASCII; an eastern text read as western mixes letters of several, or signs.
_ALPHABETS = tuple(
    map(
        frozenset,
        (
            "áàâäéèêëíîïóôöúûü",  # Afrikaans, Dutch (with its ç below)
            "áàâäçéèêëíïóôöúûü",
            "äöüßéèà",  # German
            "àâäæçéèêëîïñôöœùûüÿ",  # French
            "áàâãçéêíóôõúüªº",  # Portuguese
            "áàçéèíïñóòúüªº",  # Spanish, Catalan
            "àèéìíîòóùú",  # Italian
            "æøåäöéèêóòôü",  # Danish, Norwegian
            "åäöæéèàü",  # Swedish, Finnish
        ),
    )
)
_INSIDE_WORDS = "’‘´–—·\xad\xa0"
_SIGN_IN_A_WORD = re.compile(rf"[^\W\d_][^\w\x00-\x7f{_INSIDE_WORDS}][^\W\d_]")
_LETTER = re.compile(r"[^\W\d_]")


def _reads_as_western(text: str) -> bool:
    """Whether the letters beyond ASCII are those of one western language, and not too many for it."""
    letters = _LETTER.findall(text.lower())
    high = [letter for letter in letters if letter > "\x7f"]
    if not high or len(high) * 3 > len(letters) or _SIGN_IN_A_WORD.search(text):
        return False
    return any(alphabet.issuperset(high) for alphabet in _ALPHABETS)


def _cp1252_between(error: UnicodeError) -> tuple[str, int]:
    """Bytes that are no UTF-8 between others that are: those of the older western charset, but for a cut character."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    if error.reason == "unexpected end of data":
        return "\ufffd", error.end
    return _western(error.object[error.start : error.end]), error.end


codecs.register_error("cp1252_between", _cp1252_between)


def header_text(raw: bytes, hint: str | None = None) -> str:
    """A raw header value as text before any decoding of words; 8-bit bytes are UTF-8, the hint's, or found out."""
    if raw.isascii():
        return raw.decode("ascii")
    return decode(raw, hint if _strictly(raw, "utf-8") is None else None)


# The second form allows bare question marks in a word, as some clients write them; it is kept short.
_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*+(?=\?=)|(?:[^?]|\?(?!=)){0,300}+)\?=")
_BETWEEN = re.compile(r"(\?=)[ \t\r\n]+(=\?[^?\s]{1,60}\?[bBqQ]\?)")


def decode_words(text: str) -> str:
    """RFC 2047, and what clients make of it: words inside quotes, blanks in words, characters cut between words."""
    if "=?" not in text:
        return text
    text = _BETWEEN.sub(r"\1\2", _BETWEEN.sub(r"\1\2", text))
    out: list[str] = []
    pending, pending_charset, at = b"", "", 0
    for found in _WORD.finditer(text):
        if found.start() > at:
            out.append(decode(pending, pending_charset))
            pending = b""
            out.append(text[at : found.start()])
        charset = found[1].split("*")[0].lower()
        content = _word_bytes(found[2], found[3])
        # Words of one charset are decoded together: a character may be cut between them.
        if charset != pending_charset and pending:
            out.append(decode(pending, pending_charset))
            pending = b""
        pending, pending_charset, at = pending + content, charset, found.end()
    out.append(decode(pending, pending_charset))
    out.append(text[at:])
    return "".join(out)


# No base64 has an equals sign before two digits that no other sign follows but letters of text.
_PLAINLY_Q = re.compile(rb"=[0-9A-F]{2}.|_[^=]*=[0-9A-F]{2}")


def _word_bytes(encoding: str, payload: str) -> bytes:
    raw = payload.encode("utf-8", "replace")
    if encoding in "qQ" or _PLAINLY_Q.search(raw):
        return binascii.a2b_qp(raw.replace(b" ", b"_").replace(b"\n", b"").replace(b"\r", b""), header=True)
    letters = re.sub(rb"[^A-Za-z0-9+/]+", b"", raw)
    if len(letters) % 4 == 1:
        letters = letters[:-1]
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))
