"""The provider's own balance beside ours, time after time: the history of `audit --upstream`."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class BalanceReading(models.Model):
    provider = models.CharField(max_length=20)
    at = models.DateTimeField()
    balance = models.IntegerField()  # theirs
    ours = models.IntegerField()  # what our books say is left there
    in_doubt = models.IntegerField(default=0)  # of orders whose outcome nobody knows yet
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering: ClassVar = ["-pk"]
        indexes: ClassVar = [models.Index(fields=["provider", "-at"], name="reading_by_provider")]

    def __str__(self) -> str:
        return f"{self.provider}: {self.balance} of {self.ours}"
