"""The musical families: what a genre word in a sound description stands for."""

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


POP = Family(
    "pop",
    ("pop", "synthpop", "synth-pop", "k-pop", "dance-pop", "ballad", "80s", "synthwave", "disco", "r&b", "soul"),
    (98, 122), ("major", "major", "minor"), "electronic", "synth_bass", "drive",
    (Layer("piano", "anticipate"), Layer("pad", "hold", -4, 0.3), Layer("clean_guitar", "eighths", -7, 0.8)),
    ("synth_lead", "bells", "pluck"), energy=0.65, pump=0.25, echo=0.25,
)
ROCK = Family(
    "rock",
    ("rock", "punk", "metal", "grunge", "hard rock", "garage", "alternative", "indie"),
    (112, 148), ("minor", "mixolydian", "major"), "acoustic", "pick_bass", "eighths",
    (Layer("crunch_guitar", "power"), Layer("clean_guitar", "arpeggio", -6), Layer("organ", "hold", -8, 0.8)),
    ("lead_guitar",), energy=0.8, reverb=1.2, echo=0.12, drums_level=1.0,
)
FOLK = Family(
    "folk",
    ("folk", "acoustic", "country", "americana", "singer-songwriter", "bluegrass", "celtic", "campfire"),
    (84, 112), ("major", "major", "mixolydian", "dorian"), "brushes", "upright", "root_fifth",
    (Layer("guitar", "strum"), Layer("nylon", "travis", -3), Layer("strings", "hold", -9, 0.75)),
    ("flute", "nylon", "harmonica"), energy=0.45, loose=0.011, drums_level=-4.0, reverb=1.5, echo=0.05,
)
JAZZ = Family(
    "jazz",
    ("jazz", "swing", "bebop", "big band", "bossa", "bossa nova", "blues", "lounge", "cabaret"),
    (104, 152), ("major", "dorian", "minor"), "jazz", "upright", "walking",
    (Layer("jazz_piano", "charleston"), Layer("vibes", "guide", -7, 0.7)),
    ("muted_trumpet", "sax", "vibes"), energy=0.5, swing=0.3, loose=0.012, laid_back=0.008,
    drums_level=-2.0, bass_level=1.0, reverb=1.3, echo=0.0,
)
LOFI = Family(
    "lo-fi",
    ("lo-fi", "lofi", "lo fi", "chillhop", "chill hop", "chill", "study beats", "bedroom"),
    (70, 88), ("minor", "major", "dorian"), "dusty", "soft_bass", "sparse",
    (Layer("epiano", "lazy"), Layer("nylon", "sparkle", -8, 0.5)),
    ("vibes", "kalimba", "soft_lead"), energy=0.4, swing=0.22, grid=0.25, laid_back=0.014, loose=0.010,
    drums_level=-1.0, reverb=1.4, echo=0.25, vinyl=1.0,
)
AMBIENT = Family(
    "ambient",
    ("ambient", "drone", "meditation", "soundscape", "new age", "sleep", "ethereal", "atmospheric", "space"),
    (60, 76), ("major", "lydian", "dorian"), "none", "sub", "pedal",
    (Layer("pad", "hold", 1), Layer("choir", "hold", -4, 0.3), Layer("harp", "sparkle", -6, 0.2)),
    ("bells", "soft_lead", "flute"), energy=0.3, loose=0.025, chord_bars=2,
    drums_level=-8.0, bass_level=-3.0, reverb=4.2, wet=7.0, echo=0.4,
)
CINEMATIC = Family(
    "cinematic",
    ("cinematic", "epic", "orchestral", "film score", "soundtrack", "trailer", "symphonic", "classical", "score"),
    (76, 104), ("minor", "minor", "dorian"), "orchestral", "low_strings", "ostinato",
    (Layer("strings", "hold"), Layer("strings", "spiccato", -3, 0.45), Layer("brass", "hold", -3, 0.75),
     Layer("choir", "hold", -6, 0.85)),
    ("horn", "violin", "piano"), energy=0.6, loose=0.012, drums_level=-1.0, reverb=3.0, wet=3.5, echo=0.0,
)
TECHNO = Family(
    "techno",
    ("techno", "house", "trance", "edm", "electro", "club", "rave", "dance", "minimal"),
    (122, 134), ("minor", "phrygian", "dorian"), "electronic", "acid_bass", "offbeat",
    (Layer("stab", "stabs"), Layer("pad", "hold", -4, 0.4), Layer("pluck", "sequence", -3, 0.6)),
    ("pluck", "synth_lead"), energy=0.75, loose=0.002, chord_bars=2, drums_level=2.0, bass_level=1.0,
    reverb=2.0, echo=0.35, pump=0.6,
)
DRUM_AND_BASS = Family(
    "drum & bass",
    ("drum & bass", "drum and bass", "drum'n'bass", "drum n bass", "dnb", "d&b", "jungle", "breakbeat", "liquid"),
    (170, 176), ("minor", "dorian"), "breaks", "reese", "long",
    (Layer("pad", "hold"), Layer("epiano", "anticipate", -3), Layer("pluck", "sequence", -5, 0.75)),
    ("synth_lead", "bells"), energy=0.8, loose=0.003, chord_bars=2, drums_level=3.0, bass_level=2.0,
    lead_level=-1.0, reverb=1.8, echo=0.3, pump=0.3,
)
HIP_HOP = Family(
    "hip-hop",
    ("hip-hop", "hip hop", "hiphop", "rap", "trap", "boom bap", "drill", "808", "phonk"),
    (80, 94), ("minor", "minor", "phrygian"), "808", "808", "kick",
    (Layer("dark_piano", "hold"), Layer("bells", "sequence", -6, 0.5), Layer("strings", "hold", -8, 0.8)),
    ("bells", "flute", "pluck"), energy=0.6, swing=0.12, grid=0.25, laid_back=0.006,
    drums_level=2.0, bass_level=2.5, lead_level=-1.0, reverb=1.1, echo=0.15,
)
REGGAE = Family(
    "reggae",
    ("reggae", "dub", "ska", "dancehall", "afrobeat"),
    (72, 84), ("major", "minor", "dorian"), "one_drop", "soft_bass", "melodic",
    (Layer("clean_guitar", "skank"), Layer("organ", "bubble", -4)),
    ("melodica", "sax"), energy=0.5, swing=0.12, grid=0.25, laid_back=0.006, bass_level=2.0, echo=0.4, reverb=1.5,
)
FUNK = Family(
    "funk",
    ("funk", "funky", "groove", "motown", "boogie", "gospel"),
    (98, 114), ("dorian", "mixolydian", "minor"), "acoustic", "pick_bass", "syncopated",
    (Layer("clean_guitar", "scratch"), Layer("epiano", "anticipate", -2), Layer("brass", "stabs", -3, 0.7)),
    ("sax", "synth_lead", "organ_lead"), energy=0.7, swing=0.1, grid=0.25, bass_level=1.5, reverb=1.1, echo=0.08,
)

FAMILIES = {
    family.name: family
    for family in (POP, ROCK, FOLK, JAZZ, LOFI, AMBIENT, CINEMATIC, TECHNO, DRUM_AND_BASS, HIP_HOP, REGGAE, FUNK)
}
