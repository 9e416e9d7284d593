"""Input to plain values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from hostdesk.people import passwords
from hostdesk.people.models import ContactRole, Role

_ADDRESS = {"autocomplete": "username", "inputmode": "email", "autocapitalize": "none", "spellcheck": "false"}


def _address(**attributes: str) -> forms.CharField:
    # No pattern of the browser's or of Django's: which addresses exist is asked in one place, and answered to nobody.
    return forms.CharField(
        label="E-mail address", max_length=320, widget=forms.TextInput(attrs={**_ADDRESS, **attributes})
    )


def _password(label: str, purpose: str, *, required: bool = True, hint: str = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=passwords.LONGEST,
        required=required,
        strip=False,
        help_text=hint,
        widget=forms.PasswordInput(attrs={"autocomplete": purpose}),
    )


class DeskSignIn(forms.Form):
    """First step of an agent."""

    email = _address(autofocus="autofocus")
    password = _password("Password", "current-password")


class Code(forms.Form):
    """The second step: six digits, or a recovery code."""

    code = forms.CharField(
        label="Code",
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autofocus": "autofocus", "spellcheck": "false"}
        ),
    )


class PasskeyAnswer(forms.Form):
    """What a browser says for a passkey, as JSON; a script of the page puts it there."""

    answer = forms.CharField(widget=forms.HiddenInput)


class NewPasskey(PasskeyAnswer):
    """A passkey to register."""

    name = forms.CharField(
        label="Name",
        max_length=60,
        help_text="By which you will know it, such as the device it is on.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class PasskeyName(forms.Form):
    """A passkey to be called something else."""

    name = forms.CharField(max_length=60)


class Proof(forms.Form):
    """The second step once more; one of the three."""

    proof_code = forms.CharField(
        label="Code",
        max_length=40,
        required=False,
        help_text="Six digits of your authenticator app, or a recovery code.",
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "spellcheck": "false"}),
    )
    proof_password = _password("Your password", "current-password", required=False)
    proof_passkey = forms.CharField(required=False, max_length=20_000, widget=forms.HiddenInput)


class NewPassword(forms.Form):
    """A password to set, once and shown by the browser's own means rather than typed twice."""

    new = _password(
        "New password",
        "new-password",
        hint=f"At least {passwords.SHORTEST} characters. A few words in a row are easy to remember.",
    )


class ChangePassword(NewPassword):
    """A password to change."""

    current = _password("Current password", "current-password")
    field_order = ("current", "new")


class NewPin(forms.Form):
    """A telephone PIN to set."""

    pin = forms.CharField(
        label="New telephone PIN",
        max_length=20,
        help_text="Six digits without a pattern, such as the digits of no date and no telephone number.",
        widget=forms.PasswordInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


class SignIn(forms.Form):
    """A contact signs in: by a mailed link, or by password where there is one."""

    email = _address(autofocus="autofocus")
    password = _password("Password", "current-password", required=False)


class NewAgent(forms.Form):
    """An agent to invite."""

    name = forms.CharField(label="Name", max_length=200)
    email = forms.CharField(
        label="E-mail address", max_length=320, widget=forms.TextInput(attrs={"inputmode": "email"})
    )
    role = forms.ChoiceField(label="Role", choices=Role.choices, initial=Role.TECHNICIAN)


class NewContact(forms.Form):
    """A contact to list."""

    account = forms.IntegerField(widget=forms.HiddenInput)
    name = forms.CharField(label="First and last name", max_length=200)
    email = forms.CharField(
        label="E-mail address", max_length=320, widget=forms.TextInput(attrs={"inputmode": "email"})
    )
    phone = forms.CharField(label="Telephone", max_length=50, required=False)
    role = forms.ChoiceField(label="Role", choices=ContactRole.choices, initial=ContactRole.AUTHORISED)
    vouched_for = forms.CharField(
        label="How do we know?",
        max_length=150,
        help_text="Such as: letter of 3 November, call back to the primary contact.",
    )


_NAME = {"autocomplete": "off"}


class ListedContact(forms.Form):
    """Somebody new, as a contact asks for it; `submission` is the key of one press of the button."""

    name = forms.CharField(label="First and last name", max_length=200, widget=forms.TextInput(attrs=_NAME))
    email = forms.CharField(
        label="E-mail address",
        max_length=320,
        help_text="We write to it. The person counts as soon as they have pressed the button in that mail.",
        widget=forms.TextInput(attrs={"inputmode": "email", "autocapitalize": "none", "spellcheck": "false"}),
    )
    phone = forms.CharField(
        label="Telephone", max_length=50, required=False, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    role = forms.ChoiceField(label="Role", initial=ContactRole.AUTHORISED)
    submission = forms.CharField(max_length=64, widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, roles: Sequence[tuple[str, str]], **named: Any
    ) -> None:  # `Any`: Django's own
        super().__init__(*args, **named)
        self.fields["role"].choices = list(roles)  # type: ignore[attr-defined]  # a ChoiceField


class ContactDetails(forms.Form):
    """Name and telephone of a listed contact."""

    name = forms.CharField(label="First and last name", max_length=200, widget=forms.TextInput(attrs=_NAME))
    phone = forms.CharField(
        label="Telephone", max_length=50, required=False, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    submission = forms.CharField(max_length=64, widget=forms.HiddenInput, required=False)


class ContactAddress(forms.Form):
    """Another address of a listed contact."""

    email = forms.CharField(
        label="New e-mail address",
        max_length=320,
        help_text="We write to it. Until the button in that mail is pressed, the present address goes on working.",
        widget=forms.TextInput(attrs={"inputmode": "email", "autocapitalize": "none", "spellcheck": "false"}),
    )
    submission = forms.CharField(max_length=64, widget=forms.HiddenInput, required=False)


class ContactRoleChoice(forms.Form):
    """Another role of a listed contact."""

    role = forms.ChoiceField(label="Role")
    submission = forms.CharField(max_length=64, widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, roles: Sequence[tuple[str, str]], **named: Any
    ) -> None:  # `Any`: Django's own
        super().__init__(*args, **named)
        self.fields["role"].choices = list(roles)  # type: ignore[attr-defined]  # a ChoiceField
