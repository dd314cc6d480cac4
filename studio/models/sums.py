"""Sums of the ledger and of finished songs by month: what owners look at without reading a million lines.

They are a cache: made from entries in the order of their keys up to a mark, and can be made anew.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import BigIntegerField, Value
from django.db.models.functions import Coalesce

from accounts.models import User
from studio.models.projects import Project


def once(name: str, *fields: str) -> models.UniqueConstraint:
    """One row for each combination, where "nobody" and "no project" count as one of them."""
    nobody = [Coalesce(each, Value(0), output_field=BigIntegerField()) for each in ("user_id", "project_id")]
    return models.UniqueConstraint("month", *nobody, "provider", "operation", "model", *fields, name=name)


class Sum(models.Model):
    month = models.DateField()
    user = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")  # whose order
    project = models.ForeignKey(Project, null=True, on_delete=models.PROTECT, related_name="+")
    provider = models.CharField(max_length=20, blank=True)
    operation = models.CharField(max_length=20, blank=True)
    model = models.CharField(max_length=80, blank=True)

    class Meta:
        abstract = True


class CreditSum(Sum):
    kind = models.CharField(max_length=16)
    amount = models.BigIntegerField()
    entries = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar = [once("credit_sum_once", "kind")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.kind}: {self.amount}"


class SongSum(Sum):
    songs = models.PositiveIntegerField()
    seconds = models.FloatField()

    class Meta:
        constraints: ClassVar = [once("song_sum_once")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}: {self.seconds} s"


class SumMark(models.Model):
    """How far the sums go: the key of the last row in them."""

    name = models.CharField(max_length=10, primary_key=True)
    up_to = models.BigIntegerField(default=0)
    at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.name} up to {self.up_to}"
