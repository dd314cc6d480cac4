"""The sandbox's endpoints: a request in, an Answer out. HTTP itself is in handler.py."""

import logging
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

from studio.sandbox import bodies, contract
from studio.sandbox.knobs import Knobs
from studio.sandbox.store import Store
from studio.sandbox.types import Answer, Refusal

logger = logging.getLogger(__name__)

TASK_PATH = "/api/v1/producer/task/"


@dataclass(frozen=True)
class Request:
    """`path` without its query; `origin` (scheme, host and port) is how the client calls us."""

    method: str
    path: str
    authorization: str | None
    origin: str
    body: bytes


class Api:
    """Calls `on_accepted` after each accepted task."""

    def __init__(self, store: Store, key: str, knobs: Knobs, on_accepted: Callable[[], None]) -> None:
        self._store = store
        self._key = key
        self.knobs = knobs
        self._on_accepted = on_accepted
        self._polled: set[str] = set()

    def answer(self, request: Request) -> Answer:
        """Never raises: a fault of ours is a 500 and a line in the log."""
        try:
            contract.check_key(request.authorization, self._key)
            return self._route(request)
        except Refusal as refusal:
            return refusal.answer
        except Exception:
            logger.exception("%s %s went wrong", request.method, request.path)
            return bodies.internal_error()

    def _route(self, request: Request) -> Answer:
        match request.method, request.path:
            case "POST", "/api/v1/producer/create":
                return self._create(request)
            case "GET", path if path.startswith(TASK_PATH):
                return self._poll(path.removeprefix(TASK_PATH), request.origin)
            case "GET", "/api/v1/get-credits":
                return bodies.credits_left(self._store.balance())
            case "GET", "/sandbox/ledger":
                return Answer(200, self._store.ledger())
            case "PUT", "/sandbox/knobs":
                return self._turn_knobs(request)
        raise bodies.not_found("endpoint not found")

    def _create(self, request: Request) -> Answer:
        order = contract.read_order(request.body)
        task_id = self._store.accept(order, self.knobs, time.time())
        self._on_accepted()
        return bodies.accepted(task_id)

    def _poll(self, task_id: str, origin: str) -> Answer:
        task = self._store.task(task_id)
        if task is None:
            raise bodies.not_found("task not found")
        if self.knobs.first_answer == "202" and task_id not in self._polled:
            self._polled.add(task_id)
            return bodies.not_ready()
        return bodies.progress(task, origin)

    def _turn_knobs(self, request: Request) -> Answer:
        """Change the knobs that the body names; answers all of them."""
        try:
            self.knobs = self.knobs.changed(contract.read_object(request.body))
        except ValueError as error:
            raise contract.invalid(str(error)) from None
        return Answer(200, asdict(self.knobs))
