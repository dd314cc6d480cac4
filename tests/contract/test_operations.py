"""Every operation of every host in both dialects: submitted, polled to its end, and paid once."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from studio.music_api.errors import (
    KeyRefused,
    NotFound,
    OutOfCredits,
    RateLimited,
    Rejected,
    Retired,
)
from studio.music_api.operations import CREATE_PATH, KNOWN
from studio.music_api.providers import PROVIDERS
from studio.music_api.types import Item, PollState
from studio.sandbox.knobs import DIALECTS
from studio.sandbox.profiles import PROFILES
from tests.contract.conftest import HOSTS, SONG, Host, start
from tests.sandbox.quick import SECONDS

Turn = Callable[..., None]
EVERYTHING = PROVIDERS["sandbox"]
MUSIC = {"clip_id", "title", "audio_url", "image_url", "duration", "model", "seed", "created_at"}
NEWER = {"wav_url", "words"}  # what the older dialect has not
# The fields of upstream.md 1.7, and the times of the words, which only the sandbox tells.
BRINGS = {
    "create_music": {*MUSIC, *NEWER, "sound", "lyrics"},
    "extend_music": {*MUSIC, *NEWER, "sound", "lyrics"},
    "replace_music": {*MUSIC, *NEWER, "sound", "lyrics"},
    "cover_music": {*MUSIC, *NEWER, "sound", "lyrics"},
    "make_lyrics": {"lyrics_id", "lyrics", "title", "sound", "created_at"},
    "video_clip": {"clip_id", "title", "audio_url", "video_url", "image_url", "duration", "created_at"},
    "upload": {"clip_id", "audio_url", "duration", "created_at"},
    "download": {"clip_id", "format", "audio_url", "created_at"},
}
PAIRS = [(profile, operation) for profile in HOSTS for operation in KNOWN]
OFFERED = [pair for pair in PAIRS if pair[1] in PROFILES[pair[0]].prices]
NOT_OFFERED = [pair for pair in PAIRS if pair not in OFFERED]
ATTACHED = ("video_clip", "download")  # what they make belongs to the clip that they were ordered for


def params(operation: str, song: Item) -> dict[str, Any]:
    given: dict[str, dict[str, Any]] = {
        "create_music": SONG,
        "extend_music": {"starts_at": 1, "length": 5, "instruction": "more", "lyrics": "[Chorus]\nSun"},
        "replace_music": {"starts_at": 0.5, "ends_at": 1.5, "instruction": "quieter"},
        "cover_music": {"instruction": "as a waltz", "strength": 0.7, "title": "Waltz"},
        "make_lyrics": {"prompt": "a small town"},
        "video_clip": {"preset": "modern"},
        "upload": {"audio_url": song.wav_url or f"{song.audio_url}"},
        "download": {"format": "mp3"},
    }
    return given[operation] | ({"clip_id": song.clip_id} if KNOWN[operation].works_on_a_clip else {})


def fields_of(item: Item) -> set[str]:
    return {name for name, value in vars(item).items() if value not in (None, ())}


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(("host", "operation"), OFFERED, indirect=["host"])
def test_what_is_offered_is_delivered_and_paid_once(
    host: Host, song: Item, knobs: Turn, operation: str, dialect: str
) -> None:
    knobs(dialect=dialect, first_answer="202" if dialect == "p1" else "200")
    before = host.client.balance().total
    result = host.order(operation, params(operation, song))
    assert (result.state, result.unknown_status) == (PollState.SUCCESS, "")
    [item] = result.items
    older = NEWER if dialect == "p1" else set()
    assert fields_of(item) - {"sound"} == BRINGS[operation] - older - {"sound"}
    assert all(url.startswith(host.sandbox.url) for url in (item.audio_url, item.video_url) if url)
    assert (item.clip_id == song.clip_id) == (operation in ATTACHED)
    if item.duration:
        assert item.duration == pytest.approx(SECONDS, abs=0.1)
    assert before - host.client.balance().total == host.provider.operation(operation).price
    assert host.client.balance().total == host.sandbox.balance


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(("host", "operation"), NOT_OFFERED, indirect=["host"])
def test_what_is_not_offered_is_refused_and_costs_nothing(
    host: Host, song: Item, knobs: Turn, operation: str, dialect: str
) -> None:
    knobs(dialect=dialect)
    before = host.sandbox.balance
    with pytest.raises(Retired, match="no longer offers this"):  # without asking
        host.client.submit(operation, params(operation, song))
    with pytest.raises(Rejected) as caught:  # by the host, were it asked
        host.client_of(EVERYTHING).submit(operation, params(operation, song))
    withdrawn = operation in PROFILES[host.profile].retired
    assert (type(caught.value), caught.value.status) == ((Retired, 410) if withdrawn else (Rejected, 404))
    assert host.sandbox.balance == before


def test_what_every_host_has_retired_is_told_apart_from_what_none_knows(host: Host) -> None:
    ours = EVERYTHING.operation("create_music")
    names = ("swap_music_vocals", "music_variation", "sing_music")
    operations = tuple(replace(ours, name=name, path=CREATE_PATH) for name in names)
    client = host.client_of(replace(EVERYTHING, operations=operations))
    before = host.sandbox.balance
    for name in names[:2]:
        with pytest.raises(Retired):
            client.submit(name, SONG)
    with pytest.raises(Rejected) as caught:
        client.submit("sing_music", SONG)
    assert (type(caught.value), caught.value.status) == (Rejected, 400)
    assert host.sandbox.balance == before


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_failed_order_comes_back_in_full(host: Host, song: Item, knobs: Turn, dialect: str) -> None:
    knobs(dialect=dialect, failure_rate=1.0)
    before = host.sandbox.balance
    result = host.order("create_music", SONG)
    assert result.state is PollState.FAILED
    assert result.message == "Task failed. Credits have been refunded."
    assert host.client.balance().total == before


@pytest.mark.parametrize("dialect", DIALECTS)
def test_an_order_in_the_making_is_running(host: Host, song: Item, knobs: Turn, dialect: str) -> None:
    knobs(dialect=dialect, latency_s=3600.0)
    task_id = host.client.submit("create_music", SONG).task_id
    result = host.client.poll("create_music", task_id)
    assert (result.state, result.items, result.unknown_status) == (PollState.RUNNING, (), "")


def test_401(host: Host) -> None:
    stranger = host.client_of(host.provider, key="another-key")
    before = host.sandbox.balance
    for call in (
        lambda: stranger.submit("create_music", SONG),
        lambda: stranger.poll("create_music", "t1"),
        stranger.balance,
    ):
        with pytest.raises(KeyRefused) as caught:
            call()
        assert (caught.value.status, caught.value.message) == (401, "Invalid API key")
    assert host.sandbox.balance == before


@pytest.mark.parametrize(("profile", "operation"), OFFERED)
def test_402_says_what_is_left(profile: str, operation: str, tmp_path: Path) -> None:
    """One credit short, after the song that the order is about."""
    provider = PROVIDERS[HOSTS[profile]]
    left = provider.operation(operation).price - 1
    with ExitStack() as stack:
        credits = provider.operation("create_music").price + left
        host = start(stack, tmp_path, profile, credits=credits)
        given = params(operation, host.song())
        with pytest.raises(OutOfCredits) as caught:
            host.client.submit(operation, given)
        assert (caught.value.status, caught.value.remaining) == (402, left)
        assert host.client.balance().total == left


def test_429_costs_nothing(host: Host, song: Item, knobs: Turn) -> None:
    knobs(capacity=0)
    before = host.sandbox.balance
    with pytest.raises(RateLimited) as caught:
        host.client.submit("create_music", SONG)
    assert (caught.value.status, caught.value.retry_after) == (429, None)
    assert host.sandbox.balance == before


@pytest.mark.parametrize(
    "host", ["aimusicapi", "all"], indirect=True
)  # the other maps every model onto its one
def test_a_bad_field_is_named(host: Host) -> None:
    with pytest.raises(Rejected) as caught:
        host.client.submit("create_music", {**SONG, "mv": "FUZZ-9"})
    assert (caught.value.status, caught.value.field) == (400, "mv")


def test_a_clip_that_is_not_there(host: Host) -> None:
    with pytest.raises(Rejected) as caught:
        host.client.submit("download", {"clip_id": "nobody", "format": "wav"})
    assert (type(caught.value), caught.value.status) == (Rejected, 404)


def test_a_task_that_is_not_there(host: Host) -> None:
    with pytest.raises(NotFound):
        host.client.poll("create_music", "nobody")
