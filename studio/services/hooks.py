"""A webhook is a doorbell: verified, remembered, answered. What it says is looked up by a poll."""

import hashlib
import hmac
import logging
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.urls import reverse

from studio.models import Attempt, WebhookDelivery
from studio.models.clock import db_now
from studio.music_api import decode, webhooks
from studio.music_api.errors import BadDelivery, BadSignature, Stale
from studio.services import hints, polls

__all__ = ["BadDelivery", "BadSignature", "Stale", "receive"]

log = logging.getLogger(__name__)

MAX_BODY = 256 * 1024
TOKEN = re.compile("[A-Za-z0-9_-]{43}")


def receive(token: str, headers: Mapping[str, str], body: bytes) -> bool:
    """Take one delivery. False for a token that is not ours; raises music_api.errors.BadDelivery."""
    # The pattern, because PostgreSQL raises at some characters that an address may hold.
    found = Attempt.objects.filter(token=token).only("token", "task") if TOKEN.fullmatch(token) else ()
    attempt = next(iter(found), None)
    # A stranger's token costs the same work, so that the time it takes tells nothing.
    secret = hook_secret(attempt or Attempt(pk=0, token=token))
    try:
        webhooks.verify(secret, headers, body, now=db_now().timestamp())
        delivery = decode.delivery_body(body)
    except BadDelivery as error:
        if attempt is None:
            return False
        # Strangers know no tokens, so this fills no disk: the provider signs amiss, or a clock is wrong.
        log.warning("a delivery for attempt %s was refused: %s", attempt.pk, type(error).__name__)
        raise
    if attempt is None:
        return False
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


def are_on(provider: str) -> bool:
    """Whether this provider can ring: it reaches us, and the team wants it."""
    base_url, _ = settings.PROVIDERS.get(provider, ("", ""))
    on_loopback = urlsplit(base_url).hostname in ("127.0.0.1", "localhost", "::1")
    return settings.WEBHOOKS == "on" or (settings.WEBHOOKS == "auto" and (settings.HTTPS or on_loopback))


def webhook_for(attempt: Attempt) -> tuple[str, str]:
    """The address and the secret that the provider is told, or two empty strings."""
    if not are_on(attempt.provider):
        return "", ""
    return settings.PUBLIC_URL + reverse("hook", args=[attempt.token]), hook_secret(attempt)


def hook_secret(attempt: Attempt) -> str:
    """Derived, so that the database holds nothing that signs a webhook."""
    message = f"webhook:{attempt.pk}:{attempt.token}".encode()
    return hmac.new(settings.SECRET_KEY.encode(), message, hashlib.sha256).hexdigest()
