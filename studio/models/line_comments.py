"""A comment on one line of a lyric sheet. It moves with its line from version to version."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models

from accounts.models import User
from studio.models.lyrics import LyricRevision, LyricSheet


class LineCommentQuerySet(models.QuerySet["LineComment"]):
    def unresolved(self) -> Self:
        """Remarks that still ask for something; answers count with what they answer."""
        return self.filter(parent=None, resolved_at=None)


class LineComment(models.Model):
    sheet = models.ForeignKey(LyricSheet, on_delete=models.CASCADE, related_name="comments")
    revision = models.ForeignKey(
        LyricRevision, on_delete=models.CASCADE, related_name="+"
    )  # when it was made
    parent = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="answers")
    # From 0, in the newest version; empty once the line is gone. An answer has its parent's.
    line = models.PositiveIntegerField(null=True)
    quote = models.CharField(max_length=300)  # the line as it was then
    text = models.TextField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    mentions = models.ManyToManyField(User, related_name="line_mentions")

    objects: ClassVar = LineCommentQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["sheet", "id"], name="comment_by_sheet")]

    def __str__(self) -> str:
        return self.text[:80]
