"""The whole way of a song that is made from another one: from an order to files in a folder."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from .dsp import RATE, Audio, decibels, samples
from .loudness import integrated
from .master import CEILING_DB, TARGET_LUFS, fade_out, limit
from .pieces import Piece, stretch
from .produce import publish, publish_song
from .recipes import followed, pieces_of, with_step
from .render import render_middle
from .request import Recipe, Rendered
from .song import Song
from .wav import FULL, Frames, pcm, read_frames

FADE = 0.03  # seconds of crossfade at a border
TRIES = 2
MOST_GAIN = 12.0  # dB
SILENT_LUFS = -40.0
LONGEST_HEARING = 300  # seconds before a border that are measured
LONGEST_COVER = 240.0


def extend_song(
    recipe: Recipe,
    audio: Path,
    starts_at: float,
    length: float,
    instruction: str,
    lyrics: str,
    seed: int,
    folder: Path,
    name: str,
) -> Rendered:
    """Keep a song (its wav) up to `starts_at` and go on for `length` seconds to a proper end.

    What is kept is the same to the sample. The new part has the key, the tempo, the tunes and the bars of
    the song; `instruction` colours it, `lyrics` are sung as far as there is time. An empty recipe stands
    for a recording: the new part is then in C major and in the genre of the instruction.
    Raises ValueError when `audio` is no wav of ours, FfmpegError when encoding fails.
    """
    old = read_frames(audio)
    ends_at = starts_at + length
    # A border at the very end leaves the last frames to fade from.
    at = min(samples(starts_at), max(0, len(old) - samples(FADE)))
    starts_at, known = at / RATE, recipe or followed(len(old) / RATE, starts_at, instruction)
    step = {"starts_at": starts_at, "length": ends_at - starts_at}
    new = {"instruction": instruction, "lyrics": lyrics, "seed": seed}
    pieces = pieces_of(with_step(known, "extend", **step, **new))
    piece = pieces[-1] if recipe else _alone(pieces[-1])
    part, gain = _performed(piece, _goal(old[:at], length, bool(recipe)), min(3.0, length / 2))
    frames = _laid(old[: at + samples(FADE)], part, at)
    made = with_step(known, "extend", **step, **new, gain=gain) if recipe else {}
    return publish(
        folder, name, _with_words(pieces, piece.song), at + part.shape[1], [old[:at], *frames], made
    )


def replace_part(
    recipe: Recipe,
    audio: Path,
    starts_at: float,
    ends_at: float,
    instruction: str,
    lyrics: str,
    seed: int,
    folder: Path,
    name: str,
) -> Rendered:
    """Play a song (its wav) anew between two times, as loud as it was there, and keep it elsewhere.

    What is kept is the same to the sample. The new part has the chords, the tempo and the form of the old;
    it sings `lyrics`, or without any the old words again, unless the instruction wants no voice.
    An empty recipe stands for a recording: see extend_song, also for what is raised.
    """
    old = read_frames(audio)
    at, end = samples(starts_at), min(samples(ends_at), len(old))
    known = recipe or followed(len(old) / RATE, starts_at, instruction)
    step = {"starts_at": at / RATE, "ends_at": end / RATE}
    new = {"instruction": instruction, "lyrics": lyrics, "seed": seed}
    pieces = pieces_of(with_step(known, "replace", **step, **new))
    place = next(n for n, piece in enumerate(pieces) if piece.start == step["starts_at"])
    piece = pieces[place] if recipe else _alone(pieces[place])
    loudness = integrated(_heard(old[at:end]))
    ending = min(3.0, (end - at) / RATE / 2) if end == len(old) else 0.0
    part, gain = _performed(piece, loudness if loudness > SILENT_LUFS else TARGET_LUFS, ending)
    made = with_step(known, "replace", **step, **new, gain=gain) if recipe else {}
    frames = [old[:at], *_laid(old[:end], part, at), old[end:]]
    return publish(folder, name, _with_words(pieces, pieces[0].song), len(old), frames, made)


def cover_song(
    recipe: Recipe,
    audio: Path,
    instruction: str,
    strength: float,
    title: str,
    seed: int,
    folder: Path,
    name: str,
) -> Rendered:
    """Make a song of the same words, melody, chords and form in the style that an instruction describes.

    For `strength` see covering.covered. Of a recording (its wav, with an empty recipe) only the length is
    known: its cover is music in that style, about as long. Raises FfmpegError when encoding fails.
    """
    known = recipe or followed(min(len(read_frames(audio)) / RATE, LONGEST_COVER), 0.0, instruction)
    new = {"instruction": instruction, "strength": strength, "title": title, "seed": seed}
    made = with_step(known, "cover", **new)
    return publish_song(folder, name, pieces_of(made)[0].song, made)


def _alone(piece: Piece) -> Piece:
    """Without a lead-in: nobody knows what rings on from a recording."""
    return stretch(piece.song, piece.start, piece.end)


def _performed(piece: Piece, goal: float, ending: float) -> tuple[Audio, float]:
    """The sound (2, n) of a piece at a loudness in LUFS, and how many dB it was changed for that.

    `ending` is how long it fades out at its end, in seconds.
    """
    take = replace(piece.take, duration=piece.take.duration + 0.01)  # whatever is rounded, it is long enough
    first, n = samples(piece.start) - samples(piece.zero), samples(piece.end) - samples(piece.start)
    part = render_middle(take)[:, first : first + n].copy()
    if ending:
        fade_out(part, ending)
    before = integrated(part)
    for _ in range(TRIES):  # the limiter takes back a little of what is given
        part *= np.float32(decibels(min(MOST_GAIN, goal - integrated(part))))
        limit(part, decibels(CEILING_DB))
    return part, round(integrated(part) - before, 3)


def _goal(kept: Frames, length: float, ours: bool) -> float:
    """How loud what follows has to be, in LUFS: like a recording, or so that song and part make -14."""
    kept = kept[-samples(LONGEST_HEARING if ours else 30) :]
    before = integrated(_heard(kept)) if len(kept) else -70.0
    if before < SILENT_LUFS / 2 or not ours:
        return before if before > SILENT_LUFS and not ours else TARGET_LUFS
    seconds = len(kept) / RATE
    missing = (seconds + length) * 10 ** (TARGET_LUFS / 10) - seconds * 10 ** (before / 10)
    fitting = 10 * np.log10(max(missing, 1e-9) / length)
    return float(min(TARGET_LUFS + 2.5, max(TARGET_LUFS - 2.5, fitting)))


def _heard(frames: Frames) -> Audio:
    return np.ascontiguousarray(frames.T, dtype=np.float32) / FULL


def _laid(old: Frames, part: Audio, at: int) -> Iterator[Frames]:
    """A part that begins at a frame, faded into and out of the old frames that lie under it."""
    under = old[at : at + part.shape[1]]
    n = min(samples(FADE), part.shape[1] // 2)
    ramp = np.square(np.sin(np.linspace(0, np.pi / 2, n, dtype=np.float32)))
    _crossfade(part[:, :n], under[:n], ramp)
    if len(under) == part.shape[1]:
        _crossfade(part[:, -n:], under[-n:], ramp[::-1])
    return pcm(part)


def _crossfade(part: Audio, under: Frames, ramp: Audio) -> None:
    part *= ramp
    part[:, : len(under)] += _heard(under) * (1 - ramp)[: len(under)]


def _with_words(pieces: list[Piece], song: Song) -> Song:
    return replace(song, words=tuple(word for piece in pieces for word in piece.words))
