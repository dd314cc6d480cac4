"""A clip is one piece of audio in the library; an asset is one stored file of it."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models

from accounts.models import User
from studio.models.projects import Project
from studio.models.tasks import Task


class ClipQuerySet(models.QuerySet["Clip"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(project__in=Project.objects.visible_to(user))


class Clip(models.Model):
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="clips")
    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="clips")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="clips")
    created_at = models.DateTimeField(auto_now_add=True)
    provider = models.CharField(max_length=20)
    upstream_id = models.CharField(max_length=128)

    title = models.CharField(max_length=200)
    sound = models.TextField(blank=True)
    lyrics = models.TextField(blank=True)
    model = models.CharField(max_length=60, blank=True)
    seed = models.CharField(max_length=40, blank=True)
    duration = models.FloatField()  # seconds, measured on our own copy
    loudness = models.FloatField()  # LUFS, integrated
    true_peak = models.FloatField()  # dBTP
    peaks = models.BinaryField()  # one byte per bucket, full scale = 255

    objects: ClassVar = ClipQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["provider", "upstream_id"], name="clip_upstream_id_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["project", "-id"], name="clip_by_project")]

    def __str__(self) -> str:
        return self.title

    def asset(self, kind: str) -> Asset | None:
        """Walks the prefetched assets, so that a list of clips costs one query for all of them."""
        return next((asset for asset in self.assets.all() if asset.kind == kind), None)

    @property
    def master(self) -> Asset | None:
        return self.asset(Asset.Kind.MASTER)

    @property
    def wav(self) -> Asset | None:
        return self.asset(Asset.Kind.WAV)

    @property
    def cover(self) -> Asset | None:
        return self.asset(Asset.Kind.COVER)

    @property
    def thumb(self) -> Asset | None:
        return self.asset(Asset.Kind.THUMB)

    @property
    def videos(self) -> list[Asset]:
        return [asset for asset in self.assets.all() if asset.kind == Asset.Kind.VIDEO]


class Asset(models.Model):
    class Kind(models.TextChoices):
        MASTER = "master", "Audio"
        WAV = "wav", "WAV"
        MP3 = "mp3", "MP3"
        FLAC = "flac", "FLAC"
        VIDEO = "video", "Video"
        STEM = "stem", "Stem"
        ORIGINAL = "original", "As uploaded"
        COVER = "cover", "Cover"
        THUMB = "thumb", "Small cover"

    clip = models.ForeignKey(Clip, on_delete=models.CASCADE, related_name="assets")
    # The order that brought it; empty for what we made from our own copy.
    task = models.ForeignKey(Task, null=True, on_delete=models.PROTECT, related_name="assets")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    label = models.CharField(max_length=60, blank=True)  # which of several: the stem, the video's look
    name = models.CharField(max_length=200, unique=True)  # below the media folder
    content_type = models.CharField(max_length=40)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["clip", "kind", "label"], name="asset_once_per_kind_and_label"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def extension(self) -> str:
        return self.name.rpartition(".")[2]

    @property
    def title(self) -> str:
        return f"{self.get_kind_display()}, {self.label}" if self.label else self.get_kind_display()


class Conversion(models.Model):
    """A file in another format that somebody asked for and that a worker makes from our own copy. Free."""

    clip = models.ForeignKey(Clip, on_delete=models.CASCADE, related_name="conversions")
    kind = models.CharField(max_length=10, choices=Asset.Kind.choices)
    asked_at = models.DateTimeField(auto_now_add=True)
    due_at = models.DateTimeField()  # not before: somebody is at it until then
    claims = models.PositiveSmallIntegerField(default=0)  # counted before the work
    problem = models.CharField(max_length=200, blank=True)  # why it was given up

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["clip", "kind"], name="conversion_once_per_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.clip_id}"
