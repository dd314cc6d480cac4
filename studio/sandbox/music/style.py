"""Reading a sound description: free text becomes tempo, key, mode, energy and instruments."""

import re
import unicodedata
from dataclasses import dataclass, replace

from .chance import dice
from .families import FAMILIES
from .family import Family, Layer
from .request import SongRequest

TEMPO = re.compile(r"(\d{2,3})\s*(?:bpm|beats per minute)")
KEY = re.compile(
    r"\b([a-g])\s*(#|♯|b\b|♭|[- ]?sharp|[- ]?flat)?[\s-]*"
    r"(major|minor|maj|min|dorian|mixolydian|phrygian|lydian|m)\b"
)
LETTERS = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}
MODES = {"maj": "major", "min": "minor", "m": "minor"}
NO_VOICE = re.compile(r"\b(instrumental|no vocals?|without vocals?|no voice|no singing)\b")
MALE = re.compile(r"\b(male|man|men|boy|baritone|tenor|bass voice|he)\b")
NO_DRUMS = re.compile(r"\b(no|without|drop the) (drums|percussion|beat)\b")
FEMALE = re.compile(r"\b(female|woman|women|girl|soprano|alto|diva|she)\b")

# What words add to energy, tempo, brightness and space
MOOD_WORDS: dict[str, tuple[float, float, float, float]] = {
    "slow slowly ballad lullaby sleepy lento": (-0.6, -1.6, 0.0, 0.3),
    "calm gentle soft quiet relaxing relaxed peaceful tender mellow": (-1.0, -0.7, -0.2, 0.3),
    "fast quick uptempo up-tempo driving rapid frantic presto": (0.7, 1.6, 0.1, 0.0),
    "energetic upbeat powerful aggressive heavy hard intense loud anthemic": (1.2, 0.6, 0.3, 0.0),
    "dark gloomy haunting ominous brooding cold sinister": (0.0, -0.2, -1.4, 0.3),
    "sad melancholic melancholy lonely sombre mournful heartbroken blue rain tears": (-0.6, -0.6, -1.0, 0.2),
    "happy joyful bright sunny cheerful uplifting summer playful hopeful sunshine light": (
        0.5,
        0.3,
        1.3,
        0.0,
    ),
    "dreamy spacious floating hazy shimmering echoing reverb vast wide": (-0.3, -0.2, 0.0, 1.6),
    "dry intimate close raw bare": (-0.3, 0.0, 0.0, -1.3),
    "warm cosy cozy vintage dusty": (-0.2, 0.0, -0.6, 0.0),
    "crisp sparkling shiny glossy": (0.1, 0.0, 1.0, 0.0),
}
MOODS = {word: effect for words, effect in MOOD_WORDS.items() for word in words.split()}
# word: (how it accompanies, how it plays the tune); "" where it does not
INSTRUMENTS: dict[str, tuple[str, str]] = {
    "electric piano": ("epiano", "epiano"),
    "rhodes": ("epiano", "epiano"),
    "wurlitzer": ("epiano", "epiano"),
    "piano": ("piano", "piano"),
    "keys": ("piano", "piano"),
    "distorted guitar": ("crunch_guitar", "lead_guitar"),
    "electric guitar": ("clean_guitar", "lead_guitar"),
    "acoustic guitar": ("guitar", "nylon"),
    "guitar": ("guitar", "nylon"),
    "guitars": ("guitar", "lead_guitar"),
    "ukulele": ("nylon", "nylon"),
    "banjo": ("nylon", "nylon"),
    "harp": ("harp", "harp"),
    "strings": ("strings", "violin"),
    "violin": ("strings", "violin"),
    "cello": ("strings", "violin"),
    "orchestra": ("strings", "horn"),
    "synth": ("pad", "synth_lead"),
    "synths": ("pad", "synth_lead"),
    "synthesizer": ("pad", "synth_lead"),
    "pad": ("pad", ""),
    "pads": ("pad", ""),
    "organ": ("organ", "organ_lead"),
    "bells": ("bells", "bells"),
    "music box": ("kalimba", "kalimba"),
    "kalimba": ("kalimba", "kalimba"),
    "vibraphone": ("vibes", "vibes"),
    "marimba": ("marimba", "marimba"),
    "brass": ("brass", "horn"),
    "horns": ("brass", "horn"),
    "trumpet": ("", "muted_trumpet"),
    "sax": ("", "sax"),
    "saxophone": ("", "sax"),
    "flute": ("", "flute"),
    "harmonica": ("", "harmonica"),
    "choir": ("choir", ""),
}
INSTRUMENTS |= {f"{word}s": plays for word, plays in INSTRUMENTS.items() if f"{word}s" not in INSTRUMENTS}
# Families that suit a mood, by (calm, dark)
SUITS = {
    (False, False): ("pop", "rock", "folk", "funk", "pop"),
    (False, True): ("hip-hop", "techno", "cinematic", "rock"),
    (True, False): ("folk", "lo-fi", "ambient", "jazz"),
    (True, True): ("lo-fi", "ambient", "cinematic", "folk"),
}
# How the variants of a model are finished: Raw close and dry, Pro in a larger room
FINISH = {"Raw": -0.8, "Pro": 0.4}
SUSTAINED = ("pad", "strings", "organ", "brass", "choir")
# Styles that only make sense on the instruments that they come from
GUITAR_STYLES = ("power", "strum", "scratch", "travis", "skank")


@dataclass(frozen=True)
class Style:
    """What the song will sound like.

    `energy` is 0-1, `brightness` and `space` about -1 to 1, `voice` is male or female.
    """

    family: Family
    bpm: float
    tonic: int
    mode: str
    energy: float
    brightness: float
    space: float
    layers: tuple[Layer, ...]
    lead: str
    voice: str
    sings: bool


def recoloured(style: Style, instruction: str) -> Style:
    """The same key, tempo and family, with the moods, voices and instruments that an instruction names."""
    sound = plain(instruction)
    energy, _, brightness, space = _mood(sound, "", 0.5)
    layers, lead = _played_on(sound, style.layers, style.lead)
    return replace(
        style,
        family=replace(style.family, kit="none") if NO_DRUMS.search(sound) else style.family,
        energy=min(1.0, max(0.1, style.energy + 0.25 * energy)),
        brightness=style.brightness + brightness,
        space=style.space + space,
        layers=layers,
        lead=lead,
        voice=_named_voice(sound) or style.voice,
        sings=style.sings and not NO_VOICE.search(sound),
    )


def plain(text: str) -> str:
    """Lower case without accents, every dash a hyphen: what keywords are compared with."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return re.sub(r"[‐-―]", "-", bare)


def style_of(request: SongRequest) -> Style:
    """The style that an order asks for; what it leaves open is drawn from its seed."""
    sound = plain(request.sound)
    die = dice(request.seed, "style")
    energy, pace, brightness, space = _mood(sound, plain(request.lyrics), request.sound_strength)
    family = _family(sound, energy, brightness, request.seed)
    tonic, mode = _key(sound, family, brightness, request.seed)
    layers, lead = _instruments(sound, family, request.seed)
    return Style(
        family=family,
        bpm=_tempo(sound, family, pace, die.random()),
        tonic=tonic,
        mode=mode,
        energy=min(1.0, max(0.1, family.energy + 0.25 * energy)),
        brightness=brightness,
        space=space + FINISH.get(request.model.split(" ")[-1], 0.0),
        layers=layers,
        lead=lead,
        voice=_voice(sound, request.seed),
        sings=bool(request.lyrics.strip()) and not request.instrumental and not NO_VOICE.search(sound),
    )


def _mood(sound: str, lyrics: str, strength: float) -> tuple[float, float, float, float]:
    """Energy, pace, brightness and space, each within -1.2..1.2. Without a sound the lyrics set the mood."""
    words = re.findall(r"[a-z-]+", sound) or re.findall(r"[a-z-]+", lyrics)[:400]
    totals = [0.0] * 4
    for word in dict.fromkeys(words):
        for index, value in enumerate(MOODS.get(word, ())):
            totals[index] += value * (0.3 + strength)
    energy, pace, brightness, space = (min(1.2, max(-1.2, total)) for total in totals)
    return energy, pace, brightness, space


def mentions(text: str, word: str) -> int:
    """Where a word or phrase stands alone in a text, -1 if nowhere."""
    match = re.search(rf"(?<![a-z]){re.escape(word)}(?![a-z])", text)
    return match.start() if match else -1


def _family(sound: str, energy: float, brightness: float, seed: int) -> Family:
    """The family that is named; else one that suits the mood."""
    suits = SUITS[energy < -0.2, brightness < -0.2]
    return named_family(sound) or FAMILIES[dice(seed, "family").choice(suits)]


def named_family(sound: str) -> Family | None:
    """The genre named first, the longer name where two start together."""
    text = plain(sound)
    found = [
        (place, -len(word), name)
        for name, family in FAMILIES.items()
        for word in family.keywords
        if (place := mentions(text, word)) >= 0
    ]
    return FAMILIES[min(found)[2]] if found else None


def _tempo(sound: str, family: Family, pace: float, chance: float) -> float:
    match = TEMPO.search(sound)
    if match:
        return float(min(200, max(50, int(match[1]))))
    low, high = family.tempo
    return float(
        min(180, max(56, round((low + (high - low) * chance) * (1 + (0.12 if pace > 0 else 0.2) * pace))))
    )


def _key(sound: str, family: Family, brightness: float, seed: int) -> tuple[int, str]:
    die = dice(seed, "key")
    tonic, mode = die.randrange(12), die.choice(family.modes)
    if abs(brightness) > 0.4:
        fitting = [m for m in family.modes if (m in ("major", "lydian", "mixolydian")) == (brightness > 0)]
        mode = die.choice(fitting or ["major" if brightness > 0 else "minor"])
    match = KEY.search(sound)
    if match:
        letter, sign, name = match[1], (match[2] or "").strip(" -"), match[3]
        tonic = (LETTERS[letter] + (sign in ("#", "♯", "sharp")) - (sign in ("b", "♭", "flat"))) % 12
        mode = MODES.get(name, name)
    elif mentions(sound, "minor") >= 0 or mentions(sound, "major") >= 0:
        mode = "minor" if mentions(sound, "minor") >= 0 else "major"
    return tonic, mode


def _instruments(sound: str, family: Family, seed: int) -> tuple[tuple[Layer, ...], str]:
    """Layers and lead of the family, with the instruments named in the text in their places."""
    return _played_on(sound, family.layers, dice(seed, "lead").choice(family.leads))


def _played_on(sound: str, given: tuple[Layer, ...], lead: str) -> tuple[tuple[Layer, ...], str]:
    layers, named = list(given), _named(sound)
    chordal = [chords for chords, _ in named if chords]
    for index, instrument in enumerate(chordal[: len(layers)]):
        layers[index] = replace(_suited(layers[index], instrument), joins=0.0)
    tunes = [tune for chords, tune in named if tune and (not chords or len(chordal) > 1)]
    return tuple(layers), tunes[-1] if tunes else lead


def _named(sound: str) -> list[tuple[str, str]]:
    """Instruments in the order of the text; a longer name hides the shorter one inside it."""
    found: list[tuple[int, tuple[str, str]]] = []
    for word in sorted(INSTRUMENTS, key=len, reverse=True):
        place = mentions(sound, word)
        if place >= 0:
            found.append((place, INSTRUMENTS[word]))
            sound = sound[:place] + "." * len(word) + sound[place + len(word) :]
    return [instrument for _, instrument in sorted(found)]


def _suited(layer: Layer, instrument: str) -> Layer:
    """A layer played on another instrument, in a style that this instrument can play."""
    style = layer.style
    if instrument in SUSTAINED:
        style = style if style in ("hold", "stabs", "bubble", "spiccato") else "hold"
    elif "guitar" not in instrument and style in GUITAR_STYLES:
        style = "eighths"
    elif style == "hold":
        style = "arpeggio"
    return replace(layer, instrument=instrument, style=style)


def _voice(sound: str, seed: int) -> str:
    return _named_voice(sound) or dice(seed, "voice").choice(("female", "male"))


def _named_voice(sound: str) -> str:
    if FEMALE.search(sound):
        return "female"
    return "male" if MALE.search(sound) else ""
