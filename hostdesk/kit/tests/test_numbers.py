"""Ticket numbers as people read them out and mistype them."""

import pytest

from hostdesk.kit import numbers

pytestmark = pytest.mark.db_free


def test_a_number_is_read_as_it_is_shown():
    assert [numbers.read(numbers.shown(n)) for n in (1001, 1042, 99999, 10**9)] == [1001, 1042, 99999, 10**9]


@pytest.mark.parametrize("typed", ["1042", "#1042", " 1042-9 ", "#1042-9"])
def test_the_ways_people_write_a_number(typed):
    assert numbers.read(typed) == 1042


def test_every_wrong_digit_and_every_swap_of_neighbours_is_noticed():
    shown = numbers.shown(1042).replace("-", "")
    wrong = {shown[:i] + d + shown[i + 1 :] for i in range(5) for d in "0123456789"} - {shown}
    wrong |= {shown[:i] + shown[i + 1] + shown[i] + shown[i + 2 :] for i in range(4)} - {shown}

    assert [number for number in wrong if numbers.read(f"{number[:4]}-{number[4]}") is not None] == []


@pytest.mark.parametrize("typed", ["", "abc", "1042-", "1042-8", "10 42", "１０４２", "1" * 13, "-9"])
def test_what_is_no_number_is_none(typed):
    assert numbers.read(typed) is None


def test_tags_with_a_wrong_digit_or_of_other_desks_are_no_tags():
    assert numbers.tags_in("Re: [#1042-9] and [#1042-8] and [#77] [Ticket#5]") == [1042]
