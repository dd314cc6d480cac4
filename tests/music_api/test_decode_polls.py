import json

import pytest

from studio.music_api.decode import poll_answer
from studio.music_api.errors import KeyRefused, MusicApiError, NotFound, Unavailable
from studio.music_api.types import Item, PollResult, PollState
from tests.music_api.conftest import golden

SONG = ("clip_id", "audio_url")
CDN = "https://musicapi-cdn.b-cdn.net/producer/"
CLIP = "ac78601b-bd05-48dd-b5c6-89195561de36"
UPLOAD = "5f17a9b3-2c8d-4e7a-bd1e-3f0a9c2d1b4e"


def poll(body: object, needs: tuple[str, ...] = SONG, status: int = 200) -> PollResult:
    return poll_answer(status, {}, body if isinstance(body, bytes) else json.dumps(body).encode(), needs)


def song(**fields: object) -> dict[str, object]:
    return {"clip_id": "c1", "audio_url": f"{CDN}c1.m4a", "state": "succeeded", **fields}


def test_a_finished_song() -> None:
    result = poll(golden("create_music_success"))
    assert (result.state, result.message, result.unknown_status) == (PollState.SUCCESS, "success", "")
    assert result.items == (
        Item(
            clip_id=CLIP,
            title="Back to You",
            lyrics="[Verse 1]\nLate night drives across the city\n...",
            audio_url=f"{CDN}{CLIP}.m4a",
            wav_url=f"{CDN}{CLIP}-wav.wav",
            image_url=f"{CDN}{CLIP}-img.jpg",
            duration=57.536,
            model="FUZZ-2.0 Pro",
            seed="12345",
            created_at="2026-04-27T14:00:53.030544Z",
        ),
    )


def test_finished_lyrics_have_no_state_of_their_own() -> None:
    result = poll(golden("make_lyrics_success"), needs=("lyrics_id", "lyrics"))
    assert result.state is PollState.SUCCESS
    assert (result.items[0].lyrics_id, result.items[0].title) == ("lyr_3f9b7a4d2c1e", "Goodbye Small Town")
    assert result.items[0].sound == "bittersweet folk-pop with acoustic guitar"


def test_a_finished_video() -> None:
    result = poll(golden("video_clip_success"), needs=("clip_id", "video_url"))
    assert result.state is PollState.SUCCESS
    assert result.items[0].video_url == f"{CDN}{CLIP}-video.mp4"


def test_a_finished_upload() -> None:
    result = poll(golden("upload_success"))
    assert result.state is PollState.SUCCESS
    assert (result.items[0].clip_id, result.items[0].duration) == (UPLOAD, 184.73)


def test_a_finished_download() -> None:
    result = poll(golden("download_success"), needs=("clip_id", "audio_url", "format"))
    assert result.state is PollState.SUCCESS
    assert (result.items[0].format, result.items[0].audio_url) == ("wav", f"{CDN}{CLIP}-wav.wav")


def test_the_older_dialects_finished_song() -> None:
    result = poll(golden("older_success"))
    assert result.state is PollState.SUCCESS
    assert (result.items[0].duration, result.items[0].wav_url) == (104.88, None)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, golden("running")),
        (200, b'{"status":"pending"}'),
        (200, b'{"status":" Running "}'),
        (202, golden("older_not_ready")),
        (200, golden("older_not_ready")),
        (200, b'{"type":"not_ready"}'),
        (200, b'{"code":102}'),
        (202, b""),
        (202, b"<html>"),
        (102, b""),
        (200, b'{"data":[{"state":"succeeded"},{"state":"running"}]}'),
        (200, b'{"data":[{"state":"pending"}]}'),
        (200, b'{"status":"RUNNING","type":"failed"}'),
    ],
)
def test_still_running(status: int, body: bytes) -> None:
    result = poll_answer(status, {}, body, SONG)
    assert (result.state, result.unknown_status) == (PollState.RUNNING, "")


def test_a_running_task_has_a_sentence() -> None:
    assert poll(golden("running")).message == "task is still processing"
    assert poll(golden("older_not_ready"), status=202).message == "The task is not ready yet."


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, golden("failed")),
        (200, b'{"status":"failed"}'),
        (200, b'{"type":"timeout"}'),
        (200, b'{"data":[{"state":"failed"},{"state":"failed"}]}'),
        (200, b'{"status":"SUCCESS","data":[{"state":"failed"}]}'),
        (504, golden("older_timed_out")),
        (504, b'{"type":"timeout"}'),
        (504, b'{"message":"Timed out. Credits refunded."}'),
        (504, b'{"detail":"The task took too long."}'),
    ],
)
def test_failed(status: int, body: bytes) -> None:
    result = poll_answer(status, {}, body, SONG)
    assert (result.state, result.unknown_status) == (PollState.FAILED, "")


def test_a_failed_task_has_a_sentence() -> None:
    assert poll(golden("failed")).message == "Task failed. Credits have been refunded."
    assert poll(golden("older_timed_out"), status=504).message.startswith("The task timed out.")


@pytest.mark.parametrize(
    ("body", "unknown"),
    [
        ({"status": "QUEUED2"}, "QUEUED2"),
        ({"status": "x" * 100}, "x" * 40),
        ({"status": "\0"}, "empty status"),
        ({"status": ""}, "empty status"),
        ({"status": 7}, "status of type int"),
        ({"status": True}, "status of type bool"),
        ({"status": ["SUCCESS"]}, "status of type list"),
        ({"status": None}, "no status"),
        ({}, "no status"),
        ({"data": []}, "no status"),
        ({"data": {"state": "succeeded"}}, "no status"),
        ({"data": [song(), song(state="failed")]}, "no status"),
        ({"data": [song(), song(state=None)]}, "no status"),
        ({"code": 404, "error": "odd"}, "no status"),
    ],
    ids=repr,
)
def test_what_we_do_not_understand_keeps_running(body: object, unknown: str) -> None:
    result = poll(body)
    assert (result.state, result.unknown_status) == (PollState.RUNNING, unknown)


@pytest.mark.parametrize(
    ("data", "missing"),
    [
        ([], "clip_id and audio_url"),
        (None, "clip_id and audio_url"),
        ({}, "clip_id and audio_url"),
        ([None, 7, "x"], "clip_id and audio_url"),
        ([song(audio_url=None)], "audio_url"),
        ([song(audio_url="")], "audio_url"),
        ([song(audio_url="javascript:alert(1)")], "audio_url"),
        ([song(audio_url="https://a b")], "audio_url"),
        ([song(audio_url="https://" + "x" * 2001)], "audio_url"),
        ([song(audio_url=7)], "audio_url"),
        ([song(clip_id=None)], "clip_id"),
        ([song(), song(audio_url=None)], "audio_url"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_a_success_without_its_song_is_none(data: object, missing: str) -> None:
    result = poll({"status": "SUCCESS", "data": data})
    assert (result.state, result.unknown_status) == (PollState.RUNNING, f"success without {missing}")


def test_a_success_that_needs_nothing_may_be_empty() -> None:
    assert poll({"status": "SUCCESS", "data": []}, needs=()).state is PollState.SUCCESS


def test_a_null_status_is_as_good_as_none() -> None:
    assert poll({"status": None, "data": [song()]}).state is PollState.SUCCESS


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"null", b"[" * 100_000, b" " * 1024 * 1024 + b"{}"])
def test_an_unreadable_poll_is_unavailable(body: bytes) -> None:
    with pytest.raises(Unavailable, match="HTTP 200 with an unreadable body"):
        poll(body)


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (404, b'{"error":"task not found."}', NotFound),
        (404, b"<html>", NotFound),
        (400, b'{"error":"Task not found."}', NotFound),
        (410, b'{"type":"endpoint_retired"}', NotFound),
        (400, b'{"error":"bad id"}', Unavailable),
        (401, golden("error_401"), KeyRefused),
        (403, b"", KeyRefused),
        (402, golden("error_402"), Unavailable),
        (429, golden("error_429"), Unavailable),
        (500, golden("error_500"), Unavailable),
        (500, b'{"error":"task not found"}', Unavailable),
        (502, b'{"type":"failed"}', Unavailable),
        (504, b"<html>Gateway Time-out</html>", Unavailable),
        (504, b'{"message":"Endpoint request timed out"}', Unavailable),
        (301, b"", Unavailable),
        (103, b"", Unavailable),
    ],
)
def test_a_poll_that_is_refused(status: int, body: bytes, error: type[MusicApiError]) -> None:
    with pytest.raises(MusicApiError) as caught:
        poll(body, status=status)
    assert type(caught.value) is error
    assert caught.value.status == status


@pytest.mark.parametrize("name", ["create_music_success", "make_lyrics_success", "running", "failed"])
def test_a_result_survives_being_stored(name: str) -> None:
    result = poll(golden(name))
    stored = json.loads(json.dumps(result.as_dict(), allow_nan=False))
    assert PollResult.from_dict(stored) == result
