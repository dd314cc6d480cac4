"""What is bowed, blown or held: wavetable tones with unison, vibrato, breath and moving brightness."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from .chance import noise
from .dsp import (
    RATE,
    Audio,
    Response,
    band_pass,
    bell,
    both,
    clock,
    cycles,
    decay,
    hertz,
    lookup,
    low_pass,
    samples,
    shape,
    swell,
    tone,
    wavetable,
)


@dataclass(frozen=True)
class Tone:
    """A held sound between two colours: `dark` when soft, `bright` when loud, both level by frequency.

    Times in seconds, `detune` in cents over `unison` voices, `vibrato` in semitones. `fall` and `dim` are
    the loss per second of level and brightness: above 0 it is a plucked synthesizer.
    """

    dark: Response
    bright: Response
    attack: float
    release: float
    detune: float = 0.0
    unison: int = 1
    vibrato: float = 0.0
    breath: float = 0.0
    fall: float = 0.0
    dim: float = 0.0
    tremolo: float = 0.0


def saw(cutoff: float, order: int = 1) -> Response:
    return lambda freqs: low_pass(cutoff, order)(freqs) / freqs


def square(cutoff: float) -> Response:
    def odd(freqs: np.ndarray) -> np.ndarray:
        return low_pass(cutoff, 1)(freqs) / freqs * (np.arange(len(freqs)) % 2 == 0)

    return odd


def drawbars(*levels: float) -> Response:
    """Levels of the harmonics one by one, from the first on."""
    return lambda freqs: np.array([*levels, *[0.0] * len(freqs)])[: len(freqs)]


def body(*bells: tuple[float, float, float], cutoff: float, tilt: float = 1.0) -> Response:
    """A falling spectrum through resonances given as (Hz, octaves, dB)."""
    resonances = both(*(bell(*b) for b in bells), low_pass(cutoff, 2))
    return lambda freqs: resonances(freqs) / freqs**tilt


def reed(centre: float, db: float, cutoff: float, tilt: float) -> Response:
    return body((centre, 0.6, db), cutoff=cutoff, tilt=tilt)


STRINGS = (
    body((400, 0.6, 4), (1100, 0.5, 3), cutoff=2200),
    body((400, 0.6, 3), (1100, 0.5, 3), (2800, 0.5, 5), cutoff=5200),
)
AH = ((650, 0.3, 18), (1080, 0.25, 14), (2700, 0.25, 12))
ORGAN = drawbars(0.55, 1.0, 0.75, 0.6, 0.0, 0.3, 0.0, 0.25)
TONES: dict[str, Tone] = {
    "pad": Tone(saw(500), saw(2600), 0.4, 0.9, 11, 4),
    "strings": Tone(*STRINGS, 0.16, 0.4, 10, 4, 0.10),
    "violin": Tone(*STRINGS, 0.07, 0.2, 3, 2, 0.28),
    "low_strings": Tone(*STRINGS, 0.05, 0.2, 9, 3, 0.05),
    "choir": Tone(body(*AH, cutoff=3000, tilt=1.6), body(*AH, cutoff=5000, tilt=1.3), 0.3, 0.6, 16, 4, 0.16),
    "brass": Tone(saw(500, 2), saw(3200, 2), 0.07, 0.16, 6, 3, 0.05),
    "horn": Tone(saw(420, 2), saw(1700, 2), 0.08, 0.2, 4, 2, 0.10),
    "organ": Tone(ORGAN, ORGAN, 0.012, 0.06, 3, 2, 0.06, tremolo=0.16),
    "organ_lead": Tone(ORGAN, ORGAN, 0.012, 0.06, 3, 2, 0.12, tremolo=0.16),
    "synth_lead": Tone(saw(1300), saw(5200), 0.015, 0.14, 8, 2, 0.18),
    "soft_lead": Tone(square(500), square(1400), 0.05, 0.25, 5, 2, 0.14),
    "flute": Tone(drawbars(1, 0.22, 0.06), drawbars(1, 0.5, 0.2, 0.1, 0.04), 0.07, 0.12, 0, 1, 0.16, 0.05),
    "harmonica": Tone(reed(1500, 5, 3200, 0.8), reed(1800, 6, 4500, 0.7), 0.04, 0.09, 4, 2, 0.12),
    "melodica": Tone(reed(1200, 4, 2600, 0.9), reed(1400, 5, 3600, 0.8), 0.03, 0.08, 5, 2, 0.1),
    "muted_trumpet": Tone(reed(1500, 12, 3600, 0.9), reed(1700, 14, 5200, 0.7), 0.035, 0.1, 0, 1, 0.14, 0.01),
    "sax": Tone(reed(900, 7, 2200, 1.0), reed(1150, 8, 4200, 0.95), 0.04, 0.1, 2, 2, 0.16, 0.03),
    "stab": Tone(saw(900), saw(5000), 0.004, 0.09, 14, 4, fall=3.5, dim=9.0),
    "pluck": Tone(saw(600), saw(5500), 0.003, 0.12, 7, 2, fall=5.0, dim=14.0),
    "synth_bass": Tone(saw(220), saw(1500), 0.004, 0.05, 4, 2, fall=1.0, dim=7.0),
    "acid_bass": Tone(saw(260), body((900, 0.3, 10), cutoff=1800), 0.003, 0.04, 0, 1, fall=1.5, dim=10.0),
    "reese": Tone(saw(300, 2), saw(900, 2), 0.01, 0.08, 22, 3),
    "sub": Tone(drawbars(1, 0.12), drawbars(1, 0.3, 0.1), 0.06, 0.4),
}  # fmt: skip
MONO = ("sub", "synth_bass", "acid_bass", "flute", "muted_trumpet")


@lru_cache(maxsize=256)
def _table(name: str, pitch: float, colour: float) -> Audio:
    spec, freq = TONES[name], hertz(pitch)
    dark, bright = wavetable(freq, spec.dark), wavetable(freq, spec.bright)
    return dark + np.float32(colour) * (bright - dark)


def hold(name: str, pitch: float, length: float, velocity: float) -> Audio:
    """A tone held for `length` seconds and let go; stereo where it is in unison. KeyError for other names."""
    spec = TONES[name]
    n = samples(length + spec.release)
    moving = _vibrato(spec, pitch, n)
    voices = [_voice(name, spec, pitch, moving, number, velocity, n) for number in range(spec.unison)]
    sound = voices[0] if spec.unison == 1 or name in MONO else _spread(voices)
    if name in MONO and spec.unison > 1:
        sound = np.sum(voices, axis=0) * np.float32(0.7)
    sound = sound * _envelope(spec, n)
    return _swaying(sound, spec.tremolo) if spec.tremolo and sound.ndim == 2 else sound


def _voice(
    name: str, spec: Tone, pitch: float, moving: Audio | None, number: int, velocity: float, n: int
) -> Audio:
    spread = (number / (spec.unison - 1) - 0.5) if spec.unison > 1 else 0.0
    freq = hertz(pitch + spread * spec.detune / 100)
    phase = cycles(freq if moving is None else moving * np.float32(freq), n, start=number * 0.381966)
    if not spec.dim:
        return lookup(_table(name, pitch, round(velocity, 1)), phase)
    dark, bright = lookup(_table(name, pitch, 0.0), phase), lookup(_table(name, pitch, 1.0), phase)
    return dark + decay(n, spec.dim) * np.float32(velocity) * (bright - dark)


def _vibrato(spec: Tone, pitch: float, n: int) -> Audio | None:
    """Frequency factor of a vibrato that begins after the attack; None for a steady tone."""
    if not spec.vibrato or n < samples(0.3):
        return None
    onset = np.clip((clock(n) - np.float32(0.18)) * np.float32(3.0), 0, 1)
    rate = 5.1 + (pitch % 5) * 0.12
    return 1 + np.float32(spec.vibrato * 0.0595) * onset * tone(rate, n)


def _envelope(spec: Tone, n: int) -> Audio:
    level = swell(n, spec.attack, spec.release)
    return level * decay(n, spec.fall) if spec.fall else level


def _spread(voices: list[Audio]) -> Audio:
    """Voices alternating between the sides, each still heard a little on the other one."""
    left, right = sum(voices[0::2]), sum(voices[1::2])
    scale = np.float32(1.4 / len(voices))
    return np.stack([left + 0.35 * right, right + 0.35 * left]).astype(np.float32) * scale


def _swaying(sound: Audio, depth: float) -> Audio:
    """The rotary speaker: left and right swell in turn."""
    sway = tone(6.3, sound.shape[-1]) * np.float32(depth)
    return sound * np.stack([1 + sway, 1 - sway])


def breathe(sound: Audio, name: str, pitch: float) -> Audio:
    """Add the breath of a wind instrument around its pitch."""
    level = TONES[name].breath
    if not level:
        return sound
    freq = hertz(pitch)
    air = shape(noise(sound.shape[-1], "breath", pitch), band_pass(freq, min(freq * 6, RATE / 3), 1))
    return sound + air * np.float32(level) * np.abs(sound)
