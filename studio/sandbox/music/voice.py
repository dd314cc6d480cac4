"""The singer: a glottal wave and noise through the moving resonances of a mouth."""

import numpy as np

from .articulation import STEP, Gestures, gestures
from .chance import noise
from .dsp import (
    RATE,
    Audio,
    add,
    bell,
    both,
    decibels,
    equalise,
    fourier,
    high_pass,
    lookup,
    samples,
    wavetable,
)
from .formants import BANDWIDTHS, FIXED, SIZES
from .harmony import scale_pitches
from .singing import SungNote
from .style import Style

WINDOW, HOP, SIZE = 1024, 512, 2048
TOP = 480  # bins: up to 10.3 kHz
DOUBLED = ("chorus",)


def render_voice(out: Audio, notes: tuple[SungNote, ...], style: Style, seed: int) -> None:
    """Sing all notes into a stereo bus (2, n); choruses are doubled and get a harmony."""
    for number, phrase in enumerate(_phrases(notes)):
        _sing(out, phrase, [n.pitch for n in phrase], style, f"{seed}/{number}", 0.0, 0.0)
        if phrase[0].section in DOUBLED:
            third = [_third(style, note.pitch) for note in phrase]
            _sing(out, phrase, third, style, f"{seed}/{number}/third", -9.0, 0.45)
            _sing(out, phrase, [n.pitch for n in phrase], style, f"{seed}/{number}/double", -10.0, -0.45)
    equalise(out, both(high_pass(110, 2), bell(1500, 0.6, 2), bell(6000, 1.0, 7)), taps=1023)
    _even(out)


def _phrases(notes: tuple[SungNote, ...]) -> list[list[SungNote]]:
    """Notes from breath to breath."""
    phrases: list[list[SungNote]] = [[]]
    for note in notes:
        phrases[-1].append(note)
        if note.last:
            phrases.append([])
    return [phrase for phrase in phrases if phrase]


def _third(style: Style, pitch: int) -> int:
    """The scale's third above a pitch."""
    scale = scale_pitches(style.tonic, style.mode, pitch + 1, pitch + 12)
    return scale[1]


def _sing(
    out: Audio, phrase: list[SungNote], pitches: list[int], style: Style, seed: str, level: float, pan: float
) -> None:
    moves = gestures(phrase, pitches, seed)
    sound = sing_gestures(moves, SIZES[style.voice], seed)
    late = 0.0 if not level else 0.012
    add(out, sound, samples(moves.start + late), decibels(level), pan)


def sing_gestures(moves: Gestures, size: float, seed: str) -> Audio:
    """The sound of one phrase, mono; `size` scales the resonances, above 1 for a shorter throat."""
    n = len(moves.pitch) * STEP
    freqs = np.float32(440) * np.exp2((moves.pitch - 69) / np.float32(12))
    wave = _glottis(freqs, moves, n)
    air = noise(n, "air", seed)
    throat = wave + air * (_drawn(moves.breath, n) + np.float32(0.012) * _drawn(moves.voiced, n))
    hiss = air * _drawn(moves.hiss, n)
    centres = np.minimum(np.arange(n // HOP + 1) * HOP // STEP, len(moves.pitch) - 1)
    mouth = _resonances(np.maximum(moves.formants[centres] * size, _floor(freqs[centres])))
    teeth = _bands(moves.colour[centres])
    return _filtered(throat, hiss, mouth, teeth, n)


def _drawn(line: Audio, n: int) -> Audio:
    """A control drawn out to the rate of the sound."""
    ramp = np.linspace(0, 1, STEP, endpoint=False, dtype=np.float32)
    steps = np.diff(line, append=line[-1:])[:, None] * ramp
    return (line[:, None] + steps).reshape(-1)[:n]


def _glottis(freqs: Audio, moves: Gestures, n: int) -> Audio:
    """The wave of the vocal cords: duller when sung softly."""
    turns = np.cumsum(_drawn(freqs, n), dtype=np.float64) / RATE
    phase = (turns - np.floor(turns)).astype(np.float32)
    highest = float(freqs.max()) * 1.02
    soft = wavetable(highest, lambda f: (f / highest) ** -1.7, top=10500)
    loud = wavetable(highest, lambda f: (f / highest) ** -1.0, top=10500)
    effort = _drawn(np.square(np.clip(moves.effort, 0, 1)), n)
    return (lookup(soft, phase) * (1 - effort) + lookup(loud, phase) * effort) * _drawn(moves.voiced, n)


def _floor(freqs: Audio) -> Audio:
    """No first resonance under the pitch: singers open the mouth on high notes."""
    lowest = np.zeros((len(freqs), 3), dtype=np.float32)
    lowest[:, 0] = freqs * 1.05
    return lowest


def _resonances(formants: Audio) -> np.ndarray:
    """Complex response (frames, TOP) of the mouth, levelled so that no vowel shouts."""
    freqs = (np.arange(TOP) * RATE / SIZE).astype(np.float32)
    response = np.ones((len(formants), TOP), dtype=np.complex64)
    for centre, width in zip(formants.T, BANDWIDTHS, strict=True):
        ratio = freqs / centre[:, None]
        response /= 1 - ratio * ratio + 1j * ratio * (np.float32(width) / centre)[:, None]
    # Three poles fall too fast above the third: a throat has one every kilohertz.
    response *= (1 + np.square(freqs / np.float32(2500))) ** np.float32(2.75) * _singers_formant(freqs)
    level = np.sqrt(np.mean(np.square(np.abs(response[:, 8:200])), axis=1, keepdims=True))
    return response / level**0.75


def _singers_formant(freqs: Audio) -> Audio:
    """The resonances that do not move with the vowels; the ring at 3 kHz carries over a band."""
    return both(*(bell(centre, width, db) for centre, width, db in FIXED))(freqs).astype(np.float32)


def _bands(colour: Audio) -> Audio:
    """Response (frames, bins) of the hiss between tongue and teeth."""
    octaves = np.log2(np.maximum(np.arange(SIZE // 2 + 1) * RATE / SIZE, 40)).astype(np.float32)
    distance = (octaves - np.log2(colour[:, :1])) / colour[:, 1:]
    return np.exp(-2 * distance * distance).astype(np.float32)


def _filtered(throat: Audio, hiss: Audio, mouth: np.ndarray, teeth: Audio, n: int) -> Audio:
    """Overlapping frames, each through its own response."""
    window = np.hanning(WINDOW + 1)[:-1].astype(np.float32)
    frames = len(mouth)
    padded = [np.pad(sound, (HOP, (frames + 2) * HOP - n)) for sound in (throat, hiss)]
    views = [np.lib.stride_tricks.sliding_window_view(p, WINDOW)[::HOP][:frames] * window for p in padded]
    spectrum = fourier(views[1], SIZE) * teeth
    spectrum[:, :TOP] += fourier(views[0], SIZE)[:, :TOP] * mouth
    blocks = np.fft.irfft(spectrum, SIZE).astype(np.float32)
    out = np.zeros((frames + 4) * HOP, dtype=np.float32)
    for quarter in range(SIZE // HOP):
        piece = blocks[:, quarter * HOP : (quarter + 1) * HOP].reshape(-1)
        out[quarter * HOP : quarter * HOP + len(piece)] += piece
    return out[HOP : HOP + n]


def _even(out: Audio) -> None:
    """Compress in place, slowly: quiet words come up, loud ones go down."""
    step = 1024
    count = out.shape[-1] // step
    power = np.square(out[:, : count * step]).reshape(2, count, step).mean(axis=(0, 2))
    level = np.sqrt(np.convolve(power, np.ones(7) / 7, mode="same"))
    active = level[level > level.max() * 0.05]
    usual = float(np.sqrt(np.mean(active**2))) if len(active) else 1.0
    gain = np.clip((np.maximum(level, usual * 0.2) / (usual + 1e-9)) ** -0.45, 0.6, 1.8)
    places = (np.arange(count) + 0.5) * step
    for start in range(0, out.shape[-1], 1 << 18):
        stop = min(out.shape[-1], start + (1 << 18))
        out[:, start:stop] *= np.interp(np.arange(start, stop), places, gain).astype(np.float32)
