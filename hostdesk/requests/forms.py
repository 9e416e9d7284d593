"""What people type about requests, as plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from hostdesk.hosting.models import Account
from hostdesk.hosting.queries import domains_of
from hostdesk.kit import money
from hostdesk.people import passwords
from hostdesk.policy.catalogue import Detail, RequestType
from hostdesk.requests import account_passwords
from hostdesk.requests import details as typed

_PREFIX = "detail_"
_LONGEST_WORDS = 5000
_OUTCOMES = (
    ("done", "Done, and seen to be done"),
    ("failed", "Not done: it is ready to be tried again"),
    ("unclear", "Unclear: somebody must look"),
)


class DetailsForm(forms.Form):
    """The details that one type of request asks for, each in its own field; what they may be is checked by `details`.

    `domains` are those of the account, for examples that make sense to its owner.
    """

    words = forms.CharField(
        label="Anything else that we should know",
        required=False,
        max_length=_LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    submission = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: object, kind: RequestType, domains: Sequence[str], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        for detail in kind.details:
            self.fields[_PREFIX + detail.key] = _field(detail, domains)
        self.order_fields([*(_PREFIX + detail.key for detail in kind.details), "words"])

    def given(self) -> dict[str, str]:
        """What was typed, by the key of the catalogue."""
        return {
            name.removeprefix(_PREFIX): value
            for name, value in self.cleaned_data.items()
            if name.startswith(_PREFIX) and value
        }

    def say_wrong(self, fields: Mapping[str, str]) -> None:
        """Put what is wrong beside the field it is about."""
        for key, sentence in fields.items():
            self.add_error(_PREFIX + key, sentence)

    def shown(self) -> list[forms.BoundField]:
        """The fields in their order, without the hidden."""
        return [bound for bound in self.visible_fields() if bound.name != "words"]


def initial_of(found: Mapping[str, str]) -> dict[str, str]:
    """Details by key as the first values of a `DetailsForm`."""
    return {_PREFIX + key: value for key, value in found.items()}


def _field(detail: Detail, domains: Sequence[str]) -> forms.Field:
    own = domains[0] if domains and not detail.foreign else ""
    example = detail.example.replace(typed.SAMPLE_DOMAIN, own) if own else detail.example
    hint = f"Such as {example}" if example else ""
    errors = {
        "required": typed.NEEDED,
        "invalid_choice": "Choose one of the list.",
        "invalid": "Write a date.",
    }
    asked: dict[str, object] = {"label": detail.label, "required": detail.required, "error_messages": errors}
    if detail.kind == "choice":
        choices = [("", "Choose"), *((one, one) for one in detail.choices)]
        return forms.ChoiceField(choices=choices, **asked)  # type: ignore[arg-type]
    attributes = {"autocomplete": "off", "maxlength": str(typed.LONGEST)}
    if detail.kind == "date":
        widget: forms.Widget = forms.DateInput(attrs={"type": "date"})
    elif detail.kind == "number":
        widget = forms.TextInput(attrs={**attributes, "inputmode": "numeric"})
    elif detail.kind in ("mailbox", "domain"):
        widget = forms.TextInput(attrs={**attributes, "autocapitalize": "none", "spellcheck": "false"})
    else:
        widget = forms.TextInput(attrs=attributes)
    initial = own if detail.kind == "domain" and len(domains) == 1 else None
    return forms.CharField(widget=widget, help_text=hint, initial=initial, **asked)  # type: ignore[arg-type]


class ReasonForm(forms.Form):
    """Why something is not done; the contact reads it."""

    reason = forms.CharField(
        label="Why? The contact reads it.",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Say why; the contact reads it."},
    )


class PaymentForm(forms.Form):
    """A payment as it came in."""

    amount = forms.CharField(
        label="Amount", max_length=20, widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )
    reference = forms.CharField(
        label="Reference of the payment",
        max_length=100,
        help_text="As it stands in the bank's or the card provider's records.",
        error_messages={"required": "Give the reference, so that the payment can be found again."},
    )

    def __init__(self, *args: object, currency: str, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.currency = currency

    def clean_amount(self) -> int:
        """Whole cents of the currency of the request, nothing below zero."""
        found = money.read(str(self.cleaned_data["amount"]), self.currency)
        if found is None:
            raise forms.ValidationError(f"Write the amount in {self.currency}, such as 112.00.")
        return found.cents


class BeforeForm(forms.Form):
    """What was seen before anything was changed."""

    before = forms.CharField(
        label="How is it now?",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="So that it can be put back. No passwords.",
        error_messages={"required": "Look first and write down how it is now."},
    )


class OutcomeForm(forms.Form):
    """How a carrying out ended."""

    outcome = forms.ChoiceField(label="How did it end?", choices=_OUTCOMES, widget=forms.RadioSelect)
    after = forms.CharField(
        label="What did you see afterwards?",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="The contact reads it. No passwords.",
        error_messages={"required": "Look again and write down what you see."},
    )


class PasswordForm(forms.Form):
    """A password that the contact chooses; shown by the browser's own means rather than typed twice."""

    password = forms.CharField(
        label="New password",
        max_length=passwords.LONGEST,
        strip=False,
        help_text=f"At least {passwords.SHORTEST} characters. A few words in a row are easy to remember.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={
            "required": "Choose a password.",
            "max_length": f"Use at most {passwords.LONGEST} characters.",
        },
    )

    def __init__(self, *args: Any, account: Account, **more: Any) -> None:  # as forms are made
        super().__init__(*args, **more)
        self.account = account

    def clean_password(self) -> str:
        """No password that is tried first, none built of the account's names, none with what no keyboard makes twice."""
        chosen = str(self.cleaned_data["password"])
        fault = account_passwords.fault(
            chosen, username=self.account.username, domains=domains_of(self.account)
        )
        if fault is not None:
            raise forms.ValidationError(fault)
        return chosen


class CallerForm(forms.Form):
    """A caller as they say it: nothing is shown before it fits together."""

    account = forms.CharField(label="Account or domain, as the caller says it", max_length=253)
    email = forms.CharField(
        label="E-mail address, as the caller says it",
        max_length=320,
        widget=forms.TextInput(attrs={"inputmode": "email", "autocomplete": "off"}),
    )
    pin = forms.CharField(
        label="Telephone PIN, as the caller says it",
        max_length=12,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text="Without it the stored address is asked by mail.",
    )
    called_back = forms.BooleanField(
        label="I called the contact back on the number that we have",
        required=False,
        help_text="Tick it only then: the PIN also counts there while wrong ones of other callers have locked it.",
    )
