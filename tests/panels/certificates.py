"""A certificate authority of the tests, and a certificate of it for 127.0.0.1."""

from __future__ import annotations

import datetime as dt
import ipaddress

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def certificates(folder):
    """(CA file, certificate and key of 127.0.0.1) in PEM files of `folder`."""
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test CA")])
    ca = _certificate(issuer, issuer, ca_key.public_key(), ca_key, x509.BasicConstraints(True, None))
    leaf = _certificate(
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "panel")]),
        issuer,
        key.public_key(),
        ca_key,
        x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
    )
    pem = serialization.Encoding.PEM
    form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "ca.pem").write_bytes(ca.public_bytes(pem))
    (folder / "panel.pem").write_bytes(leaf.public_bytes(pem) + key.private_bytes(pem, *form))
    return folder / "ca.pem", folder / "panel.pem"


def _certificate(subject, issuer, public, signer, extension):
    today = dt.datetime.now(dt.UTC)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(public)
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(today - dt.timedelta(days=1))
    builder = builder.not_valid_after(today + dt.timedelta(days=30))
    usage = x509.KeyUsage(True, False, False, False, False, True, False, False, False)
    builder = builder.add_extension(extension, critical=False)
    if isinstance(extension, x509.BasicConstraints):
        builder = builder.add_extension(usage, critical=True)
        builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    else:
        of_ca = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
        builder = builder.add_extension(of_ca, critical=False)
    return builder.sign(signer, hashes.SHA256())
