"""Recordings that come from outside, and files in other formats."""

import re
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from studio.audio import ffmpeg
from studio.audio.fetch import FetchRules, fetch
from studio.audio.media_types import M4A, MP3, WAV
from studio.audio.verify import verify_audio
from studio.sandbox.form import is_loopback

MAX_BYTES = 200_000_000
DEADLINE_S = 120.0
TITLE_LENGTH = 80
ACCEPTED = (MP3, M4A, WAV)
ENCODERS = {
    ".m4a": ["-c:a", "aac", "-b:a", "192k"],
    ".mp3": ["-c:a", "libmp3lame", "-b:a", "192k"],
    ".wav": ["-c:a", "pcm_s16le"],
}
RATE = 44100


class NotAccepted(Exception):
    """A recording of a kind or length that an upload does not take."""


class Taken(NamedTuple):
    """A whole, playable recording; `demuxer` is what ffmpeg may open it as, `duration` is in seconds."""

    path: Path
    demuxer: str
    duration: float


def take(url: str, folder: Path, *, longest_s: float) -> Taken:
    """Fetch a recording into `folder`. Raises FetchError, Damaged, FfmpegTimeout or NotAccepted."""
    fetched = folder / "fetched"
    fetch(url, fetched, allow=rules(url))
    facts = verify_audio(fetched, expected_seconds=None)
    if facts.media_type not in ACCEPTED:
        raise NotAccepted(f"a {facts.media_type.name} file is not taken")
    if facts.duration > longest_s:
        raise NotAccepted(f"{facts.duration:.0f} seconds are too long")
    return Taken(fetched, facts.media_type.demuxer, facts.duration)


def rules(url: str) -> FetchRules:
    """Public https, or this machine. A redirect may only lead to the same place, or to a name below it."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    here = is_loopback(host)
    return FetchRules(
        hosts=() if here else (host, f"*.{host}"),
        origins=(f"{parts.scheme}://{parts.netloc}",) if here else (),
        max_bytes=MAX_BYTES,
        deadline_s=DEADLINE_S,
    )


def title_of(url: str) -> str:
    """A title for what came from an address: the file name without its ending."""
    stem = Path(unquote(urlsplit(url).path)).stem
    return re.sub(r"[\0-\x1f]", "", stem)[:TITLE_LENGTH] or "Upload"


def convert(source: Path, demuxer: str, target: Path) -> None:
    """Write the first audio stream in the format that the name of `target` says; raises FfmpegError."""
    shape = ["-map", "0:a:0", "-ar", str(RATE), "-ac", "2"]
    ffmpeg.run([*ffmpeg.source(source, demuxer), *shape, *ENCODERS[target.suffix], f"file:{target}"])
