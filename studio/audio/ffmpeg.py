"""ffmpeg as a few functions. It is the only audio decoder and encoder of the house.

Bytes that came from outside are only ever opened through `source()`, which names the demuxer and
allows no protocol but local files: without that, a "song" that is really an HLS playlist makes
ffmpeg open addresses of the sender's choice.
"""

import re
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO

import imageio_ffmpeg
import numpy as np

BLOCK_FRAMES = 1 << 16
PATIENCE_S = 120.0
LAYOUTS = {"mono": 1, "stereo": 2, "downmix": 2, "quad": 4, "hexagonal": 6, "octagonal": 8}


class FfmpegError(Exception):
    """ffmpeg refused or failed; the text is its own last line."""


class FfmpegTimeout(FfmpegError):
    """ffmpeg took too long and was stopped; this says nothing about the file."""


@dataclass(frozen=True)
class Probe:
    """What an audio stream is. `duration` in seconds is the sum of its packets, not the header's claim."""

    duration: float
    codec: str
    sample_rate: int
    channels: int


@cache
def binary() -> str:
    """Path of the system's ffmpeg, or of the one that imageio-ffmpeg brings."""
    return shutil.which("ffmpeg") or imageio_ffmpeg.get_ffmpeg_exe()


def run(args: list[str], *, timeout: float = PATIENCE_S) -> bytes:
    """Run ffmpeg with `args` and return its standard output.

    Raises FfmpegError with the last line of standard error, FfmpegTimeout after `timeout` seconds.
    """
    output, _ = _run(args, loglevel="error", timeout=timeout)
    return output


def report(args: list[str], *, timeout: float = PATIENCE_S) -> str:
    """Run ffmpeg and return what it logs, which is where analysing filters put their summary."""
    _, log = _run(["-nostats", *args], loglevel="info", timeout=timeout)
    return log


def source(path: Path | str, demuxer: str) -> list[str]:
    """The arguments that open an untrusted file as exactly one format and nothing else."""
    return ["-protocol_whitelist", "file,pipe", "-f", demuxer, "-i", f"file:{path}"]


def probe(
    path: Path | str, *, demuxer: str, at_most: float | None = None, timeout: float = PATIENCE_S
) -> Probe:
    """Read codec, rate, channels and length in seconds of the first audio stream, without decoding it.

    Of a recording that is longer than `at_most` seconds only so much is read. Raises FfmpegError when there
    is no audio stream or the file is not of that format.
    """
    copied = [*source(path, demuxer), "-map", "0:a:0", "-c", "copy", *_until(at_most)]
    return _parse_packets(
        run([*copied, "-f", "framecrc", "pipe:1"], timeout=timeout).decode("ascii", "replace")
    )


def has_video(path: Path | str, *, demuxer: str) -> bool:
    """Is there a moving picture in the file? A cover does not count."""
    first_frame = ["-map", "0:V:0", "-c", "copy", "-frames:v", "1", "-f", "null", "-"]
    try:
        run([*source(path, demuxer), *first_frame])
    except FfmpegError:
        return False
    return True


def decoded_seconds(
    path: Path | str, *, demuxer: str, at_most: float | None = None, timeout: float = PATIENCE_S
) -> float:
    """Decode the first audio stream to the end, or up to `at_most` seconds; how many really came out."""
    decoded = [*source(path, demuxer), "-map", "0:a:0", *_until(at_most), "-f", "framecrc", "pipe:1"]
    return _parse_packets(run(decoded, timeout=timeout).decode("ascii", "replace")).duration


def _until(seconds: float | None) -> list[str]:
    """A few kilobytes can hold days of silence, with a line for each of its packets."""
    return [] if seconds is None else ["-t", f"{seconds:g}"]


def decode(path: Path | str, *, demuxer: str, rate: int = 44100, channels: int = 2) -> np.ndarray:
    """Decode a whole file to float32 of shape (frames, channels), full scale ±1.0. The array is read-only."""
    samples = np.frombuffer(run(_to_floats(path, demuxer, rate, channels)), dtype="<f4")
    return samples.reshape(-1, channels)


def decode_blocks(
    path: Path | str, *, demuxer: str, rate: int = 44100, channels: int = 2, timeout: float = PATIENCE_S
) -> Iterator[np.ndarray]:
    """Like decode(), in blocks of at most BLOCK_FRAMES frames: the memory does not grow with the length."""
    frame_bytes = 4 * channels
    with _streaming(_to_floats(path, demuxer, rate, channels), timeout) as pipe:
        while chunk := pipe.read(BLOCK_FRAMES * frame_bytes):
            whole = len(chunk) // frame_bytes * frame_bytes
            yield np.frombuffer(chunk[:whole], dtype="<f4").reshape(-1, channels)


def _to_floats(path: Path | str, demuxer: str, rate: int, channels: int) -> list[str]:
    shape = ["-ar", str(rate), "-ac", str(channels), "-f", "f32le", "pipe:1"]
    return [*source(path, demuxer), "-map", "0:a:0", *shape]


def _command(args: list[str], loglevel: str) -> list[str]:
    return [binary(), "-hide_banner", "-nostdin", "-y", "-loglevel", loglevel, *args]


def _run(args: list[str], *, loglevel: str, timeout: float) -> tuple[bytes, str]:
    # Standard error goes to a file: a damaged song can make ffmpeg complain for many megabytes.
    with tempfile.TemporaryFile() as log:
        try:
            done = subprocess.run(  # noqa: S603
                _command(args, loglevel),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                timeout=timeout,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise FfmpegTimeout(f"ffmpeg took longer than {timeout:g} s") from None
        if done.returncode:
            raise FfmpegError(_last_line(log) or f"ffmpeg ended with code {done.returncode}")
        return done.stdout, _tail(log)


@contextmanager
def _streaming(args: list[str], timeout: float) -> Iterator[IO[bytes]]:
    """Give the pipe ffmpeg writes to; raise FfmpegError at the end if it failed or was too slow."""
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(  # noqa: S603
            _command(args, "error"), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log
        )
        assert process.stdout is not None
        alarm = threading.Timer(timeout, process.kill)
        alarm.start()
        try:
            yield process.stdout
            process.wait()
        finally:
            alarm.cancel()
            process.kill()
            process.stdout.close()
            process.wait()
        if process.returncode == -signal.SIGKILL:
            raise FfmpegTimeout(f"ffmpeg took longer than {timeout:g} s")
        if process.returncode:
            raise FfmpegError(_last_line(log) or f"ffmpeg ended with code {process.returncode}")


def _tail(log: IO[bytes], size: int = 16_384) -> str:
    log.seek(max(0, log.seek(0, 2) - size))
    return log.read().decode("utf-8", "replace")


def _last_line(log: IO[bytes]) -> str:
    lines = _tail(log).strip().splitlines()
    return lines[-1].strip() if lines else ""


def _parse_packets(text: str) -> Probe:
    """Read the framecrc format: `#key stream: value` lines, then one line of numbers per packet."""
    header = dict(re.findall(r"^#(\w+) 0: (.+)$", text, re.MULTILINE))
    try:
        numerator, denominator = map(int, header["tb"].split("/"))
        ticks = sum(int(line.split(",")[3]) for line in text.splitlines() if line.startswith("0,"))
        rate, layout = int(header["sample_rate"]), header["channel_layout_name"]
    except (KeyError, ValueError, IndexError):
        raise FfmpegError("ffmpeg found no readable audio stream") from None
    return Probe(ticks * numerator / denominator, header["codec_id"], rate, _channels(layout))


def _channels(layout: str) -> int:
    """Count the channels of a layout name: "stereo", "5.1(side)", "3 channels"."""
    if counted := re.match(r"(\d+) channels", layout):
        return int(counted[1])
    if digits := re.match(r"[\d.]+", layout):
        return sum(int(part) for part in digits[0].split(".") if part)
    return LAYOUTS.get(layout, 0)
