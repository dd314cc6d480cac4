"""The page of one song in a real Chromium: the waveform from near, a part that is looped, stars and tags."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from studio.audio import ffmpeg, peaks
from tests.browser.conftest import assert_valid, become_owner, until, violations
from tests.running import RunningStudio

pytestmark = pytest.mark.slow

SECONDS = 40
SEED = """
import hashlib, uuid
from pathlib import Path
from django.utils import timezone
from studio.services import search, tags
folder, project, stack = Path({folder!r}), Project.objects.get(), uuid.uuid4()
data = Path(folder, "song.m4a").read_bytes()
whose = dict(project=project, created_by=project.owner, provider="sandbox")
file = dict(kind="master", content_type="audio/mp4", size=len(data), sha256=hashlib.sha256(data).hexdigest())
heard = dict(duration={seconds}, loudness=-14.2, true_peak=-1.1, peaks=bytes.fromhex({peaks!r}))
words = dict(sound="slow jazz with brushes, warm piano", lyrics="[Verse]\\nStreetlights hum along the river")

def song(title, operation="create_music", source=None, take=1, **facts):
    same = dict(upstream_id=uuid.uuid4().hex, operation=operation)
    task = Task.objects.create(**whose, **same, form_key=uuid.uuid4(), take=take, takes=2, price=10,
        params=dict(words, mv="FUZZ-2.0", seed="1117", title=title), status="done", source=source,
        ended_at=timezone.now())
    clip = Clip.objects.create(**whose, **same, **heard, **words, title=title, task=task, seed="1117",
        model="FUZZ-2.0", **facts)
    search.index(clip)
    name = f"{{clip.pk}}.m4a"
    Asset.objects.create(clip=clip, name=name, **file)
    Path(folder, name).write_bytes(data)
    return clip

root = song("Blue night", stack=stack)
song("Blue night", stack=stack, is_front=False, take=2)
longer = song("Blue night, longer", "extend_music", root)
song("Blue waltz", "cover_music", longer)
song("Blue club at noon", "replace_music", song("Blue club", "cover_music", longer))
tags.add(longer, ["chorus first", "for Ada"])
facts = dict(notes="The bridge drags.\\nTry it with less piano.", rating=4, plays=12)
Clip.objects.filter(pk=longer.pk).update(**facts)
"""
AUDIO = "document.getElementById('audio')"
AT = f"{AUDIO}.currentTime"


def seed(studio: RunningStudio) -> None:
    """A family of songs, made of one recording."""
    studio.media.mkdir(exist_ok=True)
    path = studio.media / "song.m4a"
    sound = f"aevalsrc=0.6*sin(2*PI*330*t)*(0.6+0.4*sin(t/3))*(0.7+0.3*sin(9*t)):d={SECONDS}"
    ffmpeg.run(["-f", "lavfi", "-i", sound, "-c:a", "aac", str(path)])
    picture = peaks.waveform(path, "mov").hex()
    studio.manage("shell", "--command", SEED.format(folder=str(studio.media), seconds=SECONDS, peaks=picture))


@pytest.fixture(scope="module")
def session(studio: RunningStudio, chromium: Browser) -> Any:
    context = chromium.new_context(base_url=studio.url)
    become_owner(context.new_page(), studio)
    seed(studio)
    cookies = context.cookies()
    context.close()
    return cookies, studio.query("Clip.objects.get(title='Blue night, longer').pk")


@pytest.fixture
def song(page: Page, session: Any) -> str:
    """The page of the song in the middle of its family, open."""
    cookies, number = session
    page.context.add_cookies(cookies)
    page.goto(f"/clips/{number}/")
    expect(page.get_by_role("button", name="Loop")).to_be_visible()
    return f"/clips/{number}/"


def test_it_is_looked_at_from_nearer_and_what_plays_stays_in_view(page: Page, song: str) -> None:
    wave = page.get_by_role("slider", name="Position in Blue night, longer")
    width = wave.bounding_box()["width"]  # type: ignore[index]
    assert page.get_by_role("button", name="Farther").is_disabled()
    page.get_by_role("button", name="Nearer").click()
    wave.focus()
    page.keyboard.press("+")
    page.keyboard.press("+")
    assert wave.bounding_box()["width"] == pytest.approx(8 * width, rel=0.01)  # type: ignore[index]
    expect(page.get_by_role("button", name="Nearer")).to_be_disabled()
    strokes = "document.querySelector('.near use').getAttribute('href')"
    assert page.evaluate(strokes) == "#wave-near"
    page.keyboard.press("ArrowRight")  # plays from 5 s
    until(page, f"{AT} > 5")
    playhead = f"({AT} / {SECONDS}) * document.querySelector('[data-view]').scrollWidth"
    left = "document.querySelector('[data-view]').scrollLeft"
    until(page, f"{playhead} >= {left} && {playhead} <= {left} + innerWidth")
    page.keyboard.press("PageDown")
    page.keyboard.press("End")
    until(page, f"{left} > 7 * innerWidth / 2")
    for _ in range(3):
        page.keyboard.press("-")
    assert page.evaluate(strokes) == "#wave"


def test_a_loop_stays_inside_its_part(page: Page, song: str) -> None:
    page.get_by_role("button", name="Loop").click()
    page.locator("#part-start").fill("0:10")
    page.locator("#part-end").fill("0:11.5")
    page.evaluate(f"""() => {{
      window.heard = [];
      setInterval(() => {AUDIO}.paused || window.heard.push({AT}), 20);
    }}""")
    page.get_by_role("button", name="Play Blue night, longer", exact=True).first.click()
    until(page, "window.heard.some((at, n) => n && at < window.heard[n - 1] - 1)")  # it has turned back once
    page.evaluate("window.heard.splice(0, window.heard.findIndex(at => at >= 10))")
    page.wait_for_timeout(2500)
    heard = page.evaluate("window.heard")
    assert len(heard) > 60
    assert min(heard) > 9.9
    assert max(heard) < 11.7
    page.get_by_role("button", name="Loop").click()
    until(page, f"{AT} > 12")


def test_the_part_begins_the_orders(page: Page, song: str, studio: RunningStudio) -> None:
    page.get_by_role("button", name="Choose a part").click()
    first, last = page.locator("[data-handle]").all()
    first.focus()
    for _ in range(2):
        page.keyboard.press("Shift+ArrowRight")
    last.focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#part-start")).to_have_value("0:10")
    expect(page.locator("#part-end")).to_have_value("0:19.5")
    page.get_by_role("link", name=re.compile("^Replace part")).click()
    page.wait_for_url("**/order/replace_music/**")
    expect(page.get_by_role("textbox", name="From", exact=True)).to_have_value("0:10")
    expect(page.get_by_role("textbox", name="To", exact=True)).to_have_value("0:19.5")
    page.go_back()
    page.get_by_role("button", name="Choose a part").click()
    page.locator("#part-start").fill("0:07")
    page.get_by_role("link", name=re.compile("^Extend")).click()
    expect(page.get_by_role("textbox", name="Goes on from", exact=True)).to_have_value("0:07")
    page.goto(song)
    page.get_by_role("link", name=re.compile("^Extend")).click()
    expect(page.get_by_role("textbox", name="Goes on from", exact=True)).to_have_value(f"0:{SECONDS}")


def test_stars_tags_and_notes_by_keyboard(page: Page, song: str, studio: RunningStudio) -> None:
    clip = "Clip.objects.get(title__startswith='Blue night, longer')"
    with page.expect_response(re.compile("/rating/")):
        page.get_by_role("radio", name="4 stars").focus()
        page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="5 stars")).to_be_checked()
    assert studio.query(f"{clip}.rating") == 5
    page.get_by_label("Add tags").focus()
    page.keyboard.type("Slow, CHORUS first")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Remove the tag Slow").press("Enter")
    expect(page.get_by_role("button", name="Remove the tag Slow")).to_have_count(0)
    expect(page.get_by_role("button", name=re.compile("^Remove the tag"))).to_have_count(2)
    page.get_by_label("Add tags").fill(",".join(f"tag {n}" for n in range(500)))
    page.keyboard.press("Enter")
    expect(page.get_by_text("A song has at most 20 tags; these are 500.")).to_be_visible()
    page.get_by_text("Edit title and notes").press("Enter")
    page.get_by_label("Title").fill("Blue night, longer and slower")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Blue night, longer and slower")).to_be_visible()
    assert studio.query(f"{clip}.notes") == "The bridge drags.\nTry it with less piano."


def test_stars_that_do_not_get_there_go_back(page: Page, song: str) -> None:
    page.route("**/rating/", lambda route: route.fulfill(status=422))
    before = page.locator(".stars :checked").get_attribute("value")
    with page.expect_response("**/rating/"):
        page.locator(".stars label").first.click()
    expect(page.locator(".stars :checked")).to_have_attribute("value", str(before))


def test_axe_finds_nothing_and_a_phone_holds_it(page: Page, song: str, tmp_path: Path) -> None:
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.goto(song)
        page.get_by_role("button", name="Loop").click()
        page.wait_for_timeout(300)  # colours go over into each other
        assert violations(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(song)
    page.get_by_role("button", name="Choose a part").click()
    page.get_by_role("button", name="Nearer").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert_valid(page, [song], tmp_path)
