"""The stage of the races, and the table that `make races` prints."""

import os
import re
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client

from accounts.models import User
from studio.clients import client_for
from studio.models import Project
from tests.crash.upstream import KEY, Upstream
from tests.visitor import Answer, Visitor

ROUNDS = int(os.environ.get("RACES_ROUNDS", "2"))
CONTROL_ROUNDS = 40  # at most: the first round that goes wrong is enough
TABLE: list[str] = []

# One round: what is wrong after it, as sentences.
Round = Callable[[], list[str]]


def run(name: str, one: Round) -> None:
    """Every round must end right."""
    wrong = [sentence for _ in range(ROUNDS) for sentence in one()]
    TABLE.append(f"{name:<58} {ROUNDS:>4} rounds  {len(wrong):>4} violations")
    assert wrong == []


def run_control(name: str, one: Round) -> None:
    """Without its protection at least one round must go wrong, or the race can't see what it looks for."""
    for number in range(1, CONTROL_ROUNDS + 1):
        if wrong := one():
            TABLE.append(f"{name + ', unprotected':<58} {number:>4} rounds  {len(wrong):>4} violations")
            return
    pytest.fail(f"{CONTROL_ROUNDS} rounds without protection, and nothing went wrong")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    for line in TABLE:
        terminalreporter.write_line(line)


def together(calls: list[Callable[[], Any]]) -> list[Any]:
    """What each gave. Unlike in `at_once` no caller has a connection to the database: the server has."""
    start = Barrier(len(calls))

    def call(one: Callable[[], Any]) -> Any:
        start.wait(timeout=60)
        return one()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(call, calls))


class Tabs:
    """Tabs of one person's browser, each connected before the start, so that all requests leave at once."""

    def __init__(self, url: str, user: User) -> None:
        client = Client()
        client.force_login(user)
        self._url = url
        self._cookies = {django_settings.SESSION_COOKIE_NAME: client.cookies["studio_session"].value}

    def open(self) -> Visitor:
        visitor = Visitor(self._url)
        visitor.cookies = dict(self._cookies)
        visitor.connection.connect()
        return visitor

    def form(self, path: str) -> dict[str, str]:
        """The hidden fields of a page's form; all tabs share its cookie."""
        tab = self.open()
        page = tab.get(path).text
        self._cookies |= tab.cookies
        tab.close()
        return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))

    def send_at_once(self, path: str, forms: list[dict[str, str]]) -> list[Answer]:
        """Each form from a tab of its own."""
        tabs = [self.open() for _ in forms]
        try:
            return together(
                [partial(tab.request, "POST", path, form) for tab, form in zip(tabs, forms, strict=True)]
            )
        finally:
            for tab in tabs:
                tab.close()


@pytest.fixture
def tabs(live_server: Any, member: User) -> Tabs:
    return Tabs(live_server.url, member)


@pytest.fixture
def new_song(project: Project) -> str:
    return f"/projects/{project.pk}/new-song/"


@pytest.fixture
def provider(settings: Any, tmp_path: Path) -> Iterator[Upstream]:
    """An upstream that counts what it accepts."""
    with Upstream(tmp_path) as upstream:
        settings.PROVIDERS, settings.WEBHOOKS = {"sandbox": (upstream.url, KEY)}, "off"
        client_for.cache_clear()
        yield upstream
    client_for.cache_clear()


def another_key(form: dict[str, str]) -> dict[str, str]:
    """The same form as a second tab shows it."""
    return form | {"form_key": str(uuid.uuid4())}
