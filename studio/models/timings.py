"""When each line of a song is sung."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from accounts.models import User
from studio.models.clips import Clip


class Timing(models.Model):
    class Source(models.TextChoices):
        PROVIDER = "provider", "From the provider"
        FILE = "file", "From a file"
        HAND = "hand", "Set by hand"

    clip = models.OneToOneField(Clip, primary_key=True, on_delete=models.CASCADE, related_name="timing")
    # [{"line": 3, "text": "...", "start": 12.3, "end": 15.0}]: seconds; `line` counts the lines of the clip's
    # lyrics from 0 and is null for one that is not among them. Sorted by `start`.
    lines = models.JSONField(default=list)
    source = models.CharField(max_length=10, choices=Source.choices)
    changed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[models.Manager[Timing]]

    def __str__(self) -> str:
        return f"timing of {self.clip_id}"
