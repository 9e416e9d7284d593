"""Whatever stands in an address, nobody is shown a bug of ours."""

import re

import pytest

from tests.house.access import TABLE

NUMBERS = ("0", "999999999", "99999999999999999999")
WORDS = ("nonsense", "0", "99999999999999999999-9", "1001-0", "x" * 300)
QUERIES = ("after=x", "after=-1", "after=99999999999999999999", "after=nan-1", "after=inf-1", "after=1e400-1", "after=%00",
           "q=%00", "q=%22", "q=*", "q=NEAR(", "q=a%20AND", "q=99999999999999999999", "page=0", "page=x", "next=//evil.example",
           "disposition=x", "state=x", "view=x", "who=x", "account=x", "role=x")  # fmt: skip


def filled(pattern, number, word):
    """A pattern with something in each of its places."""
    return "/" + re.sub(r"<int:\w+>", number, re.sub(r"<(?:slug|str|path):\w+>", word, pattern))


@pytest.mark.parametrize("actor", ["nobody", "contact", "admin"])
def test_nonsense_in_a_path_is_no_bug(staffed, actor):
    client = staffed.browser(actor)
    patterns = [pattern for pattern in TABLE if "<" in pattern and not pattern.startswith("^")]
    addresses = {
        filled(pattern, number, word) for pattern in patterns for number in NUMBERS for word in WORDS
    }
    client.raise_request_exception = False

    broken = {}
    for address in sorted(addresses):
        for method in (client.get, client.post):
            status = method(address).status_code
            if status >= 500:
                broken[address] = status

    assert broken == {}


@pytest.mark.parametrize("actor", ["nobody", "contact", "admin"])
def test_nonsense_in_a_query_is_no_bug(staffed, actor):
    client = staffed.browser(actor)
    client.raise_request_exception = False
    pages = [f"/{pattern}" for pattern in TABLE if "<" not in pattern and "sign-out" not in pattern]

    broken = {
        f"{page}?{query}"
        for page in pages
        for query in QUERIES
        if client.get(f"{page}?{query}").status_code >= 500
    }

    assert broken == set()
