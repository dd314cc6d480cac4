"""Delivers webhooks: signed, with retries (upstream.md 2)."""

import hashlib
import hmac
import http.client
import logging
import secrets
import time
from urllib.parse import urlsplit

from studio.sandbox import bodies
from studio.sandbox.store import Store
from studio.sandbox.types import Delivery

logger = logging.getLogger(__name__)

TIMEOUT_S = 3
# The vendor tells neither number nor pauses (upstream.md 2.4). Longer than a try takes, so none overlap.
PAUSES_S = (10.0, 30.0, 120.0, 600.0)


class Courier:
    """Sends what the store's outbox holds. `origin` is where the media addresses in the bodies start."""

    def __init__(self, store: Store, origin: str) -> None:
        self._store = store
        self._origin = origin
        # A task without a secret is signed all the same, with a key that only the vendor knows.
        self._own_secret = secrets.token_hex(32)

    def step(self, now: float) -> bool:
        """Try one delivery that is due; False when there is none."""
        delivery = self._store.start_delivery(now, PAUSES_S)
        if delivery is None:
            return False
        outcome = self._send(delivery)
        if outcome.startswith("2"):
            self._store.delivered(delivery, time.time())
        logger.info("task %s webhook, try %d: %s", delivery.task.id, delivery.attempt, outcome)
        return True

    def _send(self, delivery: Delivery) -> str:
        """POST once, following no redirect; the status, or the name of what prevented one."""
        order = delivery.task.order
        body = bodies.encode(bodies.webhook(delivery.task, self._origin))
        signed = headers(delivery, body, order.webhook_secret or self._own_secret)
        try:
            return str(post(order.webhook_url, body, signed))
        except (OSError, http.client.HTTPException, UnicodeError) as error:
            return type(error).__name__


def headers(delivery: Delivery, body: bytes, secret: str) -> dict[str, str]:
    """The headers of upstream.md 2.1; the timestamp is the moment of this try."""
    timestamp = str(int(time.time()))
    return {
        "Content-Type": "application/json",
        "X-Webhook-Id": delivery.id,
        "Idempotency-Key": delivery.id,
        "X-Webhook-Event": bodies.event(delivery.task),
        "X-Webhook-Timestamp": timestamp,
        "X-Webhook-Signature": signature(secret, timestamp, body),
    }


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """upstream.md 2.2: HMAC-SHA256 over timestamp, a dot and the raw body."""
    return "sha256=" + hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()


def post(url: str, body: bytes, headers: dict[str, str]) -> int:
    """Send one POST on a connection of its own and return the status.

    Raises OSError, HTTPException, or UnicodeError for a host name that can't be one.
    """
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    connect = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    connection = connect(parts.hostname or "", parts.port, timeout=TIMEOUT_S)
    try:
        target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        connection.request("POST", target, body, {**headers, "Connection": "close"})
        return connection.getresponse().status
    finally:
        connection.close()
