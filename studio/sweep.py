"""The sweep: one loop in the cluster that does what is due. Its lease's beat shows that the cluster lives."""

import logging
import os
import socket
import time
import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import timedelta
from threading import Thread
from typing import Any

from django.db import connection

from studio import logs
from studio.clients import client_for
from studio.music_api.errors import BalanceUnknown, KeyRefused, MusicApiError, Unavailable
from studio.services import (
    allowance_runs,
    attempts,
    audit,
    balances,
    bin,
    clips,
    conversions,
    dispatch,
    imports,
    mails,
    media,
    old_sessions,
    polls,
    proofs,
    providers,
    shares,
    sums,
    uploads,
    workers,
)

log = logging.getLogger(__name__)

RUN_FOR_S = 20
TICK_S = 0.5
ASK_EVERY_S = 0.1  # polls are looked after more often than the rest: theirs is the delay that people see
THREADS = 32  # of each provider, so that one that hangs keeps no other waiting
LAST_ANSWERS_S = 0.5  # nobody sweeps meanwhile
NO_PAUSE = timedelta(0)


class Sweep:
    """Asks providers on threads that touch no database, and stores the answers between two looks.

    A provider that hangs therefore delays only its own answers, never what else is due.
    """

    def __init__(self) -> None:
        self.holder = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        self.pools: dict[str, ThreadPoolExecutor] = {}
        self.polls: dict[Future[polls.Answer], polls.Due] = {}
        self.balances: dict[Future[int], proofs.Marker] = {}

    def run(self) -> bool:
        """Tick for a while. False when somebody else sweeps, or has been told to."""
        if not workers.take(workers.SWEEP, self.holder):
            return False
        end = time.monotonic() + RUN_FOR_S
        while time.monotonic() < end and workers.renew(workers.SWEEP, self.holder):
            self.tick()
            self._ask_for(TICK_S)
        self._take_leave()
        return workers.release(workers.SWEEP, self.holder)

    def _ask_for(self, seconds: float) -> None:
        for _ in range(round(seconds / ASK_EVERY_S)):
            time.sleep(ASK_EVERY_S)
            self._guarded(self.poll)

    def _take_leave(self) -> None:
        """What was asked last is stored as well: its tasks would else wait out the lease of their polls.

        A slow answer is stored when it comes, by a thread that outlives this sweep; the next runs by then.
        """
        wait(self._asked(), LAST_ANSWERS_S)
        self._store()
        if self._asked():
            Thread(target=self._store_late, daemon=True).start()
        self.stop()

    def stop(self) -> None:
        """Take no more questions. Threads end with what they were asked."""
        for pool in self.pools.values():
            pool.shutdown(wait=False)

    def _asked(self) -> list[Future[Any]]:
        return [*self.polls, *self.balances]

    def _store_late(self) -> None:
        try:
            while asked := self._asked():  # each has its own time-outs, so this ends
                wait(asked, return_when=FIRST_COMPLETED)
                self._store()
        finally:
            connection.close()

    def _store(self) -> None:
        self._guarded(self.store_polls)
        self._guarded(self.store_balances)

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
        imports.look_after()
        media.forget_parts()
        uploads.forget_refused()
        bin.ring_due()
        audit.ring_due()
        mails.ring_due()
        allowance_runs.look()
        sums.ring_due()
        old_sessions.look()
        shares.look()

    def poll(self) -> None:
        """Claim no more than can be asked at once: what waited for a thread would outlast its lease."""
        self.store_polls()
        asked = Counter(due.provider for due in self.polls.values())
        for provider in polls.providers_due():
            for due in polls.claim_due(THREADS - asked[provider], provider):
                self.polls[self._pool(provider).submit(_poll, due)] = due

    def store_polls(self) -> None:
        done = [future for future in self.polls if future.done()]
        if done:
            polls.record([(self.polls.pop(future).task_id, future.result()) for future in done])

    def _pool(self, provider: str) -> ThreadPoolExecutor:
        if provider not in self.pools:
            self.pools[provider] = ThreadPoolExecutor(THREADS + 1)  # one is left for the balance
        return self.pools[provider]

    def look_at_balances(self) -> None:
        balances.hurry_for_unknown()
        balances.hurry_for_settled()
        for marker in balances.claim_checks():
            self.balances[self._pool(marker.provider).submit(_balance, marker.provider)] = marker
        self.store_balances()

    def store_balances(self) -> None:
        for future in [future for future in self.balances if future.done()]:
            _store_balance(self.balances.pop(future), future)


def _poll(due: polls.Due) -> polls.Answer:
    with logs.about(job="poll", task=due.task_id):
        try:
            return client_for(due.provider).poll(due.operation, due.upstream_id)
        except MusicApiError as error:
            return error
        except Exception:  # ours: it must not take the answers of other tasks with it
            log.exception("task %s: the poll failed", due.task_id)
            return Unavailable("The answer could not be read.")


def _balance(provider: str) -> int:
    client = client_for(provider)
    try:
        return client.balance().total
    except Unavailable as error:
        if client.answers():
            raise BalanceUnknown(str(error)) from error
        raise


def _store_balance(marker: proofs.Marker, answer: Future[int]) -> None:
    try:
        balances.record(marker, answer.result())
    except KeyRefused as error:
        # So it is the key, and when it is let in again orders may go at once.
        reason = f"The provider refuses the studio's key: {error}"
        providers.hold(marker.provider, reason, pause=NO_PAUSE, for_key=True)
        balances.looked_in_vain(marker.provider)
    except MusicApiError as error:
        balances.looked_in_vain(marker.provider, it_answers=isinstance(error, BalanceUnknown))
        log.info("%s: no balance: %s", marker.provider, type(error).__name__)
