"""The sweep: one loop in the cluster that does what is due. Its lease's beat shows that the cluster lives."""

import logging
import os
import socket
import time
import uuid
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

from studio.clients import client_for
from studio.music_api.errors import KeyRefused, MusicApiError, Unavailable
from studio.services import (
    attempts,
    balances,
    clips,
    conversions,
    dispatch,
    media,
    polls,
    providers,
    uploads,
    workers,
)

log = logging.getLogger(__name__)

RUN_FOR_S = 20
TICK_S = 0.5
THREADS = 16
LAST_ANSWERS_S = 2  # less than the lease of the sweep


class Sweep:
    """Asks providers on threads that touch no database, and stores the answers between two ticks.

    A provider that hangs therefore delays only its own answers, never what else is due.
    """

    def __init__(self) -> None:
        self.holder = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        self.pool = ThreadPoolExecutor(THREADS)
        self.polls: dict[Future[polls.Answer], int] = {}
        self.balances: dict[Future[int], balances.Marker] = {}

    def run(self) -> bool:
        """Tick for a while. False when somebody else sweeps, or has been told to."""
        if not workers.take(workers.SWEEP, self.holder):
            return False
        end = time.monotonic() + RUN_FOR_S
        while time.monotonic() < end and workers.renew(workers.SWEEP, self.holder):
            self.tick()
            time.sleep(TICK_S)
        self._take_leave()
        return workers.release(workers.SWEEP, self.holder)

    def _take_leave(self) -> None:
        """What was asked last is stored as well: its tasks would else wait out the lease of a minute."""
        asked: list[Future[Any]] = [*self.polls, *self.balances]
        wait(asked, LAST_ANSWERS_S)
        self._guarded(self.store_polls)
        self._guarded(self.store_balances)
        self.pool.shutdown(wait=False, cancel_futures=True)

    def tick(self) -> None:
        for step in (self.decide, self.ring, self.poll, self.look_at_balances):
            self._guarded(step)

    def _guarded(self, step: Callable[[], None]) -> None:
        """One bad row must not keep the others waiting."""
        try:
            step()
        except Exception:
            log.exception("a step of the sweep failed")

    def decide(self) -> None:
        attempts.expire_leases()
        attempts.decide_unknown()
        dispatch.end_what_cannot_be_sent()

    def ring(self) -> None:
        dispatch.ring_waiting()
        clips.ring_due_archives()
        conversions.ring_due()
        media.forget_parts()
        uploads.forget_refused()

    def poll(self) -> None:
        for due in polls.claim_due():
            self.polls[self.pool.submit(_poll, due)] = due.task_id
        self.store_polls()

    def store_polls(self) -> None:
        done = [future for future in self.polls if future.done()]
        if done:
            polls.record([(self.polls.pop(future), future.result()) for future in done])

    def look_at_balances(self) -> None:
        balances.hurry_for_unknown()
        balances.hurry_for_settled()
        for marker in balances.claim_checks():
            self.balances[self.pool.submit(_balance, marker.provider)] = marker
        self.store_balances()

    def store_balances(self) -> None:
        for future in [future for future in self.balances if future.done()]:
            _store_balance(self.balances.pop(future), future)


def _poll(due: polls.Due) -> polls.Answer:
    try:
        return client_for(due.provider).poll(due.operation, due.upstream_id)
    except MusicApiError as error:
        return error
    except Exception:  # ours: it must not take the answers of other tasks with it
        log.exception("task %s: the poll failed", due.task_id)
        return Unavailable("The answer could not be read.")


def _balance(provider: str) -> int:
    return client_for(provider).balance().total


def _store_balance(marker: balances.Marker, answer: Future[int]) -> None:
    try:
        balances.record(marker, answer.result())
    except KeyRefused as error:
        providers.hold(marker.provider, f"The provider refuses the studio's key: {error}")
        balances.looked_in_vain(marker.provider)
    except MusicApiError as error:
        balances.looked_in_vain(marker.provider)
        log.info("%s: no balance: %s", marker.provider, type(error).__name__)
