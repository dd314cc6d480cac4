"""The sandbox's endpoints: a request in, an Answer out. HTTP itself is in handler.py."""

import logging
import time
from collections.abc import Callable
from dataclasses import asdict

from studio.sandbox import bodies, contract
from studio.sandbox.form import invalid, read_object
from studio.sandbox.knobs import Knobs
from studio.sandbox.profiles import PROFILES
from studio.sandbox.store import Store
from studio.sandbox.types import Answer, File, Refusal, Request
from studio.sandbox.useapi import PREFIX, Useapi

logger = logging.getLogger(__name__)

TASK_PATH = "/api/v1/producer/task/"


class Api:
    """Calls `on_accepted` after each accepted task."""

    def __init__(
        self,
        store: Store,
        key: str,
        knobs: Knobs,
        useapi: Useapi,
        on_accepted: Callable[[], None],
    ) -> None:
        self._store = store
        self._useapi = useapi
        self._key = key
        self.knobs = knobs
        self._on_accepted = on_accepted
        self._polled: set[str] = set()

    def answer(self, request: Request) -> Answer | File:
        """Never raises: a fault of ours is a 500 and a line in the log."""
        try:
            if request.path.startswith(PREFIX):
                return self._useapi.answer(request, self.knobs)
            contract.check_key(request.authorization, self._key)
            return self._route(request)
        except Refusal as refusal:
            return refusal.answer
        except Exception:
            logger.exception("%s %s went wrong", request.method, request.path)
            return bodies.internal_error()

    def _route(self, request: Request) -> Answer:
        match request.method, request.path:
            case "POST", path if path in contract.ENDPOINTS:
                return self._accept(request)
            case "GET", path if path.startswith(TASK_PATH):
                return self._poll(path.removeprefix(TASK_PATH), request.origin)
            case "GET", "/api/v1/get-credits":
                return bodies.credits_left(self._store.balance())
            case "GET", "/sandbox/ledger":
                return Answer(200, self._store.ledger())
            case "PUT", "/sandbox/knobs":
                return self._turn_knobs(request)
        raise bodies.not_found("endpoint not found")

    def _accept(self, request: Request) -> Answer:
        knobs = self.knobs
        desk = contract.Desk(PROFILES[knobs.profile], self._store.clip)
        order = contract.read_order(request.path, request.body, desk)
        task_id = self._store.accept(order, knobs, time.time())
        self._on_accepted()
        return bodies.accepted(task_id)

    def _poll(self, task_id: str, origin: str) -> Answer:
        task = self._store.task(task_id)
        if task is None:
            raise bodies.not_found("task not found")
        if self.knobs.first_answer == "202" and task_id not in self._polled:
            self._polled.add(task_id)
            return bodies.not_ready()
        tell = bodies.older_progress if self.knobs.dialect == "p1" else bodies.progress
        return tell(task, origin)

    def _turn_knobs(self, request: Request) -> Answer:
        """Change the knobs that the body names; answers all of them."""
        try:
            self.knobs = self.knobs.changed(read_object(request.body))
        except ValueError as error:
            raise invalid(str(error)) from None
        return Answer(200, asdict(self.knobs))
