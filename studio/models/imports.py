"""A file that somebody brings from their disk: it comes in parts, and a worker makes a clip of it. Free."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import User
from studio.models.clips import Clip
from studio.models.projects import Project


class Import(models.Model):
    class Status(models.TextChoices):
        COMING = "coming", "Coming"
        WAITING = "waiting", "Being looked through"
        DONE = "done", "Ready"
        REFUSED = "refused", "Not taken"

    key = models.UUIDField(default=uuid.uuid4, unique=True)  # names the part that is coming, and its address
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="imports")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="imports")
    created_at = models.DateTimeField(auto_now_add=True)
    filename = models.CharField(max_length=255)  # as the browser told it; shown, never used as a path
    fingerprint = models.CharField(max_length=100, blank=True)  # the browser's: to go on after a break
    size = models.PositiveBigIntegerField()  # bytes that are to come
    received = models.PositiveBigIntegerField(default=0)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.COMING)
    problem = models.CharField(max_length=300, blank=True)  # why it was not taken, in words for people
    clip = models.OneToOneField(Clip, null=True, on_delete=models.SET_NULL, related_name="brought")
    due_at = models.DateTimeField(null=True)  # not before: somebody is at it until then
    claims = models.PositiveSmallIntegerField(default=0)  # counted before the work
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["project", "-id"], name="import_by_project"),
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="import_due"),
        ]

    def __str__(self) -> str:
        return self.filename
