"""The owners' queue with something in each of its parts, in a real browser."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from studio.models import Attempt, Task
from studio.services import attempts
from tests.browser.conftest import assert_valid, violations, window_of
from tests.canaries import API_KEY
from tests.conftest import Order
from tests.factories import again, lost, unknown

Status = Task.Status
LONG = "Rain on the roof of a house where nobody has lived for a very long time"


@pytest.fixture
def queue(transactional_db: None, plain_files: None, settings: Any, order: Order, owner: User) -> None:
    """One order of each kind that the page knows, with a long title."""
    settings.PROVIDERS = {"sandbox": ("http://127.0.0.1:1", API_KEY)}

    def place() -> Task:
        return order(params={"sound": "folk", "title": LONG, "seed": "4711"})[0]

    lost(place())
    unknown(place())
    aside = set_aside(place())
    Task.objects.filter(pk=aside.pk).update(answer={"state": "success", "items": []})
    place()
    Task.objects.filter(status=Status.QUEUED).update(
        status=Status.HELD, reason="The studio is out of credits."
    )
    place()


def set_aside(task: Task) -> Task:
    """Set aside as after three crashes."""
    attempts.park(task.pk, "The audio could not be stored.")
    return again(task)


@pytest.fixture
def olga(chromium: Browser, queue: None, live_server: Any, owner: User) -> Any:
    context = window_of(chromium, live_server.url, owner, viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.goto("/queue/")
    yield page
    context.close()


def test_everybody_can_use_it_and_the_verbs_lead_back(olga: Page, tmp_path: Path) -> None:
    found = {}
    for scheme in ("light", "dark"):
        olga.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        found[scheme] = violations(olga)
    assert found == {"light": [], "dark": []}
    assert_valid(olga, ["/queue/"], tmp_path)
    olga.set_viewport_size({"width": 390, "height": 844})
    olga.goto("/queue/")
    assert olga.evaluate("document.documentElement.scrollWidth") <= 390
    olga.get_by_role("button", name="Put away").click()
    expect(olga.get_by_text("Put away. Its page stays where it was.")).to_be_visible()
    expect(olga.get_by_text("Nothing was set aside.")).to_be_visible()
    doubtful = olga.get_by_role("region", name="In doubt")
    doubtful.get_by_label("Task id at the provider").fill("song-7")
    doubtful.get_by_role("button", name="This is the song").click()
    expect(olga.get_by_text("The provider is asked for this song.")).to_be_visible()
    assert Attempt.objects.get(status=Attempt.Status.UNKNOWN).hinted_id == "song-7"
