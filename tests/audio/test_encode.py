"""Other formats of a recording, as promised on the page."""

from pathlib import Path

import pytest

from studio.audio import ffmpeg
from studio.audio.encode import encode


@pytest.mark.parametrize(("ending", "kilobits"), [(".mp3", 320), (".wav", 1411)])
def test_as_many_bits_a_second_as_it_says(tmp_path: Path, ending: str, kilobits: int) -> None:
    source, target = tmp_path / "a.m4a", tmp_path / f"a{ending}"
    tone = "sine=frequency=330:sample_rate=44100:duration=4"
    ffmpeg.run(["-f", "lavfi", "-i", tone, "-ac", "2", f"file:{source}"])
    encode(source, "mov", target)
    assert target.stat().st_size * 8 / 4 / 1000 == pytest.approx(kilobits, rel=0.03)
