"""Files from the disk in a real browser: dropped, broken off, gone on with, also after a reload."""

import base64
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from django.conf import settings
from playwright.sync_api import Page, Route, expect

from tests.audio.conftest import tune, write_wav
from tests.browser.conftest import assert_valid, become_owner, violations
from tests.running import RunningStudio
from tests.views.test_uploads import recording

pytestmark = pytest.mark.slow

PAGE = "/projects/1/import-files/"
PART = settings.IMPORT_PART_BYTES
PATIENCE = 30_000
AWAY = re.compile(r"Not reached, once more in \d+ s · 4\.2 of")
DROP = """([names, content]) => {
  const bytes = Uint8Array.from(atob(content), (char) => char.charCodeAt(0));
  const dropped = new DataTransfer();
  for (const name of names) dropped.items.add(new File([bytes], name, { lastModified: 1 }));
  const drop = new DragEvent("drop", { dataTransfer: dropped, bubbles: true });
  document.querySelector(".drop").dispatchEvent(drop);
}"""


class Line:
    """The way to the studio. Parts whose offset is among `cut` do not get through."""

    def __init__(self, page: Page) -> None:
        self.offsets: list[int] = []
        self.cut: list[int] = []
        page.route("**/part/**", self.carry)

    def carry(self, route: Route) -> None:
        offset = int(parse_qs(urlsplit(route.request.url).query)["offset"][0])
        self.offsets.append(offset)
        if offset in self.cut:
            self.cut.remove(offset)
            route.abort("connectionreset")
        else:
            route.continue_()


@pytest.fixture
def long(tmp_path: Path) -> Path:
    """Three parts of music."""
    samples = tune(2 * PART // (4 * 44100) + 5)
    path = write_wav(tmp_path / "Long night.wav", np.asarray(samples))
    assert 2 * PART < path.stat().st_size < 3 * PART
    return path


def row(page: Page, name: str) -> Any:
    return page.locator("#brought li").filter(has_text=name)


def choose(page: Page, path: Path) -> None:
    page.get_by_label("Recordings").set_input_files(path)
    page.get_by_role("button", name="Import · free").click()


def test_files_come_in_whatever_breaks(page: Page, studio: RunningStudio, long: Path, tmp_path: Path) -> None:
    become_owner(page, studio)
    page.on("dialog", lambda dialog: dialog.accept())  # "leave this page?"
    page.goto(PAGE, wait_until="networkidle")  # what takes files comes after the page
    content = base64.b64encode(recording()).decode()
    page.evaluate(DROP, [["One.wav", "שתיים 🎤.wav"], content])
    page.evaluate(DROP, [["Page.mp3"], base64.b64encode(b"<html>").decode()])
    for name in ("One", "שתיים 🎤"):
        expect(row(page, name)).to_contain_text("In the library", timeout=PATIENCE)
    expect(row(page, "Page.mp3")).to_contain_text("This is not a recording.", timeout=PATIENCE)
    expect(page.locator("[data-bytes]")).to_be_hidden()

    line = Line(page)
    line.cut = [PART] * 2
    choose(page, long)
    expect(page.locator("[data-what]")).to_contain_text(AWAY, timeout=PATIENCE)
    expect(row(page, "Long night")).to_contain_text("In the library", timeout=PATIENCE)
    assert line.offsets == [0, PART, PART, PART, 2 * PART]

    line.offsets, line.cut = [], [PART] * 9
    choose(page, long.rename(long.with_name("Longer night.wav")))
    expect(page.locator("[data-what]")).to_contain_text(AWAY, timeout=PATIENCE)
    page.get_by_role("button", name="Stop").click()
    expect(page.locator("[data-what]")).to_contain_text("Stopped at 4.2 of")
    page.reload()
    expect(row(page, "Longer night.wav")).to_contain_text("4.2 MB of")
    line.offsets, line.cut = [], []
    choose(page, long.with_name("Longer night.wav"))
    expect(row(page, "Longer night")).to_contain_text("In the library", timeout=PATIENCE)
    assert line.offsets == [PART, 2 * PART]
    assert studio.query("Clip.objects.filter(task=None).count()") == 4
    looks_right(page)
    page.get_by_role("button", name="Put away Page.mp3").click()
    expect(row(page, "Page.mp3")).to_have_count(0)
    page.get_by_role("link", name="Longer night").click()
    page.wait_for_url(re.compile(r"/clips/\d+/"))
    assert_valid(page, [PAGE], tmp_path)


def looks_right(page: Page) -> None:
    found = {}
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        found[scheme] = violations(page)
    assert found == {"light": [], "dark": []}
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.set_viewport_size({"width": 1440, "height": 900})
