"""Everything that people, workers, the sweep and a provider can do to an order, in any sequence.

The services are real and so is the database; only the provider is a ledger in memory, which is the judge.
An example is one transaction that is rolled back.
"""

import json
import time
import uuid
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import ExitStack
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django_q.models import OrmQ
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from accounts.models import User
from studio import jobs, sweep
from studio.models import Attempt, Task
from studio.models.clock import db_now
from studio.music_api import errors, webhooks
from studio.services import attempts, balances, credits, dispatch, hooks, polls
from tests.machine import books, clock
from tests.machine.people import People
from tests.machine.plans import PICKS, PLANS, POLL_TROUBLES, PROVIDER, TROUBLES, one_of, when
from tests.machine.upstream import Plan, Song, Upstream
from tests.machine.workers import Workers

# Seconds at the end: for songs, for equal readings of the balance, for deadlines of 20 minutes and a day.
LONG_S = (45, 130, 320, 700, 700, 4000, 90_000, *[45] * 6)
AT_REST_S = [seconds for long in LONG_S for seconds in (12, long, 12)]
UNSWEPT_S = 50  # the audit calls a lease overdue when nobody has looked for a minute


class EveryRule:
    def is_enabled(self, name: str) -> bool:
        return True


class Machine(People, Workers, RuleBasedStateMachine):
    people: list[User]

    def __init__(self) -> None:
        super().__init__()
        # Hypothesis switches half of the rules off in each example; few orders would get anywhere.
        self._rules_strategy.enabled_rules_strategy = st.just(EveryRule())
        self.stack = ExitStack()
        self.stack.enter_context(transaction.atomic())
        self.stack.callback(transaction.set_rollback, True)
        self.stack.enter_context(connection.execute_wrapper(self._notice))
        self.has_written = True
        self.upstream = Upstream(rings=self.deliver)
        jobs.client_for = sweep.client_for = lambda _: self.upstream  # type: ignore[assignment]
        self.given = {user.pk: credits.balance(user) for user in self.people}
        self.ordered = dict.fromkeys(self.given, 0)
        self.forms: list[tuple[User, uuid.UUID]] = []
        self.open: list[tuple[Attempt, Song | None, Plan]] = []  # POSTs whose worker has not come back
        self.asked: list[tuple[Any, int]] = []  # balances that were read and not yet stored
        self.heard: list[list[tuple[int, Any]]] = []  # poll answers likewise
        self.unswept = 0.0
        self.needs_a_person = False
        self.states: set[str] = set()  # in which tasks are now: a step without a task to take is wasted
        self.broken = False

    def teardown(self) -> None:
        try:
            if not self.broken:
                self.come_to_rest()
        finally:
            self.stack.close()

    @invariant()
    def the_books_are_right(self) -> None:
        if not self.has_written:
            return
        self.broken = True
        self.states = books.check(self.upstream, self.given, self.ordered)
        OrmQ.objects.all().delete()  # bells; the rules ring for themselves
        self.has_written = self.broken = False

    def _notice(self, execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        """A step that wrote nothing needs no audit: it takes longer than all other work of a step."""
        self.has_written |= sql.startswith(("INSERT", "UPDATE", "DELETE"))
        return execute(sql, *rest)

    # -- The sweep -------------------------------------------------------------------------------

    @rule()
    def decide(self) -> None:
        attempts.expire_leases()
        attempts.decide_unknown()
        dispatch.end_what_cannot_be_sent()
        dispatch.ring_waiting()
        self.unswept = 0

    @when(Task.Status.RUNNING, Task.Status.FAILED)
    @rule(trouble=POLL_TROUBLES, is_late=st.booleans())
    def poll(self, trouble: Any, is_late: bool) -> None:
        heard = [(due.task_id, self._ask(due) if trouble is None else trouble) for due in polls.claim_due()]
        self.heard.append(heard)
        if not is_late:
            self.the_poll_is_stored(0)

    def _ask(self, due: polls.Due) -> Any:
        try:
            return self.upstream.poll(due.operation, due.upstream_id)
        except errors.MusicApiError as error:
            return error

    @precondition(lambda self: self.heard)
    @rule(pick=PICKS)
    def the_poll_is_stored(self, pick: int) -> None:
        polls.record(self.heard.pop(pick % len(self.heard)))

    @rule(trouble=TROUBLES, is_late=st.booleans())
    def look_at_the_balance(self, trouble: type[errors.MusicApiError] | None, is_late: bool) -> None:
        balances.hurry_for_unknown()
        balances.hurry_for_settled()
        for marker in balances.claim_checks():
            answer: Future[int] = Future()
            if trouble:
                answer.set_exception(trouble("Not now."))
            else:
                answer.set_result(self.upstream.total)
            self.asked.append((marker, answer))
        if self.asked and not is_late:
            self.the_balance_is_stored(0)

    @precondition(lambda self: self.asked)
    @rule(pick=PICKS)
    def the_balance_is_stored(self, pick: int) -> None:
        sweep._store_balance(*self.asked.pop(pick % len(self.asked)))

    @rule(plans=st.lists(PLANS, min_size=1, max_size=3), seconds=st.sampled_from([0, 4, 12, 31, 45]))
    def all_work(self, plans: list[Plan], seconds: int) -> None:
        """Workers and sweep on a good day, whatever the provider does to the orders."""
        for plan in plans:
            self.submit(plan)
            self.time_passes(seconds)
            self.decide()
            self.confirm_what_was_rung(None)
            self.poll(None, False)
            self.look_at_the_balance(None, False)
            self._archive_all()

    a_good_hour = a_good_day = all_work  # so that it is chosen more often

    def _archive_all(self) -> None:
        for task in Task.objects.filter(archive_after__lte=db_now()):
            self._archive(task.pk, "kept")

    # -- The world -------------------------------------------------------------------------------

    @rule(seconds=st.sampled_from([1, 10, 31, 50, 100, 130, 130, 650, 1300, 3700, 90_000]))
    def time_passes(self, seconds: int) -> None:
        clock.forward(seconds)
        self.upstream.now += seconds
        self.unswept += seconds
        if self.unswept > UNSWEPT_S:
            self.decide()

    @precondition(lambda self: self.upstream.songs)
    @rule(pick=PICKS, event=st.sampled_from(["music.completed", "music.streaming", "music.failed"]))
    def a_webhook_comes(self, pick: int, event: str) -> None:
        if song := one_of(self.upstream.taken(), pick):
            self.deliver(song, event)

    def deliver(self, song: Song, event: str = "music.completed") -> None:
        body = json.dumps({"event": event, "task_id": song.id}).encode()
        timestamp = str(int(time.time()))
        signed = webhooks.signature(hooks.hook_secret(song.attempt), timestamp, body)
        headers = {"X-Webhook-Timestamp": timestamp, "X-Webhook-Signature": signed}
        assert hooks.receive(song.attempt.token, headers, body)

    @rule(amount=st.sampled_from([-3, 7, 1003]))
    def the_balance_moves_by_itself(self, amount: int) -> None:
        """Somebody buys credits, a month begins, the key is used elsewhere."""
        self.upstream.extra += amount

    # -- The end ---------------------------------------------------------------------------------

    def come_to_rest(self) -> None:
        """The provider is good again, workers work, time passes: nothing may stay open."""
        for seconds in AT_REST_S:
            if not Task.objects.filter(Q(archive_after__isnull=False) | Q(status__in=Task.MOVING)).exists():
                break
            self.see_to_the_provider()
            for _ in Task.objects.queued(PROVIDER):
                self.submit(Plan())
            self.all_work([Plan()], seconds)
        self.the_books_are_right()
        books.check_end(self.upstream)
