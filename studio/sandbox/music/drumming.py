"""Drums: patterns, variations, fills and what announces a new section."""

from random import Random

from .chance import dice
from .form import BEATS, Section
from .grooves import FILLS, GROOVES, Pattern
from .score import Hit, Score, slip

STEPS = 16
FILL_STEPS = 8
BUILDS = ("electronic", "breaks", "orchestral", "808")
KEPT_IN_FILLS = ("hat", "ride", "shaker", "pedal", "riser")


def density(section: Section) -> int:
    """0 sparse, 1 verse, 2 chorus."""
    if section.kind == "intro" or section.energy < 0.33:
        return 0
    return 2 if section.kind in ("chorus", "break") and section.energy > 0.5 else 1


def pattern(score: Score, section: Section) -> Pattern:
    return GROOVES[score.style.family.kit][density(section)]


def steps_of(strokes: str, bar: int) -> str:
    """The sixteen steps of one bar of a pattern that may be two bars long."""
    return strokes[(bar * STEPS) % len(strokes) :][:STEPS]


def kick_steps(score: Score, section: Section, bar: int) -> list[int]:
    """Where the kick falls in a bar: the bass leans on it."""
    return [
        i for i, c in enumerate(steps_of(pattern(score, section).get("kick", "." * STEPS), bar)) if c != "."
    ]


def drum_hits(score: Score) -> tuple[Hit, ...]:
    """Every stroke of the song, in seconds."""
    hits: list[Hit] = []
    for section, after in zip(score.sections, [*score.sections[1:], None], strict=True):
        hits += _opening(score, section)
        for bar in range(section.bars):
            hits += _bar(score, section, bar, after)
        if after and after.kind in ("chorus", "break") and score.style.family.kit in BUILDS:
            start = score.clock(section.end - BEATS)
            hits.append(Hit(start, "riser", 0.5 * after.energy, score.clock(section.end) - start))
    return tuple(sorted([*hits, *_ending(score)], key=lambda hit: (hit.start, hit.drum)))


def _opening(score: Score, section: Section) -> list[Hit]:
    if section.start == 0 or section.energy < 0.6 or score.style.family.kit in ("none", "brushes"):
        return []
    level = {"jazz": 0.35, "dusty": 0.3, "one_drop": 0.45, "808": 0.5}.get(score.style.family.kit, 0.8)
    return [Hit(score.clock(section.beat), "crash", level * section.energy)]


def _ending(score: Score) -> list[Hit]:
    kit = score.style.family.kit
    if kit == "none":
        return []
    end = score.clock(score.end)
    return [Hit(end, "crash", 0.25 if kit in ("brushes", "jazz", "dusty") else 0.6), Hit(end, "kick", 0.8)]


def _bar(score: Score, section: Section, bar: int, after: Section | None) -> list[Hit]:
    """One bar: the groove, slightly different each time, with a fill before something new."""
    die = dice(score.seed, "drums", section.start, bar)
    last = bar == section.bars - 1
    fill = _fill(score, after, die) if last and after and section.bars >= 2 else None
    hits: list[Hit] = []
    for drum, strokes in pattern(score, section).items():
        steps = steps_of(strokes, bar)
        if fill and drum not in KEPT_IN_FILLS:
            steps = steps[:-FILL_STEPS]
        hits += _strokes(score, section, bar, drum, _varied(drum, steps, bar, die), 0, die)
    for drum, strokes in (fill or {}).items():
        hits += _strokes(score, section, bar, drum, strokes, STEPS - FILL_STEPS, die)
    return hits


def _fill(score: Score, after: Section | None, die: Random) -> Pattern:
    fills = FILLS[score.style.family.kit]
    return fills[-1] if after and after.kind == "chorus" else die.choice(fills)


def _varied(drum: str, steps: str, bar: int, die: Random) -> str:
    """Ghost strokes come and go; every fourth bar lifts its last off-beat."""
    changed = [("." if c in "12" and die.random() < 0.35 else c) for c in steps]
    if drum == "kick" and bar % 4 == 3 and len(changed) == STEPS and die.random() < 0.5:
        changed[14] = "6"
    if drum == "hat" and die.random() < 0.15 and len(changed) > 10:
        changed[die.choice((3, 7, 10))] = "4"
    return "".join(changed)


def _strokes(
    score: Score, section: Section, bar: int, drum: str, steps: str, offset: int, die: Random
) -> list[Hit]:
    family = score.style.family
    late = family.laid_back if drum in ("snare", "clap", "rim", "brush") else 0.0
    hits = []
    for step, mark in enumerate(steps):
        if mark == ".":
            continue
        beat = section.beat + bar * BEATS + (offset + step) / 4
        start = score.clock(beat) + late + slip(die, family.loose)
        strength = int(mark) / 9 * (0.72 + 0.28 * section.energy) * (1 + die.gauss(0, 0.05))
        hits.append(Hit(max(0.0, start), drum, min(1.0, max(0.05, strength))))
    return hits
