"""From letters to sounds. English rules first, which serve other Latin spellings well enough for singing.

A consonant is one character (`S` as in she, `C` chin, `J` joy, `T` thin, `D` this, `Z` vision, `N` sing);
a vowel is a tuple of one or two of the names in formants.VOWELS.
"""

import re

from .formants import VOWELS

Sound = str | tuple[str, ...]

VOWEL_LETTERS: dict[str, tuple[str, ...]] = {
    "eau": ("o",), "igh": ("a", "i"), "ough": ("o", "u"), "augh": ("O",), "eigh": ("e", "i"), "oo": ("u",),
    "ou": ("a", "u"), "ow": ("o", "u"), "oi": ("O", "i"), "oy": ("O", "i"), "ai": ("e", "i"),
    "ay": ("e", "i"),
    "au": ("O",), "aw": ("O",), "ea": ("i",), "ee": ("i",), "ei": ("a", "i"), "ey": ("i",), "ie": ("i",),
    "oa": ("o", "u"), "oe": ("o", "u"), "ue": ("u",), "ui": ("u",), "ew": ("u",), "aa": ("a",), "er": ("3",),
    "ir": ("3",), "ur": ("3",), "ar": ("a",), "or": ("O",), "all": ("O",),
    "a": ("ae",), "e": ("E",), "i": ("I",), "o": ("O",), "u": ("V",), "y": ("I",), "@": ("@",),
}  # fmt: skip
CONSONANT_LETTERS = {
    "tch": "C", "sch": "S", "dge": "J", "sh": "S", "ch": "C", "th": "T", "ph": "f", "wh": "w", "ck": "k",
    "ng": "N", "qu": "kw", "gh": "", "zh": "Z", "c": "k", "j": "J", "q": "k", "x": "ks",
}  # fmt: skip
LONG = {"a": ("e", "i"), "e": ("i",), "i": ("a", "i"), "o": ("o", "u"), "u": ("u",), "y": ("a", "i")}
OPEN = {"a": ("a",), "e": ("i",), "i": ("i",), "o": ("o", "u"), "u": ("u",), "y": ("i",)}
SHORT_OPEN = {**OPEN, "i": ("a", "i"), "y": ("a", "i")}
GRAPHEME = re.compile(
    "|".join(sorted([*VOWEL_LETTERS, *CONSONANT_LETTERS], key=len, reverse=True)) + "|[a-z]"
)
SILENT_E = re.compile(r"(.*?)([aeiouy]+)([^aeiouy]+)e([sd]?)")
# Words of songs that the rules get wrong: sounds separated by spaces, the two ends of a glide by a plus.
COMMON_WORDS = """
the=D @ | this=D I s | that=D ae t | they=D e+i | them=D E m | then=D E n | there=D E r | their=D E r |
than=D ae n | with=w I D | you=y u | your=y O r | to=t u | do=d u | who=h u | through=T r u | into=I n t u |
two=t u | one=w V n | love=l V v | loved=l V v d | come=k V m | some=s V m | done=d V n | gone=g O n |
have=h ae v | give=g I v | live=l I v | are=a r | were=w 3 | where=w E r | was=w V z | of=V v | what=w V t |
from=f r V m | said=s E d | been=b I n | heart=h a r t | hearts=h a r t s | fire=f a+i 3 | world=w 3 l d |
word=w 3 d | eyes=a+i z | eye=a+i | find=f a+i n d | mind=m a+i n d | kind=k a+i n d | behind=b i h a+i n d |
wild=w a+i l d | child=C a+i l d | sky=s k a+i | now=n a+u | how=h a+u | down=d a+u n | town=t a+u n |
crown=k r a+u n | around=@ r a+u n d | our=a+u 3 | could=k U d | would=w U d | should=S U d | put=p U t |
good=g U d | look=l U k | took=t U k | book=b U k | dead=d E d | head=h E d | bread=b r E d | ready=r E d i |
heavy=h E v i | heaven=h E v @ n | breath=b r E T | great=g r e+i t | break=b r e+i k | again=@ g E n |
any=E n i | many=m E n i | people=p i p @ l | mother=m V D 3 | brother=b r V D 3 | other=V D 3 |
another=@ n V D 3 | together=t u g E D 3 | over=o+u v 3 | ocean=o+u S @ n | only=o+u n l i | old=o+u l d |
cold=k o+u l d | hold=h o+u l d | gold=g o+u l d | told=t o+u l d | night=n a+i t | right=r a+i t | i=a+i |
i'm=a+i m | im=a+i m | ill=a+i l | ive=a+i v | a=@ | and=ae n d | an=ae n | music=m y u z I k |
beautiful=b y u t I f U l | dont=d o+u n t | wont=w o+u n t | cant=k ae n t | yeah=y E | oh=o+u | ooh=u |
ah=a | la=l a | na=n a | hey=h e+i | baby=b e+i b i | know=n o+u | knows=n o+u z | show=S o+u |
forever=f O r E v 3 | never=n E v 3 | river=r I v 3 | summer=s V m 3 | blue=b l u | true=t r u | new=n u
"""
COMMON = dict(entry.strip().split("=") for entry in COMMON_WORDS.split("|"))


def sounds(word: str) -> list[Sound]:
    """Consonants and vowels of a word of Latin letters, in order."""
    if word in COMMON:
        return [_spelled(part) for part in COMMON[word].split()]
    word = re.sub(r"[tsc]i(on|an)(?=s?$)", "sh@n", word)
    word = re.sub(
        r"^(k|w)(?=[nr])", lambda m: "" if (m[1], word[1]) in (("k", "n"), ("w", "r")) else m[1], word
    )
    stem, long_at = _silent_e(word)
    found: list[Sound] = []
    place = 0
    while place < len(stem):
        grapheme = _grapheme(stem, place)
        found += _sound(stem, place, grapheme, place == long_at)
        place += len(grapheme)
    return [s for index, s in enumerate(found) if index == 0 or isinstance(s, tuple) or s != found[index - 1]]


def _spelled(part: str) -> Sound:
    targets = tuple(part.split("+"))
    return targets if targets[0] in VOWELS else part


def _silent_e(word: str) -> tuple[str, int]:
    """The word without an e that is not spoken, and the place of the vowel that this e makes long, or -1."""
    match = SILENT_E.fullmatch(word)
    if not match:
        return word, -1
    head, vowel, between, tail = match.groups()
    if between.endswith("l") and len(between) > 1:
        return head + vowel + between[:-1] + "@l" + tail, -1
    if tail and (between[-1] in ("td" if tail == "d" else "szxcg") or between.endswith(("sh", "ch"))):
        return word, -1
    long = len(vowel) == 1 and between in (*"bdfgklmnprstvz", "th", "st", "c")
    soft = between[:-1] + {"c": "s", "g": "j"}.get(between[-1], between[-1])
    return head + vowel + soft + tail, len(head) if long else -1


def _grapheme(word: str, place: int) -> str:
    match = GRAPHEME.match(word, place)
    grapheme = match[0] if match else word[place]
    after = word[place + len(grapheme) : place + len(grapheme) + 1]
    # `er` in every, `aw` in away: before a vowel the last letter is a consonant.
    if (
        len(grapheme) == 2
        and grapheme[1] in "rw"
        and grapheme in VOWEL_LETTERS
        and after
        and after in "aeiouy@"
    ):
        return grapheme[0]
    return grapheme


def _sound(word: str, place: int, grapheme: str, long: bool) -> list[Sound]:
    before, after = word[:place], word[place + len(grapheme) :]
    if grapheme == "y" and after[:1] and after[0] in "aeiou":
        return ["y"]
    if grapheme in VOWEL_LETTERS:
        return _vowel(before, grapheme, after, long)
    if grapheme == "c" and after[:1] and after[0] in "eiy":
        return ["s"]
    if grapheme == "s" and not after and before[-1:] and before[-1] in "aeiouybdgmnlrvw":
        return ["z"]
    return [*CONSONANT_LETTERS.get(grapheme, grapheme)]


def _vowel(before: str, grapheme: str, after: str, long: bool) -> list[Sound]:
    if long and grapheme in LONG:
        return [LONG[grapheme]]
    if not after and grapheme in OPEN:
        return [(OPEN if re.search("[aeiouy]", before) else SHORT_OPEN)[grapheme]]
    rest = {"ar": "r", "or": "r", "all": "l"}.get(grapheme, "")
    return [VOWEL_LETTERS[grapheme], *rest]
