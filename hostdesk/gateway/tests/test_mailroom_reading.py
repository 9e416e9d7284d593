"""What an agent sees of one mail: who wrote it and how that is known, its words, its files, its source."""

import email
import html
from email import policy
from hashlib import sha256

import pytest

from hostdesk.gateway.tests.test_mailroom import Screen
from hostdesk.gateway.views.reading import PIECE, piece_of_source, spelled_out
from hostdesk.mail.models import InboundMail

clause = pytest.mark.clause


@pytest.fixture
def screen(world):
    return Screen(world, world.agent())


def formatted_letter(
    world,
    sender="stranger@nowhere.example",
    markup='<p>Dear <b>desk</b></p><img src="https://t.example/a.gif" width=99>',
):
    letter = email.message_from_bytes(world.letter(sender), policy=policy.default)
    letter.add_alternative(markup, subtype="html")
    return letter.as_bytes()


@clause("contact.listed_sender")
def test_the_page_says_how_it_is_known_who_wrote_a_mail(world, screen):
    world.contact()
    proven, stranger = world.receives(), world.receives("stranger@nowhere.example")
    forged = world.receives(ip="203.0.113.9", subject="Forged")
    page = html.unescape(screen.words(f"/desk/mailroom/{proven.pk}"))

    assert "SPF: 192.0.2.10 may send for acme.example." in page
    assert "203.0.113.9 may not send for acme.example" in screen.words(f"/desk/mailroom/{forged.pk}")
    assert "Nobody asked how far this sender is believed" in screen.words(f"/desk/mailroom/{stranger.pk}")


def test_the_page_says_why_nobody_asked_who_wrote_a_mail(world, screen):
    world.contact()
    two = world.receives(raw=b"From: x@evil.example\r\n" + world.letter(), to="support")
    robot = world.receives(
        raw=b"List-Id: <a.b.example>\r\n" + world.letter("list@nowhere.example"), to="support"
    )
    stranger = world.receives("stranger@nowhere.example")
    pages = [screen.words(f"/desk/mailroom/{mail.pk}") for mail in (two, robot, stranger)]

    assert [page.partition("how far this sender is believed: ")[2].partition(".")[0] for page in pages] == [
        "who wrote it cannot be told for certain",
        "a program wrote it",
        "the address is not that of a contact",
    ]


def test_each_mail_of_a_ticket_shows_its_own_judgements_only(world, screen):
    world.contact()
    first = world.receives()
    world.move(hours=1)
    world.prove("acme.example", policy="none")
    second = world.receives(subject=f"Re: [#{world.ticket_of(first).number}] Site down")
    assert second.ticket_number == first.ticket_number
    pages = [screen.words(f"/desk/mailroom/{mail.pk}") for mail in (first, second)]

    assert [page.count(">Write from a listed address<") for page in pages] == [1, 1]
    assert ["asks to reject failures" in page for page in pages] == [True, False]


def test_the_page_tells_the_times_the_headers_and_what_is_new(world, screen):
    world.contact()
    mail = world.receives(
        words="New words.\n\nOn Mon, Support wrote:\n> Old words.\n",
        headers={"Reply-To": "Other <o@acme.example>"},
    )
    page = html.unescape(screen.words(f"/desk/mailroom/{mail.pk}"))

    assert "Other <o@acme.example>" in page
    assert ">Whole message<" in page
    assert page.index("New words.") < page.index("Whole message") < page.index("Old words.")
    assert "0.0 seconds later" in page
    assert mail.digest in page


def test_files_of_any_mail_are_saved_and_never_shown(world, screen):
    mail = world.receives(
        "stranger@nowhere.example", files=[('../a"b\u202egpj.exe', b"MZ"), ("x.svg", b"<svg/>")]
    )
    page = screen.words(f"/desk/mailroom/{mail.pk}")
    answer = screen.get(f"/desk/mailroom/{mail.pk}/files/1")

    assert f'href="/desk/mailroom/{mail.pk}/files/2"' in page
    assert answer.content == b"MZ"
    assert answer["Content-Disposition"].startswith("attachment;")
    assert (answer["Content-Type"], answer["Content-Security-Policy"]) == (
        "application/octet-stream",
        "default-src 'none'; sandbox",
    )
    assert "\u202e" not in answer["Content-Disposition"]
    assert [screen.get(f"/desk/mailroom/{mail.pk}/files/{n}").status_code for n in (0, 3)] == [404, 404]


def test_the_source_is_shown_piece_by_piece_and_nothing_in_it_deceives_the_eye(world, screen):
    words = "<script>alert(1)</script>\u202eevil\u200b\x07\n" + "line\n" * 30_000
    mail = world.receives("stranger@nowhere.example", words=words)
    first = screen.words(f"/desk/mailroom/{mail.pk}/source/text")
    raw = screen.get(f"/desk/mailroom/{mail.pk}/source").content

    assert "<script>alert" not in first
    assert 'rel="next"' in first
    assert sha256(raw).hexdigest() == mail.digest
    assert spelled_out("a\u202eb\u200bc\x07d\te\u00e9\n") == "a[U+202E]b[U+200B]c[U+0007]d\te\u00e9\n"
    at, seen = 0, ""
    while at is not None:
        piece = piece_of_source(raw, at)
        assert piece.last - piece.first < PIECE
        seen, at = seen + piece.text, piece.after
    assert seen == spelled_out(raw.decode().replace("\r\n", "\n"))
    assert screen.get(f"/desk/mailroom/{mail.pk}/source/text?from=999999999").status_code == 200


def test_a_mail_that_was_not_let_in_can_be_looked_at_as_it_was_formatted(world, screen):
    mail = world.receives(raw=formatted_letter(world), sender="stranger@nowhere.example")
    page = screen.words(f"/desk/mailroom/{mail.pk}")
    around = screen.words(f"/desk/mailroom/{mail.pk}/letter")
    frame = screen.get(f"/desk/mailroom/{mail.pk}/formatted")
    asked = screen.get(f"/desk/mailroom/{mail.pk}/formatted?pictures=yes")

    assert f'hx-get="/desk/mailroom/{mail.pk}/letter"' in page
    assert "1 remote picture not loaded" in around
    assert (b"t.example" in frame.content, b"https://t.example/a.gif" in asked.content) == (False, True)
    assert "img-src data:;" in frame["Content-Security-Policy"]
    assert "img-src data: https:;" in asked["Content-Security-Policy"]
    assert "sandbox allow-popups allow-popups-to-escape-sandbox" in frame["Content-Security-Policy"]


def test_a_mail_without_formatting_has_none_to_show(world, screen):
    mail = world.receives("stranger@nowhere.example")

    assert "Show as formatted" not in screen.words(f"/desk/mailroom/{mail.pk}")
    assert screen.get(f"/desk/mailroom/{mail.pk}/letter").status_code == 404


@clause("conduct.complaints")
def test_nothing_of_a_complaint_is_shown_to_other_agents(world, screen):
    mail = world.receives(raw=formatted_letter(world), to="complaint")
    for part in ("", "/source", "/source/text", "/letter", "/formatted", "/files/1"):
        assert screen.get(f"/desk/mailroom/{mail.pk}{part}").status_code == 404, part
    assert InboundMail.objects.get().route == "complaint"
