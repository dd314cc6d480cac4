"""The compressed file: AAC in m4a with tags and the cover inside."""

from collections.abc import Mapping
from pathlib import Path

from studio.audio import ffmpeg, loudness

from .dsp import decibels
from .master import CEILING_DB

HIGHEST_PEAK_DB = -1.1
TRIES = 4


def write_m4a(path: Path, wav: Path, cover: Path, tags: Mapping[str, str]) -> None:
    """Encode a wav as AAC, 192 kbit/s, with a true peak under -1 dBTP. Raises ffmpeg.FfmpegError."""
    limit = 0.0
    for _ in range(TRIES):
        _encode(path, wav, cover, tags, limit)
        # Coding moves peaks, now and then by 2 dB: what comes out is measured, not guessed.
        over = loudness.measure(path, "mov").true_peak_db - HIGHEST_PEAK_DB
        if over <= 0:
            return
        limit = (limit or CEILING_DB) - 2 * over - 0.4


def _encode(path: Path, wav: Path, cover: Path, tags: Mapping[str, str], limit: float) -> None:
    """Encode once, with peaks cut to `limit` in dBFS; 0 leaves them as they are."""
    metadata = [part for key, text in tags.items() for part in ("-metadata", f"{key}={text}")]
    inputs = ["-i", str(wav), "-i", str(cover), "-map", "0:a", "-map", "1:v", "-map_metadata", "-1"]
    # The fast coder takes half the time and cannot be told from the other one at this rate. The tools for
    # low rates, which replace noise and stereo by guesses, would only throw peaks about.
    tools = ["-aac_coder", "fast", "-aac_pns", "0", "-aac_is", "0", "-aac_tns", "0"]
    audio = ["-c:a", "aac", "-b:a", "192k", *tools]
    if limit:
        limiter = f"alimiter=limit={decibels(limit):.4f}:level=false:attack=2:release=20:latency=true"
        audio += ["-filter:a", limiter]
    picture = ["-c:v", "copy", "-disposition:v", "attached_pic"]
    exact = ["-movflags", "+faststart", "-fflags", "+bitexact", "-flags:a", "+bitexact"]
    ffmpeg.run([*inputs, *audio, *picture, *metadata, *exact, "-f", "ipod", str(path)])
