"""Signed addresses: what we wrote is read back, and nothing else is."""

from __future__ import annotations

import string

import pytest

from hostdesk.mail import reply_tokens
from hostdesk.mail.reply_tokens import ReplyToken

pytestmark = pytest.mark.django_db

TOKEN = ReplyToken(ticket_number=1042, person_id=7, generation=3)


def written() -> str:
    return reply_tokens.address_for(1042, 7, 3)


def test_address_is_read_back_as_written_in_any_capitals():
    local, _, domain = written().partition("@")

    assert domain == "itpossible.com"
    assert [reply_tokens.read(form) for form in (written(), local, written().upper(), f" {written()} ")] == [
        TOKEN
    ] * 4
    assert len(local) <= 64
    assert reply_tokens.is_well_formed(local)


def test_largest_numbers_fit_an_address():
    address = reply_tokens.address_for(2**31, 2**31, 2**14 - 1)

    assert len(address.partition("@")[0]) <= 64
    assert reply_tokens.read(address) == ReplyToken(2**31, 2**31, 2**14 - 1)


def test_every_other_character_at_every_place_is_refused():
    local = written().partition("@")[0]
    start = len("reply+")
    alphabet = string.ascii_lowercase + string.digits

    believed = [
        changed
        for place in range(start, len(local))
        for letter in alphabet
        if letter != local[place]
        and reply_tokens.read(changed := local[:place] + letter + local[place + 1 :]) is not None
    ]

    assert believed == []


def test_shortened_and_lengthened_tokens_are_refused():
    local = written().partition("@")[0]

    assert [
        reply_tokens.read(form) for form in (local[:-1], local + "a", local[:-8], "reply+", "", "@", "reply")
    ] == [None] * 7


def test_bounce_and_reply_addresses_do_not_stand_for_each_other():
    bounce = reply_tokens.bounce_address_for(5)

    assert reply_tokens.read_bounce(bounce) == 5
    assert reply_tokens.read(bounce) is None
    assert reply_tokens.read(bounce.replace("bounce+", "reply+")) is None
    assert reply_tokens.read_bounce(written().replace("reply+", "bounce+")) is None


def test_other_key_is_not_believed(settings):
    address = written()
    settings.SECRET_KEY = "x" * 50

    assert reply_tokens.read(address) is None


def test_key_among_the_fallbacks_is_still_believed(settings):
    address, old = written(), settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "x" * 50, ["y" * 50, old]

    assert reply_tokens.read(address) == TOKEN
    assert written() != address


def test_addresses_differ_for_ticket_person_and_generation():
    addresses = {
        reply_tokens.address_for(*numbers)
        for numbers in ((1042, 7, 3), (1043, 7, 3), (1042, 8, 3), (1042, 7, 4))
    }

    assert len(addresses) == 4
