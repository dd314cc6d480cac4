"""Latin letters for any script, near enough to be sung."""

import re
import unicodedata

CYRILLIC = dict(zip(
    "абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґ",
    "a b v g d e yo zh z i y k l m n o p r s t u f h ts ch sh sh - i - e yu ya i yi ye g".split(" "),
    strict=True,
))  # fmt: skip
GREEK = dict(zip("αβγδεζηθικλμνξοπρσςτυφχψω", "a v g d e z i th i k l m n x o p r s s t i f h ps o".split(" "),
                 strict=True))
LATIN = {"ß": "ss", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "th", "þ": "th", "œ": "e", "ı": "i"}
# A Chinese character does not tell its sound: one of these by its number, always the same.
STAND_INS = ("ma", "shi", "ren", "tao", "li", "yu", "kan", "ming", "do", "hai", "lan", "sai", "wo", "jing", "fe", "nu")


def latin(word: str) -> str:
    """Lower-case Latin letters for a word; other characters give nothing."""
    return "".join(_letters(char) for char in word.casefold())


def _letters(char: str) -> str:
    known = CYRILLIC.get(char) or GREEK.get(char) or LATIN.get(char)
    if known:
        return known.strip("-")
    base = unicodedata.normalize("NFD", char)[0]
    if "a" <= base <= "z":
        return base
    base = GREEK.get(base) or CYRILLIC.get(base) or ""
    return base or _by_name(char)


def _by_name(char: str) -> str:
    """One open syllable from the name that Unicode gives a letter: HIRAGANA LETTER KA is `ka`."""
    name = unicodedata.name(char, "")
    if name.startswith("CJK"):
        return STAND_INS[ord(char) % len(STAND_INS)]
    if not unicodedata.category(char).startswith(("L", "M")) or "MARK" in name:
        return ""
    match = re.match(r"[^aeiou]{0,2}[aeiou]", name.split()[-1].lower() + "a")
    return re.sub(r"[^a-z]", "", match[0]) if match else "a"
