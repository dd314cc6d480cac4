"""How many syllables a line has when it is sung.

English goes by a table and rules (`english.py`), other languages in Latin letters by their vowels
(`vowels.py`), with the habits of German, Spanish, French, Italian and Portuguese. Without a language, words
of the letters a-z are English, and words with accents go by their vowels.

Cyrillic and Greek have one for each vowel (Greek digraphs are one). Kana count one each, small ones none, the
long mark one. Chinese characters and Hangul count one each; Japanese reads many of the former as two. Indian
scripts have one for each letter that keeps its vowel. Thai, Arabic, Hebrew and every other script: one for
two letters, rounded up, an estimate, for their vowels are not all written. Digits are read in English.

What stands in square brackets is not sung; what stands in parentheses is.
"""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from functools import lru_cache

from studio.text import english, vowels
from studio.text.composed import composed
from studio.text.numbers import spoken
from studio.text.sections import lines_of, stanzas, sung

LATIN = "A-Za-z\u00aa\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff"
ONE_EACH = (
    "\u3005\u3041-\u3096\u30a1-\u30fa\u30fc\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff"
)
TOKEN = re.compile(
    rf"""
      (?P<digits>\d+)
    | (?P<latin>[{LATIN}]+(?:['’][{LATIN}]+)*['’]?)
    | (?P<cyrillic>[\u0400-\u052f]+)
    | (?P<greek>[\u0370-\u03ff\u1f00-\u1fff]+)
    | (?P<each>[{ONE_EACH}]+)
    | (?P<indic>[\u0900-\u0dff]+)
    | (?P<other>[^\W\d_](?:[^\W\d_]|[\u0300-\u036f\u0591-\u05c7\u0610-\u065f\u0e31\u0e34-\u0e4e])*)
    """,
    re.VERBOSE,
)
ACCENTS = re.compile("[\u0300-\u036f]")  # that are no part of a letter, even after they were composed
SMALL_KANA = re.compile("[ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ]")
CYRILLIC = re.compile("[аеёиоуыэюяіїєәөүұѣѵ]")
GREEK = re.compile("(?:[αεο]ι|[αεηο]υ|υι)(?!\u0308)|[αεηιουω]")
# Prepositions of one consonant lean on the next word.
LEANING = ("cs", "sk", "pl", "sl", "hr", "bs", "sr")
REMEMBERED = 200  # characters of a line
UNEVEN_STANZA = 3  # lines a stanza needs before one of them can be called uneven
NEAR = 0.15  # of its own syllables, and always one


def count(line: str, language: str = "") -> int:
    """Syllables of one line. `language` is a tag such as "en" or "pt-BR"; 0 for heads and empty lines."""
    short = re.split("[-_]", language.lower(), maxsplit=1)[0]
    return _remembered(line, short) if len(line) <= REMEMBERED else _count(line, short)


def _count(line: str, language: str) -> int:
    text = ACCENTS.sub("", composed(sung(line), "NFKC").replace("ʼ", "'"))
    return sum(COUNTERS[str(found.lastgroup)](found[0], language) for found in TOKEN.finditer(text))


# A page asks for the same lines several times.
_remembered = lru_cache(maxsize=4096)(_count)


def counts(text: str, language: str = "") -> list[int]:
    """Syllables of each line of the text."""
    return [count(line, language) for line in lines_of(text)]


def uneven(text: str, language: str = "") -> set[int]:
    """Lines, counted from 0, that no other line of their stanza is nearly as long as.

    Nearly: within one syllable, or 15 % of a long line. Stanzas of less than three sung lines say nothing.
    """
    each = counts(text, language)
    found: set[int] = set()
    for first, last in stanzas(text):
        sung_lines = [index for index in range(first, last + 1) if each[index]]
        if len(sung_lines) >= UNEVEN_STANZA:
            lengths = sorted(each[index] for index in sung_lines)
            found.update(index for index in sung_lines if _alone(each[index], lengths))
    return found


def _alone(length: int, lengths: list[int]) -> bool:
    near = max(1, round(NEAR * length))
    return bisect_right(lengths, length + near) - bisect_left(lengths, length - near) == 1


def _latin(word: str, language: str) -> int:
    folded = word.lower().replace("’", "'")
    if language in ("", "en"):
        bare = unicodedata.normalize("NFD", folded).encode("ascii", "ignore").decode()
        if folded.isascii() or bare in english.KNOWN:
            return english.syllables(bare)
    if language in LEANING and len(folded) == 1 and not vowels.RUN.match(folded):
        return 0
    return vowels.syllables(folded.replace("'", ""), language)


def _digits(word: str, language: str) -> int:
    return sum(map(english.syllables, spoken(word)))


def _cyrillic(word: str, language: str) -> int:
    folded = word.lower()
    return len(CYRILLIC.findall(folded)) + (folded.count("ъ") if language == "bg" else 0)


def _greek(word: str, language: str) -> int:
    return len(GREEK.findall(unicodedata.normalize("NFD", word.lower())))


def _each(word: str, language: str) -> int:
    return len(word) - len(SMALL_KANA.findall(word))


def _indic(word: str, language: str) -> int:
    letters = sum(unicodedata.category(char) == "Lo" for char in word)
    bare = sum(unicodedata.combining(char) == 9 for char in word)  # the class of the virama signs
    return max(letters - bare, 1)


def _other(word: str, language: str) -> int:
    return (sum(char.isalpha() for char in word) + 1) // 2


COUNTERS: dict[str, Callable[[str, str], int]] = {
    "digits": _digits,
    "latin": _latin,
    "cyrillic": _cyrillic,
    "greek": _greek,
    "each": _each,
    "indic": _indic,
    "other": _other,
}
