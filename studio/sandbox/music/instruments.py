"""Playing tracks: a note of any instrument, rendered once and reused, mixed into a bus."""

from functools import lru_cache

import numpy as np

from .dsp import (
    Audio,
    add,
    band_pass,
    bell,
    both,
    cycles,
    decay,
    decibels,
    equalise,
    hertz,
    samples,
    sine,
    swell,
)
from .score import Track
from .struck import PLAYS, electric_piano, release_of, strike
from .sustained import TONES, breathe, hold

# How hard an amplifier is driven, and how loud it comes out
AMPS = {"crunch_guitar": (9.0, 0.30), "lead_guitar": (14.0, 0.26)}
CABINET = both(band_pass(90, 4600, 3), bell(2400, 0.6, 4), bell(400, 0.6, -3))
INSTRUMENTS = (*PLAYS, *TONES, "epiano", "808")


def play(name: str, pitch: float, length: float, velocity: float) -> Audio:
    """One note at full level, as bright as its strength 0-1; `length` in seconds, MIDI pitch; mono or stereo.

    KeyError for an unknown name.
    """
    colour = round(velocity * 3) / 3
    if name == "808":
        return _eight_oh_eight(pitch, round(length, 2))
    if name in TONES:
        return _held(name, pitch, round(length, 2), colour)
    return _damped(_struck(name, pitch, colour), length, release_of(name))


def loudness_of(velocity: float) -> float:
    """Amplitude of a strength: timbres are rendered for a few strengths, the level follows each note."""
    return 0.3 + 0.7 * velocity**1.4


@lru_cache(maxsize=96)
def _struck(name: str, pitch: float, velocity: float) -> Audio:
    return electric_piano(pitch, velocity) if name == "epiano" else strike(name, pitch, velocity)


@lru_cache(maxsize=48)
def _held(name: str, pitch: float, length: float, velocity: float) -> Audio:
    return breathe(hold(name, pitch, length, velocity), name, pitch)


@lru_cache(maxsize=32)
def _eight_oh_eight(pitch: float, length: float) -> Audio:
    """A long, slightly overdriven sine that starts a little high."""
    n = samples(length + 0.06)
    freq = hertz(pitch) * (1 + 0.6 * decay(n, 45))
    tone = sine(cycles(freq, n)) * decay(n, 1.1)
    return np.tanh(tone * np.float32(1.9)) * swell(n, 0.003, 0.06)


def _damped(ring: Audio, length: float, release: float) -> Audio:
    """A ring cut short after `length` seconds, over `release` seconds."""
    n, tail = samples(length + release), samples(release)
    if n >= ring.shape[-1]:
        return ring
    cut = ring[..., :n].copy()
    cut[..., n - tail :] *= np.square(np.cos(np.linspace(0, np.pi / 2, tail, dtype=np.float32)))
    return cut


def play_track(out: Audio, track: Track) -> None:
    """Mix all notes of a track into a stereo bus (2, n)."""
    if track.instrument in AMPS:
        _amplified(out, track)
    else:
        _notes(out, track, decibels(track.level), track.pan)
    for cached in (_struck, _held, _eight_oh_eight):
        cached.cache_clear()


def _notes(out: Audio, track: Track, gain: float, pan: float) -> None:
    for note in track.notes:
        sound = play(track.instrument, note.pitch, note.length, note.velocity)
        add(out, sound, samples(note.start), gain * loudness_of(note.velocity), pan)


def _amplified(out: Audio, track: Track) -> None:
    """Through an overdriven amplifier, where the notes of a chord distort together; rhythm guitars twice."""
    drive, level = AMPS[track.instrument]
    line = np.zeros_like(out[:1])
    for note in track.notes:
        sound = play(track.instrument, note.pitch, note.length, note.velocity)
        start, count = samples(note.start), len(sound)
        count = min(count, line.shape[1] - start)
        line[0, start : start + count] += sound[:count] * np.float32(loudness_of(note.velocity))
    np.multiply(line, np.float32(drive), out=line)
    np.tanh(line, out=line)
    equalise(line, CABINET, taps=1023)
    gain = decibels(track.level) * level
    add(out, line[0], 0, gain, -0.55 if drive < 10 else track.pan)
    if drive < 10:
        # The second take: some milliseconds late and turned over, so that the sides differ.
        add(out, line[0], samples(0.013), -gain * 0.9, 0.55)
