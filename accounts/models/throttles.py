"""How often something was tried lately, counted where all web processes see it."""

from __future__ import annotations

from django.db import models


class Throttle(models.Model):
    key = models.CharField(max_length=64, unique=True)  # a hash: who reads it learns no address
    since = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.count} since {self.since:%Y-%m-%d %H:%M}"
