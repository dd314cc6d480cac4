"""What holds for the whole team: one row."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import User


class Team(models.Model):
    """Locked by every order where a limit of the team blocks: then they go one after the other."""

    # While spending is paused nothing is ordered, and what waits is not sent.
    paused_at = models.DateTimeField(null=True)
    paused_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    pause_reason = models.CharField(max_length=200, blank=True)
    time_zone = models.CharField(max_length=40, default="UTC")  # days and months of limits and allowances
    # Notices of low credits: a person's balance, and what is left at a provider. 0: none.
    low_person = models.PositiveIntegerField(default=20)
    low_provider = models.PositiveIntegerField(default=0)  # 0: a fifth of what there was

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=Q(pk=1), name="one_team")]

    def __str__(self) -> str:
        return "the team"

    @classmethod
    def settings(cls) -> Team:
        """As they are now, also of a team that has set nothing: who only reads writes no row."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)

    @classmethod
    def get(cls) -> Team:
        return cls.objects.get_or_create(pk=1)[0]
