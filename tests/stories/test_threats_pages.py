"""Threats that come in by mail and by pages, tried on a running desk."""

import re
from datetime import timedelta

import pytest

from tests.running import desk
from tests.servers import name_server
from tests.stories.outside import COLUMNS, HERE, Browser, Outsider, add_agent, ask, letter, with_html

pytestmark = [pytest.mark.db_free, pytest.mark.timeout(120)]
clause = pytest.mark.clause

ZONE = {"acme.example": HERE, "_dmarc.acme.example": [["TXT", "v=DMARC1; p=reject"]], "evil.example": HERE}
ALICE = "alice@acme.example"
CLOSED = ("closed", "contact.unlisted")
HELD = ("quarantined", "contact.listed_sender")
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f645"
    "400000000049454e44ae426082"
)
CANARY = "canary.evil.example"
HTML = f"""<html><head><style>body{{background:url(http://{CANARY}/1)}}</style><base href=http://{CANARY}/>
<link rel=stylesheet href=http://{CANARY}/2><meta http-equiv=refresh content="0;url=http://{CANARY}/3"></head>
<body onload=alert(1) background=http://{CANARY}/4><script>alert(1)</script><img src=x onerror=alert(1)>
<img src="http://{CANARY}/5.png" srcset="http://{CANARY}/6 2x"><a href="java&#x09;script:alert(1)">j</a>
<a href="https://ok.example/">fine</a><iframe src=http://{CANARY}/7></iframe><form action=http://{CANARY}/8><input></form>
<svg onload=alert(1)><use href=http://{CANARY}/9></svg><p style="background:url(http://{CANARY}/10)">styled</p>
<video poster=http://{CANARY}/11></video><math><mtext><table><mglyph><style><img src=x onerror=alert(1)>"""


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    folder = tmp_path_factory.mktemp("threats")
    (folder / "customers.csv").write_text(f"{COLUMNS}Acme,acme01,shared,,,Alice Adams,{ALICE},primary,\n")
    with name_server(ZONE) as dns, desk(folder / "data", HOSTDESK_DNS=dns) as house:
        house.run("customers", "import", "customers.csv")
        yield house, add_agent(house, "technician")


@pytest.fixture(scope="module")
def outsider(running):
    return Outsider(*running)


@pytest.fixture(scope="module")
def technician(running):
    browser = Browser(running[0])
    assert browser.sign_in("technician@itpossible.com").status == 200
    return browser


@clause("contact.listed_sender")
@pytest.mark.parametrize(
    ("author", "expected"),
    [
        (f"{ALICE}\r\nFrom: mallory@evil.example", HELD),
        (f"{ALICE}, mallory@evil.example", HELD),
        (f"{ALICE} <mallory@evil.example>", HELD),
        (f"<{ALICE}>mallory@evil.example", HELD),
        (f"team: {ALICE};", HELD),
        (f"<@evil.example:{ALICE}>", HELD),
        ("=?utf-8?q?alice=40acme.example?=", HELD),
        (f"{ALICE}\x00.evil.example", HELD),
        (f'"{ALICE}"@evil.example', HELD),
        (f'"{ALICE}" <mallory@evil.example>', CLOSED),
        ("alice@xacme.example", CLOSED),
        ("alice@acme.example.evil.example", CLOSED),
        ("alice+x@acme.example", CLOSED),
        ("al\u0131ce@acme.example", CLOSED),
        ("\u0430lice@acme.example", CLOSED),
        ("alice@a\u0441me.example", CLOSED),
        (f"mallory@evil.example\r\nSender: {ALICE}\r\nReply-To: {ALICE}", CLOSED),
    ],
)
def test_nobody_becomes_a_contact_by_a_trick_in_the_author_field(outsider, author, expected):
    mail = outsider.settled(outsider.send(letter(author), sender=ALICE))

    assert (mail["disposition"], mail["clause"]) == expected


@clause("contact.listed_sender")
def test_results_that_the_sender_wrote_himself_count_for_nothing(outsider):
    head = (
        "Authentication-Results: itpossible.com; dmarc=pass header.from=acme.example; spf=pass; dkim=pass\r\n"
        "Received-SPF: pass\r\nReceived: from mail.acme.example ([127.0.0.1]) by itpossible.com; now\r\n"
    )

    assert outsider.judged(letter(ALICE, head=head), sender="x@evil.example")[:2] == ("quarantined", "forged")


@clause("contact.listed_sender")
@pytest.mark.parametrize(
    "head", ["Auto-Submitted: auto-replied\r\n", "Precedence: bulk\r\n", "List-Id: <x.acme.example>\r\n"]
)
def test_machines_are_not_answered(outsider, head):
    assert outsider.judged(letter(ALICE, head=head), sender=ALICE)[0] == "ignored"


def test_a_mail_in_our_own_name_is_a_loop(outsider):
    for author in ("support@itpossible.com", "Complaint+x@ITPOSSIBLE.com"):
        assert outsider.judged(letter(author), sender=author)[0] == "ignored"


def test_a_formatted_mail_runs_nothing_and_fetches_nothing(outsider, technician):
    files = [
        ("a.svg", "image/svg+xml", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
        ("a.html", "text/html", b"<script>alert(1)</script>"),
        ('../../up"\u202egpj.exe', "application/pdf", b"%PDF-1.4"),
        ("fake.png", "image/png", b"<html><script>alert(1)</script>"),
        ("shot.png", "image/png", PICTURE),
    ]
    raw = with_html(
        f'"<script>alert(2)</script>" <{ALICE}>', HTML, files, subject="<img src=x onerror=alert(3)>"
    )
    mail = outsider.settled(outsider.send(raw, sender=ALICE))
    page = technician.get(f"/desk/tickets/{mail['ticket']}")
    around = technician.get(re.search(r"/desk/messages/\d+/letter", page.text)[0])
    formatted = re.search(r"/desk/messages/\d+/formatted", around.text)[0]
    downloads = sorted(set(re.findall(r"/desk/attachments/\d+", page.text)))
    frame = technician.get(formatted)

    assert (
        re.findall(r"<script(?![^>]* src=\"/static/)|<img src=x|onerror=alert\(3\)>|canary", page.text) == []
    )
    assert "canary" not in around.text
    assert (
        re.findall(
            r"script|onload|onerror|<svg|<form|<base|<meta http|url\(|canary", frame.text, re.IGNORECASE
        )
        == []
    )
    assert "https://ok.example/" in frame.text
    assert re.search(
        r"default-src 'none'.*img-src data:.*; sandbox", frame.headers["content-security-policy"]
    )
    assert len(downloads) == 5
    for path in downloads:
        answer = technician.get(path)
        assert answer.headers["content-disposition"].startswith("attachment;")
        assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert re.findall(r"\.\./|\u202e|%E2%80%AE", answer.headers["content-disposition"]) == []
    for path in (formatted, downloads[0]):
        assert ask(outsider.house, "GET", path).status == 302


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/sign-in",
        "/desk/sign-in",
        "/policy/",
        "/policy/hosting/",
        "/nothing",
        "/desk/queue",
        "/desk/mailroom/",
    ],
)
def test_every_kind_of_page_is_guarded_by_its_headers(technician, path):
    headers = technician.get(path).headers
    policy = dict(part.strip().partition(" ")[::2] for part in headers["content-security-policy"].split(";"))

    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert (policy["base-uri"], policy["frame-ancestors"]) == ("'none'", "'none'")
    assert headers["x-content-type-options"] == "nosniff"


def test_another_host_name_and_another_sites_form_are_refused(running, technician):
    house = running[0]

    assert ask(house, "GET", "/", headers={"Host": "evil.example"}).status == 400
    assert technician.get("/desk/sign-out", {"x": "y"}).status == 403
    assert technician.get("/desk/next", {"x": "y"}, Origin="http://evil.example").status in (403, 404)
    assert technician.get("/desk/queue").status == 200


def test_guessing_passwords_comes_to_an_end(running):
    house = running[0]
    house.run(
        "agents",
        "add",
        "guessed@itpossible.com",
        "--name",
        "G",
        "--role",
        "level1",
        "--password-stdin",
        given=b"the right long secret\n",
    )
    for n in range(25):
        answer = Browser(house).sign_in("guessed@itpossible.com", f"a wrong long secret {n}")
        if answer.status == 429:
            break
    late = Browser(house).sign_in("guessed@itpossible.com", "the right long secret")

    assert answer.status == 429
    assert late.status == 429
    assert timedelta(seconds=int(late.headers["retry-after"])) > timedelta(0)
