"""The real composer in its child process, and what becomes of the child."""

import multiprocessing
import os
import shutil
import signal
from pathlib import Path

import pytest

from studio.audio import ffmpeg
from studio.sandbox.knobs import Knobs
from studio.sandbox.orders import MakeLyrics
from studio.sandbox.renders import Renderer
from studio.sandbox.server import Sandbox
from studio.sandbox.store import Store
from studio.sandbox.workshop import Workshop, prepare

from .caller import KEY, Caller, wait_until
from .conftest import Start
from .process import sandbox_command

linux = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="reads the process table of Linux")


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for path in found for child in path.read_text().split()]


def renderers(pid: int) -> list[int]:
    return [child for child in children(pid) if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()]


def test_a_renderer_that_dies_costs_nothing(start: Start) -> None:
    caller = start(compose=None)
    task_id = caller.submit()
    wait_until(multiprocessing.active_children)
    multiprocessing.active_children()[0].kill()
    assert caller.end(task_id)["status"] == "FAILED"
    assert caller.credits() == 10_000


def test_a_renderer_that_fails_costs_nothing(start: Start, tmp_path: Path) -> None:
    caller = start(compose=None)
    shutil.rmtree(tmp_path / "sandbox" / "drafts")
    assert caller.end(caller.submit())["status"] == "FAILED"
    assert caller.credits() == 10_000


def test_a_renderer_that_never_ends_is_killed(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.sandbox.workshop.TIMEOUT_S", 0.01)
    caller = start(compose=None)
    assert caller.end(caller.submit())["status"] == "FAILED"
    assert multiprocessing.active_children() == []


@linux
def test_the_ffmpeg_of_a_worker_ends_with_it(tmp_path: Path) -> None:
    silence = ["-f", "lavfi", "-i", "anullsrc=r=8000:cl=mono", "-t", "3500", "-b:a", "8k"]
    sandbox = Sandbox(tmp_path, KEY, port=0)
    sandbox.start()
    name = f"{'0' * 36}.mp3"
    ffmpeg.run([*silence, str(tmp_path / "media" / name)])
    Caller(sandbox.url).order("upload", audio_url=f"{sandbox.url}/media/{name}")
    wait_until(lambda: list(tmp_path.rglob("drafts/*/*.m4a")))  # being written, which takes ten seconds
    (worker,) = multiprocessing.active_children()
    (encoder,) = children(worker.pid or 0)
    sandbox.stop()
    wait_until(lambda: not is_alive(encoder))
    (half,) = tmp_path.rglob("drafts/*/*.m4a")
    with pytest.raises(ffmpeg.FfmpegError):
        ffmpeg.probe(half, demuxer="mov")


def test_no_renderer_starts_after_the_stop(tmp_path: Path) -> None:
    prepare(tmp_path)
    store = Store(tmp_path / "s.sqlite3", credits=10, now=0)
    store.accept(MakeLyrics(prompt="x", seed="7", webhook_url="", webhook_secret=""), Knobs(), 0)
    workshop = Workshop(tmp_path, None)
    workshop.stop()
    assert not Renderer(store, workshop).step()
    assert list((tmp_path / "media").iterdir()) == []
    store.close()


def test_what_a_killed_renderer_left_is_cleared_away(start: Start, tmp_path: Path) -> None:
    left = tmp_path / "sandbox" / "drafts" / "half.wav"
    left.parent.mkdir(parents=True)
    left.touch()
    start()
    assert not left.exists()


def test_a_stop_ends_the_renderer_and_keeps_the_order(start: Start, tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path / "sandbox", KEY, port=0)
    sandbox.start()
    task_id = Caller(sandbox.url).submit()
    wait_until(multiprocessing.active_children)
    sandbox.stop()
    assert multiprocessing.active_children() == []
    caller = start()
    assert caller.end(task_id)["status"] == "SUCCESS"
    assert caller.credits() == 9_990


@linux
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_the_renderer_ends_with_the_server_and_the_order_goes_on(
    start: Start, tmp_path: Path, number: signal.Signals
) -> None:
    folder = tmp_path / "sandbox"
    with sandbox_command(folder) as (process, caller, _):
        task_id = caller.submit()
        wait_until(lambda: any((folder / "drafts").iterdir()))
        (renderer,) = renderers(process.pid)
        assert os.getpriority(os.PRIO_PROCESS, renderer) > os.getpriority(os.PRIO_PROCESS, process.pid)
        os.killpg(process.pid, number)  # the whole group, as a terminal does on Ctrl-C
        wait_until(lambda: not is_alive(renderer))
        assert process.wait(30) == (-number if number == signal.SIGKILL else 0)
    assert list((folder / "media").iterdir()) == []  # it ended at once, not with its song
    assert start().end(task_id)["status"] == "SUCCESS"
