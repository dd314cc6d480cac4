"""A file counts as kept only after it was read to the end: container complete, playable, as long as told."""

from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from studio.audio import containers, ffmpeg
from studio.audio.containers import Damaged
from studio.audio.media_types import HEAD_BYTES, M4A, MP4, MediaType, sniff

__all__ = ["AudioFacts", "Damaged", "TooLong", "verify_audio", "verify_image", "verify_video"]

LENGTH_TOLERANCE_S = 2.0  # between the length that was announced and the one that plays
PADDING_S = 0.5  # encoders add some at both ends, which decoders take away again
ROUNDING_S = 0.05
MAX_PIXELS = 50_000_000
PILLOW_FORMATS = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP"}


class TooLong(Damaged):
    """The recording lasts longer than is taken."""


@dataclass(frozen=True)
class AudioFacts:
    """What a verified audio file is; `duration` in seconds is what really came out of the decoder."""

    media_type: MediaType
    duration: float
    sample_rate: int
    channels: int


def verify_audio(
    path: Path,
    *,
    expected_seconds: float | None,
    at_most: float | None = None,
    timeout: float = ffmpeg.PATIENCE_S,
) -> AudioFacts:
    """Check that a file is a whole, playable recording (reliability.md M9, M12).

    Raises Damaged with a reason for a person; TooLong for more than `at_most` seconds, before all of it was
    decoded; FfmpegTimeout when the machine was too slow to tell.
    """
    media_type = _audio_type(path)
    with path.open("rb") as file:
        promised = containers.check(file, media_type.demuxer)
    _check_at_most(promised or 0, at_most)
    until = at_most and at_most + LENGTH_TOLERANCE_S
    demuxer = media_type.demuxer
    try:
        probe = ffmpeg.probe(path, demuxer=demuxer, at_most=until, timeout=timeout)
        _check_at_most(probe.duration, at_most)
        played = ffmpeg.decoded_seconds(path, demuxer=demuxer, at_most=until, timeout=timeout)
    except ffmpeg.FfmpegTimeout:
        raise
    except ffmpeg.FfmpegError as error:
        raise Damaged(f"The recording cannot be played: {error}") from error
    _check_length(played, max(probe.duration - PADDING_S, (promised or 0) - ROUNDING_S), expected_seconds)
    return AudioFacts(media_type, played, probe.sample_rate, probe.channels)


def verify_video(path: Path, *, expected_seconds: float | None) -> MediaType:
    """Check that a file is a whole MP4 with picture and sound; raises Damaged or FfmpegTimeout."""
    media_type = _sniffed(path)
    if media_type != MP4 or not ffmpeg.has_video(path, demuxer=MP4.demuxer):
        raise Damaged("This is not a film.")
    with path.open("rb") as file:
        promised = containers.check(file, MP4.demuxer)
    try:
        played = ffmpeg.decoded_seconds(path, demuxer=MP4.demuxer)
    except ffmpeg.FfmpegTimeout:
        raise
    except ffmpeg.FfmpegError as error:
        raise Damaged(f"The film cannot be played: {error}") from error
    _check_length(played, (promised or 0) - ROUNDING_S, expected_seconds)
    return MP4


def verify_image(path: Path) -> MediaType:
    """Check that a file is a whole picture of at most MAX_PIXELS; raises Damaged."""
    media_type = _sniffed(path)
    if media_type is None or media_type.family != "image":
        raise Damaged("This is not a picture.")
    try:
        with Image.open(path, formats=[PILLOW_FORMATS[media_type.name]]) as image:
            if image.width * image.height > MAX_PIXELS:
                raise Damaged(f"The picture is too large: {image.width} x {image.height}.")
            image.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Damaged("The picture is too large.") from error
    except (OSError, SyntaxError, ValueError, EOFError) as error:  # Pillow's ways to say "broken"
        raise Damaged("The picture is broken or incomplete.") from error
    return media_type


def _sniffed(path: Path) -> MediaType | None:
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if not head:
        raise Damaged("The file is empty.")
    return sniff(head)


def _audio_type(path: Path) -> MediaType:
    media_type = _sniffed(path)
    if media_type == MP4 and not ffmpeg.has_video(path, demuxer=MP4.demuxer):
        return M4A
    if media_type == MP4:
        raise Damaged("This is a film, not a recording. Save its sound by itself and bring that.")
    if media_type is None or media_type.family != "audio":
        raise Damaged("This is not a recording.")
    return media_type


def _check_at_most(seconds: float, at_most: float | None) -> None:
    if at_most is not None and seconds > at_most:
        raise TooLong(f"It lasts longer than {at_most / 60:,.0f} minutes, and no more is taken at once.")


def _check_length(played: float, at_least: float, expected: float | None) -> None:
    if played <= 0:
        raise Damaged("There is no sound in the recording.")
    if played < at_least:
        raise Damaged(f"Only {played:.1f} seconds can be played; {at_least - played:.1f} are missing.")
    if expected is not None and abs(played - expected) > LENGTH_TOLERANCE_S:
        raise Damaged(f"The recording has {played:.1f} seconds, but {expected:.1f} were announced.")
