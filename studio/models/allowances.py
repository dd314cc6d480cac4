"""Rules for credits that come every month: to everybody of a role, or to one person instead."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import Role, User


class Allowance(models.Model):
    """Rows end, and are never changed: what a month brought can be told years later."""

    role = models.CharField(max_length=10, choices=Role.choices, blank=True)
    user = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="allowances")
    credits = models.PositiveIntegerField()  # 0 for a person whose role has one: none for them
    carry_over = models.BooleanField(default=False)  # else what is left of it goes at the end of the month
    since = models.DateField()  # the first of the first month
    until = models.DateField(null=True)  # the first of the first month that it no longer holds for
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["role", "user_id", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=(Q(role="") & Q(user__isnull=False)) | (~Q(role="") & Q(user__isnull=True)),
                name="allowance_of_a_role_or_a_person",
            ),
            models.UniqueConstraint(
                fields=["role"],
                condition=Q(until__isnull=True, user__isnull=True),
                name="allowance_once_per_role",
            ),
            models.UniqueConstraint(
                fields=["user"], condition=Q(until__isnull=True, role=""), name="allowance_once_per_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.credits} a month for {self.user or self.get_role_display()}"
