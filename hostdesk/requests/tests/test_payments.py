"""Payments that billing notes, as people write amounts."""

import pytest

from hostdesk.requests.models import Payment
from hostdesk.requests.tests.test_desk_requests import desk, now, stage  # noqa: F401

clause = pytest.mark.clause


@clause("fee.cleanup")
@pytest.mark.parametrize("typed", ["112.00", "R112.00", "112", " R 112,00", "ZAR 112", "r1\u00a012.00"])
def test_billing_notes_a_payment_as_people_write_amounts(stage, typed):  # noqa: F811
    stage.everything()
    request = stage.by["payment"]
    address = f"/desk/requests/{request.pk}/payment"
    given = {"amount": typed, "reference": "EFT 77"}

    not_hers = desk(stage.agent).post(address, given, follow=True)
    assert "Payments are recorded by billing." in not_hers.content.decode()
    assert desk(stage.billing).post(address, {**given, "amount": "111.00"}).status_code == 422
    assert Payment.objects.count() == 0
    assert desk(stage.billing).post(address, given).status_code == 303
    assert (Payment.objects.get().reference, now(request).state) == ("EFT 77", "window")


@clause("fee.cleanup")
def test_a_second_agent_of_billing_reads_that_it_waits_for_no_payment_any_more(stage):  # noqa: F811
    stage.everything()
    address = f"/desk/requests/{stage.by['payment'].pk}/payment"
    browser, given = desk(stage.billing), {"amount": "112", "reference": "EFT 77"}
    browser.post(address, given)
    late = browser.post(address, {**given, "reference": "EFT 78"}, follow=True)

    assert "does not wait for a payment" in late.content.decode()
    assert Payment.objects.count() == 1


@clause("fee.cleanup")
@pytest.mark.parametrize("typed", ["-112.00", "R -112,00", "\u2212112", "(112.00)", "neg 112"])
def test_money_that_goes_the_other_way_is_no_payment(stage, typed):  # noqa: F811
    stage.everything()
    address = f"/desk/requests/{stage.by['payment'].pk}/payment"

    assert desk(stage.billing).post(address, {"amount": typed, "reference": "EFT 77"}).status_code == 422
    assert Payment.objects.count() == 0


@clause("fee.cleanup")
@pytest.mark.parametrize(
    "typed", ["USD 112", "$112.00", "\u20ac112", "EUR112", ".112", "112,000", "\u0661112", "~112"]
)
def test_another_currency_or_half_a_figure_is_no_payment_of_this_price(stage, typed):  # noqa: F811
    stage.everything()
    address = f"/desk/requests/{stage.by['payment'].pk}/payment"
    answer = desk(stage.billing).post(address, {"amount": typed, "reference": "EFT 77"})

    assert (answer.status_code, Payment.objects.count()) == (422, 0)
    assert "Write the amount in ZAR, such as 112.00." in answer.content.decode()
