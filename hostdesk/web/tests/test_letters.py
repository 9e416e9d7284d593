"""Other people's words become paragraphs, and never anything else."""

import pytest

from hostdesk.web.letters import folded, letter
from tests.growth import IN_STEP, growth

pytestmark = pytest.mark.db_free


def test_words_become_paragraphs_that_find_their_own_direction():
    assert letter("Good morning\n\nIt is <b>down</b> & out") == (
        '<p dir="auto">Good morning</p><p dir="auto">It is &lt;b&gt;down&lt;/b&gt; &amp; out</p>'
    )


def test_quotations_are_folded_and_lose_their_marks():
    assert letter("Yes\n> Is it so?\n> Tell us\nRegards") == (
        '<p dir="auto">Yes</p>'
        '<details class="quoted"><summary>Quoted text</summary><div><p dir="auto">Is it so?\nTell us</p></div></details>'
        '<p dir="auto">Regards</p>'
    )


@pytest.mark.parametrize(
    ("text", "address", "after"),
    [
        ("see https://a.example/x?y=1&z=2.", "https://a.example/x?y=1&amp;z=2", "."),
        ("(http://a.example/)", "http://a.example/", ")"),
        ("https://a.example/<script>", "https://a.example/", "&lt;script&gt;"),
        ('https://a.example/"onclick="x', "https://a.example/", "&quot;onclick=&quot;x"),
    ],
)
def test_addresses_become_links_that_give_nothing_away(text, address, after):
    link = f'<a class="link" href="{address}" rel="noopener noreferrer nofollow" target="_blank">{address}</a>{after}'

    assert link in letter(text)


@pytest.mark.parametrize(
    "text", ["javascript:alert(1)", "data:text/html,x", "JaVaScRiPt:alert(1)//https", "//evil.example"]
)
def test_nothing_but_the_web_becomes_a_link(text):
    assert "<a " not in letter(text)


def test_nothing_is_folded_where_there_is_nothing():
    assert folded(" \n ") == ""


@pytest.mark.parametrize(
    ("before", "piece"),
    [("", "http://"), ("", "> > > "), ("", "\n\n\n\n\n\n"), ("https://a.example/", "))))))"), ("", "aaaaaa")],
)
def test_hostile_text_is_shown_in_time_that_grows_with_its_length(before, piece):
    assert growth(letter, lambda times: before + piece * times, 3_000) < IN_STEP
