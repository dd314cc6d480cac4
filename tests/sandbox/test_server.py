"""Starting, stopping and the threads in between."""

import http.client
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from studio.sandbox.loops import Loop
from studio.sandbox.server import Sandbox

from . import quick
from .caller import KEY, Caller, wait_until
from .process import running

HASTY = """
import os, pathlib, signal, sys
from studio.sandbox.server import Sandbox

class Hasty(Sandbox):
    def start(self):
        super().start()
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGINT)

Hasty(pathlib.Path(sys.argv[1]), "key", port=0).serve_forever()
"""


@pytest.fixture
def loop_of() -> Iterator[Callable[..., Loop]]:
    loops: list[Loop] = []

    def start(step: Callable[[], float | None]) -> Loop:
        loops.append(Loop("test", step))
        loops[-1].start()
        return loops[-1]

    yield start
    for loop in loops:
        loop.stop(20)


def status(connection: http.client.HTTPConnection) -> int:
    connection.request("GET", "/media/none")
    with connection.getresponse() as response:
        response.read()
        return response.status


def listens(url: str) -> bool:
    try:
        Caller(url)("GET", "/media/none")
    except ConnectionError:
        return False
    return True


def test_a_stopped_sandbox_answers_nobody(tmp_path: Path) -> None:
    with Sandbox(tmp_path, KEY, port=0, makers=quick.MAKERS) as sandbox:
        connection = http.client.HTTPConnection(sandbox.url.removeprefix("http://"), timeout=20)
        status(connection)
    connection.auto_open = 0
    with pytest.raises((ConnectionError, http.client.NotConnected)):
        status(connection)
    connection.close()


def test_an_order_in_hand_is_answered_before_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, go, answers = threading.Event(), threading.Event(), []
    sandbox = Sandbox(tmp_path, KEY, port=0, makers=quick.MAKERS)
    accept = sandbox._store.accept

    def slow(*order: object) -> str:
        asked.set()
        assert go.wait(20)
        return accept(*order)

    monkeypatch.setattr(sandbox._store, "accept", slow)
    monkeypatch.setattr("studio.sandbox.server.LAST_ANSWER_S", 20)
    sandbox.start()
    client = threading.Thread(target=lambda: answers.append(Caller(sandbox.url).submit()))
    client.start()
    assert asked.wait(20)
    stopping = threading.Thread(target=sandbox.stop)
    stopping.start()
    wait_until(lambda: not listens(sandbox.url))
    go.set()
    client.join()
    stopping.join()
    assert len(answers) == 1


def test_signals_during_the_start_are_a_stop(tmp_path: Path) -> None:
    with running("-c", HASTY, str(tmp_path)) as process:
        assert process.wait(30) == 0


def test_the_address_is_free_after_the_stop(tmp_path: Path) -> None:
    with Sandbox(tmp_path, KEY, port=0, makers=quick.MAKERS) as sandbox:
        port = int(sandbox.url.rsplit(":", 1)[1])
    with Sandbox(tmp_path, KEY, port=port, makers=quick.MAKERS) as sandbox:
        assert Caller(sandbox.url).credits() == 10_000


def test_a_folder_is_free_when_its_address_was_not(tmp_path: Path) -> None:
    with Sandbox(tmp_path / "a", KEY, port=0, makers=quick.MAKERS) as other:
        with pytest.raises(OSError, match="in use"):
            Sandbox(tmp_path / "b", KEY, port=int(other.url.rsplit(":", 1)[1]))
        with Sandbox(tmp_path / "b", KEY, port=0, makers=quick.MAKERS) as sandbox:
            assert Caller(sandbox.url).credits() == 10_000


def test_a_loop_goes_on_after_a_step_that_went_wrong(loop_of: Callable[..., Loop]) -> None:
    steps, again = iter([RuntimeError("once"), None]), threading.Event()

    def step() -> None:
        if error := next(steps, None):
            raise error
        again.set()

    loop_of(step).wake()
    assert again.wait(20)


def test_a_wake_up_during_a_step_is_not_lost(loop_of: Callable[..., Loop]) -> None:
    inside, woken, again = threading.Event(), threading.Event(), threading.Event()

    def step() -> None:
        if inside.is_set():
            again.set()
        inside.set()
        assert woken.wait(20)

    loop = loop_of(step)
    assert inside.wait(20)
    loop.wake()
    woken.set()
    assert again.wait(5)
