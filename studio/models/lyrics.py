"""A lyric sheet is a text to sing; a revision is one saved version of it. Revisions are never changed.

A draft is what somebody types and has not saved yet, one for each open window.
"""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models

from accounts.models import User
from studio.models.projects import Project
from studio.models.tasks import Task


class LyricSheetQuerySet(models.QuerySet["LyricSheet"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(project__in=Project.objects.visible_to(user))

    def kept(self) -> Self:
        """Those that are not put away."""
        return self.filter(archived_at=None)


class LyricSheet(models.Model):
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="lyric_sheets")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="lyric_sheets")
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    title = models.CharField(max_length=80)
    language = models.CharField(max_length=35, blank=True)  # a tag such as "en" or "pt-BR"
    notes = models.TextField(blank=True)
    words = models.TextField(blank=True)  # title, newest text and notes, folded: what a search looks at
    # The song whose words it began with, where no order says so.
    clip = models.ForeignKey("Clip", null=True, on_delete=models.SET_NULL, related_name="lyric_sheets")
    archived_at = models.DateTimeField(null=True)  # put away: in no list, and still there

    objects: ClassVar = LyricSheetQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["project", "-changed_at"], name="sheet_by_project")]

    def __str__(self) -> str:
        return self.title


class LyricRevision(models.Model):
    LONGEST = 20_000  # characters: a sheet may hold more than one song can take

    sheet = models.ForeignKey(LyricSheet, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()  # 1, 2, 3 ... within its sheet
    text = models.TextField(blank=True)
    sound = models.TextField(blank=True)  # the sound that the provider proposed with the words
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    note = models.CharField(max_length=200, blank=True)  # what changed, in the writer's words or ours
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


class LyricDraft(models.Model):
    sheet = models.ForeignKey(LyricSheet, on_delete=models.CASCADE, related_name="drafts")
    created_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    key = models.UUIDField()  # drawn by the window that it is typed in
    base = models.PositiveIntegerField()  # the version that the writing began with
    title = models.CharField(max_length=80, blank=True)
    text = models.TextField(blank=True)
    saved_at = models.DateTimeField()
    discarded_at = models.DateTimeField(null=True)  # its writer may still take it back

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sheet", "created_by", "key"], name="draft_once_per_window"),
        ]

    def __str__(self) -> str:
        return f"draft of {self.sheet_id} by {self.created_by_id}"
