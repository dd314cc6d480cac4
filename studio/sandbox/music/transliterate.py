"""Latin letters for any script, near enough to be sung."""

import re
import unicodedata


def _pairs(table: str) -> dict[str, str]:
    """`жzh` is the letter zh; a letter alone is silent."""
    return {pair[0]: pair[1:] for pair in table.split()}


CYRILLIC = _pairs(
    "аa бb вv гg дd еe ёyo жzh зz иi йy кk лl мm нn оo пp рr сs тt уu фf хh цts чch шsh щsh "
    "ъ ыi ь эe юyu яya іi їyi єye ґg"
)
GREEK = _pairs("αa βv γg δd εe ζz ηi θth ιi κk λl μm νn ξx οo πp ρr σs ςs τt υi φf χh ψps ωo")
LATIN = {"ß": "ss", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "th", "þ": "th", "œ": "e", "ı": "i"}
# A Chinese character does not tell its sound: one of these by its number, always the same.
STAND_INS = (
    "ma",
    "shi",
    "ren",
    "tao",
    "li",
    "yu",
    "kan",
    "ming",
    "do",
    "hai",
    "lan",
    "sai",
    "wo",
    "jing",
    "fe",
    "nu",
)


def latin(word: str) -> str:
    """Lower-case Latin letters for a word; other characters give nothing."""
    return "".join(_letters(char) for char in word.casefold())


def _letters(char: str) -> str:
    known = {**CYRILLIC, **GREEK, **LATIN}.get(char)
    if known is not None:
        return known
    base = unicodedata.normalize("NFD", char)[0]
    if "a" <= base <= "z":
        return base
    return GREEK.get(base) or CYRILLIC.get(base) or _by_name(char)


def _by_name(char: str) -> str:
    """One open syllable from the name that Unicode gives a letter: HIRAGANA LETTER KA is `ka`."""
    name = unicodedata.name(char, "")
    if not unicodedata.category(char).startswith(("L", "M")) or "MARK" in name:
        return ""
    if not name or name.startswith("CJK"):
        return STAND_INS[ord(char) % len(STAND_INS)]
    match = re.match(r"[^aeiou]{0,2}[aeiou]", name.split()[-1].lower() + "a")
    return re.sub(r"[^a-z]", "", match[0]) if match else "a"
