"""The JSON bodies of the Producer contract: answers (upstream.md 1.5, 1.6, 3.1) and webhooks (2.3). Pure."""

import json
from typing import Any

from studio.sandbox import items
from studio.sandbox.types import Answer, Refusal, Task

FAILED_MESSAGE = "Task failed. Credits have been refunded."


def encode(body: dict[str, Any]) -> bytes:
    """UTF-8 without spaces or escapes, as in the vendor's webhook sample (upstream.md 2.2)."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def accepted(task_id: str) -> Answer:
    return Answer(200, {"message": "success", "task_id": task_id})


def credits_left(balance: int) -> Answer:
    """upstream.md 4.1: no envelope, no code."""
    return Answer(200, {"credits": balance, "extra_credits": 0})


def not_ready() -> Answer:
    """A poll of the older API before the end (upstream.md 1.6, P1)."""
    return Answer(202, {"code": 202, "type": "not_ready", "error": "task is not ready"})


def progress(task: Task, origin: str) -> Answer:
    """The answer to a poll (upstream.md 1.6, P2-ai); media addresses start with `origin`."""
    told: dict[str, Any] = {"message": "task is still processing", "data": []}
    if task.state == "SUCCESS":
        told = {"message": "success", "data": [item(task, origin)]}
    elif task.state == "FAILED":
        told = {"type": "failed", "message": FAILED_MESSAGE, "data": []}
    return Answer(200, {"code": 200, "status": task.state, **told})


def older_progress(task: Task, origin: str) -> Answer:
    """The answer to a poll of the older API (upstream.md 1.6, P1): no status, so each item has a state.

    That API never made lyrics; their items get a state here, else nothing would say that they are done.
    """
    if task.state == "SUCCESS":
        data = [items.older(item(task, origin)) | {"state": "succeeded"}]
        return Answer(200, {"code": 200, "data": data, "message": "success"})
    if task.state == "FAILED":
        return Answer(504, {"code": 504, "type": "failed", "error": FAILED_MESSAGE})
    return not_ready()


def item(task: Task, origin: str) -> dict[str, Any]:
    """The item of a task in SUCCESS."""
    assert task.item is not None
    return items.addressed(task.item, origin)


def event(task: Task) -> str:
    """No source names events of tasks other than songs (upstream.md 2.4), so these serve for all."""
    return "song.completed" if task.state == "SUCCESS" else "song.failed"


def webhook(task: Task, origin: str) -> dict[str, Any]:
    """The webhook of an ended task (upstream.md 2.3): no top-level status, no wav_url, other field order."""
    known = {"task_id": task.id, "platform": "producer", "event": event(task)}
    if task.state == "FAILED":
        return {**known, "type": "failed", "message": FAILED_MESSAGE, "refund_processed": True}
    data = [items.older(item(task, origin))]
    return {"code": 200, "data": data, "message": "success", **known}


def insufficient_credits(balance: int) -> Refusal:
    error = "Insufficient credits. Please purchase additional credits or subscribe to continue."
    return Refusal(402, "insufficient_credits", error, remaining_credits=balance)


def not_found(error: str) -> Refusal:
    return Refusal(404, "not_found", error)


def rate_limited() -> Refusal:
    return Refusal(429, "rate_limited", "Too many concurrent tasks. Retry after a short wait.")


def internal_error() -> Answer:
    return Answer(500, {"type": "internal_error", "error": "Internal Server Error"})
