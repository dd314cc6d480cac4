"""A thread that does one step after another."""

import logging
import threading
from collections.abc import Callable

logger = logging.getLogger(__name__)


class Loop:
    """Calls `step` over and over, and waits in between as many seconds as it returns; None: until woken."""

    def __init__(self, name: str, step: Callable[[], float | None]) -> None:
        self._step = step
        self._woken = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name=f"sandbox-{name}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        self._woken.set()

    def stop(self, timeout: float) -> None:
        """Let the current step end and no other begin; wait at most `timeout` seconds for that."""
        self._stopping = True
        self.wake()
        self._thread.join(timeout)

    def _run(self) -> None:
        while not self._stopping:
            self._woken.clear()  # before the step: a wake-up during it must not be lost
            self._woken.wait(self._safe_step())

    def _safe_step(self) -> float | None:
        try:
            return self._step()
        except Exception:
            if not self._stopping:
                logger.exception("A step of %s went wrong", self._thread.name)
            return 1.0
