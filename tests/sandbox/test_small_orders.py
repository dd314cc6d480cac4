"""make_lyrics, video_clip and download over real HTTP (upstream.md 1.4, 1.7)."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from studio.audio import ffmpeg

from . import quick
from .caller import Caller
from .conftest import Start
from .quick import SECONDS

CREATED_AT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z"


@pytest.fixture
def clip(caller: Caller) -> Any:
    return caller.end(caller.submit(title="Back to You"))["data"][0]


def fetched(caller: Caller, url: str, folder: Path) -> Path:
    path = urlsplit(url).path
    file = folder / Path(path).name
    file.write_bytes(caller("GET", path).body)
    return file


def test_lyrics_have_the_item_of_the_page(caller: Caller) -> None:
    item = caller.made("lyrics-create", prompt="leaving a small town")
    assert list(item) == ["lyrics_id", "lyrics", "title", "sound", "created_at"]
    assert re.fullmatch("lyr_[0-9a-f]{12}", item["lyrics_id"])
    assert re.fullmatch(CREATED_AT, item["created_at"])
    assert item["lyrics"].startswith("[Verse 1]\nleaving a small town\n")
    assert (item["title"], item["sound"]) == ("On leaving a small town", "quick folk")


def test_the_same_prompt_gives_other_lyrics_each_time(caller: Caller) -> None:
    drafts = [caller.made("lyrics-create", prompt="rain") for _ in range(2)]
    assert drafts[0]["lyrics"] != drafts[1]["lyrics"]
    assert drafts[0]["lyrics_id"] != drafts[1]["lyrics_id"]


@pytest.mark.parametrize(
    ("path", "fields", "price"),
    [
        ("lyrics-create", {"prompt": "x" * 3000}, 1),
        ("video-clip", {"preset": "player"}, 5),
        ("download", {"format": "mp3"}, 2),
    ],
)
def test_what_it_costs(caller: Caller, clip: Any, path: str, fields: dict[str, Any], price: int) -> None:
    caller.made(path, clip_id=clip["clip_id"], **fields)
    assert caller.credits() == 9_990 - price


def test_a_video_has_the_item_of_the_page(caller: Caller, clip: Any) -> None:
    item = caller.made("video-clip", clip_id=clip["clip_id"])
    assert re.fullmatch(CREATED_AT, item.pop("created_at"))
    assert item == {
        "clip_id": clip["clip_id"],
        "title": "Back to You",
        "audio_url": clip["audio_url"],
        "video_url": f"{caller.url}/media/{clip['clip_id']}-video.mp4",
        "image_url": clip["image_url"],
        "duration": SECONDS,
        "state": "succeeded",
    }


@pytest.mark.parametrize("preset", ["simple", "modern", "player"])
def test_the_maker_of_a_video_gets_song_cover_title_and_preset(start: Start, preset: str) -> None:
    asked: list[Any] = []

    def make_video(*arguments: Any) -> None:
        asked.append(arguments[:4])
        assert all(path.is_file() for path in arguments[:2])
        quick.make_video(*arguments)

    caller = start(makers={"make_video": make_video})
    clip_id = caller.end(caller.submit(title="Mine"))["data"][0]["clip_id"]
    caller.made("video-clip", clip_id=clip_id, preset=preset)
    ((audio, cover, *rest),) = asked
    assert (audio.name, cover.name) == (f"{clip_id}.m4a", f"{clip_id}-img.jpg")
    assert rest == ["Mine", preset]


def test_a_video_can_be_played(caller: Caller, clip: Any, tmp_path: Path) -> None:
    item = caller.made("video-clip", clip_id=clip["clip_id"], preset="modern")
    reply = caller("HEAD", urlsplit(item["video_url"]).path)
    assert reply.headers["Content-Type"] == "video/mp4"
    file = fetched(caller, item["video_url"], tmp_path)
    assert ffmpeg.has_video(file, demuxer="mov")
    assert ffmpeg.decoded_seconds(file, demuxer="mov") == pytest.approx(SECONDS, abs=0.1)


def test_videos_of_one_song_do_not_replace_each_other(caller: Caller, clip: Any) -> None:
    presets = ("simple", "modern", "player")
    urls = {
        caller.made("video-clip", clip_id=clip["clip_id"], preset=preset)["video_url"] for preset in presets
    }
    assert len(urls) == 3


@pytest.mark.parametrize("format", ["mp3", "wav"])
def test_a_download_has_the_item_of_the_page(caller: Caller, clip: Any, format: str) -> None:
    item = caller.made("download", clip_id=clip["clip_id"], format=format)
    assert list(item) == ["clip_id", "format", "audio_url", "state", "created_at"]
    assert re.fullmatch(CREATED_AT, item.pop("created_at"))
    assert item == {
        "clip_id": clip["clip_id"],
        "format": format,
        "audio_url": f"{caller.url}/media/{clip['clip_id']}-{format}.{format}",
        "state": "succeeded",
    }


@pytest.mark.parametrize(("format", "content_type"), [("mp3", "audio/mpeg"), ("wav", "audio/wav")])
def test_a_download_can_be_played(
    caller: Caller, clip: Any, tmp_path: Path, format: str, content_type: str
) -> None:
    item = caller.made("download", clip_id=clip["clip_id"], format=format)
    file = fetched(caller, item["audio_url"], tmp_path)
    reply = caller("HEAD", urlsplit(item["audio_url"]).path)
    assert reply.headers["Content-Type"] == content_type
    assert ffmpeg.decoded_seconds(file, demuxer=format) == pytest.approx(SECONDS, abs=0.1)


def test_a_file_is_converted_once(caller: Caller, clip: Any, tmp_path: Path) -> None:
    order = {"clip_id": clip["clip_id"], "format": "mp3"}
    item = caller.made("download", **order)
    (kept,) = (tmp_path / "sandbox" / "media").glob("*.mp3")
    kept.write_bytes(b"the kept one")
    assert caller.made("download", **order)["audio_url"] == item["audio_url"]
    assert caller("GET", urlsplit(item["audio_url"]).path).body == b"the kept one"


def test_a_download_of_a_clip_whose_files_are_gone_is_refunded(
    caller: Caller, clip: Any, tmp_path: Path
) -> None:
    (tmp_path / "sandbox" / urlsplit(clip["wav_url"]).path.removeprefix("/")).unlink()
    reply = caller.order("download", clip_id=clip["clip_id"], format="mp3")
    assert caller.end(reply.json["task_id"])["status"] == "FAILED"
    assert caller.credits() == 9_990


@pytest.mark.parametrize(
    ("path", "fields", "error"),
    [
        ("lyrics-create", {}, "The 'prompt' field is required."),
        ("lyrics-create", {"prompt": " "}, "The 'prompt' field is required."),
        ("lyrics-create", {"prompt": ["x"]}, "The 'prompt' field must be a string."),
        ("lyrics-create", {"prompt": "x" * 3001}, "The 'prompt' field must be at most 3000 characters."),
        ("video-clip", {"clip_id": None}, "The 'clip_id' field is required."),
        (
            "video-clip",
            {"preset": "loud"},
            "The 'preset' field is invalid. Allowed values: simple, modern, player",
        ),
        (
            "video-clip",
            {"preset": 1},
            "The 'preset' field is invalid. Allowed values: simple, modern, player",
        ),
        ("download", {"clip_id": 7, "format": "mp3"}, "The 'clip_id' field must be a string."),
        ("download", {}, "The 'format' field is required."),
        ("download", {"format": "m4a"}, "The 'format' field is invalid. Allowed values: mp3, wav"),
        ("upload", {}, "The 'audio_url' field is required."),
        (
            "upload",
            {"audio_url": "http://studio.example/a.mp3"},
            "The 'audio_url' field must be an HTTPS URL.",
        ),
        ("upload", {"audio_url": "file:///etc/passwd"}, "The 'audio_url' field must be an HTTPS URL."),
        (
            "upload",
            {"audio_url": "https://a.example/" + "x" * 2031},
            "The 'audio_url' field must be at most 2048 characters.",
        ),
    ],
)
def test_a_bad_field_is_named_and_costs_nothing(
    caller: Caller, clip: Any, path: str, fields: dict[str, Any], error: str
) -> None:
    reply = caller.order(path, **{"clip_id": clip["clip_id"], **fields})
    assert reply.status == 400
    assert reply.json == {"type": "validation_error", "error": error}
    assert caller.credits() == 9_990


@pytest.mark.parametrize(("path", "fields"), [("video-clip", {}), ("download", {"format": "mp3"})])
def test_a_clip_of_somebody_else_is_not_found(caller: Caller, path: str, fields: dict[str, Any]) -> None:
    reply = caller.order(path, clip_id="21ff06d1-9bd5-47e7-bdd2-8a4536850e6d", **fields)
    assert (reply.status, reply.json) == (404, {"type": "not_found", "error": "clip not found"})


@pytest.mark.parametrize("path", ["lyrics-create", "video-clip", "upload", "download"])
def test_every_order_needs_the_key(caller: Caller, path: str) -> None:
    caller.headers = {}
    reply = caller.order(path, prompt="x")
    assert (reply.status, reply.json["type"]) == (401, "unauthorized")
