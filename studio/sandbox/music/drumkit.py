"""Drums, made of sines that fall, metal that rings and noise that is coloured."""

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from .chance import noise
from .dsp import (
    Audio,
    Response,
    band_pass,
    bell,
    both,
    clock,
    cycles,
    decay,
    high_pass,
    low_pass,
    samples,
    shape,
    sine,
    swell,
)

SOFT_KITS = ("brushes", "jazz", "dusty", "none")
ELECTRIC_KITS = ("electronic", "808", "breaks")
PANS = {
    "hat": 0.28,
    "open": 0.28,
    "ride": -0.35,
    "crash": -0.3,
    "shaker": 0.45,
    "tom_high": -0.35,
    "tom_mid": 0.05,
    "tom_low": 0.4,
    "rim": -0.2,
    "pedal": 0.25,
}
# Loudness of the drums of a kit among each other
LEVELS = {
    "kick": 0.72,
    "hat": 1.3,
    "open": 1.15,
    "ride": 0.95,
    "shaker": 1.3,
    "snare": 1.05,
    "clap": 1.2,
    "brush": 1.5,
    "crash": 1.2,
    "pedal": 1.5,
}
METAL = (2.0, 3.0, 4.16, 5.43, 6.79, 8.21)


def _fall(n: int, top: float, bottom: float, rate: float) -> Audio:
    """A sine whose pitch falls from top to bottom Hz."""
    return sine(cycles(bottom + (top - bottom) * decay(n, rate), n, 0.0))


def _burst(n: int, seed: str, response: Response, rate: float) -> Audio:
    return shape(noise(n, seed), response) * decay(n, rate)


def _kick(kit: str, force: float) -> Audio:
    top, bottom, sweep, rate, seconds, click = {
        "electronic": (240, 49, 42, 7.5, 0.45, 0.30),
        "808": (150, 43, 28, 4.2, 0.75, 0.12),
        "breaks": (200, 54, 38, 11.0, 0.32, 0.35),
        "acoustic": (150, 56, 34, 12.0, 0.32, 0.30),
        "dusty": (130, 52, 30, 11.0, 0.32, 0.12),
        "orchestral": (95, 40, 14, 3.2, 1.2, 0.08),
    }.get(kit, (115, 55, 26, 13.0, 0.3, 0.10))
    n = samples(seconds)
    drum = _fall(n, top * (0.8 + 0.2 * force), bottom, sweep) * decay(n, rate)
    beater = _burst(n, "beater", band_pass(1200, 5000, 1), 160) * np.float32(click * force)
    return np.tanh((drum * 1.6 + beater * 0.5).astype(np.float32)) * swell(n, 0.0008, 0.02)


def _snare(kit: str, force: float) -> Audio:
    low, high, ring, wires, centre = {
        "electronic": (185, 330, 20, 15, 3200),
        "808": (180, 320, 22, 17, 4200),
        "breaks": (215, 380, 24, 19, 4500),
        "dusty": (170, 300, 24, 17, 2200),
        "orchestral": (200, 360, 16, 11, 4000),
        "jazz": (205, 350, 22, 18, 3600),
    }.get(kit, (190, 335, 19, 13, 3400))
    n = samples(0.32)
    skin = _fall(n, low * 1.25, low, 60) * decay(n, ring) + 0.5 * _fall(n, high * 1.1, high, 60) * decay(
        n, ring * 1.5
    )
    rattle = _burst(n, "snare" + kit, both(high_pass(700, 1), bell(centre, 1.0, 7), low_pass(10500)), wires)
    crack = _burst(n, "crack", band_pass(1800, 8000), 90)
    mixed = skin * 0.55 + rattle * (0.25 + 0.25 * force) + crack * 0.35 * force
    return np.tanh((mixed * 1.3).astype(np.float32)) * swell(n, 0.0006, 0.05)


def _clap(kit: str, force: float) -> Audio:
    n = samples(0.28)
    hands = np.zeros(n, dtype=np.float32)
    for number, late in enumerate((0.0, 0.011, 0.021, 0.030)):
        start = samples(late)
        rate = 120 if number < 3 else 19
        hands[start:] += noise(n - start, "clap", number) * decay(n - start, rate)
    return (
        shape(hands, both(band_pass(700, 6500), bell(1150, 0.5, 9)))
        * np.float32(0.22)
        * swell(n, 0.001, 0.05)
    )


def _metal(n: int, base: float, response: Response) -> Audio:
    """Six square waves that do not fit together: the clang of a cymbal."""
    clang = sum(np.sign(sine(cycles(base * ratio, n, 0.17 * i))) for i, ratio in enumerate(METAL))
    return shape(clang + noise(n, "metal") * np.float32(1.5), response).astype(np.float32)


def _hat(kit: str, force: float, rate: float, seconds: float) -> Audio:
    cut = 5200 if kit in SOFT_KITS else 6800
    n = samples(seconds)
    colour = both(high_pass(cut, 3), low_pass(11000 if kit != "dusty" else 7500))
    return (
        _metal(n, 410, colour)
        * decay(n, rate * (1.25 - 0.4 * force))
        * np.float32(0.11)
        * swell(n, 0.0005, 0.01)
    )


def _ride(kit: str, force: float) -> Audio:
    n = samples(1.1)
    wash = _metal(n, 305, both(high_pass(3800, 2), low_pass(11000))) * decay(n, 4.5) * np.float32(0.05)
    ping = sum(sine(cycles(f, n, 0.3)) * decay(n, 9) for f in (2550.0, 3720.0, 5130.0)) * np.float32(
        0.05 * force
    )
    return (wash + ping).astype(np.float32) * swell(n, 0.0008, 0.1)


def _crash(kit: str, force: float) -> Audio:
    n = samples(2.6)
    left = (
        _metal(n, 255, both(high_pass(2600, 1), low_pass(13000)))
        + shape(noise(n, "crash l"), high_pass(4000)) * 2
    )
    right = (
        _metal(n, 263, both(high_pass(2600, 1), low_pass(13000)))
        + shape(noise(n, "crash r"), high_pass(4000)) * 2
    )
    return np.stack([left, right]) * decay(n, 2.1) * np.float32(0.055) * swell(n, 0.002, 0.5)


def _tom(kit: str, force: float, freq: float) -> Audio:
    n = samples(1.3 if kit == "orchestral" else 0.5)
    freq = freq * 0.72 if kit == "orchestral" else freq
    skin = _fall(n, freq * 1.5, freq, 22) * decay(n, 3.6 if kit == "orchestral" else 7.5)
    slap = _burst(n, "tom", band_pass(300, 3000, 1), 55) * np.float32(0.3 * force)
    return np.tanh((skin * 1.2 + slap).astype(np.float32)) * np.float32(0.9) * swell(n, 0.001, 0.1)


def _rim(kit: str, force: float) -> Audio:
    n = samples(0.09)
    wood = sine(cycles(820.0, n, 0.0)) * decay(n, 75) + 0.6 * sine(cycles(1710.0, n, 0.0)) * decay(n, 95)
    return (
        (wood + _burst(n, "rim", band_pass(1500, 7000), 220) * 0.6).astype(np.float32)
        * swell(n, 0.0005, 0.01)
        * 0.5
    )


def _shaker(kit: str, force: float) -> Audio:
    n = samples(0.11)
    return shape(noise(n, "shaker"), band_pass(4500, 11000)) * swell(n, 0.03, 0.07) * np.float32(0.16)


def _brush(kit: str, force: float) -> Audio:
    n = samples(0.3)
    sweep = shape(noise(n, "brush"), both(band_pass(900, 7500, 1), bell(2600, 0.8, 4)))
    slap = _fall(n, 230, 190, 40) * decay(n, 30) * np.float32(0.25 * force)
    return (sweep * np.float32(0.20) * (swell(n, 0.012, 0.25) * decay(n, 9)) + slap).astype(np.float32)


def _pedal(kit: str, force: float) -> Audio:
    return _hat(kit, 0.3, 70, 0.08) * np.float32(0.9)


DRUMS: dict[str, Callable[[str, float], Audio]] = {
    "kick": _kick,
    "snare": _snare,
    "clap": _clap,
    "ride": _ride,
    "crash": _crash,
    "rim": _rim,
    "shaker": _shaker,
    "brush": _brush,
    "pedal": _pedal,
    "hat": lambda kit, force: _hat(kit, force, 55, 0.12),
    "open": lambda kit, force: _hat(kit, force, 8.5, 0.55),
    "tom_high": lambda kit, force: _tom(kit, force, 165),
    "tom_mid": lambda kit, force: _tom(kit, force, 122),
    "tom_low": lambda kit, force: _tom(kit, force, 84),
}


@lru_cache(maxsize=64)
def stroke(kit: str, drum: str, force: int) -> Audio:
    """A stroke of one of four strengths, at full level; mono, the crash stereo. KeyError for other drums."""
    return DRUMS[drum](kit, force / 4) * np.float32(LEVELS.get(drum, 1.0))


def riser(length: float) -> Audio:
    """Noise that opens and swells for `length` seconds up to a downbeat, stereo."""
    n = samples(length)
    progress = clock(n) / np.float32(max(length, 0.01))
    air = np.stack([noise(n, "riser l"), noise(n, "riser r")])
    low, high = shape(air, band_pass(300, 1200, 1)), shape(air, band_pass(2500, 9000, 1))
    return (low * (1 - progress) + high * progress) * progress**2 * np.float32(0.16) * swell(n, 0.01, 0.03)
