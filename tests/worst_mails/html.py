"""HTML."""

from __future__ import annotations

from tests.worst_mails.shapes import Kind, filled, markup, parts

HTML = {
    "levels of HTML": Kind(lambda n: markup(b"<div>" * n), 6_000_000),
    "levels of HTML, closed": Kind(lambda n: markup(b"<div><span>" * n + b"</span></div>" * n), 1_250_000),
    "tags left open": Kind(lambda n: markup(b"<b><i><font color=red>a" * n), 1_000_000),
    "paragraphs left open": Kind(lambda n: markup(b"<p>a" * n), 1_000_000),
    "tables in tables": Kind(
        lambda n: markup(b"<table><tr><td>" * n + b"x" + b"</td></tr></table>" * n), 5_000
    ),
    "tables beside each other": Kind(lambda n: markup(b"<table><tr><td>a</td></tr></table>" * n), 30_000),
    "text in tables outside of cells": Kind(lambda n: markup(b"<table>" + b"a<tr>" * n), 200_000),
    "style attributes, bytes": Kind(
        lambda n: markup(b"<p style='" + filled(b"color:red;background:url(x);", n) + b"'>a"), 30_000_000
    ),
    "styles of a few letters": Kind(lambda n: markup(b"<p style='color:red;width:1px'>a</p>" * n), 500_000),
    "a style sheet, bytes": Kind(
        lambda n: markup(b"<style>" + filled(b".a{color:red}\n@media x{b{top:0}}", n) + b"</style>a"),
        30_000_000,
    ),
    "a style sheet of selectors on many elements": Kind(
        lambda n: markup(
            b"<style>"
            + b"".join(b".c%d div p{color:#%06d}" % (i, i) for i in range(n))
            + b"</style>"
            + b"<div class=c1><p>a</p></div>" * n
        ),
        20_000,
    ),
    "attributes": Kind(lambda n: markup(b"<p " + b"a=b " * n + b">a"), 5_000_000),
    "different attributes": Kind(
        lambda n: markup(b"<p " + b"".join(b"a%d=b " % i for i in range(n)) + b">a"), 200_000
    ),
    "links": Kind(lambda n: markup(b"<a href='https://a.example/'>https://b.example/</a>" * n), 300_000),
    "links in links": Kind(lambda n: markup(b"<a href='https://a.example/'>x" * n), 300_000),
    "pictures from elsewhere": Kind(
        lambda n: markup(b"<img src='http://a.example/1.png' width=1>" * n), 300_000
    ),
    "pictures in the markup, bytes": Kind(
        lambda n: markup(b"<img src='data:image/png;base64," + filled(b"QUJD", n) + b"'>"), 30_000_000
    ),
    "character references": Kind(lambda n: markup(b"&amp;&#65;&hellip;" * n), 1_000_000),
    "comments left open": Kind(lambda n: markup(b"<!--" * n), 5_000_000),
    "conditional comments": Kind(lambda n: markup(b"<!--[if mso]><p>a</p><![endif]-->" * n), 500_000),
    "brackets": Kind(lambda n: markup(b"<" * n), 30_000_000),
    "quotations in HTML": Kind(lambda n: markup(b"<blockquote>a" * n), 500_000),
    "pages of HTML": Kind(
        lambda n: parts([b"Content-Type: text/html\r\n\r\n" + b"<p>a</p>" * 2_000] * n), 500
    ),
}
