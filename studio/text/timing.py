"""When each line of a song is sung: estimated here; from words and files by `heard.py` and `lrc.py`."""

from collections.abc import Sequence

from studio.text.heard import from_words
from studio.text.lrc import read_lrc, write_lrc, write_srt
from studio.text.sections import Section, is_head, lines_of, sections
from studio.text.timed import Line, shared, weight

__all__ = ["Line", "from_words", "proportional", "range_of", "read_lrc", "write_lrc", "write_srt"]

INTRO, INTRO_S = 0.08, 15.0  # nobody sings yet: this part of the song, and never longer
OUTRO, OUTRO_S = 0.06, 12.0
BAND = 12  # syllables of time for a section that names only the band, such as [Solo]
PAUSE_S, SHORTEST_S = 1.0, 1.0


def proportional(lyrics: str, duration: float, language: str = "") -> list[Line]:
    """An estimate: each sung line takes time by its syllables, and one more to breathe.

    The first 8 % (at most 15 s) and the last 6 % (at most 12 s) are the band's. Heads and empty lines take no
    time, but an instrumental section without lines ([Solo], [Interlude]) takes that of twelve syllables; an
    [Intro] or [Outro] without lines is the band's share already. `duration` is in seconds.
    """
    lines = lines_of(lyrics)
    blocks = [(_members(lines, section), section.kind) for section in sections(lyrics)]
    needs = [sum(weight(lines[n], language) for n in members) or _band(kind) for members, kind in blocks]
    start = min(INTRO * duration, INTRO_S)
    sung_s = duration - min(OUTRO * duration, OUTRO_S) - start
    found: list[Line] = []
    for (members, _), need in zip(blocks, needs, strict=True):
        until = start + sung_s * need / max(sum(needs), 1)
        found += shared(lines, members, start, until, language)
        start = until
    return found


def _members(lines: list[str], section: Section) -> list[int]:
    every = range(section.first, section.last + 1)
    return [n for n in every if lines[n].strip() and not is_head(lines[n])]


def _band(kind: str) -> int:
    return BAND if kind == "break" else 0


def range_of(lines: Sequence[Line], first: int, last: int, duration: float) -> tuple[float, float]:
    """Seconds from which and to which the lines `first` to `last` (from 0, inclusive) are sung.

    The end goes on to the next line when that begins within a second. Lines without times take the gap
    between their neighbours. Inside the song, and never shorter than one second.
    """
    known = [line for line in lines if line.line is not None]
    inside = [line for line in known if first <= (line.line or 0) <= last]
    before = [line.end for line in known if (line.line or 0) < first]
    after = [line.start for line in known if (line.line or 0) > last]
    start = min((line.start for line in inside), default=max(before, default=0.0))
    end = max((line.end for line in inside), default=min(after, default=duration))
    following = min((moment for moment in after if moment >= end), default=end)
    if following - end <= PAUSE_S:
        end = following
    start = min(max(start, 0.0), max(duration - SHORTEST_S, 0.0))
    return start, min(max(end, start + SHORTEST_S), duration)
