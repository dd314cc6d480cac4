"""useapi.net's download: the real client against the sandbox's, over HTTP."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from studio.music_api.errors import NeedsAttention, NotFound, NotSent, Rejected, Retired, Unavailable
from studio.music_api.providers import PROVIDERS
from studio.music_api.types import Item, PollState
from studio.music_api.useapi import ATTENTION, KEY_REFUSED, UseapiClient
from tests.contract.conftest import Host, start
from tests.sandbox.caller import KEY
from tests.sandbox.quick import STEMS

USEAPI = PROVIDERS["useapi"]
Turn = Callable[..., None]


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    with ExitStack() as stack:
        yield start(stack, tmp_path_factory.mktemp("sandbox"), "all")


@pytest.fixture
def client(host: Host) -> UseapiClient:
    return UseapiClient(USEAPI, base_url=host.sandbox.url, key=KEY)


def order(song: Item, **params: Any) -> dict[str, Any]:
    return {"id": song.clip_id, "download_format": "mp3", **params}


def refused(client: UseapiClient, params: dict[str, Any]) -> Rejected:
    with pytest.raises(Rejected) as caught:
        client.submit("download", params)
    return caught.value


@pytest.mark.parametrize(("form", "start"), [("mp3", b"ID3"), ("wav", b"RIFF")])
def test_a_song_is_asked_for_and_then_had(
    host: Host, client: UseapiClient, song: Item, form: str, start: bytes
) -> None:
    before = host.sandbox.balance
    task_id = client.submit("download", order(song, download_format=form)).task_id
    result = client.poll("download", task_id)
    assert result.state is PollState.SUCCESS
    [item] = result.items
    assert (item.clip_id, item.format, item.stems) == (song.clip_id, form, ())
    address = urlsplit(item.audio_url)
    assert f"{address.scheme}://{address.netloc}" == host.sandbox.url
    assert host.caller("GET", f"{address.path}?{address.query}").body.startswith(start)
    assert host.sandbox.balance == before


def test_stems_come_with_the_song(host: Host, client: UseapiClient, song: Item) -> None:
    task_id = client.submit("download", order(song, download_format="stems")).task_id
    [item] = client.poll("download", task_id).items
    assert (item.clip_id, [name for name, _ in item.stems]) == (song.clip_id, list(STEMS))
    assert "download_format=mp3" in (item.audio_url or "")
    for _, url in item.stems:
        assert host.caller("GET", urlsplit(url).path).body.startswith(b"RIFF")


def test_a_song_may_be_fetched_twice(client: UseapiClient, song: Item) -> None:
    ids = [client.submit("download", order(song)).task_id for _ in range(2)]
    assert ids[0] != ids[1]
    assert client.poll("download", ids[0]) == client.poll("download", ids[1])


def test_400_is_the_vendors_sentence(client: UseapiClient, song: Item) -> None:
    error = refused(client, order(song, id="nobody"))
    assert (type(error), error.status, error.message) == (Rejected, 400, "Song nobody not found")


def test_401_asks_for_a_person(host: Host, song: Item) -> None:
    error = refused(UseapiClient(USEAPI, base_url=host.sandbox.url, key="another"), order(song))
    assert (type(error), error.status, error.message) == (NeedsAttention, 401, KEY_REFUSED)


def test_596_asks_for_a_person_until_one_was_there(client: UseapiClient, song: Item, knobs: Turn) -> None:
    task_id = client.submit("download", order(song, download_format="stems")).task_id
    knobs(needs_attention=True)
    error = refused(client, order(song))
    assert (type(error), error.status, error.message) == (NeedsAttention, 596, ATTENTION)
    with pytest.raises(NeedsAttention):
        client.poll("download", task_id)
    knobs(needs_attention=False)
    assert client.submit("download", order(song))
    assert client.poll("download", task_id).items[0].stems


def test_with_several_accounts_one_has_to_be_named(client: UseapiClient, song: Item, knobs: Turn) -> None:
    knobs(accounts=2)
    assert refused(client, order(song)).message == "Parameter user_id is required"
    task_id = client.submit("download", order(song, user_id="user-2")).task_id
    [item] = client.poll("download", task_id).items
    assert "user_id=user-2" in (item.audio_url or "")
    assert refused(client, order(song, user_id="user-3")).message == "Account user-3 is not configured"


def test_stems_of_an_upload_are_refused(host: Host, client: UseapiClient, song: Item) -> None:
    [upload] = host.order("upload", {"audio_url": song.wav_url}).items
    assert "made here" in refused(client, order(upload, download_format="stems")).message


def test_a_bad_order_is_never_sent(client: UseapiClient, song: Item) -> None:
    assert refused(client, order(song, id="../accounts")).status is None
    assert refused(client, order(song, download_format="flac")).status is None


def test_a_service_that_is_away_is_asked_later(song: Item, tmp_path: Path) -> None:
    with ExitStack() as stack:
        url = start(stack, tmp_path, "all").sandbox.url
    with pytest.raises(NotSent):
        UseapiClient(USEAPI, base_url=url, key=KEY).submit("download", order(song))


@pytest.mark.parametrize("task_id", ["t1", "mp3:x::", ":::s1", "mp4:x::s1", "mp3:x:a b:s1", "mp3:x::..", ""])
def test_an_id_that_is_not_ours(client: UseapiClient, task_id: str) -> None:
    with pytest.raises(NotFound):
        client.poll("download", task_id)


def test_an_import_that_is_withdrawn_still_ends(host: Host, song: Item, client: UseapiClient) -> None:
    task_id = client.submit("download", order(song)).task_id
    withdrawn = UseapiClient(replace(USEAPI, operations=()), base_url=host.sandbox.url, key=KEY)
    assert type(refused(withdrawn, order(song))) is Retired
    assert withdrawn.poll("download", task_id).state is PollState.SUCCESS


def test_there_is_no_balance(client: UseapiClient) -> None:
    with pytest.raises(Unavailable):
        client.balance()
