"""The waveform picture's numbers: how loud a recording gets in each of a few hundred stretches."""

from pathlib import Path

import numpy as np

from studio.audio import ffmpeg

FINE_FRAMES = 128  # the grain that is kept while streaming: 3 ms, so 1.3 MB of memory per hour


def waveform(path: Path, demuxer: str, buckets: int = 600, *, timeout: float = ffmpeg.PATIENCE_S) -> bytes:
    """Return one byte per stretch of equal length: the highest level in it, 255 is full scale.

    The file is decoded at 44.1 kHz: at a lower rate cymbals and sibilants would vanish from the picture.
    Raises FfmpegError.
    """
    decoded = ffmpeg.decode_blocks(path, demuxer=demuxer, timeout=timeout)
    blocks = [_fine_peaks(block) for block in decoded]
    fine = np.concatenate(blocks) if blocks else np.zeros(1, np.float32)
    starts = np.arange(buckets) * len(fine) // buckets
    levels = np.maximum.reduceat(fine, starts)  # a stretch shorter than the grain takes its neighbour's
    levels = np.nan_to_num(np.clip(levels, 0, 1))  # a WAV of floats may hold what is no number
    return np.rint(levels * 255).astype(np.uint8).tobytes()


def _fine_peaks(block: np.ndarray) -> np.ndarray:
    loudest = np.abs(block).max(axis=1)
    padded = np.pad(loudest, (0, -len(loudest) % FINE_FRAMES))
    return padded.reshape(-1, FINE_FRAMES).max(axis=1)
