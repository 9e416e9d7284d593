"""Signs mails for tests with keys made on the spot, and publishes them in a zone."""

import base64

import dkim
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

_RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
_ED = ed25519.Ed25519PrivateKey.generate()


def rsa_record(extra=""):
    public = _RSA.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return f"v=DKIM1; {extra}k=rsa; p={base64.b64encode(public).decode()}"


def rsa_signed(raw, *, domain, selector="s1", **options):
    """`raw` with a DKIM-Signature by RSA on top."""
    pem = _RSA.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    line = dkim.sign(
        raw, selector.encode(), domain.encode(), pem, include_headers=[b"from", b"subject"], **options
    )
    return line + raw


def ed25519_record():
    public = _ED.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return f"v=DKIM1; k=ed25519; p={base64.b64encode(public).decode()}"


def ed25519_signed(raw, *, domain, selector="ed"):
    """`raw` with an Ed25519 signature (RFC 8463), relaxed, over From and Subject."""
    import hashlib

    from dkim.canonicalization import Relaxed

    head, body = raw.split(b"\r\n\r\n", 1)
    fields = [tuple(line.split(b":", 1)) for line in head.split(b"\r\n")]
    digest = base64.b64encode(hashlib.sha256(Relaxed.canonicalize_body(body)).digest()).decode()
    value = f" v=1; a=ed25519-sha256; c=relaxed/relaxed; d={domain}; s={selector}; h=from:subject; bh={digest}; b="
    wanted = [(name, content) for name, content in fields if name.lower() in (b"from", b"subject")]
    wanted.sort(key=lambda pair: pair[0].lower())
    lines = Relaxed.canonicalize_headers([(name, content + b"\r\n") for name, content in wanted])
    signed = b"".join(name + b":" + content for name, content in lines)
    own = Relaxed.canonicalize_headers([(b"DKIM-Signature", value.encode() + b"\r\n")])[0]
    signed += own[0] + b":" + own[1].rstrip(b"\r\n")
    signature = base64.b64encode(_ED.sign(hashlib.sha256(signed).digest())).decode()
    return b"DKIM-Signature:" + value.encode() + signature.encode() + b"\r\n" + raw
