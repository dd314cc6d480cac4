"""What a recording says of itself: its title, who made it, its words, its cover."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from studio.audio import ffmpeg

MAX_TEXT_BYTES = 256 * 1024
MAX_COVER_BYTES = 10 * 1024 * 1024
SPECIAL, ESCAPE = re.compile(r"[=;#\\\n]"), r"\\\g<0>"
ESCAPED = re.compile(r"\\(.)", re.DOTALL)
LINE = re.compile(r"((?:[^=\\\n]|\\.)+)=((?:[^\\\n]|\\.)*)\n?|[^\n]*\n?", re.DOTALL)
SECTIONS = ("[CHAPTER]", "[STREAM]")  # they follow what belongs to the whole file


@dataclass(frozen=True)
class Tags:
    """As they stand in the file, which may be anything; "" for what is not there."""

    title: str = ""
    artist: str = ""
    lyrics: str = ""
    comment: str = ""


def read_tags(path: Path, demuxer: str, scratch: Path) -> Tags:
    """Read the tags of a verified recording; what can't be read counts as absent.

    `scratch` is a path that is free: tags may be as large as the file, and only their beginning is looked at.
    """
    try:
        ffmpeg.run([*ffmpeg.source(path, demuxer), "-f", "ffmetadata", f"file:{scratch}"])
        with scratch.open("rb") as file:
            found = parse(file.read(MAX_TEXT_BYTES).decode("utf-8", "replace"))
    except ffmpeg.FfmpegError:
        return Tags()
    finally:
        scratch.unlink(missing_ok=True)
    lyrics = next((found[key] for key in found if key.startswith(("lyrics", "unsyncedlyrics"))), "")
    return Tags(found.get("title", ""), found.get("artist", ""), lyrics, found.get("comment", ""))


def parse(text: str) -> dict[str, str]:
    """ffmpeg's own format, keys in small letters: `title=A\\=b` -> {"title": "A=b"}."""
    found = {}
    for line in LINE.finditer(text):
        if line[0].startswith(SECTIONS):  # no line of a lyric: those go on within their value
            break
        if line[1]:
            found[ESCAPED.sub(r"\1", line[1]).lower()] = ESCAPED.sub(r"\1", line[2])
    return found


def written(tags: Mapping[str, str]) -> str:
    """The other way round: {"title": "A=b"} -> `title=A\\=b`, below the line that begins such a file."""
    plain = {key: "\n".join(value.replace("\0", "").splitlines()) for key, value in tags.items()}
    lines = (f"{key}={SPECIAL.sub(ESCAPE, value)}" for key, value in plain.items() if value)
    return "\n".join([";FFMETADATA1", *lines, ""])


def save_cover(path: Path, demuxer: str, target: Path) -> bool:
    """Write the picture that lies in the recording to `target` as it is; False when there is none.

    Nobody has looked at its bytes: they need `verify_image` before anything else.
    """
    picture = ["-map", "0:v:0", "-c", "copy", "-frames:v", "1", "-fs", str(MAX_COVER_BYTES)]
    try:
        ffmpeg.run([*ffmpeg.source(path, demuxer), *picture, "-f", "image2pipe", f"file:{target}"])
    except ffmpeg.FfmpegError:
        return False
    return True
