import subprocess
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from studio.audio import ffmpeg
from studio.audio.media_types import MEDIA_TYPES
from tests.audio.conftest import RATE, SECONDS, write_wav
from tests.audio.servers import Canary

FORMATS = ("m4a", "mp3", "flac", "wav")


def test_the_systems_ffmpeg_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ffmpeg").touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert ffmpeg.binary.__wrapped__() == str(tmp_path / "ffmpeg")
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    assert "imageio_ffmpeg" in ffmpeg.binary.__wrapped__()


@pytest.mark.parametrize("name", FORMATS)
def test_probe_tells_what_a_stream_is(songs: dict[str, Path], name: str) -> None:
    probe = ffmpeg.probe(songs[name], demuxer=MEDIA_TYPES[name].demuxer)
    assert (probe.sample_rate, probe.channels) == (RATE, 2)
    assert probe.duration == pytest.approx(SECONDS, abs=0.1)
    assert probe.codec == {"m4a": "aac", "wav": "pcm_s16le"}.get(name, name)


@pytest.mark.parametrize("channels", [1, 2, 3, 4, 5, 6, 7, 8, 11])
def test_probe_counts_channels(tmp_path: Path, channels: int) -> None:
    path = write_wav(tmp_path / "many.wav", np.zeros((4800, channels)), rate=48000)
    assert ffmpeg.probe(path, demuxer="wav") == ffmpeg.Probe(0.1, "pcm_s16le", 48000, channels)


def test_probe_refuses_another_format_than_it_was_told(songs: dict[str, Path]) -> None:
    with pytest.raises(ffmpeg.FfmpegError):
        ffmpeg.probe(songs["wav"], demuxer="mov")


def test_probe_refuses_a_file_without_sound(pictures: dict[str, Path]) -> None:
    with pytest.raises(ffmpeg.FfmpegError):
        ffmpeg.probe(pictures["png"], demuxer="png_pipe")


def test_decode_gives_back_the_samples(tmp_path: Path) -> None:
    ramp = np.linspace(-1, 1, RATE)[:, None] * [1, -0.5]
    decoded = ffmpeg.decode(write_wav(tmp_path / "ramp.wav", ramp), demuxer="wav")
    assert decoded.dtype == np.float32
    assert decoded.shape == ramp.shape
    assert np.abs(decoded - ramp).max() < 1e-4


def test_decode_resamples_and_mixes(songs: dict[str, Path]) -> None:
    decoded = ffmpeg.decode(songs["m4a"], demuxer="mov", rate=8000, channels=1)
    assert decoded.shape == (SECONDS * 8000, 1)


@pytest.mark.parametrize("channels", [1, 2])
def test_blocks_are_the_whole_in_parts(songs: dict[str, Path], channels: int) -> None:
    blocks = list(ffmpeg.decode_blocks(songs["flac"], demuxer="flac", channels=channels))
    assert len(blocks) > 1
    assert max(map(len, blocks)) <= ffmpeg.BLOCK_FRAMES
    whole = ffmpeg.decode(songs["flac"], demuxer="flac", channels=channels)
    assert np.array_equal(np.concatenate(blocks), whole)


def test_blocks_end_with_the_error_of_ffmpeg(pictures: dict[str, Path]) -> None:
    with pytest.raises(ffmpeg.FfmpegError, match=r"\w"):
        list(ffmpeg.decode_blocks(pictures["jpg"], demuxer="wav"))


def test_blocks_end_at_the_time_out(songs: dict[str, Path]) -> None:
    blocks = ffmpeg.decode_blocks(songs["wav"], demuxer="wav", rate=192_000, timeout=0.05)
    # The pipe holds 64 kB, so ffmpeg can't be done before somebody reads.
    with pytest.raises(ffmpeg.FfmpegTimeout):
        [time.sleep(0.1) for _ in blocks]


def test_a_reader_that_stops_early_stops_ffmpeg(
    songs: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[subprocess.Popen[bytes]] = []

    class Watched(subprocess.Popen):
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            started.append(self)

    monkeypatch.setattr(subprocess, "Popen", Watched)
    blocks = ffmpeg.decode_blocks(songs["wav"], demuxer="wav", rate=192_000)
    next(blocks)
    blocks.close()
    assert [process.returncode is None for process in started] == [False]


def test_run_gives_standard_output(songs: dict[str, Path]) -> None:
    output = ffmpeg.run(["-i", str(songs["wav"]), "-f", "s16le", "-ac", "1", "-t", "1", "-"])
    assert len(output) == RATE * 2


def test_run_fails_with_the_last_line() -> None:
    with pytest.raises(ffmpeg.FfmpegError, match="No such file"):
        ffmpeg.run(["-i", "/nowhere.wav", "-f", "null", "-"])


def test_run_stops_at_the_time_out() -> None:
    with pytest.raises(ffmpeg.FfmpegTimeout):
        ffmpeg.run(["-re", "-f", "lavfi", "-i", "sine", "-f", "null", "-"], timeout=0.2)


def test_has_video(video: Path, songs: dict[str, Path]) -> None:
    assert ffmpeg.has_video(video, demuxer="mov")
    assert not ffmpeg.has_video(songs["m4a"], demuxer="mov")


def test_a_cover_is_no_video(tmp_path: Path, songs: dict[str, Path], pictures: dict[str, Path]) -> None:
    covered = tmp_path / "covered.m4a"
    inputs = ["-i", str(songs["m4a"]), "-i", str(pictures["jpg"])]
    ffmpeg.run(
        [*inputs, "-map", "0", "-map", "1", "-c", "copy", "-disposition:v", "attached_pic", str(covered)]
    )
    assert not ffmpeg.has_video(covered, demuxer="mov")


@pytest.fixture
def playlist(tmp_path: Path, canary: Canary) -> list[str]:
    """The arguments that open a "song" which is a list of addresses: the canary's."""
    path = tmp_path / "song.m4a"
    path.write_text(f"ffconcat version 1.0\nfile http://127.0.0.1:{canary.port}/a.mp3\n")
    return ["-safe", "0", *ffmpeg.source(path, "concat"), "-f", "null", "-"]


def test_a_playlist_opens_no_address(playlist: list[str], canary: Canary) -> None:
    with pytest.raises(ffmpeg.FfmpegError):
        ffmpeg.run(playlist)
    assert canary.connections() == 0


def test_control_without_the_whitelist_it_would(playlist: list[str], canary: Canary) -> None:
    careless = [arg.replace("file,pipe", "file,http,tcp") for arg in playlist]
    with pytest.raises(ffmpeg.FfmpegTimeout):  # the canary never answers
        ffmpeg.run(careless, timeout=0.5)
    assert canary.connections() > 0
