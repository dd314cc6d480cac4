from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from studio.sandbox.knobs import Knobs
from studio.sandbox.renders import Compose
from studio.sandbox.server import Sandbox

from . import quick
from .caller import KEY, Caller
from .receiver import Receiver

Start = Callable[..., Caller]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts sandboxes on one folder and hands out callers; they stop when the test ends."""
    with ExitStack() as stack:

        def start(compose: Compose = quick.compose, **knobs: object) -> Caller:
            sandbox = Sandbox(tmp_path / "sandbox", KEY, port=0, knobs=Knobs(**knobs), compose=compose)
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
