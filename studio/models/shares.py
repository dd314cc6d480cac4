"""A share is a public link to a clip, a stack of takes, a playlist or a project's picks."""

from __future__ import annotations

import hashlib
import hmac
import uuid
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import User
from studio.models.clips import Clip
from studio.models.clock import db_now
from studio.models.playlists import Playlist
from studio.models.projects import Project

HANDLE_CHARS = 16


class ShareQuerySet(models.QuerySet["Share"]):
    def managed_by(self, user: User) -> Self:
        """The team's owners see all links, everybody else their own."""
        return self if user.is_owner else self.filter(created_by=user)

    def live(self) -> Self:
        """Those that open: neither revoked nor expired."""
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=Now()), revoked_at=None)


class Share(models.Model):
    class Kind(models.TextChoices):
        CLIP = "clip", "Song"
        STACK = "stack", "Takes"
        PLAYLIST = "playlist", "Playlist"
        PICKS = "picks", "Picks"

    class Level(models.TextChoices):
        LISTEN = "listen", "Listen"
        COMMENT = "comment", "Comment"
        APPROVE = "approve", "Approve"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="shares")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    clip = models.ForeignKey(Clip, null=True, on_delete=models.PROTECT, related_name="shares")
    stack = models.UUIDField(null=True)
    # Empty once the playlist was deleted: such a link opens nothing.
    playlist = models.ForeignKey(Playlist, null=True, on_delete=models.SET_NULL, related_name="shares")

    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="shares")
    created_at = models.DateTimeField(default=db_now)
    # SHA-256 of the token, which nobody can read again. A revoked link has none: it is as unknown as any.
    token_hash = models.CharField(max_length=64, null=True, unique=True)

    label = models.CharField(max_length=80)  # for the team alone
    recipient = models.CharField(max_length=80, blank=True)
    level = models.CharField(max_length=8, choices=Level.choices, default=Level.LISTEN)
    downloads = models.BooleanField(default=False)
    # Of final takes all files, and the sheet that names people.
    handover = models.BooleanField(default=False)
    may_embed = models.BooleanField(default=False)
    is_public = models.BooleanField(default=False)  # search engines may list it
    see_each_other = models.BooleanField(default=False)  # its guests read each other's comments
    password = models.CharField(max_length=128, blank=True)  # hashed
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    objects: ClassVar = ShareQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind="clip", clip__isnull=False, stack=None, playlist=None)
                | Q(kind="stack", clip=None, stack__isnull=False, playlist=None)
                | Q(kind="playlist", clip=None, stack=None)
                | Q(kind="picks", clip=None, stack=None, playlist=None),
                name="share_of_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at=None) | Q(token_hash=None), name="share_revoked_has_no_token"
            ),
            models.CheckConstraint(condition=Q(may_embed=False) | Q(password=""), name="share_embed_is_open"),
            models.CheckConstraint(
                condition=Q(handover=False) | Q(downloads=True), name="share_handover_loads"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["project", "-id"], name="share_by_project"),
            models.Index(fields=["created_by", "-id"], name="share_by_person"),
            models.Index(fields=["expires_at"], condition=Q(token_hash__isnull=False), name="share_by_end"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def may_comment(self) -> bool:
        return self.level in (self.Level.COMMENT, self.Level.APPROVE)

    @property
    def may_approve(self) -> bool:
        return self.level == self.Level.APPROVE

    def handle(self, clip_id: int) -> str:
        """What the public addresses call a clip: different in each link, and no id can be read from it."""
        said = f"share {self.pk} {clip_id}".encode()
        return hmac.new(settings.SECRET_KEY.encode(), said, hashlib.sha256).hexdigest()[:HANDLE_CHARS]


class Guest(models.Model):
    """Somebody who said their name on a link that lets them comment. A cookie of that link knows the key."""

    share = models.ForeignKey(Share, on_delete=models.CASCADE, related_name="guests")
    key = models.UUIDField(unique=True, default=uuid.uuid4)
    name = models.CharField(max_length=80)
    created_at = models.DateTimeField(default=db_now)

    def __str__(self) -> str:
        return self.name


class ListenDay(models.Model):
    """How a clip was heard through one link on one day (UTC). Of who listened nothing is kept."""

    share = models.ForeignKey(Share, on_delete=models.CASCADE, related_name="listens")
    clip = models.ForeignKey(Clip, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    plays = models.PositiveIntegerField(default=0)
    completed = models.PositiveIntegerField(default=0)
    furthest = models.FloatField(default=0)  # seconds

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["share", "clip", "day"], name="listens_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.plays} plays on {self.day}"
