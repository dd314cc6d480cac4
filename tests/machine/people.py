"""What people do: order, send a form twice, order again, cancel, give up, help, and share out credits."""

import uuid
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from studio.errors import NotEnoughCredits, TooLate
from studio.models import Attempt, Project, Task
from studio.services import attempts, credits, hints, providers, tasks
from tests.machine.plans import PICKS, PROVIDER, one_of, when


class People:
    @initialize(takes=st.integers(1, 4))
    def somebody_has_ordered(self, takes: int) -> None:
        self.order(0, takes)

    @rule(who=PICKS, takes=st.integers(1, 4))
    def order(self, who: int, takes: int) -> None:
        user = one_of(self.people, who)
        self.forms.append((user, uuid.uuid4()))
        self._order(takes)

    @precondition(lambda self: self.forms)
    @rule(takes=st.integers(1, 4))
    def send_the_form_again(self, takes: int) -> None:
        self._order(takes)

    def _order(self, takes: int, **more: Any) -> None:
        user, key = self.forms[-1]
        is_new = not Task.objects.filter(created_by=user, form_key=key).exists()
        project = Project.objects.filter(owner=user).first()
        try:
            placed = tasks.order(
                project=project,
                by=user,
                provider=PROVIDER,
                operation="create_music",
                params={"sound": "folk"},
                takes=takes,
                form_key=key,
                **more,
            )
        except NotEnoughCredits as refusal:
            assert credits.balance(user) < refusal.price  # noqa: PT017
        except tasks.PlacedAlready:
            assert not is_new
        else:
            self.ordered[user.pk] += len(placed) if is_new else 0

    @when(Task.Status.FAILED, Task.Status.CANCELLED)
    @rule(pick=PICKS)
    def retry(self, pick: int) -> None:
        ended = Task.objects.filter(status__in=(Task.Status.FAILED, Task.Status.CANCELLED)).order_by("pk")
        if task := one_of(ended, pick):
            self.forms.append((task.created_by, uuid.uuid4()))
            self._order(1, parent=task)

    @when(Task.Status.QUEUED, Task.Status.HELD, Task.Status.SUBMITTING)
    @rule(pick=PICKS)
    def cancel(self, pick: int) -> None:
        if task := one_of(Task.objects.moving().order_by("pk"), pick):
            try:
                tasks.cancel(task, by=task.created_by)
            except TooLate:
                assert task.status not in (Task.Status.QUEUED, Task.Status.HELD)

    @when(Task.Status.RUNNING, Task.Status.UNKNOWN)
    @rule(pick=PICKS)
    def give_up(self, pick: int) -> None:
        waiting = Task.objects.filter(status__in=(Task.Status.RUNNING, Task.Status.UNKNOWN))
        if task := one_of(waiting.order_by("pk"), pick):
            verb = attempts.give_up if task.status == Task.Status.UNKNOWN else tasks.give_up
            try:
                verb(task, by=task.created_by)
            except TooLate:
                assert task.status == Task.Status.RUNNING

    @when(Task.Status.UNKNOWN, Task.Status.FAILED)
    @rule(pick=PICKS, is_right=st.booleans())
    def enter_the_id(self, pick: int, is_right: bool) -> None:
        lost = Attempt.objects.filter(status__in=(Attempt.Status.UNKNOWN, Attempt.Status.LOST))
        if attempt := one_of(lost.select_related("task").order_by("pk"), pick):
            song = self.upstream.of_attempt(attempt)
            hints.enter(attempt.task, song.id if song and is_right else "up-999")

    @rule(who=PICKS, amount=st.integers(1, 60))
    def grant(self, who: int, amount: int) -> None:
        user = one_of(self.people, who)
        credits.grant(user, amount, reason="more")
        self.given[user.pk] += amount

    @rule(who=PICKS, amount=st.integers(-60, 60).filter(bool))
    def adjust(self, who: int, amount: int) -> None:
        user = one_of(self.people, who)
        try:
            credits.adjust(user, amount, reason="counted wrong")
            self.given[user.pk] += amount
        except NotEnoughCredits:
            assert credits.balance(user) < -amount

    @precondition(lambda self: self.needs_a_person)
    @rule()
    def see_to_the_provider(self) -> None:
        self.needs_a_person = False
        providers.needs_attention(PROVIDER, "")
