"""Chords and voice leading."""

import itertools

import pytest

from studio.sandbox.music.families import FAMILIES
from studio.sandbox.music.harmony import SCALES, chord, lead_voices, scale_pitches
from studio.sandbox.music.patterns import BASS, CHORDS
from studio.sandbox.music.progressions import progressions

KINDS = ("intro", "verse", "prechorus", "chorus", "bridge", "break", "outro")


@pytest.mark.parametrize(
    ("numeral", "tonic", "tones"),
    [("I", 0, (0, 4, 7)), ("vi", 0, (9, 0, 4)), ("bVII", 9, (7, 11, 2)), ("ii7", 0, (2, 5, 9, 0)),
     ("im7", 2, (2, 5, 9, 0)), ("iim7b5", 0, (2, 5, 8, 0)), ("Vsus4", 0, (7, 0, 2)), ("iv6", 0, (5, 8, 0, 2)),
    ],
)  # fmt: skip
def test_numerals(numeral: str, tonic: int, tones: tuple[int, ...]) -> None:
    assert chord(numeral, tonic).tones == tones


def test_what_is_no_numeral_is_refused() -> None:
    with pytest.raises(ValueError, match="no chord"):
        chord("H7", 0)


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_progression_can_be_played(name: str, kind: str) -> None:
    for mode in SCALES:
        for line in progressions(name, mode, kind):
            for numeral in line.replace(",", " ").split():
                assert len(lead_voices(chord(numeral, 5), ())) >= 3


def test_voices_move_little() -> None:
    before: tuple[int, ...] = ()
    travels = []
    for numeral in ["I", "V", "vi", "IV", "I", "ii", "V", "I"]:
        voices = lead_voices(chord(numeral, 0), before)
        if before:
            travels += [abs(a - b) for a, b in zip(voices, before, strict=True)]
        before = voices
    assert sum(travels) / len(travels) < 3
    assert max(travels) <= 7


def test_voicings_stay_around_their_centre() -> None:
    before: tuple[int, ...] = ()
    for tonic, numeral in itertools.product(range(12), ("I", "IV", "vii7")):
        before = lead_voices(chord(numeral, tonic), before, 60)
        assert all(45 <= pitch <= 78 for pitch in before)


def test_scale() -> None:
    assert scale_pitches(0, "major", 60, 72) == (60, 62, 64, 65, 67, 69, 71, 72)


def test_patterns_are_whole_bars() -> None:
    for choices in [*BASS.values(), *CHORDS.values()]:
        assert all(len(marks) == 16 for density in choices for marks in density)
    assert {family.bass_style for family in FAMILIES.values()} <= set(BASS)
    assert {layer.style for family in FAMILIES.values() for layer in family.layers} <= set(CHORDS)
