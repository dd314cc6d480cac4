import socket
import threading

import pytest

from studio.audio.deadline import Deadline


@pytest.fixture
def pair():
    here, there = socket.socketpair()
    with here, there:
        yield here, there


def test_it_wakes_a_reader_that_nobody_answers(pair) -> None:
    with Deadline(0.05) as deadline:
        assert deadline.watch(pair[0]).recv(1) == b""
    assert deadline.passed


def test_it_ends_a_connection_that_comes_too_late(pair) -> None:
    with Deadline(0.01) as deadline:
        threading.Event().wait(0.05)
        assert deadline.watch(pair[0]).recv(1) == b""


def test_it_ends_every_connection_it_watches(pair) -> None:
    with Deadline(0.05) as deadline:
        for connection in pair:
            deadline.watch(connection)
        assert [connection.recv(1) for connection in pair] == [b"", b""]


def test_before_the_end_nothing_happens(pair) -> None:
    with Deadline(60) as deadline:
        deadline.watch(pair[0])
        pair[1].send(b"x")
        assert pair[0].recv(1) == b"x"
        assert not deadline.passed
        assert 0 <= deadline.elapsed < 60


def test_it_leaves_no_thread_and_no_socket(pair) -> None:
    threads = threading.active_count()
    with Deadline(60) as deadline:
        deadline.watch(pair[0])
        assert threading.active_count() == threads + 1
    assert threading.active_count() == threads
    pair[0].close()
    assert pair[1].recv(1) == b""  # the last handle of the other side is closed
