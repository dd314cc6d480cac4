"""The judge's books: every accepted order, what it cost and what came back, in memory and in a file."""

import json
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

from tests.hostile.schedule import Plan

PRICE = 10


@dataclass
class Order:
    """One accepted POST. `marker` tells which order of the studio's it was."""

    id: str
    marker: str
    plan: Plan
    webhook: tuple[str, str]  # its address and secret
    fields: dict[str, Any]
    counts: Counter[str] = field(default_factory=Counter)  # polls and fetches so far
    ended: bool = False
    told: bool = False  # somebody of the studio's has heard its id
    paid: int = PRICE


class Ledger:
    """Threads may share it. Every line of the file is one event in JSON."""

    def __init__(self, journal: Path, credits: int) -> None:
        self._lock = Lock()
        self._journal = journal.open("a")
        self.credits = credits
        self.orders: dict[str, Order] = {}
        self.sent: Counter[str] = Counter()  # POSTs per title, accepted or not
        self.seen: Counter[str] = Counter()  # everything that happened, by name

    def note(self, what: str, **about: Any) -> None:
        with self._lock:
            self._note(what, **about)

    def count_post(self, title: str) -> int:
        """How many POSTs of this title came before."""
        with self._lock:
            self.sent[title] += 1
            return self.sent[title] - 1

    def accept(self, marker: str, plan: Plan, webhook: tuple[str, str], fields: dict[str, Any]) -> Order:
        with self._lock:
            order = Order(uuid.uuid4().hex, marker, plan, webhook, fields)
            self.orders[order.id] = order
            self.credits -= order.paid
            self._note("accepted", marker=marker, id=order.id, credits=-order.paid)
            return order

    def end(self, order: Order) -> None:
        """The song is there, or has failed and its credits come back in the same moment."""
        with self._lock:
            order.ended = True
            if order.plan.fails:
                self.credits += order.paid
                self._note("refunded", marker=order.marker, id=order.id, credits=order.paid)
                order.paid = 0

    def tell(self, order: Order) -> None:
        """The id has reached the studio, in an answer or a webhook."""
        with self._lock:
            order.told = True

    def count(self, order: Order, what: str) -> int:
        """How often that was asked of the order before."""
        with self._lock:
            order.counts[what] += 1
            return order.counts[what] - 1

    def summary(self) -> dict[str, Any]:
        """{"orders": {marker: {"accepted": n, "paid": credits, "told": whether it could be known, "gone":
        whether its audio never was there, "id": of the last}}, "credits": left, "seen": {event: n}}"""
        with self._lock:
            orders: dict[str, dict[str, Any]] = {}
            for order in self.orders.values():
                row = orders.setdefault(order.marker, {"accepted": 0, "paid": 0, "told": True})
                row["accepted"] += 1
                row["paid"] += order.paid
                row["told"] = row["told"] and order.told
                row |= {"gone": order.plan.gone, "id": order.id}
            return {"orders": orders, "credits": self.credits, "seen": dict(self.seen)}

    def close(self) -> None:
        with self._lock:
            self._journal.close()

    def _note(self, what: str, **about: Any) -> None:
        self.seen[what] += 1
        if self._journal.closed:  # a last thread of a server that has ended
            return
        self._journal.write(json.dumps({"at": round(time.time(), 3), "what": what, **about}) + "\n")
        self._journal.flush()
