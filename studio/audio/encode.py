"""Recordings in other formats, for people who need a file of a certain kind."""

from collections.abc import Mapping
from pathlib import Path

from studio.audio import ffmpeg
from studio.audio.tags import written

ENCODERS = {
    ".mp3": ["-c:a", "libmp3lame", "-b:a", "320k"],
    ".wav": ["-c:a", "pcm_s16le"],
    ".flac": ["-c:a", "flac"],
}
# Old players read the third version of ID3 alone; of an .m4a the head stands first, so that it plays at once.
TAGGED = {".mp3": ["-id3v2_version", "3"], ".m4a": ["-f", "ipod", "-movflags", "+faststart"]}


def encode(source: Path, demuxer: str, target: Path, *, timeout: float = ffmpeg.PATIENCE_S) -> None:
    """Write the first audio stream in the format that the ending of `target` says (.mp3, .wav, .flac).

    Raises FfmpegError, FfmpegTimeout after `timeout` seconds, or KeyError for another ending.
    """
    audio = ["-map", "0:a:0", "-map_metadata", "0", *ENCODERS[target.suffix]]
    ffmpeg.run([*ffmpeg.source(source, demuxer), *audio, f"file:{target}"], timeout=timeout)


def encode_tagged(
    source: Path, demuxer: str, target: Path, tags: Mapping[str, str], *, timeout: float = ffmpeg.PATIENCE_S
) -> None:
    """The first audio stream with these tags and no others, in the format that the ending of `target` says
    (.mp3, .wav, .flac, .m4a). What is in that format already is copied without loss; .m4a can only be copied.

    Raises FfmpegError or FfmpegTimeout after `timeout` seconds.
    """
    scratch = target.with_name(f"{target.name}.tags")
    # Nothing of what the file says of itself by now goes along, and the same input makes the same bytes.
    anew = ["-map", "0:a:0", "-map_metadata", "-1", "-map_metadata:g", "1:g", "-map_chapters", "-1"]
    as_it_is = source.suffix == target.suffix or target.suffix == ".m4a"
    codec = ["-c:a", "copy"] if as_it_is else ENCODERS[target.suffix]
    told = ["-fflags", "+bitexact", *TAGGED.get(target.suffix, [])]
    try:
        scratch.write_text(written(tags), encoding="utf-8")
        inputs = [*ffmpeg.source(source, demuxer), *ffmpeg.source(scratch, "ffmetadata")]
        ffmpeg.run([*inputs, *anew, *codec, *told, f"file:{target}"], timeout=timeout)
    finally:
        scratch.unlink(missing_ok=True)
