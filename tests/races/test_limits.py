"""Many people spend from the same sum at the same moment: a block holds, and so does one that is just set."""

import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Sum

from accounts.models import User
from studio.models import Limit, Project, Task
from studio.services import credits, limits, tasks
from tests.conftest import person
from tests.factories import PRICE
from tests.races import controls
from tests.races.conftest import Round, run, run_control
from tests.races.test_races import _no_tracebacks as _no_tracebacks
from tests.races.test_races import wrong
from tests.threads import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("_no_tracebacks")]
ROOM = 3  # orders
BLOCK: dict[str, Any] = {"period": "month", "action": "block"}

Place = Callable[[User], Any]


@pytest.fixture
def crew(member: User, editor: User) -> list[User]:
    """Eight orders of three people."""
    third = person("paul@example.org", "member", "Paul")
    for each in (member, editor, third):
        credits.grant(each, 100_000, reason="for the rounds")
    return [member, editor, third, member, editor, third, member, editor]


@pytest.fixture
def place(project: Project) -> Place:
    def place(by: User) -> Any:
        given = {"provider": "sandbox", "operation": "create_music", "params": {"sound": "folk"}}
        return tasks.order(project=project, by=by, form_key=uuid.uuid4(), **given)

    return place


def spent(**whose: Any) -> int:
    return Task.objects.filter(**whose).aggregate(sum=Sum("price"))["sum"] or 0


@pytest.fixture
def block(owner: User, crew: list[User], place: Place) -> Callable[..., list[str]]:
    """One round against a block of so many orders more than were placed before."""

    def one(counts: dict[str, Any], ordering: list[User], **whose: Any) -> list[str]:
        before = spent(**counts)
        limits.put(by=owner, credits=before + ROOM * PRICE, **BLOCK, **whose)
        left = list(ordering)
        answers = at_once(lambda: place(left.pop()), len(ordering))
        Limit.objects.all().delete()
        passed = [answer for answer in answers if isinstance(answer, list)]
        stopped = [answer for answer in answers if isinstance(answer, limits.Blocked)]
        return wrong(
            spent=(spent(**counts) - before, ROOM * PRICE),
            passed=(len(passed), ROOM),
            stopped=(len(stopped), len(ordering) - ROOM),
        )

    return one


@pytest.mark.parametrize("whose", ["person", "project", "team"])
def test_a_block_holds_against_eight_orders_at_once(
    whose: str,
    block: Callable[..., list[str]],
    crew: list[User],
    member: User,
    project: Project,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    round: Round = {
        "person": partial(block, {"created_by": member}, [member] * 8, user=member),
        "project": partial(block, {"project": project}, crew, project=project),
        "team": partial(block, {}, crew),
    }[whose]
    run(f"a block of the {whose}, 8 orders at once", round)
    controls.orders_without_lock(monkeypatch)
    run_control(f"a block of the {whose}, 8 orders at once", round)


@pytest.fixture
def just_set(owner: User, crew: list[User], place: Place) -> Round:
    """A block of what is spent at its moment is set among orders: from then on nothing passes."""

    def one() -> list[str]:
        then: list[int] = []

        def put() -> None:
            with transaction.atomic():
                limits.put(by=owner, credits=0, **BLOCK)
                then.append(spent())

        left: list[Callable[[], Any]] = [*(partial(place, by) for by in crew), put]
        left.insert(4, left.pop())
        answers = at_once(lambda: left.pop()(), len(left))
        Limit.objects.all().delete()
        bad = [
            each for each in answers if isinstance(each, Exception) and not isinstance(each, limits.Blocked)
        ]
        return wrong(errors=(bad, []), spent=(spent(), then[0]))

    return one


def test_a_block_that_is_set_among_orders_holds_from_then_on(
    just_set: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("a block that is set among 8 orders", just_set)
    if connection.vendor == "postgresql":
        monkeypatch.setattr(limits, "_wait_for_orders", lambda: None)
    else:  # here who sets it is alone already
        controls.orders_without_lock(monkeypatch)
    run_control("a block that is set among 8 orders", just_set)
