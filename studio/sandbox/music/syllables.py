"""Words as syllables that can be sung, guessed from the letters of any script."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from .pronounce import Sound, sounds
from .transliterate import latin

MAX_SYLLABLES = 12
ONSET = re.compile(r"s[ptk][lr]|[pbtdkgfTSC][lrwy]|s[ptkmnlw]|.")
LIGHT_WORDS = """
a an the of and to in is it i my me we us you he his she her our at on or for but so as by be am are was
that this with from than then if its im de la le les el un une der die das und den en que y e o
"""
LIGHT = frozenset(LIGHT_WORDS.split())
PREFIXES = ("be", "re", "de", "un", "en", "ex", "for", "with", "a")
DIGITS = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
NUMBERS = f"{DIGITS} sixteen seventeen eighteen nineteen".split()
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
ONE_BY_ONE = ("CJK", "HIRAGANA", "KATAKANA", "THAI")


@dataclass(frozen=True)
class Syllable:
    """Consonants before, one vowel or a glide through two, consonants after, and the accent 0-1."""

    onset: str
    vowel: tuple[str, ...]
    coda: str
    stress: float


def words(line: str) -> list[str]:
    """Words of a line without punctuation and signs; each Chinese, Japanese or Thai character is a word."""
    spaced = "".join(_spaced(char) for char in line)
    return [bare for token in spaced.split() if (bare := token.strip("'’"))]


def _spaced(char: str) -> str:
    kind = unicodedata.category(char)
    if kind == "Lo" and unicodedata.name(char, "").startswith(ONE_BY_ONE):
        return f" {char} "
    return char if kind[0] in "LM" or kind == "Nd" or char in "'’" else " "


@lru_cache(maxsize=4096)
def syllables(word: str) -> tuple[Syllable, ...]:
    """Syllables of a word of any script; digits are read in English. At least one, at most 12."""
    if word.isdecimal():
        return tuple(s for part in number(word) for s in syllables(part))[:MAX_SYLLABLES]
    letters = re.sub(r"(.)\1{2,}", r"\1\1", latin(word[:80]))
    spoken = sounds(letters)
    if not any(isinstance(sound, tuple) for sound in spoken):
        spoken.append(("@",))
    return _grouped(spoken, letters)[:MAX_SYLLABLES]


def number(digits: str) -> list[str]:
    """English words of a number; from 100 on, digit by digit."""
    if len(digits) > 2:
        return [NUMBERS[int(digit)] for digit in digits]
    value = int(digits)
    if value < 20:
        return [NUMBERS[value]]
    return [TENS[value // 10 - 2]] + ([NUMBERS[value % 10]] if value % 10 else [])


def _grouped(spoken: list[Sound], letters: str) -> tuple[Syllable, ...]:
    """Consonants shared out between the vowels: as many to the next one as can begin a word."""
    vowels = [index for index, sound in enumerate(spoken) if isinstance(sound, tuple)]
    onsets, codas = [_consonants(spoken[: vowels[0]])], []
    for left, right in pairwise(vowels):
        between = _consonants(spoken[left + 1 : right])
        cut = next((i for i in range(len(between)) if ONSET.fullmatch(between[i:])), len(between))
        codas.append(between[:cut])
        onsets.append(between[cut:])
    codas.append(_consonants(spoken[vowels[-1] + 1 :]))
    accents = _accents(letters, len(vowels))
    return tuple(
        Syllable(onset[-3:], tuple(spoken[place]), coda[:3], accent)
        for onset, place, coda, accent in zip(onsets, vowels, codas, accents, strict=True)
    )


def _consonants(part: list[Sound]) -> str:
    return "".join(sound for sound in part if isinstance(sound, str))


def _accents(letters: str, count: int) -> list[float]:
    if count == 1:
        return [0.2 if letters in LIGHT else 0.9]
    accents = [0.25] * count
    prefixed = letters.startswith(PREFIXES) and not letters.startswith(("any", "after", "under", "every"))
    accents[1 if prefixed else 0] = 1.0
    return accents
