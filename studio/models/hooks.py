"""Webhooks that were delivered, verified and remembered. Results never come from them."""

from typing import ClassVar

from django.db import models

from studio.models.tasks import Attempt


class WebhookDelivery(models.Model):
    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, related_name="deliveries")
    event = models.CharField(max_length=40)
    upstream_id = models.CharField(max_length=128)
    count = models.PositiveIntegerField(default=1)
    first_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["attempt", "event", "upstream_id"], name="delivery_once"),
        ]

    def __str__(self) -> str:
        return f"{self.event} for attempt {self.attempt_id}"
