"""/healthz: what a monitor is told, and what nobody is told."""

from threading import Thread
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from studio.services import audit, workers

pytestmark = pytest.mark.django_db

KEYS = {
    "ok",
    "problems",
    "database",
    "worker_beat_s",
    "oldest_waiting_s",
    "line_stands_s",
    "clean_audit_s",
}


def test_well(client: Client) -> None:
    workers.beat(workers.SWEEP)
    audit.run()
    with CaptureQueriesContext(connection) as captured:
        answer = client.get("/healthz")
    told = answer.json()
    assert (answer.status_code, told["ok"], told["problems"], told["database"]) == (200, True, [], True)
    assert set(told) == KEYS
    assert told["worker_beat_s"] < 5
    assert told["clean_audit_s"] < 5
    assert len(captured) <= 14


def test_not_well(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["problems"]) == (503, ["workers"])


@pytest.mark.parametrize("method", ["get", "head"])
def test_nobody_is_remembered(client: Client, member: User, method: str) -> None:
    client.force_login(member)
    workers.beat(workers.SWEEP)
    answer = getattr(client, method)("/healthz")
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    assert not answer.cookies
    assert bool(answer.content) is (method == "get")


@pytest.fixture
def nowhere() -> dict[str, Any]:
    """Settings of a database that is not there."""
    here = connections["default"].settings_dict
    if connection.vendor == "postgresql":
        return {**here, "HOST": "127.0.0.1", "PORT": "1"}
    return {**here, "NAME": "/nowhere/studio.sqlite3"}


def test_without_the_database_it_says_so(nowhere: dict[str, Any]) -> None:
    told: list[Any] = []

    def ask() -> None:  # in a thread, which has a connection of its own
        connections["default"].settings_dict = nowhere
        told.append(Client().get("/healthz"))
        connections["default"].close()

    thread = Thread(target=ask)
    thread.start()
    thread.join()
    [answer] = told
    assert (answer.status_code, answer.json()["problems"], answer.json()["database"]) == (
        503,
        ["database"],
        False,
    )
    assert "nowhere" not in answer.text
