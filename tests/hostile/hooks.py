"""Webhooks as bad as they come: lost, twice, in the wrong order, forged, replayed, early and very late."""

import hashlib
import hmac
import json
import threading
import time
import urllib.error
import urllib.request
import uuid
from typing import Any

from tests.hostile.ledger import Ledger, Order

TIMEOUT_S = 5
REPLAY_AFTER_S = 3
VERY_LATE_S = 50


class Hooks:
    def __init__(self, ledger: Ledger, enabled: bool) -> None:
        self._ledger = ledger
        self._enabled = enabled

    def early(self, order: Order) -> None:
        """Ring before the answer to the order is on its way."""
        if self._enabled and order.webhook[0]:
            self._deliver(order, "song.streaming")

    def ended(self, order: Order) -> None:
        """Ring for the end, with the order's fault. Runs in a thread of its own."""
        if not self._enabled or not order.webhook[0]:
            return
        event = "song.failed" if order.plan.fails else "song.completed"
        fault = order.plan.hook
        self._ledger.note(f"hook {fault or 'good'}", id=order.id)
        if fault == "lost":
            return
        if fault == "forged":
            self._forge(order, event)
        if fault == "very_late":
            time.sleep(VERY_LATE_S)
        sent = self._deliver(order, event)
        if fault == "twice":
            threads = [threading.Thread(target=self._deliver, args=(order, event)) for _ in range(2)]
            for thread in threads:
                thread.start()
        if fault == "reordered":
            self._deliver(order, "song.streaming")
        if fault == "replayed":
            time.sleep(REPLAY_AFTER_S)
            self._post(order.webhook[0], sent[0], {**sent[1], "X-Webhook-Id": uuid.uuid4().hex})

    def _forge(self, order: Order, event: str) -> None:
        """Neither another secret, nor none, nor a changed body may be believed."""
        body = _body(f"forged-{uuid.uuid4().hex}", event)
        good = _headers(order.webhook[1], _body(order.id, event))
        for headers in (_headers("not-the-secret", body), {"Content-Type": "application/json"}, good):
            status = self._post(order.webhook[0], body, headers)
            self._ledger.note("forged hook believed" if status == 200 else "forged hook refused")

    def _deliver(self, order: Order, event: str) -> tuple[bytes, dict[str, str]]:
        body = _body(order.id, event)
        headers = _headers(order.webhook[1], body)
        if self._post(order.webhook[0], body, headers) == 200:
            self._ledger.tell(order)
        return body, headers

    def _post(self, url: str, body: bytes, headers: dict[str, str]) -> int:
        request = urllib.request.Request(url, body, headers, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
                status = answer.status
        except urllib.error.HTTPError as error:
            status = error.code
            error.close()
        except OSError:
            status = 0
        self._ledger.note(f"hook answered {status or 'nothing'}")
        return status


def _body(task_id: str, event: str) -> bytes:
    told: dict[str, Any] = {"task_id": task_id, "platform": "producer", "event": event}
    return json.dumps(told | ({"type": "failed"} if event == "song.failed" else {"code": 200})).encode()


def _headers(secret: str, body: bytes) -> dict[str, str]:
    now = str(int(time.time()))
    digest = hmac.new(secret.encode(), now.encode() + b"." + body, hashlib.sha256).hexdigest()
    return {
        "Content-Type": "application/json",
        "X-Webhook-Timestamp": now,
        "X-Webhook-Signature": f"sha256={digest}",
        "X-Webhook-Id": uuid.uuid4().hex,
    }
