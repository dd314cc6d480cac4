"""A real Chromium before a real studio: web server, workers and sandbox in their own processes."""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from accounts.models import User
from tests import chromium as installed
from tests.browser.people import PASSWORD as PASSWORD
from tests.browser.people import become_owner as become_owner
from tests.browser.people import sign_in as sign_in
from tests.running import ROOT, RunningStudio, drop_database, postgres_url

expect.set_options(timeout=15_000)  # a page may wait for a machine that does much else


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    quiet = ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking"]
    quiet += ["--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed.path(), args=quiet)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStudio]:
    database = postgres_url(settings.DATABASE_URL)
    running = RunningStudio(tmp_path_factory.mktemp("studio"), database)
    # The sandbox speaks useapi.net's contract as well: songs can be imported from it.
    running.environment |= {"USEAPI_URL": running.sandbox_url, "USEAPI_TOKEN": running.key}
    running.start()
    yield running
    assert running.stop() < 10
    drop_database(database)


@pytest.fixture
def page(chromium: Browser, studio: RunningStudio) -> Iterator[Page]:
    """A new person's window; whatever the browser complains about fails the test."""
    context = chromium.new_context(base_url=studio.url, viewport={"width": 1440, "height": 900})
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    yield page
    context.close()
    # An answer such as 422 or 404 is an "error" to the console, and what a test may be about.
    assert [line for line in complaints if "Failed to load resource" not in line] == []


def until(page: Page, expression: str, within: float = 10) -> None:
    """Wait for an expression to be true. Playwright's own way needs eval(), which the policy forbids."""
    end = time.monotonic() + within
    while not page.evaluate(expression):
        assert time.monotonic() < end, f"never true: {expression}"
        page.wait_for_timeout(50)


@pytest.fixture
def plain_files(settings: Any) -> None:
    """The server of the tests finds files by their own names only."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


def window_of(chromium: Browser, url: str, user: User, **options: Any) -> BrowserContext:
    """A browser window of somebody who has signed in at the server of the tests."""
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    context = chromium.new_context(base_url=url, **options)
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": url}])
    return context


AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"


def violations(page: Page) -> list[str]:
    """What axe finds on the page as it is. Run in an isolated world's script, past the page's own policy."""
    session = page.context.new_cdp_session(page)
    session.send("Page.setBypassCSP", {"enabled": True})
    page.evaluate(AXE.read_text())
    # Else it measures colours on their way from light to dark.
    page.emulate_media(reduced_motion="reduce")
    found = page.evaluate("axe.run().then(result => result.violations)")
    page.emulate_media(reduced_motion="null")
    return [f"{rule['id']}: {node['html'][:120]}" for rule in found for node in rule["nodes"]]


def assert_valid(page: Page, paths: list[str], folder: Path) -> None:
    """The markup of these pages, as the server sends it, has nothing that html-validate complains about."""
    for number, path in enumerate(paths):
        (folder / f"{number}.html").write_text(page.request.get(path).text())
    command = [ROOT / "node_modules/.bin/html-validate", "--config", ROOT / ".htmlvalidate.json", folder]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout
