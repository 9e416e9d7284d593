"""What is typed about the time of larger work, as plain values."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings


class ProposalForm(forms.Form):
    """Kind of work, window, words for the customer, and why before older tickets."""

    work = forms.CharField(max_length=20)
    window = forms.IntegerField(min_value=1, max_value=2**62)
    words = forms.CharField(max_length=20_000, strip=True, required=False)
    jump_reason = forms.CharField(max_length=300, required=False)


class WindowForm(forms.Form):
    """The key of a window, and why it is changed."""

    window = forms.IntegerField(min_value=1, max_value=2**62, required=False)
    reason = forms.CharField(max_length=300, required=False)


class CapacityForm(forms.Form):
    """How many tickets a window takes."""

    capacity = forms.IntegerField(min_value=0, max_value=1000)


class NewWindowForm(forms.Form):
    """A window that a supervisor adds, in local time; cleans to `begins_at` and `ends_at`.

    An end that is not later than the begin is meant for the next day. A time that the change of clocks skips is refused.
    """

    team = forms.IntegerField(min_value=1, max_value=2**62)
    day = forms.DateField(
        error_messages={"required": "Choose a day.", "invalid": "Write the day as 2026-11-28."}
    )
    begins = forms.TimeField(
        error_messages={"required": "Say when it begins.", "invalid": "Write it as 22:00."}
    )
    ends = forms.TimeField(error_messages={"required": "Say when it ends.", "invalid": "Write it as 04:00."})
    capacity = forms.IntegerField(min_value=0, max_value=1000)

    def clean(self) -> dict[str, Any]:
        """Local times to instants. `Any`: Django's own signature."""
        given = super().clean() or {}
        if not {"day", "begins", "ends"} <= given.keys():
            return given
        zone = ZoneInfo(settings.TIME_ZONE)
        last = given["day"] if given["ends"] > given["begins"] else given["day"] + timedelta(days=1)
        for name, day, hour in (
            ("begins_at", given["day"], given["begins"]),
            ("ends_at", last, given["ends"]),
        ):
            local = datetime.combine(day, hour, zone)
            given[name] = local.astimezone(UTC)
            if given[name].astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):
                raise forms.ValidationError(f"{hour:%H:%M} does not exist on that day: the clocks change.")
        return given
