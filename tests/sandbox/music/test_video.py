"""Songs as films: what a player would see and hear of them."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from studio.audio import ffmpeg
from studio.sandbox.music import make_video
from studio.sandbox.music.lettering import fitted
from studio.sandbox.music.stills import open_cover

PRESETS = ("simple", "modern", "player")
SECONDS = 6.0
TITLE = "Rivers Running Home"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tone that comes and goes, and a cover with a green disc."""
    made = tmp_path_factory.mktemp("film")
    tone = f"sine=frequency=330:duration={SECONDS}:sample_rate=44100,tremolo=f=1:d=0.9,volume=6dB"
    for name, length in (("song", SECONDS), ("short", 1.0)):
        coded = ["-t", str(length), "-ac", "2", "-c:a", "aac", "-b:a", "192k", str(made / f"{name}.m4a")]
        ffmpeg.run(["-f", "lavfi", "-i", tone, *coded])
    picture = Image.new("RGB", (300, 300), "#f4ede1")
    ImageDraw.Draw(picture).ellipse((60, 60, 240, 240), "#10c030")
    picture.save(made / "cover.jpg")
    for preset in PRESETS:
        _make(made, preset, TITLE)
    return made


def _make(folder: Path, preset: str, title: str, name: str = "", song: str = "song") -> Path:
    target = folder / f"{name or preset}.mp4"
    make_video(folder / f"{song}.m4a", folder / "cover.jpg", title, preset, target)
    return target


def frames(film: Path, starts_at: float = 0.0, count: int = 1) -> np.ndarray:
    """Decoded pictures (count, 720, 1280, 3)."""
    seek, raw = ["-ss", str(starts_at)], ["-frames:v", str(count), "-f", "rawvideo", "-pix_fmt", "rgb24"]
    shown = ffmpeg.run([*seek, *ffmpeg.source(film, "mov"), "-map", "0:v:0", *raw, "pipe:1"])
    return np.frombuffer(shown, dtype=np.uint8).reshape(count, 720, 1280, 3).astype(int)


def described(film: Path) -> str:
    """What ffmpeg says of the streams."""
    return ffmpeg.report([*ffmpeg.source(film, "mov"), "-map", "0", "-c", "copy", "-f", "null", "-"])


@pytest.mark.parametrize("preset", PRESETS)
def test_a_film_is_what_every_player_plays(folder: Path, preset: str) -> None:
    streams = described(folder / f"{preset}.mp4")
    assert "Video: h264" in streams
    assert "yuv420p" in streams
    assert "1280x720" in streams
    assert ffmpeg.probe(folder / f"{preset}.mp4", demuxer="mov").codec == "aac"


@pytest.mark.parametrize("preset", PRESETS)
def test_a_film_begins_before_it_is_whole(folder: Path, preset: str) -> None:
    content = (folder / f"{preset}.mp4").read_bytes()
    assert 0 < content.index(b"moov") < content.index(b"mdat")


@pytest.mark.parametrize("preset", PRESETS)
def test_a_film_is_as_long_as_its_song(folder: Path, preset: str) -> None:
    film = folder / f"{preset}.mp4"
    song = ffmpeg.decoded_seconds(folder / "song.m4a", demuxer="mov")
    assert ffmpeg.decoded_seconds(film, demuxer="mov") == pytest.approx(song, abs=0.1)
    small = ["-vf", "scale=16:9", "-f", "rawvideo", "-pix_fmt", "gray", "pipe:1"]
    shown = ffmpeg.run([*ffmpeg.source(film, "mov"), "-map", "0:v:0", *small])
    assert len(shown) / (16 * 9) / 20 == pytest.approx(song, abs=0.1)


@pytest.mark.parametrize("preset", PRESETS)
def test_the_sound_is_that_of_the_song(folder: Path, preset: str) -> None:
    film, song = (ffmpeg.decode(folder / name, demuxer="mov") for name in (f"{preset}.mp4", "song.m4a"))
    same = min(len(film), len(song))
    assert np.abs(film[:same] - song[:same]).max() < 1e-4


@pytest.mark.parametrize("preset", PRESETS)
def test_the_wave_moves_and_the_rest_stands_still(folder: Path, preset: str) -> None:
    early, late = (frames(folder / f"{preset}.mp4", at)[0] for at in (1.0, 3.5))
    moved = np.abs(early - late).max(axis=2) > 60
    assert moved[340:, 480:].sum() > 500
    assert moved[:340].sum() == 0


def test_the_presets_look_different(folder: Path) -> None:
    pictures = [frames(folder / f"{preset}.mp4", 2.0)[0] for preset in PRESETS]
    for one, other in ((0, 1), (0, 2), (1, 2)):
        assert np.abs(pictures[one] - pictures[other]).mean() > 15


def test_the_player_fills_from_left_to_right(folder: Path) -> None:
    ends = [green(frames(folder / "player.mp4", at)[0][350:470, 500:1200]) for at in (0.5, 3.0, 5.5)]
    assert ends == pytest.approx([700 * at / SECONDS for at in (0.5, 3.0, 5.5)], abs=20)


def green(strip: np.ndarray) -> int:
    """How far the colour of the cover reaches."""
    red, full, _ = strip.transpose(2, 0, 1)
    return int(np.flatnonzero(((full > 120) & (red < 90)).any(axis=0)).max(initial=0))


@pytest.mark.parametrize("preset", PRESETS)
def test_the_cover_and_the_title_are_seen(folder: Path, tmp_path: Path, preset: str) -> None:
    with_title = frames(folder / f"{preset}.mp4")[0]
    (tmp_path / "song.m4a").write_bytes((folder / "short.m4a").read_bytes())
    Image.new("RGB", (64, 64), "#10c030").save(tmp_path / "cover.jpg")
    other = frames(_make(tmp_path, preset, ""))[0]
    assert (np.abs(with_title - other).max(axis=2) > 60).sum() > 20_000
    red, full, blue = other.transpose(2, 0, 1)
    assert ((full > 150) & (red < 90) & (blue < 110)).sum() > 60_000


@pytest.mark.parametrize(
    "title",
    ["", "'; [x], 100% \\ %{pts} : = \"", "ночь 夜空 🎵", "x" * 900, "\0\ud800\n\u202e", "word " * 90],
)
def test_a_title_may_hold_anything(folder: Path, title: str) -> None:
    film = _make(folder, "player", title, "odd", "short")
    assert frames(film).shape == (1, 720, 1280, 3)


@pytest.mark.parametrize("title", ["x" * 900, "word " * 90, "夜" * 300, "Short"])
def test_a_title_keeps_to_its_room(title: str) -> None:
    lines, font, height = fitted(title, 500)
    assert 1 <= len(lines) <= 3
    assert all(font.getlength(line) <= 500 for line in lines)
    assert height * len(lines) <= 225


def test_a_grey_cover_gets_an_accent_all_the_same(tmp_path: Path) -> None:
    Image.new("L", (50, 80), 128).save(tmp_path / "grey.png")
    assert open_cover(tmp_path / "grey.png").accent == "#e4572e"


def test_an_unknown_preset_is_refused(folder: Path) -> None:
    with pytest.raises(KeyError):
        _make(folder, "loud", TITLE, "none")
    assert not (folder / "none.mp4").exists()


def test_nothing_is_left_beside_the_film(folder: Path, tmp_path: Path) -> None:
    make_video(folder / "short.m4a", folder / "cover.jpg", TITLE, "simple", tmp_path / "only.mp4")
    assert [path.name for path in tmp_path.iterdir()] == ["only.mp4"]
