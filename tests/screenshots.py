"""`make screenshots`: the README's pictures, taken from the running studio."""

import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests import chromium
from tests.browser.people import become_owner
from tests.running import RunningStudio

PICTURES = Path(__file__).parents[1] / ".readme"
PAGES = {
    "library": "/library/",
    "new-song": "/projects/1/new-song/",
    "clip": "/clips/1/",
    "lyrics": "/lyrics/1/",
}
SONGS = [
    (
        "Blue night",
        "slow jazz with brushes, warm piano",
        "[Verse]\nStreetlights hum along the river\nI am walking home again\n[Chorus]\nBlue, blue night",
    ),
    (
        "Paper boats",
        "bright folk with acoustic guitar",
        "[Verse]\nFold the morning into paper\n[Chorus]\nSail away, sail away",
    ),
    ("Tape hiss", "lo-fi, dusty drums, electric piano", ""),
    ("Northern line", "driving techno, dark", ""),
]


def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        studio = RunningStudio(Path(folder)).start()
        browser = playwright.chromium.launch(executable_path=chromium.path(), args=["--no-sandbox"])
        try:
            take_all(browser, studio)
        finally:
            browser.close()
            studio.stop()


def take_all(browser: Browser, studio: RunningStudio) -> None:
    page = open_page(browser, studio, width=1440, height=900)
    become_owner(page, studio)
    for song in SONGS:
        create(page, *song)
    expect(page.locator("[data-status=done]")).to_have_count(len(SONGS), timeout=180_000)
    page.goto("/library/")
    page.get_by_role("link", name=SONGS[0][0], exact=True).click()
    page.get_by_role("button", name="Make a sheet of them").click()
    expect(page.locator("#sheet[data-ready]")).to_be_visible()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        for name, path in PAGES.items():
            page.goto(path)
            page.wait_for_timeout(300)
            page.screenshot(path=PICTURES / f"{name}-{scheme}.png")
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/clips/1/")
    page.screenshot(path=PICTURES / "clip-phone.png")
    page.goto(link_to_the_first(page))
    page.screenshot(path=PICTURES / "link-phone.png")


def link_to_the_first(page: Page) -> str:
    page.goto("/shares/new/clip/1/")
    page.get_by_label("Label").fill("For the client")
    page.get_by_role("button", name="Create the link").click()
    return page.locator("#new-address").input_value()


def open_page(browser: Browser, studio: RunningStudio, **viewport: Any) -> Page:
    return browser.new_context(base_url=studio.url, viewport=viewport).new_page()  # type: ignore[arg-type]


def create(page: Page, title: str, sound: str, lyrics: str) -> None:
    page.goto("/projects/1/new-song/")
    page.get_by_label("Sound description").fill(sound)
    if lyrics:
        page.get_by_text("From lyrics", exact=True).click()
        page.get_by_label("Lyrics", exact=True).fill(lyrics)
    page.get_by_label("Title").fill(title)
    page.get_by_role("button", name=re.compile("Create 1 take")).click()
    expect(page.locator(f"[data-title='{title}']")).to_be_visible()


if __name__ == "__main__":
    main()
