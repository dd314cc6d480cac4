"""From an idea to two takes beside each other, by keyboard alone."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import become_owner, until, violations
from tests.running import RunningStudio

WORDS = "[Verse]\nStreetlights hum along the river\n[Chorus]\nBlue, blue night"
SUNG = f"{WORDS}, carry me"
ANOTHER_CHORUS = "[Chorus]\nRed, red dawn, let me be"
FAR = 150  # more stops than any page has


def tab_to(page: Page, target: Locator) -> None:
    """Walk there as somebody without a mouse does; what can't be reached so is not found."""
    expect(target).to_be_visible()
    for _ in range(FAR):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no way by keyboard to {target}")


def press(page: Page, target: Locator, key: str = "Enter") -> None:
    tab_to(page, target)
    page.keyboard.press(key)


def write(page: Page, text: str) -> None:
    """Over whatever stands there."""
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)


def finished(page: Page, title: str) -> Locator:
    return page.locator("[data-status=done]", has=page.get_by_role("link", name=title, exact=True))


@pytest.mark.slow
def test_from_a_draft_to_two_takes_beside_each_other(page: Page, studio: RunningStudio) -> None:
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    become_owner(page, studio)
    _have_a_draft_written(page)
    _edit_it_twice(page)
    _sing_it(page)
    _change_the_chorus(page)
    _compare(page)


def _have_a_draft_written(page: Page) -> None:
    press(page, page.get_by_role("link", name="Lyrics", exact=True).first)
    press(page, page.get_by_role("link", name="Write lyrics"))
    tab_to(page, page.get_by_label("What it is about"))
    write(page, "a walk home at night")
    press(page, page.get_by_role("button", name=re.compile("^Write")))
    written = page.get_by_role("link", name=re.compile("^Open"))
    expect(written).to_be_visible(timeout=120_000)
    press(page, written)
    expect(page.locator("#sheet[data-ready]")).to_be_visible()
    expect(page.locator("#version-list")).to_contain_text("written by AI")


def _edit_it_twice(page: Page) -> None:
    text = page.get_by_label("Lyrics", exact=True)
    tab_to(page, page.get_by_label("Title"))
    write(page, "Blue night")
    tab_to(page, text)
    for version, words in ((2, WORDS), (3, SUNG)):
        write(page, words)
        page.keyboard.press("Control+s")
        expect(page.locator("#saved")).to_contain_text(f"version {version}")


def _sing_it(page: Page) -> None:
    press(page, page.get_by_role("button", name="Sing it"))
    expect(page.get_by_label("Lyrics", exact=True)).to_have_value(SUNG)
    press(page, page.get_by_role("button", name=re.compile("^Create 1 take")))
    song = finished(page, "Blue night")
    expect(song).to_be_visible(timeout=120_000)
    press(page, song.get_by_role("link", name="Blue night", exact=True))
    expect(page.get_by_text("Blue night, version 3")).to_be_visible()


def _change_the_chorus(page: Page) -> None:
    press(page, page.get_by_role("link", name="Change the words"))
    press(page, page.get_by_role("link", name="Change Chorus"))
    tab_to(page, page.locator("[name=lyrics]"))
    write(page, ANOTHER_CHORUS)
    press(page, page.get_by_role("button", name=re.compile("^Replace this part")))
    child = page.locator("#clip-family").get_by_text("Part replaced")
    expect(child).to_be_visible(timeout=120_000)


def _compare(page: Page) -> None:
    press(page, page.get_by_role("link", name="Their sheet"))
    expect(page.locator("#sheet[data-ready]")).to_be_visible()
    expect(page.get_by_label("Lyrics", exact=True)).to_have_value(
        SUNG.replace("[Chorus]\nBlue, blue night, carry me", ANOTHER_CHORUS)
    )
    boxes = page.get_by_role("checkbox", name="Select Blue night")
    expect(boxes).to_have_count(2)
    assert violations(page) == []
    for box in boxes.all():
        press(page, box, " ")
    press(page, page.get_by_role("button", name="Compare"))
    expect(page.get_by_role("heading", name="Compare 2 songs")).to_be_visible()
    page.keyboard.press("1")
    page.keyboard.press(" ")
    until(page, "!!document.querySelector('[data-compare] [aria-pressed=true]')")
