"""The last stage: clean low end, glue, loudness -14 LUFS and a true-peak limiter."""

import numpy as np

from .dsp import RATE, Audio, both, decibels, equalise, high_pass, low_pass, soften
from .loudness import integrated

TARGET_LUFS = -14.0
# AAC at 192 kbit/s adds up to about 1 dB to the peaks of what it codes: the room is left here.
CEILING_DB = -3.5
TRIES = 4
HOP = 32
LOOK = 12  # hops of look-ahead: 8.7 ms


def master(mix: Audio) -> None:
    """Bring a stereo mix (2, n) in place to -14 LUFS with true peaks under -3 dBTP."""
    equalise(mix, both(high_pass(30, 3), low_pass(15500, 6)), taps=8191)
    mix *= np.float32(decibels(TARGET_LUFS - integrated(mix)))
    # Rounded drum peaks leave the limiter less to do.
    soften(mix, 0.42, 0.32)
    short = TARGET_LUFS - integrated(mix)
    for _ in range(TRIES):
        mix *= np.float32(decibels(short))
        limit(mix, decibels(CEILING_DB))
        short = TARGET_LUFS - integrated(mix)
        if abs(short) < 0.2:
            break


def limit(mix: Audio, ceiling: float) -> None:
    """Keep the true peaks of a stereo sound (2, n) under an amplitude, in place, looking ahead."""
    peaks = true_peaks(mix)
    need = np.minimum(1.0, ceiling / np.maximum(peaks, 1e-9))
    if need.min() >= 1.0:
        return
    width = 2 * LOOK + 1
    padded = np.pad(need, 2 * LOOK, mode="edge")
    lowest = np.lib.stride_tricks.sliding_window_view(padded, width).min(axis=1)
    window = np.hanning(width - 2 + 2)[1:-1]
    smooth = np.convolve(lowest, window / window.sum(), mode="valid")
    smooth = np.minimum(smooth[: len(need) + 1], 1.0)
    _apply(mix, smooth)


def _apply(mix: Audio, gain: np.ndarray) -> None:
    """Multiply by a gain given every HOP samples, drawn out to straight lines."""
    n = mix.shape[-1]
    size = HOP << 12
    places = (np.arange(len(gain)) + 0.5) * HOP
    for start in range(0, n, size):
        stop = min(n, start + size)
        mix[:, start:stop] *= np.interp(np.arange(start, stop), places, gain).astype(np.float32)


def _between(taps: int = 16, phases: int = 4) -> np.ndarray:
    """Windowed-sinc kernels that read the sound between its samples, at 1/4, 2/4 and 3/4."""
    offsets = np.arange(taps) - taps // 2 + 1
    shifts = np.arange(1, phases)[:, None] / phases
    return np.sinc(offsets - shifts) * np.cos(np.pi * (offsets - shifts) / (taps + 1)) ** 2


def true_peaks(mix: Audio) -> np.ndarray:
    """Largest absolute value, four times oversampled, of each HOP samples of a stereo sound (2, n)."""
    kernels = _between().astype(np.float32)
    taps = kernels.shape[1]
    n = mix.shape[-1]
    count = -(-n // HOP)
    peaks = np.zeros(count, dtype=np.float32)
    size = HOP << 10
    for start in range(0, n, size):
        stop = min(count * HOP, start + size)
        piece = _padded(mix, start - taps // 2 + 1, stop + taps // 2)
        loudest = np.abs(piece[:, taps // 2 - 1 : taps // 2 - 1 + stop - start])
        # Between-sample peaks matter only where the samples come near full scale.
        if loudest.max() > 0.4:
            for kernel in kernels:
                between = _slide(piece, kernel, stop - start)
                np.maximum(loudest, np.abs(between), out=loudest)
        peaks[start // HOP : stop // HOP] = loudest.max(axis=0).reshape(-1, HOP).max(axis=1)
    return peaks


def _padded(mix: Audio, start: int, stop: int) -> Audio:
    out = np.zeros((2, stop - start), dtype=np.float32)
    first, last = max(start, 0), min(stop, mix.shape[-1])
    out[:, first - start : last - start] = mix[:, first:last]
    return out


def _slide(piece: Audio, kernel: Audio, n: int) -> Audio:
    out = piece[:, :n] * kernel[0]
    for tap in range(1, len(kernel)):
        out += piece[:, tap : tap + n] * kernel[tap]
    return out


def fade_out(mix: Audio, seconds: float) -> None:
    """Let the end of a sound run out into silence, in place; 5 ms at the start against a click."""
    n, lead = min(mix.shape[-1], int(seconds * RATE)), RATE // 200
    mix[:, -n:] *= np.square(np.cos(np.linspace(0, np.pi / 2, n, dtype=np.float32)))
    mix[:, :lead] *= np.linspace(0, 1, lead, dtype=np.float32)
