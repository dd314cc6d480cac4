"""The room: one reverb and one echo that all buses send to."""

import numpy as np

from .chance import noise
from .dsp import RATE, Audio, add, band_pass, decay, equalise, fourier, high_pass, low_pass, samples, shape

# Parts of the spectrum, each dying in its own share of the reverb time
BANDS = ((80, 350, 1.05), (350, 2200, 1.0), (2200, 5500, 0.72), (5500, 11000, 0.45))
PREDELAY = 0.018
EARLY = ((0.007, 0.55, -0.6), (0.012, 0.5, 0.7), (0.019, 0.4, -0.2), (0.027, 0.35, 0.5), (0.036, 0.3, -0.7))


def impulse_response(seconds: float) -> Audio:
    """A stereo room (2, n) that dies by 60 dB in `seconds`; its energy is 1 per side."""
    n = samples(PREDELAY + seconds)
    room = np.zeros((2, n), dtype=np.float32)
    start = samples(PREDELAY)
    for number, (low, high, share) in enumerate(BANDS):
        fall = decay(n - start, 6.9 / (seconds * share))
        for side in range(2):
            room[side, start:] += shape(noise(n - start, "room", number, side), band_pass(low, high)) * fall
    room[:, start : start + samples(0.02)] *= np.linspace(0.2, 1, samples(0.02), dtype=np.float32)
    room /= np.sqrt(np.sum(np.square(room), axis=1, keepdims=True))
    for time, level, pan in EARLY:
        room[:, samples(time)] += np.float32(0.18 * level) * np.array([1 - pan, 1 + pan], dtype=np.float32)
    return room / np.sqrt(np.sum(np.square(room), axis=1, keepdims=True))


def reverberate(out: Audio, send: Audio, seconds: float) -> None:
    """Add the sound of a room to a stereo mix: `send` (n,) convolved with a room of `seconds`."""
    room = impulse_response(seconds)
    size = 1 << (2 * room.shape[1] - 1).bit_length()
    step = size - room.shape[1] + 1
    spectra = [fourier(side, size) for side in room]
    for start in range(0, len(send), step):
        block = fourier(send[start : start + step], size)
        for side, spectrum in enumerate(spectra):
            wet = np.fft.irfft(block * spectrum, size)
            stop = min(out.shape[1], start + step + room.shape[1] - 1)
            out[side, start:stop] += wet[: stop - start]


def echo(out: Audio, send: Audio, seconds: float, repeats: int = 5) -> None:
    """Add repeats of `send` (n,) every `seconds`, darker and softer, from side to side; alters `send`."""
    line = send[None, :]
    equalise(line, lambda freqs: high_pass(250, 1)(freqs) * low_pass(3800, 1)(freqs), taps=511)
    for number in range(1, repeats + 1):
        add(out, send, round(number * seconds * RATE), 0.52**number, -0.6 if number % 2 else 0.6)
