"""Reading sound descriptions."""

import pytest

from studio.sandbox.music import SongRequest
from studio.sandbox.music.families import FAMILIES
from studio.sandbox.music.style import Style, style_of


def style(sound: str, lyrics: str = "", seed: int = 1, strength: float = 0.5) -> Style:
    return style_of(SongRequest(sound, lyrics, "", seed, sound_strength=strength))


@pytest.mark.parametrize(
    ("keyword", "name"), [(word, name) for name, family in FAMILIES.items() for word in family.keywords]
)
def test_every_keyword_reaches_its_family(keyword: str, name: str) -> None:
    assert style(f"a song in {keyword.upper()} style").family.name == name


def test_there_are_the_ten_families_that_were_asked_for() -> None:
    asked = {
        "pop",
        "rock",
        "folk",
        "jazz",
        "lo-fi",
        "ambient",
        "cinematic",
        "techno",
        "drum & bass",
        "hip-hop",
    }
    assert asked <= set(FAMILIES)


def test_the_first_and_longest_name_wins() -> None:
    assert style("lo-fi hip hop with jazz chords").family.name == "lo-fi"
    assert style("hard rock ballad").family.name == "rock"
    assert style("popular rockets").family.name == style("").family.name


@pytest.mark.parametrize(
    ("text", "bpm"), [("pop at 120 bpm", 120), ("133BPM techno", 133), ("9999 bpm", 200)]
)
def test_an_explicit_tempo_is_kept(text: str, bpm: int) -> None:
    assert style(text).bpm == bpm


@pytest.mark.parametrize(
    ("text", "tonic", "mode"),
    [("pop in A minor", 9, "minor"), ("F# major rock", 6, "major"), ("jazz, Bb dorian", 10, "dorian"),
     ("ballad in e-flat minor", 3, "minor"), ("C♯ minor techno", 1, "minor")],
)  # fmt: skip
def test_an_explicit_key_is_kept(text: str, tonic: int, mode: str) -> None:
    assert (style(text).tonic, style(text).mode) == (tonic, mode)


def test_adjectives_change_tempo_energy_and_mode() -> None:
    plain = style("pop")
    assert style("slow pop").bpm < plain.bpm < style("fast pop").bpm
    assert style("calm pop").energy < plain.energy < style("energetic pop").energy
    assert style("dark pop").mode == "minor"
    assert style("happy pop").mode == "major"


def test_the_strength_of_the_sound_scales_its_adjectives() -> None:
    assert style("slow pop", strength=1.0).bpm < style("slow pop", strength=0.2).bpm < style("pop").bpm


def test_named_instruments_play() -> None:
    assert style("pop with organ").layers[0].instrument == "organ"
    assert [layer.instrument for layer in style("folk: piano and strings").layers[:2]] == ["piano", "strings"]
    assert style("electric guitar pop").layers[0].instrument == "clean_guitar"
    assert style("jazz with a trumpet").lead == "muted_trumpet"


def test_the_voice_is_chosen_by_the_text() -> None:
    assert style("pop, female vocals").voice == "female"
    assert style("rock sung by a man").voice == "male"


def test_without_a_sound_the_lyrics_and_the_seed_decide() -> None:
    sad = {style("", "lonely tears in the rain, so sad and slow", seed).family.name for seed in range(20)}
    assert sad <= {"lo-fi", "ambient", "cinematic", "folk"}
    assert len({style("", "", seed).family.name for seed in range(20)}) > 2


def test_the_model_decides_how_it_is_finished() -> None:
    raw, usual, pro = (
        style_of(SongRequest("pop", "", "", 1, model=model)).space
        for model in ("FUZZ-2.0 Raw", "FUZZ-2.0", "FUZZ-2.0 Pro")
    )
    assert raw < usual < pro
