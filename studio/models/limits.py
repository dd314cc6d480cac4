"""How much may be spent in a day or a month: by a person, in a project, by the team."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import User
from studio.models.projects import Project


class Limit(models.Model):
    class Period(models.TextChoices):
        DAY = "day", "a day"
        MONTH = "month", "a month"

    class Action(models.TextChoices):
        WARN = "warn", "Warn"
        BLOCK = "block", "Block"

    # Neither: the whole team.
    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="limits")
    project = models.ForeignKey(Project, null=True, on_delete=models.CASCADE, related_name="limits")
    period = models.CharField(max_length=5, choices=Period.choices)
    action = models.CharField(max_length=5, choices=Action.choices)
    credits = models.PositiveIntegerField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["project_id", "user_id", "period", "action"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(user__isnull=True) | Q(project__isnull=True), name="limit_of_one_thing"
            ),
            models.UniqueConstraint(
                fields=["user", "period", "action"],
                condition=Q(user__isnull=False),
                name="limit_once_per_person",
            ),
            models.UniqueConstraint(
                fields=["project", "period", "action"],
                condition=Q(project__isnull=False),
                name="limit_once_per_project",
            ),
            models.UniqueConstraint(
                fields=["period", "action"],
                condition=Q(user__isnull=True, project__isnull=True),
                name="limit_once_for_the_team",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.credits} {self.get_period_display()} ({self.action})"


class LimitRaise(models.Model):
    """More for the day or month at hand only: how an owner answers who ran into a limit."""

    limit = models.ForeignKey(Limit, on_delete=models.CASCADE, related_name="raises")
    period = models.DateField()  # its first day
    credits = models.PositiveIntegerField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.credits} more from {self.period}"
