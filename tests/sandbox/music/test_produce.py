"""The finished files, as ffmpeg hears them."""

import hashlib
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from studio.audio import ffmpeg, loudness

from .conftest import ORDERS, Recording

ALL = tuple(ORDERS)


@pytest.mark.parametrize("name", ALL)
def test_duration_is_as_told(album: dict[str, Recording], name: str) -> None:
    files, sound = album[name].files, album[name].sound
    assert len(sound) / 44100 == pytest.approx(files.duration, abs=0.001)
    assert ffmpeg.probe(files.audio, demuxer="mov").duration == pytest.approx(files.duration, abs=0.05)
    assert 60 <= files.duration <= 180


@pytest.mark.parametrize("name", ALL)
def test_loudness_and_true_peak(album: dict[str, Recording], name: str) -> None:
    files = album[name].files
    for path, demuxer, highest in ((files.wav, "wav", -2.8), (files.audio, "mov", -1)):  # room for the coder
        measured = loudness.measure(path, demuxer)
        assert measured.integrated_lufs == pytest.approx(-14, abs=1)
        assert measured.true_peak_db <= highest


@pytest.mark.parametrize("name", ALL)
def test_is_never_silent_for_long_and_has_no_direct_current(album: dict[str, Recording], name: str) -> None:
    sound = album[name].sound
    seconds = sound[: len(sound) // 44100 * 44100].reshape(-1, 44100, 2)
    levels = np.sqrt(np.mean(seconds**2, axis=(1, 2)))
    assert (levels[:-5] > 0.003).all()
    assert np.abs(sound.mean(axis=0)).max() < 0.0001


@pytest.mark.parametrize("name", ALL)
def test_begins_and_ends_in_silence_without_a_click(album: dict[str, Recording], name: str) -> None:
    sound = album[name].sound
    assert np.abs(sound[:2]).max() < 0.001
    assert np.abs(sound[-200:]).max() < 0.001
    fading = [np.abs(sound[-n * 44100 : len(sound) - (n - 1) * 44100]).max() for n in (3, 2, 1)]
    assert fading == sorted(fading, reverse=True)


@pytest.mark.parametrize("name", ALL)
def test_no_jump_at_a_border_is_larger_than_inside(album: dict[str, Recording], name: str) -> None:
    song, sound = album[name].song, album[name].sound
    jumps = np.abs(np.diff(sound, axis=0)).max(axis=1)
    inside = np.ones(len(jumps), dtype=bool)
    at_borders = []
    for section in song.sections[1:]:
        middle = round(section.beat * song.beat * 44100)
        inside[middle - 2000 : middle + 2000] = False
        at_borders.append(jumps[middle - 2000 : middle + 2000].max())
    assert max(at_borders) <= jumps[inside].max() * 1.15


def test_ambient_and_drum_and_bass_differ_in_spectrum(album: dict[str, Recording]) -> None:
    def bright_share(sound: np.ndarray) -> float:
        n = 1 << len(sound).bit_length()  # other lengths take ten times as long
        power = np.abs(np.fft.rfft(sound.mean(axis=1), n)) ** 2
        high = np.fft.rfftfreq(n, 1 / 44100) > 5000
        return float(power[high].sum() / power.sum())

    def onsets(sound: np.ndarray) -> float:
        steps = np.abs(sound[: len(sound) // 441 * 441]).max(axis=1).reshape(-1, 441).max(axis=1)
        return float(np.mean(np.diff(steps) > 0.15))

    ambient, fast = album["ambient"].sound, album["drum & bass"].sound
    assert bright_share(fast) > 10 * bright_share(ambient)
    assert onsets(fast) > 3 * onsets(ambient)


AGAIN = """
import sys
from pathlib import Path
from studio.sandbox.music import SongRequest, make_song, produce
produce.write_m4a = lambda *_: None  # its bytes are not compared
make_song({order!r}, Path(sys.argv[1]), "again")
"""


def test_another_process_makes_the_same_bytes(album: dict[str, Recording], tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-c", AGAIN.format(order=ORDERS["rock"]), str(tmp_path)],
        check=True,
        env={"PYTHONHASHSEED": "5"},
    )
    first = album["rock"].files.wav
    again = tmp_path / "again-wav.wav"
    assert hashlib.sha256(again.read_bytes()).digest() == hashlib.sha256(first.read_bytes()).digest()
    cover = tmp_path / "again-img.jpg"
    assert cover.read_bytes() == album["rock"].files.cover.read_bytes()


@pytest.mark.parametrize("ending", ["audio", "wav"])
def test_tags_say_what_it_is_and_where_it_comes_from(album: dict[str, Recording], ending: str) -> None:
    log = ffmpeg.report(["-i", str(getattr(album["pop"].files, ending)), "-f", "ffmetadata", "-"])
    tags = " ".join(log.split())
    for text in ("Rivers", "Studio sandbox", "Rendered by the sandbox, not by the hosted service"):
        assert text in tags
    assert "Walking down the midnight street" in tags


def test_the_cover_is_inside_the_m4a(album: dict[str, Recording]) -> None:
    log = ffmpeg.report(["-i", str(album["pop"].files.audio), "-f", "ffmetadata", "-"])
    assert "Video: mjpeg" in log
    assert "1024x1024" in log


def test_hostile_text_is_rendered_all_the_same(album: dict[str, Recording]) -> None:
    """As the other songs of the album are, with what can be sung of it."""
    assert {"\0", "\ud800"} <= set(album["rock"].order.lyrics)
    assert "1984" in [word.text for word in album["rock"].files.words]


def test_word_times_are_ordered_and_inside_the_song(album: dict[str, Recording]) -> None:
    files = album["pop"].files
    verse, chorus = ORDERS["pop"].lyrics.removeprefix("[Verse 1]").split("[Chorus]")
    spoken = f"{verse} {chorus} {chorus}".split()  # it comes back, to fill a minute
    assert [word.text for word in files.words] == spoken
    for word, after in pairwise(files.words):
        assert word.start < word.end <= after.start + 0.001
    assert files.words[-1].end < files.duration
