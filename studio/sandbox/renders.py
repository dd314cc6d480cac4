"""Carries out the orders of a store, one after another."""

import logging

from studio.sandbox.store import Store
from studio.sandbox.types import Product, Task
from studio.sandbox.workshop import Stopped, WorkFailed, Workshop

logger = logging.getLogger(__name__)


class Renderer:
    """Takes the tasks of a store one after another, the oldest first, to the workshop."""

    def __init__(self, store: Store, workshop: Workshop) -> None:
        self._store = store
        self._workshop = workshop

    def step(self) -> bool:
        """Carry out one task; False when none is waiting, or the server stops."""
        task = self._store.start_next()
        if task is None:
            return False
        if task.outcome is None:
            try:
                self._store.set_outcome(task.id, self._make(task))
            except Stopped:
                return False
        return True

    def _make(self, task: Task) -> Product | None:
        source = self._store.clip(task.order.clip_id) if task.order.clip_id else None
        try:
            return self._workshop.make(task, source)
        except WorkFailed as error:
            logger.error("task %s could not be made: %s", task.id, error)
            return None
