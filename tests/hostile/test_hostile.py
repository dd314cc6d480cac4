"""The judge judged: each fault is what its name says, and the books count what was really accepted."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from studio.audio.fetch import FetchError, FetchRules, Refused, fetch
from studio.audio.verify import Damaged, verify_audio
from studio.music_api import client as http
from studio.music_api.client import Client
from studio.music_api.errors import Ambiguous, Held, MusicApiError, NotSent, Rejected
from studio.music_api.providers import PROVIDERS
from studio.music_api.types import PollResult, PollState
from tests.hostile import schedule
from tests.hostile.schedule import CHARGED, Plan, charges_aloud, plan
from tests.hostile.server import Hostile
from tests.running import wait_for
from tests.sandbox.receiver import Receiver

KEY = "key-of-the-hostile-upstream"
GOOD = Plan("", 0.05, False, (), 0, (), False, "", False, True)
SONG = {"sound": "quiet folk", "title": "Blue night", "seed": "7"}
MARKER = "Blue night/7"
Start = Callable[..., Hostile]


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    monkeypatch.setattr(http, "BODY_SECONDS", 0.5)
    servers: list[Hostile] = []

    def start(**changes: Any) -> Hostile:
        drawn = replace(GOOD, **changes)
        journal = tmp_path / "journal.jsonl"
        server = Hostile(journal, key=KEY, past_time_out=1.8, faults=lambda *_: drawn)
        servers.append(server.__enter__())
        return server

    yield start
    for server in servers:
        server.__exit__(None, None, None)


def client_of(server: Hostile) -> Client:
    return Client(
        PROVIDERS["sandbox"],
        base_url=server.url,
        key=KEY,
        connect_timeout=0.4,
        post_timeout=0.5,
        get_timeout=0.5,
    )


def outcome(server: Hostile, **hook: str) -> type[MusicApiError] | None:
    try:
        client_of(server).submit("create_music", SONG, **hook)
    except MusicApiError as error:
        return type(error)
    return None


def accepted(server: Hostile) -> int:
    return int(server.books()["orders"].get(MARKER, {"accepted": 0})["accepted"])


@pytest.mark.parametrize("fault", schedule.CHARGED)
def test_a_charged_order_whose_answer_is_lost(start: Start, fault: str) -> None:
    server = start(submit=fault)
    assert outcome(server) is Ambiguous
    wait_for(lambda: accepted(server) == 1, within=3)
    assert server.books()["credits"] == 1_000_000 - 10


@pytest.mark.parametrize("fault", ["answer_late", "accept_late"])
def test_an_answer_that_comes_when_nobody_waits_any_more_still_tells_the_id(start: Start, fault: str) -> None:
    server = start(submit=fault)
    with pytest.raises(Ambiguous) as raised:
        client_of(server).submit("create_music", SONG)
    assert raised.value.late
    assert raised.value.late.result(5).task_id in server.ledger.orders


@pytest.mark.parametrize("fault", schedule.UNCHARGED)
def test_an_order_that_was_never_taken_looks_the_same(start: Start, fault: str) -> None:
    server = start(submit=fault)
    assert outcome(server) is Ambiguous
    assert accepted(server) == 0


@pytest.mark.parametrize("fault", schedule.REFUSED)
def test_a_refusal_is_one(start: Start, fault: str) -> None:
    server = start(submit=fault)
    refused = outcome(server)
    assert refused is not None
    assert issubclass(refused, NotSent | Rejected | Held)
    assert accepted(server) == 0


def test_a_second_post_is_seen(start: Start) -> None:
    server = start()
    assert outcome(server) is outcome(server) is None
    assert accepted(server) == 2


@pytest.mark.parametrize("fault", schedule.POLL)
def test_a_poll_goes_wrong_and_then_well(start: Start, fault: str) -> None:
    server = start(polls=(fault,), seconds=0)
    client = client_of(server)
    task_id = client.submit("create_music", SONG).task_id
    wait_for(lambda: server.ledger.orders[task_id].ended)
    assert ask(client, task_id) is not PollState.SUCCESS
    assert ask(client, task_id) is PollState.SUCCESS


def ask(client: Client, task_id: str) -> object:
    try:
        return client.poll("create_music", task_id).state
    except MusicApiError as error:
        return type(error)


def finished(server: Hostile) -> PollResult:
    client = client_of(server)
    task_id = client.submit("create_music", SONG).task_id
    wait_for(lambda: server.ledger.orders[task_id].ended)
    return client.poll("create_music", task_id)


def test_a_success_may_be_hollow_at_first(start: Start) -> None:
    assert finished(start(hollow=1)).state is PollState.RUNNING


def test_a_failed_song_is_refunded(start: Start) -> None:
    server = start(fails=True)
    assert finished(server).state is PollState.FAILED
    order = server.books()["orders"][MARKER]
    assert (order["accepted"], order["paid"]) == (1, 0)
    assert server.books()["credits"] == 1_000_000


@pytest.mark.parametrize("fault", schedule.MEDIA)
def test_media_go_wrong_and_then_well(start: Start, fault: str, tmp_path: Path) -> None:
    server = start(media=(fault,))
    url = finished(server).items[0].audio_url or ""
    rules = FetchRules((), (server.url,), max_bytes=1_000_000, deadline_s=1)
    path = tmp_path / "song"

    def copy() -> float:
        fetch(url, path, allow=rules)
        return verify_audio(path, expected_seconds=2).duration

    with pytest.raises((FetchError, Damaged)) as caught:
        copy()
    assert (fault == "to_private") == isinstance(caught.value, Refused)
    assert copy() == pytest.approx(2, abs=0.1)
    assert server.books()["private"] == 0


@pytest.mark.parametrize(
    ("fault", "count"), {"": 1, "lost": 0, "twice": 3, "reordered": 2, "forged": 4, "replayed": 2}.items()
)
def test_webhooks_are_lost_doubled_and_forged(start: Start, fault: str, count: int) -> None:
    server = start(hook=fault)
    with Receiver() as receiver:
        assert outcome(server, webhook_url=receiver.url, webhook_secret="secret") is None
        arrived = [receiver.next() for _ in range(count)]
        good = [
            each for each in arrived if each.headers["X-Webhook-Signature"] and each.is_signed_with("secret")
        ]
        assert len(good) == (1 if fault == "forged" else count)
        assert receiver.is_quiet


def test_a_webhook_may_come_before_the_answer(start: Start) -> None:
    server = start(early_hook=True, submit="drop_after", hook="lost")
    with Receiver() as receiver:
        threading.Thread(
            target=outcome, args=[server], kwargs={"webhook_url": receiver.url, "webhook_secret": "s"}
        ).start()
        assert receiver.next().json["event"] == "song.streaming"


def test_the_same_seed_draws_the_same_faults() -> None:
    def drawn(seed: int) -> list[Plan]:
        return [plan(seed, f"song {n}", n % 3) for n in range(300)]

    assert drawn(1) == drawn(1) != drawn(2)
    kinds = {each.submit for each in drawn(1)}
    assert len(kinds) > 8, "the schedule is hostile"


def test_what_is_charged_aloud_is_answered_and_nothing_else_changes() -> None:
    names = [f"song {n}" for n in range(1000)]
    drawn = [(plan(1, name, 0), charges_aloud(1, name, 0)) for name in names]
    assert {ours.submit for ours, _ in drawn} & set(CHARGED)
    assert not {aloud.submit for _, aloud in drawn} & set(CHARGED)
    assert all(replace(ours, submit="") == replace(aloud, submit="") for ours, aloud in drawn)
    assert all(ours == aloud for ours, aloud in drawn if ours.submit not in CHARGED)
