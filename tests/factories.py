"""Rows in the state a test needs, brought there by the services themselves."""

from datetime import datetime, timedelta
from typing import Any, TypeVar
from unittest.mock import patch

from django.db import models

from studio.models import Attempt, Task
from studio.models.clock import db_now
from studio.music_api.errors import Ambiguous, OutOfCredits, Rejected
from studio.music_api.types import Item, PollResult, PollState
from studio.services import attempts, clips, lines, polls, tasks

Status = Task.Status
PRICE = 10
NO_TIME = timedelta(0)
Row = TypeVar("Row", bound=models.Model)


def send(provider: str = "sandbox") -> Attempt:
    """Claim the next order of the line, as a worker does before its POST; also while another is in doubt."""
    with patch.multiple(lines, DOUBT_LASTS=NO_TIME, SILENCE_LASTS=NO_TIME):
        attempt = attempts.claim_next(provider)
    assert attempt is not None
    return attempt


def accepted(task: Task, upstream_id: str = "") -> Attempt:
    """Send the line's next order, which must be this one, and have it accepted."""
    attempt = send(task.provider)
    assert attempt.task_id == task.pk
    assert attempts.accept(attempt.pk, upstream_id or f"up-{task.pk}", source="the answer")
    return again(attempt)


def unknown(task: Task) -> Attempt:
    """Send the order and lose the answer."""
    attempt = send(task.provider)
    assert attempt.task_id == task.pk
    attempts.record_failure(attempt.pk, Ambiguous("The connection broke off."))
    return again(attempt)


def lost(task: Task) -> Attempt:
    """An unknown attempt whose deadline has passed."""
    attempt = unknown(task)
    earlier(attempt, decide_at=timedelta(hours=1))
    attempts.decide_unknown()
    return again(attempt)


def bring_to(task: Task, status: str) -> Task:
    """Lead a queued task, the first of its line, to any status."""
    match status:
        case Status.HELD:
            attempts.record_failure(send().pk, OutOfCredits("No credits left."))
        case Status.SUBMITTING:
            send()
        case Status.UNKNOWN:
            unknown(task)
        case Status.RUNNING | Status.ARCHIVING | Status.DONE:
            accepted(task)
        case Status.FAILED:
            attempts.record_failure(send().pk, Rejected("No such model."))
        case Status.CANCELLED:
            tasks.cancel(task, by=task.created_by)
    if status in (Status.ARCHIVING, Status.DONE):
        polls.record([(task.pk, song())])
    if status == Status.DONE:
        clips.finish(task.pk)
    return again(task)


def song(clip_id: str = "clip-1", **fields: Any) -> PollResult:
    """A complete SUCCESS."""
    known: dict[str, Any] = {"audio_url": "https://media.example/a.m4a", "duration": 2.0}
    return PollResult(PollState.SUCCESS, (Item(clip_id=clip_id, **{**known, **fields}),))


RUNNING = PollResult(PollState.RUNNING)
FAILED = PollResult(PollState.FAILED, message="The model stumbled.")
HOLLOW = PollResult(PollState.RUNNING, unknown_status="success without audio_url")


def again(row: Row) -> Row:
    """The row as it is now."""
    return type(row)._default_manager.get(pk=row.pk)


def earlier(row: models.Model, **ages: timedelta) -> None:
    """Move times of a row into the past: `earlier(task, poll_after=timedelta(minutes=1))`."""
    times = {name: ago(age) for name, age in ages.items()}
    type(row)._default_manager.filter(pk=row.pk).update(**times)


def until(time: datetime | None) -> timedelta:
    """How far in the future a due-time lies."""
    assert time is not None
    return time - db_now()


def ago(age: timedelta) -> datetime:
    return db_now() - age
