"""Public keys of signers in DNS (RFC 6376 3.6, 8301, 8463), and the one act of verifying with them."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import load_der_public_key

from hostdesk.mail.auth import tags
from hostdesk.mail.auth.domains import ascii_name
from hostdesk.mail.auth.resolver import DnsDown, Resolver

LEAST_RSA_BITS = 1024
MOST_RSA_BITS = 8192
# One name may hold several keys while they are exchanged; more would only make us work.
MOST_KEYS = 4


class NoKey(Exception):  # noqa: N818
    """No usable key for this signature, for good; the message says why."""


class KeyDown(Exception):  # noqa: N818
    """The key could not be fetched now."""


@dataclass(frozen=True, slots=True)
class Key:
    """One public key and what its record says. `testing`: the signer only tries out (`t=y`)."""

    public: rsa.RSAPublicKey | ed25519.Ed25519PublicKey
    testing: bool
    own_domain_only: bool

    def verifies(self, signature: bytes, digest: bytes) -> bool:
        """Whether the signature is one of this SHA-256 digest."""
        try:
            if isinstance(self.public, rsa.RSAPublicKey):
                self.public.verify(signature, digest, padding.PKCS1v15(), Prehashed(hashes.SHA256()))
            else:
                self.public.verify(signature, digest)
        except InvalidSignature:
            return False
        return True


def keys_of(selector: str, domain: str, kind: str, resolver: Resolver) -> list[Key]:
    """The keys at `selector._domainkey.domain` that fit a signature of that kind (`rsa`, `ed25519`).

    Raises NoKey, with the reason of the last record looked at, or KeyDown.
    """
    name = ascii_name(f"{selector}._domainkey.{domain}")
    if name is None:
        raise NoKey("the key has no possible name")
    try:
        records = resolver.lookup(name, "TXT").records
    except DnsDown as trouble:
        raise KeyDown(str(trouble)) from trouble
    why, found = "there is no key for this signature", []
    for record in records[:MOST_KEYS]:
        try:
            if isinstance(record, bytes):
                found.append(_key(record, kind))
        except NoKey as problem:
            why = str(problem)
    if not found:
        raise NoKey(why)
    return found


def _key(record: bytes, kind: str) -> Key:
    try:
        said = tags.parse(record)
    except tags.BadTags as problem:
        raise NoKey("the key record cannot be read") from problem
    if "v" in said and (next(iter(said)) != "v" or said["v"] != "DKIM1"):
        raise NoKey("the key record is of another version")
    if "p" not in said:
        raise NoKey("the key record holds no key")
    if not said["p"]:
        raise NoKey("the key has been revoked")
    if said.get("k", "rsa").lower() != kind:
        raise NoKey("the key is of another kind than the signature")
    if "h" in said and "sha256" not in _list(said["h"]):
        raise NoKey("the key does not allow this hash")
    if not {"*", "email"} & set(_list(said.get("s", "*"))):
        raise NoKey("the key is not for mail")
    flags = _list(said.get("t", ""))
    return Key(_public(said["p"], kind), testing="y" in flags, own_domain_only="s" in flags)


def _list(value: str) -> list[str]:
    return [one.strip().lower() for one in value.split(":")]


def _public(encoded: str, kind: str) -> rsa.RSAPublicKey | ed25519.Ed25519PublicKey:
    try:
        octets = base64.b64decode(tags.no_blanks(encoded))
        if kind == "ed25519":
            return ed25519.Ed25519PublicKey.from_public_bytes(octets)
        public = load_der_public_key(octets)
    except (ValueError, TypeError, binascii.Error, UnsupportedAlgorithm) as problem:
        raise NoKey("the key cannot be read") from problem
    if not isinstance(public, rsa.RSAPublicKey):
        raise NoKey("the key is of another kind than the signature")
    if public.key_size < LEAST_RSA_BITS:
        raise NoKey(f"the key is too short ({public.key_size} bits)")
    if public.key_size > MOST_RSA_BITS:
        raise NoKey(f"the key is too long ({public.key_size} bits)")
    return public
