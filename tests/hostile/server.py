"""The hostile upstream itself: orders, polls, balance and media, each with its faults."""

import socket
import threading
import time
from collections.abc import Callable
from http.server import ThreadingHTTPServer
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Any, Self

from tests.hostile import answers
from tests.hostile.handler import Handler
from tests.hostile.hooks import Hooks
from tests.hostile.ledger import PRICE, Ledger, Order
from tests.hostile.media import Media
from tests.hostile.schedule import BALANCE, Plan, draw, plan


class Hostile(ThreadingHTTPServer):
    """Listens on loopback. `faults` replaces what the schedule draws, for tests of one fault."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(
        self,
        journal: Path,
        *,
        key: str,
        port: int = 0,
        seed: int = 1,
        hooks: bool = True,
        credits: int = 1_000_000,
        past_time_out: float = 3.5,
        faults: Callable[[int, str, int], Plan] = plan,
    ) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.upstream = self
        self.key, self.seed, self.past_time_out = key, seed, past_time_out
        self.ledger = Ledger(journal, credits)
        self.hooks = Hooks(self.ledger, hooks)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.files = Media(self.ledger)
        self._faults = faults
        self._random = Random(seed)

    def create(self, handler: Handler, fields: dict[str, Any]) -> None:
        """A paid order. The fault says whether it is accepted, and how it is answered."""
        title = str(fields.get("title"))
        drawn = self._faults(self.seed, title, self.ledger.count_post(title))
        self.ledger.note(f"POST {drawn.submit or 'good'}", title=title)
        answer, accepted = answers.TO_ORDERS[drawn.submit], list[Order]()

        def accept() -> str:
            accepted.append(self._accept(drawn, fields))
            return accepted[0].id

        answer(handler, accept)
        if accepted and drawn.submit in answers.TELLING:
            self.ledger.tell(accepted[0])

    def _accept(self, drawn: Plan, fields: dict[str, Any]) -> Order:
        marker = f"{fields.get('title')}/{fields.get('seed')}"
        webhook = (str(fields.get("webhook_url", "")), str(fields.get("webhook_secret", "")))
        order = self.ledger.accept(marker, drawn, webhook, fields)
        if drawn.early_hook:
            self.hooks.early(order)
        threading.Thread(target=self._compose, args=[order], daemon=True).start()
        return order

    def _compose(self, order: Order) -> None:
        time.sleep(order.plan.seconds)
        self.ledger.end(order)
        self.hooks.ended(order)

    def poll(self, handler: Handler, task_id: str) -> None:
        order = self.ledger.orders.get(task_id)
        if order is None:
            handler.json(404, {"type": "not_found", "error": "task not found"})
            return
        number = self.ledger.count(order, "polls")
        fault = order.plan.polls[number] if number < len(order.plan.polls) else ""
        if fault:
            self.ledger.note(f"poll {fault}")
            answers.TO_POLLS[fault](handler)
        else:
            handler.json(200, self._progress(order))

    def _progress(self, order: Order) -> dict[str, Any]:
        if not order.ended:
            return {"code": 200, "status": "RUNNING", "message": "task is still processing", "data": []}
        if order.plan.fails:
            told = {"type": "failed", "message": "Task failed. Credits have been refunded.", "data": []}
            return {"code": 200, "status": "FAILED", **told}
        item = self.files.item(order, self.url)
        if self.ledger.count(order, "looks") < order.plan.hollow:
            self.ledger.note("SUCCESS without media")
            item = {name: value for name, value in item.items() if not name.endswith("_url")}
        return {"code": 200, "status": "SUCCESS", "message": "success", "data": [item]}

    def balance(self, handler: Handler) -> None:
        fault = draw(self._random, BALANCE)
        if fault and self.ledger.orders:  # the studio looks before it starts
            answers.TO_POLLS[fault](handler)
        else:
            handler.json(200, {"credits": self.ledger.credits, "extra_credits": 0})

    def media(self, handler: Handler, name: str) -> None:
        self.files.serve(handler, name)

    def books(self) -> dict[str, Any]:
        """The judge's verdict on money, and what the canary heard."""
        return {**self.ledger.summary(), "price": PRICE, "private": self.files.canary.connections}

    def handle_error(self, request: object, client_address: object) -> None:
        pass  # a client that breaks off is what this is about

    def outage(self, seconds: float) -> None:
        """Take no connections for a while. The port is kept: another program could be given it meanwhile."""
        self.shutdown()
        self.socket.close()
        self.socket = socket.socket(self.address_family, self.socket_type)
        self.server_bind()
        time.sleep(seconds)
        self.server_activate()
        self._serve()

    def _serve(self) -> None:
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def __enter__(self) -> Self:
        self._serve()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.shutdown()
        self.server_close()
        self.files.canary.close()
        self.ledger.close()
