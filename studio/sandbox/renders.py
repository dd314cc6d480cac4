"""Turns an order into files: each song in a child process of its own.

A child keeps the answers of the server quick, gives its memory back when the song is done, and can be killed.
It is spawned, not forked, because the server has threads, and it ends by itself when the server dies.
"""

import logging
import multiprocessing
import os
import shutil
import tempfile
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

from studio.sandbox.store import Store
from studio.sandbox.types import Clip, Order, Task

if TYPE_CHECKING:
    from studio.sandbox.music import Rendered, SongRequest

logger = logging.getLogger(__name__)

RENDER_TIMEOUT_S = 300
NICE = 10  # the web server and the worker of a small machine go first

Compose = Callable[["SongRequest", Path, str], "Rendered"]


class RenderFailed(Exception):
    """The composer raised, died or took too long."""


class Stopped(Exception):
    """The server stops; the song is rendered again after the next start."""


class Renderer:
    """Renders the tasks of a store one after another, the oldest first, into `folder`/media.

    With `compose` it calls that in the thread, without a child process: for tests.
    """

    def __init__(self, store: Store, folder: Path, compose: Compose | None) -> None:
        self._store = store
        self._folder = folder
        self._compose = compose
        self._lock = threading.Lock()
        self._child: multiprocessing.process.BaseProcess | None = None
        self._stopped = False

    def step(self) -> bool:
        """Render one task; False when none is waiting, or the server stops."""
        task = self._store.start_next()
        if task is None:
            return False
        try:
            if task.outcome is None:
                self._render(task)
        except Stopped:
            return False
        return True

    def stop(self) -> None:
        with self._lock:
            self._stopped = True
            if self._child:
                self._child.kill()

    def _render(self, task: Task) -> None:
        try:
            clip = self._render_clip(task)
        except RenderFailed as error:
            logger.error("task %s could not be rendered: %s", task.id, error)
            self._store.set_outcome(task.id, "FAILED")
        else:
            self._store.set_outcome(task.id, "SUCCESS", clip)

    def _render_clip(self, task: Task) -> Clip:
        if self._compose is None:
            return self._render_in_child(task)
        try:
            return make_clip(self._compose, task.order, self._folder, task.clip_id)
        except Exception as error:
            raise RenderFailed(describe(error)) from error

    def _render_in_child(self, task: Task) -> Clip:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe(duplex=False)
        with closing(ours):
            with closing(theirs):
                arguments = (theirs, task.order, self._folder, task.clip_id)
                child = context.Process(target=_child, args=arguments, daemon=True)
                self._start(child)
            # Our copy of the writing end is closed now, so a dead child reads as the end of the pipe.
            try:
                return self._result(ours)
            finally:
                self._end(child)

    def _start(self, child: multiprocessing.process.BaseProcess) -> None:
        with self._lock:
            if self._stopped:
                raise Stopped
            child.start()
            self._child = child

    def _result(self, pipe: Connection) -> Clip:
        try:
            if not pipe.poll(RENDER_TIMEOUT_S):
                raise RenderFailed(f"no song after {RENDER_TIMEOUT_S} s")
            result = pipe.recv()
        except EOFError:
            if self._stopped:
                raise Stopped from None
            raise RenderFailed("the renderer died") from None
        if isinstance(result, str):
            raise RenderFailed(result)
        assert isinstance(result, Clip)
        return result

    def _end(self, child: multiprocessing.process.BaseProcess) -> None:
        with self._lock:
            self._child = None
            child.kill()
        child.join()
        child.close()


def clear_drafts(folder: Path) -> None:
    """Remove what renderers that were killed left behind."""
    shutil.rmtree(folder / "drafts", ignore_errors=True)
    (folder / "drafts").mkdir(parents=True)
    (folder / "media").mkdir(exist_ok=True)


def make_clip(compose: Compose, order: Order, folder: Path, name: str) -> Clip:
    """Compose one song; its files move to `folder`/media when all of them are complete."""
    # Imported here so that the server itself stays small: the composer brings numpy and its tables.
    from studio.sandbox.music import SongRequest

    request = SongRequest(
        sound=order.sound,
        lyrics=order.lyrics,
        title=order.title,
        seed=int(order.seed),
        instrumental=order.make_instrumental,
        model=order.mv,
        lyrics_strength=order.lyrics_strength,
        sound_strength=order.sound_strength,
    )
    with tempfile.TemporaryDirectory(dir=folder / "drafts") as drafts:
        song = compose(request, Path(drafts), name)
        for path in (song.audio, song.wav, song.cover):
            path.replace(folder / "media" / path.name)
    return Clip(
        title=order.title or song.title,
        duration=round(song.duration, 3),
        audio=song.audio.name,
        wav=song.wav.name,
        cover=song.cover.name,
        created_at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
    )


def describe(error: Exception) -> str:
    """One line for the log."""
    return " ".join(f"{type(error).__name__}: {error}".split())


def _child(pipe: Connection, order: Order, folder: Path, name: str) -> None:
    """The child's whole life: sends back a Clip, or a string that says what went wrong."""
    os.setsid()  # Ctrl-C is for the server, which ends us; it must not look like a song that failed
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    os.nice(NICE)
    try:
        from studio.sandbox.music import make_song

        pipe.send(make_clip(make_song, order, folder, name))
    except Exception as error:
        pipe.send(describe(error))


def _leave_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
