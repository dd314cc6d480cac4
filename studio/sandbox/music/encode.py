"""The compressed file: AAC in m4a with tags and the cover inside."""

from collections.abc import Mapping
from pathlib import Path

from studio.audio import ffmpeg, loudness

HIGHEST_PEAK_DB = -1.0
STEP_DB = 0.3
STRAY_DB = 0.6  # more than that over is in a recording itself
TRIES = 4


def write_m4a(path: Path, wav: Path, cover: Path, tags: Mapping[str, str]) -> None:
    """Encode a wav as AAC, 192 kbit/s, with a true peak of at most -1 dBTP. Raises ffmpeg.FfmpegError."""
    gain = 0.0
    for _ in range(TRIES):
        _encode(path, wav, cover, tags, gain)
        # Coding throws a single peak about now and then, by up to 3 dB and differently for each small
        # change of level: what comes out is measured, and a little less is tried, not all the excess.
        over = loudness.measure(path, "mov").true_peak_db - HIGHEST_PEAK_DB
        if over <= 0:
            return
        gain -= over + STRAY_DB if over > STRAY_DB else min(over + 0.2, STEP_DB)


def _encode(path: Path, wav: Path, cover: Path, tags: Mapping[str, str], gain: float) -> None:
    metadata = [part for key, text in tags.items() for part in ("-metadata", f"{key}={text}")]
    inputs = ["-i", str(wav), "-i", str(cover), "-map", "0:a", "-map", "1:v", "-map_metadata", "-1"]
    # The fast coder takes half the time and cannot be told from the other one at this rate. The tools for
    # low rates, which replace noise and stereo by guesses, would only throw peaks about.
    tools = ["-aac_coder", "fast", "-aac_pns", "0", "-aac_is", "0", "-aac_tns", "0"]
    audio = ["-filter:a", f"volume={gain:.2f}dB", "-c:a", "aac", "-b:a", "192k", *tools]
    picture = ["-c:v", "copy", "-disposition:v", "attached_pic"]
    exact = ["-movflags", "+faststart", "-fflags", "+bitexact", "-flags:a", "+bitexact"]
    ffmpeg.run([*inputs, *audio, *picture, *metadata, *exact, "-f", "ipod", str(path)])
