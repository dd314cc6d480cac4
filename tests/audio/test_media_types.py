from pathlib import Path

import pytest

from studio.audio.media_types import HEAD_BYTES, MEDIA_TYPES, sniff
from tests.audio.corpus import WRONG_TYPES


def head(path: Path) -> bytes:
    return path.read_bytes()[:HEAD_BYTES]


def test_every_kind_is_told_by_its_first_bytes(
    songs: dict[str, Path], pictures: dict[str, Path], video: Path
) -> None:
    files = {**songs, **pictures, "mp4": video}
    assert set(files) == set(MEDIA_TYPES)
    assert {name: sniff(head(path)) for name, path in files.items()} == MEDIA_TYPES


def test_an_mp3_without_a_tag_is_told_by_its_frame(songs: dict[str, Path]) -> None:
    tagged = songs["mp3"].read_bytes()
    frame = tagged[tagged.index(b"\xff\xfb") :]
    assert sniff(frame[:HEAD_BYTES]) == MEDIA_TYPES["mp3"]


@pytest.mark.parametrize("name", WRONG_TYPES)
def test_everything_else_is_unknown(name: str) -> None:
    assert sniff(WRONG_TYPES[name][:HEAD_BYTES]) is None


@pytest.mark.parametrize("length", range(HEAD_BYTES))
def test_half_a_head_is_no_error(songs: dict[str, Path], length: int) -> None:
    assert sniff(head(songs["m4a"])[:length]) in (None, MEDIA_TYPES["m4a"])
