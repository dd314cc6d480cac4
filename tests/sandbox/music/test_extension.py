"""A song that goes on, as ffmpeg hears it."""

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from studio.audio import ffmpeg, loudness
from studio.sandbox.music import Rendered, extend_song
from studio.sandbox.music.recipes import pieces_of
from studio.sandbox.music.wav import write_wav

from .edited import BAR, ORDER, RATE, clicks, in_order, original, sound, texts

AT, LENGTH = 33.3, 20.0
NEW = "[Chorus]\nCarry me over the silver sea"


@pytest.fixture(scope="module")
def longer(tmp_path_factory: pytest.TempPathFactory) -> Rendered:
    return extend(tmp_path_factory.mktemp("longer"))


def extend(
    folder: Path, at: float = AT, length: float = LENGTH, lyrics: str = NEW, seed: int = 9
) -> Rendered:
    song = original()
    return extend_song(song.recipe, song.wav, at, length, "soaring violins", lyrics, seed, folder, "longer")


def test_it_is_as_long_as_was_ordered(longer: Rendered) -> None:
    assert longer.duration == pytest.approx(AT + LENGTH, abs=0.01)
    assert len(sound(longer.wav)) / RATE == pytest.approx(longer.duration, abs=0.001)
    assert ffmpeg.probe(longer.audio, demuxer="mov").duration == pytest.approx(longer.duration, abs=0.05)
    assert longer.title == "Rivers"


def test_what_was_there_stays_to_the_sample(longer: Rendered) -> None:
    border = round(AT * RATE)
    assert np.array_equal(sound(longer.wav)[:border], sound(original().wav)[:border])
    assert not np.array_equal(
        sound(longer.wav)[border : border + RATE], sound(original().wav)[border : border + RATE]
    )


def test_nothing_clicks_where_the_new_begins(longer: Rendered) -> None:
    heard = sound(longer.wav).copy()
    assert not clicks(heard, AT)
    heard[round(AT * RATE) :] += 0.5  # what a click would be
    assert clicks(heard, AT)


def test_it_is_as_loud_as_a_song_and_ends_in_silence(longer: Rendered) -> None:
    measured = loudness.measure(longer.audio, "mov")
    assert measured.integrated_lufs == pytest.approx(-14, abs=1)
    assert measured.true_peak_db <= -1
    heard = sound(longer.wav)
    assert np.abs(heard[-200:]).max() < 0.001
    assert np.abs(heard.mean(axis=0)).max() < 0.0001


def test_key_tempo_and_bars_go_on(longer: Rendered) -> None:
    old, new = (piece.song for piece in pieces_of(longer.recipe))
    for style in (old.style, new.style):
        assert (style.tonic, style.mode, style.bpm) == (2, "minor", 116)
    kicks = [hit.start / BAR % 0.25 for hit in new.hits if hit.drum == "kick" and hit.velocity > 0.6]
    assert np.median([min(kick, 0.25 - kick) for kick in kicks]) * BAR < 0.03
    assert new.style.layers[0].instrument == "strings"


def test_the_new_words_follow_the_old(longer: Rendered) -> None:
    assert texts(longer.words, AT) == "Carry me over the silver sea"
    kept = [word for word in original().words if word.end <= AT]
    assert list(longer.words[: len(kept)]) == kept
    assert in_order(longer.words)
    assert longer.words[-1].end < longer.duration


def test_the_chorus_that_comes_back_has_its_old_tune(longer: Rendered) -> None:
    old, new = (piece.song for piece in pieces_of(longer.recipe))
    assert new.tunes == old.tunes == ORDER.seed


@pytest.mark.usefixtures("only_wav")
def test_the_same_order_gives_the_same_bytes_another_seed_others(longer: Rendered, tmp_path: Path) -> None:
    assert extend(tmp_path).wav.read_bytes() == longer.wav.read_bytes()
    assert extend(tmp_path, seed=10).wav.read_bytes() != longer.wav.read_bytes()


@pytest.mark.usefixtures("only_wav")
@pytest.mark.parametrize(("at", "length"), [(0.0, 1.0), (60.0, 2.5), (8 * BAR, 12.0)])
def test_any_border_and_length_will_do(tmp_path: Path, at: float, length: float) -> None:
    made = extend(tmp_path, at, length, "")
    assert made.duration == pytest.approx(at + length, abs=0.01)
    assert not clicks(sound(made.wav), at) or at == 0


@pytest.mark.usefixtures("only_wav")
def test_an_extension_can_be_extended_from_its_recipe_as_json(longer: Rendered, tmp_path: Path) -> None:
    recipe = json.loads(json.dumps(longer.recipe))
    further = extend_song(recipe, longer.wav, longer.duration, 9.0, "", "", 3, tmp_path, "further")
    assert further.duration == pytest.approx(longer.duration + 9, abs=0.01)
    assert texts(further.words) == texts(longer.words)
    pieces = pieces_of(further.recipe)
    assert len(pieces) == 3
    assert all(before.end == after.start for before, after in pairwise(pieces))


@pytest.mark.usefixtures("only_wav")
def test_a_recording_is_kept_and_goes_on_without_a_recipe(tmp_path: Path) -> None:
    made = extend_song({}, original().wav, 20.0, 8.0, "rock", "Stay with me", 1, tmp_path, "recording")
    border = 20 * RATE
    assert np.array_equal(sound(made.wav)[:border], sound(original().wav)[:border])
    assert made.duration == pytest.approx(28, abs=0.01)
    assert texts(made.words) == "Stay with me"
    assert made.words[0].start >= 20
    assert made.recipe == {}


def test_only_a_wav_can_be_gone_on_from(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no wav"):
        extend_song({}, original().audio, 20.0, 8.0, "", "", 1, tmp_path, "no")


def test_a_recording_without_room_for_peaks_is_encoded_with_room(tmp_path: Path) -> None:
    hot = np.sin(np.arange(RATE * 20) * 0.031, dtype=np.float32) * np.ones((2, 1), dtype=np.float32)
    write_wav(tmp_path / "hot.wav", hot, {})
    made = extend_song({}, tmp_path / "hot.wav", 19.0, 5.0, "rock", "", 1, tmp_path, "hot")
    assert loudness.measure(made.wav, "wav").true_peak_db > -0.5
    assert loudness.measure(made.audio, "mov").true_peak_db <= -1
