"""Tables of the queue: who may take what, who took what before whom, who passed what over."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from hostdesk.people.models import Agent, Skill, Team


class SkillNeed(models.Model):
    """The operator's rule that tickets of one class, or about one product, need a skill.

    `word` is a `TicketClass` or a `hosting.Product`. A desk without rows here gives every ticket to everybody of its team.
    """

    class Subject(models.TextChoices):
        """What the word is one of."""

        CLASS = "class", "class"
        PRODUCT = "product", "product"

    subject = models.CharField(max_length=10, choices=Subject)
    word = models.CharField(max_length=20)
    skill = models.ForeignKey(Skill, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject", "word", "skill"], name="skill_need_once"),
            models.CheckConstraint(
                condition=Q(subject__in=["class", "product"]), name="skill_need_subject_known"
            ),
        ]


class TicketSkill(models.Model):
    """A skill that one ticket needs, as an agent has seen."""

    ticket = models.ForeignKey("tickets.Ticket", on_delete=models.CASCADE, related_name="+", db_index=False)
    skill = models.ForeignKey(Skill, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "skill"], name="ticket_skill_once")]


class HandOut(models.Model):
    """One ticket came from the queue to one agent: how, after how long, and past how many that waited longer.

    `past_*` count the older tickets of its team that waited then, by why it went before them: the agent lacks a skill
    for them (`skill`), had passed them over (`skip`), it was an emergency (`emergency`), somebody chose it and said why
    (`choice`). `first`: nobody had it before, so that `waited_seconds` is the wait of its customer. `undone` at once
    by the agent: counts nowhere.
    """

    class How(models.TextChoices):
        """By which door."""

        NEXT = "next", "take next"
        TAKEN = "taken", "chosen by the agent"
        ASSIGNED = "assigned", "given by a colleague"
        ANSWERED = "answered", "answered at once"

    ticket = models.ForeignKey(
        "tickets.Ticket", on_delete=models.CASCADE, related_name="hand_outs", db_index=False
    )
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+", db_index=False)
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="+", db_index=False)
    how = models.CharField(max_length=10, choices=How)
    reason = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
    first = models.BooleanField()
    waited_seconds = models.BigIntegerField()
    past_skill = models.IntegerField(default=0)
    past_skip = models.IntegerField(default=0)
    past_emergency = models.IntegerField(default=0)
    past_choice = models.IntegerField(default=0)
    undone = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["at"], name="hand_out_at"),
            models.Index(fields=["ticket", "-id"], name="hand_out_ticket"),
        ]


class PassOver(models.Model):
    """An agent left a ticket to others, and why; "take next" does not give it to that agent again while this stands.

    It stands until `until`, or `ended_at`: somebody took it, or everybody who could take it had passed it over
    (`came_back`). `returned`: the agent had it and gave it back.
    """

    ticket = models.ForeignKey(
        "tickets.Ticket", on_delete=models.CASCADE, related_name="passed_over", db_index=False
    )
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+", db_index=False)
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="+", db_index=False)
    reason = models.CharField(max_length=300)
    returned = models.BooleanField(default=False)
    at = models.DateTimeField()
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    came_back = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(
                fields=["agent", "until"], name="pass_over_stands", condition=Q(ended_at__isnull=True)
            ),
            models.Index(fields=["ticket"], name="pass_over_ticket"),
            models.Index(fields=["-at"], name="pass_over_at"),
        ]
