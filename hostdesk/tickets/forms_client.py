"""What customers type in the client area, as plain values."""

from __future__ import annotations

from collections.abc import Sequence

from django import forms
from django.core.validators import MaxLengthValidator
from django.urls import reverse_lazy

from hostdesk.hosting.models import Account
from hostdesk.tickets import receiving
from hostdesk.tickets.actions.opening import SUBJECT_LENGTH
from hostdesk.tickets.forms import CHOOSE_AGAIN, FilesField

_FILES_HINT = (
    f"Up to {receiving.MOST_FILES} files of {receiving.MOST_BYTES // 1_000_000} MB each. "
    "You can also paste a picture into the text."
)
# A validator and no `max_length`: with its attribute a browser would cut what is pasted and say nothing.
_NOT_TOO_LONG = MaxLengthValidator(
    receiving.MOST_CHARACTERS,
    f"That is longer than {receiving.MOST_CHARACTERS} characters. Send the long part as a file, please.",
)


class ReplyForm(forms.Form):
    """What a customer adds to a ticket: words, or files, or both."""

    text = forms.CharField(
        label="Your message",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        validators=[_NOT_TOO_LONG],
    )
    files = FilesField(  # type: ignore[assignment]  # stubs know files of the form only by that name
        label="Files", required=False, help_text=_FILES_HINT
    )
    submission = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def clean(self) -> None:
        """Something must be there to send."""
        super().clean()
        given = self.cleaned_data
        if not self.errors and not given["text"].strip() and not given["files"]:
            self.add_error("text", "Write what you would like to add, or choose a file.")
        ask_for_files_again(self)


def ask_for_files_again(form: forms.Form) -> None:
    """Say beside the files of a form that comes back for another reason that they have to be chosen again."""
    if form.errors and form.cleaned_data.get("files"):
        form.add_error("files", CHOOSE_AGAIN)


class NewTicketForm(forms.Form):
    """A request: for which account, what is wrong, and everything that helps.

    `accounts` are those that the person acts for; the choice is asked only where there are several. `draft` is the
    name under which the browser keeps what is typed.
    """

    account = forms.TypedChoiceField(
        label="Which account is it about?",
        coerce=int,
        widget=forms.Select(
            attrs={
                "hx-get": reverse_lazy("tickets:client_new"),
                "hx-target": "#already",
                "hx-trigger": "change",
            }
        ),
        error_messages={
            "required": "Choose the account that it is about.",
            "invalid_choice": "Choose one of your accounts.",
        },
    )
    subject = forms.CharField(
        label="What is wrong?",
        max_length=SUBJECT_LENGTH,
        help_text="In a few words, such as: The shop shows error 500",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Say in a few words what is wrong."},
    )
    text = forms.CharField(
        label="What happened?",
        help_text=(
            "Copy the exact error message, if there is one. Tell us what you were doing, and when it began. "
            "A picture of it often says it best."
        ),
        strip=False,
        widget=forms.Textarea(attrs={"rows": 9}),
        validators=[_NOT_TOO_LONG],
        error_messages={
            "required": "Describe what happened, as well as you can. We start from your words.",
        },
    )
    files = FilesField(  # type: ignore[assignment]  # stubs know files of the form only by that name
        label="Screenshots and other files", required=False, help_text=_FILES_HINT
    )
    submission = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    follows = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)

    def __init__(self, *args: object, accounts: Sequence[Account], draft: str, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        for name in ("subject", "text"):
            self.fields[name].widget.attrs |= {"data-draft": "here", "data-draft-kind": draft}
        choices = [(one.pk, f"{one.username} ({one.customer.name})") for one in accounts]
        field = self.fields["account"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = choices
        if len(choices) == 1:
            field.required = False
            field.empty_value = choices[0][0]  # type: ignore[assignment]  # stubs know texts only
            field.widget = forms.HiddenInput()

    def clean(self) -> None:
        """What was chosen is gone from the browser when something else is wrong; say so."""
        super().clean()
        ask_for_files_again(self)

    def clean_text(self) -> str:
        """Blank lines alone say nothing."""
        text: str = self.cleaned_data["text"]
        if not text.strip():
            raise forms.ValidationError(self.fields["text"].error_messages["required"], code="required")
        return text
