"""How loud a recording is, by EBU R 128."""

import re
from dataclasses import dataclass
from pathlib import Path

from studio.audio import ffmpeg

SILENCE = -70.0  # the gate of EBU R 128: nothing below it is measured


@dataclass(frozen=True)
class Loudness:
    """Integrated loudness in LUFS and true peak in dBTP; both are -70.0 for silence."""

    integrated_lufs: float
    true_peak_db: float


def measure(path: Path, demuxer: str, *, timeout: float = ffmpeg.PATIENCE_S) -> Loudness:
    """Measure a whole file; raises FfmpegError, FfmpegTimeout after `timeout` seconds."""
    # framelog=verbose keeps the ten lines per second out of the log and leaves the summary in it.
    meter = "ebur128=peak=true:framelog=verbose"
    audio = [*ffmpeg.source(path, demuxer), "-map", "0:a:0"]
    log = ffmpeg.report([*audio, "-filter:a", meter, "-f", "null", "-"], timeout=timeout)
    summary = log[log.rfind("Summary:") :]
    return Loudness(_figure(summary, r"I:\s+(\S+) LUFS"), _figure(summary, r"Peak:\s+(\S+) dBFS"))


def _figure(summary: str, pattern: str) -> float:
    found = re.search(pattern, summary)
    if not found:
        raise ffmpeg.FfmpegError("ffmpeg measured no loudness")
    return max(float(found[1]), SILENCE)
