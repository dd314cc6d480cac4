"""What a person is told, and how they want to be told."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import User


class Notice(models.Model):
    class Kind(models.TextChoices):
        FINISHED = "finished", "Order finished"
        LOW_PERSON = "low_person", "Your credits are low"
        LOW_PROVIDER = "low_provider", "A provider's credits are low"
        LIMIT = "limit", "A limit is reached"
        ASKED = "asked", "Somebody asks for credits"
        ANSWERED = "answered", "Your request was answered"
        COMMENTED = "commented", "A new comment"
        APPROVED = "approved", "A take was approved"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    key = models.CharField(max_length=80)  # of what it tells: nobody is told the same twice
    facts = models.JSONField(default=dict)  # what its words are made of, never the words of a song
    at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True)
    mail_at = models.DateTimeField(null=True)  # when to mail it; none: not by mail, or it is on its way
    mail_tries = models.PositiveSmallIntegerField(default=0)
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "key"], name="told_once")]
        indexes: ClassVar = [
            models.Index(fields=["user", "-id"], name="notice_by_user"),
            models.Index(fields=["mail_at"], condition=Q(mail_at__isnull=False), name="notice_mail_due"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.user}"


class NoticeChoice(models.Model):
    user = models.OneToOneField(
        User, primary_key=True, on_delete=models.CASCADE, related_name="notice_choice"
    )
    mail_finished = models.BooleanField(default=False)
    mail_credits = models.BooleanField(default=True)  # low credits, limits, requests and answers
    mail_comments = models.BooleanField(default=True)  # new comments and approvals, gathered
    browser_finished = models.BooleanField(default=False)
    # In the person's own time zone; over midnight when `quiet_until` is the earlier of the two.
    quiet_from = models.TimeField(null=True)
    quiet_until = models.TimeField(null=True)

    def __str__(self) -> str:
        return f"how {self.user} is told"
