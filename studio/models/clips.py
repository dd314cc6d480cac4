"""A clip is one piece of audio in the library; an asset is one stored file of it."""

from __future__ import annotations

import uuid
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from accounts.models import User
from studio.models.projects import Project
from studio.models.tags import Tag
from studio.models.tasks import Task

KEPT = Q(binned_at__isnull=True)
FROM_DISK = "import"  # the operation of a clip that somebody brought without any order


class ClipQuerySet(models.QuerySet["Clip"]):
    def visible_to(self, user: User) -> Self:
        """Also those in the bin: who may see a song may see it there."""
        return self if user.is_owner else self.filter(project__in=Project.objects.visible_to(user))

    def editable_by(self, user: User) -> Self:
        return self.filter(project__in=Project.objects.editable_by(user))

    def kept(self) -> Self:
        """Those that are not in the bin, nor gone from it."""
        return self.filter(binned_at=None)

    def in_bin(self) -> Self:
        return self.filter(binned_at__isnull=False, purged_at=None)

    def for_row(self) -> Self:
        """Everything that a row of the library shows, in a fixed number of queries."""
        with_all = self.select_related("created_by", "project", "task")
        return with_all.prefetch_related("assets", "tags").defer("notes", "task__answer", "task__params")


class Clip(models.Model):
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="clips")
    # Empty for a recording that came from somebody's disk.
    task = models.ForeignKey(Task, null=True, on_delete=models.PROTECT, related_name="clips")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="clips")
    created_at = models.DateTimeField(auto_now_add=True)
    provider = models.CharField(max_length=20, blank=True)
    upstream_id = models.CharField(max_length=128, blank=True)
    operation = models.CharField(max_length=20, default=FROM_DISK)  # of its task: the library filters by it

    title = models.CharField(max_length=200)
    sound = models.TextField(blank=True)
    lyrics = models.TextField(blank=True)
    model = models.CharField(max_length=60, blank=True)
    seed = models.CharField(max_length=40, blank=True)
    duration = models.FloatField()  # seconds, measured on our own copy
    loudness = models.FloatField()  # LUFS, integrated
    true_peak = models.FloatField()  # dBTP
    peaks = models.BinaryField()  # one byte per bucket, full scale = 255

    # What people made of it
    sort_title = models.CharField(max_length=100, default="")  # folded, for lists by title
    stack = models.UUIDField(default=uuid.uuid4)  # the takes of one order have the same
    is_front = models.BooleanField(default=True)  # stands for its stack where the others are folded away
    picked = models.BooleanField(default=False)  # the one of its takes
    rating = models.PositiveSmallIntegerField(default=0)  # 1 to 5; 0: not rated
    plays = models.PositiveIntegerField(default=0)
    has_video = models.BooleanField(default=False)
    approved_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    # Who approved it through a link, instead of a member; the guest knows which link.
    approved_guest = models.ForeignKey("Guest", null=True, on_delete=models.PROTECT, related_name="+")
    # Final: nothing of it changes any more, and only files are made from it.
    final_at = models.DateTimeField(null=True)
    final_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    notes = models.TextField(blank=True)
    tags = models.ManyToManyField(Tag, through="ClipTag", related_name="clips")
    binned_at = models.DateTimeField(null=True)
    binned_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    # Its files are gone; the row stays for the family and the books.
    purged_at = models.DateTimeField(null=True)

    objects: ClassVar = ClipQuerySet.as_manager()
    take_count = 1  # in its stack; lists that fold takes set it

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["provider", "upstream_id"], condition=~Q(upstream_id=""), name="clip_upstream_id_once"
            ),
            models.UniqueConstraint(
                fields=["stack"], condition=Q(is_front=True), name="clip_one_front_per_stack"
            ),
            models.CheckConstraint(condition=Q(rating__lte=5), name="clip_rating_to_five"),
            models.CheckConstraint(
                condition=Q(purged_at=None) | Q(binned_at__isnull=False), name="clip_purged_from_bin"
            ),
            models.CheckConstraint(
                condition=Q(final_at=None) | Q(approved_at__isnull=False, binned_at=None),
                name="clip_final_is_approved",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | Q(approved_guest=None), name="clip_approved_by_one"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["project", "-id"], name="clip_by_project"),
            models.Index(fields=["stack"], name="clip_by_stack"),
            models.Index(fields=["binned_at"], condition=Q(binned_at__isnull=False), name="clip_in_bin"),
            models.Index(fields=["-id"], condition=KEPT & Q(is_front=True), name="clip_fronts"),
            models.Index(fields=["project", "-id"], condition=KEPT & Q(is_front=True), name="clip_fronts_of"),
            # One for each way the library is sorted; `id` last, so that no two clips are equal.
            models.Index(fields=["sort_title", "id"], condition=KEPT, name="clip_by_title"),
            models.Index(fields=["duration", "id"], condition=KEPT, name="clip_by_length"),
            models.Index(fields=["rating", "id"], condition=KEPT, name="clip_by_rating"),
            models.Index(fields=["plays", "id"], condition=KEPT, name="clip_by_plays"),
        ]

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


class ClipTag(models.Model):
    clip = models.ForeignKey(Clip, on_delete=models.CASCADE, related_name="+")
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["clip", "tag"], name="tag_once_per_clip"),
        ]
        indexes: ClassVar = [models.Index(fields=["tag", "-clip"], name="clip_by_tag")]

    def __str__(self) -> str:
        return f"{self.tag_id} on {self.clip_id}"


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
        # Tagged copies for handing a final take over; the label says in which format.
        DELIVERY = "delivery", "For handing over"

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
