"""The same song in another style."""

from pathlib import Path

import pytest

from studio.audio import ffmpeg, loudness
from studio.sandbox.music import Song, SongRequest, compose, cover_song
from studio.sandbox.music.covering import covered
from studio.sandbox.music.recipes import pieces_of

from .edited import ORDER, in_order, original, texts

STYLES = ("slow jazz with brushes, male voice", "drum & bass", "rock", "ambient", "lo-fi", "folk, 90 bpm")


def cover(instruction: str, strength: float = 0.5, song: Song | None = None) -> Song:
    return covered(song or compose(ORDER), instruction, strength, "", 4)


def tones(notes: tuple) -> list[int]:
    return [round(note.pitch) % 12 for note in notes]


@pytest.mark.parametrize("strength", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("instruction", STYLES)
def test_melody_words_form_and_key_stay(instruction: str, strength: float) -> None:
    old, new = compose(ORDER), cover(instruction, strength)
    assert tones(new.sung) == tones(old.sung)
    assert tones(new.lead.notes) == tones(old.lead.notes)
    assert texts(new.words) == texts(old.words)
    assert [section.kind for section in new.sections] == [section.kind for section in old.sections]
    assert (new.style.tonic, new.style.mode) == (old.style.tonic, old.style.mode)
    assert new.title == old.title


@pytest.mark.parametrize("instruction", STYLES)
def test_the_words_are_sung_as_their_notes_are(instruction: str) -> None:
    new = cover(instruction, 1.0)
    assert in_order(new.words)
    assert new.words[0].start == pytest.approx(new.sung[0].start, abs=0.002)
    assert new.words[-1].end < new.duration


def test_the_style_is_another() -> None:
    old, new = compose(ORDER), cover("drum & bass")
    assert new.style.family.name == "drum & bass"
    assert new.style.layers != old.style.layers
    assert new.hits != old.hits


def test_a_strong_cover_goes_further_away() -> None:
    old = compose(ORDER).style.bpm
    tempi = [abs(cover("slow jazz with brushes", strength).style.bpm - old) for strength in (0, 0.25, 0.5)]
    assert tempi[0] == 0
    assert tempi[0] < tempi[1] < tempi[2]
    voices = {cover(f"rock number {n}", 0.4).style.voice for n in range(4)}
    assert voices == {"female"}
    assert cover("make it calm", 0.2).style.family == compose(ORDER).style.family


def test_without_a_voice_the_lead_plays_what_was_sung() -> None:
    old, new = compose(ORDER), cover("instrumental jazz")
    assert not new.sung
    assert not new.words
    played, sung = tones(new.lead.notes), tones(old.sung)
    assert len(played) > len(sung)
    found = iter(played)
    assert all(tone in found for tone in sung)  # in this order, with answers between


def test_an_instrumental_keeps_the_tune_of_its_lead() -> None:
    old = compose(SongRequest("techno", "", "", 5))
    assert tones(cover("folk", 1.0, old).lead.notes) == tones(old.lead.notes)


def test_its_files_are_a_song_of_its_own(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    song = original()
    made = cover_song(song.recipe, song.wav, "folk", 0.5, "Streams", 4, tmp_path, "cover")
    request.getfixturevalue("only_wav")
    again = cover_song(song.recipe, song.wav, "folk", 0.5, "Streams", 4, tmp_path, "again")
    assert made.wav.read_bytes() == again.wav.read_bytes()
    assert (made.title, texts(made.words)) == ("Streams", texts(song.words))
    assert ffmpeg.probe(made.audio, demuxer="mov").duration == pytest.approx(made.duration, abs=0.05)
    measured = loudness.measure(made.audio, "mov")
    assert measured.integrated_lufs == pytest.approx(-14, abs=1)
    assert measured.true_peak_db <= -1
    assert pieces_of(made.recipe)[0].song.duration == pytest.approx(made.duration, abs=0.001)


@pytest.mark.usefixtures("only_wav")
def test_a_recording_is_covered_by_music_about_as_long(tmp_path: Path) -> None:
    made = cover_song({}, original().wav, "techno", 0.0, "", 4, tmp_path, "recording")
    assert made.duration == pytest.approx(original().duration, rel=0.2)
    assert not made.words
    assert pieces_of(made.recipe)[0].song.style.family.name == "techno"
