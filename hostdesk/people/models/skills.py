"""Skill, HeldSkill."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Lower

from hostdesk.people.models.agents import Agent


class Skill(models.Model):
    """Something that not every agent can do, in the operator's own word: linux, dns, billing."""

    word = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(Lower("word"), name="skill_word_unique")]


class HeldSkill(models.Model):
    """An agent who can do it."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="held_skills")
    skill = models.ForeignKey(Skill, on_delete=models.CASCADE, related_name="held_by")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agent", "skill"], name="held_skill_once")]
