"""A proposal is a text that an order wrote for a sheet: it lies beside the sheet until somebody decides."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from accounts.models import User
from studio.models.lyrics import LyricRevision, LyricSheet
from studio.models.tasks import Task


class LyricProposal(models.Model):
    sheet = models.ForeignKey(LyricSheet, on_delete=models.CASCADE, related_name="proposals")
    task = models.OneToOneField(Task, on_delete=models.PROTECT, related_name="proposal")
    # The version that was the newest when it was ordered.
    beside = models.ForeignKey(LyricRevision, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=80, blank=True)
    text = models.TextField()
    sound = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    decided_at = models.DateTimeField(null=True)  # taken as a whole, or discarded; parts leave it open
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["sheet", "-id"], name="proposal_by_sheet")]

    def __str__(self) -> str:
        return f"proposal for {self.sheet_id}"
