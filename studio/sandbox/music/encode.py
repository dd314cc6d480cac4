"""The compressed file: AAC in m4a with tags and the cover inside."""

from collections.abc import Mapping
from pathlib import Path

from studio.audio import ffmpeg, loudness

HIGHEST_PEAK_DB = -1.1
TRIES = 4


def write_m4a(path: Path, wav: Path, cover: Path, tags: Mapping[str, str]) -> None:
    """Encode a wav as AAC, 192 kbit/s, with a true peak under -1 dBTP. Raises ffmpeg.FfmpegError."""
    gain = 0.0
    for _ in range(TRIES):
        _encode(path, wav, cover, tags, gain)
        # Coding moves peaks, now and then by 2 dB: what comes out is measured, not guessed.
        over = loudness.measure(path, "mov").true_peak_db - HIGHEST_PEAK_DB
        if over <= 0:
            return
        gain -= over + 0.1


def _encode(path: Path, wav: Path, cover: Path, tags: Mapping[str, str], gain: float) -> None:
    metadata = [part for key, text in tags.items() for part in ("-metadata", f"{key}={text}")]
    inputs = ["-i", str(wav), "-i", str(cover), "-map", "0:a", "-map", "1:v", "-map_metadata", "-1"]
    # The fast coder takes half the time and cannot be told from the other one at this rate.
    audio = ["-c:a", "aac", "-aac_coder", "fast", "-b:a", "192k", "-filter:a", f"volume={gain:.2f}dB"]
    picture = ["-c:v", "copy", "-disposition:v", "attached_pic"]
    exact = ["-movflags", "+faststart", "-fflags", "+bitexact", "-flags:a", "+bitexact"]
    ffmpeg.run([*inputs, *audio, *picture, *metadata, *exact, "-f", "ipod", str(path)])
