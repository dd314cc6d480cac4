"""Takes beside each other in a real Chromium, with real recordings that differ in loudness and length."""

import json
import re
from math import log10
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from studio.audio import ffmpeg, loudness, peaks
from tests.browser.conftest import assert_valid, become_owner, until, violations
from tests.running import RunningStudio

pytestmark = pytest.mark.slow

# Seconds and level of each take; and a song of its own.
TAKES = {"one": (30, 0.5), "two": (30, 0.2), "three": (20, 0.1), "other": (40, 0.3)}
SEED = """
import hashlib, json, uuid
from pathlib import Path
from studio.services import search
project, stack = Project.objects.get(), uuid.uuid4()
for name, facts in json.loads({facts!r}).items():
    alone = name == "other"
    place = {{}} if alone else {{"stack": stack, "is_front": name == "one"}}
    clip = Clip.objects.create(
        project=project, created_by=project.owner, title="Tape hiss" if alone else "Blue night",
        seed=str(len(name) * 1117), duration=facts["seconds"], loudness=facts["lufs"], true_peak=-1,
        peaks=bytes.fromhex(facts["peaks"]), **place,
    )
    search.index(clip)
    file = f"{{name}}.m4a"
    data = Path({folder!r}, file).read_bytes()
    told = {{"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}}
    Asset.objects.create(clip=clip, kind="master", name=file, content_type="audio/mp4", **told)
"""
# Not those of <noscript>, which are there too after a page was swapped in.
EACH = "[...document.querySelectorAll('[data-take] > audio')]"
HEARD = f"{EACH}.findIndex(each => !each.paused)"
PLAYER = "document.getElementById('audio')"


def record(path: Path, seconds: int, level: float) -> dict[str, Any]:
    """A tone that swells, so that its waveform looks like one."""
    sound = f"aevalsrc={level}*sin(2*PI*330*t)*(0.6+0.4*sin(t))*(0.7+0.3*sin(17*t)):d={seconds}"
    ffmpeg.run(["-f", "lavfi", "-i", sound, "-c:a", "aac", str(path)])
    picture = peaks.waveform(path, "mov").hex()
    return {"seconds": seconds, "lufs": loudness.measure(path, "mov").integrated_lufs, "peaks": picture}


@pytest.fixture(scope="module")
def books(studio: RunningStudio, chromium: Browser) -> dict[str, Any]:
    """Three takes of one order, and what was measured of them."""
    studio.media.mkdir(exist_ok=True)
    facts = {name: record(studio.media / f"{name}.m4a", *of) for name, of in TAKES.items()}
    context = chromium.new_context(base_url=studio.url)
    become_owner(context.new_page(), studio)
    cookies = context.cookies()
    context.close()
    studio.manage("shell", "--command", SEED.format(facts=json.dumps(facts), folder=str(studio.media)))
    stack = studio.query("str(Clip.objects.filter(title='Blue night')[0].stack)")
    return {"facts": facts, "here": f"/compare/?stack={stack}", "cookies": cookies}


@pytest.fixture
def beside(page: Page, books: dict[str, Any]) -> Page:
    """The three takes, ready to be heard."""
    page.context.add_cookies(books["cookies"])
    page.goto(books["here"])
    until(page, f"{EACH}.length == 3 && {EACH}.every(each => each.readyState == 4)")
    return page


def number(page: Page, name: str) -> Any:
    return page.get_by_role("button", name=f"Hear {name}:")


# From the moment of the key to the first sound of the other take.
SWITCH = """key => new Promise(done => {
  const each = [...document.querySelectorAll('[data-take] > audio')];
  const before = each.find(one => !one.paused);
  const after = each[key - 1];
  let at, from;
  const tell = () => done([at, after.currentTime, performance.now() - from]);
  after.addEventListener('playing', tell, { once: true });
  [at, from] = [before.currentTime, performance.now()];
  document.body.dispatchEvent(new KeyboardEvent('keydown', { key: String(key), bubbles: true }));
})"""


def test_switching_keeps_the_moment(beside: Page) -> None:
    """Also in the middle of two recordings that were never played, within 50 ms."""
    beside.keyboard.press("Space")
    until(beside, f"{EACH}[0].currentTime > 0.3")
    beside.get_by_role("slider", name="Position").focus()
    beside.keyboard.press("]")
    beside.keyboard.press("]")
    until(beside, f"{EACH}[0].currentTime > 10.3")
    for key in (2, 3, 1, 3):
        at, there, silent = beside.evaluate(SWITCH, key)
        assert abs(there - at) < 0.05, f"take {key} goes on at {there}, not {at}"
        assert silent < 200, f"take {key} is heard after {silent} ms"
        assert beside.evaluate(HEARD) == key - 1
        expect(number(beside, str(key))).to_have_attribute("aria-pressed", "true")
        expect(beside.locator("[data-switch][aria-pressed=true]")).to_have_count(1)
        beside.wait_for_timeout(150)


def test_a_keyboard_alone_does_everything(beside: Page) -> None:
    beside.keyboard.press("2")
    expect(number(beside, "2")).to_have_attribute("aria-pressed", "true")
    assert beside.evaluate(HEARD) == -1, "a switch alone starts nothing"
    beside.keyboard.press("Space")
    until(beside, f"{HEARD} == 1")
    beside.keyboard.press("Space")
    until(beside, f"{HEARD} == -1")
    beside.keyboard.press("]")
    at = beside.evaluate(f"{EACH}[1].currentTime")
    assert 5 <= at < 6
    beside.keyboard.press("[")
    assert beside.evaluate(f"{EACH}[1].currentTime") == pytest.approx(at - 5, abs=0.1)
    beside.keyboard.press("4")
    expect(number(beside, "2")).to_have_attribute("aria-pressed", "true")
    number(beside, "3").focus()
    beside.keyboard.press("Enter")
    beside.keyboard.press("Enter")
    until(beside, f"{HEARD} == 2")
    # The end of a shorter one is its own.
    beside.get_by_role("slider", name="Position").fill("29")
    until(beside, f"{HEARD} == -1 && {EACH}[2].currentTime < 0.1")
    expect(beside.get_by_role("button", name="Play", exact=True).first).to_be_visible()


def test_the_waveform_is_pressed_where_one_wants_to_hear(beside: Page) -> None:
    waves = beside.locator("[data-scrub]")
    box = waves.nth(1).bounding_box()
    assert box
    waves.nth(1).click(position={"x": box["width"] / 3, "y": 10})
    assert beside.evaluate(f"{EACH}[1].currentTime") == pytest.approx(10, abs=0.2)
    expect(beside.locator("[data-now]")).to_have_text("0:10")
    played = "getComputedStyle(document.querySelector('[data-scrub]')).getPropertyValue('--played')"
    assert float(beside.evaluate(played).rstrip("%")) == pytest.approx(33.3, abs=0.5)


def test_levels_are_matched_by_what_was_measured(beside: Page, books: dict[str, Any]) -> None:
    def levels() -> list[float]:
        volumes = beside.evaluate(f"{EACH}.map(each => each.volume)")
        lufs = [books["facts"][name]["lufs"] for name in ("one", "two", "three")]
        return [own + 20 * log10(volume) for own, volume in zip(lufs, volumes, strict=True)]

    quietest = books["facts"]["three"]["lufs"]
    assert levels() == pytest.approx([quietest] * 3, abs=0.1)
    note = beside.get_by_text(re.compile(r"matched, −1\d\.\d dB"))
    expect(note).to_be_visible()
    beside.get_by_label("Same loudness").uncheck()
    assert levels()[0] > quietest + 10
    expect(note).to_be_hidden()


def test_picking_folds_the_others_while_the_song_goes_on(beside: Page) -> None:
    beside.keyboard.press("2")
    beside.keyboard.press("Space")
    until(beside, f"{HEARD} == 1")
    beside.evaluate(f"window.heard = {EACH}[1]")
    beside.get_by_role("button", name="Pick 2").focus()
    beside.keyboard.press("Enter")
    expect(beside.get_by_text("The other takes are folded away behind it")).to_be_visible()
    taken_back = beside.get_by_role("button", name="Picked 2: take that back")
    expect(taken_back).to_be_focused()
    assert beside.evaluate(f"window.heard === {EACH}[1] && !window.heard.paused")
    beside.get_by_role("button", name="Pick 1").click()
    expect(beside.get_by_role("button", name="Picked 1: take that back")).to_be_visible()
    expect(taken_back).to_have_count(0)
    beside.goto("/projects/1/")
    expect(beside.get_by_role("link", name="Blue night", exact=True)).to_have_count(1)
    beside.get_by_role("link", name="3 takes").click()
    beside.wait_for_url("**/compare/**")
    until(beside, f"{EACH}.length == 3")


def test_one_sound_at_a_time(beside: Page, books: dict[str, Any]) -> None:
    beside.goto("/projects/1/")
    beside.get_by_role("button", name="Play Tape hiss").first.click()
    until(beside, f"{PLAYER}.currentTime > 0.2")
    beside.get_by_role("link", name="3 takes").click()
    beside.wait_for_url("**/compare/**")
    until(beside, f"{EACH}.length == 3")
    assert not beside.evaluate(f"{PLAYER}.paused")
    beside.keyboard.press("Space")
    until(beside, f"{HEARD} == 0 && {PLAYER}.paused")
    beside.locator("[data-player-toggle]").click()
    until(beside, f"{HEARD} == -1 && !{PLAYER}.paused")
    number(beside, "1").click()
    until(beside, f"{HEARD} == 0 && {PLAYER}.paused")
    beside.evaluate(f"window.heard = {EACH}[0]")
    beside.get_by_role("link", name="Lyrics", exact=True).first.click()
    beside.wait_for_url("**/lyrics/")
    until(beside, "window.heard.paused")


def test_it_looks_right_to_everybody(beside: Page, books: dict[str, Any], tmp_path: Path) -> None:
    for scheme in ("light", "dark"):
        beside.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert violations(beside) == []
    beside.set_viewport_size({"width": 390, "height": 844})
    assert beside.evaluate("document.documentElement.scrollWidth") == 390
    expect(number(beside, "3")).to_be_visible()
    assert_valid(beside, [books["here"], "/compare/?clip=1", "/compare/"], tmp_path)
