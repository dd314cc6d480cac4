import contextlib
import struct
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.audio import containers, ffmpeg
from studio.audio.containers import Damaged
from studio.audio.media_types import MEDIA_TYPES
from studio.audio.verify import verify_audio
from tests.audio.conftest import SECONDS, tune, write_wav

FORMATS = ("m4a", "mp3", "flac", "wav")
FTYP = b"\0\0\0\x10ftypM4A \0\0\0\0"
MOOV = b"\0\0\0\x0cmoov\0\0\0\0"


def checked(path: Path, demuxer: str) -> float | None:
    with path.open("rb") as file:
        return containers.check(file, demuxer)


def check_bytes(folder: Path, data: bytes, demuxer: str) -> float | None:
    (folder / "file").write_bytes(data)
    return checked(folder / "file", demuxer)


@pytest.mark.parametrize(
    "mdat",
    [
        b"\0\0\0\x0cmdatSONG",
        b"\0\0\0\0mdatSONG",  # to the end of the file
        b"\0\0\0\x01mdat\0\0\0\0\0\0\0\x14SONG",  # a length of 64 bits
    ],
)
def test_every_way_to_write_a_box(tmp_path: Path, mdat: bytes) -> None:
    check_bytes(tmp_path, FTYP + MOOV + mdat, "mov")
    check_bytes(tmp_path, FTYP + b"\0\0\0\x08free" + MOOV + mdat, "mov")


@pytest.mark.parametrize(
    "mdat",
    [
        b"\0\0\0\x0dmdatSONG",
        b"\0\0\0\x01mdat\0\0\0\0\0\0\0\x15SONG",
        b"\0\0\0\x0bmdatSONG",
        b"\0\0\0\x07mdatSONG",
        b"\0\0\0\x01mdat\0\0\0\0\0\0\0\x0fSONG",
        b"\0\0\0\x08mdat\0\0\0\x08free\0\0\0",
    ],
)
def test_boxes_that_do_not_add_up(tmp_path: Path, mdat: bytes) -> None:
    with pytest.raises(Damaged, match=r"do not fit|cut short"):
        check_bytes(tmp_path, FTYP + MOOV + mdat, "mov")


def riff(*chunks: tuple[bytes, bytes]) -> bytes:
    body = b"".join(
        kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2) for kind, data in chunks
    )
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WAVE" + body


FMT = (b"fmt ", struct.pack("<HHIIHH", 1, 1, 8000, 16000, 2, 16))


@pytest.mark.parametrize("before", [[], [(b"LIST", b"even")], [(b"LIST", b"odd")], [(b"junk", b"")]])
def test_chunks_before_the_sound_are_passed_over(tmp_path: Path, before: list[tuple[bytes, bytes]]) -> None:
    assert check_bytes(tmp_path, riff(*before, FMT, *before, (b"data", bytes(8000))), "wav") == 0.5


def test_a_wav_with_junk_behind_is_complete(tmp_path: Path) -> None:
    assert check_bytes(tmp_path, riff(FMT, (b"data", bytes(16000))) + b"junk", "wav") == 1.0


@pytest.mark.parametrize("missing", [1, 7, 4000])
def test_a_wav_that_is_shorter_than_it_says(tmp_path: Path, missing: int) -> None:
    with pytest.raises(Damaged, match=f"{missing:,} bytes"):
        check_bytes(tmp_path, riff(FMT, (b"data", bytes(16000)))[:-missing], "wav")


@pytest.mark.parametrize("fmt", [(b"fmt ", b"short"), (b"fmt ", bytes(16)), (b"FMT ", FMT[1])])
def test_a_wav_that_does_not_tell_its_rate(tmp_path: Path, fmt: tuple[bytes, bytes]) -> None:
    with pytest.raises(Damaged, match="sound is missing"):
        check_bytes(tmp_path, riff(fmt, (b"data", bytes(8000))), "wav")


FRAME = b"\xff\xfb\x90\x00".ljust(417, b"\0")  # 128 kbit/s, 44.1 kHz: 144 * 128000 // 44100 bytes


def id3(size: int, flags: int = 0) -> bytes:
    length = bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x04\0" + bytes([flags]) + length + bytes(size) + (bytes(10) if flags else b"")


@pytest.mark.parametrize("tag", [b"", id3(0), id3(100), id3(200), id3(70_000), id3(300, 0x10)])
@pytest.mark.parametrize("end", [b"", b"TAG" + bytes(125), b"APETAGEX" + bytes(24), b"LYRICSBEGIN"])
def test_tags_around_the_frames_are_passed_over(tmp_path: Path, tag: bytes, end: bytes) -> None:
    check_bytes(tmp_path, tag + FRAME * 3 + end, "mp3")


@pytest.mark.parametrize(
    "wrong",
    [
        b"\xff\xfb",  # half a head
        b"\xff\xfb\x90",
        b"\x7f\xfb\x90\x00",  # no sync
        b"\xff\xfd\x90\x00",  # layer two
        b"\xff\xeb\x90\x00",  # a version that does not exist
        b"\xff\xfb\x00\x00",  # no bitrate
        b"\xff\xfb\xf0\x00",
        b"\xff\xfb\x9c\x00",  # no rate
        bytes(417),
    ],
)
def test_what_is_no_frame_is_damage(tmp_path: Path, wrong: bytes) -> None:
    with pytest.raises(Damaged, match="not sound"):
        check_bytes(tmp_path, FRAME * 2 + wrong.ljust(417, b"\0") if len(wrong) > 3 else FRAME + wrong, "mp3")


@pytest.mark.parametrize(("promised", "there"), [(0, 0), (0, 5), (5, 5), (5, 6)])
def test_a_count_that_is_kept(tmp_path: Path, promised: int, there: int) -> None:
    check_bytes(tmp_path, counted(promised) + FRAME * there, "mp3")


def test_a_count_that_is_not_kept(tmp_path: Path) -> None:
    with pytest.raises(Damaged, match="cut short"):
        check_bytes(tmp_path, counted(5) + FRAME * 4, "mp3")


def counted(frames: int) -> bytes:
    head = FRAME[:4] + bytes(32) + b"Xing\0\0\0\x0f" + struct.pack(">I", frames)
    return head.ljust(len(FRAME), b"\0")


@pytest.mark.parametrize("name", ["wav", "m4a"])
def test_it_says_how_much_is_missing(songs, changed, name: str) -> None:
    short = changed(songs[name], lambda data: data[:-1234])
    with pytest.raises(Damaged, match="1,234 bytes"):
        verify_audio(short, expected_seconds=None)


@pytest.mark.parametrize(
    ("name", "seconds"), [("wav", SECONDS), ("flac", SECONDS), ("mp3", None), ("m4a", None)]
)
def test_what_the_header_promises(songs: dict[str, Path], name: str, seconds: float | None) -> None:
    assert checked(songs[name], MEDIA_TYPES[name].demuxer) == seconds


@pytest.mark.parametrize("chunk", [b"data", b"fmt "])
def test_a_wav_that_lacks_a_chunk_is_incomplete(songs, changed, chunk: bytes) -> None:
    with pytest.raises(Damaged, match="sound is missing"):
        verify_audio(changed(songs["wav"], lambda data: data.replace(chunk, b"junk")), expected_seconds=None)


def test_a_flac_written_into_a_pipe_promises_nothing(songs, changed) -> None:
    rate_only = bytes([0x0A, 0xC4, 0x42, 0xF0, 0, 0, 0, 0])
    path = changed(songs["flac"], lambda data: data[:18] + rate_only + data[26:])
    assert checked(path, "flac") is None


def test_an_mp3_without_a_count_must_end_with_a_whole_frame(tmp_path: Path, songs: dict[str, Path]) -> None:
    bare = tmp_path / "bare.mp3"
    ffmpeg.run(["-i", str(songs["mp3"]), "-c", "copy", "-write_xing", "0", str(bare)])
    assert verify_audio(bare, expected_seconds=SECONDS)
    bare.write_bytes(bare.read_bytes()[:-7])
    with pytest.raises(Damaged, match="7 bytes"):
        verify_audio(bare, expected_seconds=SECONDS)


def test_an_mp3_that_was_cut_between_two_frames_is_damaged(songs, changed) -> None:
    data = songs["mp3"].read_bytes()
    last_frame = data.rindex(data[data.index(b"\xff\xfb") :][:2])
    with pytest.raises(Damaged, match="cut short"):
        verify_audio(changed(songs["mp3"], lambda data: data[:last_frame]), expected_seconds=None)


def test_junk_after_the_last_box_is_damage(songs, changed) -> None:
    with pytest.raises(Damaged, match=r"do not fit|cut short"):
        verify_audio(changed(songs["m4a"], lambda data: data + b"PK\x03\x04 junk"), expected_seconds=None)


def test_an_m4a_without_its_index_is_damaged(songs, changed) -> None:
    without = changed(songs["m4a"], lambda data: data.replace(b"moov", b"free"))
    with pytest.raises(Damaged, match="index is missing"):
        verify_audio(without, expected_seconds=None)


def test_a_file_of_countless_empty_boxes_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "boxes.m4a"
    path.write_bytes(b"\0\0\0\x10ftypM4A \0\0\0\0" + b"\0\0\0\x08free" * 200_000)
    with pytest.raises(Damaged, match="do not fit"):
        checked(path, "mov")


@pytest.mark.parametrize("size", containers.UNKNOWN_SIZES)
def test_a_wav_written_into_a_pipe_passes(songs, changed, size: int) -> None:
    def forget(data: bytes) -> bytes:
        unknown = struct.pack("<I", size)
        place = data.index(b"data") + 4
        return data[:4] + unknown + data[8:place] + unknown + data[place + 4 :]

    path = changed(songs["wav"], forget)
    assert checked(path, "wav") is None
    if size:  # ffmpeg takes a data chunk of size 0 at its word
        assert verify_audio(path, expected_seconds=SECONDS)


def test_an_mp3_with_a_tag_at_its_end_passes(songs, changed) -> None:
    tagged = changed(songs["mp3"], lambda data: data + b"TAG" + bytes(125))
    assert verify_audio(tagged, expected_seconds=SECONDS)


@pytest.mark.parametrize("rate", [44100, 22050])
def test_mp3_frames_of_every_bitrate_are_measured(tmp_path: Path, rate: int) -> None:
    wav, mp3 = write_wav(tmp_path / "song.wav", tune(0.5)), tmp_path / "song.mp3"
    for bitrate in containers.BITRATES[1 if rate == 44100 else 2][1:]:
        ffmpeg.run(["-i", str(wav), "-ar", str(rate), "-b:a", f"{bitrate}k", str(mp3)])
        checked(mp3, "mp3")


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_bytes_break_the_container_checks(songs, tmp_path: Path, name: str, data: st.DataObject) -> None:
    original = songs[name].read_bytes()
    start = data.draw(st.integers(0, 3000))
    junk = data.draw(st.binary(max_size=40))
    path = tmp_path / "mutated"
    path.write_bytes(
        (original[:start] + junk + original[start + len(junk) :])[: data.draw(st.integers(16, 9000))]
    )
    with contextlib.suppress(Damaged):  # and nothing else
        checked(path, MEDIA_TYPES[name].demuxer)
