"""Keys of our links are found however a mail program writes them, and nothing else is taken for one."""

import base64
import html
import quopri
import tracemalloc

import pytest

from hostdesk.kit.keyed_links import BLANK, blanked, holds_keys, page_without_keys, without_keys
from hostdesk.kit.keys import LENGTH, is_key, new_key
from tests.growth import TIMES, growth

KEY = "hd1dfED7km0NmJmTeT6sMELtAzqJgyKABKxaaBFBbEP"
PLACE = "https://desk.example/requests/confirmation/"
LINK = f"{PLACE}{KEY}"
pytestmark = pytest.mark.db_free


def wrapped(text, width, mark="> "):
    return "\n".join(mark + text[start : start + width] for start in range(0, len(text), width))


def test_a_key_is_known_and_nothing_like_it():
    keys = [new_key() for _ in range(500)]

    assert {len(key) for key in keys} == {LENGTH}
    assert len({*keys}) == 500
    assert all(is_key(key) for key in keys)
    assert not any(is_key(key[:-1] + ("A" if key[-1] != "A" else "B")) for key in keys)
    assert not any(is_key(key[:20] + ("x" if key[20] != "x" else "y") + key[21:]) for key in keys)
    assert not any(is_key(other) for other in (KEY[1:], f"{KEY}A", KEY.lower(), "", "hd" * 22))


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (f"Press {LINK} please", f"Press {PLACE}{BLANK} please"),
        (f'<a href="{LINK}">Yes</a>', f'<a href="{PLACE}{BLANK}">Yes</a>'),
        (f"<{LINK}>\n", f"<{PLACE}{BLANK}>\n"),
        (f"> {PLACE}{KEY[:20]}\r\n> {KEY[20:]}\r\n> Bye", f"> {PLACE}{BLANK}\r\n> Bye"),
        (f">> {PLACE}\n>> {KEY}\n", f">> {PLACE}\n>> {BLANK}\n"),
        (f"see {LINK[:10]}\n> {LINK[10:]} .", f"see {LINK[:10]}\n> {PLACE[10:]}{BLANK} ."),
        (f"code: {KEY}, and {KEY}{KEY}", f"code: {BLANK}, and {BLANK}{BLANK}"),
        (
            f"https://safe.example/?url=https%3A%2F%2Fd%2Fx%2F{KEY}&data=1",
            f"https://safe.example/?url=https%3A%2F%2Fd%2Fx%2F{BLANK}&data=1",
        ),
        (f"IT> {PLACE}\nIT> {KEY[:20]}\nIT> {KEY[20:]} .", f"IT> {PLACE}\nIT> {BLANK} ."),
        (f"a {PLACE}%{ord(KEY[0]):02x}{KEY[1:9]}%{ord(KEY[9]):02X}{KEY[10:]} b", f"a {BLANK} b"),
        (f"u=https-3A__d_sign-in_link_{KEY}&d=1", f"u=https-3A__d_sign-in_link_{BLANK}&d=1"),
    ],
)
def test_a_key_is_blanked_however_it_is_written(written, kept):
    assert without_keys(written) == kept
    assert without_keys(kept) == kept
    assert blanked(written.encode()) == kept.encode()


@pytest.mark.parametrize("width", [1, 7, 20, 40, 60, 76])
@pytest.mark.parametrize(
    "mark",
    [
        "> ",
        "| ",
        "",
        ">>> ",
        "\t",
        "=",
        "\u200b",
        "\u00ad",
        "IT> ",
        "- ",
        "* ",
        "12: ",
        "> TN> ",
        "\u200e",
        "\ufe0f",
    ],
)
def test_a_key_broken_anywhere_is_blanked(width, mark):
    text = without_keys(wrapped(f"Please: {LINK} Thanks", width, mark))

    assert BLANK in text
    assert not holds_keys(text.encode())


@pytest.mark.parametrize(
    "words",
    [
        "https://archive.org/details/AliceInWonderland_LibriVox_2019_Edition and /calendar/AAMkAGI2TG93AAAxyzQRSTuvw",
        "https://drive.example/file/d/1AbCdEfGhIjKlMnOpQrStUvWxYz0123456789ABCDE/view",
        "https://code.example/one/two/commit/0123456789abcdef0123456789abcdef01234567",
        "-----BEGIN CERTIFICATE-----\nMIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBaMQswCQYDVQQGEwJJ\n",
        f"{'hd' * 400} hdAbCdEfGhIjKlMnOpQrStUvWxYz0123456789_-abcd",
        "",
    ],
)
def test_what_customers_write_stays(words):
    assert without_keys(words) == words
    assert blanked(words.encode()) == words.encode()


def test_a_key_is_found_in_what_mail_programs_make_of_it():
    text = f"Hello,\r\n\r\n{'x' * 60} {LINK}\r\n".encode()
    mail = b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(text) + b"\r\n--end"
    broken = f"<p>{PLACE}{KEY[:9]}<wbr>{KEY[9:20]}<span class='x'>{KEY[20:]}</span></p>"
    spelled = f"<p>{PLACE}{''.join(f'&#{ord(sign)};' for sign in KEY)}</p>"
    found = [
        text, mail, quopri.encodestring(text), base64.encodebytes(mail), LINK.encode("utf-16"),
        b"\x89PNG\r\n\x1a\n\xff\xfe" + LINK.encode() + b"\0\xff", broken.encode(), spelled.encode(),
        html.escape(f"<a href='{LINK}'>").encode(),
    ]  # fmt: skip

    assert [holds_keys(one) for one in found] == [True] * len(found)
    assert blanked(mail) is None
    assert blanked(LINK.encode("utf-16")) is None
    assert not holds_keys(text.replace(KEY.encode(), b"x"))


def test_what_is_made_to_be_slow_is_taken_to_hold_a_key():
    assert holds_keys(b"hd" * 1_000_000)
    assert without_keys("hd" * 200_000) == "hd" * 200_000


def test_a_page_loses_the_key_and_nothing_else():
    wbr = f"<p>See <a href='{LINK}'>{PLACE}<wbr>{KEY[:9]}<wbr>{KEY[9:20]}<span class='x'>{KEY[20:]}</span></a>, <b>thanks</b></p>"
    spelled = f"<p>{''.join(f'&#{ord(sign)};' for sign in KEY)}</p>"

    assert page_without_keys(wbr) == (
        f"<p>See <a href='{PLACE}{BLANK}'>{PLACE}<wbr>{BLANK}</span></a>, <b>thanks</b></p>"
    )
    assert page_without_keys(spelled) == ""
    assert page_without_keys("<p>1 < 2 & 3 > 2 <b>x") == "<p>1 < 2 & 3 > 2 <b>x"


@pytest.mark.parametrize(
    "piece",
    [
        "hd",
        "a/",
        "\n",
        "> ",
        "A" * 76 + "\n",
        f"{KEY}\n> x",
        "=\r\n",
        "<",
        "&#",
        "<b>",
        "%41",
        "a%",
        "IT> x\n",
        "\0",
    ],
)
def test_looking_for_keys_is_linear(piece):
    def make(size):
        return piece * (size // len(piece))

    assert growth(without_keys, make, 20_000) < TIMES / 4
    assert growth(page_without_keys, make, 20_000) < TIMES / 4
    assert growth(lambda text: holds_keys(text.encode()), make, 20_000) < TIMES / 4


@pytest.mark.parametrize("piece", [b"%", b"%41", b"%zz", b"=41", b"&#", b"<a>"])
def test_looking_for_keys_takes_memory_in_step_with_the_content(piece):
    content = piece * (2_000_000 // len(piece))
    tracemalloc.start()
    holds_keys(content)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 40 * len(content)
