"""What is plucked or struck: strings, bars and bells as sums of decaying partials."""

from dataclasses import dataclass

import numpy as np

from .chance import noise
from .dsp import (
    Audio,
    Response,
    band_pass,
    bell,
    both,
    cycles,
    decay,
    hertz,
    low_pass,
    partials,
    samples,
    shape,
    sine,
    tone,
)


@dataclass(frozen=True)
class String:
    """A string: where it is plucked (0-0.5), how stiff, how it loses energy, what its body adds.

    `tilt` is the fall of the partials, `bright` in Hz how far they reach, `decay` the loss per second of
    the first partial at 220 Hz, `damping` how much more each next one loses, `knock` the noise of the
    stroke, `width` in cents the difference between left and right (0: mono).
    """

    pluck: float
    tilt: float
    bright: float
    decay: float
    damping: float
    stiff: float = 0.0
    knock: float = 0.0
    knock_band: tuple[float, float] = (800, 4000)
    seconds: float = 3.0
    release: float = 0.08
    width: float = 0.0
    beating: float = 0.0
    body: Response | None = None


@dataclass(frozen=True)
class Bar:
    """A bar or bell: partials as (ratio, level, loss per second at 440 Hz); `knock` is the mallet."""

    modes: tuple[tuple[float, float, float], ...]
    knock: float = 0.0
    seconds: float = 2.5
    release: float = 0.4
    tremolo: float = 0.0


WOOD = both(bell(105, 0.4, 4), bell(210, 0.35, 4), bell(420, 0.5, 2), low_pass(7500))
PLAYS: dict[str, String | Bar] = {
    "piano": String(0.13, 0.75, 2600, 0.55, 0.16, 0.00035, 0.05, (300, 2500), 4.5, 0.16, 1.2, 0.9),
    "dark_piano": String(0.13, 0.9, 1300, 0.5, 0.2, 0.00035, 0.04, (200, 1200), 4.5, 0.2, 1.5, 1.2),
    "jazz_piano": String(0.12, 0.8, 2200, 0.65, 0.2, 0.00035, 0.05, (300, 2000), 4.0, 0.12, 1.2, 0.8),
    "guitar": String(0.19, 0.7, 3600, 1.0, 0.11, 0.00006, 0.08, (1500, 6000), 3.0, 0.09, body=WOOD),
    "nylon": String(0.24, 1.05, 2400, 1.3, 0.16, 0.00003, 0.04, (500, 2500), 2.6, 0.10, body=WOOD),
    "clean_guitar": String(0.16, 0.85, 3200, 1.1, 0.08, 0.00005, 0.03, (1500, 5000), 2.6, 0.07, 5.0),
    "crunch_guitar": String(0.13, 0.55, 4200, 0.9, 0.05, 0.00005, 0.06, (1500, 5000), 2.6, 0.05),
    "lead_guitar": String(0.14, 0.5, 4600, 0.35, 0.03, 0.00004, 0.04, (1500, 5000), 3.0, 0.06),
    "harp": String(0.3, 1.0, 2800, 1.0, 0.2, 0.00002, 0.02, (600, 3000), 3.0, 0.9, 1.5),
    "upright": String(0.22, 1.05, 900, 2.0, 0.3, 0.0001, 0.12, (150, 1400), 1.8, 0.07, body=bell(95, 0.7, 4)),
    "pick_bass": String(0.12, 0.8, 1500, 0.9, 0.16, 0.0001, 0.07, (900, 3500), 2.4, 0.05),
    "soft_bass": String(0.3, 1.3, 600, 0.8, 0.4, 0.0, 0.02, (200, 900), 2.4, 0.07),
    "vibes": Bar(((1, 1, 0.9), (4, 0.28, 3.0), (9.9, 0.09, 9.0)), 0.04, 3.0, 0.5, 0.25),
    "marimba": Bar(((1, 1, 4.5), (3.93, 0.3, 14.0), (9.3, 0.1, 30.0)), 0.10, 1.2, 0.3),
    "kalimba": Bar(((1, 1, 2.6), (2.0, 0.06, 5.0), (5.4, 0.22, 14.0), (11.2, 0.08, 30.0)), 0.06, 2.0, 0.4),
    "bells": Bar(((0.5, 0.2, 1.0), (1, 1, 1.3), (2.0, 0.35, 1.9), (2.76, 0.3, 2.6), (4.07, 0.16, 4.0),
                  (5.43, 0.12, 6.0), (8.9, 0.05, 12.0)), 0.02, 3.2, 0.6),
}  # fmt: skip


def strike(name: str, pitch: float, velocity: float) -> Audio:
    """The whole ring of a stroke at a MIDI pitch, as bright as its strength 0-1; mono or stereo, peak 1.

    KeyError for other names.
    """
    spec = PLAYS[name]
    return _string(spec, pitch, velocity) if isinstance(spec, String) else _bar(spec, pitch, velocity)


def release_of(name: str) -> float:
    """Seconds that a stroke takes to die when it is damped."""
    return 0.25 if name == "epiano" else PLAYS[name].release


def _string(spec: String, pitch: float, velocity: float) -> Audio:
    n = samples(spec.seconds * min(1.3, max(0.45, (220 / hertz(pitch)) ** 0.35)))
    if not spec.width:
        return _one_string(spec, hertz(pitch), velocity, n)
    detuned = (hertz(pitch + cents / 100) for cents in (-spec.width / 2, spec.width / 2))
    return np.stack([_one_string(spec, freq, velocity, n) for freq in detuned])


def _one_string(spec: String, freq: float, velocity: float, n: int) -> Audio:
    k = np.arange(1, max(2, min(48, int(13000 / freq))) + 1)
    freqs = k * freq * np.sqrt(1 + spec.stiff * k * k)
    amps = np.abs(np.sin(np.pi * k * spec.pluck)) / k**spec.tilt
    amps *= np.exp(-freqs / (spec.bright * (0.45 + 0.9 * velocity)))
    losses = spec.decay * (freq / 220) ** 0.6 * (1 + spec.damping * (k - 1))
    audible = amps > amps.max() * 0.002
    freqs, amps, losses = freqs[audible], amps[audible], losses[audible]
    if spec.beating:
        # Two strings a hair apart: the slow beat that makes a piano sing.
        freqs = np.append(freqs, freqs[:6] * (1 + spec.beating / 1731))
        amps, losses = np.append(amps, 0.6 * amps[:6]), np.append(losses, losses[:6])
    sound = partials(freqs, amps, losses, n)
    sound = shape(sound, spec.body) if spec.body else sound
    sound *= np.float32(1 / (np.max(np.abs(sound)) + 1e-9))
    return _softened(_knocked(sound, spec.knock * velocity, spec.knock_band))


def _knocked(sound: Audio, level: float, band: tuple[float, float]) -> Audio:
    n = min(len(sound), samples(0.06))
    knock = shape(noise(n, "knock") * decay(n, 90), band_pass(*band))
    sound[:n] += knock * np.float32(level * 1.5)
    return sound


def _softened(sound: Audio) -> Audio:
    """One millisecond of rise, 30 ms of fall: no clicks at either end."""
    sound[:44] *= np.linspace(0, 1, 44, dtype=np.float32)
    tail = min(len(sound), samples(0.03))
    sound[-tail:] *= np.linspace(1, 0, tail, dtype=np.float32)
    return sound


def _bar(spec: Bar, pitch: float, velocity: float) -> Audio:
    freq, n = hertz(pitch), samples(spec.seconds)
    force = 0.4 + 0.6 * velocity
    ratios, levels, losses = np.array(spec.modes).T
    levels = np.where(ratios > 1.5, levels * force, levels) * (ratios * freq < 16000)
    sound = partials(freq * ratios, levels, losses * (freq / 440) ** 0.4, n)
    sound *= np.float32(1 / (np.max(np.abs(sound)) + 1e-9))
    sound = _softened(_knocked(sound, spec.knock * velocity, (600, 3500)))
    if not spec.tremolo:
        return sound
    sway = tone(5.1, n) * np.float32(spec.tremolo)
    return np.stack([sound * (1 - spec.tremolo + sway), sound * (1 - spec.tremolo - sway)])


def electric_piano(pitch: float, velocity: float) -> Audio:
    """Two pairs of frequency-modulated sines, the tine and the body, swaying between left and right."""
    freq, n = hertz(pitch), samples(3.2)
    body = tone(freq, n) * decay(n, 3.2) * np.float32(0.22 * (0.3 + 1.4 * velocity))
    tine = tone(min(freq * 14, 12000), n) * decay(n, 22) * np.float32(0.05 * velocity)
    sound = sine(cycles(freq, n) + body + tine) * decay(n, 1.2 * (freq / 300) ** 0.5)
    sound = _softened(sound)
    sway = tone(4.6, n) * np.float32(0.18)
    return np.stack([sound * (1 + sway), sound * (1 - sway)])
