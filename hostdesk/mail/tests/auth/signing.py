"""Signs mails for tests with keys made on the spot, and publishes them in a zone."""

import base64
import hashlib
import re

import dkim
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa

from hostdesk.mail.auth import canonical

_RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
_ED = ed25519.Ed25519PrivateKey.generate()


def rsa_public(key=_RSA):
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return base64.b64encode(public).decode()


def rsa_record(extra="", key=_RSA):
    return f"v=DKIM1; {extra}k=rsa; p={rsa_public(key)}"


def rsa_signed(raw, *, domain, selector="s1", include=(b"from", b"subject"), **options):
    """`raw` with a DKIM-Signature by RSA on top, made by a library that shares no code with ours."""
    pem = _RSA.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    line = dkim.sign(raw, selector.encode(), domain.encode(), pem, include_headers=list(include), **options)
    return line + raw


def ed25519_record():
    public = _ED.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return f"v=DKIM1; k=ed25519; p={base64.b64encode(public).decode()}"


def ed25519_signed(raw, *, domain, selector="ed"):
    """`raw` with an Ed25519 signature (RFC 8463), relaxed, over From and Subject."""
    return signed(raw, {"d": domain, "s": selector, "a": "ed25519-sha256"})


def signed(raw, tags=(), *, name="DKIM-Signature", key=_RSA, extra_names=(), fold=" "):
    """`raw` with a signature on top whose tags are as given; None leaves a tag out, the rest is the usual.

    Signs what a careless signer would: any tags, any versions. `fold` is what stands between the tags.
    """
    said = {
        "v": "1",
        "a": "rsa-sha256",
        "c": "relaxed/relaxed",
        "d": "acme.example",
        "s": "s1",
        "h": "from:subject",
    }
    said |= dict(tags)
    head, body = raw.split(b"\r\n\r\n", 1)
    fields = [
        (bytes(n), v) for n, _, v in (line.partition(b":") for line in re.split(rb"\r\n(?![ \t])", head))
    ]
    ways = ((said["c"] or "simple/simple").lower() + "/simple").split("/")
    form = canonical.relaxed_body(body) if ways[1] == "relaxed" else canonical.simple_body(body)
    length = int(said["l"]) if str(said.get("l", "")).isdigit() else None
    said.setdefault("bh", base64.b64encode(hashlib.sha256(form[:length]).digest()).decode())
    value = fold + f";{fold}".join(f"{n}={v}" for n, v in said.items() if v is not None) + f";{fold}b="
    left, wanted = list(reversed(fields)), b""
    names = [one.strip().lower().encode() for one in (said["h"] or "").split(":")] + list(extra_names)
    for wish in names:
        found = next((one for one in left if one[0].strip().lower() == wish), None)
        if found:
            left.remove(found)
            wanted += canonical.field(ways[0], *found) + b"\r\n"
    wanted += canonical.field(ways[0], name.encode(), value.encode())
    if "ed25519" in (said["a"] or ""):
        octets = _ED.sign(hashlib.sha256(wanted).digest())
    else:
        octets = key.sign(
            wanted, padding.PKCS1v15(), hashes.SHA1() if "sha1" in said["a"] else hashes.SHA256()
        )
    return name.encode() + b":" + value.encode() + base64.b64encode(octets) + b"\r\n" + raw


def sealed(raw, *, number=1, cv=None, message=(), seal=(), results=None, order=(2, 1, 0)):
    """`raw` with one more ARC set on top (RFC 8617), signed by the usual key; tags as given, None leaves one out.

    `order` is that of the three fields from the top: 0 results, 1 message signature, 2 seal.
    """
    cv = cv or ("none" if number == 1 else "pass")
    own = results or b"ARC-Authentication-Results: i=%d; lists.example; dmarc=pass\r\n" % number
    said = {"v": None, "i": str(number), "h": "from:subject:arc-authentication-results"} | dict(message)
    whole = signed(own + raw, said, name="ARC-Message-Signature")
    ams = whole[: -len(own + raw)]
    tags = {"v": None, "bh": None, "c": None, "h": None, "i": str(number), "cv": cv} | dict(seal)
    parts = [own, ams, _seal([*reversed(_arc_fields(raw)), own, ams], tags)]
    return b"".join(parts[place] for place in order) + raw


def _arc_fields(raw):
    """The ARC fields of a mail from the top, whole."""
    head = raw.split(b"\r\n\r\n", 1)[0]
    return [one for one in re.split(rb"\r\n(?![ \t])", head) if one.lower().startswith(b"arc-")]


def _seal(covered, tags):
    said = {"a": "rsa-sha256", "d": "acme.example", "s": "s1"} | tags
    value = " " + "; ".join(f"{n}={v}" for n, v in said.items() if v is not None) + "; b="
    fields = [one.rstrip(b"\r\n").partition(b":") for one in covered]
    wanted = b"".join(canonical.field("relaxed", name, content) + b"\r\n" for name, _, content in fields)
    wanted += canonical.field("relaxed", b"ARC-Seal", value.encode())
    octets = _RSA.sign(wanted, padding.PKCS1v15(), hashes.SHA256())
    return b"ARC-Seal:" + value.encode() + base64.b64encode(octets) + b"\r\n"
