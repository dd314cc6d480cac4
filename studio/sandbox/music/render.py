"""From notes to sound: five buses, and the mix of them."""

from collections.abc import Callable

import numpy as np

from .drumkit import PANS, riser, stroke
from .dsp import Audio, add, decibels, samples, soften
from .instruments import play_track
from .master import fade_out, master
from .mix import ECHO, LEVELS, LEVELS_WITHOUT_VOICE, REVERB, crackle, make_room, pump, send, set_level
from .song import Song
from .space import echo, reverberate
from .voice import render_voice

BUSES = ("drums", "bass", "chords", "lead", "voice")


def render_stems(song: Song) -> dict[str, Audio]:
    """The buses of a song before the room and the master, by name: float32 (n, 2), all of one length."""
    return {name: render_bus(song, name).T for name in BUSES}


def render_mix(song: Song) -> Audio:
    """The mastered song from its first sound to its last, float32 (2, n)."""
    mix = render_middle(song)
    fade_out(mix, 3.0)
    return mix


def render_wet(song: Song, name: str) -> Audio:
    """One bus with its share of the room, before the master: float32 (2, n). All five add up to the mix."""
    bus = render_bus(song, name)
    room, repeats = (np.zeros(bus.shape[1], dtype=np.float32) for _ in range(2))
    _send(song, name, bus, room, repeats)
    _answer(song, bus, room, repeats)
    return bus


def render_middle(song: Song) -> Audio:
    """The mastered song without a fade at its ends, float32 (2, n)."""
    n = samples(song.duration)
    mix, room, repeats = (
        np.zeros((2, n), dtype=np.float32),
        np.zeros(n, dtype=np.float32),
        np.zeros(n, dtype=np.float32),
    )
    for name in BUSES:  # one after the other, so that only one needs to be in memory
        bus = render_bus(song, name)
        mix += bus
        _send(song, name, bus, room, repeats)
        del bus
    _answer(song, mix, room, repeats)
    del room, repeats
    master(mix)
    return mix


def _send(song: Song, name: str, bus: Audio, room: Audio, repeats: Audio) -> None:
    style = song.style
    send(room, bus, REVERB[name] + style.family.wet + 4 * style.space)
    if name in ECHO and style.family.echo:
        send(repeats, bus, ECHO[name] + 20 * float(np.log10(style.family.echo / 0.25)))


def _answer(song: Song, mix: Audio, room: Audio, repeats: Audio) -> None:
    """Add what comes back from the room."""
    echo(mix, repeats, song.beat * (0.75 if song.beat > 0.4 else 1.5))
    reverberate(mix, room, song.style.family.reverb * (1 + 0.3 * song.style.space))


def render_bus(song: Song, name: str) -> Audio:
    """One bus, dry: float32 (2, n)."""
    family = song.style.family
    levels = LEVELS if song.sung else LEVELS_WITHOUT_VOICE
    offsets = {"drums": family.drums_level, "bass": family.bass_level, "lead": family.lead_level}
    bus = np.zeros((2, samples(song.duration)), dtype=np.float32)
    RENDERERS[name](bus, song)
    set_level(bus, levels[name] + offsets.get(name, 0.0) + _tilt(song, name))
    if name == "drums":
        soften(bus, 0.26 * decibels(offsets[name]), 0.20 * decibels(offsets[name]))
    if family.pump and name in ("bass", "chords"):
        pump(bus, song.hits, family.pump)
    if song.sung and name in ("chords", "lead"):
        make_room(bus, song.sung, 2.5)
    return bus


def _tilt(song: Song, name: str) -> float:
    """What the words of an order change in the balance, in dB."""
    if name == "voice":
        return 3.0 * (song.request.lyrics_strength - 0.5)
    return 3.0 * (song.style.energy - song.style.family.energy) if name == "drums" else 0.0


def _drums(bus: Audio, song: Song) -> None:
    kit = song.style.family.kit
    for hit in song.hits:
        if hit.drum == "riser":
            add(bus, riser(round(hit.length, 3)), samples(hit.start), hit.velocity)
            continue
        force = max(1, min(4, round(hit.velocity * 4)))
        add(bus, stroke(kit, hit.drum, force), samples(hit.start), hit.velocity**1.3, PANS.get(hit.drum, 0.0))
    if song.style.family.vinyl:
        crackle(bus, song.request.seed, song.style.family.vinyl)


def _bass(bus: Audio, song: Song) -> None:
    play_track(bus, song.bass)


def _chords(bus: Audio, song: Song) -> None:
    for track in song.chords:
        play_track(bus, track)


def _lead(bus: Audio, song: Song) -> None:
    play_track(bus, song.lead)


def _voice(bus: Audio, song: Song) -> None:
    if song.sung:
        render_voice(bus, song.sung, song.style, song.request.seed)


RENDERERS: dict[str, Callable[[Audio, Song], None]] = {
    "drums": _drums, "bass": _bass, "chords": _chords, "lead": _lead, "voice": _voice,
}  # fmt: skip
