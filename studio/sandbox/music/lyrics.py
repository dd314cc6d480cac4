"""Lyrics as sections: headings in square brackets, else stanzas."""

import re
import unicodedata
from dataclasses import dataclass

HEADING = re.compile(r"\s*\[([^\]]{0,60})\]\s*:?\s*")
PLAIN_HEADING = re.compile(
    r"\s*((?:pre-?)?chorus|verse|bridge|intro|outro|hook|refrain)\s*\d*\s*:\s*", re.IGNORECASE
)
KINDS = {
    "prechorus": ("pre-chorus", "prechorus", "pre chorus", "build"),
    "chorus": (
        "chorus",
        "refrain",
        "hook",
        "drop",
        "refrao",
        "estribillo",
        "coro",
        "ritornello",
        "припев",
        "refrein",
    ),
    "verse": ("verse", "strophe", "couplet", "estrofa", "strofa", "verso", "vers", "куплет", "rap"),
    "bridge": ("bridge", "middle 8", "middle eight", "puente", "pont", "brucke", "ponte", "бридж"),
    "intro": ("intro", "opening", "вступление"),
    "outro": ("outro", "ending", "coda", "end", "fin", "finale"),
    "break": ("break", "solo", "interlude", "instrumental", "post-chorus"),
}


@dataclass(frozen=True)
class Block:
    """A section as it was written: its kind and its lines of text, possibly none."""

    kind: str
    lines: tuple[str, ...]


def blocks(lyrics: str) -> tuple[Block, ...]:
    """Sections of a text in order. Without headings, stanzas; one that comes back is the chorus."""
    lines = lyrics.splitlines()
    if any(_heading(line) for line in lines):
        return _by_headings(lines)
    return _by_stanzas(lines)


def _heading(line: str) -> str | None:
    """The kind of section that a line announces, None if it announces none."""
    match = HEADING.fullmatch(line) or PLAIN_HEADING.fullmatch(line)
    if not match:
        return None
    bare = unicodedata.normalize("NFKD", match[1].casefold())
    # Only Latin accents go: the Cyrillic short i carries one too, but no heading here begins with it.
    name = "".join(c for c in bare if not unicodedata.combining(c)).strip()
    return next((kind for kind, words in KINDS.items() if name.startswith(words)), None)


def _by_headings(lines: list[str]) -> tuple[Block, ...]:
    found: list[tuple[str, list[str]]] = [("verse", [])]
    for line in lines:
        kind = _heading(line)
        if kind:
            found.append((kind, []))
        elif text := _sung(line):
            found[-1][1].append(text)
    first = found if found[0][1] else found[1:]
    return tuple(Block(kind, tuple(text)) for kind, text in first)


def _by_stanzas(lines: list[str]) -> tuple[Block, ...]:
    stanzas: list[tuple[str, ...]] = []
    current: list[str] = []
    for line in [*lines, ""]:
        if text := _sung(line):
            current.append(text)
        elif current:
            stanzas.append(tuple(current))
            current = []
    repeated = {stanza for stanza in stanzas if stanzas.count(stanza) > 1}
    chorus = repeated or set(stanzas[1::2])
    return tuple(Block("chorus" if stanza in chorus else "verse", stanza) for stanza in stanzas)


def _sung(line: str) -> str:
    """A line without stage directions such as `[whispered]`."""
    return HEADING.sub(" ", line).strip()
