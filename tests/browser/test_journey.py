"""From the owner's link to a song that plays, as a newcomer does it."""

import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import assert_valid, become_owner, sign_in, until, violations
from tests.running import RunningStudio

LYRICS = "[Verse]\nStreetlights hum along the river\nI am walking home again\n[Chorus]\nOh the night is blue"
SEEN_STATES = """() => {
  window.states = [];
  const note = () => document.querySelectorAll('[data-status]').forEach(card => {
    if (window.states.at(-1) !== card.dataset.status) window.states.push(card.dataset.status);
  });
  new MutationObserver(note).observe(document.body, {subtree: true, childList: true, attributes: true});
  window.stayed = true;
  note();
}"""


@pytest.mark.slow
def test_a_newcomer_makes_and_hears_a_song(page: Page, studio: RunningStudio) -> None:
    become_owner(page, studio)
    page.get_by_role("link", name="New song").first.click()
    page.get_by_label("Sound description").fill("quiet folk with guitar")
    page.get_by_text("From lyrics", exact=True).click()
    page.get_by_label("Lyrics", exact=True).fill(LYRICS)
    page.get_by_label("Title").fill("Blue night")
    page.evaluate(SEEN_STATES)

    pressed = time.monotonic()
    page.get_by_role("button", name=re.compile("Create 1 take")).click()
    card = page.locator("[data-status=done]")
    expect(card).to_be_visible(timeout=120_000)
    seconds = time.monotonic() - pressed

    assert page.evaluate("window.stayed"), "the page was loaded anew"
    states = page.evaluate("window.states")
    assert states[-1] == "done"
    assert "running" in states
    print(f"from the press of the button to the song: {seconds:.1f} s")
    expect(page.locator("#credits")).to_contain_text("990")

    page.get_by_role("button", name="Play Blue night").first.click()
    audio = page.locator("#audio")
    until(page, "document.querySelector('#audio').currentTime > 0.5")
    page.get_by_role("link", name="Blue night").first.click()
    page.wait_for_url("**/clips/*/")
    at = audio.evaluate("audio => audio.currentTime")
    until(page, f"document.querySelector('#audio').currentTime > {at} + 0.3")
    assert not audio.evaluate("audio => audio.paused"), "it stopped when the page changed"

    slider = page.get_by_role("slider", name=re.compile("^Position in"))
    box = slider.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    middle = audio.evaluate("audio => audio.duration") / 2
    until(page, f"Math.abs(document.querySelector('#audio').currentTime - {middle}) < 5")
    at = audio.evaluate("audio => audio.currentTime")
    until(page, f"document.querySelector('#audio').currentTime > {at} + 0.3")
    expect(page.get_by_text("Streetlights hum along the river")).to_be_visible()
    assert "All is well" in studio.manage("audit", "--files", "--upstream")


PAGES = [
    "/projects/",
    "/projects/1/",
    "/projects/1/settings/",
    "/projects/1/new-song/",
    "/tasks/",
    "/tasks/1/",
    "/clips/1/",
    "/credits/",
    "/account/password/change/",
    "/nothing-here/",
]


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    found = {}
    for path in ["/account/sign-in/", "/account/password/reset/"]:
        page.goto(path)
        found[path] = violations(page)
    sign_in(page)
    for path in PAGES:
        page.goto(path)
        found[path] = violations(page)
    assert {path: each for path, each in found.items() if each} == {}


@pytest.mark.slow
def test_the_markup_is_valid(page: Page, tmp_path: Path) -> None:
    sign_in(page)
    assert_valid(page, ["/account/sign-in/", *PAGES], tmp_path)


@pytest.mark.slow
def test_it_can_be_used_on_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    sign_in(page)
    for path in PAGES:
        page.goto(path)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= 390, f"{path} is {width} pixels wide"


@pytest.mark.slow
def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(page: Page) -> None:
    sign_in(page)
    page.goto("/projects/1/new-song/")
    page.get_by_label("Sound description").fill("slow jazz")
    page.get_by_label("Title").fill("t" * 81)
    before = page.locator("#credits").get_attribute("data-balance")
    page.get_by_role("button", name=re.compile("Create 1 take")).click()

    expect(page.get_by_text("A title has at most 80 characters; this one has 81.")).to_be_visible()
    expect(page.get_by_label("Title")).to_have_value("t" * 81)
    expect(page.get_by_label("Sound description")).to_have_value("slow jazz")
    assert page.locator("#credits").get_attribute("data-balance") == before


@pytest.mark.slow
def test_a_double_click_is_one_order(page: Page, studio: RunningStudio) -> None:
    sign_in(page)
    page.goto("/projects/1/new-song/")
    page.get_by_label("Sound description").fill("ambient")
    before = studio.query("Task.objects.count()")
    button = page.locator("[data-create]")
    button.dblclick()
    for pause in (150, 350, 600):  # slower second clicks come after the answer
        page.wait_for_timeout(pause)
        button.click(force=True)
    page.keyboard.press("Enter")
    expect(page.locator("[data-moving]").first).to_be_visible()
    page.wait_for_timeout(1000)
    assert studio.query("Task.objects.count()") == before + 1


@pytest.mark.slow
def test_an_ended_session_leads_to_sign_in_and_back_with_the_text_kept(page: Page) -> None:
    sign_in(page)
    page.goto("/projects/1/new-song/")
    page.get_by_label("Sound description").fill("a text that took an hour")
    page.route(
        "**/live/**", lambda route: route.fulfill(status=204)
    )  # a look at what moves would lead there too
    page.context.clear_cookies()
    page.get_by_role("button", name=re.compile("Create 1 take")).click()
    page.wait_for_url(re.compile("/account/sign-in/"))
    expect(page.locator("#page")).to_have_count(1)

    page.get_by_label("E-mail address").fill("olga@example.org")
    page.get_by_label("Password").fill("horse battery 17")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/new-song/")
    expect(page.get_by_label("Sound description")).to_have_value("a text that took an hour")
