"""Syllables by vowels, for languages in Latin letters that are said as they are written."""

import re
import unicodedata
from functools import lru_cache

LONG = 40
TWO_LETTERS = {"æ": "a", "œ": "o", "ø": "o", "ı": "i", "å": "a"}
STRONG = "[aeoàâáãäåèéêëòóôõö]"
# Which vowels are one together: the first that fits counts once, and the rest begins anew. Accented letters
# that are in no group stand alone.
GROUPS = {
    "de": "aa|ee|oo|ie|ei|ai|au|eu|äu|[aeiouyäöüàâéèêëïô]",
    "es": f"[iuyü]?{STRONG}[iuyü]?(?!{STRONG})|[iuyü]?{STRONG}|[iuü][iuüíúy]|[iuyüíúï]",
    "it": f"[iu]?{STRONG}[iu]?(?!{STRONG})|[iu]?{STRONG}|[iu][iuìù]|[iuyìíùúï]",
    "pt": f"ão|ãe|õe|[iu]?{STRONG}[iu]?(?!{STRONG})|[iu]?{STRONG}|[iu][iuíú]|[iuyíúü]",
    "fr": "ée(?=s?$)|[éëïüÿ]|[aeiouyàâèêîôùûæœ](?:[aeiouyàâèêîôùûæœ]|é(?!e?s?$))*",
    "": "[ïëüÿíú]|[aeiouyàâáãäåèéêìîòóôõöøùûæœıąęėěůűőāēīōūăș]+",
}
EACH = {name: re.compile(pattern) for name, pattern in GROUPS.items()}
RUN = EACH[""]
MUTE = re.compile("[aeiouyàâáãäåèéêëìíîïòóôõöùúûü]")


@lru_cache(maxsize=8192)
def syllables(word: str, language: str = "") -> int:
    """Syllables of a word in lower case, composed letters. `language` is the first part of a tag."""
    if len(word) > LONG:
        return max(len(RUN.findall(word)), 1)
    word = word.replace("qu", "q") if language in ("es", "fr", "pt", "de", "it") else word
    if language in ("es", "pt"):
        word = re.sub("gu(?=[eiéíê])", "g", word)
    found = EACH[language if language in EACH else ""].findall(word)
    return max(len(found) - _mute(word, language, found) + _parted(word, language, found), 1)


def _mute(word: str, language: str, found: list[str]) -> int:
    """A French e at the end is written and not counted; whoever sings it has one more."""
    return int(language == "fr" and len(found) > 1 and re.search("[^aeiouyéè]es?$", word) is not None)


def _parted(word: str, language: str, found: list[str]) -> int:
    """Italian "mio" and "tua" are two: the stress is on the first."""
    return int(language == "it" and len(found) == 1 and re.search("[^cghq][iu][aeo]$", word) is not None)


def folded(word: str) -> str:
    """Lower case and composed letters, as `syllables` takes them."""
    return unicodedata.normalize("NFC", word.lower())
