"""A webhook is a doorbell: verified, remembered, answered. What it says is looked up by a poll."""

import re
from collections.abc import Mapping

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from studio.models import Attempt, WebhookDelivery
from studio.music_api import decode, webhooks
from studio.music_api.errors import BadDelivery, BadSignature, Stale
from studio.services import attempts, hints, polls

__all__ = ["BadDelivery", "BadSignature", "Stale", "receive"]

MAX_BODY = 256 * 1024
TOKEN = re.compile("[A-Za-z0-9_-]{43}")


def receive(token: str, headers: Mapping[str, str], body: bytes) -> bool:
    """Take one delivery. False for a token that is not ours; raises music_api.errors.BadDelivery."""
    # The pattern, because PostgreSQL raises at some characters that an address may hold.
    attempt = Attempt.objects.filter(token=token).first() if TOKEN.fullmatch(token) else None
    if attempt is None:
        return False
    webhooks.verify(attempts.hook_secret(attempt), headers, body, now=timezone.now().timestamp())
    delivery = decode.delivery_body(body)
    _remember(attempt, delivery.event, delivery.task_id)
    return True


@transaction.atomic
def _remember(attempt: Attempt, event: str, upstream_id: str) -> None:
    known, new = WebhookDelivery.objects.get_or_create(
        attempt=attempt, event=event[:40], upstream_id=upstream_id
    )
    if not new:  # the same news again has no second effect
        WebhookDelivery.objects.filter(pk=known.pk).update(count=F("count") + 1)
    elif not hints.take(attempt, upstream_id):
        polls.poll_now(attempt)
