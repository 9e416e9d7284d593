"""WebAuthn itself, by its library: options for a browser, and the browser's answers checked.

The library with all its cryptography takes a fifth of a second to load; `actions.passkeys` brings this module in with the
first passkey that is used, so that a page server starts without it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

import webauthn
from webauthn.helpers import (
    base64url_to_bytes,
    bytes_to_base64url,
    options_to_json,
    parse_authentication_credential_json,
    parse_registration_credential_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AttestationConveyancePreference,
    AuthenticationCredential,
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

_T = TypeVar("_T")
# What the library and its parsers raise for an answer that is none.
_WRONG = (WebAuthnException, ValueError, TypeError, KeyError, RecursionError)


class NoAnswer(ValueError):  # noqa: N818
    """What the browser sent is no answer to these options, or a wrong one."""


@dataclass(frozen=True, slots=True)
class Here:
    """Where the desk is: the name that keys are bound to, and the address that a browser must have seen."""

    rp_id: str
    origin: str


@dataclass(frozen=True, slots=True)
class Made:
    """A key that a browser has made, checked. `credential_id` is base64url."""

    credential_id: str
    public_key: bytes
    sign_count: int
    synced: bool
    transports: list[str]


@dataclass(frozen=True, slots=True)
class Signed:
    """An answer that names a key and is not checked yet; `handle` is the owner's, base64url, or empty."""

    credential_id: str
    handle: str
    credential: AuthenticationCredential


def registration_options(
    here: Here,
    *,
    issuer: str,
    handle: str,
    email: str,
    name: str,
    challenge: bytes,
    timeout: int,
    known: Iterable[str],
) -> str:
    """JSON with which a browser makes a key; none of the `known` again. `timeout` in milliseconds."""
    options = webauthn.generate_registration_options(
        rp_id=here.rp_id,
        rp_name=issuer,
        user_id=base64url_to_bytes(handle),
        user_name=email,
        user_display_name=name,
        challenge=challenge,
        timeout=timeout,
        attestation=AttestationConveyancePreference.NONE,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.PREFERRED,
        ),
        exclude_credentials=_descriptors(known),
    )
    return options_to_json(options)


def made(answer: str, *, challenge: bytes, here: Here) -> Made:
    """The key that a browser made for this challenge. Raises `NoAnswer`."""

    def read() -> Made:
        credential = parse_registration_credential_json(answer)
        checked = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=here.rp_id,
            expected_origin=here.origin,
            require_user_verification=False,
        )
        return Made(
            credential_id=bytes_to_base64url(checked.credential_id),
            public_key=checked.credential_public_key,
            sign_count=checked.sign_count,
            synced=checked.credential_backed_up,
            transports=[str(one.value) for one in credential.response.transports or []],
        )

    return _answered(read)


def request_options(
    here: Here, *, challenge: bytes, timeout: int, allowed: Iterable[str], verified: bool
) -> str:
    """JSON with which a browser signs by one of the `allowed` keys, or by any of this desk when none is named.

    `verified`: the key must have verified the person; else it is asked to where it can. `timeout` in milliseconds.
    """
    wanted = UserVerificationRequirement.REQUIRED if verified else UserVerificationRequirement.PREFERRED
    options = webauthn.generate_authentication_options(
        rp_id=here.rp_id,
        challenge=challenge,
        timeout=timeout,
        allow_credentials=_descriptors(allowed),
        user_verification=wanted,
    )
    return options_to_json(options)


def signed(answer: str) -> Signed:
    """An answer as it reads; nothing of it is believed yet. Raises `NoAnswer`."""

    def read() -> Signed:
        credential = parse_authentication_credential_json(answer)
        handle = credential.response.user_handle
        return Signed(credential.id, bytes_to_base64url(handle) if handle else "", credential)

    return _answered(read)


def counter_of(answer: Signed, *, challenge: bytes, here: Here, public_key: bytes, verified: bool) -> int:
    """The key's counter, when the signature is good for this challenge. Raises `NoAnswer`."""
    return _answered(
        lambda: (
            webauthn.verify_authentication_response(
                credential=answer.credential,
                expected_challenge=challenge,
                expected_rp_id=here.rp_id,
                expected_origin=here.origin,
                credential_public_key=public_key,
                # The counter is looked at by the caller, when the signature has shown whose it is.
                credential_current_sign_count=0,
                require_user_verification=verified,
            ).new_sign_count
        )
    )


def _descriptors(ids: Iterable[str]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(one)) for one in ids]


def _answered(read: Callable[[], _T]) -> _T:
    try:
        return read()
    except _WRONG as wrong:
        raise NoAnswer(str(wrong)) from wrong
