"""Nasty HTML mails in a real browser, beside a server that must not hear of them."""

import email
import socket
import threading
from contextlib import contextmanager
from email import policy

import pytest
from django.utils import timezone

from hostdesk.tickets.models import Message
from hostdesk.tickets.tests.test_desk_browser import opened
from tests.browsing import DESKTOP, PHONE, chromium, faults, served

pytestmark = [pytest.mark.browser, pytest.mark.clause("intake.screenshot")]
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f645"
    "400000000049454e44ae426082"
)
NASTY = """<html manifest="http://{t}/0"><head><style>@import "http://{t}/1"; body{{background:url(http://{t}/2)}}</style>
<base href="http://{t}/" target=_top><meta http-equiv=refresh content="0;url=http://{t}/3"><link rel=prefetch href="http://{t}/4">
<link rel=dns-prefetch href="//{t}"><link rel=preconnect href="http://{t}"><link rel=stylesheet href="http://{t}/5">
<link rel=preload as=image href="http://{t}/6"></head><body background="http://{t}/7" onload="parent.ran=1">
<script>parent.ran = top.ran = 1; fetch("http://{t}/8")</script><script src="http://{t}/9"></script><img src=x onerror="top.ran=1">
<svg onload="top.ran=1"><image href="http://{t}/10"/><use href="http://{t}/11#x"/></svg>
<math><mtext><table><mglyph><style><img src=x onerror="top.ran=1"></style></mglyph></table></mtext></math>
<iframe src="http://{t}/12"></iframe><iframe srcdoc="<script>top.ran=1</script><img src='http://{t}/13'>"></iframe>
<object data="http://{t}/14"></object><embed src="http://{t}/15"><video autoplay poster="http://{t}/16" src="http://{t}/17"></video>
<audio autoplay src="http://{t}/18"></audio><picture><source srcset="http://{t}/19 2x"><img srcset="http://{t}/20 1x" alt="p"></picture>
<img src="http://{t}/21.png" alt="plain"><img src="//{t}/22.png"><img src="HTTPS://{t}/23.png" loading=eager>
<img src="https://{t}/24.gif" width=1 height=1><table background="http://{t}/25"><tr><td background="http://{t}/26">cell</table>
<p style="background:url(http://{t}/27)">a</p><p style="background-image:u\\72l('http://{t}/28')">b</p>
<p style="list-style:url(http://{t}/29);content:url(http://{t}/30);cursor:url(http://{t}/31),auto;font:1em url(http://{t}/32)">c</p>
<p style="position:fixed;inset:0;z-index:99999;background:#f00;width:100vw;height:100vh">over everything</p>
<form id=f action="http://{t}/33" method=post target=_top><input name=parentNode value=x><button id=go>Go</button></form>
<form name=body></form><img name=getElementById id=querySelector src=x><input autofocus onfocus="top.ran=1">
<a id=away href="http://{t}/34" target=_top ping="http://{t}/35">https://bank.example/</a>
<a href="data:text/html,<script>top.ran=1</script>">data</a><a href="javascript:top.ran=1">script</a>
<details open ontoggle="top.ran=1"><summary>s</summary>d</details><marquee onstart="top.ran=1">m</marquee>
<img src="cid:own@acme" alt="Our shop"><img src="cid:bad@acme" alt="A drawing"><div style="display:none">hidden words</div>
<noscript><img src="http://{t}/36"></noscript><template><img src="http://{t}/37"></template>
<input type=image src="http://{t}/38"><button formaction="http://{t}/39">b</button></body></html>"""


@contextmanager
def listener():
    """A port on loopback that counts who comes: `(host:port, visits)`. Nobody is answered."""
    visits = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def count():
            while True:
                try:
                    peer, _ = server.accept()
                except OSError:
                    return
                with peer:
                    peer.settimeout(2)
                    try:
                        visits.append(peer.recv(200))
                    except OSError:
                        visits.append(b"")

        thread = threading.Thread(target=count)
        thread.start()
        try:
            yield f"127.0.0.1:{server.getsockname()[1]}", visits
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


@pytest.fixture(scope="module")
def static(tmp_path_factory):
    return tmp_path_factory.mktemp("static")


@pytest.fixture
def site(committed_world, static):
    committed_world.now = timezone.now()
    with served(static) as origin, chromium() as browser:
        yield committed_world, origin, browser


def formatted_mail(world, markup, words="See the formatted form."):
    """A contact's mail with this HTML, a picture of its own and a program that calls itself one."""
    letter = email.message_from_bytes(world.letter(words=words), policy=policy.default)
    letter.add_alternative(markup, subtype="html")
    html = letter.get_payload()[1]
    html.add_related(PICTURE, "image", "png", cid="<own@acme>")
    html.add_related(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image", "svg+xml", cid="<bad@acme>")
    return world.receives(raw=letter.as_bytes())


def test_a_nasty_mail_runs_nothing_sends_nothing_and_asks_nobody(site):
    world, origin, browser = site
    world.contact()
    with listener() as (tracker, visits):
        ticket = world.ticket_of(formatted_mail(world, NASTY.format(t=tracker)))
        page = opened(browser, origin, world.agent())
        dialogs = []
        page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
        page.goto(f"/desk/tickets/{ticket.pk}")
        plain_first = page.locator("iframe").count()
        page.get_by_text("Show as formatted mail").click()
        frame = page.frame_locator(".formatted-frame")
        frame.get_by_text("over everything").wait_for()
        page.wait_for_timeout(800)
        body = frame.locator("body")
        rights = page.locator(".formatted-frame").get_attribute("sandbox")

        assert plain_first == 0
        assert (visits, dialogs, page.evaluate("window.ran")) == ([], [], None)
        assert page.url == f"{origin}/desk/tickets/{ticket.pk}"
        assert body.locator("script, style, form, input, iframe, object, svg, [id], [name]").count() == 0
        assert (
            body.locator("p", has_text="over everything").evaluate("e => getComputedStyle(e).position")
            == "static"
        )
        assert "allow-scripts" not in rights
        assert "allow-same-origin" not in rights
        assert body.get_by_alt_text("Our shop").evaluate("e => e.complete && e.naturalWidth") == 1
        assert body.get_by_alt_text("A drawing").get_attribute("src") is None
        assert "hidden words" in body.inner_text()
        assert "leads to 127.0.0.1" in body.inner_text()
        said = page.locator(".formatted-bar li").all_inner_texts()
        assert said == [
            "2 remote pictures not loaded",
            "1 invisible tracking picture never loaded",
            "1 picture without https never loaded",
            "1 link leading elsewhere than said",
            "1 hidden passage made visible",
        ]

        page.get_by_role("link", name="Show pictures from other servers").click()
        page.get_by_text("2 remote pictures loaded for this view").wait_for()
        page.wait_for_timeout(1500)
        asked = len(visits)
        page.reload()
        page.get_by_text("Show as formatted mail").click()
        page.frame_locator(".formatted-frame").get_by_text("over everything").wait_for()
        page.wait_for_timeout(500)

        assert asked >= 1
        assert not any(b"GET" in visit for visit in visits)  # only https was tried
        assert len(visits) == asked
        assert page.get_by_text("2 remote pictures not loaded").count() == 1
        assert dialogs == []


def test_a_link_opens_a_window_of_its_own_that_knows_nothing_of_us(site):
    world, origin, browser = site
    world.contact()
    with listener() as (tracker, visits):
        markup = f'<p>Please <a href="http://{tracker}/shop" target="_top">look here</a></p>'
        ticket = world.ticket_of(formatted_mail(world, markup))
        page = opened(browser, origin, world.agent())
        page.goto(f"/desk/tickets/{ticket.pk}")
        page.get_by_text("Show as formatted mail").click()
        with page.context.expect_page() as opening:
            page.frame_locator(".formatted-frame").get_by_text("look here").click()
        there = opening.value
        page.wait_for_timeout(500)

        assert page.url == f"{origin}/desk/tickets/{ticket.pk}"
        assert visits
        assert b"referer" not in visits[0].lower()
        there.close()


def test_the_frame_alone_has_no_more_rights_than_in_the_page(site):
    world, origin, browser = site
    world.contact()
    with listener() as (tracker, visits):
        formatted_mail(world, NASTY.format(t=tracker))
        page = opened(browser, origin, world.agent())
        answer = page.goto(f"/desk/messages/{Message.objects.get().pk}/formatted")
        page.wait_for_timeout(500)
        policy = answer.headers["content-security-policy"]

        assert visits == []
        assert page.evaluate("window.origin") == "null"
        assert "img-src data:;" in policy
        assert "frame-ancestors 'self'" in policy
        assert answer.headers["x-frame-options"] == "SAMEORIGIN"
        assert answer.headers["referrer-policy"] == "no-referrer"


def test_without_scripts_the_formatted_mail_stands_on_a_page_of_its_own(site):
    world, origin, browser = site
    world.contact()
    ticket = world.ticket_of(
        formatted_mail(world, '<p>Dear <b>desk</b></p><img src="https://far.example/a.png" width=90>')
    )
    page = opened(browser, origin, world.agent(), java_script_enabled=False)
    page.goto(f"/desk/tickets/{ticket.pk}")
    page.get_by_text("Show as formatted mail").click()
    page.get_by_role("link", name="As its sender formatted it").click()

    assert page.frame_locator(".formatted-frame").locator("b").inner_text() == "desk"
    assert page.get_by_text("1 remote picture not loaded").count() == 1
    page.get_by_role("link", name="Show pictures from other servers").click()
    assert page.get_by_text("1 remote picture loaded for this view").count() == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_words_can_be_read_in_light_and_dark_on_any_screen(site, scheme, size):
    world, origin, browser = site
    world.contact()
    wide = (
        '<table width="900"><tr><td bgcolor="#ffffff"><font color="#222222">Invoice</font></td></tr></table>'
    )
    pages = {}
    for markup in ('<p>Plain words</p><a href="https://x.example">https://bank.example</a>', wide):
        ticket = world.ticket_of(formatted_mail(world, markup))
        message = Message.objects.filter(ticket=ticket).latest("id")
        page = opened(browser, origin, world.agent(f"A{message.pk}"), size, color_scheme=scheme)
        page.goto(f"/desk/messages/{message.pk}/letter")
        sideways = page.evaluate("document.documentElement.scrollWidth") - size["width"]
        ground = page.frames[1].evaluate("getComputedStyle(document.body).backgroundColor")
        pages[markup == wide] = (faults(page), max(0, sideways), ground == "rgb(255, 255, 255)")

    assert pages == {False: ([], 0, scheme == "light"), True: ([], 0, True)}
