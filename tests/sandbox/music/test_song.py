"""Compositions: seeds, harmony, melody, rhythm."""

from itertools import pairwise

import numpy as np
import pytest

from studio.sandbox.music import Song, SongRequest, compose
from studio.sandbox.music.families import FAMILIES
from studio.sandbox.music.harmony import SCALES
from studio.sandbox.music.instruments import INSTRUMENTS

from .conftest import LYRICS


def song(sound: str = "pop", seed: int = 1, lyrics: str = LYRICS, title: str = "") -> Song:
    return compose(SongRequest(sound, lyrics, title, seed))


def test_the_same_order_gives_the_same_song() -> None:
    assert song() == song()


def test_every_word_is_sung_once() -> None:
    lines = [line for line in LYRICS.splitlines() if not line.startswith("[")]
    assert [word.text for word in song().words] == " ".join(lines).split()


def test_another_seed_gives_another_song() -> None:
    first, second = song(seed=1), song(seed=2)
    assert [n.pitch for n in first.sung] != [n.pitch for n in second.sung]
    assert first.hits != second.hits
    assert len({(s.style.bpm, s.style.tonic) for s in (song(seed=n) for n in range(10))}) > 6


@pytest.mark.parametrize("name", FAMILIES)
def test_every_family_plays_known_instruments_in_range(name: str) -> None:
    written = song(name)
    for track in (written.bass, written.lead, *written.chords):
        assert track.instrument in INSTRUMENTS
        assert track.notes
        assert all(
            0 <= n.start < written.duration and n.length > 0 and 0 < n.velocity <= 1 for n in track.notes
        )
        assert all(24 <= n.pitch <= 108 for n in track.notes)
    assert all(0 <= hit.start < written.duration for hit in written.hits)


@pytest.mark.parametrize("name", FAMILIES)
def test_the_tune_fits_scale_and_chords(name: str) -> None:
    written = song(name)
    scale = {(written.style.tonic + step) % 12 for step in SCALES[written.style.mode]}
    sung = [note.pitch % 12 in scale for note in written.sung]
    assert np.mean(sung) > 0.85
    low, high = (57, 78) if written.style.voice == "female" else (45, 67)
    assert all(low <= note.pitch <= high for note in written.sung)


def test_each_syllable_is_one_note_in_order() -> None:
    notes = song().sung
    assert sum(1 for n in notes if n.section == "chorus") == 2 * 16
    for note, after in pairwise(notes):
        assert note.start + note.length <= after.start + 0.001


def test_the_chorus_has_the_same_melody_each_time() -> None:
    written = song()
    chorus = [note.pitch for note in written.sung if note.section == "chorus"]
    half = len(chorus) // 2
    assert chorus[: half - 1] == chorus[half:-1]
    assert len(set(chorus)) >= 4


def test_accented_syllables_fall_on_stronger_beats() -> None:
    strong, weak = [], []
    for seed in range(6):
        written = song(seed=seed)
        for note in written.sung:
            on_beat = round(note.start / written.beat, 2) % 1 == 0
            (strong if note.syllable.stress > 0.8 else weak if note.syllable.stress < 0.3 else []).append(
                on_beat
            )
    assert np.mean(strong) > np.mean(weak) + 0.1


def test_the_bass_leans_on_the_kick() -> None:
    written = song("hip-hop")
    kicks = np.array([hit.start for hit in written.hits if hit.drum == "kick"])
    near = [np.abs(kicks - note.start).min() < 0.03 for note in written.bass.notes]
    assert np.mean(near) > 0.7


def test_the_last_chord_is_the_tonic() -> None:
    for seed in range(5):
        written = song(seed=seed)
        end = max(note.start for note in written.bass.notes)
        assert written.bass.notes[-1].start == end
        assert written.bass.notes[-1].pitch % 12 == written.style.tonic


def test_fills_lead_into_new_sections() -> None:
    written = song("rock")
    for section in written.sections[1:-1]:
        border = section.beat * written.beat
        fill = [h for h in written.hits if border - 2 * written.beat <= h.start < border - 0.02]
        assert any(hit.drum in ("snare", "tom_high", "tom_mid", "tom_low") for hit in fill)


def test_swing_delays_the_off_beat() -> None:
    written = song("jazz")
    places = [hit.start / written.beat % 1 for hit in written.hits if hit.drum == "ride"]
    off_beat = [place for place in places if 0.3 < place < 0.9]
    assert off_beat
    assert 0.6 < np.median(off_beat) < 0.7


@pytest.mark.parametrize(
    ("title", "lyrics", "sound", "expected"),
    [(" My  Song ", "x", "y", "My Song"), ("", "[Verse]\nhold me now, tonight", "", "Hold me now tonight"),
     ("", "", "dark techno", "Dark techno"), ("", "", "", "Untitled"), ("t" * 100, "", "", "t" * 80)],
)  # fmt: skip
def test_title(title: str, lyrics: str, sound: str, expected: str) -> None:
    assert compose(SongRequest(sound, lyrics, title, 1)).title == expected
