"""A lyric sheet is a text to sing; a revision is one saved version of it. Revisions are never changed."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models

from accounts.models import User
from studio.models.projects import Project
from studio.models.tasks import Task


class LyricSheetQuerySet(models.QuerySet["LyricSheet"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(project__in=Project.objects.visible_to(user))


class LyricSheet(models.Model):
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="lyric_sheets")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="lyric_sheets")
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    title = models.CharField(max_length=80)

    objects: ClassVar = LyricSheetQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["project", "-changed_at"], name="sheet_by_project")]

    def __str__(self) -> str:
        return self.title


class LyricRevision(models.Model):
    sheet = models.ForeignKey(LyricSheet, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()  # 1, 2, 3 ... within its sheet
    text = models.TextField(blank=True)
    sound = models.TextField(blank=True)  # the sound that the provider proposed with the words
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    # The order that wrote it; empty when a person did.
    task = models.ForeignKey(Task, null=True, on_delete=models.PROTECT, related_name="lyric_revisions")

    class Meta:
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sheet", "number"], name="revision_number_once"),
            models.UniqueConstraint(fields=["task"], name="revision_once_per_task"),
        ]

    def __str__(self) -> str:
        return f"version {self.number} of {self.sheet_id}"
