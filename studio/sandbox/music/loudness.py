"""Loudness after ITU-R BS.1770: K-weighted, gated."""

import numpy as np

from .dsp import RATE, Audio

HOP = RATE // 10
TOGETHER = 16  # hops that are transformed at once: as many as stay in the processor's cache


def _stage(freqs: np.ndarray, b: tuple[float, ...], a: tuple[float, ...]) -> np.ndarray:
    z = np.exp(-2j * np.pi * freqs / 48000)
    top = b[0] + b[1] * z + b[2] * z * z
    bottom = a[0] + a[1] * z + a[2] * z * z
    return np.abs(top / bottom) ** 2


def k_weight(freqs: np.ndarray) -> np.ndarray:
    """Power response of the K filter; the coefficients are those of BS.1770-4, tables 1 and 2."""
    shelf = _stage(
        freqs,
        (1.53512485958697, -2.69169618940638, 1.19839281085285),
        (1.0, -1.69065929318241, 0.73248077421585),
    )
    high_pass = _stage(freqs, (1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621))
    return shelf * high_pass


def block_power(sound: Audio) -> np.ndarray:
    """K-weighted mean square of each 0.4 s block, 0.1 s apart, of a stereo sound (2, n)."""
    count = sound.shape[-1] // HOP
    weight = k_weight(np.fft.rfftfreq(HOP, 1 / RATE))
    power = np.zeros(count)
    for channel in sound:
        hops = channel[: count * HOP].reshape(count, HOP)
        for start in range(0, count, TOGETHER):
            lines = np.fft.rfft(hops[start : start + TOGETHER].astype(np.float64))
            power[start : start + TOGETHER] += ((lines.real**2 + lines.imag**2) * weight).sum(axis=1)
    power *= 2 / HOP**2
    if count < 4:
        return power
    return (power[:-3] + power[1:-2] + power[2:-1] + power[3:]) / 4


def integrated(sound: Audio) -> float:
    """Integrated loudness in LUFS of a stereo sound (2, n); -70.0 for silence."""
    power = block_power(sound)
    power = power[power > 10 ** ((-70 + 0.691) / 10)]
    if not len(power):
        return -70.0
    power = power[power > np.mean(power) / 10]
    return float(-0.691 + 10 * np.log10(np.mean(power)))
