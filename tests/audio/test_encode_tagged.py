"""Recordings that tell what they are told to tell, and nothing of what they said before."""

from pathlib import Path

import pytest

from studio.audio import ffmpeg
from studio.audio.encode import encode_tagged
from studio.audio.media_types import MEDIA_TYPES
from studio.audio.tags import parse, written

pytestmark = pytest.mark.same_anywhere
ODD = {"title": "=a;b#c\\d", "lyrics": "one\n\n[STREAM]\n=two\\\n;three"}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A second of a tone that says things about itself, as a whole and of its track."""
    path = tmp_path / "source.m4a"
    said = [
        "-metadata",
        "comment=canary",
        "-metadata",
        "album=canary",
        "-metadata:s:a:0",
        "handler_name=canary",
    ]
    tone = ["-f", "lavfi", "-i", "sine=d=1", "-c:a", "aac", *said, "-metadata:s:a:0", "language=ger"]
    ffmpeg.run([*tone, "-f", "ipod", f"file:{path}"])
    assert b"canary" in path.read_bytes()
    return path


@pytest.mark.parametrize("ending", ["m4a", "mp3", "wav", "flac"])
def test_what_it_said_before_is_gone_and_what_it_is_told_is_there(
    ending: str, source: Path, tmp_path: Path
) -> None:
    targets = [tmp_path / f"{name}.{ending}" for name in ("first", "second")]
    for target in targets:
        encode_tagged(source, "mov", target, ODD)
    content = targets[0].read_bytes()
    assert b"canary" not in content
    assert content == targets[1].read_bytes(), "after a crash a second try lands on the same file"
    told = ffmpeg.run([*ffmpeg.source(targets[0], MEDIA_TYPES[ending].demuxer), "-f", "ffmetadata", "pipe:1"])
    tags = parse(told.decode())
    assert tags["title"] == ODD["title"]
    if ending != "wav":  # which has no place for words
        assert tags["lyrics"] == ODD["lyrics"]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        [f"first.{ending}", f"second.{ending}", "source.m4a"]
    )


@pytest.mark.parametrize("text", ["a\r\nb\rc", "a\0b", "\\", "=;#\\\n", "\n\nx"])
def test_any_text_is_one_tag(text: str) -> None:
    plain = "\n".join(text.replace("\0", "").splitlines())
    assert parse(written({"lyrics": text, "title": "x"})) == {"lyrics": plain, "title": "x"}
