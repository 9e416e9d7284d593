"""What agents type on the desk, as plain values."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from hostdesk.tickets import receiving

ANSWER, NOTE = "answer", "internal"
# A browser gives no form its files back.
CHOOSE_AGAIN = "Nothing was sent yet and your words are kept; please choose the files again."


class ManyFiles(forms.ClearableFileInput):
    """A file field that takes several at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files, none needed; cleans to a list. Says which file is too large, or that there are too many."""

    widget = ManyFiles

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """The limits, for the script that names a file too large before it is sent. `Any`: Django's own signature."""
        limits = {"data-most-bytes": receiving.MOST_BYTES, "data-most-files": receiving.MOST_FILES}
        return {**super().widget_attrs(widget), **limits}

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        """Each file through the checks of one. `Any`: Django's own signature."""
        chosen = data if isinstance(data, list | tuple) else [data] if data else []
        too_large = [one.name for one in chosen if one.size > receiving.MOST_BYTES]
        if too_large:
            most = receiving.MOST_BYTES // 1_000_000
            raise forms.ValidationError(f"{', '.join(too_large)}: larger than {most} MB. {CHOOSE_AGAIN}")
        if len(chosen) > receiving.MOST_FILES:
            raise forms.ValidationError(
                f"{len(chosen)} files are more than {receiving.MOST_FILES}. {CHOOSE_AGAIN}"
            )
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
