"""The sections of a lyric: a line that is nothing but a pair of square brackets begins one."""

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

HEAD = re.compile(r"\[([^\[\]\n]{1,60})\]\s*:?")
DIRECTION = re.compile(r"\[[^\[\]\n]{0,60}\]")  # "[whispered]" in a line: said to the singer, not sung
OTHER = "other"
# The longer name stands first where one holds the other. Accents are taken off on both sides.
NAMES = {
    "pre-chorus": (
        *("pre-chorus", "prechorus", "pre chorus", "pre-refrain", "pre-coro", "pre-refrao", "lift"),
        *("pre-estribillo", "pre-ritornello", "предприпев", "bメロ"),
    ),
    "break": (
        *("break", "solo", "interlude", "interludio", "interludium", "instrumental", "post-chorus"),
        *("breakdown", "zwischenspiel", "drop", "проигрыш", "間奏", "간주"),
    ),
    "chorus": (
        *("chorus", "refrain", "hook", "refrao", "estribillo", "coro", "ritornello", "refrein"),
        *("refren", "refrang", "kehrvers", "nakarat", "припев", "приспів", "ρεφρεν", "サビ", "副歌", "후렴"),
    ),
    "verse": (
        *("verse", "vers", "strophe", "couplet", "estrofa", "strofa", "verso", "zwrotka", "strof"),
        *("kita", "rap", "куплет", "κουπλε", "aメロ", "主歌", "절"),
    ),
    "bridge": (
        *("bridge", "middle 8", "middle eight", "puente", "pont", "brucke", "ponte", "brygge"),
        *("мост", "бридж", "γεφυρα", "cメロ", "桥段", "브릿지"),
    ),
    "intro": ("intro", "introduction", "opening", "vorspiel", "вступление", "εισαγωγη", "前奏", "인트로"),
    "outro": (
        *("outro", "ending", "coda", "end", "fin", "finale", "nachspiel", "schluss", "концовка"),
        *("尾奏", "아웃트로"),
    ),
}


@dataclass(frozen=True)
class Section:
    """A head without its brackets ("" for lines before any head), its kind, and its lines counted from 0.

    `first` is the line of the head, `last` the line before the next head: blank lines at the end are in.
    """

    head: str
    kind: str
    first: int
    last: int


def lines_of(text: str) -> list[str]:
    """The lines as a text area has them: split at line feeds only. An empty text is one empty line."""
    return text.split("\n")


def is_head(line: str) -> bool:
    """Whether the whole line is one pair of brackets with something in it."""
    return bool(head_of(line))


def head_of(line: str) -> str:
    """What stands between the brackets of a head; "" of any other line."""
    found = HEAD.fullmatch(line.strip())
    return found[1].strip() if found else ""


@lru_cache(maxsize=1024)
def kind_of(head: str) -> str:
    """ "Final Chorus x2" -> "chorus"; "other" when no word of it is known."""
    name = _folded(head)
    for begins in (True, False):
        for kind, words in NAMES.items():
            if any(_names(name, _folded(word), begins) for word in words):
                return kind
    return OTHER


@lru_cache(maxsize=1024)
def _folded(name: str) -> str:
    bare = unicodedata.normalize("NFKD", name.casefold())
    return "".join(char for char in bare if not unicodedata.combining(char)).strip()


def _names(name: str, word: str, begins: bool) -> bool:
    place = name.find(word)
    if place < 0 or (begins and place):
        return False
    # Scripts without spaces have no word ends to look for.
    whole = not word.isascii() or not name[place + len(word) : place + len(word) + 1].isalpha()
    return whole and (not word.isascii() or place == 0 or not name[place - 1].isalpha())


def sections(text: str) -> tuple[Section, ...]:
    """The sections in order. A text without a head is one section; blank lines before the first are none."""
    lines = lines_of(text)
    starts = [(index, head, kind_of(head)) for index, line in enumerate(lines) if (head := head_of(line))]
    before = lines[: starts[0][0]] if starts else lines
    if any(line.strip() for line in before):
        starts.insert(0, (0, "", OTHER))
    if not starts:
        return ()
    ends = [*(index for index, _, _ in starts[1:]), len(lines)]
    return tuple(
        Section(head, kind, first, end - 1) for (first, head, kind), end in zip(starts, ends, strict=True)
    )


def stanzas(text: str) -> list[tuple[int, int]]:
    """First and last line of each run of lines between blank lines and heads; both inclusive, from 0."""
    found: list[tuple[int, int]] = []
    begun: int | None = None
    lines = lines_of(text)
    for index, line in enumerate([*lines, ""]):
        sung = bool(line.strip()) and not is_head(line)
        if sung and begun is None:
            begun = index
        elif not sung and begun is not None:
            found.append((begun, index - 1))
            begun = None
    return found


def missing_heads(text: str) -> list[tuple[int, str]]:
    """Heads for a text that has none: the line that each goes before, from 0, and the head in brackets.

    A stanza that comes back word for word is the chorus; the others are verses in order. A text with any
    head is left as its writer divided it.
    """
    lines = lines_of(text)
    if any(map(is_head, lines)):
        return []
    found = [(first, tuple(map(_bare, lines[first : last + 1]))) for first, last in stanzas(text)]
    times = Counter(stanza for _, stanza in found)
    heads, verses = [], 0
    for first, stanza in found:
        chorus = times[stanza] > 1
        verses += not chorus
        heads.append((first, "[Chorus]" if chorus else f"[Verse {verses}]"))
    return heads


def _bare(line: str) -> str:
    """A line as the ear has it: without capitals, signs and needless spaces."""
    return " ".join(re.findall(r"\w+", line.casefold()))


def sung(line: str) -> str:
    """What of a line is sung: a head nothing, any other line all but its stage directions."""
    return "" if is_head(line) else DIRECTION.sub(" ", line).strip()
