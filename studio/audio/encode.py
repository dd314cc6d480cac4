"""Recordings in other formats, for people who need a file of a certain kind."""

from pathlib import Path

from studio.audio import ffmpeg

ENCODERS = {
    ".mp3": ["-c:a", "libmp3lame", "-b:a", "320k"],
    ".wav": ["-c:a", "pcm_s16le"],
    ".flac": ["-c:a", "flac"],
}


def encode(source: Path, demuxer: str, target: Path, *, timeout: float = ffmpeg.PATIENCE_S) -> None:
    """Write the first audio stream in the format that the ending of `target` says (.mp3, .wav, .flac).

    Raises FfmpegError, FfmpegTimeout after `timeout` seconds, or KeyError for another ending.
    """
    audio = ["-map", "0:a:0", "-map_metadata", "0", *ENCODERS[target.suffix]]
    ffmpeg.run([*ffmpeg.source(source, demuxer), *audio, f"file:{target}"], timeout=timeout)
