"""A task is one paid order to a provider; an attempt is one POST of it; an event is one change of it.

The rows are the truth and a queued job is only a bell. `services.tasks.move()` alone writes `Task.status`.
Three due-times drive the sweep: `send_after`, `poll_after` and `archive_after`.
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q

from accounts.models import User
from studio.models.clock import db_now
from studio.models.projects import Project


class TaskQuerySet(models.QuerySet["Task"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(project__in=Project.objects.visible_to(user))

    def of_a_library(self) -> Self:
        """Songs, and what has not ended well; a film or a lyric that is ready has its own place."""
        return self.exclude(status=Task.Status.DONE, clips=None)

    def moving(self) -> Self:
        """The end says the same as the status, and has an index in which the few that move lie together."""
        return self.filter(ended_at=None, status__in=Task.MOVING)

    def in_flight(self, provider: str) -> Self:
        return self.filter(provider=provider, status__in=Task.IN_FLIGHT)

    def queued(self, provider: str) -> Self:
        return self.filter(provider=provider, status=Task.Status.QUEUED, parked=False)

    def for_card(self) -> Self:
        """Everything that a task card or a clip row shows, in a fixed number of queries."""
        return self.select_related("created_by", "project", "source").prefetch_related(
            "clips__assets", "clips__tags", "clips__created_by", "attempts", "lyric_revisions__sheet"
        )


class Task(models.Model):
    class Status(models.TextChoices):
        QUEUED = "queued", "Waiting"
        HELD = "held", "On hold"  # nothing can be sent now; goes on by itself
        SUBMITTING = "submitting", "Sending"
        UNKNOWN = "unknown", "Checking"  # sent, and nobody knows yet whether it was accepted
        RUNNING = "running", "Composing"
        ARCHIVING = "archiving", "Copying the audio"
        DONE = "done", "Ready"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    TRANSITIONS: ClassVar[dict[str, frozenset[str]]] = {
        Status.QUEUED: frozenset({Status.SUBMITTING, Status.HELD, Status.CANCELLED, Status.FAILED}),
        Status.HELD: frozenset({Status.QUEUED, Status.CANCELLED, Status.FAILED}),
        Status.SUBMITTING: frozenset(
            {Status.RUNNING, Status.UNKNOWN, Status.QUEUED, Status.HELD, Status.FAILED}
        ),
        Status.UNKNOWN: frozenset({Status.RUNNING, Status.QUEUED, Status.FAILED}),
        Status.RUNNING: frozenset({Status.ARCHIVING, Status.FAILED}),
        Status.ARCHIVING: frozenset({Status.DONE, Status.FAILED}),
        Status.DONE: frozenset(),
        Status.FAILED: frozenset(),
        Status.CANCELLED: frozenset(),
    }
    ENDED: ClassVar = (Status.DONE, Status.FAILED, Status.CANCELLED)
    MOVING: ClassVar = tuple(set(TRANSITIONS) - set(ENDED))
    IN_FLIGHT: ClassVar = (Status.SUBMITTING, Status.UNKNOWN, Status.RUNNING)

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="tasks")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="tasks")
    created_at = models.DateTimeField(default=db_now)  # limits go by it: one clock for all hosts

    # The order: `takes` tasks with one form key are one order.
    form_key = models.UUIDField()
    take = models.PositiveSmallIntegerField(default=1)
    takes = models.PositiveSmallIntegerField(default=1)
    provider = models.CharField(max_length=20)
    operation = models.CharField(max_length=20)
    params = models.JSONField(default=dict)
    seed_drawn = models.BooleanField(default=False)  # by us: ordering the same again should not repeat it
    price = models.PositiveIntegerField()
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="retries"
    )
    # The clip that the order works on: extends, covers, films ...
    source = models.ForeignKey("Clip", null=True, on_delete=models.PROTECT, related_name="orders")

    # The remark that it answers.
    comment = models.ForeignKey(
        "Comment", null=True, on_delete=models.SET_NULL, related_name="orders", db_index=False
    )
    # The saved words that it sings; of `make_lyrics`, those beside which the new ones are to lie.
    lyric_revision = models.ForeignKey(
        "LyricRevision", null=True, on_delete=models.PROTECT, related_name="orders", db_index=False
    )

    # Its life
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.QUEUED)
    version = models.PositiveIntegerField(default=0)  # +1 with every change a person can see
    reason = models.TextField(blank=True)  # why it waits or failed, in words for people
    upstream_id = models.CharField(max_length=128, blank=True)
    answer = models.JSONField(null=True)  # the SUCCESS as decoded, so that archiving needs no second poll
    submitted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    # What the sweep goes by
    woken_at = models.DateTimeField(null=True)
    send_after = models.DateTimeField(null=True)
    poll_after = models.DateTimeField(null=True)
    archive_after = models.DateTimeField(null=True)
    claims = models.PositiveIntegerField(default=0)  # counted before the work, since a killed worker can't
    poll_failures = models.PositiveIntegerField(default=0)
    not_found_since = models.DateTimeField(null=True)
    hollow_since = models.DateTimeField(null=True)  # SUCCESS without media since
    ignored_moves = models.PositiveIntegerField(default=0)
    parked = models.BooleanField(default=False)

    objects: ClassVar = TaskQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["created_by", "form_key", "take"], name="task_once_per_form"),
            models.UniqueConstraint(
                fields=["provider", "upstream_id"], condition=~Q(upstream_id=""), name="task_upstream_id_once"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["queued", "held", "submitting", "unknown", "running", "archiving"])
                | Q(ended_at__isnull=False),
                name="task_end_has_a_time",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["project", "-id"], name="task_by_project"),
            models.Index(fields=["created_at", "created_by"], name="task_by_time"),
            models.Index(fields=["status", "provider"], name="task_by_status"),
            # Most tasks have no source, which would talk SQLite out of the plain index.
            models.Index(fields=["source"], condition=Q(source__isnull=False), name="task_by_source"),
            models.Index(fields=["comment"], condition=Q(comment__isnull=False), name="task_by_comment"),
            models.Index(
                fields=["lyric_revision"],
                condition=Q(lyric_revision__isnull=False),
                name="task_by_lyric_revision",
            ),
            models.Index(fields=["ended_at"], name="task_by_end"),  # and those without one: what moves
            models.Index(fields=["poll_after"], condition=Q(poll_after__isnull=False), name="task_poll_due"),
            models.Index(
                fields=["archive_after"], condition=Q(archive_after__isnull=False), name="task_archive_due"
            ),
        ]

    def __str__(self) -> str:
        return f"task {self.pk} ({self.status})"

    @property
    def is_moving(self) -> bool:
        return self.status in self.MOVING

    @property
    def title(self) -> str:
        """What was ordered, in a few words; of an order that works on a clip, that clip's title."""
        texts = (self.params.get(name) for name in ("title", "sound", "prompt", "id", "audio_url"))
        own = next(filter(None, texts), None) or first_line(self.params.get("lyrics"))
        return str(self.source.title if self.source else own)


class Attempt(models.Model):
    """One POST. `token` is in its webhook's address and tells what was accepted when the answer is lost."""

    class Status(models.TextChoices):
        SENT = "sent", "Sent"
        ACCEPTED = "accepted", "Accepted"
        REJECTED = "rejected", "Not accepted, for certain"
        UNKNOWN = "unknown", "Unknown"
        LOST = "lost", "Given up: the person was refunded"
        LATE = "late", "Accepted, found out after the refund"

    LIVE: ClassVar = (Status.SENT, Status.UNKNOWN, Status.ACCEPTED)

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="attempts")
    provider = models.CharField(max_length=20)
    token = models.CharField(max_length=43, unique=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.SENT)
    sent_at = models.DateTimeField()
    lease_until = models.DateTimeField()
    decide_at = models.DateTimeField(null=True)  # when an unknown attempt is given up
    upstream_id = models.CharField(max_length=128, blank=True)
    hinted_id = models.CharField(max_length=128, blank=True)  # told by a webhook, not yet confirmed by a poll
    outcome = models.TextField(blank=True)
    # The provider's balance while nothing else moved there: two equal readings decide an unknown attempt.
    reading = models.IntegerField(null=True)
    reading_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["task"],
                condition=Q(status__in=["sent", "unknown", "accepted"]),
                name="attempt_one_live_per_task",
            ),
            models.UniqueConstraint(
                fields=["provider", "upstream_id"],
                condition=~Q(upstream_id=""),
                name="attempt_upstream_id_once",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["status", "lease_until"], name="attempt_by_lease")]

    def __str__(self) -> str:
        return f"attempt {self.pk} of task {self.task_id} ({self.status})"


class TaskEvent(models.Model):
    """One change of a task: what the history on its card is made of. Never changed."""

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField()
    old = models.CharField(max_length=12, blank=True)
    new = models.CharField(max_length=12, choices=Task.Status.choices)
    note = models.TextField(blank=True)
    actor = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.old} -> {self.new}"


def first_line(text: Any) -> str:
    """The first sung line: section heads such as [Verse] are not a title."""
    lines = (line.strip() for line in str(text or "").splitlines())
    return next((line for line in lines if line and not line.startswith("[")), "")
