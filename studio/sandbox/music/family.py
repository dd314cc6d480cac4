"""What a musical family is made of."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Layer:
    """One accompanying instrument: how it plays, how loud in dB, and the energy from which it joins in."""

    instrument: str
    style: str
    level: float = 0.0
    joins: float = 0.0


@dataclass(frozen=True)
class Family:
    """Defaults of a genre. Tempi in bpm, levels in dB against the usual balance, times in seconds.

    `swing` is how far the second of two short notes comes late (0 straight, 0.33 triplets), `grid` the
    length of that short note in beats. `pump` is how far chords and bass duck under the kick.
    """

    name: str
    keywords: tuple[str, ...]
    tempo: tuple[int, int]
    modes: tuple[str, ...]
    kit: str
    bass: str
    bass_style: str
    layers: tuple[Layer, ...]
    leads: tuple[str, ...]
    energy: float = 0.6
    swing: float = 0.0
    grid: float = 0.5
    laid_back: float = 0.0
    loose: float = 0.006
    chord_bars: int = 1
    drums_level: float = 0.0
    bass_level: float = 0.0
    lead_level: float = 0.0
    reverb: float = 1.6
    wet: float = 0.0
    echo: float = 0.2
    pump: float = 0.0
    vinyl: float = 0.0
