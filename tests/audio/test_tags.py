"""What recordings say of themselves, read from real files of each kind."""

from pathlib import Path

import pytest

from studio.audio import ffmpeg
from studio.audio.media_types import MEDIA_TYPES
from studio.audio.tags import Tags, parse, read_tags, save_cover
from studio.audio.verify import TooLong, verify_audio, verify_image

LYRICS = "[Verse]\nRain; a=b #1 \\o/\n[Chorus]\nBlue"
SAID = {"title": "Blue = night; #2\\", "artist": "Nina", "lyrics": LYRICS, "comment": "Take 3"}


def tagged(song: Path, folder: Path) -> Path:
    target = folder / song.name
    words = [each for key, text in SAID.items() for each in ("-metadata", f"{key}={text}")]
    ffmpeg.run(["-i", str(song), "-c", "copy", *words, str(target)])
    return target


@pytest.mark.parametrize("name", ["m4a", "mp3", "flac", "wav"])
def test_words_come_back_as_they_were_written(songs: dict[str, Path], tmp_path: Path, name: str) -> None:
    path = tagged(songs[name], tmp_path)
    scratch = tmp_path / "scratch"
    found = read_tags(path, MEDIA_TYPES[name].demuxer, scratch)
    lyrics = "" if name == "wav" else LYRICS  # there is no place for them
    assert found == Tags(SAID["title"], SAID["artist"], lyrics, SAID["comment"])
    assert not scratch.exists()


def test_a_file_without_words_has_none(songs: dict[str, Path], tmp_path: Path) -> None:
    assert read_tags(songs["wav"], "wav", tmp_path / "s") == Tags()
    assert read_tags(songs["wav"], "flac", tmp_path / "s") == Tags()


def test_words_of_a_chapter_are_not_those_of_the_file() -> None:
    assert parse(";FFMETADATA1\nTITLE=A\n[CHAPTER]\nSTART=0\ntitle=B\n") == {"title": "A"}
    assert parse(";FFMETADATA1\nlyrics=a\\\n[STREAM]\\\nb\ntitle=T\n") == {
        "lyrics": "a\n[STREAM]\nb",
        "title": "T",
    }


@pytest.mark.parametrize("name", ["m4a", "mp3", "flac"])
def test_the_cover_comes_out_as_it_lies_there(songs, pictures, tmp_path: Path, name: str) -> None:
    path, cover = tmp_path / songs[name].name, tmp_path / "cover"
    inputs = ["-i", str(songs[name]), "-i", str(pictures["jpg"])]
    ffmpeg.run(
        [*inputs, "-map", "0:a", "-map", "1", "-c", "copy", "-disposition:v", "attached_pic", str(path)]
    )
    assert save_cover(path, MEDIA_TYPES[name].demuxer, cover)
    assert cover.read_bytes() == pictures["jpg"].read_bytes()
    assert verify_image(cover).name == "jpg"
    assert verify_audio(path, expected_seconds=None).media_type.name == name


def test_without_a_cover_there_is_none(songs: dict[str, Path], tmp_path: Path) -> None:
    assert not save_cover(songs["mp3"], "mp3", tmp_path / "cover")


@pytest.mark.parametrize("name", ["m4a", "mp3", "flac", "wav"])
def test_what_is_too_long_is_not_decoded(songs: dict[str, Path], monkeypatch, name: str) -> None:
    monkeypatch.setattr(ffmpeg, "decoded_seconds", lambda *a, **k: pytest.fail("it was decoded"))
    with pytest.raises(TooLong, match="no more is taken"):
        verify_audio(songs[name], expected_seconds=None, at_most=0.5)


def test_days_of_silence_in_a_small_file_are_read_up_to_the_limit(tmp_path: Path) -> None:
    """A header may promise nothing, so that only its packets tell."""
    path = tmp_path / "silence.flac"
    silence = ["-f", "lavfi", "-i", "anullsrc=r=8000:cl=mono", "-t", "4000"]
    ffmpeg.run([*silence, str(path)])
    data = bytearray(path.read_bytes())
    data[21:26] = bytes([data[21] & 0xF0, 0, 0, 0, 0])  # no number of samples
    path.write_bytes(data)
    assert ffmpeg.probe(path, demuxer="flac", at_most=60).duration == pytest.approx(60, abs=1)
    with pytest.raises(TooLong):
        verify_audio(path, expected_seconds=None, at_most=60)
