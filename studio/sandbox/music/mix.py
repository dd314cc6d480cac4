"""The desk: levels of the buses, ducking, and sends to the room."""

import numpy as np

from .chance import dice, noise
from .dsp import RATE, Audio, decibels, samples
from .loudness import integrated
from .score import Hit
from .singing import SungNote

# Loudness of each bus before the master, in LUFS; a song without a voice gives its place to the lead.
LEVELS = {"drums": -20.0, "bass": -22.5, "chords": -21.0, "lead": -21.5, "voice": -18.5}
LEVELS_WITHOUT_VOICE = {"drums": -20.0, "bass": -22.5, "chords": -21.5, "lead": -20.5, "voice": -18.5}
# Sends in dB: to the reverb and to the echo
REVERB = {"drums": -19.0, "bass": -40.0, "chords": -12.0, "lead": -11.0, "voice": -12.5}
ECHO = {"lead": -9.0, "voice": -15.0}
STEP = 64


def set_level(bus: Audio, target: float) -> None:
    """Bring a bus in place to a loudness in LUFS; silence stays silent."""
    loudness = integrated(bus)
    if loudness > -69:
        bus *= np.float32(decibels(target - loudness))


def pump(bus: Audio, hits: tuple[Hit, ...], depth: float) -> None:
    """Duck a bus in place under every kick, 0 not at all to 1 to silence."""
    curve = 1 - depth * np.exp(-np.linspace(0, 4, samples(0.32) // STEP))
    gain = np.ones(bus.shape[1] // STEP + 1)
    for hit in hits:
        if hit.drum == "kick":
            at = samples(hit.start) // STEP
            part = gain[at : at + len(curve)]
            np.minimum(part, curve[: len(part)], out=part)
    _ride(bus, np.convolve(gain, np.ones(5) / 5, mode="same"))


def make_room(bus: Audio, sung: tuple[SungNote, ...], db: float) -> None:
    """Lower a bus in place by `db` while somebody sings."""
    busy = np.zeros(bus.shape[1] // STEP + 1)
    for note in sung:
        start, stop = max(0.0, note.start - 0.1), max(0.0, note.start + note.length + 0.2)
        busy[samples(start) // STEP : samples(stop) // STEP] = 1
    width = samples(0.25) // STEP
    _ride(bus, 10 ** (-db / 20 * np.convolve(busy, np.hanning(width) / np.hanning(width).sum(), mode="same")))


def _ride(bus: Audio, gain: np.ndarray) -> None:
    places = np.arange(len(gain)) * STEP
    for start in range(0, bus.shape[1], 1 << 18):
        stop = min(bus.shape[1], start + (1 << 18))
        bus[:, start:stop] *= np.interp(np.arange(start, stop), places, gain).astype(np.float32)


def send(target: Audio, bus: Audio, db: float) -> None:
    """Add a stereo bus to a mono send (n,)."""
    target += (bus[0] + bus[1]) * np.float32(0.5 * decibels(db))


def crackle(bus: Audio, seed: int, level: float) -> None:
    """The dust and hiss of an old record, added to a bus (2, n)."""
    die = dice(seed, "dust")
    for _ in range(bus.shape[1] // RATE * 9):
        at, strength = die.randrange(bus.shape[1] - 40), die.random() ** 4 * 0.10 * level
        tick = noise(24, "tick", at) * np.float32(strength)
        bus[die.randrange(2), at : at + 24] += tick * np.hanning(24).astype(np.float32)
    for start in range(0, bus.shape[1], RATE):
        part = bus[:, start : start + RATE]
        part += noise(part.size, "hiss", start).reshape(part.shape) * np.float32(0.0012 * level)
