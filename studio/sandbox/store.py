"""The sandbox's own books in one SQLite file: tasks, credit entries and the webhook outbox.

Every change is one transaction, so a server killed at any moment starts again where it was: a task without
an outcome is simply rendered (again), an ended one keeps its end, an open delivery is still open. The balance
is never stored, it is the sum of the entries; the unique (task_id, kind) lets no task be refunded twice.
"""

import json
import sqlite3
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path
from typing import Any

from studio.sandbox import schema
from studio.sandbox.bodies import insufficient_credits, rate_limited
from studio.sandbox.knobs import Knobs
from studio.sandbox.orders import ORDERS, Order
from studio.sandbox.profiles import PROFILES
from studio.sandbox.types import Clip, Delivery, Product, Task


class StoreInUse(Exception):
    """Another sandbox process works on this store."""


class Store:
    """Safe to use from many threads, by one process at a time; times are Unix seconds.

    Raises StoreInUse when another process has it open.
    """

    def __init__(self, path: Path, *, credits: int, now: float) -> None:
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=1)
        self._db.row_factory = sqlite3.Row
        try:
            self._open(credits, now)
        except BaseException as error:
            self._db.close()
            if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY:
                raise StoreInUse(f"Another sandbox is using {path}.") from error
            raise

    def close(self) -> None:
        """Let the file go, so that another process may open it."""
        with self._lock:
            self._db.close()

    def accept(self, order: Order, knobs: Knobs, now: float) -> str:
        """Charge and store an order; returns the task id. Raises Refusal 402 or 429."""
        price = PROFILES[knobs.profile].prices[order.task_type]
        with self._transaction() as db:
            balance = _balance(db)
            if balance < price:
                raise insufficient_credits(balance)
            if _one(db, "SELECT count(*) FROM unfinished") >= knobs.capacity:
                raise rate_limited()
            task_id = str(uuid.uuid4())
            number = (_one(db, "SELECT max(number) FROM tasks") or 0) + 1
            outcome = "FAILED" if _fails(number, knobs.failure_rate) else None
            clip_id = str(uuid.uuid4()) if order.makes_clip else order.clip_id
            kept = (order.task_type, clip_id, json.dumps(asdict(order)))
            db.execute(
                "INSERT INTO tasks (id, task_type, clip_id, request, state, outcome, accepted_at, due_at)"
                " VALUES (?, ?, ?, ?, 'PENDING', ?, ?, ?)",
                (task_id, *kept, outcome, now, now + knobs.latency_s),
            )
            _enter(db, task_id, "charge", -price, now)
        return task_id

    def task(self, task_id: str) -> Task | None:
        """The task of this id, or None."""
        with self._lock:
            row = self._db.execute("SELECT * FROM tasks WHERE id = ?", (task_id,)).fetchone()
        return _task(row) if row else None

    def clip(self, clip_id: str) -> Clip | None:
        """The clip of that id; None before its task is told to be done."""
        return self._find_clip("SELECT body FROM told_clips WHERE id = ?", clip_id)

    def clip_of_task(self, task_id: str) -> Clip | None:
        """The clip that a task made; None before that is told to be done."""
        return self._find_clip("SELECT body FROM told_clips WHERE task_id = ?", task_id)

    def start_next(self) -> Task | None:
        """Mark the oldest task without a renderer as RUNNING: a new one, or one that a killed server left."""
        with self._transaction() as db:
            task_id = _one(db, "SELECT id FROM unbegun ORDER BY number LIMIT 1")
            db.execute("UPDATE tasks SET state = 'RUNNING' WHERE id = ?", (task_id,))
        return self.task(task_id)

    def set_outcome(self, task_id: str, product: Product | None) -> None:
        """Note how a running task will end, once it is due: None is a failure."""
        with self._transaction() as db:
            outcome = "SUCCESS" if product else "FAILED"
            item = json.dumps(product.item) if product else None
            db.execute("UPDATE tasks SET outcome = ?, item = ? WHERE id = ?", (outcome, item, task_id))
            if product and product.clip:
                schema.add_clip(db, task_id, product.clip)

    def end_due(self, now: float, *, webhooks: bool) -> list[Task]:
        """End every task that is due: its state, the refund if it failed, its webhook if it asked for one."""
        with self._transaction() as db:
            due = db.execute("SELECT * FROM ending WHERE due_at <= ?", (now,)).fetchall()
            for row in due:
                _end(db, _task(row), now, webhooks=webhooks)
        return [task for row in due if (task := self.task(row["id"]))]

    def next_due(self) -> float | None:
        """When the next task with a known outcome ends."""
        with self._lock:
            due: float | None = _one(self._db, "SELECT min(due_at) FROM ending")
        return due

    def start_delivery(self, now: float, pauses: tuple[float, ...]) -> Delivery | None:
        """Take the next webhook that is due, and plan its next try before this one, so a crash loses none.

        The try after number n follows `pauses[n - 1]` seconds later; there is none when `pauses` ends.
        """
        with self._transaction() as db:
            due = "SELECT * FROM deliveries WHERE due_at <= ? ORDER BY due_at LIMIT 1"
            row = db.execute(due, (now,)).fetchone()
            if row is None:
                return None
            attempt = row["attempts"] + 1
            next_try = now + pauses[attempt - 1] if attempt <= len(pauses) else None
            change = "UPDATE deliveries SET attempts = ?, due_at = ? WHERE id = ?"
            db.execute(change, (attempt, next_try, row["id"]))
        task = self.task(row["task_id"])
        assert task is not None
        return Delivery(row["id"], task, attempt)

    def delivered(self, delivery: Delivery, now: float) -> None:
        """Note that a webhook has arrived."""
        with self._transaction() as db:
            change = "UPDATE deliveries SET due_at = NULL, delivered_at = ? WHERE id = ?"
            db.execute(change, (now, delivery.id))

    def next_delivery(self) -> float | None:
        """When the next webhook is due."""
        with self._lock:
            due: float | None = _one(self._db, "SELECT min(due_at) FROM deliveries")
        return due

    def balance(self) -> int:
        """Credits that the account has left."""
        with self._lock:
            return _balance(self._db)

    def ledger(self) -> dict[str, Any]:
        """The books as one JSON-ready object: balance, entries, tasks, oldest first."""
        with self._lock:
            entries = self._db.execute("SELECT task_id, kind, amount, at FROM entries ORDER BY id").fetchall()
            tasks = self._db.execute(
                "SELECT id AS task_id, task_type, clip_id, state, accepted_at, ended_at"
                " FROM tasks ORDER BY number"
            ).fetchall()
        return {
            "balance": sum(entry["amount"] for entry in entries),
            "entries": [dict(entry) for entry in entries],
            "tasks": [dict(task) for task in tasks],
        }

    def _find_clip(self, query: str, value: str) -> Clip | None:
        with self._lock:
            body = _one(self._db, query, value)
        return Clip(**json.loads(body)) if body else None

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def _open(self, credits: int, now: float) -> None:
        # The exclusive lock ends with the process, also when that is killed; it keeps a second server out.
        self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
        self._db.execute("PRAGMA journal_mode = WAL")
        # NORMAL keeps every commit when the process is killed; only a power cut may cost the last ones.
        self._db.execute("PRAGMA synchronous = NORMAL")
        schema.prepare(self._db)
        with self._transaction() as db:
            if _one(db, "SELECT count(*) FROM entries") == 0:
                _enter(db, None, "grant", credits, now)


def _end(db: sqlite3.Connection, task: Task, now: float, *, webhooks: bool) -> None:
    db.execute("UPDATE tasks SET state = outcome, ended_at = ? WHERE id = ?", (now, task.id))
    if task.outcome == "FAILED":
        price = -_one(db, "SELECT amount FROM entries WHERE task_id = ? AND kind = 'charge'", task.id)
        _enter(db, task.id, "refund", price, now)
    if webhooks and task.order.webhook_url:
        new = "INSERT INTO deliveries (id, task_id, due_at) VALUES (?, ?, ?)"
        db.execute(new, (str(uuid.uuid4()), task.id, now))


def _enter(db: sqlite3.Connection, task_id: str | None, kind: str, amount: int, now: float) -> None:
    new = "INSERT INTO entries (task_id, kind, amount, at) VALUES (?, ?, ?, ?)"
    db.execute(new, (task_id, kind, amount, now))


def _balance(db: sqlite3.Connection) -> int:
    return int(_one(db, "SELECT sum(amount) FROM entries"))


def _one(db: sqlite3.Connection, query: str, *values: str) -> Any:
    """The first column of the first row; None without a row."""
    row = db.execute(query, values).fetchone()
    return row and row[0]


def _fails(number: int, rate: float) -> bool:
    """Whether the task of that number, from 1, fails: of the first n tasks the whole part of n * rate do."""
    share = Fraction(rate).limit_denominator(1000)
    return number * share // 1 > (number - 1) * share // 1


def _task(row: sqlite3.Row) -> Task:
    return Task(
        id=row["id"],
        clip_id=row["clip_id"],
        order=ORDERS[row["task_type"]](**json.loads(row["request"])),
        state=row["state"],
        outcome=row["outcome"],
        accepted_at=row["accepted_at"],
        ended_at=row["ended_at"],
        item=json.loads(row["item"]) if row["item"] else None,
    )
