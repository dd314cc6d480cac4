"""Who needs more credits, or a higher limit, asks with a reason; an owner answers once."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import User
from studio.models.credits import CreditEntry
from studio.models.limits import Limit, LimitRaise


class CreditRequest(models.Model):
    class Status(models.TextChoices):
        OPEN = "open", "Waiting for an answer"
        GRANTED = "granted", "Granted"
        DECLINED = "declined", "Declined"
        WITHDRAWN = "withdrawn", "Withdrawn"

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="credit_requests")
    credits = models.PositiveIntegerField()  # asked for
    reason = models.CharField(max_length=200)
    # The limit that stands in the way; none: the balance is too low.
    limit = models.ForeignKey(Limit, null=True, on_delete=models.SET_NULL, related_name="requests")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    created_at = models.DateTimeField(auto_now_add=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    answer = models.CharField(max_length=200, blank=True)
    # What the yes gave: either of the two.
    entry = models.OneToOneField(CreditEntry, null=True, on_delete=models.PROTECT, related_name="request")
    limit_raise = models.OneToOneField(
        LimitRaise, null=True, on_delete=models.SET_NULL, related_name="request"
    )

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(status="open"), name="one_open_request_per_person"
            ),
            models.CheckConstraint(
                condition=Q(status="open") | Q(answered_at__isnull=False), name="request_answer_has_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} asks for {self.credits}"
