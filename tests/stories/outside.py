"""What an outsider has: an SMTP client, the API, a browser without scripts, and DNS zones with keys of his own."""

from __future__ import annotations

import base64
import hashlib
import http.client
import http.cookiejar
import itertools
import json
import re
import smtplib
import urllib.error
import urllib.parse
import urllib.request
from email.message import EmailMessage

import dkim
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

PASSWORD = "a long enough secret"
COLUMNS = "customer,account,product,server,domains,contact_name,contact_email,contact_role,contact_phone\n"
_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
_PEM = _KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
)
_PUBLIC = _KEY.public_key().public_bytes(
    serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
)
KEY = [["TXT", "v=DKIM1; k=rsa; p=" + base64.b64encode(_PUBLIC).decode()]]
HERE = [["TXT", "v=spf1 ip4:127.0.0.1 -all"]]
NOWHERE = [["TXT", "v=spf1 -all"]]
_count = itertools.count(1)


def customers(*addresses):
    """The CSV of one customer for each address, primary contact of an account `acct1`, `acct2`, ..."""
    rows = (
        f"C{n},acct{n},shared,,,Person {n},{address},primary,\n" for n, address in enumerate(addresses, 1)
    )
    return COLUMNS + "".join(rows)


def letter(author, *, subject=None, words=None, to="support@itpossible.com", head=""):
    """A mail as bytes, no two alike; `author` and `head` (whole lines) are written as they stand."""
    n = next(_count)
    return (
        f"From: {author}\r\nTo: {to}\r\nSubject: {subject or f'Matter {n}'}\r\nMessage-ID: <{n}@client.example>\r\n"
        f"{head}\r\n{words or f'Words {n}.'}\r\n"
    ).encode()


def signed(raw, domain):
    """The mail with a DKIM signature of `domain`, selector s1."""
    return dkim.sign(raw, b"s1", domain.encode(), _PEM, include_headers=[b"from", b"subject"]) + raw


def digest(raw):
    return hashlib.sha256(raw).hexdigest()


class Outsider:
    """Somebody with a token for a running desk; `accepted` holds the SHA-256 of each mail answered with 250."""

    def __init__(self, house, token):
        self.house, self.token = house, token
        self.accepted = []

    def send(self, raw, *, sender="somebody@elsewhere.example", to=("support@itpossible.com",)):
        """Through the door, byte by byte as given; the mail's SHA-256."""
        with smtplib.SMTP(
            "127.0.0.1", self.house.smtp_port, local_hostname="client.example", timeout=30
        ) as client:
            client.ehlo()
            client.mail(sender, ["SMTPUTF8"] if not sender.isascii() else [])
            for address in to:
                assert client.rcpt(address)[0] == 250
            assert client.data(raw)[0] == 250
        self.accepted.append(digest(raw))
        return self.accepted[-1]

    def mails(self, sha256):
        """What the API says of the mails with these bytes."""
        return [
            mail
            for mail in self.house.api("/mails?limit=200", self.token)["items"]
            if mail["sha256"] == sha256
        ]

    def settled(self, sha256, *, seconds=15):
        """The one mail with these bytes, once it has its disposition."""
        [mail] = self.house.wait_for(
            lambda: [mail for mail in self.mails(sha256) if mail["disposition"]], seconds=seconds
        )
        return mail

    def judged(self, raw, **how):
        """(disposition, trust, clause) of a mail that is sent now."""
        mail = self.settled(self.send(raw, **how))
        return mail["disposition"], mail["trust"], mail["clause"]

    def ticket(self, number):
        return self.house.api(f"/tickets/{number}", self.token)


class Page:
    """One answer over HTTP: status, headers in small letters, text."""

    def __init__(self, status, headers, body):
        self.status, self.body = status, body
        self.headers = {name.lower(): value for name, value in headers}
        self.text = body.decode("utf-8", "replace")


def ask(house, method, path, *, headers=None, body=None):
    """One request without cookies or redirects."""
    line = http.client.HTTPConnection("127.0.0.1", house.http_port, timeout=20)
    line.request(method, path, body, headers or {})
    answer = line.getresponse()
    page = Page(answer.status, answer.getheaders(), answer.read())
    line.close()
    return page


class Browser:
    """Cookies, redirects and forms; no scripts."""

    def __init__(self, house):
        self.house = house
        self._open = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        ).open

    def get(self, path, fields=None, **headers):
        data = urllib.parse.urlencode(fields).encode() if fields is not None else None
        request = urllib.request.Request(self.house.url + path, data=data, headers=headers)
        try:
            answer = self._open(request, timeout=20)
        except urllib.error.HTTPError as no:
            answer = no
        with answer:
            return Page(answer.status, answer.headers.items(), answer.read())

    def submit(self, path, **fields):
        """Fill in the form of a page, its token included."""
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.get(path).text)
        return self.get(path, {**fields, "csrfmiddlewaretoken": token[1] if token else ""})

    def sign_in(self, email, password=PASSWORD):
        return self.submit("/desk/sign-in", email=email, password=password)


def add_agent(house, role):
    """An agent of a role, with a token; the token."""
    email = f"{role}@itpossible.com"
    house.run(
        "agents",
        "add",
        email,
        "--name",
        role.title(),
        "--role",
        role,
        "--password-stdin",
        given=PASSWORD.encode() + b"\n",
    )
    return house.run("tokens", "create", "--agent", email, "--name", "outside").stdout.decode().strip()


def with_html(author, html, files=(), subject="Formatted"):
    """A mail with words, a formatted twin and files (name, type, content)."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = author, "support@itpossible.com", subject
    mail["Message-ID"] = f"<{next(_count)}@client.example>"
    mail.set_content("plain words")
    mail.add_alternative(html, subtype="html")
    for name, kind, content in files:
        maintype, subtype = kind.split("/")
        mail.add_attachment(content, maintype=maintype, subtype=subtype, filename=name)
    return mail.as_bytes().replace(b"\n", b"\r\n")


def json_of(page):
    return json.loads(page.body)
