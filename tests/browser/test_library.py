"""The library in a real browser: found as it is typed, loaded on and on, used by keyboard and on a phone."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from studio.models import Asset, Project
from studio.services import library
from tests.browser.conftest import assert_valid, until, violations, window_of
from tests.songs import song

COUNT = 2 * library.PAGE + 4
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def songs(transactional_db: None, plain_files: None, owner: User) -> Project:
    project = Project.objects.get(owner=owner)
    for n in range(COUNT):
        tags = ("late night", "brass") if n % 5 == 0 else ()
        clip = song(project, f"Song number {n}", sound="slow jazz", tags=tags, rating=n % 6, by=owner)
        facts = {"content_type": "audio/mp4", "size": 1, "sha256": "0" * 64}
        Asset.objects.create(clip=clip, kind="master", name=f"{clip.pk}.m4a", **facts)
    song(project, "Zanzibar", lyrics="An ocean between us and tomorrow", rating=5, by=owner)
    return project


@pytest.fixture
def olga(chromium: Browser, songs: Project, live_server: Any, owner: User) -> Any:
    context = window_of(chromium, live_server.url, owner, viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.goto("/library/")
    yield page
    context.close()


def rows(page: Page) -> Any:
    return page.locator("#takes > li")


def test_a_song_is_found_while_it_is_typed(olga: Page) -> None:
    expect(rows(olga)).to_have_count(library.PAGE)
    olga.keyboard.press("/")
    olga.keyboard.type("oce")
    expect(rows(olga)).to_have_count(1)
    expect(olga.get_by_role("link", name="Zanzibar", exact=True)).to_be_visible()
    expect(olga.locator("#find")).to_be_focused()
    olga.wait_for_url("**/library/?q=oce")
    # The filter panel opens without losing what was typed, and narrows at once.
    olga.get_by_role("link", name="Filter", exact=True).click()
    olga.get_by_label("Search title").fill("song")
    olga.get_by_label("Rating").select_option("5")
    expect(olga.get_by_role("link", name="Take away Rating: 5")).to_be_visible()
    assert re.search(r"q=song&rating=5$", olga.url)
    count = sum(n % 6 == 5 for n in range(COUNT))
    expect(olga.get_by_text(f"{count} songs")).to_be_visible()
    olga.get_by_role("checkbox", name="Picked").check()
    expect(olga.get_by_role("heading", name="Nothing found")).to_be_visible()
    olga.get_by_role("checkbox", name="Picked").uncheck()
    expect(olga.get_by_text(f"{count} songs")).to_be_visible()
    olga.get_by_role("link", name="Take away Search: song").click()
    expect(olga.get_by_text(f"{count + 1} songs")).to_be_visible()
    expect(olga.locator("#find")).to_have_value("")


def test_more_is_loaded_in_place_and_the_way_back_keeps_the_list(olga: Page) -> None:
    for page in (2, 3):
        olga.get_by_role("link", name="Load more").click()
        expect(rows(olga)).to_have_count(min(page * library.PAGE, COUNT + 1))
    expect(olga.get_by_role("link", name="Load more")).to_have_count(0)
    olga.goto("/library/?sort=rating&rating=4")
    olga.get_by_role("link", name="Zanzibar", exact=True).click()
    expect(olga.get_by_role("heading", name="Zanzibar")).to_be_visible()
    olga.go_back()
    expect(olga.get_by_role("link", name="Take away Rating: 4 or better")).to_be_visible()
    expect(olga.get_by_label("Sorted by")).to_have_value("rating")


def test_everybody_can_use_it(olga: Page, tmp_path: Path) -> None:
    found = {}
    olga.goto("/library/?rating=2&panel=1")
    for scheme in ("light", "dark"):
        olga.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        found[scheme] = violations(olga)
    assert found == {"light": [], "dark": []}
    assert_valid(olga, ["/library/", "/library/?rating=2&panel=1", "/library/?q=nothing+at+all"], tmp_path)
    olga.set_viewport_size(PHONE)
    assert olga.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_a_keyboard_alone_gets_to_a_song(olga: Page) -> None:
    olga.keyboard.press("/")
    olga.keyboard.type("zanz")
    expect(rows(olga)).to_have_count(1)
    olga.wait_for_url("**/library/?q=zanz")  # the last letter's answer is here: nothing is swapped any more
    for _ in range(12):
        olga.keyboard.press("Tab")
        if olga.evaluate("document.activeElement.textContent") == "Zanzibar":
            break
    olga.keyboard.press("Enter")
    expect(olga.get_by_role("heading", name="Zanzibar")).to_be_visible()


def test_a_link_that_goes_while_it_is_followed_still_leads_to_one_page(olga: Page) -> None:
    olga.evaluate(
        "const link = document.querySelector('#takes a.song'); link.click(); link.closest('li').remove()"
    )
    expect(olga.get_by_role("heading", name="Zanzibar")).to_be_visible()
    expect(olga.locator(".skip")).to_have_count(1)


def test_without_a_script_it_is_a_form_and_links(
    chromium: Browser, songs: Project, live_server: Any, owner: User
) -> None:
    context = window_of(chromium, live_server.url, owner, java_script_enabled=False)
    page = context.new_page()
    page.goto("/library/")
    page.get_by_role("link", name="Load more").click()
    expect(rows(page)).to_have_count(library.PAGE)
    page.get_by_role("link", name="Filter", exact=True).click()
    page.get_by_label("Tag", exact=True).select_option("brass")
    page.get_by_label("Search title").fill("number")
    page.locator(".filters").get_by_role("button", name="Search").click()
    expect(page.get_by_role("link", name="Take away Tag: brass")).to_be_visible()
    expect(rows(page)).to_have_count(sum(n % 5 == 0 for n in range(COUNT)))
    context.close()


def test_the_page_stays_where_it_is_while_more_comes(olga: Page) -> None:
    olga.evaluate("scrollTo(0, 400)")
    until(olga, "scrollY > 300")
    before = olga.evaluate("scrollY")
    olga.evaluate("document.querySelector('#older a').click()")
    expect(rows(olga)).to_have_count(2 * library.PAGE)
    assert abs(olga.evaluate("scrollY") - before) < 2
