"""A playlist is a list of a project's clips in an order made by hand."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models

from accounts.models import User
from studio.models.clips import Clip
from studio.models.projects import Project


class PlaylistQuerySet(models.QuerySet["Playlist"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(project__in=Project.objects.visible_to(user))


class Playlist(models.Model):
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="playlists")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="playlists")
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    version = models.PositiveIntegerField(default=0)  # +1 with every change of its order
    name = models.CharField(max_length=80)

    objects: ClassVar = PlaylistQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class PlaylistEntry(models.Model):
    playlist = models.ForeignKey(Playlist, on_delete=models.CASCADE, related_name="entries")
    clip = models.ForeignKey(Clip, on_delete=models.CASCADE, related_name="+")
    position = models.PositiveIntegerField()  # 1, 2, 3 ...; gaps do no harm

    class Meta:
        ordering: ClassVar = ["position", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["playlist", "clip"], name="clip_once_per_playlist"),
        ]

    def __str__(self) -> str:
        return f"{self.position} of {self.playlist_id}"
