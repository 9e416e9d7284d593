"""A mail in its own clothes: they stay, and nothing in them runs, loads, covers, hides or lies about where it leads."""

import re

import pytest

from hostdesk.mail.reading import Formatted, Unreadable, show, styles
from hostdesk.mail.reading.formatted import formatted
from hostdesk.mail.reading.shapes import Attachment
from tests.growth import IN_STEP, growth

pytestmark = [pytest.mark.db_free, pytest.mark.clause("intake.screenshot")]
PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


def shown(markup, **more):
    return formatted([markup], **more)


def picture(content=PNG, *, cid="pic@x", kind="image/png"):
    return Attachment("p.png", kind, len(content), inline=True, content_id=cid, content=content)


NASTY = [
    "<script>evil</script>", "<img src=x onerror=evil>", "<svg onload=evil><image href=//evil /></svg>", "<iframe src=//evil></iframe>",
    "<iframe srcdoc='<img src=//evil>'></iframe>", "<object data=//evil></object>", "<embed src=//evil>", "<base href=//evil>",
    "<meta http-equiv=refresh content='0;url=//evil'>", "<link rel=stylesheet href=//evil>", "<link rel=prefetch href=//evil>",
    "<link rel=dns-prefetch href=//evil>", "<style>@import '//evil'; p{background:url(//evil)}</style>", "<video poster=//evil src=//evil></video>",
    "<audio src=//evil></audio>", "<picture><source srcset='//evil 2x'></picture>", "<img srcset='//evil 2x'>", "<body background=//evil>",
    "<table background=//evil><tr><td background=//evil>1</table>", "<form action=//evil><button>go</button><input name=p></form>",
    "<button formaction=//evil>go</button>", "<input type=image src=//evil>", "<isindex action=//evil>", "<a href='javascript:evil'>x</a>",
    "<a href='JaVa\tScRiPt:evil'>x</a>", "<a href='data:text/html,evil'>x</a>", "<a href='//evil/x' ping='//evil'>x</a>", "<a href=/evil>x</a>",
    "<math><mtext><table><mglyph><style><img src=x onerror=evil>", "<noscript><p title='</noscript><img src=x onerror=evil>'>",
    "<p style='background:url(//evil)'>x</p>", "<p style='background-color:u\\72l(//evil)'>x</p>", "<p style=\"list-style-image:url('//evil')\">x</p>",
    "<p style='content:url(//evil)'>x</p>", "<p style='cursor:url(//evil),auto'>x</p>", "<p style='color:red;/**/background-image:image-set(\"//evil\")'>x",
    "<p style='width:expression(evil)'>x</p>", "<p style='behavior:url(//evil)'>x</p>", "<p style='color:var(--evil)'>x</p>",
    "<p style='font-family:x;src:url(//evil)'>x</p>", "<p style='background:#fff url(//evil)'>x</p>", "<img id=evil name=evil class=evil src=x>",
    "<form id=evil><input name=parentNode></form>", "<img usemap=#evil src=x><map name=evil><area href=//evil></map>", "<bgsound src=//evil>",
    "<img lowsrc=//evil dynsrc=//evil src=x>", "<img longdesc=//evil src=x>", "<frameset><frame src=//evil></frameset>", "<portal src=//evil></portal>",
    "<template><img src=//evil></template>", "<html manifest=//evil>", "<applet code=evil></applet>", "<keygen name=evil>", "<dialog open>evil</dialog>",
]  # fmt: skip
ACTIVE = re.compile(
    r"<\s*(script|iframe|object|embed|form|input|button|meta|link|base|style|svg|math|video|audio|source|picture|map|area"
    r"|template|frame|applet|dialog|portal)|\s(on\w+|srcset|background|ping|id|name|class|usemap|action|formaction)\s*=|url\(|"
    r"javascript:|position|@import|\\",
    re.IGNORECASE,
)


@pytest.mark.parametrize("markup", NASTY)
def test_nothing_that_runs_or_loads_reaches_the_frame(markup):
    page = shown(f"<p>before</p>{markup}<p>after</p>").html

    assert ACTIVE.search(page.replace('class="off"', "")) is None
    assert "before" in page
    assert re.findall(r'(?:src|srcset|poster|data|href)="([^"]*)"', page) in ([], ["https://evil/x"])


@pytest.mark.parametrize(
    ("style", "left"),
    [
        ("color: red; font-weight: bold", "color:red;font-weight:bold"),
        ("background: #fefefe", "background-color:#fefefe"),
        ("color: rgb(1, 2, 3) !important", "color:rgb(1, 2, 3) !important"),
        ("padding: 4px 8px; border: 1px solid #ccc", "padding:4px 8px;border:1px solid #ccc"),
        ("position: fixed; top: 0; z-index: 9", ""),
        ("float: left; transform: scale(9)", ""),
        ("margin-top: -500px; margin: 0 auto", "margin:0 auto"),
        ("text-indent: 4000px", ""),
        ("color: red; background: url(x)", "color:red"),
        ("color: re\\64", ""),
        ("color: red; } p { color: blue", ""),
        ("height: 0; width: 0", ""),
        ("font-family: 'Segoe UI', sans-serif", "font-family:Segoe UI, sans-serif"),
    ],
)
def test_clothes_stay_and_tricks_go(style, left):
    assert styles.kept(style) == left


@pytest.mark.parametrize(
    "style",
    [
        "display:none",
        "DISPLAY: NONE !important",
        "visibility:hidden",
        "opacity:0",
        "font-size:0",
        "font-size:1px",
        "max-height:0;overflow:hidden",
        "height:0;overflow:hidden",
        "color:#fff;background-color:#fff",
        "color:transparent",
        "mso-hide:all",
        "text-indent:-9999px",
        "position:absolute;left:-9999px",
    ],
)
def test_words_that_were_written_to_be_hidden_are_shown_and_marked(style):
    found = shown(f'<p>See</p><div style="{style}">transfer the domain</div>')

    assert found.hidden == 1
    assert '<div style="--hidden-by-sender:1' in found.html
    assert "transfer the domain" in found.html


def test_no_mail_can_write_the_mark_of_hidden_words_itself():
    assert shown('<p style="--hidden-by-sender:1;color:red">x</p>').hidden == 0


def test_pictures_of_other_servers_are_counted_and_load_only_when_asked_for():
    mail = (
        '<img src="https://a.example/logo.png" alt="Logo" width=200><img src="//b.example/x.png">'
        '<img src="http://c.example/plain.png"><img src="https://t.example/o.gif" width=1 height=1>'
        '<img src="https://t.example/p.gif" style="display:none"><img src="https://t.example/q.gif" style="width:0px">'
    )
    off, on = shown(mail), shown(mail, pictures=True)

    assert (off.remote, off.insecure, off.trackers, off.to_load) == (6, 1, 3, 2)
    assert "example" not in off.html
    assert re.findall(r'src="([^"]*)"', on.html) == ["https://a.example/logo.png", "https://b.example/x.png"]


def test_a_picture_that_came_with_the_mail_is_shown_from_the_mail():
    found = shown('<img src="cid:pic@x" alt="Screenshot"><img src="CID:PIC%40X">', files=[picture()])

    assert found.html.count("data:image/png;base64,") == 2
    assert found.remote == 0


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='evil'/>", "image/svg+xml"),
        (b"<html><script>evil</script>", "image/png"),
        (b"%PDF-1.4", "image/jpeg"),
    ],
)
def test_what_is_no_picture_by_its_bytes_is_not_shown_whatever_it_says(content, kind):
    found = shown('<img src="cid:pic@x" alt="A picture">', files=[picture(content, kind=kind)])

    assert found.html == '<img alt="A picture" class="off">'


@pytest.mark.parametrize(
    ("words", "href", "leads"),
    [
        ("https://bank.example/login", "https://evil.example/x", "evil.example"),
        ("www.bank.example", "https://bank.example.evil.example/", "bank.example.evil.example"),
        ("<b>bank</b>.example", "http://evil.example/", "evil.example"),
        ("here", "https://bank.example@evil.example/", "evil.example"),
        ("here", "https://b\u0430nk.example/", "xn--bnk-6cd.example"),
        ("https://bank.example/login", "https://www.bank.example/other", ""),
        ("shop.acme.example", "https://acme.example/", ""),
        ("click here", "https://evil.example/", ""),
        ("me@bank.example", "mailto:me@evil.example", ""),
    ],
)
def test_a_link_that_names_another_place_than_it_leads_to_says_so(words, href, leads):
    found = shown(f'<a href="{href}" title="https://bank.example/" target=_top>{words}</a> after')
    said = re.findall(r'<span class="leads">leads to ([^<]*)</span>', found.html)

    assert said == ([leads] if leads else [])
    assert found.disguised == bool(leads)
    assert 'target="_blank"' in found.html
    assert 'rel="noopener noreferrer nofollow"' in found.html
    assert 'title="https://bank.example/"' not in found.html


def test_a_mail_with_colours_of_its_own_asks_for_white_paper():
    assert [shown(m).coloured for m in ("<p>x</p>", "<font color=red>x</font>", '<td bgcolor="#fff">x', "<p style='color:#111'>x")] == [
        False, True, False, True,
    ]  # fmt: skip
    assert shown('<table bgcolor="#ffffff"><tr><td>x').coloured


def test_a_raw_mail_is_shown_whole_and_one_without_formatting_says_so():
    raw = b"From: a@b.example\r\nContent-Type: text/html\r\n\r\n<p style='color:red'>Hi</p>"

    assert show(raw, pictures=False) == Formatted('<p style="color:red">Hi</p>', coloured=True, lines=1)
    assert isinstance(show(b"From: a@b.example\r\n\r\nHi", pictures=False), Unreadable)


BOMBS = {
    "blocks": lambda n: "<div>" * n,
    "styles": lambda n: '<p style="' + "color:red;" * n + '">x',
    "links": lambda n: "<a href=https://x.example>" * n,
    "a long address": lambda n: "<img src='https://x.example/" + "a" * 8 * n + "'>",
    "bold": lambda n: "<b>" * (n // 3) + "x.x" * 2 * n,
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_shown_in_time_that_grows_with_its_length(bomb):
    assert growth(shown, BOMBS[bomb], 4_000) < IN_STEP
