"""The free calls: polls and the balance, on kept connections."""

import multiprocessing
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from studio.music_api.client import Client
from studio.music_api.errors import KeyRefused, NotFound, Unavailable
from studio.music_api.types import Balance, PollState
from tests.music_api.conftest import KEY, golden
from tests.music_api.test_submit import UNCLEAR
from tests.music_api.upstream import Exchange, Upstream, answer, says

LIST = b'{"status":"SUCCESS","data":[{"clip_id":"%s","audio_url":"https://media.example/a.m4a"}]}'


def echo_the_id(exchange: Exchange) -> None:
    """A song whose clip id is the task id that was asked for."""
    exchange.send(answer(200, LIST % exchange.target.rsplit("/", 1)[1].encode()))


def poll(client: Client, task_id: str) -> str | None:
    return client.poll("create_music", task_id).items[0].clip_id


def test_a_poll_asks_for_the_task(upstream: Upstream, client: Client) -> None:
    upstream.script = says(200, golden("create_music_success"))
    result = client.poll("create_music", "6d7253ac")
    assert (result.state, result.items[0].title) == (PollState.SUCCESS, "Back to You")
    assert upstream.exchanges[0].head.startswith(b"GET /api/v1/producer/task/6d7253ac HTTP/1.1\r\n")
    assert f"Authorization: Bearer {KEY}".encode() in upstream.exchanges[0].head


def test_a_poll_needs_what_the_operation_needs(upstream: Upstream, client: Client) -> None:
    upstream.script = says(200, b'{"status":"SUCCESS","data":[{"clip_id":"c1"}]}')
    result = client.poll("create_music", "t1")
    assert (result.state, result.unknown_status) == (PollState.RUNNING, "success without audio_url")


def test_a_task_of_a_withdrawn_operation_can_still_be_polled(upstream: Upstream, client: Client) -> None:
    upstream.script = says(200, golden("make_lyrics_success"))
    assert client.poll("make_lyrics", "t1").state is PollState.SUCCESS


def test_the_balance(upstream: Upstream, client: Client) -> None:
    upstream.script = says(200, golden("balance"))
    assert client.balance() == Balance(50, 0)
    assert upstream.exchanges[0].target == "/api/v1/get-credits"


@pytest.mark.parametrize(
    ("task_id", "target"),
    [("a/../b", "a%2F..%2Fb"), ("a?key=1#x", "a%3Fkey%3D1%23x"), ("a%2e", "a%252e"), ("t:1", "t%3A1")],
)
def test_a_strange_id_stays_one_part_of_the_path(
    upstream: Upstream, client: Client, task_id: str, target: str
) -> None:
    upstream.script = says(404)
    with pytest.raises(NotFound):
        client.poll("create_music", task_id)
    assert upstream.exchanges[0].target == f"/api/v1/producer/task/{target}"


@pytest.mark.parametrize("task_id", ["", ".", "..", "a b", "a\r\nHost: evil", "\ud800", "é", "x" * 129])
def test_what_cannot_be_an_id_is_not_asked_for(upstream: Upstream, client: Client, task_id: str) -> None:
    with pytest.raises(NotFound):
        client.poll("create_music", task_id)
    assert upstream.connections == 0


@pytest.mark.parametrize("script", UNCLEAR.values(), ids=UNCLEAR)
def test_no_readable_balance_is_unavailable(upstream: Upstream, impatient: Client, script) -> None:
    upstream.script = script
    with pytest.raises(Unavailable):
        impatient.balance()
    upstream.close()
    assert len(upstream.exchanges) == 1


def test_a_refused_key_says_so(upstream: Upstream, client: Client) -> None:
    upstream.script = says(401, golden("error_401"))
    with pytest.raises(KeyRefused, match="Authorization header is missing"):
        client.balance()


@pytest.mark.parametrize("silence", [Exchange.hang, UNCLEAR["head in drops"]])
def test_a_silent_provider_is_unavailable(upstream: Upstream, impatient: Client, silence) -> None:
    upstream.script = silence
    with pytest.raises(Unavailable, match=re.escape("AI Music API cannot be reached: no answer in time.")):
        impatient.poll("create_music", "t1")


ANSWERS = {
    "no such task": (says(404, b'{"error": "Task not found"}'), True),
    "a task": (says(200, golden("make_lyrics_success")), True),
    "another key": (says(401, golden("error_401")), False),
    "sorry": (says(502, b"<html>"), False),
    "silence": (Exchange.hang, False),
}


@pytest.mark.parametrize("case", ANSWERS)
def test_whether_it_answers_at_all(upstream: Upstream, impatient: Client, case: str) -> None:
    upstream.script, does = ANSWERS[case]
    assert impatient.answers() is does
    upstream.close()
    [exchange] = upstream.exchanges
    assert exchange.head.startswith(b"GET /api/v1/producer/task/00000000-")


# Connections


def test_polls_share_a_connection(upstream: Upstream, client: Client) -> None:
    upstream.script = echo_the_id
    assert [poll(client, f"t{n}") for n in range(5)] == [f"t{n}" for n in range(5)]
    assert upstream.connections == 1


def test_threads_have_their_own_connections_and_answers(upstream: Upstream, client: Client) -> None:
    upstream.script = echo_the_id
    ids = [f"t{n}" for n in range(200)]
    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(lambda task_id: poll(client, task_id), ids)) == ids
    assert upstream.connections <= 16


def test_a_fork_does_not_share_a_connection(upstream: Upstream, client: Client) -> None:
    upstream.script = echo_the_id
    poll(client, "parent")
    child = multiprocessing.get_context("fork").Process(target=poll, args=(client, "child"))
    child.start()
    child.join()
    assert (child.exitcode, upstream.connections) == (0, 2)


def test_an_interim_answer_never_shifts_the_next_one(upstream: Upstream, client: Client) -> None:
    """After a 102 comes the real answer, which must not be taken for the next task's."""
    late = b"HTTP/1.1 102 Processing\r\n\r\n" + answer(200, LIST % b"of-the-first")
    upstream.script = lambda exchange: exchange.send(late)
    assert client.poll("create_music", "first").state is PollState.RUNNING
    upstream.script = echo_the_id
    assert poll(client, "second") == "second"
    assert upstream.connections == 2


def test_after_a_broken_answer_the_next_poll_is_good(upstream: Upstream, client: Client) -> None:
    upstream.script = Exchange.reset
    with pytest.raises(Unavailable):
        client.poll("create_music", "t1")
    upstream.script = echo_the_id
    assert poll(client, "t2") == "t2"
