"""The books: what is charged, refunded and kept."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from fractions import Fraction
from pathlib import Path

import pytest

from studio.sandbox import bodies, contract, items
from studio.sandbox.knobs import Knobs
from studio.sandbox.profiles import PROFILES
from studio.sandbox.store import Store, StoreInUse
from studio.sandbox.types import Clip, Product, Refusal

DESK = contract.Desk(PROFILES["all"], {}.get)
BODY = bodies.encode({"task_type": "create_music", "sound": "x", "title": "Ünï"})
ORDER = contract.read_order(contract.CREATE, BODY, DESK)


def product_of(task_id: str) -> Product:
    files = ("a.m4a", "a-wav.wav", "a-img.jpg")
    texts = ("A", "x", "", "FUZZ-2.0", "7")
    clip = Clip(f"clip of {task_id}", None, *texts, 2.0, *files, "2026-04-27T14:00:53.030544Z", {}, [])
    return Product(items.music(clip), clip)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "s.sqlite3", credits=1000, now=0)
    yield store
    store.close()


def test_it_opens_again_with_everything_in_it(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.sqlite3", credits=25, now=0)
    task_id = store.accept(ORDER, Knobs(), 1)
    before = store.task(task_id)
    store.close()
    store = Store(tmp_path / "s.sqlite3", credits=9999, now=2)
    assert store.balance() == 15
    assert store.task(task_id) == before
    assert before
    assert before.order == ORDER
    store.close()


def test_only_one_process_at_a_time(tmp_path: Path, store: Store) -> None:
    with pytest.raises(StoreInUse, match="Another sandbox is using"):
        Store(tmp_path / "s.sqlite3", credits=1, now=0)


def test_a_file_of_somebody_else_is_not_called_in_use(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "s.sqlite3")) as other:
        other.execute("CREATE TABLE tasks (chores TEXT)")
    with pytest.raises(sqlite3.OperationalError, match="no such"):
        Store(tmp_path / "s.sqlite3", credits=1, now=0)


def test_a_refused_order_leaves_no_trace(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.sqlite3", credits=9, now=0)
    with pytest.raises(Refusal):
        store.accept(ORDER, Knobs(), 0)
    assert store.ledger()["tasks"] == []
    assert store.balance() == 9
    store.close()


def test_a_failure_is_refunded_once(store: Store) -> None:
    task_id = store.accept(ORDER, Knobs(), 0)
    store.start_next()
    store.set_outcome(task_id, None)
    assert [task.state for task in store.end_due(0, webhooks=True)] == ["FAILED"]
    assert store.end_due(0, webhooks=True) == []
    assert store.balance() == 1000


def test_a_success_is_paid(store: Store) -> None:
    task_id = store.accept(ORDER, Knobs(), 0)
    store.start_next()
    store.set_outcome(task_id, product_of(task_id))
    (task,) = store.end_due(5, webhooks=True)
    assert (task.state, task.item, task.ended_at) == ("SUCCESS", product_of(task_id).item, 5)
    assert store.balance() == 990


def test_a_task_ends_when_it_is_due(store: Store) -> None:
    task_id = store.accept(ORDER, Knobs(latency_s=30), 100)
    store.start_next()
    assert store.next_due() is None
    store.set_outcome(task_id, product_of(task_id))
    assert store.next_due() == 130
    assert store.end_due(129.9, webhooks=True) == []
    assert len(store.end_due(130, webhooks=True)) == 1


def test_tasks_start_in_the_order_they_came(store: Store) -> None:
    ids = [store.accept(ORDER, Knobs(), 0) for _ in range(3)]
    started = []
    while task := store.start_next():
        started.append(task.id)
        store.set_outcome(task.id, product_of(task.id))
    assert started == ids


def test_a_task_that_lost_its_renderer_starts_again(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.sqlite3", credits=1000, now=0)
    task_id = store.accept(ORDER, Knobs(), 0)
    first = store.start_next()
    store.close()
    store = Store(tmp_path / "s.sqlite3", credits=1000, now=0)
    assert first
    assert first.id == task_id
    assert store.start_next() == first
    store.close()


@pytest.mark.parametrize("rate", [0, 0.1, 1 / 3, 0.7, 0.999, 1])
def test_the_failure_rate_is_kept_exactly(store: Store, rate: float) -> None:
    for number in range(1, 41):
        store.accept(ORDER, Knobs(failure_rate=rate, capacity=100), 0)
        failing = sum(store.task(task["task_id"]).outcome == "FAILED" for task in store.ledger()["tasks"])
        assert failing == int(number * Fraction(rate).limit_denominator(1000))
