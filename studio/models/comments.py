"""A comment on a moment or a range of a clip, by a member or by a guest of a link."""

from __future__ import annotations

import uuid
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from studio.models.clips import Clip
from studio.models.clock import db_now
from studio.models.shares import Guest, Share


class CommentQuerySet(models.QuerySet["Comment"]):
    def open(self) -> Self:
        """Remarks that still ask for something; answers count with what they answer."""
        return self.filter(parent=None, resolved_at=None)


class Comment(models.Model):
    clip = models.ForeignKey(Clip, on_delete=models.CASCADE, related_name="comments")
    parent = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="answers")
    key = models.UUIDField(unique=True, default=uuid.uuid4)  # what public pages call it
    # Seconds; without a start it is about the whole song, without an end about a moment. Answers have none.
    start = models.FloatField(null=True)
    end = models.FloatField(null=True)
    text = models.TextField()
    created_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    guest = models.ForeignKey(Guest, null=True, on_delete=models.PROTECT, related_name="comments")
    # The link on which it can be read; empty: only the team reads it. Answers have that of their comment.
    share = models.ForeignKey(Share, null=True, on_delete=models.PROTECT, related_name="comments")
    created_at = models.DateTimeField(default=db_now)
    edited_at = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    assigned_to = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="assigned_comments"
    )

    objects: ClassVar = CommentQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(created_by__isnull=False, guest=None)
                | Q(created_by=None, guest__isnull=False, share__isnull=False),
                name="comment_by_one_person",
            ),
            models.CheckConstraint(
                condition=Q(end=None) | Q(start__isnull=False, end__gt=F("start")), name="comment_range"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["clip", "id"], name="comment_by_clip"),
            models.Index(
                fields=["assigned_to"],
                condition=Q(assigned_to__isnull=False, resolved_at=None),
                name="comment_assigned",
            ),
        ]

    def __str__(self) -> str:
        return self.text[:80]

    @property
    def author(self) -> str:
        return str(self.created_by or self.guest)
