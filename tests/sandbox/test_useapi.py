"""The download of useapi.net's riffusion service over real HTTP (upstream.md 6)."""

import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from studio.audio import ffmpeg

from . import quick
from .caller import Caller, Reply
from .conftest import Start
from .quick import SECONDS, STEMS

PATH = "/v1/riffusion/music/download/"


@pytest.fixture
def task_id(caller: Caller) -> str:
    task_id = caller.submit()
    caller.end(task_id)
    return task_id


def download(caller: Caller, **query: str) -> Reply:
    return caller("GET", f"{PATH}?{urlencode(query)}", Accept="application/json")


@pytest.mark.parametrize(("form", "content_type"), [("mp3", "audio/mpeg"), ("wav", "audio/wav")])
def test_a_song_comes_as_bytes(
    caller: Caller, task_id: str, tmp_path: Path, form: str, content_type: str
) -> None:
    reply = download(caller, id=task_id, download_format=form)
    assert (reply.status, reply.headers["Content-Type"]) == (200, content_type)
    assert int(reply.headers["Content-Length"]) == len(reply.body)
    file = tmp_path / "song"
    file.write_bytes(reply.body)
    assert ffmpeg.decoded_seconds(file, demuxer=form) == pytest.approx(SECONDS, abs=0.1)


def test_a_song_may_be_named_by_its_clip(caller: Caller, task_id: str) -> None:
    clip_id = caller.poll(task_id).json["data"][0]["clip_id"]
    by_clip, by_task = (download(caller, id=name, download_format="wav") for name in (clip_id, task_id))
    assert by_clip.body == by_task.body
    assert by_clip.body.startswith(b"RIFF")


def test_it_is_free(caller: Caller, task_id: str) -> None:
    download(caller, id=task_id, download_format="mp3")
    assert caller.credits() == 9_990


def test_stems_come_as_json_with_addresses(caller: Caller, task_id: str) -> None:
    reply = download(caller, id=task_id, download_format="stems")
    assert (reply.status, reply.headers["Content-Type"]) == (200, "application/json")
    assert [stem["name"] for stem in reply.json["stems"]] == list(STEMS)
    urls = [stem["url"] for stem in reply.json["stems"]]
    assert len(set(urls)) == len(STEMS)
    for url in urls:
        assert url.startswith(f"{caller.url}/media/")
        assert caller("GET", urlsplit(url).path).body.startswith(b"RIFF")


def test_everything_is_made_once(start: Start) -> None:
    made: list[Any] = []

    def stems_of(*arguments: Any) -> Any:
        made.append(arguments[0])
        time.sleep(0.2)  # long enough for the other calls to come in the meantime
        return quick.stems_of(*arguments)

    caller = start(makers={"stems_of": stems_of})
    task_id = caller.submit(seed="5")
    caller.end(task_id)
    calls = [
        threading.Thread(target=download, args=(caller,), kwargs={"id": task_id, "download_format": "stems"})
        for _ in range(5)
    ]
    for call in calls:
        call.start()
    for call in calls:
        call.join()
    assert made == [{"made": "compose", "seed": 5}]


def test_a_converted_song_is_kept(caller: Caller, task_id: str, tmp_path: Path) -> None:
    first = download(caller, id=task_id, download_format="mp3").body
    (kept,) = (tmp_path / "sandbox" / "media").glob("*.mp3")
    kept.write_bytes(b"the kept one")
    assert first.startswith(b"ID3")
    assert download(caller, id=task_id, download_format="mp3").body == b"the kept one"


def test_an_upload_has_no_stems(caller: Caller, task_id: str) -> None:
    url = caller.poll(task_id).json["data"][0]["wav_url"]
    clip_id = caller.made("upload", audio_url=url)["clip_id"]
    reply = download(caller, id=clip_id, download_format="stems")
    assert (reply.status, reply.json["code"]) == (400, 400)
    assert "made here" in reply.json["error"]


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ({"download_format": "mp3"}, "Parameter id is required"),
        ({"id": "TASK"}, "Parameter download_format is required"),
        ({"id": "TASK", "download_format": ""}, "Parameter download_format is required"),
        (
            {"id": "TASK", "download_format": "m4a"},
            "Parameter download_format must be one of mp3, wav, stems",
        ),
        ({"id": "nobody", "download_format": "mp3"}, "Song nobody not found"),
        (
            {"id": "TASK", "download_format": "mp3", "user_id": "user-2"},
            "Account user-2 is not configured",
        ),
    ],
)
def test_400(caller: Caller, task_id: str, query: dict[str, str], error: str) -> None:
    reply = download(caller, **{name: value.replace("TASK", task_id) for name, value in query.items()})
    assert reply.status == 400
    assert reply.json == {"error": error, "code": 400}


@pytest.mark.parametrize("authorization", [None, "Bearer", "Bearer another-key"])
def test_401(caller: Caller, task_id: str, authorization: str | None) -> None:
    caller.headers = {"Authorization": authorization} if authorization else {}
    reply = download(caller, id=task_id, download_format="mp3")
    assert reply.status == 401
    assert reply.json == {"error": "Unauthorized", "code": 401}


def test_596_while_the_account_needs_attention(caller: Caller, task_id: str) -> None:
    caller.turn(needs_attention=True)
    reply = download(caller, id=task_id, download_format="mp3")
    assert reply.status == 596
    assert list(reply.json) == ["error"]
    assert reply.json["error"].startswith("Your Riffusion account has pending error.")
    caller.turn(needs_attention=False)
    assert download(caller, id=task_id, download_format="mp3").status == 200


def test_several_accounts_have_to_be_told_apart(caller: Caller, task_id: str) -> None:
    caller.turn(accounts=2)
    song = {"id": task_id, "download_format": "mp3"}
    reply = download(caller, **song)
    assert (reply.status, reply.json) == (400, {"error": "Parameter user_id is required", "code": 400})
    assert [download(caller, **song, user_id=f"user-{number}").status for number in (1, 2, 3)] == [
        200,
        200,
        400,
    ]


def test_one_account_needs_no_name_but_may_have_it(caller: Caller, task_id: str) -> None:
    assert download(caller, id=task_id, download_format="mp3", user_id="user-1").status == 200


def test_a_file_that_can_not_be_made_is_a_500(caller: Caller, task_id: str, tmp_path: Path) -> None:
    wav = urlsplit(caller.poll(task_id).json["data"][0]["wav_url"]).path
    (tmp_path / "sandbox" / wav.removeprefix("/")).unlink()
    reply = download(caller, id=task_id, download_format="mp3")
    assert (reply.status, reply.json["code"]) == (500, 500)


@pytest.mark.parametrize(("method", "path"), [("POST", PATH), ("GET", "/v1/riffusion/music/")])
def test_404_for_what_was_never_built(caller: Caller, method: str, path: str) -> None:
    reply = caller(method, path)
    assert (reply.status, reply.json) == (404, {"error": "Not found", "code": 404})
