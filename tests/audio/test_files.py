import errno
import hashlib
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio.audio import files

BLOCKS = [b"one", b"", b"two", b"three" * 10_000]


def listing(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def broken_off() -> Iterator[bytes]:
    yield b"half"
    raise RuntimeError("the other half")


def test_it_saves_and_tells_size_and_sum(tmp_path: Path) -> None:
    size, sha256 = files.save(BLOCKS, tmp_path / "song.m4a")
    assert (tmp_path / "song.m4a").read_bytes() == b"".join(BLOCKS)
    assert (size, sha256) == (len(b"".join(BLOCKS)), hashlib.sha256(b"".join(BLOCKS)).hexdigest())
    assert listing(tmp_path) == ["song.m4a"]


def test_it_keeps_no_file_open(tmp_path: Path) -> None:
    opened = len(listing(Path("/proc/self/fd")))
    files.save(BLOCKS, tmp_path / "song.m4a")
    assert len(listing(Path("/proc/self/fd"))) == opened


def test_what_breaks_off_leaves_the_old_file_alone(tmp_path: Path) -> None:
    (tmp_path / "song.m4a").write_bytes(b"old")
    with pytest.raises(RuntimeError):
        files.save(broken_off(), tmp_path / "song.m4a")
    assert (tmp_path / "song.m4a").read_bytes() == b"old"
    assert listing(tmp_path) == ["song.m4a"]


def test_a_full_disk_is_an_os_error_and_leaves_nothing(tmp_path: Path) -> None:
    script = f"""
import resource, signal, pathlib
from studio.audio import files
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    files.save([bytes(60_000)] * 3, pathlib.Path({str(tmp_path)!r}) / "song.m4a")
except OSError as error:
    print(error.errno)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(errno.EFBIG)
    assert listing(tmp_path) == []


def test_the_name_appears_only_when_the_bytes_are_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    fsync, replace = os.fsync, os.replace

    def watch_sync(descriptor: int) -> None:
        facts = os.fstat(descriptor)
        order.append("sync folder" if stat.S_ISDIR(facts.st_mode) else f"sync {facts.st_size} bytes")
        fsync(descriptor)

    def watch_replace(source: Path, target: Path) -> None:
        order.append("rename")
        replace(source, target)

    monkeypatch.setattr(os, "fsync", watch_sync)
    monkeypatch.setattr(os, "replace", watch_replace)
    files.save(BLOCKS, tmp_path / "song.m4a")
    assert order == [f"sync {len(b''.join(BLOCKS))} bytes", "rename", "sync folder"]


def test_a_kill_in_the_middle_leaves_no_file_of_that_name(tmp_path: Path) -> None:
    script = f"""
import os, pathlib, signal
from studio.audio import files
def blocks():
    yield bytes(100_000)
    os.kill(os.getpid(), signal.SIGKILL)
files.save(blocks(), pathlib.Path({str(tmp_path)!r}) / "song.m4a")
"""
    subprocess.run([sys.executable, "-c", script], check=False)
    (left,) = listing(tmp_path)
    assert left.startswith(".")
    assert left.endswith(".part")
