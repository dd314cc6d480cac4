"""Oscillators, envelopes and filters. Mono sound is float32 (n,), stereo is float32 (2, n).

No matrix products anywhere: BLAS may add in another order on another number of threads,
and a seed has to give the same bytes everywhere.
"""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import numpy.typing as npt

RATE = 44100
TABLE = 2048
BLOCK = 512

Audio = npt.NDArray[np.float32]
Spectrum = npt.NDArray[np.complex64]
Response = Callable[[np.ndarray], np.ndarray]


def samples(seconds: float) -> int:
    return round(seconds * RATE)


def hertz(pitch: float) -> float:
    """Frequency of a MIDI pitch."""
    return float(440.0 * 2.0 ** ((pitch - 69.0) / 12.0))


def decibels(db: float) -> float:
    """Amplitude factor of a level in dB."""
    return float(10.0 ** (db / 20.0))


def clock(n: int) -> Audio:
    """Seconds since the first sample."""
    return np.arange(n, dtype=np.float32) / np.float32(RATE)


def cycles(freq: float | npt.NDArray[np.floating], n: int, start: float = 0.0) -> Audio:
    """Phase in cycles, wrapped to 0..1, of a steady (scalar) or moving (n,) frequency in Hz."""
    if isinstance(freq, np.ndarray):
        turns = np.cumsum(freq, dtype=np.float64) / RATE + start
        return (turns - np.floor(turns)).astype(np.float32)
    # Exact at the start of each block and short inside it, so single precision is enough.
    blocks = np.arange(-(-n // BLOCK)) * (BLOCK * freq / RATE) + start
    inside = (np.arange(BLOCK) * (freq / RATE)).astype(np.float32)
    phase = np.add.outer((blocks - np.floor(blocks)).astype(np.float32), inside).reshape(-1)[:n]
    phase -= np.floor(phase)
    return phase


def sine(phase: Audio) -> Audio:
    """Sine of a phase in cycles."""
    return np.sin(phase * np.float32(2 * np.pi))


def tone(freq: float | npt.NDArray[np.floating], n: int, start: float = 0.0) -> Audio:
    return sine(cycles(freq, n, start))


def wavetable(freq: float, spectrum: Response, top: float = 15000.0) -> Audio:
    """One period whose harmonics have the amplitudes `spectrum(frequencies)`, none above `top` Hz.

    Peak 1; one guard sample at the end for the interpolation.
    """
    count = max(1, min(TABLE // 2 - 1, int(top / freq)))
    numbers = np.arange(1, count + 1)
    lines = np.zeros(TABLE // 2 + 1, dtype=np.complex128)
    # Quadratic phases spread the energy over the period: less peak for the same loudness.
    lines[1 : count + 1] = spectrum(numbers * freq) * np.exp(-1j * np.pi * numbers * numbers / (count + 1))
    wave = np.fft.irfft(lines)
    wave /= np.max(np.abs(wave)) + 1e-12
    return np.append(wave, wave[0]).astype(np.float32)


def lookup(table: Audio, phase: Audio) -> Audio:
    """Read a wavetable at a phase in cycles, interpolating linearly."""
    place = phase * np.float32(TABLE)
    index = np.minimum(place.astype(np.int32), TABLE - 1)
    left = table[index]
    return left + (place - index.astype(np.float32)) * (table[index + 1] - left)


def partials(
    freqs: npt.NDArray[np.float64], amps: npt.NDArray[np.float64], decays: npt.NDArray[np.float64], n: int
) -> Audio:
    """Sum of decaying sines: the sound of everything that is struck or plucked.

    `decays` are rates per second: each partial falls by 8.7 dB in 1/decay seconds.
    """
    speed = (2j * np.pi * freqs - decays)[:, None] / RATE
    phases = np.exp(2j * np.pi * 0.381966 * np.arange(len(freqs))) * amps
    # A phasor at the start of each block times a phasor inside it: two small tables instead of n sines.
    outer = phases[:, None] * np.exp(speed * np.arange(0, n, BLOCK))
    inner = np.exp(speed * np.arange(BLOCK))
    left = np.concatenate([outer.imag, outer.real]).astype(np.float32)
    right = np.concatenate([inner.real, inner.imag]).astype(np.float32)
    return np.einsum("kb,ks->bs", left, right).reshape(-1)[:n]


def swell(n: int, attack: float, release: float) -> Audio:
    """Envelope that rises in `attack` seconds, stays at 1 and falls in the last `release` seconds."""
    out = np.ones(n, dtype=np.float32)
    rise, fall = min(n // 2, samples(attack)), min(n // 2, samples(release))
    if rise:
        out[:rise] = 0.5 - 0.5 * np.cos(np.pi * np.arange(rise, dtype=np.float32) / rise)
    if fall:
        out[n - fall :] *= 0.5 + 0.5 * np.cos(np.pi * (np.arange(fall, dtype=np.float32) + 1) / fall)
    return out


def decay(n: int, rate: float) -> Audio:
    """An exponential fall from 1, `rate` per second."""
    outer = np.exp(np.arange(0, n, BLOCK) * (-rate / RATE)).astype(np.float32)
    inner = np.exp(np.arange(BLOCK) * (-rate / RATE)).astype(np.float32)
    return np.multiply.outer(outer, inner).reshape(-1)[:n]


def low_pass(cutoff: float, order: int = 2) -> Response:
    return lambda freqs: 1.0 / np.sqrt(1.0 + (freqs / cutoff) ** (2 * order))


def high_pass(cutoff: float, order: int = 2) -> Response:
    return lambda freqs: 1.0 / np.sqrt(1.0 + (cutoff / np.maximum(freqs, 1e-3)) ** (2 * order))


def band_pass(low: float, high: float, order: int = 2) -> Response:
    return lambda freqs: high_pass(low, order)(freqs) * low_pass(high, order)(freqs)


def bell(centre: float, octaves: float, db: float) -> Response:
    """A boost or cut of `db` around a centre frequency."""
    return lambda freqs: (
        decibels(1) ** (db * np.exp(-((np.log2(np.maximum(freqs, 1) / centre) / octaves) ** 2)))
    )


def both(*responses: Response) -> Response:
    """A filter that is several, one after another."""

    def product(freqs: np.ndarray) -> np.ndarray:
        out = np.ones_like(freqs)
        for response in responses:
            out = out * response(freqs)
        return out

    return product


def fourier(sound: npt.NDArray[np.floating], size: int) -> Spectrum:
    """Fourier transform (..., size / 2 + 1) of a sound (..., n) filled up with silence, or cut, to `size`."""
    # numpy is half as fast again in double precision, but only in this direction.
    return np.fft.rfft(sound.astype(np.float64), size).astype(np.complex64)


def shape(sound: Audio, response: Response) -> Audio:
    """Filter a short sound (..., n) by a magnitude response, phase untouched."""
    n = sound.shape[-1]
    unit = 1 << ((n + 1023).bit_length() - 3)
    size = -(-(n + 1023) // unit) * unit
    spectrum = fourier(sound, size)
    spectrum *= _drawn(response, size)
    return np.fft.irfft(spectrum, size)[..., :n].astype(np.float32)


@lru_cache(maxsize=12)
def _drawn(response: Response, size: int) -> Audio:
    """A response at the lines of a spectrum; the body of an instrument is the same for all its notes."""
    return response(np.fft.rfftfreq(size, 1 / RATE)).astype(np.float32)


def equalise(sound: Audio, response: Response, taps: int = 2047) -> None:
    """Filter a long sound (..., n) in place, block by block, by a magnitude response without delay.

    More taps follow the response further down: 44100 / taps Hz.
    """
    freqs = np.fft.rfftfreq(1 << (2 * taps).bit_length(), 1 / RATE)
    kernel = np.roll(np.fft.irfft(response(freqs)), taps // 2)[:taps] * np.hanning(taps)
    size = max(1 << 15, 1 << (4 * taps).bit_length())
    filter_blocks(sound, fourier(kernel, size), taps, taps // 2)


def filter_blocks(sound: Audio, spectrum: Spectrum, taps: int, delay: int) -> None:
    """Overlap-save convolution in place; `delay` samples of the kernel's latency are taken back."""
    size = 2 * (len(spectrum) - 1)
    step, n = size - taps + 1, sound.shape[-1]
    past = np.zeros((*sound.shape[:-1], taps - 1), dtype=np.float32)
    for start in range(-delay, n, step):
        block = np.zeros((*sound.shape[:-1], size), dtype=np.float32)
        block[..., : taps - 1] = past
        source = sound[..., start + delay : start + delay + step]
        block[..., taps - 1 : taps - 1 + source.shape[-1]] = source
        past = block[..., step:].copy()
        wet = np.fft.irfft(fourier(block, size) * spectrum, size)[..., taps - 1 :]
        skip = max(0, -start)
        sound[..., max(0, start) : start + step] = wet[
            ..., skip : skip + max(0, min(step - skip, n - max(0, start)))
        ]


def add(out: Audio, sound: Audio, at: int, gain: float, pan: float = 0.0) -> None:
    """Mix a mono or stereo sound into a stereo bus at a sample, pan -1 (left) to 1 (right)."""
    at, skip = max(at, 0), max(-at, 0)
    length = min(sound.shape[-1] - skip, out.shape[-1] - at)
    if length <= 0:
        return
    sound = sound[..., skip : skip + length]
    angle = (pan + 1) * np.pi / 4
    for channel, side in enumerate((np.cos(angle), np.sin(angle))):
        source = sound if sound.ndim == 1 else sound[channel]
        out[channel, at : at + length] += source * np.float32(gain * side * np.sqrt(2))


def soften(sound: Audio, knee: float, span: float) -> None:
    """Bend a long sound (..., n) in place above the amplitude `knee`, towards `knee + span` at most."""
    size = 1 << 18
    for start in range(0, sound.shape[-1], size):
        part = sound[..., start : start + size]
        over = np.abs(part) - np.float32(knee)
        loud = over > 0
        part[loud] = np.sign(part[loud]) * np.float32(knee + span * np.tanh(over[loud] / np.float32(span)))
