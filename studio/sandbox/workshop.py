"""Runs the makers, each time in a child process of its own.

A child keeps the answers of the server quick, gives its memory back when the work is done, and can be killed.
It is spawned, not forked, because the server has threads, and it ends by itself when the server dies.
"""

import multiprocessing
import os
import shutil
import signal
import threading
from contextlib import closing, suppress
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Literal

from studio.sandbox.makers import Makers, real
from studio.sandbox.types import Clip, Product, Task

TIMEOUT_S = 300
NICE = 10  # the web server and the worker of a small machine go first

Work = Literal["make", "convert", "stems"]  # functions of works.py


class WorkFailed(Exception):
    """A maker raised, died or took too long."""


class Stopped(Exception):
    """The server stops; the work is done again after the next start."""


class Workshop:
    """Makes files in `folder`; every work raises WorkFailed or Stopped.

    With `makers` it calls those in the calling thread, without a child: for tests.
    """

    def __init__(self, folder: Path, makers: Makers | None) -> None:
        self._folder = folder
        self._makers = makers
        self._lock = threading.Lock()
        self._children: set[BaseProcess] = set()
        self._stopped = False

    def make(self, task: Task, source: Clip | None) -> Product:
        """Carry out a task in a child process. Raises WorkFailed or Stopped."""
        product: Product = self._run("make", task, source)
        return product

    def convert(self, clip: Clip, format: str) -> None:
        """Make a clip's file in another format. Raises WorkFailed or Stopped."""
        self._run("convert", clip, format)

    def make_stems(self, clip: Clip) -> None:
        """Make a clip's stems and their listing. Raises WorkFailed or Stopped."""
        self._run("stems", clip)

    def stop(self) -> None:
        """End what is being made; from now on everything raises Stopped."""
        with self._lock:
            self._stopped = True
            for child in self._children:
                _kill(child)

    def _run(self, work: Work, *arguments: Any) -> Any:
        if self._makers is None:
            return self._run_in_child(work, arguments)
        try:
            return _call(work, self._makers, self._folder, arguments)
        except Exception as error:
            raise WorkFailed(_describe(error)) from error

    def _run_in_child(self, work: Work, arguments: tuple[Any, ...]) -> Any:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe(duplex=False)
        with closing(ours):
            with closing(theirs):
                given = (theirs, work, self._folder, arguments)
                child = context.Process(target=_child, args=given, daemon=True)
                self._start(child)
            # Our copy of the writing end is closed now, so a dead child reads as the end of the pipe.
            try:
                return self._result(ours)
            finally:
                self._end(child)

    def _start(self, child: BaseProcess) -> None:
        with self._lock:
            if self._stopped:
                raise Stopped
            child.start()
            self._children.add(child)

    def _result(self, pipe: Connection) -> Any:
        try:
            if not pipe.poll(TIMEOUT_S):
                raise WorkFailed(f"no result after {TIMEOUT_S} s")
            fault, result = pipe.recv()
        except EOFError:
            if self._stopped:
                raise Stopped from None
            raise WorkFailed("the worker died") from None
        if fault:
            raise WorkFailed(fault)
        return result

    def _end(self, child: BaseProcess) -> None:
        with self._lock:
            self._children.discard(child)
            _kill(child)
        child.join()
        child.close()


def prepare(folder: Path) -> None:
    """Make the folders that the works use; remove what workers that were killed left behind."""
    shutil.rmtree(folder / "drafts", ignore_errors=True)
    for name in ("drafts", "media", "stems"):
        (folder / name).mkdir(parents=True, exist_ok=True)


def file_name(clip: Clip, format: str) -> str:
    """The name of a clip's file in that format."""
    return clip.wav if format == "wav" else f"{clip.id}-{format}.{format}"


def stem_listing(folder: Path, clip: Clip) -> Path:
    """Where the listing of a clip's stems lies: stem name -> file name."""
    return folder / "stems" / f"{clip.id}.json"


def now() -> str:
    """The present as the API writes it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _kill(child: BaseProcess) -> None:
    """End a worker and the ffmpeg that it may have started."""
    assert child.pid
    with suppress(OSError):  # it is too young to lead a group, or over
        os.killpg(child.pid, signal.SIGKILL)
    child.kill()


def _describe(error: Exception) -> str:
    """One line for the log."""
    return " ".join(f"{type(error).__name__}: {error}".split())


def _call(work: Work, makers: Makers, folder: Path, arguments: tuple[Any, ...]) -> Any:
    # Imported here so that the server itself stays small: the works bring numpy and Pillow.
    from studio.sandbox import works

    return getattr(works, work)(makers, folder, *arguments)


def _child(pipe: Connection, work: Work, folder: Path, arguments: tuple[Any, ...]) -> None:
    """The child's whole life: sends back what went wrong, or "" and the result."""
    os.setsid()  # Ctrl-C is for the server, which ends us; it must not look like a work that failed
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    os.nice(NICE)
    try:
        pipe.send(("", _call(work, real(), folder, arguments)))
    except Exception as error:
        pipe.send((_describe(error), None))


def _leave_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os.killpg(0, signal.SIGKILL)
