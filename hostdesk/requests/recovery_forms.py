"""What people type about lost passwords, as plain values."""

from __future__ import annotations

from django import forms

from hostdesk.people import passwords

_PLAIN = {"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}
_MAIL = {**_PLAIN, "inputmode": "email", "autocomplete": "email"}


class LostForm(forms.Form):
    """Which account, and whose mail."""

    name = forms.CharField(
        label="Username or domain of the account", max_length=253, widget=forms.TextInput(attrs=_PLAIN)
    )
    address = forms.CharField(label="Your mail address", max_length=320, widget=forms.TextInput(attrs=_MAIL))


class RecoveryForm(forms.Form):
    """Which domain, and where its owner reads mail now."""

    domain = forms.CharField(
        label="Domain of the account", max_length=300, widget=forms.TextInput(attrs=_PLAIN)
    )
    address = forms.CharField(
        label="A mail address that is read now", max_length=320, widget=forms.TextInput(attrs=_MAIL)
    )


class PasswordForm(forms.Form):
    """A new password, typed twice since nobody can look it up afterwards."""

    password = forms.CharField(
        label="New password",
        max_length=passwords.LONGEST,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label="The same once more",
        max_length=passwords.LONGEST,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, object]:
        """Both the same."""
        given = super().clean() or {}
        if "password" in given and "again" in given and given["password"] != given["again"]:
            self.add_error("again", "This is not the same as above.")
        return given


class WordsForm(forms.Form):
    """A reason, or what was seen."""

    words = forms.CharField(label="Why", max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
