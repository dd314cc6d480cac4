"""A song of which a part was played anew, as ffmpeg hears it."""

from pathlib import Path

import numpy as np
import pytest

from studio.audio import loudness
from studio.sandbox.music import Recipe, Rendered, replace_part
from studio.sandbox.music.recipes import pieces_of

from .edited import RATE, clicks, in_order, level, original, sound, texts

START, END = 20.2, 32.9
NEW = "Hello little lantern\nglowing in the rain"


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Rendered:
    return change(tmp_path_factory.mktemp("changed"))


def change(
    folder: Path, times: tuple[float, float] = (START, END), lyrics: str = NEW, seed: int = 9, told: str = ""
) -> Rendered:
    song = original()
    return replace_part(song.recipe, song.wav, *times, told, lyrics, seed, folder, "changed")


def outside(heard: np.ndarray) -> list[bytes]:
    return [heard[: round(START * RATE)].tobytes(), heard[round(END * RATE) :].tobytes()]


def test_only_the_part_is_another(changed: Rendered) -> None:
    before, after = sound(original().wav), sound(changed.wav)
    assert before.shape == after.shape
    assert outside(before) == outside(after)
    part = slice(round(START * RATE), round(END * RATE))
    assert abs(np.corrcoef(before[part, 0], after[part, 0])[0, 1]) < 0.7
    assert changed.duration == original().duration


def test_nothing_clicks_at_the_borders(changed: Rendered) -> None:
    heard = sound(changed.wav)
    assert not clicks(heard, START)
    assert not clicks(heard, END)


def test_it_is_as_loud_as_what_was_there(changed: Rendered) -> None:
    before, after = sound(original().wav), sound(changed.wav)
    assert level(after, START, END) == pytest.approx(level(before, START, END), abs=1)
    for border in (START, END):
        drop = level(after, border, border + 0.5) - level(after, border - 0.5, border)
        usual = level(before, border, border + 0.5) - level(before, border - 0.5, border)
        assert drop == pytest.approx(usual, abs=3)
    measured = loudness.measure(changed.audio, "mov")
    assert measured.integrated_lufs == pytest.approx(-14, abs=1)
    assert measured.true_peak_db <= -1


def test_key_tempo_and_chords_stay(changed: Rendered) -> None:
    before, new, _ = (piece.song for piece in pieces_of(changed.recipe))
    assert new.style == before.style
    beats = [beat / 2 for beat in range(round(START * 116 / 30) + 1, round(END * 116 / 30))]
    assert [new.harmony.at(beat) for beat in beats] == [before.harmony.at(beat) for beat in beats]


def test_the_new_words_stand_between_the_old(changed: Rendered) -> None:
    assert texts(changed.words, START, END) == NEW.replace("\n", " ")
    old = original().words
    assert texts(changed.words, 0, START) == texts(old, 0, START)
    assert [w for w in changed.words if w.start >= END] == [w for w in old if w.start >= END]
    assert in_order(changed.words)


@pytest.mark.usefixtures("only_wav")
def test_without_new_words_the_old_are_sung_again(tmp_path: Path) -> None:
    made = change(tmp_path, lyrics="", told="soft piano")
    assert made.words == original().words
    assert outside(sound(made.wav)) == outside(sound(original().wav))


@pytest.mark.usefixtures("only_wav")
def test_nobody_sings_where_no_voice_is_wanted(tmp_path: Path) -> None:
    made = change(tmp_path, lyrics="", told="instrumental")
    assert texts(made.words, START, END) == ""
    assert not pieces_of(made.recipe)[1].take.sung


@pytest.mark.usefixtures("only_wav")
def test_a_short_part_has_room_for_a_short_line(tmp_path: Path) -> None:
    made = change(tmp_path, (24.5, 27.5), "Stay with me")
    assert texts(made.words, 24.5, 27.5) == "Stay with me"


@pytest.mark.usefixtures("only_wav")
def test_more_words_than_there_is_time_for_are_left_out(tmp_path: Path) -> None:
    made = change(tmp_path, (24.5, 27.5), "One and two and three and four and five\n" * 9)
    sung = [word for word in made.words if 24.5 <= word.start < 27.5]
    assert 0 < len(sung) <= 9
    assert all(word.end <= 27.5 for word in sung)


@pytest.mark.usefixtures("only_wav")
@pytest.mark.parametrize("times", [(10.0, 10.01), (0.0, 4.0), (50.0, 999.0)])
def test_any_part_will_do(tmp_path: Path, times: tuple[float, float]) -> None:
    made = change(tmp_path, times, "Hey")
    assert made.duration == original().duration
    kept = slice(0, round(times[0] * RATE))
    assert np.array_equal(sound(made.wav)[kept], sound(original().wav)[kept])
    assert np.abs(sound(made.wav)[-200:]).max() < 0.001


@pytest.mark.usefixtures("only_wav")
def test_the_same_order_gives_the_same_bytes(changed: Rendered, tmp_path: Path) -> None:
    assert change(tmp_path).wav.read_bytes() == changed.wav.read_bytes()


@pytest.mark.usefixtures("only_wav")
@pytest.mark.parametrize("recipe", [{}, {"steps": []}], ids=["recording", "song"])
def test_a_part_can_be_changed_again(changed: Rendered, tmp_path: Path, recipe: Recipe) -> None:
    known = changed.recipe if recipe else {}
    again = replace_part(known, changed.wav, 25.0, 28.0, "rock", "No", 4, tmp_path, "again")
    assert again.duration == changed.duration
    assert outside(sound(again.wav)) == outside(sound(changed.wav))
    assert "No" in texts(again.words, 25, 28)
    assert bool(again.recipe) == bool(recipe)
