"""Keys of our links are found however a mail program writes them, and nothing else is taken for one."""

import base64
import quopri

import pytest

from hostdesk.kit.keyed_links import BLANK, blanked, holds_keys, without_keys
from tests.growth import TIMES, growth

KEY = "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789_-abcde"
LINK = f"https://desk.example/requests/confirmation/{KEY}"
pytestmark = pytest.mark.db_free


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (f"Press {LINK} please", f"Press https://desk.example/requests/confirmation/{BLANK} please"),
        (
            f'<a href="{LINK}">Yes</a>',
            f'<a href="https://desk.example/requests/confirmation/{BLANK}">Yes</a>',
        ),
        (f"<{LINK}>", f"<https://desk.example/requests/confirmation/{BLANK}>"),
        (
            f"> https://old.name:8000/details/{KEY[:20]}\r\n> {KEY[20:]}\r\n> Bye",
            f"> https://old.name:8000/details/{BLANK}\r\n> Bye",
        ),
        (f">> https://d.example/details/\n>> {KEY}\n", f">> https://d.example/details/{BLANK}\n"),
        (
            f"> https://d.example/requests/confirm\n> ation/{KEY} .",
            f"> https://d.example/requests/confirm\n> ation/{BLANK} .",
        ),
        (
            f"https://safe.example/?url=https%3A%2F%2Fd%2Frecovery%2Fpassword%2F{KEY}&data=1",
            f"https://safe.example/?url=https%3A%2F%2Fd%2Frecovery%2Fpassword%2F{BLANK}&data=1",
        ),
        (
            f"https://guard.example/url?u=https-3A__d_sign-in_link_{KEY}&d=1",
            f"https://guard.example/url?u=https-3A__d_sign-in_link_{BLANK}&d=1",
        ),
    ],
)
def test_a_key_is_blanked_however_it_is_written(written, kept):
    assert without_keys(written) == kept
    assert without_keys(kept) == kept


@pytest.mark.parametrize(
    "words",
    [
        "https://shop.example/details/a-very-long-name-of-a-product-in-small-letters",
        "https://drive.example/file/d/1AbCdEfGhIjKlMnOpQrStUvWxYz0123456789ABCDE/view",
        "https://code.example/one/two/commit/0123456789abcdef0123456789abcdef01234567",
        "See /details/ of the invoice, and the calendar/ of 2026.",
        "-----BEGIN CERTIFICATE-----\nMIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBaMQswCQYDVQQGEwJJ\n",
        "",
    ],
)
def test_what_customers_write_stays(words):
    assert without_keys(words) == words
    assert blanked(words.encode()) == words.encode()


def test_a_key_is_found_in_what_mail_programs_make_of_it():
    text = f"Hello,\r\n\r\n{'x' * 60} {LINK}\r\n".encode()
    mail = b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(text)

    assert holds_keys(quopri.encodestring(text))
    assert holds_keys(mail)
    assert holds_keys(b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(mail))
    assert not holds_keys(mail.replace(b"\n", b"\n\n")[:40])
    assert KEY.encode() not in blanked(text)
    assert blanked(mail) is None


@pytest.mark.parametrize(
    "piece",
    ["/details/", "/details/\n>", "a/", "\n", "> ", "A" * 76 + "\n", f"/details/{KEY}\n> x", "=\r\n"],
)
def test_looking_for_keys_is_linear(piece):
    def make(size):
        return piece * (size // len(piece))

    assert growth(without_keys, make, 20_000) < TIMES / 4
    assert growth(lambda text: holds_keys(text.encode()), make, 20_000) < TIMES / 4
