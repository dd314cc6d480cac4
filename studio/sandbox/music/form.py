"""The form of a song: which sections, how many bars, which words in which phrase."""

import math
from dataclasses import dataclass, replace

from .lyrics import Block, blocks
from .style import Style
from .syllables import Syllable, syllables, words

BEATS = 4
SLOTS = 16
SHORTEST, LONGEST = 60.0, 172.0
# Fewer than the 16 slots of a phrase: a breath is left at its end.
MOST_SYLLABLES = 13
SUNG = ("verse", "prechorus", "chorus", "bridge")
ENERGY = {
    "intro": 0.3,
    "verse": 0.5,
    "prechorus": 0.62,
    "chorus": 0.85,
    "bridge": 0.48,
    "break": 0.75,
    "outro": 0.45,
}


@dataclass(frozen=True)
class Sung:
    """A word and its syllables."""

    text: str
    syllables: tuple[Syllable, ...]


Phrase = tuple[Sung, ...]


@dataclass(frozen=True)
class Section:
    """A part of the form. `start` and `bars` count bars, `turn` counts sections of this kind from 0."""

    kind: str
    start: int
    bars: int
    phrases: tuple[Phrase, ...]
    energy: float
    turn: int

    @property
    def beat(self) -> int:
        return self.start * BEATS

    @property
    def end(self) -> int:
        """The beat where the next section begins."""
        return (self.start + self.bars) * BEATS


@dataclass(frozen=True)
class Plan:
    """A section that has no place yet."""

    kind: str
    phrases: tuple[Phrase, ...]
    bars: int


def phrase_bars(bpm: float) -> int:
    """Bars that one sung line takes: 1, 2 or 4, whichever lasts nearest to 4.2 s."""
    bar = BEATS * 60 / bpm
    return min((1, 2, 4), key=lambda bars: abs(math.log(bars * bar / 4.2)))


def form(lyrics: str, style: Style) -> tuple[Section, ...]:
    """Sections that fill between 60 and 172 s at the tempo of the style."""
    unit = phrase_bars(style.bpm)
    written = blocks(lyrics)
    plans = [plan(block, unit, style.sings) for block in written] or _without_words(style.bpm, unit)
    return placed(_fitted(_framed(plans, unit), style.bpm, unit), style)


def plan(block: Block, unit: int, sings: bool) -> Plan:
    """The section that a written one becomes where a sung line takes `unit` bars."""
    phrases = phrases_of(block.lines) if sings else ()
    # Without a voice the section keeps the length that its words would have taken.
    lines = len(phrases) or len(block.lines) or {"intro": 2, "outro": 2, "break": 4}.get(block.kind, 4)
    bars = max(4 if block.kind in SUNG else 2, _even(lines * unit))
    return Plan(block.kind, phrases, bars)


def _even(bars: int) -> int:
    """Up to a whole number of four-bar periods, except for the very short."""
    return bars if bars <= 2 else -(-bars // 4) * 4


def phrases_of(lines: tuple[str, ...]) -> tuple[Phrase, ...]:
    """Lines as phrases of at most 13 syllables: short lines together, long ones apart."""
    phrases: list[Phrase] = []
    joinable = False
    for line in lines:
        parts = _split([Sung(text, syllables(text)) for text in words(line)])
        short = len(parts) == 1 and _count(parts[0]) <= 4
        if short and joinable and _count(phrases[-1] + parts[0]) <= 8:
            phrases[-1] += parts[0]
            joinable = False
            continue
        phrases += parts
        joinable = short
    return tuple(phrases)


def _count(phrase: Phrase) -> int:
    return sum(len(word.syllables) for word in phrase)


def _split(line: list[Sung]) -> list[Phrase]:
    """As few phrases as hold a line, about equally long, cut between words."""
    total = _count(tuple(line))
    share = total / max(1, math.ceil(total / MOST_SYLLABLES))
    parts: list[Phrase] = []
    for word in line:
        have, more = (_count(parts[-1]) if parts else MOST_SYLLABLES), len(word.syllables)
        if have + more <= MOST_SYLLABLES and have + more / 2 <= share:
            parts[-1] += (word,)
        else:
            parts.append((word,))
    return parts


def _without_words(bpm: float, unit: int) -> list[Plan]:
    """A form of about a minute for an order without lyrics."""
    quick = unit * BEATS * 60 / bpm < 4.1
    kinds = ("verse", "chorus", "bridge", "chorus") if quick else ("verse", "bridge", "chorus")
    return [Plan(kind, (), 4 * unit if kind != "bridge" else 2 * unit) for kind in kinds]


def _framed(plans: list[Plan], unit: int) -> list[Plan]:
    """With an intro and an outro where the writer gave none."""
    if plans[0].kind != "intro":
        plans = [Plan("intro", (), max(2, 2 * unit)), *plans]
    if plans[-1].kind != "outro":
        plans = [*plans, Plan("outro", (), max(2, 2 * unit))]
    return plans


def _fitted(plans: list[Plan], bpm: float, unit: int) -> list[Plan]:
    """Longer by breaks and another chorus, or shorter by whole phrases, until the length is right."""
    bar = BEATS * 60 / bpm
    *body, outro = plans
    extras = [Plan("break", (), 4 * unit), _again(body)]
    while sum(plan.bars for plan in [*body, outro]) * bar < SHORTEST - 3:
        body.append(extras[0])
        extras = extras[::-1]
    most = int(LONGEST / bar) - outro.bars
    return [*_cut(body, most, unit), _cut([outro], int(LONGEST / bar), unit)[0]]


def _again(body: list[Plan]) -> Plan:
    """What comes back when a song is short: its chorus, or the last section with words, or any."""
    sung = [plan for plan in body if plan.kind == "chorus"] or [plan for plan in body if plan.phrases] or body
    return sung[-1] if sung[-1].kind != "intro" else replace(sung[-1], kind="verse")


def _cut(plans: list[Plan], most: int, unit: int) -> list[Plan]:
    kept: list[Plan] = []
    for plan in plans:
        room = most - sum(earlier.bars for earlier in kept)
        if plan.bars > room:
            bars = room // 4 * 4
            if bars >= 4:
                kept.append(Plan(plan.kind, plan.phrases[: bars // unit], bars))
            break
        kept.append(plan)
    return kept


def placed(plans: list[Plan], style: Style, first: int = 0) -> tuple[Section, ...]:
    """Bars counted up from the first and an arc of energy drawn: the last chorus is the strongest."""
    sections: list[Section] = []
    start = first
    last_chorus = max((i for i, plan in enumerate(plans) if plan.kind == "chorus"), default=-1)
    for index, plan in enumerate(plans):
        turn = sum(section.kind == plan.kind for section in sections)
        energy = ENERGY[plan.kind] + 0.05 * min(turn, 3) + (0.1 if index == last_chorus else 0)
        energy = min(1.0, energy + 0.5 * (style.energy - 0.6))
        sections.append(Section(plan.kind, start, plan.bars, plan.phrases, max(0.1, energy), turn))
        start += plan.bars
    return tuple(sections)
