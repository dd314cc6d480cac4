"""Our own files: kept in one step, below one folder, with room to spare."""

import os
import time
from pathlib import Path
from typing import Any

import pytest

from studio.services import media

DAY = 24 * 3600


def aged(name: str, seconds: float) -> Path:
    path = media.incoming(name)
    path.write_bytes(b"part")
    os.utime(path, (time.time() - seconds,) * 2)
    return path


def test_a_file_is_moved_to_its_final_name(settings: Any) -> None:
    path = media.incoming("x")
    path.write_bytes(b"audio")
    media.keep(path, "clips/1/a.m4a")
    assert Path(settings.MEDIA_ROOT, "clips/1/a.m4a").read_bytes() == b"audio"
    assert not path.exists()


def test_the_same_file_again_replaces_it() -> None:
    for content in (b"first", b"second"):
        path = media.incoming("x")
        path.write_bytes(content)
        media.keep(path, "clips/1/a.m4a")
    assert media.path_of("clips/1/a.m4a").read_bytes() == b"second"


def test_parts_that_nobody_finished_are_removed_after_a_day() -> None:
    old, young = aged("old", DAY + 60), aged("young", DAY - 60)
    media.forget_parts()
    assert (old.exists(), young.exists()) == (False, True)


def test_parts_are_looked_at_once_an_hour() -> None:
    media.forget_parts()
    old = aged("old", DAY + 60)
    media.forget_parts()
    assert old.exists()
    mark = old.parent.with_name("incoming.looked")
    os.utime(mark, (time.time() - 3601,) * 2)
    media.forget_parts()
    assert not old.exists()


@pytest.mark.parametrize(("share", "full"), [(0.5, False), (2, True)])
def test_storage_is_full_before_the_last_byte_is(
    share: float, full: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    stats = os.statvfs(media.incoming("x").parent)
    monkeypatch.setattr(media, "WATERMARK", share * stats.f_bavail * stats.f_frsize)
    assert media.storage_is_full() is full
