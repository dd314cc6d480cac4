"""Ordering songs: the price of every take or of none, and one order however often its form is sent."""

import uuid

import pytest
from django_q.models import OrmQ

from accounts.models import User
from studio.errors import InvalidOrder, NotEnoughCredits
from studio.models import CreditEntry, Project, Task
from studio.services import credits, tasks
from tests.conftest import Order
from tests.factories import PRICE
from tests.threads import at_once


def charges() -> list[int]:
    return list(CreditEntry.objects.filter(kind=CreditEntry.Kind.CHARGE).values_list("amount", flat=True))


def test_an_order_is_queued_charged_and_rung_for(order: Order, member: User, project: Project) -> None:
    [task] = order()
    assert (task.status, task.price, task.project, task.created_by) == ("queued", PRICE, project, member)
    assert charges() == [-PRICE]
    assert credits.balance(member) == 100 - PRICE
    assert [(event.old, event.new, event.actor) for event in task.events.all()] == [("", "queued", member)]
    assert [(row.func(), row.task["args"]) for row in OrmQ.objects.all()] == [
        (tasks.SUBMIT_JOB, ("sandbox",))
    ]


def test_each_take_is_a_task_with_its_own_charge(order: Order, member: User) -> None:
    takes = order(takes=4)
    assert [(task.take, task.takes) for task in takes] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert charges() == [-PRICE] * 4
    assert credits.balance(member) == 100 - 4 * PRICE
    assert {entry.task_id for entry in CreditEntry.objects.filter(kind="charge")} == {t.pk for t in takes}


def test_credits_for_three_of_four_takes_buy_none(order: Order, member: User) -> None:
    credits.adjust(member, 3 * PRICE - 100, reason="for the test")
    with pytest.raises(NotEnoughCredits) as refusal:
        order(takes=4)
    assert refusal.value.message == "This costs 40 credits and you have 30. Ask an owner for more."
    assert credits.balance(member) == 3 * PRICE
    assert (Task.objects.count(), charges(), OrmQ.objects.count()) == (0, [], 0)


@pytest.mark.parametrize("takes", [-1, 0, 5, 99])
def test_an_order_has_one_to_four_takes(takes: int, order: Order) -> None:
    with pytest.raises(InvalidOrder):
        order(takes=takes)
    assert (Task.objects.count(), charges()) == (0, [])


def test_what_the_provider_does_not_offer_costs_nothing(order: Order) -> None:
    with pytest.raises(KeyError):
        order(operation="make_tea")
    assert (Task.objects.count(), charges()) == (0, [])


# -- Seeds ----------------------------------------------------------------------------------------


def seeds(takes: list[Task]) -> list[str]:
    return [task.params["seed"] for task in takes]


def test_takes_of_one_seed_count_it_on(order: Order) -> None:
    assert seeds(order(takes=3, params={"sound": "folk", "seed": "41"})) == ["41", "42", "43"]


@pytest.mark.parametrize("seed", ["0", "1234567890", "9999999999"])
def test_the_first_take_has_the_very_seed_that_was_typed(seed: str, order: Order) -> None:
    assert seeds(order(params={"sound": "folk", "seed": seed})) == [seed]


def test_no_take_has_a_seed_that_is_too_long_for_the_provider(order: Order) -> None:
    assert seeds(order(takes=2, params={"sound": "folk", "seed": "9999999999"})) == ["9999999999", "0"]


@pytest.mark.parametrize(
    ("params", "drawn"), [({"sound": "folk"}, True), ({"sound": "f", "seed": "7"}, False)]
)
def test_a_task_remembers_whether_its_seed_was_ours(
    params: dict[str, str], drawn: bool, order: Order
) -> None:
    assert [task.seed_drawn for task in order(takes=2, params=params)] == [drawn, drawn]


def test_takes_without_a_seed_get_different_ones(order: Order) -> None:
    drawn = seeds(order(takes=4))
    assert len(set(drawn)) == 4
    assert all(seed.isdigit() and len(seed) <= 10 for seed in drawn)


def test_what_was_typed_is_kept_as_it_was(order: Order) -> None:
    params = {"sound": "folk", "lyrics": "La\nla"}
    task = order(params=params)[0]
    assert {name: task.params[name] for name in params} == params
    assert params == {"sound": "folk", "lyrics": "La\nla"}


# -- The same form again --------------------------------------------------------------------------


def test_a_double_click_is_one_order(order: Order, member: User) -> None:
    key = uuid.uuid4()
    first, second = order(form_key=key, takes=2), order(form_key=key, takes=2)
    assert [task.pk for task in first] == [task.pk for task in second]
    assert charges() == [-PRICE] * 2
    assert Task.objects.count() == 2


def test_a_form_sent_again_after_the_credits_are_gone_is_still_that_order(order: Order, member: User) -> None:
    key = uuid.uuid4()
    [task] = order(form_key=key)
    credits.adjust(member, -credits.balance(member), reason="for the test")
    assert [same.pk for same in order(form_key=key)] == [task.pk]


def test_two_people_may_draw_the_same_key(order: Order, editor: User) -> None:
    key = uuid.uuid4()
    mine, theirs = order(form_key=key)[0], order(form_key=key, by=editor)[0]
    assert mine.pk != theirs.pk
    assert charges() == [-PRICE] * 2


@pytest.mark.django_db(transaction=True)
def test_a_form_sent_twenty_times_at_once_is_one_order(order: Order, member: User) -> None:
    key = uuid.uuid4()
    answers = at_once(lambda: order(form_key=key, takes=2), 20)
    assert {tuple(task.pk for task in takes) for takes in answers} == {
        tuple(Task.objects.order_by("take").values_list("pk", flat=True))
    }
    assert charges() == [-PRICE] * 2
    assert credits.balance(member) == 100 - 2 * PRICE


@pytest.mark.django_db(transaction=True)
def test_the_last_credits_are_spent_once(order: Order, member: User) -> None:
    credits.adjust(member, PRICE - 100, reason="for the test")
    answers = at_once(order, 8)
    assert sum(isinstance(answer, list) for answer in answers) == 1
    assert sum(isinstance(answer, NotEnoughCredits) for answer in answers) == 7
    assert (credits.balance(member), charges(), Task.objects.count()) == (0, [-PRICE], 1)
