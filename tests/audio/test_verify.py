import contextlib
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from studio.audio import ffmpeg, verify
from studio.audio.media_types import MEDIA_TYPES
from studio.audio.verify import Damaged, verify_audio, verify_image
from tests.audio.conftest import RATE, SECONDS, tune, write_wav
from tests.audio.corpus import WRONG_TYPES

FORMATS = ("m4a", "mp3", "flac", "wav")
PICTURES = ("jpg", "png", "webp")


@pytest.mark.parametrize("name", FORMATS)
def test_a_whole_recording_passes(songs: dict[str, Path], name: str) -> None:
    facts = verify_audio(songs[name], expected_seconds=SECONDS)
    assert facts.media_type == MEDIA_TYPES[name]
    assert (facts.sample_rate, facts.channels) == (RATE, 2)
    assert facts.duration == pytest.approx(SECONDS, abs=0.05)


@pytest.mark.parametrize("name", FORMATS)
def test_without_a_told_length_a_whole_recording_passes(songs: dict[str, Path], name: str) -> None:
    assert verify_audio(songs[name], expected_seconds=None).duration == pytest.approx(SECONDS, abs=0.05)


@pytest.mark.parametrize("kept", [0.3, 0.8, 0.99])
@pytest.mark.parametrize("name", FORMATS)
def test_a_recording_that_was_cut_is_damaged(songs, changed, name: str, kept: float) -> None:
    short = changed(songs[name], lambda data: data[: int(len(data) * kept)])
    with pytest.raises(Damaged, match=r"cut short|incomplete|can be played"):
        verify_audio(short, expected_seconds=None)


@pytest.mark.parametrize("share", [3, 6])
@pytest.mark.parametrize("name", ["m4a", "mp3", "flac"])
def test_a_hole_of_zeros_is_damage(songs, changed, name: str, share: int) -> None:
    def punch(data: bytes) -> bytes:
        middle, length = len(data) // 2, len(data) // share
        return data[:middle] + bytes(length) + data[middle + length :]

    with pytest.raises(Damaged):
        verify_audio(changed(songs[name], punch), expected_seconds=None)


@pytest.mark.parametrize("off_by", [-2.5, 2.5])
def test_another_length_than_told_is_damage(songs: dict[str, Path], off_by: float) -> None:
    with pytest.raises(Damaged, match="were announced"):
        verify_audio(songs["m4a"], expected_seconds=SECONDS + off_by)


@pytest.mark.parametrize("off_by", [-1.9, 1.9])
def test_a_length_within_two_seconds_passes(songs: dict[str, Path], off_by: float) -> None:
    assert verify_audio(songs["m4a"], expected_seconds=SECONDS + off_by)


@pytest.mark.parametrize("name", [*WRONG_TYPES, "picture"])
def test_what_is_no_recording_is_refused(tmp_path: Path, pictures: dict[str, Path], name: str) -> None:
    fake = tmp_path / "song.m4a"
    fake.write_bytes(WRONG_TYPES.get(name) or (pictures["jpg"].read_bytes() if name == "picture" else b""))
    with pytest.raises(Damaged, match="file is empty" if name == "empty" else "not a recording"):
        verify_audio(fake, expected_seconds=None)


def test_a_video_is_no_recording(video: Path) -> None:
    with pytest.raises(Damaged, match="not a recording"):
        verify_audio(video, expected_seconds=None)


def test_an_mp4_of_a_general_brand_without_picture_is_an_m4a(tmp_path: Path, songs: dict[str, Path]) -> None:
    general = tmp_path / "general.mp4"
    ffmpeg.run(["-i", str(songs["m4a"]), "-c", "copy", str(general)])
    assert general.read_bytes()[8:12] == b"isom"
    assert verify_audio(general, expected_seconds=SECONDS).media_type == MEDIA_TYPES["m4a"]


def test_a_cover_inside_does_no_harm(tmp_path: Path, songs, pictures) -> None:
    covered = tmp_path / "covered.m4a"
    inputs = ["-i", str(songs["m4a"]), "-i", str(pictures["jpg"])]
    ffmpeg.run(
        [*inputs, "-map", "0", "-map", "1", "-c", "copy", "-disposition:v", "attached_pic", str(covered)]
    )
    assert verify_audio(covered, expected_seconds=SECONDS).media_type == MEDIA_TYPES["m4a"]


@pytest.mark.parametrize("options", [["-movflags", "+faststart"], ["-movflags", "+frag_keyframe+empty_moov"]])
def test_other_orders_of_boxes_pass(tmp_path: Path, songs: dict[str, Path], options: list[str]) -> None:
    other = tmp_path / "other.m4a"
    ffmpeg.run(["-i", str(songs["m4a"]), "-c", "copy", *options, str(other)])
    assert verify_audio(other, expected_seconds=SECONDS)


def test_an_index_that_lists_no_sound_is_damage(songs, changed) -> None:
    without = changed(songs["m4a"], lambda data: data.replace(b"trak", b"free"))
    with pytest.raises(Damaged, match="cannot be played"):
        verify_audio(without, expected_seconds=None)


@pytest.mark.parametrize("rate", [48000, 44100, 32000, 24000, 22050, 16000, 11025, 8000])
def test_mp3_frames_of_every_rate_are_measured(tmp_path: Path, rate: int) -> None:
    wav = write_wav(tmp_path / "song.wav", tune(1))
    for number, options in enumerate((["-b:a", "32k"], ["-q:a", "2"], ["-ac", "1"])):
        mp3 = tmp_path / f"{number}.mp3"
        ffmpeg.run(["-i", str(wav), "-ar", str(rate), *options, str(mp3)])
        assert verify_audio(mp3, expected_seconds=1).sample_rate == rate


def test_a_recording_of_no_length_is_damaged(tmp_path: Path) -> None:
    silent = write_wav(tmp_path / "silent.wav", np.zeros((0, 2)))
    with pytest.raises(Damaged):
        verify_audio(silent, expected_seconds=None)


def test_a_slow_machine_is_no_damage(songs: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    run = ffmpeg.run
    monkeypatch.setattr(ffmpeg, "run", lambda args, timeout: run(["-re", *args], timeout=0.2))
    with pytest.raises(ffmpeg.FfmpegTimeout):
        verify_audio(songs["m4a"], expected_seconds=None)


@pytest.mark.parametrize("name", PICTURES)
def test_a_whole_picture_passes(pictures: dict[str, Path], name: str) -> None:
    assert verify_image(pictures[name]) == MEDIA_TYPES[name]


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.95])
@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_that_was_cut_is_damaged(pictures, changed, name: str, kept: float) -> None:
    with pytest.raises(Damaged, match="broken or incomplete"):
        verify_image(changed(pictures[name], lambda data: data[: int(len(data) * kept)]))


@pytest.mark.parametrize("name", WRONG_TYPES)
def test_what_is_no_picture_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "cover.jpg").write_bytes(WRONG_TYPES[name])
    with pytest.raises(Damaged, match="file is empty" if name == "empty" else "not a picture"):
        verify_image(tmp_path / "cover.jpg")


def test_a_recording_is_no_picture(songs: dict[str, Path]) -> None:
    with pytest.raises(Damaged, match="not a picture"):
        verify_image(songs["wav"])


@pytest.mark.parametrize("side", [8_000, 12_000, 20_000])
def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path, side: int) -> None:
    bomb = tmp_path / "bomb.png"
    Image.new("1", (side, side)).save(bomb)
    with warnings.catch_warnings(action="ignore"), pytest.raises(Damaged, match="too large"):
        verify_image(bomb)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
@pytest.mark.parametrize("name", PICTURES)
def test_no_bytes_break_the_picture_check(pictures, tmp_path: Path, name: str, data: st.DataObject) -> None:
    original = pictures[name].read_bytes()
    start = data.draw(st.integers(0, min(len(original), 700)))
    junk = data.draw(st.binary(min_size=1, max_size=12))
    path = tmp_path / "mutated"
    path.write_bytes(original[:start] + junk + original[start + len(junk) :])
    with contextlib.suppress(Damaged):  # and nothing else
        assert verify_image(path) == MEDIA_TYPES[name]


def test_the_limit_is_below_what_pillow_only_warns_of() -> None:
    assert Image.MAX_IMAGE_PIXELS is not None
    assert verify.MAX_PIXELS < Image.MAX_IMAGE_PIXELS
