"""HTML is safe to show, loads nothing from elsewhere, and reads well as text."""

import re

import pytest

from hostdesk.mail.reading import html, read

pytestmark = [pytest.mark.db_free, pytest.mark.clause("intake.screenshot")]

ACTIVE = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg onload=alert(1)>", "<iframe src='//evil'></iframe>",
    "<a href='javascript:alert(1)'>x</a>", "<a href='jAvAsCrIpT:alert(1)'>x</a>", "<a href='&#106;avascript:alert(1)'>x</a>",
    "<form action='//evil'><input name=p></form>", "<style>@import '//evil'</style>", "<link rel=stylesheet href='//evil'>",
    "<meta http-equiv=refresh content='0;url=//evil'>", "<base href='//evil'>", "<object data='//evil'></object>",
    "<div style='background:url(//evil)'>x</div>", "<table background='//evil'><tr><td>x</td></tr></table>",
    "<video src='//evil' autoplay></video>", "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>", "<!--[if IE]><script>alert(1)</script><![endif]-->",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>", "<img srcset='//evil 2x' src='//evil'>",
    "<p onclick=alert(1)>x</p>", "<template><script>alert(1)</script></template>", "<img src='https://evil.example/pixel'>",
    "<img src=' \tcid:x' longdesc='//evil'>", "<input type=image src='//evil'>", "<body background='//evil'>",
]  # fmt: skip
DANGEROUS = re.compile(
    r"<\s*(script|iframe|object|embed|form|input|meta|link|base|style|svg|math|video|template)|\son\w+\s*=|javascript:|"
    r"data:|style=|background|srcset|src=\"(?!cid:)|evil",
    re.IGNORECASE,
)


@pytest.mark.parametrize("markup", ACTIVE)
def test_nothing_active_and_nothing_remote_is_left(markup):
    clean = html.sanitized(f"<p>before</p>{markup}<p>after</p>")

    assert (DANGEROUS.search(clean), "before" in clean) == (None, True)


def test_ordinary_formatting_stays():
    markup = '<p>Hello <b>you</b>, see <a href="https://acme.example/x">this</a></p><table><tr><td>1</td></tr></table>'

    assert html.sanitized(markup) == (
        '<p>Hello <b>you</b>, see <a href="https://acme.example/x" rel="noopener noreferrer nofollow">this</a></p>'
        "<table><tbody><tr><td>1</td></tr></tbody></table>"
    )


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("<div>One</div><div>Two</div><div><br></div><div>Three</div>", "One\nTwo\n\nThree"),
        ("a<br>b<br><br>c", "a\nb\n\nc"),
        ("<ul><li>one<li>two</ul><ol><li>x<li>y</ol>", "* one\n* two\n\n1. x\n2. y"),
        ('<a href="https://acme.example/x">see here</a>', "see here <https://acme.example/x>"),
        ('<a href="https://acme.example/">https://acme.example</a>', "https://acme.example"),
        ("<blockquote>old<blockquote>older</blockquote></blockquote>new", "> old\n\n>> older\n\nnew"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("<style>p{}</style><script>x</script><title>t</title>Hello &amp; bye", "Hello & bye"),
        ("a &lt;b&gt; c", "a <b> c"),
        ("Caf&eacute;&nbsp;5&#8364;", "Café 5€"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("a\n\n   b", "a b"),
        ("<p>unclosed <b>tags", "unclosed tags"),
        ("", ""),
    ],
)
def test_html_reads_as_text(markup, text):
    assert html.to_text(html.sanitized(markup)) == text


def test_a_charset_in_the_markup_counts_when_the_mail_names_none():
    raw = (
        b"From: a@acme.example\r\nContent-Type: text/html\r\n\r\n<meta charset=windows-1251>"
        + "сервер".encode("cp1251")
    )

    assert read(raw).text == "сервер"
