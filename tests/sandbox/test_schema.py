"""A folder of the first version goes on in this one; see version_1.sql for what is in it."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from studio.sandbox.music import SongRequest
from studio.sandbox.server import Sandbox

from . import quick
from .caller import KEY, Caller
from .conftest import Start
from .receiver import Receiver

DUMP = Path(__file__).with_name("version_1.sql")
DONE, FAILED, ANNOUNCED, LATE, WAITING = (
    f"{digit * 8}-0000-4000-8000-00000000000a" for digit in ("1", "2", "3", "4", "5")
)
CLIP = "11111111-0000-4000-8000-00000000000c"


@pytest.fixture
def older(tmp_path: Path) -> Callable[[str], None]:
    """Makes the folder of the fixture `start`; webhooks of the store go to an address."""

    def make(hook: str) -> None:
        media = tmp_path / "sandbox" / "media"
        media.mkdir(parents=True)
        quick.compose(SongRequest("", "", "", 0), media, CLIP)
        with closing(sqlite3.connect(media.parent / "sandbox.sqlite3")) as db:
            db.executescript(DUMP.read_text().replace("http://127.0.0.1:1/hooks", hook))

    return make


@pytest.fixture
def caller(older: Callable[[str], None], start: Start) -> Caller:
    older("http://127.0.0.1:1/hooks")
    return start()


def test_the_balance_and_the_orders_are_kept(caller: Caller) -> None:
    ledger = caller.ledger()
    assert caller.credits() == ledger["balance"] == 460
    assert [task["task_id"] for task in ledger["tasks"]] == [DONE, FAILED, ANNOUNCED, LATE, WAITING]
    assert {task["task_type"] for task in ledger["tasks"]} == {"create_music"}


def test_a_song_that_was_done_is_told_as_before(caller: Caller) -> None:
    media = f"{caller.url}/media/{CLIP}"
    item = {
        "clip_id": CLIP,
        "title": "Back to You",
        "sound": "quiet folk with a piano",
        "lyrics": "[Verse 1]\nLate – night",
        "audio_url": f"{media}.m4a",
        "wav_url": f"{media}-wav.wav",
        "image_url": f"{media}-img.jpg",
        "video_url": None,
        "duration": 2.0,
        "mv": "FUZZ-2.0 Pro",
        "seed": "12345",
        "state": "succeeded",
    }
    answer = caller.poll(DONE).json
    assert answer["data"][0].pop("created_at").startswith("2026-10-01T12:00:00")
    assert answer == {"code": 200, "status": "SUCCESS", "message": "success", "data": [item]}


def test_every_other_order_goes_on_where_it_was(caller: Caller) -> None:
    assert caller.status(FAILED) == "FAILED"
    assert caller.status(LATE) == "RUNNING"  # made, but not due for a long time
    assert caller.end(WAITING)["status"] == "SUCCESS"
    assert caller.credits() == 460


def test_a_webhook_that_was_open_is_delivered(older: Callable[[str], None], start: Start) -> None:
    with Receiver() as receiver:
        older(receiver.url)
        start()
        assert receiver.next().json["task_id"] == ANNOUNCED


def test_new_orders_work_on_old_songs(caller: Caller) -> None:
    caller.turn(failure_rate=0)
    item = caller.made("create", task_type="extend_music", clip_id=CLIP, starts_at=1)
    assert item["title"] == "Back to You"
    assert caller.made("download", clip_id=CLIP, format="mp3")["clip_id"] == CLIP
    assert caller.credits() == 460 - 12 - 2


def test_it_is_brought_up_to_date_once(older: Callable[[str], None], start: Start, tmp_path: Path) -> None:
    older("")
    with Sandbox(tmp_path / "sandbox", KEY, port=0, makers=quick.MAKERS) as sandbox:
        Caller(sandbox.url).end(WAITING)
        before = Caller(sandbox.url).ledger()
    assert start().ledger() == before


def test_a_new_order_has_the_next_number(older: Callable[[str], None], start: Start) -> None:
    older("")
    caller = start(failure_rate=0.5)  # every second: the five that are there count
    ends = [caller.end(caller.submit())["status"] for _ in range(2)]
    assert ends == ["FAILED", "SUCCESS"]


def test_a_store_that_can_not_be_brought_up_to_date_stays_as_it_is(
    older: Callable[[str], None], start: Start, tmp_path: Path
) -> None:
    older("")
    path = tmp_path / "sandbox" / "sandbox.sqlite3"
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("UPDATE tasks SET clip = 'no JSON' WHERE number = 3")
        before = list(db.iterdump())
    with pytest.raises(ValueError, match="Expecting value"):
        start()
    with closing(sqlite3.connect(path)) as db:
        assert list(db.iterdump()) == before
