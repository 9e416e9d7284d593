"""Input to plain values."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time
from typing import Any

from django import forms

from hostdesk.people.models import Agent, Team
from hostdesk.schedule.models import PlanChange
from hostdesk.schedule.planning import Hours

_DAYS = (("0", "Mon"), ("1", "Tue"), ("2", "Wed"), ("3", "Thu"), ("4", "Fri"), ("5", "Sat"), ("6", "Sun"))


def _day(label: str, *, required: bool = True) -> forms.DateField:
    return forms.DateField(
        label=label, required=required, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


def _clock(label: str, *, required: bool = True) -> forms.TimeField:
    return forms.TimeField(
        label=label, required=required, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )


class _Staffed(forms.Form):
    """A form about one agent in one team. `Any`: Django's own keyword arguments."""

    agent = forms.TypedChoiceField(label="Who", coerce=int)
    team = forms.TypedChoiceField(label="Team", coerce=int)

    def __init__(self, *args: Any, agents: Sequence[Agent], teams: Sequence[Team], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.chosen = {agent.pk: agent for agent in agents}
        self.teams = {team.pk: team for team in teams}
        people = [(str(agent.pk), agent.name) for agent in agents]
        self.fields["agent"].choices = [("", "Choose"), *people]  # type: ignore[attr-defined]  # a choice field
        self.fields["team"].choices = [(str(team.pk), team.name) for team in teams]  # type: ignore[attr-defined]
        if "stand_in" in self.fields:
            self.fields["stand_in"].choices = [("", "Nobody"), *people]  # type: ignore[attr-defined]

    def who(self) -> Agent:
        """The agent that was chosen."""
        return self.chosen[self.cleaned_data["agent"]]

    def whose(self) -> Team:
        """The team that was chosen."""
        return self.teams[self.cleaned_data["team"]]

    def hours(self) -> Hours | None:
        """The hours that were given, if both were."""
        begin, end = self.cleaned_data.get("begins"), self.cleaned_data.get("ends")
        return Hours(_minute(begin), _minute(end)) if begin is not None and end is not None else None


def _minute(clock: time) -> int:
    return clock.hour * 60 + clock.minute


class WeeklyShift(_Staffed):
    """A shift of every week."""

    weekdays = forms.TypedMultipleChoiceField(
        label="On", choices=_DAYS, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    begins = _clock("From")
    ends = _clock("To")
    since = _day("First day")

    field_order = ("agent", "team", "weekdays", "begins", "ends", "since")


class Away(_Staffed):
    """Somebody is away, or works more than the plan says."""

    kind = forms.ChoiceField(
        label="What",
        choices=(
            ("sick", "is sick"),
            ("leave", "is on leave"),
            ("swap", "swaps: somebody else works these shifts"),
            ("extra", "works an extra shift"),
        ),
    )
    first_day = _day("First day")
    last_day = _day("Last day", required=False)
    stand_in = forms.TypedChoiceField(label="Who works instead", coerce=int, required=False, empty_value=None)
    begins = _clock("Extra shift from", required=False)
    ends = _clock("Extra shift to", required=False)

    field_order = ("agent", "team", "kind", "first_day", "last_day", "stand_in", "begins", "ends")

    def days(self) -> tuple[date, date]:
        """First and last day; one day where only the first was given."""
        first = self.cleaned_data["first_day"]
        return first, self.cleaned_data["last_day"] or first

    def instead(self) -> Agent | None:
        """Who works instead."""
        chosen = self.cleaned_data["stand_in"]
        return self.chosen[chosen] if chosen is not None else None

    def is_extra(self) -> bool:
        """Whether it adds a shift."""
        return bool(self.cleaned_data["kind"] == PlanChange.Kind.EXTRA)
