"""The kinds of file Studio keeps, told by their first bytes and by nothing else.

A name or a Content-Type header is somebody's claim; what is stored and served follows the bytes.
"""

from dataclasses import dataclass
from typing import Literal

HEAD_BYTES = 16  # what sniff() needs to see

AUDIO_BRANDS = {b"M4A ", b"M4B "}
VIDEO_BRANDS = {b"isom", b"mp41", b"mp42", b"avc1", b"M4V ", b"dash"} | {b"iso%d" % n for n in range(2, 10)}


@dataclass(frozen=True)
class MediaType:
    """A kind of file. `demuxer` is the only ffmpeg format that may open it; `extension` has no dot."""

    name: str
    content_type: str
    extension: str
    demuxer: str
    family: Literal["audio", "image", "video"]


M4A = MediaType("m4a", "audio/mp4", "m4a", "mov", "audio")
MP3 = MediaType("mp3", "audio/mpeg", "mp3", "mp3", "audio")
WAV = MediaType("wav", "audio/wav", "wav", "wav", "audio")
FLAC = MediaType("flac", "audio/flac", "flac", "flac", "audio")
JPG = MediaType("jpg", "image/jpeg", "jpg", "jpeg_pipe", "image")
PNG = MediaType("png", "image/png", "png", "png_pipe", "image")
WEBP = MediaType("webp", "image/webp", "webp", "webp_pipe", "image")
MP4 = MediaType("mp4", "video/mp4", "mp4", "mov", "video")

MEDIA_TYPES = {kind.name: kind for kind in (M4A, MP3, WAV, FLAC, JPG, PNG, WEBP, MP4)}

SIGNATURES = ((b"fLaC", FLAC), (b"\xff\xd8\xff", JPG), (b"\x89PNG\r\n\x1a\n", PNG))
RIFF_FORMS = {b"WAVE": WAV, b"WEBP": WEBP}


def sniff(head: bytes) -> MediaType | None:
    """Tell what a file is from its first HEAD_BYTES bytes; None for everything that is not on the list.

    An MP4 of a general brand counts as video here: whether it has a picture stands deeper in the file.
    """
    for signature, kind in SIGNATURES:
        if head.startswith(signature):
            return kind
    if head.startswith(b"RIFF"):
        return RIFF_FORMS.get(head[8:12])
    if head[4:8] == b"ftyp":
        return _mp4_kind(head[8:12])
    return MP3 if _starts_mp3(head) else None


def _mp4_kind(brand: bytes) -> MediaType | None:
    if brand in AUDIO_BRANDS:
        return M4A
    return MP4 if brand in VIDEO_BRANDS else None


def _starts_mp3(head: bytes) -> bool:
    """An ID3v2 tag of a known version, or the header of an MPEG layer III frame."""
    if len(head) < 4:
        return False
    if head.startswith(b"ID3"):
        return head[3] in (2, 3, 4)
    synced = head[0] == 0xFF and head[1] & 0xE6 == 0xE2  # eleven ones, then layer III
    version, bitrate, rate = head[1] >> 3 & 3, head[2] >> 4, head[2] >> 2 & 3
    return synced and version != 1 and bitrate not in (0, 15) and rate != 3
