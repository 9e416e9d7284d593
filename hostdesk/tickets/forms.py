"""What agents type on the desk, as plain values."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

ANSWER, NOTE = "answer", "internal"


class ManyFiles(forms.ClearableFileInput):
    """A file field that takes several at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files, none needed; cleans to a list."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        """Each file through the checks of one. `Any`: Django's own signature."""
        chosen = data if isinstance(data, list | tuple) else [data] if data else []
        return [super(FilesField, self).clean(one, initial) for one in chosen]


class AnswerForm(forms.Form):
    """An answer to the customer: words, files, whose turn it is then, and why it goes before older tickets."""

    text = forms.CharField(
        label="Answer to the customer",
        strip=False,
        widget=forms.Textarea,
        error_messages={"required": "An answer needs some words."},
    )
    files = FilesField(label="Files", required=False)  # type: ignore[assignment]  # Form has an attribute of that name
    then = forms.ChoiceField(
        choices=[("waiting_customer", ""), ("open", ""), ("resolved", "")],
        required=False,
        initial="waiting_customer",
    )
    jump_reason = forms.CharField(label="Why before older tickets?", required=False, max_length=300)
    submission = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)


class NoteForm(forms.Form):
    """A note that only staff sees."""

    text = forms.CharField(
        label="Internal note",
        strip=False,
        widget=forms.Textarea,
        error_messages={"required": "A note needs some words."},
    )
    submission = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)


class AssignmentForm(forms.Form):
    """Who is to have a ticket: an agent's key, or nothing for the queue; why, and a word for the new holder."""

    to = forms.IntegerField(required=False)
    reason = forms.CharField(required=False, max_length=300)
    hand_over = forms.CharField(required=False, max_length=20_000)


class DraftForm(forms.Form):
    """What is typed and not sent."""

    text = forms.CharField(required=False, strip=False)
    kind = forms.ChoiceField(choices=[(ANSWER, ""), (NOTE, "")])
