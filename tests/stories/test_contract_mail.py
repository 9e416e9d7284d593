"""The contract of mail, by mails of an outsider against a running desk."""

import re
import socket
import struct
import threading
from email import message_from_bytes, policy

import pytest

from tests.running import desk
from tests.servers import name_server, smart_host
from tests.stories.outside import (
    HERE,
    KEY,
    NOWHERE,
    Outsider,
    add_agent,
    ask,
    customers,
    digest,
    json_of,
    letter,
    signed,
)

pytestmark = [pytest.mark.db_free, pytest.mark.timeout(120)]
clause = pytest.mark.clause

ZONE = {
    "proven.example": HERE,
    "_dmarc.proven.example": [["TXT", "v=DMARC1; p=reject"]],
    "s1._domainkey.proven.example": KEY,
    "s1._domainkey.mail.proven.example": KEY,
    "plain.example": HERE,
    "s1._domainkey.plain.example": KEY,
    "asks.nothing.example": NOWHERE,
    "_dmarc.asks.nothing.example": [["TXT", "v=DMARC1; p=none"]],
    "broken.example": [["TXT", "v=spf1 include:"], ["TXT", "v=spf1 -all"]],
    "quarantines.example": NOWHERE,
    "_dmarc.quarantines.example": [["TXT", "v=DMARC1; p=quarantine"]],
    "sub.top.example": NOWHERE,
    "top.example": NOWHERE,
    "_dmarc.top.example": [["TXT", "v=DMARC1; p=none; sp=reject"]],
    "strict.example": NOWHERE,
    "_dmarc.strict.example": [["TXT", "v=DMARC1; p=reject; adkim=s; aspf=s"]],
    "s1._domainkey.mail.strict.example": KEY,
    "mail.strict.example": HERE,
    "evil.example": HERE,
    "s1._domainkey.evil.example": KEY,
}
CONTACTS = [
    f"ann@{domain}"
    for domain in (
        "proven.example", "plain.example", "nothing.example", "asks.nothing.example", "broken.example",
        "quarantines.example", "sub.top.example", "strict.example",
    )
]  # fmt: skip
PROVEN = ("ticketed", "proven", "contact.listed_sender")
PLAUSIBLE = ("ticketed", "plausible", "contact.listed_sender")
UNPROVEN = ("ticketed", "unproven", "contact.listed_sender")
FORGED = ("quarantined", "forged", "contact.listed_sender")
EVIL = "mallory@evil.example"


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """(a desk with one contact for each kind of domain, tokens by role, what the smart host was given)."""
    folder = tmp_path_factory.mktemp("outside")
    (folder / "customers.csv").write_text(customers(*CONTACTS))
    with (
        name_server(ZONE) as dns,
        smart_host() as (url, kept),
        desk(folder / "data", HOSTDESK_DNS=dns, SMTP_URL=url) as house,
    ):
        house.run("customers", "import", "customers.csv")
        yield house, {role: add_agent(house, role) for role in ("technician", "supervisor", "admin")}, kept


@pytest.fixture(scope="module")
def outsider(running):
    house, tokens, _ = running
    return Outsider(house, tokens["supervisor"])


def sent_about(running, words):
    """Mails that the smart host was given whose subject begins so: (recipients, parsed)."""
    parsed = [(to, message_from_bytes(raw, policy=policy.default)) for _, to, raw in running[2].mails]
    return [(to, mail) for to, mail in parsed if str(mail["Subject"]).startswith(words)]


def spoken(house, *lines, linger=False):
    """The last reply of a conversation in which each line waits for its answer."""
    with (
        socket.create_connection(("127.0.0.1", house.smtp_port), timeout=30) as line,
        line.makefile("rb") as replies,
    ):

        def reply():
            said = [replies.readline()]
            while said[-1][3:4] == b"-":
                said.append(replies.readline())
            return [one.decode().strip() for one in said]

        answer = reply()
        for words in lines:
            line.sendall(words if isinstance(words, bytes) else words.encode() + b"\r\n")
            answer = reply()
        if linger:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return answer


# --- how far a sender is believed


@clause("contact.listed_sender")
@pytest.mark.parametrize(
    ("author", "envelope", "signer", "expected"),
    [
        ("ann@proven.example", "ann@proven.example", None, PROVEN),
        ("ann@proven.example", EVIL, "proven.example", PROVEN),
        ("ann@proven.example", EVIL, "mail.proven.example", PROVEN),
        ("ANN@PROVEN.EXAMPLE", "ann@proven.example", None, PROVEN),
        ("ann@proven.example", EVIL, None, FORGED),
        ("ann@proven.example", EVIL, "evil.example", FORGED),
        ("ann@plain.example", "ann@plain.example", None, PLAUSIBLE),
        ("ann@plain.example", EVIL, "plain.example", PLAUSIBLE),
        ("ann@plain.example", EVIL, "evil.example", UNPROVEN),
        ("ann@nothing.example", "ann@nothing.example", None, UNPROVEN),
        ("ann@asks.nothing.example", "ann@asks.nothing.example", None, UNPROVEN),
        ("ann@broken.example", "ann@broken.example", None, UNPROVEN),
        ("ann@quarantines.example", "ann@quarantines.example", None, FORGED),
        ("ann@sub.top.example", "ann@sub.top.example", None, FORGED),
        ("ann@strict.example", EVIL, "mail.strict.example", FORGED),
        ("ann@strict.example", "ann@mail.strict.example", None, FORGED),
    ],
)
def test_a_listed_sender_is_believed_as_far_as_the_domain_vouches(
    outsider, author, envelope, signer, expected
):
    raw = letter(author)

    assert outsider.judged(signed(raw, signer) if signer else raw, sender=envelope) == expected


@clause("contact.listed_sender")
def test_a_signature_over_other_words_proves_nothing(outsider):
    raw = signed(letter("ann@proven.example", words="Pay 100"), "proven.example").replace(b"100", b"900")

    assert outsider.judged(raw, sender=EVIL) == FORGED


@clause("contact.listed_sender")
def test_only_believed_senders_are_told_their_number_and_nothing_forged_is_answered(running, outsider):
    for subject, author, envelope in (
        ("Told", "ann@proven.example", "ann@proven.example"),
        ("Asked", "ann@broken.example", "ann@broken.example"),
        ("Silent", "ann@proven.example", EVIL),
    ):
        outsider.settled(
            outsider.send(letter(author, subject=f"{subject} words", words="secret"), sender=envelope)
        )
    [(to, told)] = running[0].wait_for(lambda: sent_about(running, "Told words"))
    confirm = running[0].wait_for(
        lambda: [one for one in running[2].mails if one[1] == ["ann@broken.example"]]
    )

    assert to == ["ann@proven.example"]
    assert told["Auto-Submitted"] == "auto-replied"
    assert re.fullmatch(r"Told words \[#\d+-\d\]", told["Subject"])
    assert b"secret" not in confirm[-1][2]
    assert b"Asked words" not in confirm[-1][2]
    assert sent_about(running, "Silent") == []


# --- threads


@clause("channel.no_duplicates")
def test_only_an_entitled_and_believed_sender_joins_a_ticket(running, outsider):
    raw = letter("Ann <ann@proven.example>", subject="The thread", head=f"Cc: {EVIL}\r\n")
    number = outsider.settled(outsider.send(raw, sender="ann@proven.example"))["ticket"]
    [(_, acknowledgement)] = running[0].wait_for(lambda: sent_about(running, "The thread"))
    reply = acknowledgement["Reply-To"]
    answers = f"In-Reply-To: {acknowledgement['Message-ID']}\r\n"
    tag = f"Re: The thread [#{number}]"

    def becomes(author, envelope, to=reply):
        mail = outsider.settled(
            outsider.send(letter(author, subject=tag, head=answers), sender=envelope, to=[to])
        )
        return mail["disposition"], mail["ticket"] == number

    assert becomes("ann@proven.example", "ann@proven.example") == ("appended", True)
    assert becomes("ann@proven.example", "ann@proven.example", reply.upper()) == ("appended", True)
    assert becomes("ann@proven.example", EVIL) == ("quarantined", False)
    assert becomes("ann@plain.example", "ann@plain.example") == ("ticketed", False)
    assert becomes("ann@nothing.example", "ann@nothing.example") == ("ticketed", False)
    assert becomes(EVIL, EVIL) == ("closed", False)
    assert len(outsider.ticket(number)["messages"]) == 3
    assert {address for _, to, _ in running[2].mails for address in to} <= set(CONTACTS)


@clause("channel.no_duplicates")
def test_an_altered_reply_address_leads_nowhere(running, outsider):
    raw = letter("ann@proven.example", subject="The token")
    number = outsider.settled(outsider.send(raw, sender="ann@proven.example"))["ticket"]
    [(_, acknowledgement)] = running[0].wait_for(lambda: sent_about(running, "The token"))
    local, _, domain = str(acknowledgement["Reply-To"]).partition("@")
    ends = []
    for place in range(len("reply+"), len(local), 5):
        other = local[:place] + ("a" if local[place] != "a" else "b") + local[place + 1 :]
        sent = outsider.send(
            letter("ann@proven.example"), sender="ann@proven.example", to=[f"{other}@{domain}"]
        )
        ends.append(outsider.settled(sent))

    assert len(ends) >= 6
    assert [mail for mail in ends if mail["disposition"] != "ticketed" or mail["ticket"] == number] == []


def test_the_same_bytes_are_one_mail_and_one_message_id_may_be_two(outsider):
    once = letter("ann@proven.example")
    twins = [
        f"From: ann@proven.example\r\nSubject: {w}\r\nMessage-ID: <twin@x>\r\n\r\n{w}\r\n".encode()
        for w in "AB"
    ]
    for raw in (once, once, *twins):
        outsider.send(raw, sender="ann@proven.example")
    tickets = [outsider.settled(digest(raw))["ticket"] for raw in twins]

    assert len(outsider.mails(digest(once))) == 1
    assert len(set(tickets)) == 2


# --- complaints


@clause("conduct.complaints")
@pytest.mark.parametrize(
    "to", [["complaint@itpossible.com"], ["support@itpossible.com", "COMPLAINT+x@itpossible.com"]]
)
def test_a_complaint_is_seen_by_supervisors_only(running, outsider, to):
    house, tokens, _ = running
    mail = outsider.settled(outsider.send(letter(EVIL, subject="Rude to me"), sender=EVIL, to=to))

    assert (mail["disposition"], mail["clause"]) == ("ticketed", "conduct.complaints")
    assert outsider.ticket(mail["ticket"])["team"] == "supervisors"
    for role in ("technician", "admin"):
        bearer = {"Authorization": f"Bearer {tokens[role]}"}
        seen = [
            ask(house, "GET", f"/api/v1{path}", headers=bearer)
            for path in (
                f"/tickets/{mail['ticket']}",
                f"/mails/{mail['id']}",
                "/tickets?limit=200",
                "/mails?limit=200",
            )
        ]
        assert [page.status for page in seen] == [404, 404, 200, 200]
        assert [page for page in seen if "Rude to me" in page.text] == []


# --- the door


def test_the_door_says_its_size_and_refuses_what_is_not_for_us(running):
    house = running[0]
    hello = spoken(house, "EHLO x")
    size = next(int(line.rpartition(" ")[2]) for line in hello if line[4:].startswith("SIZE "))
    begun = ("EHLO x", "MAIL FROM:<a@b.example>")

    assert spoken(house, "EHLO x", f"MAIL FROM:<a@b.example> SIZE={size + 1}")[0][:3] == "552"
    assert spoken(house, "EHLO x", f"MAIL FROM:<a@b.example> SIZE={size}")[0][:3] == "250"
    for recipient, code in (
        ("support@itpossible.com", "250"), ("SUPPORT+x@ITPOSSIBLE.COM", "250"), ("postmaster", "250"),
        ("nobody@itpossible.com", "550"), ("support@elsewhere.example", "550"), ("reply+forged@itpossible.com", "550"),
    ):  # fmt: skip
        assert (recipient, spoken(house, *begun, f"RCPT TO:<{recipient}>")[0][:3]) == (recipient, code)


@pytest.mark.parametrize("end", [b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r\n.\r"])
def test_a_dot_between_bare_line_ends_never_ends_a_mail(running, outsider, end):
    begun = ("EHLO x", "MAIL FROM:<a@b.example>", "RCPT TO:<support@itpossible.com>", "DATA")
    inner = b"MAIL FROM:<x@y.example>\r\nRCPT TO:<support@itpossible.com>\r\nDATA\r\nFrom: x@y.example\r\n\r\nsmuggled"

    assert spoken(running[0], *begun, letter(EVIL) + b"x" + end + inner + b"\r\n.\r\n")[0][:3] == "550"
    assert [
        m for m in running[0].api("/mails?limit=200", outsider.token)["items"] if m["sender"] == "x@y.example"
    ] == []


def test_fifty_at_once_are_kept_although_fifty_others_hang_up(running, outsider):
    house = running[0]
    begun = ("EHLO x", "MAIL FROM:<a@b.example>", "RCPT TO:<support@itpossible.com>", "DATA")
    kept = []

    def hang_up(half):
        with (
            socket.create_connection(("127.0.0.1", house.smtp_port), timeout=30) as line,
            line.makefile("rb") as replies,
        ):
            replies.readline()
            for words in begun:
                line.sendall(words.encode() + b"\r\n")
                while replies.readline()[3:4] == b"-":
                    pass
            line.sendall(letter(EVIL)[:30] if half else letter(EVIL) + b".\r\n")
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    threads = [threading.Thread(target=hang_up, args=(n % 2 == 0,)) for n in range(50)]
    threads += [
        threading.Thread(target=lambda: kept.append(outsider.send(letter(EVIL), sender=EVIL)))
        for _ in range(50)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    house.wait_for(lambda: all(outsider.mails(sha) for sha in kept[:3]))
    known = {mail["sha256"] for mail in house.api("/mails?limit=200", outsider.token)["items"]}

    assert len(kept) == 50
    assert set(kept) - known == set()


# --- the API


def test_the_api_pages_from_the_newest_and_answers_every_error_as_a_problem(running, outsider):
    house, tokens, _ = running
    for _ in range(3):
        outsider.settled(outsider.send(letter("ann@proven.example"), sender="ann@proven.example"))
    ids, cursor = [], ""
    while cursor is not None:
        page = house.api(f"/mails?limit=40{cursor and '&cursor=' + cursor}", tokens["admin"])
        ids, cursor = ids + [mail["id"] for mail in page["items"]], page["next"]
    bearer = {"Authorization": f"Bearer {tokens['admin']}"}

    def problem(method, path, headers=bearer):
        page = ask(house, method, path, headers=headers)
        return page.status, page.headers["content-type"], json_of(page)["status"]

    assert ids == sorted(set(ids), reverse=True)
    for method, path, status in (
        ("GET", "/api/v1", 404), ("GET", "/api/v1/tickets/", 404), ("GET", "/api/v1/tickets/9999999", 404),
        ("GET", "/api/v1/tickets?cursor=x", 422), ("POST", "/api/v1/tickets", 405),
    ):  # fmt: skip
        assert (path, *problem(method, path)) == (path, status, "application/problem+json", status)
    assert problem("GET", "/api/v1/tickets", {})[0] == 401
    assert ask(house, "HEAD", "/api/v1/tickets", headers=bearer).status == 200


def test_twenty_a_second_are_answered_and_a_storm_is_told_when_to_come_back(running):
    house, tokens, _ = running
    bearer = {"Authorization": f"Bearer {tokens['technician']}"}
    pages = [ask(house, "GET", "/api/v1/tickets?limit=1", headers=bearer) for _ in range(20)]

    assert {page.status for page in pages} == {200}
    storm = [ask(house, "GET", "/api/v1/tickets?limit=1", headers=bearer) for _ in range(200)]
    refused = next(page for page in storm if page.status == 429)
    assert (refused.headers["content-type"], refused.headers["retry-after"]) == (
        "application/problem+json",
        "1",
    )


def test_the_books_balance(running, outsider):
    """Each mail that was answered with 250 is in the list once, with one disposition, and no other is."""
    house = running[0]
    for n in range(205):
        outsider.send(letter(EVIL if n % 2 else "ann@proven.example"), sender=EVIL)

    def all_mails():
        found, cursor = [], ""
        while cursor is not None:
            page = house.api(f"/mails?limit=200{cursor and '&cursor=' + cursor}", outsider.token)
            found, cursor = found + page["items"], page["next"]
        return found if all(mail["disposition"] for mail in found) else None

    mails = house.wait_for(all_mails, seconds=60)
    with_ticket = [mail["disposition"] in ("ticketed", "appended") for mail in mails]
    books = [mail["sha256"] for mail in mails]

    assert [mail["ticket"] is not None for mail in mails] == with_ticket
    assert [sha for sha in set(outsider.accepted) if books.count(sha) != 1] == []
    assert len({mail["id"] for mail in mails}) == len(mails) == len(set(books))
    assert house.get("/health/ready")[0] == 200
    assert "Traceback" not in house.log()
