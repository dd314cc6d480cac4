"""The compressed file: AAC in m4a with tags and the cover inside."""

from collections.abc import Mapping
from pathlib import Path

from studio.audio import ffmpeg


def write_m4a(path: Path, wav: Path, cover: Path, tags: Mapping[str, str]) -> None:
    """Encode a wav as AAC, 192 kbit/s. Raises ffmpeg.FfmpegError."""
    metadata = [part for key, text in tags.items() for part in ("-metadata", f"{key}={text}")]
    ffmpeg.run(
        ["-i", str(wav), "-i", str(cover), "-map", "0:a", "-map", "1:v", "-map_metadata", "-1",
         "-c:a", "aac", "-b:a", "192k", "-c:v", "copy", "-disposition:v", "attached_pic",
         *metadata, "-movflags", "+faststart", "-fflags", "+bitexact", "-flags:a", "+bitexact",
         "-f", "ipod", str(path)]
    )
