from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from studio.sandbox.knobs import Knobs
from studio.sandbox.server import Sandbox

from . import quick
from .caller import KEY, Caller
from .receiver import Receiver

Start = Callable[..., Caller]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts sandboxes on one folder and hands out callers; they stop when the test ends.

    Their makers are quick, or the real ones when `compose` is None.
    """
    with ExitStack() as stack:

        def start(compose: Any = quick.compose, makers: dict[str, Any] | None = None, **knobs: Any) -> Caller:
            quicker = replace(quick.MAKERS, compose=compose, **makers or {}) if compose else None
            sandbox = Sandbox(tmp_path / "sandbox", KEY, port=0, knobs=Knobs(**knobs), makers=quicker)
            return Caller(stack.enter_context(sandbox).url)

        yield start


@pytest.fixture
def caller(start: Start) -> Caller:
    """Calls a sandbox that renders at once."""
    return start()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver
